from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIONS = [
    ("asked", "Asked"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("down_payment", "Down payment asked for"),
    ("passed", "Went on by itself"),
    ("returned", "Waits again"),
    ("expired", "Approval expired"),
    ("withdrawn", "Withdrawn"),
    ("window", "Confirmed over the limit"),
]


class SaleCreditLog(models.Model):
    """Who decided what, and what was owed then. Nobody changes it afterwards."""

    _name = "sale.credit.log"
    _description = "Credit Decision"
    _inherit = ["company.guard"]
    _order = "id desc"
    _check_company_auto = True
    _no_company_is_all = False
    _log_access = False

    date = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    request_id = fields.Many2one(
        "sale.credit.request", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="restrict", index=True
    )
    document = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    action = fields.Selection(ACTIONS, readonly=True, required=True)
    amount = fields.Monetary(readonly=True, help="Of the document, with tax.")
    exposure = fields.Monetary(readonly=True, help="What was owed then, without it.")
    credit_limit = fields.Monetary(readonly=True, string="Limit")
    has_limit = fields.Boolean(readonly=True)
    approved_amount = fields.Monetary(readonly=True)
    approved_until = fields.Date(readonly=True)
    note = fields.Text(readonly=True)

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_any(self):
        self._refuse_change()

    def _refuse_change(self):
        if self:
            raise UserError(
                self.env._("Decisions on credit are kept as they were made.")
            )
