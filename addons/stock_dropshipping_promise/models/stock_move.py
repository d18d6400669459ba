from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_promise_drop_ship(self):
        """Whether a vendor brings it to the customer."""
        self.ensure_one()
        return (
            self.location_id.usage == "supplier"
            and self.location_dest_id.usage == "customer"
        )

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        moves = super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )
        # sudo: the promise is kept up to date whoever confirms the purchase order
        ordered = (
            moves.sudo().filtered(lambda move: move._is_promise_drop_ship())
        ).promise_line_id.filtered("replenish_by")
        ordered.replenish_by = False  # it has been ordered
        return moves

    def _promise_ends(self):
        """What a vendor brings to the customer is supply, of its own line alone."""
        if self._is_promise_drop_ship():
            return False, True
        return super()._promise_ends()
