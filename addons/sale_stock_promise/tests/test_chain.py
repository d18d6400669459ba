from datetime import timedelta

from odoo.tests import Form

from .common import NOW, SalePromiseCase


class TestChain(SalePromiseCase):
    def test_availability_is_right_at_every_step(self):
        """Quotation, hold, order, part delivery, backorder, return: nothing is
        counted twice, nothing is free that is claimed."""
        product = self.product  # 10 on hand
        self._receipt(product, 5, days=4)
        self.assertEqual((self._atp(product), self._atp(product, 5)), (10, 15))

        order = self._order((product, 6))
        self.assertEqual(self._atp(product), 10, "a quotation claims nothing")

        order.action_compute_promise()
        self.assertEqual(order.order_line.promised_date, NOW)
        self.assertEqual(self._atp(product), 10, "looking up claims nothing")

        order.action_hold_promise()
        self.assertEqual(order.promise_id.state, "held")
        self.assertEqual((self._atp(product), self._atp(product, 5)), (4, 9))

        order.action_confirm()
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertFalse(order.promise_id.sudo().claim_ids)
        self.assertEqual((self._atp(product), self._atp(product, 5)), (4, 9))

        picking = order.sudo().picking_ids
        backorder = self._deliver(picking, {product: 2})
        line = order.promise_id.line_ids
        self.assertEqual(line.delivered_quantity, 2)
        self.assertFalse(line.delivered_date, "not all of it is delivered")
        self.assertEqual(backorder.move_ids.promise_line_id, line)
        self.assertEqual((self._atp(product), self._atp(product, 5)), (4, 9))

        self._tick(days=1)
        self._deliver(backorder)
        self.assertEqual(line.delivered_quantity, 6)
        self.assertEqual(line.delivered_date, NOW + timedelta(days=1))
        self.assertEqual(order.promise_id.state, "done")
        self.assertEqual((self._atp(product), self._atp(product, 5)), (4, 9))

        returned = self._return(backorder, 3)
        self.assertEqual(self._atp(product), 4, "announced, not there yet")
        self._deliver(returned)
        self.assertEqual(line.delivered_quantity, 3)
        self.assertEqual(
            line.delivered_date,
            NOW + timedelta(days=1),
            "what comes back later does not undo the delivery",
        )
        self.assertEqual((self._atp(product), self._atp(product, 5)), (7, 12))

    def _return(self, picking, quantity):
        form = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        )
        wizard = form.save()
        wizard.product_return_moves.quantity = quantity
        return wizard._create_return()
