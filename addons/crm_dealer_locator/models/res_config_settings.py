from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dealer_answer_minutes = fields.Integer(
        related="company_id.dealer_answer_minutes", readonly=False
    )
    dealer_most_asked = fields.Integer(
        related="company_id.dealer_most_asked", readonly=False
    )
