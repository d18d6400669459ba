"""Data of the tests of drop-shipping: a girder that its vendor sends."""

from datetime import timedelta

from odoo import Command

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


class DropshippingCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.days_to_purchase = 0
        cls.vendor = cls.env["res.partner"].create({"name": "Steel Mill"})
        cls.route = cls.env.ref("stock_dropshipping.route_drop_shipping")
        cls.straight = cls._create_product("Girder")
        cls.straight.route_ids = cls.route
        cls.seller = cls.env["product.supplierinfo"].create(
            {
                "partner_id": cls.vendor.id,
                "product_tmpl_id": cls.straight.product_tmpl_id.id,
                "delay": 5,
                "company_id": cls.company.id,
            }
        )
        cls.salesman = cls._create_user(
            "drop_salesman", "sales_team.group_sale_manager"
        )
        # Where receipts are in batches, Odoo asks buyers for rights on these.
        cls.buyer = cls._create_user(
            "drop_buyer", "purchase.group_purchase_user,stock.group_stock_user"
        )

    def later(self, days):
        return NOW + timedelta(days=days)

    def sale(self, quantity=3, product=None, **values):
        return (
            self.env["sale.order"]
            .with_user(self.salesman)
            .create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": (product or self.straight).id,
                                "product_uom_qty": quantity,
                                **values,
                            }
                        )
                    ],
                }
            )
        )

    def bought(self, order):
        lines = self.env["purchase.order.line"].search(
            [("sale_line_id", "in", order.order_line.ids)]
        )
        return lines.with_user(self.buyer)

    def reasons(self, answer):
        return {r["code"]: r["message"] for r in answer["lines"][0]["reasons"]}
