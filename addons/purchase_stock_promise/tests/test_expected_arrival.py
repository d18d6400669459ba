from odoo.tests import Form, HttpCase, tagged

from .common import PurchaseCase


@tagged("post_install", "-at_install")
class TestExpectedArrival(PurchaseCase):
    """What a person or the vendor said last about a receipt counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sells(5)

    def ordered_and_promised(self, days=3):
        """An order of 5, and a promise in force that rests on it."""
        purchase = self.bought(5, days)
        promise = self.hold(self.line(5)).sudo()
        line = promise.line_ids
        self.assertEqual(line.promised_date, self.later(days))
        self.settle()
        return purchase, line

    def assertExpected(self, days, quantity=5):
        """So much can be promised from that day on, and nothing the day before."""
        self.assertEqual(self.atp(days - 1, days), [0, quantity])

    def assertLate(self, line, days, user):
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertEqual(line.feasible_date, self.later(days))
        self.assertEqual((line.risk_cause, line.risk_user_id), ("slipped", user))

    def test_date_on_the_order_moves_its_receipt(self):
        purchase, line = self.ordered_and_promised()
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.assertLate(line, 10, self.buyer)
        self.assertEqual(self.env[line.risk_model].browse(line.risk_res_id), purchase)

    def test_date_on_a_line_moves_its_receipt_alone(self):
        bolt = self._create_product("Bolt")
        self.sells(5, product=bolt)
        purchase = self.quotation((self.product, 5, 3), (bolt, 7, 3))
        purchase.button_confirm()
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.date_planned = self.later(10)
        self.assertExpected(10)
        self.assertEqual(self.atp(2, 3, product=bolt), [0, 7])

    def test_date_moved_without_the_lines_is_said_of_all_of_them(self):
        """As in the calendar of purchase orders, or over RPC."""
        purchase, line = self.ordered_and_promised()
        purchase.date_planned = self.later(10)
        self.assertEqual(purchase.order_line.date_planned, self.later(10))
        self.assertLate(line, 10, self.buyer)

    def test_date_of_a_quotation_is_that_of_its_receipt_when_confirmed(self):
        purchase = self.quotation((self.product, 5, 3))
        with Form(purchase) as form:
            form.date_planned = self.later(12)
        purchase.button_confirm()
        self.assertExpected(12)

    def test_earlier_date_gives_goods_earlier_and_takes_the_risk_away(self):
        purchase, line = self.ordered_and_promised()
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.assertLate(line, 10, self.buyer)
        with Form(purchase) as form:
            form.date_planned = self.later(2)
        self.settle()
        self.assertFalse(line.at_risk)

    def test_whoever_speaks_last_is_believed_the_buyer(self):
        purchase, line = self.ordered_and_promised()
        self.move_receipt(purchase, 20)
        self.assertLate(line, 20, self.storekeeper)
        with Form(purchase) as form:
            form.date_planned = self.later(30)
        self.assertLate(line, 30, self.buyer)
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.assertEqual(self.atp(9, 10), [-5, 0])

    def test_whoever_speaks_last_is_believed_the_warehouse(self):
        purchase, line = self.ordered_and_promised()
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.settle()
        self.move_receipt(purchase, 20)
        self.assertLate(line, 20, self.storekeeper)

    def move_receipt(self, purchase, days):
        receipt = purchase.sudo().picking_ids.with_user(self.storekeeper)
        receipt.scheduled_date = self.later(days)
        self.settle()

    def test_date_computed_again_for_another_quantity_says_nothing(self):
        """The form of the order sends a new date with the quantity: order date and lead
        time."""
        purchase = self.bought(5, 30)
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.product_qty = 8
        self.assertEqual(purchase.order_line.date_planned.date(), self.later(5).date())
        self.assertExpected(30, 8)

    def test_quantity_changed_over_rpc_moves_nothing_either(self):
        purchase = self.bought(5, 30)
        purchase.order_line.product_qty = 8
        self.assertExpected(30, 8)
        purchase.order_line.product_qty = 3
        self.assertExpected(30, 3)

    def test_date_typed_together_with_a_quantity_counts(self):
        purchase = self.bought(5, 30)
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.product_qty = 8
            row.date_planned = self.later(14)
        self.assertExpected(14, 8)

    def test_what_is_ordered_in_addition_comes_when_the_warehouse_said(self):
        purchase = self.bought(5, 30)
        self.move_receipt(purchase, 40)
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.product_qty = 8
        self.assertExpected(40, 8)

    def test_deadline_passed_along_a_chain_says_nothing(self):
        purchase = self.bought(5, 3)
        receipt = purchase.sudo().picking_ids.move_ids
        out = self.delivery(5, 20, procure_method="make_to_order")
        out.move_orig_ids = receipt
        out.date_deadline = self.moment(60)
        out.date_deadline = self.moment(90)
        self.assertEqual(receipt.date, self.later(3))

    def test_rest_of_a_receipt_follows_the_order(self):
        purchase = self.bought(5, 3)
        self.done(purchase.sudo().picking_ids.move_ids, 2)
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.assertEqual(self.atp(9, 10), [2, 5])

    def test_what_goes_back_to_the_vendor_is_not_moved(self):
        purchase = self.bought(5, 3)
        receipt = purchase.sudo().picking_ids
        self.done(receipt.move_ids, 3)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_ids=receipt.ids, active_id=receipt.id)
            .with_context(active_model="stock.picking")
            .create({"picking_id": receipt.id})
        )
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return().move_ids
        planned = back.date
        with Form(purchase) as form:
            form.date_planned = self.later(10)
        self.assertEqual(back.date, planned)

    # -- less than was expected ------------------------------------------------------

    def assertShort(self, line, purchase, user, cause="short"):
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertFalse(line.feasible_date)
        self.assertEqual((line.risk_cause, line.risk_user_id), (cause, user))
        self.assertEqual(self.env[line.risk_model].browse(line.risk_res_id), purchase)

    def test_receipt_closed_short_is_the_cause(self):
        purchase, line = self.ordered_and_promised()
        receipt = purchase.sudo().picking_ids.with_user(self.storekeeper)
        receipt.move_ids.quantity = 3
        receipt.move_ids.picked = True
        receipt.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=receipt.ids
        ).button_validate()
        self.assertEqual(receipt.state, "done")
        self.assertShort(line, purchase, self.storekeeper)

    def test_quantity_made_less_is_the_cause(self):
        purchase, line = self.ordered_and_promised()
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.product_qty = 4
        self.assertShort(line, purchase, self.buyer)
        with Form(purchase) as form, form.order_line.edit(0) as row:
            row.product_qty = 6
        self.settle()
        self.assertFalse(line.at_risk)

    def test_cancelled_order_is_the_cause_and_its_replacement_the_cure(self):
        purchase, line = self.ordered_and_promised()
        purchase.button_cancel()
        self.assertShort(line, purchase, self.buyer, "cancelled")
        self.bought(5, 3)
        self.settle()
        self.assertFalse(line.at_risk)

    def test_same_day_again_is_no_risk(self):
        purchase, line = self.ordered_and_promised()
        purchase.order_line.date_planned = self.later(3)
        self.settle()
        self.assertFalse(line.at_risk)


@tagged("post_install", "-at_install")
class TestExpectedArrivalOnThePortal(HttpCase, PurchaseCase):
    def test_date_that_the_vendor_gives_moves_the_receipt(self):
        self.sells(5)
        self.vendor.email = "mill@example.com"
        portal = self._create_user("mill", "base.group_portal")
        portal.partner_id.parent_id = self.vendor
        purchase = self.bought(5, 3)
        purchase.message_subscribe(portal.partner_id.ids)
        promise = self.hold(self.line(5)).sudo()
        self.authenticate("mill", "mill")
        self.make_jsonrpc_request(
            f"/my/purchase/{purchase.id}/update",
            {str(purchase.order_line.id): str(self.later(10).date())},
        )
        self.env.cr.precommit.run()
        line = promise.line_ids
        receipt = purchase.sudo().picking_ids.move_ids
        self.assertEqual(receipt.date.date(), self.later(10).date())
        self.assertTrue(line.at_risk)
        self.assertEqual(line.feasible_date.date(), self.later(10).date())
        # Odoo notes what the vendor says as nobody's doing.
        self.assertEqual(line.risk_cause, "slipped")
        self.assertEqual(self.env[line.risk_model].browse(line.risk_res_id), purchase)

    def test_hold_that_rests_on_what_another_is_to_order_is_on_time(self):
        self.sells(5)
        first = self.hold(
            self.line(8, requested_date=self.later(5)), shipping_policy="one"
        )
        self.assertEqual(first.line_ids.status, "on_time")
        order = self.bought(7, 1)
        self.settle()
        second = self.hold(self.line(2, requested_date=self.later(20)))
        self.settle()
        self.assertEqual(second.line_ids.promised_date, self.later(20))
        self.assertFalse(second.line_ids.replenish_by)
        self.assertEqual((first | second).line_ids.mapped("at_risk"), [False, False])
        # Once that other one is gone, so is what it was to order.
        order.button_cancel()
        first.action_release()
        self.settle()
        self.assertTrue(second.line_ids.at_risk)

    def test_late_goods_of_a_hold_are_not_made_good_by_its_own_plan(self):
        self.sells(5)
        first = self.hold(self.line(8, requested_date=self.later(10)))
        order = self.bought(8, 9)
        self.settle()
        self.assertEqual(first.line_ids.status, "on_time")
        with Form(order) as form:
            form.date_planned = self.later(15)
        self.settle()
        self.assertTrue(first.line_ids.at_risk)
