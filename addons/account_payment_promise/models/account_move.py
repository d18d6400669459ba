from odoo import api, fields, models
from odoo.exceptions import AccessError

from .account_move_line import EXPECTED


class AccountMove(models.Model):
    _inherit = "account.move"

    expected_payment_50 = fields.Date(
        "Expected Payment (50 %)",
        readonly=True,
        copy=False,
        help="Half of the invoices like this one are paid in full by this day.",
    )
    expected_payment_90 = fields.Date(
        "Expected Payment (90 %)",
        readonly=True,
        copy=False,
        help="Nine in ten invoices like this one are paid in full by this day.",
    )
    payment_dispute_ids = fields.One2many(
        "account.payment.dispute", "move_id", "Disputes", readonly=True, copy=False
    )
    payment_promise_ids = fields.Many2many(
        "account.payment.promise",
        string="Promises to Pay",
        compute="_compute_payment_promise_ids",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    payment_promise_count = fields.Integer(
        compute="_compute_payment_promise_ids",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    @api.depends("line_ids.payment_promise_ids")
    def _compute_payment_promise_ids(self):
        for move in self:
            promises = move.line_ids.payment_promise_ids
            move.payment_promise_ids = promises
            move.payment_promise_count = len(promises)

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

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._renew_expected_payment()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._renew_expected_payment()
        return result

    def _instalments(self):
        """The lines that customers owe, of customers' invoices."""
        return self.filtered(
            lambda move: move.move_type == "out_invoice"
        ).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _open_instalments(self):
        return (
            self.filtered(lambda move: move.state == "posted")
            ._instalments()
            .filtered(lambda line: not line.reconciled)
        )

    def _renew_expected_payment(self):
        # sudo: whoever posts, the engine's rows are read
        self.env["account.payment.behaviour"].sudo()._renew_lines(self._instalments())

    # -- buttons -----------------------------------------------------------------------

    def action_promise_payment(self):
        """Open the form of a promise to pay what is open of these invoices."""
        self.check_access("read")
        self.env["account.payment.promise"].check_access("create")
        lines = self._open_instalments()
        partner = self.commercial_partner_id[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise to Pay"),
            "res_model": "account.payment.promise",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": partner.id,
                "default_company_id": self.company_id[:1].id,
                "default_currency_id": self.currency_id[:1].id,
                "default_line_ids": [fields.Command.set(lines.ids)],
                "default_amount": sum(lines.mapped("amount_residual_currency")),
            },
        }

    def action_dispute(self):
        """Open the form of a dispute of this invoice."""
        self.check_access("read")
        self.env["account.payment.dispute"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "account.payment.dispute",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_move_id": self[:1].id,
                "default_amount": self[:1].amount_residual,
            },
        }

    def action_open_payment_promises(self):
        self.check_access("read")
        self.env["account.payment.promise"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promises to Pay"),
            "res_model": "account.payment.promise",
            "view_mode": "list,form",
            "domain": [("line_ids.move_id", "in", self.ids)],
        }
