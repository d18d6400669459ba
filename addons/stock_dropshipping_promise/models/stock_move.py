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

    def write(self, vals):
        """A new date of the purchase order comes as a deadline."""
        result = super().write(vals)
        if "date_deadline" in vals:
            self.filtered(
                lambda move: (
                    move.state not in ("draft", "done", "cancel")
                    and move._is_promise_drop_ship()
                )
            )._touch_promises()
        return result
