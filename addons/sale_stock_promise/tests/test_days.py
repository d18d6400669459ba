"""People promise days: what stays on the same day is the same for everybody."""

from datetime import timedelta

from odoo.tests import Form

from .common import NOW, SalePromiseCase


class TestSameDay(SalePromiseCase):
    def _history(self, order):
        self.env.flush_all()
        self.env.cr.precommit.run()
        return order.sudo().promise_id.history_ids

    def test_more_for_the_same_day_is_no_news(self):
        self._stock(self.product, 90)
        order = self._order((self.product, 5))
        order.action_confirm()
        rows = self._history(order)
        messages = order.message_ids
        line = order.order_line.sudo().promise_line_id
        dates = line.promised_date, line.ship_date, order.commitment_date
        self._tick(minutes=4)
        order.order_line.product_uom_qty = 4
        self._tick(hours=2)
        order.order_line.product_uom_qty = 7
        self.assertEqual(self._history(order), rows)
        self.assertFalse(
            (order.message_ids - messages).filtered(lambda m: "possible" in m.body)
        )
        self.assertEqual(
            (line.promised_date, line.ship_date, order.commitment_date), dates
        )
        self.assertEqual(line.quantity, 7)

    def test_a_wish_of_this_morning_is_one_of_today(self):
        self.clock.move_to(NOW.replace(hour=12))
        order = self._order((self.product, 5))
        with Form(order) as form:
            form.commitment_date = NOW.replace(hour=8)
        self.assertFalse(order.promise_alert)
        order.action_confirm()
        bodies = "".join(order.message_ids.mapped("body"))
        self.assertNotIn("possible", bodies)
        self.assertEqual(order.commitment_date.date(), NOW.date())

    def test_another_hour_of_the_day_is_no_other_wish(self):
        order = self._order((self.product, 5))
        order.action_hold_promise()
        rows = self._history(order)
        order.commitment_date = NOW.replace(hour=17)
        order.action_confirm()
        self.assertEqual(self._history(order), rows)
        self.assertEqual(order.order_line.promised_date, NOW)
        order.commitment_date = NOW.replace(hour=8)
        self.assertEqual(order.order_line.promised_date, NOW)

    def test_a_day_is_the_warehouses(self):
        """11:00 and 13:00 UTC are two days in Auckland, 13:00 and 20:00 are one."""
        self.company.partner_id.tz = self.warehouse.partner_id.tz = "Pacific/Auckland"
        self.clock.move_to(NOW.replace(hour=13))
        order = self._order(
            (self.product, 5), commitment_date=NOW.replace(hour=10, minute=59)
        )
        self.assertTrue(order.promise_alert, "that was yesterday")
        order.commitment_date = NOW.replace(hour=11, minute=1)
        self.assertFalse(order.promise_alert)

    def test_promised_again_for_the_same_day_says_nothing(self):
        order = self._order((self.product, 5))
        order.action_confirm()
        rows = self._history(order)
        self._tick(minutes=4)
        order.sudo().promise_id.with_user(self.seller).action_repromise()
        self.assertEqual(self._history(order), rows)
        self.assertEqual(order.order_line.promised_date, NOW)

    def test_another_day_is_told(self):
        order = self._order((self.product, 5))
        order.action_confirm()
        rows = self._history(order)
        self._receipt(self.product, 5, days=4)
        order.order_line.product_uom_qty = 15
        self.assertEqual(len(self._history(order) - rows), 1)
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=4))
        self.assertIn("possible", order.message_ids[:1].body)

    def test_a_delivery_date_emptied_is_no_news(self):
        """All at once, some of it from a receipt: every day stays."""
        self._receipt(self.product, 30, days=5)
        order = self._order((self.product, 11), picking_policy="one")
        order.action_hold_promise()
        order.action_confirm()
        order.order_line.product_uom_qty = 36
        self._tick(hours=3)
        rows, messages = self._history(order), order.message_ids
        on_promise = order.sudo().promise_id.message_ids
        with Form(order) as form:
            form.commitment_date = False
        self.assertEqual(self._history(order), rows)
        self.assertEqual(order.message_ids, messages)
        self.assertEqual(order.sudo().promise_id.message_ids, on_promise)
        self.assertEqual(
            order.commitment_date.date(), order.order_line.promised_date.date()
        )

    def test_a_held_quantity_raised_for_the_same_day_is_no_news(self):
        self._stock(self.product, 20)
        self._receipt(self.other, 30, days=3)
        order = self._order((self.product, 5), (self.other, 17), picking_policy="one")
        order.action_hold_promise()
        rows, messages = self._history(order), order.message_ids
        self._tick(hours=3)
        order.order_line[0].product_uom_qty = 15
        self.assertEqual(self._history(order), rows)
        self.assertEqual(order.message_ids, messages)
