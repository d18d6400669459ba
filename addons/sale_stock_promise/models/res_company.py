from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_confirm_policy = fields.Selection(
        [
            ("free", "Confirm, and promise nothing"),
            ("warn", "Confirm, and note what cannot be kept"),
            ("auto", "Confirm, and promise what is possible"),
        ],
        string="Orders Confirmed without a Hold",
        default="auto",
        required=True,
        help="What happens when a quotation is confirmed that holds nothing, also by "
        "the customer online or by another program. It is confirmed in any case.",
    )
