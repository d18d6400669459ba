from odoo import api, fields, models
from odoo.tools import SQL

# of each line's log
EVENTS_KEPT = 1_000


class CallProviderEvent(models.Model):
    """What a line received lately, to see why nothing rings."""

    _name = "call.provider.event"
    _description = "Received Telephony Event"
    _inherit = ["company.guard"]
    _order = "id desc"
    _rec_name = "event"

    provider_id = fields.Many2one(
        "call.provider", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="provider_id.company_id")
    status = fields.Integer("Answer")
    event = fields.Char()
    external_id = fields.Char("Call ID")
    problem = fields.Char()

    @api.model
    def _trim(self, provider):
        """Keep a line's newest events only, however many come between two nights."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM call_provider_event WHERE id IN (
                    SELECT id FROM call_provider_event WHERE provider_id = %s
                     ORDER BY id DESC OFFSET %s FOR UPDATE SKIP LOCKED)
                """,
                provider.id,
                EVENTS_KEPT,
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _gc_events(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=7)
        old = self.search([("create_date", "<", limit)], limit=10_000, order="id")
        old.unlink()
        return len(old), len(old) == 10_000
