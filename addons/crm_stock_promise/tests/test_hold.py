from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import mute_logger

from .common import NOW, CrmPromiseCase


class TestHold(CrmPromiseCase):
    def test_a_hold_claims_the_goods_for_the_lead(self):
        lead = self._lead((self.product, 6), (self.other, 2))
        self.assertIs(lead.action_hold_promise(), True)
        promise = lead.promise_id
        self.assertEqual(promise.state, "held")
        self.assertEqual(promise.lead_id, lead)
        self.assertEqual(promise.user_id, self.seller)
        self.assertEqual(promise.partner_id, self.partner)
        self.assertEqual(promise.origin, f"Opportunity {lead.id}")
        self.assertEqual(lead.promise_status, "held")
        self.assertEqual(lead.promised_date, NOW)
        self.assertEqual(lead.promise_hold_until, NOW + timedelta(hours=24))
        self.assertEqual(
            lead.promise_line_ids.mapped("promise_line_id"), promise.line_ids
        )
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))

    def test_all_lines_or_none(self):
        lead = self._lead((self.product, 6), (self.other, 99))
        with self.assertRaisesRegex(UserError, "Brake Pad"):
            with self.env.cr.savepoint():
                lead.action_hold_promise()
        self.assertFalse(lead.promise_id)
        self.assertEqual(self._atp(self.product), 10)

    def test_held_twice_is_held_once(self):
        lead = self._held_lead()
        promise = lead.promise_id
        lead.action_hold_promise()
        self.assertEqual(lead.promise_id, promise)
        self.assertEqual(self._atp(self.product), 4)

    def test_a_lead_without_a_customer_can_hold(self):
        lead = self._held_lead(partner_id=False, type="lead")
        self.assertEqual(lead.promise_state, "held")
        self.assertFalse(lead.promise_id.partner_id)

    def test_services_are_not_held(self):
        lead = self._held_lead((self.product, 6), (self.service, 1))
        self.assertEqual(lead.promise_id.line_ids.product_id, self.product)
        self.assertEqual(lead.promise_status, "held")

    def test_release_gives_the_goods_back(self):
        lead = self._held_lead()
        self.assertIs(lead.action_release_promise(), True)
        self.assertEqual(lead.promise_state, "released")
        self.assertEqual(lead.promise_status, "checked")
        self.assertEqual(self._atp(self.product), 10)
        # nothing left to release
        self.assertIs(lead.action_release_promise(), True)

    def test_held_again_after_a_release(self):
        lead = self._held_lead()
        first = lead.promise_id
        lead.action_release_promise()
        lead.action_hold_promise()
        self.assertNotEqual(lead.promise_id, first)
        self.assertEqual(self._atp(self.product), 4)

    def test_a_hold_that_ran_out_shows_at_that_second(self):
        lead = self._held_lead()
        self._tick(hours=24, seconds=-1)
        self.assertEqual(lead.promise_status, "held")
        self._tick(seconds=1)
        self.assertEqual(lead.promise_state, "expired")
        self.assertEqual(lead.promise_status, "expired")
        self.assertIn(
            lead, self.env["crm.lead"].search([("promise_state", "=", "expired")])
        )
        self.assertNotIn(
            lead, self.env["crm.lead"].search([("promise_state", "=", "held")])
        )

    def test_holds_that_end_soon_are_found(self):
        lead = self._held_lead()
        soon = [("promise_state", "=", "held"), ("promise_hold_until", "<=", "now +4H")]
        self.assertNotIn(lead, self.env["crm.lead"].search(soon))
        self._tick(hours=21)
        self.assertIn(lead, self.env["crm.lead"].search(soon))

    def test_extend_lasts_longer_and_is_limited(self):
        lead = self._held_lead()
        lead.action_extend_promise(5)
        self.assertEqual(lead.promise_hold_until, NOW + timedelta(hours=29))
        lead.action_extend_promise()
        with self.assertRaises(UserError):
            lead.action_extend_promise()

    def test_nothing_held_is_not_extended(self):
        with self.assertRaisesRegex(UserError, "nothing to extend"):
            self._lead((self.product, 1)).action_extend_promise()

    def test_the_limit_on_the_value_of_holds_counts(self):
        self.company.promise_hold_value_max = 500
        lead = self._lead((self.product, 6))
        with self.assertRaises(UserError):
            lead.action_hold_promise()

    def test_the_price_of_the_lead_counts_in_the_companys_currency(self):
        self._sell_in_half_dollars()
        self.company.promise_hold_value_max = 320
        # three of 100 in the company's currency: 600 in the customer's
        lead = self._lead((self.product, 3))
        self.assertEqual(lead.promise_line_ids.price_subtotal, 600)
        lead.action_hold_promise()
        self.assertAlmostEqual(lead.promise_id.amount, 300)
        # what is held counts at the same price
        self.company.promise_hold_value_max = 390
        with self.assertRaisesRegex(UserError, "With the .*300"):
            self._held_lead((self.other, 1))
        self.company.promise_hold_value_max = 401
        self._held_lead((self.other, 1))
        # a price that somebody typed, for a dozen
        self.company.promise_hold_value_max = 1000
        dear = self._lead((self.other, 1))
        dear.promise_line_ids.price_unit = 1300
        with self.assertRaisesRegex(UserError, "650"):
            dear.action_hold_promise()
        dear.promise_line_ids.price_unit = 1100
        dear.action_hold_promise()

    def _sell_in_half_dollars(self):
        """The customer's price list is in a currency of which the company's has two."""
        currency = self.env["res.currency"].create(
            {
                "name": "HFD",
                "symbol": "h",
                "rate_ids": [
                    Command.create(
                        {"name": "2030-01-01", "rate": 2, "company_id": False}
                    )
                ],
            }
        )
        self.partner.with_company(
            self.company
        ).specific_property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "Halves",
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )


