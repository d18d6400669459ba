from odoo import api, fields, models


class PhoneCall(models.Model):
    """What people call what became of a call: "ended" alone says little."""

    _inherit = "phone.call"

    phase = fields.Selection(
        [
            ("ringing", "Ringing"),
            ("talking", "On the Phone"),
            ("answered", "Answered"),
            ("missed", "Missed"),
            ("unreached", "Not Reached"),
            ("refused", "Refused"),
        ],
        "Result",
        compute="_compute_phase",
    )

    @api.depends("state", "direction", "answered_at", "is_blocked", "directed_to")
    def _compute_phase(self):
        for call in self:
            if call.state != "ended":
                call.phase = "ringing" if call.state == "ringing" else "talking"
            elif call.answered_at:
                call.phase = "answered"
            elif call.direction == "out":
                call.phase = "unreached"
            elif call.is_blocked or call.directed_to == "reject":
                call.phase = "refused"
            else:
                call.phase = "missed"
