"""What was delivered, and when the last unit was with the customer."""

from datetime import timedelta

from odoo import models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _delivered_moves(self):
        """{line: [(move, moment, quantity in the product's unit)]}, done, in order:
        what went to the customer counts, what came back counts against it."""
        result = {line: [] for line in self}
        moves = self.move_ids.filtered(lambda move: move.state == "done")
        for move in moves.sorted("date"):
            sign = move._promise_delivery_sign()
            if sign:
                quantity = move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
                )
                result[move.promise_line_id].append((move, move.date, sign * quantity))
        return result

    def _delivery_steps(self, moves):
        """[(moment, quantity in the product's unit)] of what :meth:`_delivered_moves`
        gives for this line; kits count by what is complete."""
        self.ensure_one()
        return [
            (moment, quantity)
            for move, moment, quantity in moves
            if move.product_id == self.product_id
        ]

    def _is_delivery_open(self):
        """Whether more is under way to the customer, or about to be; hook."""
        return self._has_open_moves()

    def _has_open_moves(self):
        """Whether moves are under way to the customer; what comes back, and is put away
        then, is not."""
        self.ensure_one()
        return any(
            move.state not in ("done", "cancel")
            and move._promise_delivery_sign() >= 0
            and all(
                before._promise_delivery_sign() >= 0 for before in move.move_orig_ids
            )
            for move in self.move_ids
        )

    def _open_parts(self):
        """What a line that is promised again has of its kits already, as values of
        ``CheckedLine``."""
        self.ensure_one()
        return {"ahead": self._parts_ahead()}

    def _parts_ahead(self):
        """((product id, quantity), …) of parts that the customer has of kits which are
        not complete."""
        self.ensure_one()
        return ()

    def _update_delivery(self):
        """Bring delivered quantity and date up to what the moves say.

        The date is that of the unit that made the quantity complete; what comes back
        later does not undo it. What came back before, and is not sent again, was with
        the customer all the same. Where less was sent and nothing more is under way,
        the line is closed short: its responsible is told when the transaction ends.
        """
        # sudo: a delivery is measured whoever validated it
        lines = self.sudo()
        delivered = lines._delivered_moves()
        for line in lines:
            wanted = line.product_uom_id._compute_quantity(
                line.quantity, line.product_id.uom_id, rounding_method="HALF-UP"
            )
            unit = line.product_id.uom_id
            total = sent = 0.0
            complete = all_sent = last = False
            for moment, quantity in line._delivery_steps(delivered[line]):
                total += quantity
                if quantity > 0:
                    last = moment
                    sent += quantity
                if not complete and unit.compare(total, wanted) >= 0:
                    complete = moment
                if not all_sent and unit.compare(sent, wanted) >= 0:
                    all_sent = moment
            is_over = not complete and not line._is_delivery_open()
            if is_over:
                complete = all_sent
            short = bool(
                is_over
                and not complete
                and line.move_ids
                and line.promise_id.state in ("confirmed", "done")
            )
            moment = complete or (short and last)
            line.write(
                {
                    "delivered_quantity": unit._compute_quantity(
                        total, line.product_uom_id
                    ),
                    "delivered_date": moment
                    and moment + timedelta(days=line.transit_days),
                    "closed_short": short,
                    **(
                        {"at_risk": False, "feasible_date": False, "risk_said": False}
                        if moment or short
                        else {}
                    ),
                }
            )
        lines.promise_id._update_done()
