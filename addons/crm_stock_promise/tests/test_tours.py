from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """As the salesperson does it, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            "tour_seller",
            groups="sales_team.group_sale_salesman",
            password="tour_seller",
            tz="UTC",
        )
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        for name, code in (
            ("Tour Brake Disc", "TOUR-1"),
            ("Tour Brake Pad", "TOUR-PAD"),
        ):
            product = cls.env["product.product"].create(
                {
                    "name": name,
                    "default_code": code,
                    "type": "consu",
                    "is_storable": True,
                    "lst_price": 100 if code == "TOUR-1" else 50,
                    "taxes_id": [Command.clear()],
                }
            )
            cls.env["stock.quant"]._update_available_quantity(
                product, warehouse.lot_stock_id, 10
            )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Tour opportunity",
                "type": "opportunity",
                "user_id": cls.seller.id,
                "partner_id": cls.env["res.partner"].create({"name": "Garage"}).id,
            }
        )

    def test_from_the_lead_to_the_order(self):
        self.start_tour(
            f"/odoo/crm/{self.lead.id}",
            "crm_stock_promise_lead_to_order",
            login="tour_seller",
        )
        order = self.lead.order_ids
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.promise_id, self.lead.promise_id)
        self.assertEqual(
            sorted(order.picking_ids.move_ids.mapped("product_uom_qty")), [2, 6]
        )
        self.assertEqual(self.lead.expected_revenue, 700)

    def test_products_from_the_catalog(self):
        self.start_tour(
            f"/odoo/crm/{self.lead.id}",
            "crm_stock_promise_catalog",
            login="tour_seller",
        )
        self.assertEqual(self.lead.promise_line_ids.product_id.default_code, "TOUR-1")
