"""Orders in parts under random changes: nothing is promised twice or forgotten."""

import random

from .test_parts import SalePartsCase

CASES, STEPS = 25, 6


class TestPartsRandomly(SalePartsCase):
    def _change(self, rng, order, receipts):
        """Something that happens to an order."""
        line = order.order_line
        change = rng.choice(["more", "less", "consent", "again", "send", "arrive"])
        if change == "more":
            line.product_uom_qty += rng.randint(1, 6)
        elif change == "less":
            lowest = max(line.qty_delivered, 1)
            line.product_uom_qty = max(line.product_uom_qty - rng.randint(1, 6), lowest)
        elif change == "consent":
            order.promise_allow_split = rng.random() < 0.7
        elif change == "again":
            order.action_compute_promise()
        elif change == "send":
            for picking in order.sudo().picking_ids:
                if picking.state in ("done", "cancel"):
                    continue
                picking.action_assign()
                if any(picking.move_ids.mapped("quantity")):
                    self._send_reserved(picking)
        elif receipts:
            receipt = receipts.pop(0)
            receipt.quantity = receipt.product_uom_qty
            receipt.picked = True
            receipt._action_done()
        return change

    def _assertWhole(self, order, said):
        self.env.cr.flush()
        line = order.sudo().order_line
        promise_line = line.promise_line_id
        moves = line.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertFalse(
            moves.filtered(lambda move: move.location_id.usage == "customer"),
            f"{said}: nothing comes back",
        )
        to_go = moves.filtered(lambda move: move.state != "done")
        sent = sum((moves - to_go).mapped("quantity"))
        self.assertEqual(
            sum(to_go.mapped("product_qty")) + sent, line.product_uom_qty, said
        )
        parts = promise_line._parts_to_send()
        if parts or promise_line.promised_date:
            self.assertFalse(
                promise_line.at_risk, f"{said}: what is promised can be had"
            )
        for number, __, quantity in parts:
            own = to_go.filtered(
                lambda move, number=number: move.promise_part == number
            )
            self.assertEqual(sum(own.mapped("product_qty")), quantity, said)
        if parts:
            # what has no date is one of them
            self.assertEqual(
                sum(quantity for __, __, quantity in parts),
                sum(to_go.mapped("product_qty")),
                said,
            )

    def test_random_changes_of_orders_in_parts(self):
        for seed in range(CASES):
            rng = random.Random(seed)
            self.disc = self._product(f"Disc {seed}", rng.randint(0, 8))
            receipts = [
                self._receipt(self.disc, rng.randint(1, 6), days=days)
                for days in sorted(rng.sample(range(2, 40), rng.randint(1, 3)))
            ]
            other = self._order((self.disc, rng.randint(1, 4)))
            other.action_confirm()
            order = self._parts_order(
                rng.randint(2, 14),
                promise_allow_split=rng.random() < 0.8,
                promise_partial=rng.random() < 0.8,
            )
            said = [f"seed {seed}"]
            order.action_confirm()
            self._assertWhole(order, " ".join(said))
            for __ in range(STEPS):
                said.append(self._change(rng, order, receipts))
                self._assertWhole(order, " ".join(said))
