from datetime import timedelta

from odoo.tests import users

from .common import NOW, CrmPromiseCase


class TestMerge(CrmPromiseCase):
    def _merge(self, *leads):
        merged = leads[0].browse([lead.id for lead in leads]).merge_opportunity()
        self.env.invalidate_all()
        return merged

    def test_lines_are_merged(self):
        merged = self._merge(
            self._lead((self.product, 6)),
            self._lead((self.other, 2), (self.product, 1)),
        )
        self.assertEqual(
            sorted(
                (line.product_id.name, line.quantity)
                for line in merged.promise_line_ids
            ),
            [("Brake Disc", 1), ("Brake Disc", 6), ("Brake Pad", 2)],
        )
        self.assertFalse(merged.promise_id)

    def test_one_hold_goes_to_the_merged_lead(self):
        for held_first in (True, False):
            with self.subTest(held_first=held_first):
                held, plain = (
                    self._held_lead((self.product, 3)),
                    self._lead((self.other, 2)),
                )
                promise = held.promise_id
                # the surer opportunity is the one that stays
                (held if held_first else plain).probability = 90
                merged = self._merge(held, plain)
                self.assertEqual(merged, held if held_first else plain)
                self.assertEqual(merged.promise_id, promise)
                self.assertEqual(promise.lead_id, merged)
                self.assertEqual(promise.state, "held")
                # what was not held stays so
                self.assertEqual(merged.promise_status, "partial")
                self.assertEqual(self._atp(self.other), 10)
                self.assertEqual(self._atp(self.product), 7)
                merged.action_hold_promise()
                self.assertEqual(merged.promise_status, "held")
                self.assertEqual(self._atp(self.other), 8)
                merged.action_release_promise()

    def test_several_holds_become_one_and_nothing_is_lost(self):
        short = self._held_lead((self.product, 3))
        self._tick(hours=1)
        long = self._held_lead((self.product, 4), (self.other, 2))
        survivor, other = long.promise_id, short.promise_id
        merged = self._merge(short, long)
        self.assertEqual(merged.promise_id, survivor)
        self.assertEqual(survivor.state, "held")
        self.assertEqual(other.state, "released")
        self.assertEqual(len(survivor.line_ids), 3)
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (3, 8))
        self.assertEqual(merged.promise_status, "held")
        self.assertEqual(merged.promised_date, NOW + timedelta(hours=1))

    def test_what_cannot_be_taken_over_is_said(self):
        short = self._held_lead((self.product, 3))
        self._tick(hours=1)
        long = self._held_lead((self.product, 4))
        self._stock(self.product, -5)
        merged = self._merge(short, long)
        self.assertEqual(merged.promise_id.state, "held")
        self.assertEqual(merged.promise_id.line_ids.quantity, 4)
        self.assertTrue(
            merged.message_ids.filtered(lambda m: "could not take over" in m.body)
        )
        self.assertEqual(merged.promise_status, "partial")

    def test_quotations_follow_the_hold(self):
        short = self._held_lead((self.product, 3))
        order = self.env["sale.order"].browse(short.create_quotation())
        self._tick(hours=1)
        merged = self._merge(short, self._held_lead((self.other, 2)))
        self.assertEqual(order.opportunity_id, merged)
        self.assertEqual(order.promise_id, merged.promise_id)
        self.assertEqual(self._atp(self.product), 7)
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 7)

    @users("crm_leader")
    def test_a_leader_merges_leads_of_several_salespeople(self):
        mine = self._held_lead((self.product, 3))
        theirs = self._held_lead((self.other, 2), user=self.colleague)
        merged = self._merge(
            mine.with_user(self.env.user), theirs.with_user(self.env.user)
        )
        self.assertEqual(merged.promise_state, "held")
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (7, 8))
