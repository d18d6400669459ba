"""The history of an order's promised dates names the order."""

from datetime import timedelta

from odoo.tests import tagged

from .common import NOW, SalePromiseCase


@tagged("post_install", "-at_install")
class TestOrderHistory(SalePromiseCase):
    def _changes(self, order):
        self.env.cr.flush()
        promise = order.sudo().promise_id
        promise.invalidate_recordset(["history_ids"])
        return promise.history_ids.with_user(self.seller)

    def test_confirmation_is_recorded_with_its_order(self):
        order = self._order((self.product, 5))
        order.action_confirm()
        change = self._changes(order)
        self.assertEqual((change.cause, change.user_id), ("confirmation", self.seller))
        self.assertEqual(change.document, order.name)

    def test_hold_of_a_quotation_is_recorded_once(self):
        order = self._order((self.product, 5))
        order.action_hold_promise()
        self.env.cr.flush()
        order.action_confirm()
        change = self._changes(order)
        self.assertEqual((change.cause, change.document), ("hold", order.name))

    def test_greater_quantity_moves_the_date_because_of_the_order(self):
        self._receipt(self.product, 10, 6)
        order = self._order((self.product, 10))
        order.action_confirm()
        self.env.cr.flush()
        order.order_line.product_uom_qty = 12
        change = self._changes(order)[0]
        self.assertEqual((change.cause, change.document), ("order", order.name))
        self.assertEqual(change.new_date, NOW + timedelta(days=6))
