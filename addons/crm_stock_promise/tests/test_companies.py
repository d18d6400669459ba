"""A lead between companies: whose goods it holds, and who can give them back."""

from odoo import Command
from odoo.tests import Form, new_test_user

from .common import NOW, CrmPromiseCase


class TestCompanies(CrmPromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env.user.company_ids |= cls.elsewhere
        both = cls.company | cls.elsewhere
        cls.warehouse_there = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.elsewhere.id)], limit=1
        )
        cls.warehouse_there.partner_id.tz = "UTC"
        cls._stock(cls.product, 10, cls.warehouse_there)
        cls.leader.company_ids = both
        cls.stranger = new_test_user(
            cls.env,
            "crm_stranger",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=cls.elsewhere.id,
            company_ids=[Command.set(cls.elsewhere.ids)],
            tz="UTC",
        )
        cls.team_there = cls.env["crm.team"].create(
            {"name": "There", "company_id": cls.elsewhere.id}
        )

    def _as_leader(self, lead):
        return lead.with_user(self.leader).with_context(
            allowed_company_ids=[self.company.id, self.elsewhere.id]
        )

    def _assert_given_back(self, promise):
        self.env.invalidate_all()
        self.assertEqual(promise.sudo().state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_given_to_a_person_of_another_company_a_lead_gives_its_goods_back(self):
        lead = self._held_lead()
        promise = lead.promise_id
        self._as_leader(lead).write({"user_id": self.stranger.id, "team_id": False})
        self.assertEqual(lead.sudo().company_id, self.elsewhere)
        self._assert_given_back(promise)
        theirs = lead.with_user(self.stranger).with_context(
            allowed_company_ids=self.elsewhere.ids
        )
        self.assertEqual(theirs.promise_status, "stale")
        theirs.action_hold_promise()
        self.assertEqual(theirs.promise_id.company_id, self.elsewhere)
        self.assertEqual(theirs.promise_id.warehouse_id, self.warehouse_there)

    def test_given_to_a_team_of_another_company_a_lead_gives_its_goods_back(self):
        lead = self._held_lead(user_id=False)
        promise = lead.promise_id
        self._as_leader(lead).team_id = self.team_there
        self.assertEqual(lead.sudo().company_id, self.elsewhere)
        self._assert_given_back(promise)

    def test_the_company_changes_on_the_form_as_by_a_program(self):
        lead = self._held_lead(promise_warehouse_id=self.warehouse.id)
        promise = lead.promise_id
        self.leader.group_ids |= self.env.ref("base.group_multi_company")
        with Form(self._as_leader(lead)) as form:
            form.user_id = self.env["res.users"]
            form.company_id = self.elsewhere
        self.assertEqual(lead.sudo().company_id, self.elsewhere)
        self.assertFalse(lead.sudo().promise_warehouse_id)
        self._assert_given_back(promise)

    def test_the_company_and_the_quantity_change_together(self):
        lead = self._held_lead()
        promise = lead.promise_id
        self._as_leader(lead).write(
            {
                "company_id": self.elsewhere.id,
                "user_id": self.stranger.id,
                "promise_line_ids": [
                    Command.update(lead.promise_line_ids.id, {"quantity": 2})
                ],
            }
        )
        self._assert_given_back(promise)
        self.assertEqual(lead.sudo().promise_line_ids.quantity, 2)

    def test_a_lead_of_nobody_keeps_its_goods_and_anybody_may_give_them_back(self):
        for end in (
            lambda lead: lead.action_release_promise(),
            lambda lead: lead.action_set_lost(),
            lambda lead: lead.action_archive(),
            lambda lead: lead.write({"promise_line_ids": [Command.clear()]}),
            lambda lead: lead.write({"company_id": lead.env.company.id}),
            lambda lead: lead.write({"user_id": lead.env.uid}),
        ):
            lead = self._held_lead()
            promise = lead.promise_id
            lead.with_user(self.leader).write({"user_id": False, "team_id": False})
            self.assertFalse(lead.sudo().company_id)
            self.assertEqual(promise.sudo().state, "held")
            self.assertEqual(self._atp(self.product), 4)
            theirs = lead.with_user(self.stranger).with_context(
                allowed_company_ids=self.elsewhere.ids
            )
            end(theirs)
            self._assert_given_back(promise)

    def test_a_lead_without_a_company_is_read_by_all_whatever_it_asks_for(self):
        foreign = self.env["product.product"].create(
            {
                "name": "Foreign",
                "is_storable": True,
                "company_id": self.elsewhere.id,
            }
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Anybody's",
                "type": "opportunity",
                "user_id": False,
                "team_id": False,
                "company_id": False,
                "promise_line_ids": [
                    Command.create({"product_id": foreign.id}),
                    Command.create({"product_id": self.product.id}),
                ],
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        mine = lead.with_user(self.seller).with_context(
            allowed_company_ids=self.company.ids
        )
        with Form(mine) as form:
            form.name = "Everybody's"
        mine.read()
        mine.promise_line_ids.read()
        mine.promise_line_ids.mapped("promise_parts_message")
        self.assertEqual(mine.promise_status, "none")

    # -- merging ---------------------------------------------------------------------

    def _merge(self, *leads):
        leads = self._as_leader(leads[0].browse([lead.id for lead in leads]))
        merged = leads.merge_opportunity()
        self.env.invalidate_all()
        return merged

    def _lead_there(self, *lines):
        lead = self._as_leader(self.env["crm.lead"]).create(
            {
                "name": "Brakes there",
                "type": "opportunity",
                "user_id": self.leader.id,
                "company_id": self.elsewhere.id,
                "promise_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity})
                    for product, quantity in lines
                ],
            }
        )
        lead.action_hold_promise()
        return lead

    def test_the_lead_that_stays_keeps_its_own_goods(self):
        for longer_here in (True, False):
            with self.subTest(longer_here=longer_here):
                self.clock.move_to(NOW)
                if longer_here:
                    there = self._lead_there((self.product, 4))
                    self._tick(hours=1)
                    here = self._held_lead((self.product, 3))
                else:
                    here = self._held_lead((self.product, 3))
                    self._tick(hours=1)
                    there = self._lead_there((self.product, 4))
                here.sudo().probability = 90
                promise, foreign = here.promise_id, there.promise_id
                self.assertEqual(foreign.sudo().company_id, self.elsewhere)
                merged = self._merge(here, there)
                self.assertEqual(merged, here)
                self.assertEqual(merged.promise_id, promise)
                self.assertEqual(promise.sudo().state, "held")
                self.assertEqual(foreign.sudo().state, "released")
                self.assertEqual(merged.promise_status, "partial")
                self.assertEqual(self._atp(self.product), 7)
                self.assertFalse(foreign.sudo().claim_ids)
                merged.action_release_promise()

    def test_products_of_another_company_do_not_come_along(self):
        foreign = self.env["product.product"].create(
            {"name": "Foreign", "is_storable": True, "company_id": self.elsewhere.id}
        )
        self._stock(foreign, 5, self.warehouse_there)
        here = self._held_lead((self.product, 3))
        here.sudo().probability = 90
        merged = self._merge(here, self._lead_there((foreign, 2), (self.product, 1)))
        self.assertEqual(merged.promise_line_ids.product_id, self.product)
        self.assertEqual(len(merged.promise_line_ids), 2)
        self.assertTrue(
            merged.message_ids.filtered(lambda note: "are left out" in note.body)
        )
