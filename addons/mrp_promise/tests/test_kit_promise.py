from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.base.tests.common import BaseCommon


@tagged("post_install", "-at_install")
class TestKitPromise(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        create = cls.env["product.product"].create
        cls.wheel, cls.frame, cls.kit = (
            create({"name": name, "type": "consu", "is_storable": True})
            for name in ("Wheel", "Frame", "Bicycle")
        )
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.wheel.id, "product_qty": 2}),
                    Command.create({"product_id": cls.frame.id, "product_qty": 1}),
                ],
            }
        )
        stock = cls.warehouse.lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(cls.wheel, stock, 9)
        cls.env["stock.quant"]._update_available_quantity(cls.frame, stock, 10)
        cls.user = new_test_user(
            cls.env, "kit_seller", "stock_promise.group_promise_user"
        )
        cls.Promise = cls.env["delivery.promise"].with_user(cls.user)

    def _request(self, product, quantity):
        return {"lines": [{"product_id": product.id, "quantity": quantity}]}

    def _available(self, product):
        today = str(self.env.cr.now().date())
        profile = self.Promise.atp_profile([product.id], False, today, today)
        return profile[str(product.id)][0]["available_to_promise"]

    def test_a_kit_is_promised_by_its_scarcest_component(self):
        answer = self.Promise.simulate(self._request(self.kit, 4))
        self.assertTrue(answer["promised_date"])
        answer = self.Promise.simulate(self._request(self.kit, 5))
        self.assertFalse(answer["promised_date"])
        reason = answer["lines"][0]["reasons"][0]
        self.assertEqual(reason["code"], "no_supply")
        self.assertIn("Wheel", reason["message"])

    def test_goods_are_a_kit_as_soon_as_their_bill_says_so(self):
        """Which goods are kits is remembered, and forgotten with each change."""
        request = self._request(self.kit, 4)
        self.assertTrue(self.Promise.simulate(request)["promised_date"])
        self.bom.type = "normal"
        engine = self.env["delivery.promise.engine"]
        self.assertNotIn(self.kit.product_tmpl_id.id, engine._kit_templates())
        self.bom.type = "phantom"
        self.assertTrue(self.Promise.simulate(request)["promised_date"])
        self.bom.active = False
        self.assertFalse(self.Promise.simulate(request)["promised_date"])
        self.bom.copy({"active": True})
        self.assertTrue(self.Promise.simulate(request)["promised_date"])

    def test_other_bills_forget_nothing(self):
        registry = type(self.env.registry)
        with patch.object(registry, "clear_cache", autospec=True) as forgotten:
            bill = self.env["mrp.bom"].create(
                {"product_tmpl_id": self.frame.product_tmpl_id.id, "type": "normal"}
            )
            bill.product_qty = 2
            self.bom.product_qty = 1
        self.assertFalse(forgotten.called)

    def test_a_held_kit_keeps_its_components(self):
        self.Promise.hold(self._request(self.kit, 3))
        self.assertEqual(self._available(self.wheel), 3)
        self.assertEqual(self._available(self.frame), 7)
        self.assertEqual(self._available(self.kit), 1)
        with self.assertRaises(UserError):
            self.Promise.hold(self._request(self.wheel, 4))

    def test_a_kit_inside_a_kit_is_taken_apart(self):
        pair = self.env["product.product"].create(
            {"name": "Pair of bicycles", "type": "consu", "is_storable": True}
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": pair.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.kit.id, "product_qty": 2})
                ],
            }
        )
        self.assertTrue(self.Promise.simulate(self._request(pair, 2))["promised_date"])
        self.assertFalse(self.Promise.simulate(self._request(pair, 3))["promised_date"])

    def test_a_kit_is_delivered_with_its_last_component(self):
        held = self.Promise.hold(self._request(self.kit, 2))
        promise = self.env["delivery.promise"].browse(held["promise_id"])
        line = promise.line_ids
        promise._confirm()
        move = self.env["stock.move"].create(
            {
                "product_id": self.kit.id,
                "product_uom_qty": 2,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "promise_line_id": line.id,
            }
        )
        moves = move._action_confirm()
        self.assertEqual(moves.product_id, self.wheel | self.frame)
        self.assertEqual(moves.promise_line_id, line)
        moves._action_assign()
        wheels = moves.filtered(lambda move: move.product_id == self.wheel)
        wheels.picked = True
        wheels._action_done()
        self.assertFalse(line.delivered_date)
        frames = moves - wheels
        frames.picked = True
        frames._action_done()
        self.assertTrue(line.delivered_date)
        self.assertEqual(line.delivered_quantity, 2)
        self.assertEqual(promise.state, "done")
