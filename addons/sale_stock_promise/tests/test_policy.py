"""The company's policy where orders are confirmed."""

from datetime import timedelta

from .common import NOW, SalePromiseCase


class TestPolicy(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.promise_safety_stock = "orderpoint"
        cls.minimum = cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.product.id,
                "warehouse_id": cls.warehouse.id,
                "location_id": cls.warehouse.lot_stock_id.id,
                "product_min_qty": 4,
                "product_max_qty": 4,
                "trigger": "manual",
            }
        )

    def test_an_order_without_a_hold_leaves_the_safety_stock(self):
        self._receipt(self.product, 5, days=3)
        order = self._order((self.product, 8))
        order.action_confirm()
        self.assertEqual(
            order.order_line.promised_date, NOW + timedelta(days=3), "not from the 10"
        )

    def test_an_order_is_confirmed_although_only_safety_stock_is_there(self):
        order = self._order((self.product, 8))
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.order_line.promised_date)

    def test_a_hold_is_taken_over_although_the_minimum_was_raised(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        self.minimum.product_min_qty = 10
        order.action_confirm()
        self.assertEqual(order.order_line.promised_date, NOW)
        self.assertEqual(order.promise_id.line_ids.status, "on_time")
        self.assertEqual(order.sudo().picking_ids.move_ids.date_deadline, NOW)

    def test_a_quotation_beyond_the_horizon_gets_no_date(self):
        self.company.promise_horizon_days = 5
        self._receipt(self.product, 5, days=6)
        order = self._order((self.product, 12))
        order.action_compute_promise()
        self.assertFalse(order.order_line.promised_date)
