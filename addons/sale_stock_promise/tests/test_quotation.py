from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import NOW, SalePromiseCase


class TestQuotation(SalePromiseCase):
    # -- looking dates up ----------------------------------------------------------

    def test_promise_dates_are_written_on_the_lines(self):
        self._receipt(self.other, 5, days=4)
        order = self._order((self.product, 3), (self.other, 15))
        self.assertIs(order.action_compute_promise(), True)
        first, second = order.order_line
        self.assertEqual(first.promised_date, NOW)
        self.assertEqual(second.promised_date, NOW + timedelta(days=4))
        self.assertEqual(second.promise_ship_date, second.promised_date)
        self.assertFalse(order.promise_id)

    def test_the_lead_time_typed_on_the_line_counts(self):
        order = self._order((self.product, 3))
        with Form(order) as form, form.order_line.edit(0) as line:
            line.customer_lead = 6
        order.action_compute_promise()
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=6))
        order.order_line.customer_lead = 2
        self.assertFalse(order.order_line.promised_date)

    def test_a_lead_time_typed_on_a_held_line_moves_the_hold(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        self.assertEqual(order.order_line.promised_date, NOW)
        order.order_line.customer_lead = 3
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=3))
        promise = order.promise_id
        promise.action_repromise()
        self.assertEqual(promise.line_ids.promised_date, NOW + timedelta(days=3))
        order.action_confirm()
        self.assertEqual(order.promise_id, promise)
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=3))

    def test_a_line_without_supply_has_no_date(self):
        order = self._order((self.product, 11))
        order.action_compute_promise()
        self.assertFalse(order.order_line.promised_date)

    def test_a_date_is_void_once_the_quantity_changes(self):
        order = self._order((self.product, 3))
        order.action_compute_promise()
        order.order_line.product_uom_qty = 4
        self.assertFalse(order.order_line.promised_date)

    def test_only_goods_are_promised(self):
        order = self._order((self.product, 3), (self.service, 1), (self.other, 0))
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Brakes"}),
            Command.create({"display_type": "line_note", "name": "By Friday"}),
            Command.create(
                {
                    "product_id": self.other.id,
                    "product_uom_qty": 1,
                    "is_downpayment": True,
                }
            ),
        ]
        order.action_hold_promise()
        self.assertEqual(order.promise_id.line_ids.product_id, self.product)
        promised = order.order_line.filtered("promised_date")
        self.assertEqual(promised.product_id, self.product)

    def test_nothing_to_promise_is_said(self):
        order = self._order((self.service, 1))
        with self.assertRaisesRegex(UserError, "no goods to promise"):
            order.action_compute_promise()
        with self.assertRaisesRegex(UserError, "no goods to promise"):
            order.action_hold_promise()

    def test_the_security_lead_counts(self):
        self.company.security_lead = 2
        self._receipt(self.product, 5, days=4)
        order = self._order((self.product, 15))
        order.action_compute_promise()
        self.assertEqual(order.order_line.promise_ship_date, NOW + timedelta(days=6))

    def test_a_count_that_is_not_applied_is_no_stock(self):
        product = self._product("Counted Only")
        self.env["stock.quant"].create(
            {
                "product_id": product.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": 4,
            }
        )
        order = self._order((product, 1))
        order.action_compute_promise()
        self.assertFalse(order.order_line.promised_date)

    def test_units_of_the_line_are_those_of_the_promise(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.product, 20)
        order = self._order((self.product, 2))
        order.order_line.product_uom_id = dozen
        order.action_hold_promise()
        self.assertEqual(order.promise_id.line_ids.product_uom_id, dozen)
        self.assertEqual(self._atp(self.product), 6)

    # -- a date that cannot be kept ------------------------------------------------

    def test_an_impossible_date_is_shown_before_it_is_saved(self):
        self._receipt(self.product, 5, days=4)
        order = self._order((self.product, 15))
        with Form(order) as form:
            possible = fields.Datetime.to_datetime(form.promise_possible_date)
            self.assertEqual(possible, NOW + timedelta(days=4))
            self.assertFalse(form.promise_alert)
            with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
                form.commitment_date = NOW + timedelta(days=2)
            self.assertIn("cannot be kept", form.promise_alert)
            form.commitment_date = NOW + timedelta(days=5)
            self.assertFalse(form.promise_alert)
            with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
                form.commitment_date = NOW + timedelta(days=2)
        self.assertEqual(order.commitment_date, NOW + timedelta(days=2), "only warned")

    def test_the_warning_is_a_notification_not_a_question(self):
        order = self._order((self.product, 15))
        values = {"commitment_date": NOW + timedelta(days=2)}
        result = order.onchange(
            values,
            ["commitment_date"],
            {"commitment_date": {}, "promise_alert": {}, "promise_possible_date": {}},
        )
        self.assertEqual(result["warning"]["type"], "notification")
        self.assertIn("Brake Disc", result["warning"]["message"])

    def test_a_program_may_create_an_order_with_an_impossible_date(self):
        order = self._order((self.product, 15), commitment_date=NOW - timedelta(days=9))
        self.assertIn("No date can be promised", order.promise_alert)

    def test_an_incomplete_quotation_has_no_alert(self):
        form = Form(self.env(user=self.seller)["sale.order"])
        form.commitment_date = NOW
        self.assertFalse(form.promise_alert)

    def test_the_own_hold_is_possible(self):
        order = self._order((self.product, 10))
        order.action_hold_promise()
        self.assertEqual(order.promise_possible_date, NOW)

    # -- quoted elsewhere ------------------------------------------------------------

    def _quoted(self, order):
        answer = order._simulate_promise()
        return answer["lines"][0]["quoted_elsewhere"]

    def test_other_quotations_are_named_but_not_deducted(self):
        order = self._order((self.product, 6))
        self.assertEqual(self._quoted(order), 0, "a quotation does not see itself")
        other = self._order((self.product, 7))
        self.assertEqual(self._quoted(order), 7)
        self.assertTrue(order._simulate_promise()["promised_date"])
        other.action_hold_promise()
        self.assertEqual(self._quoted(order), 0, "what is held is deducted instead")
        other.action_release_promise()
        self.assertEqual(self._quoted(order), 7)

    def test_a_lapsed_quotation_is_not_quoted(self):
        order = self._order((self.product, 6))
        self._order((self.product, 7), validity_date=NOW.date() - timedelta(days=1))
        self.assertEqual(self._quoted(order), 0)

    def test_quoted_quantities_are_in_the_unit_of_who_asks(self):
        self._order((self.product, 6))
        order = self._order((self.product, 1))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self._quoted(order), 0.5)

    def test_quotations_in_a_unit_just_made_are_counted(self):
        crate = self.env["uom.uom"].create(
            {
                "name": "Crate of 5",
                "relative_factor": 5,
                "relative_uom_id": self.env.ref("uom.product_uom_unit").id,
            }
        )
        self._order((self.product, 2)).order_line.product_uom_id = crate
        self.assertEqual(self._quoted(self._order((self.product, 1))), 10)

    # -- holding ---------------------------------------------------------------------

    def test_hold_claims_all_lines(self):
        order = self._order((self.product, 3), (self.other, 4))
        self.assertIs(order.action_hold_promise(), True)
        promise = order.promise_id
        self.assertEqual(promise.state, "held")
        self.assertEqual(promise.partner_id, self.partner)
        self.assertEqual(promise.origin, order.name)
        self.assertEqual(promise.user_id, self.seller)
        self.assertEqual(order.order_line.promise_line_id, promise.line_ids)
        self.assertEqual(order.promise_hold_until, NOW + timedelta(hours=24))
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (7, 6))

    def test_hold_is_all_or_nothing(self):
        order = self._order((self.product, 3), (self.other, 40))
        with self.assertRaisesRegex(UserError, "Brake Pad"):
            order.action_hold_promise()
        self.assertFalse(order.promise_id)
        self.assertEqual(self._atp(self.product), 10)

    def test_hold_twice_holds_once(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        order.action_hold_promise()
        self.assertEqual(self._atp(self.product), 7)

    def test_an_expired_hold_is_free_and_can_be_held_anew(self):
        order = self._order((self.product, 10))
        order.action_hold_promise()
        first = order.promise_id
        self._tick(hours=24)
        self.assertEqual(order.promise_state, "expired")
        self.assertEqual(self._atp(self.product), 10)
        self._order((self.product, 4)).action_hold_promise()
        with self.assertRaises(UserError):
            order.action_hold_promise()
        order.order_line.product_uom_qty = 6
        order.action_hold_promise()
        self.assertNotEqual(order.promise_id, first)
        self.assertEqual(order.promise_id.state, "held")
        self.assertEqual(self._atp(self.product), 0)

    def test_extend_and_release(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        order.action_extend_promise()
        self.assertEqual(order.promise_hold_until, NOW + timedelta(hours=48))
        order.action_release_promise()
        self.assertEqual(order.promise_state, "released")
        self.assertEqual(self._atp(self.product), 10)
        with self.assertRaisesRegex(UserError, "holds no goods"):
            order.action_extend_promise()

    def test_extending_respects_the_companys_limit(self):
        self.company.promise_extensions_max = 1
        order = self._order((self.product, 3))
        order.action_hold_promise()
        order.action_extend_promise()
        with self.assertRaisesRegex(UserError, "extended 1 times"):
            order.action_extend_promise()

    def test_holding_respects_the_companys_limit_of_value(self):
        self.company.promise_hold_value_max = 250
        order = self._order((self.product, 3))
        with self.assertRaisesRegex(UserError, "up to which you may hold"):
            order.action_hold_promise()

    def test_the_limit_of_value_counts_what_the_customer_pays(self):
        currency = self.env["res.currency"].create(
            {
                "name": "HFD",
                "symbol": "h",
                "rate_ids": [Command.create({"name": "2030-01-01", "rate": 2})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Halves", "currency_id": currency.id}
        )
        order = self._order((self.product, 3), pricelist_id=pricelist.id)
        self.assertEqual(order.amount_untaxed, 600)
        self.company.promise_hold_value_max = 299
        with self.assertRaisesRegex(UserError, "300"):
            order.action_hold_promise()
        self.company.promise_hold_value_max = 300
        order.action_hold_promise()
        self.assertAlmostEqual(order.promise_id.amount, 300)
        other = self._order((self.other, 2), pricelist_id=pricelist.id)
        other.action_confirm()
        self.assertAlmostEqual(other.sudo().promise_id.amount, 200)
        # a discount is what the customer does not pay
        order.order_line.discount = 50
        order.order_line.product_uom_qty = 6
        self.assertAlmostEqual(order.promise_id.amount, 300)

    def test_a_copy_has_no_promise(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        copy = order.copy()
        self.assertFalse(copy.promise_id)
        self.assertFalse(copy.order_line.promise_line_id)
        self.assertFalse(copy.order_line.promised_date)
        self.assertEqual(self._atp(self.product), 7)

    def test_a_promise_to_somebody_else_cannot_be_used(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        stranger = self.env["res.partner"].create({"name": "Somebody Else"})
        other = self._order((self.product, 1), partner_id=stranger.id)
        with self.assertRaisesRegex(ValidationError, "was made to"):
            other.promise_id = order.promise_id

    def test_a_promise_leads_to_its_quotation_and_back(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        promise = order.promise_id
        self.assertEqual(promise.sale_order_count, 1)
        self.assertEqual(promise.action_view_sale_orders()["res_id"], order.id)
        self.assertEqual(order.action_view_promise()["res_id"], promise.id)

    # -- what would be there sooner ------------------------------------------------

    def test_a_substitute_is_offered_on_the_line_and_taken_from_there(self):
        late = self._product("Brake Disc Vented")
        self._receipt(late, 5, days=20)
        self.env["delivery.promise.substitute"].create(
            {
                "product_tmpl_id": late.product_tmpl_id.id,
                "substitute_id": self.product.id,
            }
        )
        order = self._order((late, 3), (self.other, 1))
        order.action_compute_promise()
        line = order.order_line[0].with_user(self.seller)
        (offer,) = line.get_promise_timeline()["alternatives"]
        self.assertEqual((offer["kind"], offer["usable"]), ("product", True))
        line.action_use_alternative(offer["product_id"], offer["warehouse_id"])
        self.assertEqual(line.product_id, self.product)
        self.assertEqual(line.promised_date, NOW)
        with self.assertRaisesRegex(UserError, "not offered"):
            line.action_use_alternative(offer["product_id"], offer["warehouse_id"])
