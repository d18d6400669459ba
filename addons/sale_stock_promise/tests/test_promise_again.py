"""Several orders promised again as one request: nothing twice, nobody later without
need."""

from datetime import timedelta
from itertools import count
from unittest.mock import patch

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.stock_promise.models import promised_again

from .common import NOW
from .test_reservation import ReservedCase


@tagged("post_install", "-at_install")
class TestPromiseAgainTogether(ReservedCase):
    def again(self, *orders):
        """What the planner does; the rows of the wizard, by order."""
        promises = self.env["delivery.promise"].union(
            *(order.sudo().promise_id for order in orders)
        )
        action = promises.with_user(self.planner).action_promise_again()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.planner)
            .browse(action["res_id"])
        )
        rows = {row.promise_id: row for row in wizard.row_ids}
        shown = [
            (rows[order.sudo().promise_id].outcome, rows[order.sudo().promise_id].days)
            for order in orders
        ]
        with Form(wizard) as form:
            for index in range(len(wizard.row_ids)):
                with form.row_ids.edit(index) as row:
                    row.selected = True
        wizard.action_apply()
        self.env.cr.precommit.run()
        return shown

    def day(self, order):
        date = self.line(order).promised_date
        return date and (date.date() - NOW.date()).days

    def days(self, *orders):
        return [self.day(order) for order in orders]

    def test_reserved_goods_stay_and_nothing_is_promised_twice(self):
        product = self.goods(15)
        receipt = self._receipt(product, 1, 3)
        late = self.confirmed(product, 6)
        newer = self.confirmed(product, 10, **self.wanted_in(5))
        self.assertEqual(
            [self.moves(order).quantity for order in (late, newer)], [6, 9]
        )
        self.clock.move_to(NOW + timedelta(days=2))
        receipt.date = NOW + timedelta(days=12)
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        self.assertEqual(self.line(late).status, "late")
        self.assertEqual(self.line(newer).status, "at_risk")
        shown = self.again(newer, late)
        self.assertEqual(self.days(late, newer), [2, 12])
        self.assertEqual(shown, [("later", 7), ("later", 2)])
        self.assertEqual(
            [self.moves(order).quantity for order in (late, newer)], [6, 9]
        )
        self.assertEqual(
            [self.line(order).status for order in (late, newer)], ["on_time"] * 2
        )
        answer = self.env["delivery.promise"].simulate(
            {
                "warehouse_id": self.warehouse.id,
                "lines": [{"product_id": product.id, "quantity": 1}],
            }
        )
        self.assertFalse(answer["promised_date"], "all sixteen are promised")

    def test_order_does_not_matter(self):
        for turned in (False, True):
            product = self.goods(5)
            receipt = self._receipt(product, 5, 3)
            orders = [
                self.confirmed(product, 5),
                self.confirmed(product, 5, **self.wanted_in(4)),
            ]
            receipt.date = NOW + timedelta(days=9)
            self.env.cr.precommit.run()
            self.again(*reversed(orders) if turned else orders)
            self.assertEqual(self.days(*orders), [0, 9])

    def test_who_is_not_at_risk_keeps_the_date(self):
        self.warehouse.promise_cutoff = 9.5
        product = self.goods(10)
        order = self.confirmed(product, 4)
        other = self.confirmed(product, 6, **self.wanted_in(6))
        # after the cut-off a new order would leave tomorrow
        self.clock.move_to(NOW + timedelta(hours=1))
        shown = self.again(order, other)
        self.assertEqual(self.days(order, other), [0, 6])
        self.assertEqual(shown, [("same", 0), ("same", 0)])

    def test_four_minutes_are_no_change(self):
        product = self.goods(10)
        order = self.confirmed(product, 4)
        self.clock.move_to(NOW + timedelta(minutes=4))
        self.assertEqual(self.again(order), [("same", 0)])

    def test_greater_priority_makes_nobody_later_than_possible(self):
        product = self.goods(0)
        first = self._receipt(product, 5, 4)
        second = self._receipt(product, 5, 6)
        low = self.confirmed(product, 5)
        high = self.confirmed(product, 5)
        high.sudo().promise_id.priority = "3"
        self.assertEqual(self.days(low, high), [4, 6])
        first.date = NOW + timedelta(days=10)
        second.date = NOW + timedelta(days=14)
        self._receipt(product, 5, 7)
        self.env.cr.precommit.run()
        self.again(low, high)
        # the lower one was possible on the 7th day, the greater one on the 10th
        self.assertEqual(self.days(low, high), [7, 10])

    def test_greater_priority_gets_what_is_free_first(self):
        product = self.goods(0)
        self._receipt(product, 5, 4)
        self._receipt(product, 5, 6)
        low = self.confirmed(product, 5)
        high = self.confirmed(product, 5)
        high.sudo().promise_id.priority = "3"
        self._stock(product, 5)
        self.env.cr.precommit.run()
        self.again(low, high)
        self.assertEqual(self.days(low, high), [4, 0])

    def test_others_who_are_late_make_nobody_later(self):
        product = self.goods(5)
        order = self.confirmed(product, 5)
        receipt = self._receipt(product, 8, 10)
        stuck = self.confirmed(product, 8, **self.wanted_in(12))
        receipt._action_cancel()
        self.env.cr.precommit.run()
        self.assertEqual(self.line(stuck).status, "at_risk")
        self.assertEqual(self.line(order).status, "on_time")
        self.assertEqual(self.again(order), [("same", 0)])
        self.assertEqual(self.day(order), 0)
        self.assertEqual(self.moves(order).quantity, 5)

    def test_holds_and_orders_are_promised_together(self):
        product = self.goods(4)
        receipt = self._receipt(product, 4, 3)
        order = self.confirmed(product, 4, **self.wanted_in(4))
        held = self._order((product, 4))
        held.action_hold_promise()
        self.env.cr.precommit.run()
        receipt.date = NOW + timedelta(days=8)
        self.env.cr.precommit.run()
        self.again(order, held)
        self.assertEqual(sorted(self.days(order, held)), [4, 8])
        self.assertEqual(self._atp(product, 8), 0)

    def test_job_takes_slices_in_the_order_of_rank(self):
        product = self.goods(0)
        receipt = self._receipt(product, 30, 3)
        orders = [self.confirmed(product, 1) for __ in range(23)]
        receipt.date = NOW + timedelta(days=9)
        self.env.cr.precommit.run()
        promises = self.env["delivery.promise"].union(
            *(order.sudo().promise_id for order in orders)
        )
        promises.with_user(self.planner)._promise_again_later()
        waiting = promises._in_order_of_promising()
        chosen = waiting._next_slice()
        self.assertEqual(len(chosen), 20)
        self.assertEqual(chosen, waiting[:20])
        self.assertEqual(chosen._promise_slice(), chosen)
        self.assertFalse(chosen.again_user_id)
        rest = (waiting - chosen)._next_slice()
        self.assertEqual(rest._promise_slice(), rest)
        self.assertEqual(set(self.days(*orders)), {9})
        self.assertEqual(
            promises.line_ids.mapped("first_promised_date"),
            [fields.Datetime.now() + timedelta(days=3)] * 23,
        )

    def test_the_lock_is_held_for_as_long_as_it_may_be(self):
        """Each turn takes a second by the clock of this test: after three and a half
        nobody's begins any more, neither in the window nor in a slice of the job."""
        product = self.goods(0)
        receipt = self._receipt(product, 30, 3)
        orders = [self.confirmed(product, 1) for __ in range(10)]
        receipt.date = NOW + timedelta(days=9)
        self.env.cr.precommit.run()
        promises = self.env["delivery.promise"].union(
            *(order.sudo().promise_id for order in orders)
        )
        seconds = count()
        with patch.object(promised_again, "monotonic", lambda: float(next(seconds))):
            wizard = self.env["delivery.promise.again"].with_user(self.planner)
            wizard = wizard.create({})
            self.env["delivery.promise.again.row"].with_user(self.planner).create(
                [
                    {"wizard_id": wizard.id, "promise_id": promise.id, "selected": True}
                    for promise in promises
                ]
            )
            said = wizard.action_apply()
            self.assertEqual(said["tag"], "display_notification")
            left = promises.filtered("again_user_id")
            self.assertEqual(len(left), 6)
            self.assertEqual(self.days(*orders[:4]), [9] * 4)
            slices = []
            while waiting := left.filtered("again_user_id")._in_order_of_promising():
                slices.append(len(waiting._next_slice()._promise_slice()))
                self.assertLess(len(slices), 5)
        self.assertEqual(slices, [4, 2])
        self.assertEqual(set(self.days(*orders)), {9})
