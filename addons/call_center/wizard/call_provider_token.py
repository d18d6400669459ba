from odoo import fields, models


class CallProviderToken(models.TransientModel):
    """Shows a new address once."""

    _name = "call.provider.token"
    _description = "New Webhook Address"

    provider_id = fields.Many2one("call.provider", required=True, ondelete="cascade")
    url = fields.Char(readonly=True)
