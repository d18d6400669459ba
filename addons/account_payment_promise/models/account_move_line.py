from odoo import api, fields, models
from odoo.exceptions import AccessError

#: what the engine alone writes
EXPECTED = frozenset({"expected_payment_50", "expected_payment_90"})


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    expected_payment_50 = fields.Date(
        "Expected (50 %)",
        readonly=True,
        copy=False,
        help="Half of the instalments like this one are paid by this day.",
    )
    expected_payment_90 = fields.Date(
        "Expected (90 %)",
        readonly=True,
        copy=False,
        help="Nine in ten instalments like this one are paid by this day.",
    )
    payment_promise_ids = fields.Many2many(
        "account.payment.promise",
        "account_payment_promise_line_rel",
        "line_id",
        "promise_id",
        "Promises to Pay",
        readonly=True,
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in EXPECTED}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not EXPECTED.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "Expected dates of payment are computed; they cannot be entered."
                )
            )
        return super().write(vals)

    def _note_matched(self, undone=False):
        """Something was matched with these lines, or a match of theirs was undone."""
        lines = self.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.move_id.move_type == "out_invoice"
            )
        )
        if lines:
            # sudo: whoever matches, promises and dates follow
            self.env["account.payment.behaviour"].sudo()._renew_lines(lines)
            lines.sudo().payment_promise_ids._settle(undone=undone)
