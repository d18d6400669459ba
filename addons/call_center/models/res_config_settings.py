from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    call_service_threshold = fields.Integer(
        related="company_id.call_service_threshold", readonly=False
    )
    call_service_share = fields.Float(
        related="company_id.call_service_share", readonly=False
    )
    call_short_abandon = fields.Integer(
        related="company_id.call_short_abandon", readonly=False
    )
    call_contact_days = fields.Integer(
        related="company_id.call_contact_days", readonly=False
    )
    call_wrap_up_minutes = fields.Integer(
        related="company_id.call_wrap_up_minutes", readonly=False
    )
    call_back_missed = fields.Boolean(
        related="company_id.call_back_missed", readonly=False
    )
    call_log_in_chatter = fields.Boolean(
        related="company_id.call_log_in_chatter", readonly=False
    )
    call_retention_days = fields.Integer(
        related="company_id.call_retention_days", readonly=False
    )
