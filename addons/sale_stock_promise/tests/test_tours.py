from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSalePromiseTours(HttpCase):
    def _quotation(self, on_hand, quantity):
        """A quotation for goods of which so many are there, by the tour's seller."""
        new_test_user(
            self.env,
            "tour_seller",
            groups="sales_team.group_sale_salesman_all_leads",
        )
        product = self.env["product.product"].create(
            {"name": "Tour Brake Disc", "type": "consu", "is_storable": True}
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, on_hand
        )
        return self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Garage"}).id,
                "warehouse_id": warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                ],
            }
        )

    def _receipt(self, order, quantity, days):
        warehouse = order.warehouse_id
        self.env["stock.move"].create(
            {
                "product_id": order.order_line.product_id.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "date": fields.Datetime.now() + timedelta(days=days),
            }
        )._action_confirm()

    def test_a_quotation_is_promised_held_released_and_confirmed(self):
        order = self._quotation(10, 4)
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "sale_stock_promise_quotation",
            login="tour_seller",
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertEqual(order.order_line.move_ids.promise_line_id.quantity, 4.0)

    def test_a_customer_who_accepts_several_deliveries_gets_them(self):
        order = self._quotation(6, 10)
        self._receipt(order, 4, days=10)
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "sale_stock_promise_parts",
            login="tour_seller",
        )
        self.assertTrue(order.promise_allow_split)
        moves = order.order_line.move_ids.sorted("date")
        self.assertEqual(moves.mapped("product_qty"), [6.0, 4.0])
        self.assertEqual(moves.mapped("promise_part"), [1, 2])
