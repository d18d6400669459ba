"""What can be done about an order's dates after it was confirmed."""

from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_promise_again(self):
        """Show what promising the orders again would change, and ask."""
        self._check_promise_reader()
        return self._promises_in_force().action_promise_again()

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of an order, and why."""
        self.ensure_one()
        self._check_promise_reader()
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

    def _get_promise_moves(self):
        """{line: how its promised date has moved}, for the customer: the same as a
        mail says and not before it, the latest last."""
        # sudo: who may read the order may read its dates
        orders = self.sudo()
        promises = orders.order_line.promise_line_id.promise_id.filtered(
            lambda promise: promise.state in ("confirmed", "done")
        )
        # sudo: customers see on the portal what they were told, of their own orders
        changes = self.env["delivery.promise.history"].sudo()
        changes = changes.search([("promise_id", "in", promises.ids)], order="id")
        by_line = {}
        for group in changes.grouped("promise_id").values():
            for telling in group._tellings():
                for words in telling._moves_in_words():
                    by_line.setdefault(words["line"], []).append(words)
        return {
            # sudo: as above
            line: by_line.get(line.sudo().promise_line_id, [])
            for line in self.order_line
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    promise_is_manual = fields.Boolean(
        related="promise_line_id.is_manual", string="Date Set by Hand"
    )

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of this line, and why."""
        self.ensure_one()
        self.order_id._check_promise_reader()
        return self.promise_line_id.action_set_by_hand()
