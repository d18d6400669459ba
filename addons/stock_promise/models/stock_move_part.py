"""Moves of a line that is promised in parts: each part has moves of its own."""

from odoo import api, fields, models

#: the mark of moves for what has no date
REST = -1


class StockMove(models.Model):
    _inherit = "stock.move"

    # 0: of the whole line; from 1 on: of this part; -1: of what has no date
    promise_part = fields.Integer(copy=False, readonly=True)

    def _prepare_move_split_vals(self, qty):
        return {
            **super()._prepare_move_split_vals(qty),
            "promise_part": self.promise_part,
        }

    def _prepare_procurement_values(self):
        return {
            **super()._prepare_procurement_values(),
            "promise_part": self.promise_part,
        }

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [*super()._prepare_merge_moves_distinct_fields(), "promise_part"]

    def _deal_out_parts(self, shares):
        """Mark these moves, all of one step, with the parts that they are for; one
        that is for several is split, unless somebody is at work on it.

        :param shares: [(number of the part, its share of the whole)]
        :return: the moves, with those that were split off
        """
        unit = self.product_id.uom_id
        total = sum(self.mapped("product_qty"))
        queue = [[number, unit.round(total * share)] for number, share in shares]
        # whatever rounding leaves belongs to the last
        queue[-1][1] = total - sum(room for __, room in queue[:-1])
        result = reserved = self.browse()
        for move in self.sorted(lambda move: move._part_order()):
            if move.state in ("assigned", "partially_available"):
                reserved |= move
            while True:
                left = move.product_qty
                while len(queue) > 1 and unit.compare(queue[0][1], 0.0) <= 0:
                    queue.pop(0)
                number, room = queue[0]
                if unit.compare(left, room) <= 0 or len(queue) == 1:
                    queue[0][1] -= left
                    break
                if move._is_being_sent():
                    # It goes as a whole, when its last part is due.
                    while len(queue) > 1 and unit.compare(left, queue[0][1]) > 0:
                        left -= queue.pop(0)[1]
                    queue[0][1] -= left
                    break
                rest = move._split_off(left - room)
                if move in reserved:
                    reserved |= rest
                move.promise_part = number
                queue.pop(0)
                result |= move
                move = rest
            move.promise_part = queue[0][0]
            result |= move
        reserved._action_assign()
        return result

    def _plan_for(self, date, deadline):
        """Plan those for this date that are not yet: Odoo looks at what hangs on it,
        changed or not."""
        self.filtered(
            lambda move: move.date != date or move.date_deadline != deadline
        ).write({"date": date, "date_deadline": deadline})

    def _promise_step(self):
        """What moves have in common that do the same for different parts."""
        return self.product_id, self.location_id, self.location_dest_id

    def _part_order(self):
        rest = self.promise_part == REST
        return rest, self.promise_part or 1_000_000, self.date, self.id

    def _is_being_sent(self):
        return self.picked or self.picking_id.printed

    def _split_off(self, quantity):
        """A move of its own for a part of this one's, in the product's unit."""
        self.ensure_one()
        if self.state in ("assigned", "partially_available"):
            self._do_unreserve()
        vals_list = self._split(quantity)
        for vals in vals_list:
            vals["picking_id"] = self.picking_id.id
        moves = self.create(vals_list)
        return moves._action_confirm(merge=False)
