"""Deliveries in several steps: what was picked and is not wanted any more, what is
called off in the middle, warehouses that change their steps."""

from datetime import timedelta

from odoo.tests import tagged

from .common import NOW
from .test_reservation import ReservedCase


@tagged("post_install", "-at_install")
class TestChains(ReservedCase):
    def steps(self, steps):
        self.warehouse.delivery_steps = steps

    def open_moves(self, order):
        return self.moves(order).filtered(lambda m: m.state not in ("done", "cancel"))

    def go(self, picking, quantity=None):
        """The warehouse sends a transfer, or a part of it."""
        picking = picking.with_user(self.worker)
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
        picking.move_ids.picked = True
        result = picking.button_validate()
        if isinstance(result, dict) and result.get("res_model"):
            self.env[result["res_model"]].with_user(self.worker).with_context(
                **result["context"]
            ).create({}).process()
        self.end()

    def end(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def next_step(self, order):
        return self.open_moves(order).picking_id.sorted("id")[:1]

    def test_picked_goods_are_no_risk_until_they_are_sent(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            self.steps(steps)
            product = self.goods(5)
            order = self.confirmed(product, 5, **self.wanted_in(2))
            while self.open_moves(order):
                self.assertEqual(self.line(order).status, "on_time", steps)
                self.assertEqual(self._atp(product), 0, steps)
                self.go(self.next_step(order))
            self.assertEqual(self.line(order).status, "kept", steps)

    def test_less_is_ordered_when_it_is_picked(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            self.steps(steps)
            product = self.goods(5)
            order = self.confirmed(product, 5, **self.wanted_in(2))
            other = self.confirmed(product, 2)
            self.assertFalse(self.line(other).promised_date)
            self.go(self.next_step(order))
            order.order_line.product_uom_qty = 3
            self.end()
            self.assertEqual(self.line(order).quantity, 3)
            self.assertEqual(self.line(order).status, "on_time", steps)
            # What is packed too much can be promised, and is watched until it is back.
            self.assertEqual(self._atp(product), 0, steps)
            again = other.sudo().promise_id.with_user(self.planner)
            again.action_repromise()
            self.end()
            self.assertEqual(self.line(other).promised_date.date(), NOW.date(), steps)
            for __ in range(4):
                picking = self.env["stock.picking"].search(
                    [
                        ("product_id", "=", product.id),
                        ("state", "not in", ("done", "cancel")),
                    ],
                    order="id",
                )
                if not picking:
                    break
                for each in picking:
                    if each.state in ("assigned", "confirmed"):
                        self.go(each)
            self.assertEqual(self.line(order).delivered_quantity, 3, steps)
            self.assertEqual(self.line(order).status, "kept", steps)
            self.reserved_is_there(product)

    def test_middle_step_that_is_cancelled_leaves_goods_that_are_watched(self):
        self.steps("pick_pack_ship")
        product = self.goods(5)
        order = self.confirmed(product, 5, **self.wanted_in(2))
        self.go(self.next_step(order))
        self.next_step(order).with_user(self.worker).action_cancel()
        self.end()
        # Nothing is under way any more: five lie in the packing zone.
        self.assertEqual(self._atp(product), 5)
        other = self.confirmed(product, 5)
        line = self.line(other)
        self.assertEqual(line.promised_date.date(), NOW.date())
        self.assertEqual(line.status, "at_risk")
        self.assertIn("Packing", line.risk_message)

    def test_steps_that_are_added_leave_what_is_open_as_it_is(self):
        product = self.goods(10)
        first = self.confirmed(product, 5, **self.wanted_in(20))
        self.steps("pick_ship")
        second = self.confirmed(product, 5, **self.wanted_in(3))
        self.assertEqual(self.moves(first).quantity, 5)
        self.assertEqual(sum(self.moves(second).mapped("quantity")), 5)
        third = self.confirmed(product, 2)
        self.assertEqual(sum(self.moves(third).mapped("quantity")), 0)
        self.go(self.next_step(second))
        self.go(self.next_step(second))
        self.go(self.next_step(first))
        self.assertEqual(self.line(first).status, "kept")
        self.assertEqual(self.line(second).status, "kept")
        self.assertFalse(self.line(third).promised_date)

    def test_step_that_is_abolished_while_goods_wait_for_it(self):
        self.steps("pick_ship")
        product = self.goods(5)
        order = self.confirmed(product, 5, **self.wanted_in(3))
        self.steps("ship_only")
        self.go(self.next_step(order))
        # Odoo makes no second step any more: nothing is under way, nothing was sent.
        self.assertFalse(self.open_moves(order))
        self.assertEqual(self.line(order).delivered_quantity, 0)
        self.assertEqual(self.line(order).status, "broken")
        # The goods are there for others, who are told where they lie.
        other = self.confirmed(product, 5)
        self.assertEqual(self.line(other).promised_date.date(), NOW.date())
        self.assertEqual(self.line(other).status, "at_risk")
        self.assertIn("Output", self.line(other).risk_message)

    def test_rush_order_takes_goods_that_wait_to_be_picked(self):
        self.steps("pick_ship")
        product = self.goods(5)
        later = self.confirmed(product, 5, **self.wanted_in(20))
        self.assertEqual(sum(self.moves(later).mapped("quantity")), 5)
        rush = self.confirmed(product, 5)
        self.set_by_hand(rush, NOW + timedelta(hours=2))
        self.assertEqual(sum(self.moves(rush).mapped("quantity")), 5)
        self.assertEqual(self.line(later).status, "at_risk")
        self.assertEqual(self.line(later).risk_cause, "manual")


@tagged("post_install", "-at_install")
class TestOwners(ReservedCase):
    def test_consigned_goods_that_do_not_count_protect_nobody(self):
        self.company.promise_exclude_owner = True
        owner = self.env["res.partner"].create({"name": "Consignor"})
        product = self.goods(5)
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, 5, owner_id=owner
        )
        self.warehouse.out_type_id.reservation_method = "manual"
        promised = self.confirmed(product, 5, **self.wanted_in(3))
        undated = self.confirmed(product, 5)
        self.assertFalse(self.line(undated).promised_date)
        undated.sudo().picking_ids.with_user(self.worker).action_assign()
        promised.sudo().picking_ids.with_user(self.worker).action_assign()
        self.assertEqual(self.moves(promised).quantity, 5)
        self.reserved_is_there(product)
