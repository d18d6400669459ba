"""When a promise was kept: by what was asked for, first promised, last promised."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestKept(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(100)

    def order_of(self, quantity=10, **values):
        """A confirmed promise and the delivery that carries it."""
        promise = self.hold(self.line(quantity, **values))
        line = promise.line_ids.sudo()
        promise.sudo()._confirm()
        move = self.delivery(
            quantity, 0, promise_line_id=line.id, date=line.material_date
        )
        return line, move

    def deliver(self, move, days, quantity=None):
        self.env.flush_all()
        with freeze_time(self.moment(days)):
            return self.done(move, quantity)

    def assertKept(self, line, requested, first, latest):
        self.assertEqual(
            (line.kept_requested, line.kept_first, line.kept_latest),
            (requested, first, latest),
        )
        self.assertEqual(line.status, "kept" if latest else "broken")

    def test_delivered_on_the_promised_day_is_kept(self):
        line, move = self.order_of()
        self.assertEqual(line.status, "on_time")
        self.done(move)
        self.assertEqual((line.delivered_quantity, line.delivered_date), (10, NOW))
        self.assertEqual(line.promise_id.state, "done")
        self.assertKept(line, False, True, True)

    def test_any_hour_of_the_promised_day_keeps_it(self):
        line, move = self.order_of()
        with freeze_time(NOW + timedelta(hours=14)):
            self.done(move)
        self.assertKept(line, False, True, True)

    def test_earlier_than_promised_is_kept(self):
        line, move = self.order_of(requested_date=self.moment(9))
        self.done(move)
        self.assertKept(line, True, True, True)

    def test_a_day_late_is_broken(self):
        line, move = self.order_of()
        self.deliver(move, 1)
        self.assertKept(line, False, False, False)

    def test_three_bases(self):
        """Wanted on day 2, promised for 5, promised again for 8, there on 6."""
        self.on_hand(-100)
        receipt = self.receipt(10, 5)
        line, move = self.order_of(requested_date=self.moment(2))
        self.assertEqual(line.promised_date, self.moment(5))
        receipt.date = self.moment(8)
        line.promise_id.with_user(self.user).action_repromise()
        self.assertEqual(line.promised_date, self.moment(8))
        self.assertEqual(line.first_promised_date, self.moment(5))
        self.done(receipt)
        self.deliver(move, 6)
        self.assertKept(line, False, False, True)

    def test_date_is_that_of_the_last_unit(self):
        line, move = self.order_of(requested_date=self.moment(3))
        self.deliver(move, 1, 4)
        self.assertEqual((line.delivered_quantity, line.delivered_date), (4, False))
        self.assertEqual(line.promise_id.state, "confirmed")
        backorder = line.move_ids.filtered(lambda move: move.state != "done")
        self.assertEqual(backorder.product_qty, 6)
        self.deliver(backorder, 5)
        self.assertEqual(line.delivered_quantity, 10)
        self.assertEqual(line.delivered_date, self.moment(5))
        self.assertKept(line, False, False, False)

    def test_what_is_never_sent_breaks_the_promise(self):
        line, move = self.order_of(requested_date=self.moment(3))
        self.deliver(move, 1, 4)
        line.move_ids.filtered(lambda move: move.state != "done")._action_cancel()
        self.assertKept(line, False, False, False)
        self.assertEqual(line.promise_id.state, "done")

    def test_return_does_not_undo_what_was_kept(self):
        line, move = self.order_of()
        self.done(move)
        back = self._create_move(
            self.customers, self.stock, 3, 2, origin_returned_move_id=move.id
        )._action_confirm()
        self.assertEqual(back.promise_line_id, line)
        self.deliver(back, 2)
        self.assertEqual(line.delivered_quantity, 7)
        self.assertKept(line, False, True, True)

    def test_pick_is_no_delivery(self):
        self.warehouse.delivery_steps = "pick_ship"
        promise = self.hold(self.line(10))
        line = promise.line_ids.sudo()
        promise.sudo()._confirm()
        pick = self.order(10, 0, promise_line_id=line.id)
        self.assertEqual(pick.promise_line_id, line)
        self.done(pick)
        self.assertFalse(line.delivered_date)
        ship = line.move_ids - pick
        self.assertEqual(len(ship), 1)
        self.done(ship)
        self.assertEqual(line.delivered_date, NOW)

    def test_units_of_the_line(self):
        line, move = self.order_of(2, uom_id=self.dozen.id)
        move.product_uom_qty = 24
        self.done(move)
        self.assertEqual(line.delivered_quantity, 2)
        self.assertKept(line, False, True, True)
