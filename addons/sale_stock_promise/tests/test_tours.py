from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSalePromiseTours(HttpCase):
    def test_a_quotation_is_promised_held_released_and_confirmed(self):
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
            product, warehouse.lot_stock_id, 10.0
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Garage"}).id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 4})
                ],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "sale_stock_promise_quotation",
            login="tour_seller",
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertEqual(order.order_line.move_ids.promise_line_id.quantity, 4.0)
