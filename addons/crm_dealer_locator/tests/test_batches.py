from odoo.tests import tagged

from .common import HandoverCase


@tagged("post_install", "-at_install")
class TestBatches(HandoverCase):
    def test_each_lead_has_its_own_dealer_as_load_is_given_out(self):
        self.env["dealer.weight"].search([("purpose", "=", "sale")]).load = 30
        (self.near | self.second).capacity = 3
        leads = self.env["crm.lead"].browse()
        for _number in range(6):
            leads |= self.new_lead()
        found = leads.with_user(self.agent).hand_over_to_best("Boilers")
        self.assertEqual([one["lead_id"] for one in found], leads.ids)
        self.assertEqual({one["state"] for one in found}, {"asked"})
        dealers = leads.handover_ids.dealer_id
        self.assertEqual(dealers, self.near | self.second | self.far)
        # 1 + 30 * load / 3, 5 + …, and 20 for who has no limit
        counts = [p.open_count for p in (self.near, self.second, self.far)]
        self.assertEqual(counts, [2, 2, 2])

    def test_nobody_gets_more_than_their_capacity(self):
        (self.second | self.far).status = "paused"
        self.near.capacity = 2
        leads = self.env["crm.lead"].browse()
        for _number in range(4):
            leads |= self.new_lead()
        found = leads.with_user(self.agent).hand_over_to_best()
        self.assertEqual(sum("handover_id" in one for one in found), 2)
        self.assertEqual(sum("error" in one for one in found), 2)
        self.assertEqual(self.near.open_count, 2)

    def test_leads_that_cannot_be_handed_over_say_why(self):
        self.hand_over()
        lost = self.new_lead()
        lost.action_set_lost()
        good = self.new_lead()
        found = (self.lead | lost | good).with_user(self.agent).hand_over_to_best()
        self.assertIn("is with Near", found[0]["error"])
        self.assertIn("won, lost or archived", found[1]["error"])
        self.assertEqual(found[2]["state"], "asked")
        action = good.with_user(self.agent).action_hand_over_to_best()
        self.assertIn("0 of 1", action["params"]["message"])

    def test_the_statements_for_a_batch_do_not_grow_with_the_dealers(self):
        for number in range(30):
            self.dealer(f"More {number}", 40 + number)
        leads = self.new_lead() | self.new_lead()
        leads.with_user(self.agent).hand_over_to_best()
        again = self.new_lead() | self.new_lead()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(170):
            again.with_user(self.agent).hand_over_to_best()
