from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    credit_count_drafts = fields.Boolean(
        string="Draft Invoices Count",
        default=True,
        help="Draft invoices are part of what a customer owes. What they invoice of"
        " orders counts once.",
    )
    credit_horizon_days = fields.Integer(
        string="Credit Horizon",
        help="Orders and holds that are due after so many days do not count yet. 0: all"
        " of them count.",
    )
    credit_confirm = fields.Selection(
        [("window", "A window asks (Financial Risk)"), ("sentence", "A sentence")],
        string="Over the Limit, on Screen",
        default="window",
        required=True,
        help="What a salesperson meets who confirms one order over the customer's"
        " limit: the window of Financial Risk, whose button needs its Manager right, or"
        " the sentence of the credit policy.",
    )
    credit_approval_days = fields.Integer(
        string="Approvals Last",
        default=14,
        help="Days for which an approval is good unless its window says otherwise.",
    )
