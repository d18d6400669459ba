from odoo import fields, models

from ..telephony import audience, wrap_up


class PhoneCallLeg(models.Model):
    """One agent's part of a call: being rung, talking, handing over."""

    _name = "phone.call.leg"
    _description = "Part of a Phone Call"
    _inherit = ["company.guard"]
    _order = "rang_at, id"
    _rec_name = "name"

    call_id = fields.Many2one(
        "phone.call", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="call_id.company_id", store=True, precompute=True
    )
    key = fields.Char(required=True, help="What the provider calls this part.")
    name = fields.Char("Extension or Name")
    user_id = fields.Many2one("res.users", "Agent", index=True, ondelete="set null")
    party = fields.Selection(
        [
            (audience.AGENT, "Agent"),
            (audience.MACHINE, "Voicemail or Announcement"),
            (audience.OUTSIDE, "Outside"),
        ],
        "Who It Is",
        required=True,
        default=audience.AGENT,
    )
    queue = fields.Char()
    rang_at = fields.Datetime("Rang")
    answered_at = fields.Datetime("Answered")
    left_at = fields.Datetime("Left", help="Before the call was over.")
    ended_at = fields.Datetime("Ended")
    # of an agent who handed the call over; who spoke last has it on the call
    wrap_up_started_at = fields.Datetime("Wrap-up Started")
    wrap_up_ended_at = fields.Datetime("Wrap-up Ended")

    _key_unique = models.UniqueIndex(
        "(call_id, key)", "This part of the call is logged already."
    )

    _wrapping_up_idx = models.Index(
        "(user_id) WHERE wrap_up_started_at IS NOT NULL AND wrap_up_ended_at IS NULL"
    )

    def _end_wrap_up(self, at=None):
        for leg in self:
            if leg.wrap_up_started_at and not leg.wrap_up_ended_at:
                at_least = max(at or fields.Datetime.now(), leg.wrap_up_started_at)
                # sudo: agents write no times, they say that they have finished
                leg.sudo().wrap_up_ended_at = at_least.replace(microsecond=0)
                wrap_up.sum_parts(leg.call_id)

    def _part(self):
        """What decides who sees a card of the call."""
        return audience.Part(
            self.key,
            self.user_id.id or 0,
            self.party,
            self.rang_at or None,
            self.answered_at or None,
            self.left_at or None,
        )
