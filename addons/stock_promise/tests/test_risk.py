"""What is promised and cannot be met any more is seen at once."""

from odoo.tests import tagged

from .test_reservation import PromisedMovesCase


@tagged("post_install", "-at_install")
class TestRisk(PromisedMovesCase):
    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def test_slipped_receipt_puts_its_promise_at_risk_with_the_new_date(self):
        receipt = self.receipt(5, 10)
        line = self.hold(5).line_ids
        promised = line.promised_date
        self.settle()
        self.assertEqual(line.status, "on_time")
        receipt.date = self.in_days(17)
        self.settle()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual((line.feasible_date - promised).days, 7)
        self.assertIn("7 day(s) later", line.risk_message)
        self.assertEqual(line.promised_date, promised, "a promise never moves itself")

    def test_risk_goes_when_its_cause_goes(self):
        receipt = self.receipt(5, 10)
        line = self.hold(5).line_ids
        receipt.date = self.in_days(17)
        self.settle()
        receipt.date = self.in_days(10)
        self.settle()
        self.assertEqual(line.status, "on_time")
        self.assertFalse(line.feasible_date)

    def test_cancelled_receipt_leaves_a_promise_without_supply(self):
        receipt = self.receipt(5, 10)
        line = self.hold(5).line_ids
        receipt._action_cancel()
        self.settle()
        self.assertEqual(line.status, "at_risk")
        self.assertFalse(line.feasible_date)
        self.assertIn("No known supply", line.risk_message)

    def test_counted_down_stock_is_noticed(self):
        self.on_hand(5)
        line = self.hold(5).line_ids
        self.on_hand(-2)
        self.settle()
        self.assertEqual(line.status, "at_risk")

    def test_plain_delivery_of_an_earlier_day_is_noticed(self):
        self.on_hand(5)
        line = self.hold(5, days=10).line_ids
        self.delivery(3, 2)
        self.settle()
        self.assertEqual(line.status, "at_risk")

    def test_plain_delivery_of_a_later_day_changes_nothing(self):
        self.on_hand(5)
        line = self.hold(5, days=10).line_ids
        self.delivery(3, 12)
        self.settle()
        self.assertEqual(line.status, "on_time")

    def test_order_is_watched_like_a_hold(self):
        receipt = self.receipt(5, 10)
        move = self.promised_delivery(5, days=12)
        receipt.date = self.in_days(20)
        self.settle()
        self.assertEqual(move.promise_line_id.status, "at_risk")

    def test_made_to_order_waits_for_its_own_receipt(self):
        self.on_hand(50)
        receipt = self.receipt(5, 10)
        line = self.hold(5, days=12).line_ids
        line.promise_id._confirm()
        self.delivery(
            5,
            12,
            promise_line_id=line.id,
            procure_method="make_to_order",
            move_orig_ids=[(4, receipt.id)],
        )
        self.settle()
        self.assertEqual(line.status, "on_time")
        receipt.date = self.in_days(20)
        self.settle()
        self.assertEqual(line.status, "at_risk")

    def test_goods_whose_stock_is_not_kept_are_never_at_risk(self):
        self.product.is_storable = False
        line = self.hold(5).line_ids
        line.promise_id._confirm()
        self.delivery(5, 2, promise_line_id=line.id)
        self.settle()
        self.assertEqual(line.status, "on_time")

    def test_repromise_gives_the_new_date_and_keeps_the_first(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(5)
        first = promise.promised_date
        receipt.date = self.in_days(17)
        self.settle()
        promise.with_user(self.user).action_repromise()
        line = promise.line_ids
        self.assertEqual(line.status, "on_time")
        self.assertEqual((line.promised_date - first).days, 7)
        self.assertEqual(line.first_promised_date, first)
