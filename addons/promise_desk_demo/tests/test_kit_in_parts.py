"""Kits that are sold in parts. Here is where sales and kits meet."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_stock_promise.tests.common import NOW
from odoo.addons.sale_stock_promise.tests.test_parts import SalePartsCase


@tagged("post_install", "-at_install")
class TestKitInParts(SalePartsCase):
    """10 kits of 2 discs and 1 pad: of the discs 12 are there, 8 come in ten days."""

    def setUp(self):
        super().setUp()
        self.kit = self._product("Brake Kit")
        self.cover = self._product("Cover", 12)
        self._receipt(self.cover, 8, days=10)
        self.clip = self._product("Clip", 30)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.cover.id, "product_qty": 2}),
                    Command.create({"product_id": self.clip.id, "product_qty": 1}),
                ],
            }
        )
        self.order = self._order((self.kit, 10), promise_allow_split=True)
        self.order.action_confirm()

    def _moves_of(self, product):
        moves = self.order.sudo().order_line.move_ids.filtered(
            lambda move: (
                move.product_id == product and move.state not in ("done", "cancel")
            )
        )
        return [
            (move.product_qty, (move.date - NOW).days) for move in moves.sorted("date")
        ]

    def test_each_component_goes_with_its_part(self):
        self.assertEqual(
            self.order.order_line.promise_parts_message,
            "6 on 03/04/2030, 4 on 03/14/2030",
        )
        self.assertEqual(self._moves_of(self.cover), [(12, 0), (8, 10)])
        self.assertEqual(self._moves_of(self.clip), [(6, 0), (4, 10)])

    def test_less_is_taken_from_the_last_part_of_each_component(self):
        self.order.order_line.product_uom_qty = 8
        self.assertEqual(self._moves_of(self.cover), [(12, 0), (4, 10)])
        self.assertEqual(self._moves_of(self.clip), [(6, 0), (2, 10)])

    def test_complete_kits_of_the_first_part_are_delivered(self):
        picking = self.order.sudo().picking_ids
        picking.action_assign()
        for move in picking.move_ids:
            move.picked = move.promise_part == 1
        picking.with_context(skip_backorder=True).button_validate()
        line = self.order.sudo().order_line.promise_line_id
        self.assertEqual((line.delivered_quantity, line.status), (6, "on_time"))
        self.assertEqual(line.late_from.date(), self._in_days(11).date())
