from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    credit_count_drafts = fields.Boolean(
        related="company_id.credit_count_drafts", readonly=False
    )
    credit_horizon_days = fields.Integer(
        related="company_id.credit_horizon_days", readonly=False
    )
    credit_confirm = fields.Selection(
        related="company_id.credit_confirm", readonly=False
    )
    credit_approval_days = fields.Integer(
        related="company_id.credit_approval_days", readonly=False
    )
