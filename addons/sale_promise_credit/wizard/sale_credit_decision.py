from odoo import api, fields, models
from odoo.exceptions import UserError

from ..credit.exposure import today


class SaleCreditDecision(models.TransientModel):
    """How much, until when, and why."""

    _name = "sale.credit.decision"
    _description = "Decision on Credit"
    _inherit = ["wizard.guard"]

    kind = fields.Selection(
        [
            ("approve", "Approve"),
            ("refuse", "Refuse"),
            ("down_payment", "Ask for a down payment"),
        ],
        required=True,
        default="approve",
    )
    request_ids = fields.Many2many("sale.credit.request", string="Requests")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_request", compute_sudo=True
    )
    is_single = fields.Boolean(compute="_compute_request", compute_sudo=True)
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Up to this amount with tax. Empty: what each document is worth.",
    )
    until = fields.Date(
        compute="_compute_until",
        store=True,
        readonly=False,
        help="The last day on which the approval is good.",
    )
    note = fields.Text()

    @api.depends("request_ids")
    def _compute_request(self):
        for window in self:
            window.currency_id = window.request_ids.currency_id[:1]
            window.is_single = len(window.request_ids) == 1

    @api.depends("request_ids", "kind")
    def _compute_amount(self):
        for window in self:
            single = window.request_ids if len(window.request_ids) == 1 else False
            window.amount = single.amount if single else 0.0

    @api.depends("request_ids")
    def _compute_until(self):
        for window in self:
            # sudo: a setting of the company
            company = window.sudo().request_ids.company_id[:1] or self.env.company
            window.until = fields.Date.add(
                today(company), days=company.sudo().credit_approval_days
            )

    def action_decide(self):
        """Decide about the requests of this window."""
        self.ensure_one()
        self.check_access("write")
        requests = self.request_ids
        if not requests:
            raise UserError(self.env._("Choose what to decide about first."))
        requests.check_access("read")
        if (
            self.kind == "approve"
            and self.until
            and self.until < min(today(company) for company in requests.company_id)
        ):
            raise UserError(self.env._("An approval cannot end before today."))
        if self.amount < 0 or (self.kind == "down_payment" and not self.amount):
            raise UserError(self.env._("Enter an amount greater than 0."))
        requests._decide(self.kind, self.amount, self.until, self.note)
        return {"type": "ir.actions.act_window_close"}
