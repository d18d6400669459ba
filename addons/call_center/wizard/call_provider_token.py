from odoo import fields, models


class CallProviderToken(models.TransientModel):
    """Shows a new address once: it is in the dialog alone, the database does not have
    it for a moment."""

    _name = "call.provider.token"
    _description = "New Webhook Address"
    _inherit = ["wizard.guard"]

    provider_id = fields.Many2one("call.provider", required=True, ondelete="cascade")
    url = fields.Char(store=False, readonly=True)
