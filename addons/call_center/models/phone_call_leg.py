from odoo import fields, models


class PhoneCallLeg(models.Model):
    """One agent's part of a call: being rung, talking, handing over."""

    _name = "phone.call.leg"
    _description = "Part of a Phone Call"
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
    queue = fields.Char()
    rang_at = fields.Datetime("Rang")
    answered_at = fields.Datetime("Answered")
    ended_at = fields.Datetime("Ended")

    _key_unique = models.UniqueIndex(
        "(call_id, key)", "This part of the call is logged already."
    )