class TestHeldLeadChanges(CrmPromiseCase):
    def test_a_new_quantity_moves_the_hold_at_once(self):
        lead = self._held_lead()
        lead.promise_line_ids.quantity = 8
        self.assertEqual(self._atp(self.product), 2)
        self.assertEqual(lead.promise_id.line_ids.quantity, 8)
        lead.promise_line_ids.quantity = 1
        self.assertEqual(self._atp(self.product), 9)

    def test_a_later_date_is_written_on_the_line(self):
        self._receipt(self.product, 10, days=4)
        lead = self._held_lead()
        lead.promise_line_ids.quantity = 15
        self.assertEqual(lead.promise_line_ids.promised_date, self._in_days(4))
        self.assertEqual(lead.promised_date, self._in_days(4))

    def test_added_and_removed_products_move_the_hold(self):
        lead = self._held_lead()
        lead.promise_line_ids = [
            Command.create({"product_id": self.other.id, "quantity": 3})
        ]
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 7))
        self.assertEqual(lead.promise_status, "held")
        lead.promise_line_ids[0].unlink()
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (10, 7))

    def test_several_changes_of_one_save_move_it_once(self):
        lead = self._held_lead((self.product, 6), (self.other, 6))
        first, second = lead.promise_line_ids
        # one after the other, the first change could not be met
        lead.write(
            {
                "promise_line_ids": [
                    Command.update(first.id, {"product_id": self.other.id}),
                    Command.update(second.id, {"product_id": self.product.id}),
                ]
            }
        )
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 4))

    def test_a_change_that_cannot_be_held_is_refused_and_explained(self):
        lead = self._held_lead()
        with self.assertRaisesRegex(UserError, "cannot follow this change"):
            with self.env.cr.savepoint():
                lead.promise_line_ids.quantity = 99
        self.env.invalidate_all()
        self.assertEqual(lead.promise_line_ids.quantity, 6)
        self.assertEqual(self._atp(self.product), 4)

    def test_the_last_product_removed_releases_the_hold(self):
        lead = self._held_lead()
        lead.promise_line_ids = [Command.clear()]
        self.assertEqual(lead.promise_id.state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_another_warehouse_moves_the_hold(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        self._stock(self.product, 20, second)
        lead = self._held_lead()
        lead.promise_warehouse_id = second
        self.assertEqual(self._atp(self.product), 10)
        self.assertEqual(self._atp(self.product, warehouse=second), 14)
        self.assertEqual(lead.promise_id.warehouse_id, second)

    def test_a_new_customer_is_written_on_the_promise(self):
        lead = self._held_lead()
        lead.partner_id = self.env["res.partner"].create({"name": "Heir"})
        self.assertEqual(lead.promise_id.partner_id, lead.partner_id)
        self.assertEqual(lead.promise_state, "held")

    def test_a_new_customer_is_never_refused(self):
        lead = self._held_lead()
        # the goods are gone: what is held cannot be promised anew
        self._stock(self.product, -10)
        lead.partner_id = self.env["res.partner"].create({"name": "Heir"})
        self.assertEqual(lead.promise_id.partner_id, lead.partner_id)
        self.assertEqual(lead.promise_state, "held")
        self.assertIn("stays as it was", lead.message_ids[0].body)

    def test_the_hold_goes_with_the_lead_to_a_colleague(self):
        lead = self._held_lead()
        lead.user_id = self.colleague
        self.assertEqual(lead.sudo().promise_id.user_id, self.colleague)
        lead.with_user(self.colleague).action_release_promise()
        self.assertEqual(self._atp(self.product), 10)

    def test_a_date_promised_anew_shows_on_the_lead(self):
        lead = self._held_lead()
        self._receipt(self.product, 10, days=4)
        self._stock(self.product, -10)
        lead.promise_id.action_repromise()
        self.assertEqual(lead.promise_line_ids.promised_date, self._in_days(4))
        self.assertEqual(lead.promised_date, self._in_days(4))


class TestLeadEnds(CrmPromiseCase):
    def test_losing_the_lead_releases(self):
        lead = self._held_lead()
        reason = self.env["crm.lost.reason"].create({"name": "Too dear"})
        self.env["crm.lead.lost"].with_user(self.seller).create(
            {"lead_ids": [Command.set(lead.ids)], "lost_reason_id": reason.id}
        ).action_lost_reason_apply()
        self.assertEqual(lead.promise_id.state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_archiving_the_lead_releases(self):
        lead = self._held_lead()
        lead.action_archive()
        self.assertEqual(self._atp(self.product), 10)

    def test_a_restored_lead_holds_nothing(self):
        lead = self._held_lead()
        lead.action_set_lost()
        lead.action_restore()
        self.assertEqual(lead.promise_state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_deleting_the_lead_releases(self):
        lead = self._held_lead()
        promise = lead.promise_id
        lead.sudo().unlink()
        self.assertEqual(promise.state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_a_won_lead_keeps_its_hold(self):
        lead = self._held_lead()
        lead.action_set_won()
        self.assertEqual(lead.promise_state, "held")

    def test_a_deleted_promise_leaves_the_lead(self):
        lead = self._held_lead()
        lead.action_release_promise()
        lead.promise_id.sudo().unlink()
        self.assertFalse(lead.promise_id)
        self.assertEqual(lead.promise_status, "checked")


class TestRights(CrmPromiseCase):
    def test_a_colleagues_lead_is_out_of_reach(self):
        lead = self._held_lead()
        other = lead.with_user(self.colleague)
        for method in (
            "action_compute_promise",
            "action_hold_promise",
            "action_release_promise",
            "action_extend_promise",
            "action_fill_expected_revenue",
            "create_quotation",
            "action_paste_promise_lines",
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(other, method)()
        lines = lead.promise_line_ids.with_user(self.colleague)
        for operation in ("read", "write", "unlink"):
            self.assertFalse(lines.has_access(operation))
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.env["crm.lead.promise.line"].with_user(self.colleague).create(
                {"lead_id": lead.id, "product_id": self.product.id}
            )

    def test_title_of_a_colleague_s_lead_is_not_read_through_its_promise(self):
        """Promises are the company's to read, opportunities their salesperson's."""
        lead = self._held_lead()
        lead.sudo().name = "Takeover of the Gear Works"
        promise = lead.promise_id
        specification = {"lead_id": {"fields": {"display_name": {}}}, "origin": {}}
        seen = promise.with_user(self.colleague)
        groups = seen.formatted_read_group(
            [("id", "=", promise.id)], ["lead_id"], ["__count"]
        )
        for told in (
            seen.read(["lead_id", "origin", "name", "display_name"]),
            seen.web_read(specification),
            groups,
        ):
            self.assertNotIn("Takeover", str(told))
            self.assertIn(str(lead.id), str(told))
        own = promise.with_user(self.leader)
        self.assertIn("Takeover", str(own.web_read(specification)))
        self.assertIn("Takeover", str(own.read(["lead_id"])))
        seller = promise.with_user(lead.user_id)
        self.assertIn("Takeover", str(seller.web_read(specification)))

    def test_hold_of_a_colleague_is_not_taken_by_a_link(self):
        theirs = self._held_lead().promise_id
        lead = self._lead((self.product, 1), user=self.colleague)
        with self.assertRaises(AccessError):
            lead.promise_id = theirs.id
        with self.assertRaises(AccessError):
            self._lead((self.product, 1), user=self.colleague, promise_id=theirs.id)
        Lead = lead.with_context(default_promise_id=theirs.id)
        forged = Lead.create({"name": "Forged", "user_id": self.colleague.id})
        self.assertFalse(forged.sudo().promise_id)
        mine = self._held_lead((self.other, 1))
        with self.assertRaises(AccessError):
            mine.promise_id = False

    def test_colleague_s_quotation_of_the_lead_rests_on_its_hold(self):
        lead = self._held_lead()
        order = (
            self.env["sale.order"]
            .with_user(self.leader)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": self.company.id,
                    "opportunity_id": lead.id,
                    "promise_id": lead.promise_id.id,
                }
            )
        )
        self.assertEqual(order.sudo().promise_id, lead.promise_id)

    def test_line_of_a_colleague_s_hold_is_not_shown_by_a_link(self):
        theirs = self._held_lead().promise_id.line_ids
        lead = self._lead((self.other, 1), user=self.colleague)
        with self.assertRaises(AccessError):
            lead.promise_line_ids.promise_line_id = theirs.id
        values = {"lead_id": lead.id, "product_id": self.product.id}
        Line = lead.promise_line_ids.browse()
        with self.assertRaises(AccessError):
            Line.create({**values, "promise_line_id": theirs.id})
        forged = Line.with_context(default_promise_line_id=theirs.id).create(values)
        self.assertFalse(forged.sudo().promise_line_id)

    def test_hold_is_not_taken_by_a_quotation_of_a_lead_that_is_not_seen(self):
        lead = self._held_lead((self.product, 4))
        values = {
            "partner_id": self.partner.id,
            "company_id": self.company.id,
            "opportunity_id": lead.id,
            "order_line": [
                Command.create({"product_id": self.product.id, "product_uom_qty": 4})
            ],
        }
        Order = self.env["sale.order"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            Order.create({**values, "promise_id": lead.promise_id.id})
        order = Order.create(values)
        order.action_hold_promise()
        self.assertNotEqual(order.sudo().promise_id, lead.promise_id)

    def test_who_sees_all_leads_may_change_their_holds(self):
        lead = self._held_lead().with_user(self.leader)
        lead.promise_line_ids.quantity = 7
        self.assertEqual(self._atp(self.product), 3)
        lead.action_extend_promise(1)
        lead.action_release_promise()
        self.assertEqual(self._atp(self.product), 10)

    def test_a_leader_holds_for_a_colleague(self):
        lead = self._lead((self.product, 6)).with_user(self.leader)
        lead.action_hold_promise()
        self.assertEqual(lead.promise_id.user_id, self.seller)

    def test_an_unassigned_lead_is_everybodys(self):
        lead = self._lead((self.product, 6), user_id=False)
        lead.action_hold_promise()
        lead.with_user(self.colleague).action_release_promise()
        self.assertEqual(lead.promise_state, "released")

    def test_portal_users_see_nothing(self):
        portal = self._user("crm_portal", "base.group_portal")
        for model in ("crm.lead.promise.line", "crm.promise.need.report"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])

    def test_companies_are_kept_apart(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user(
            "crm_stranger", "sales_team.group_sale_salesman_all_leads"
        )
        stranger.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        lead = self._held_lead()
        for model, domain in (
            ("crm.lead.promise.line", [("lead_id", "=", lead.id)]),
            ("crm.promise.need.report", [("lead_id", "=", lead.id)]),
        ):
            records = self.env[model].with_context(allowed_company_ids=company.ids)
            self.assertFalse(records.with_user(stranger).search(domain))
            self.assertTrue(self.env[model].with_user(self.seller).search(domain))

    def test_a_hold_does_not_move_to_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.seller.company_ids |= company
        lead = self._held_lead()
        promise = lead.promise_id
        lead.with_context(
            allowed_company_ids=[self.company.id, company.id]
        ).company_id = company
        self.assertEqual(promise.state, "released")
        self.assertFalse(lead.promised_date)
