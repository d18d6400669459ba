from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


class PromiseTourCase(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            login="tour_promiser",
            groups="base.group_user,stock_promise.group_promise_user",
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.partner = cls.env["res.partner"].create({"name": "Tour Garage"})
        cls.product = cls.env["product.product"].create(
            {"name": "Tour Brake Disc", "type": "consu", "is_storable": True}
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 10.0
        )

    def _hold(self, quantity):
        promises = self.env["delivery.promise"].with_user(self.user)
        answer = promises.hold(
            {
                "partner_id": self.partner.id,
                "lines": [{"product_id": self.product.id, "quantity": quantity}],
            }
        )
        return promises.browse(answer["promise_id"])

    def _available(self):
        today = fields.Date.today()
        profile = self.env["delivery.promise"].atp_profile(
            [self.product.id],
            self.warehouse.id,
            fields.Date.to_string(today),
            fields.Date.to_string(today + timedelta(days=1)),
        )
        return profile[str(self.product.id)][-1]["available_to_promise"]


@tagged("post_install", "-at_install")
class TestPromiseTours(PromiseTourCase):
    def test_user_makes_a_promise_by_hand(self):
        self.start_tour(
            "/odoo/promises", "stock_promise_by_hand", login="tour_promiser"
        )
        promise = self.env["delivery.promise"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(promise.user_id, self.user)
        self.assertEqual(promise.line_ids.product_id, self.product)
        self.assertEqual(promise.line_ids.quantity, 4.0)
        self.assertEqual(promise.state, "held")
        self.assertEqual(self._available(), 6.0)

    def test_product_shows_what_can_be_promised(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "scheduled_date": fields.Datetime.now() + timedelta(days=42),
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 20.0,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                            "date": fields.Datetime.now() + timedelta(days=42),
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        self._hold(4.0)
        template = self.product.product_tmpl_id
        for record in (template, self.product):
            with self.subTest(model=record._name):
                self.start_tour(
                    f"/odoo/{record._name}/{record.id}",
                    "stock_promise_product_tab",
                    login="tour_promiser",
                )

    def test_product_without_stock_says_what_to_do_first(self):
        product = self.env["product.product"].create(
            {"name": "Tour Spark Plug", "type": "consu", "is_storable": True}
        )
        self.start_tour(
            f"/odoo/product.product/{product.id}",
            "stock_promise_product_tab_empty",
            login="tour_promiser",
        )

    def test_product_shows_each_variant_and_warehouse(self):
        depot = self.env["stock.warehouse"].create(
            {"name": "Tour Depot", "code": "TDP"}
        )
        attribute = self.env["product.attribute"].create(
            {
                "name": "Tour Width",
                "value_ids": [
                    Command.create({"name": "Narrow", "sequence": 1}),
                    Command.create({"name": "Wide", "sequence": 2}),
                ],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Tour Roof Box",
                "type": "consu",
                "is_storable": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": attribute.value_ids.ids,
                        }
                    )
                ],
            }
        )
        wide = template.product_variant_ids.filtered(
            lambda product: "Wide" in product.display_name
        )
        for warehouse, quantity in ((self.warehouse, 3.0), (depot, 7.0)):
            self.env["stock.quant"]._update_available_quantity(
                wide, warehouse.lot_stock_id, quantity
            )
        self.start_tour(
            f"/odoo/product.template/{template.id}",
            "stock_promise_product_tab_choices",
            login="tour_promiser",
        )


@tagged("post_install", "-at_install")
class TestPromiseToursPhone(PromiseTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_user_releases_a_hold_on_a_phone(self):
        promise = self._hold(4.0)
        self.start_tour(
            "/odoo/promises", "stock_promise_on_a_phone", login="tour_promiser"
        )
        promise.invalidate_recordset()
        self.assertEqual(promise.state, "released")
        self.assertEqual(self._available(), 10.0)
