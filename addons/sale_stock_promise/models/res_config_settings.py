from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promise_confirm_policy = fields.Selection(
        related="company_id.promise_confirm_policy", readonly=False, required=True
    )
