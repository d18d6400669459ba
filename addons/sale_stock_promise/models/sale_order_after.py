"""What can be done about an order's dates after it was confirmed."""

from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_promise_again(self):
        """Show what promising the orders again would change, and ask."""
        return self._promises_in_force().action_promise_again()

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of an order, and why."""
        self.ensure_one()
        return self._promises_in_force().action_set_by_hand()

    def _promises_in_force(self):
        promises = self.promise_id.filtered(
            lambda promise: promise.state in ("held", "confirmed")
        )
        if not promises:
            raise UserError(
                self.env._("Nothing is promised here that is still to be delivered.")
            )
        return promises


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promise_is_manual = fields.Boolean(
        related="promise_line_id.is_manual", string="Date Set by Hand"
    )

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of this line, and why."""
        self.ensure_one()
        return self.promise_line_id.action_set_by_hand()

    def _get_promise_moves(self):
        """How the promised date of this line has moved, for its customer: the same as
        a mail says, the latest last."""
        self.ensure_one()
        # sudo: who may read the order may read its dates
        promise_line = self.sudo().promise_line_id
        if promise_line.promise_id.state not in ("confirmed", "done"):
            return []
        changes = promise_line.history_ids.filtered("old_date").sorted("id")
        return [
            words
            for change in changes.with_env(self.env(su=True))
            for words in change._moves_in_words()
        ]
