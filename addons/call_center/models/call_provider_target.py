import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import phone_number, target

#: providers that hang up on a call which they are told nothing to do with
NEED_TARGET = ("twilio",)
_PHONE = re.compile(r"\d{6,20}")


class CallProvider(models.Model):
    """Where a line's calls go that no rule sends anywhere."""

    _inherit = "call.provider"

    default_target = fields.Char(
        "Calls Go To",
        tracking=True,
        help="Where calls go that no rule sends anywhere: a number (+49 30 555000), a "
        "queue (queue:sales), a SIP address (sip:desk@pbx.example.com) or one of "
        "Twilio's own clients by its name.",
    )
    needs_target = fields.Boolean(compute="_compute_needs_target")

    @api.depends("kind", "default_target")
    def _compute_needs_target(self):
        for provider in self:
            provider.needs_target = (
                provider.kind in NEED_TARGET and not provider.default_target
            )

    @api.constrains("default_target")
    def _check_default_target(self):
        for provider in self:
            text = provider._compact(provider.default_target)
            if text and not target.is_target(text):
                raise ValidationError(
                    self.env._(
                        "%(line)s: calls cannot go to “%(target)s”: enter a number, "
                        "queue:name, sip:name@host or the name of a client.",
                        line=provider.name,
                        target=provider.default_target,
                    )
                )

    def _default_answer(self):
        """The generic contract's answer to a call that no rule sends anywhere."""
        self.ensure_one()
        if self.kind not in NEED_TARGET or not self.default_target:
            return {}
        number = self._dialled(self._compact(self.default_target))
        return {"action": "dial", "number": number}

    @staticmethod
    def _compact(text):
        """A number as people write it, without what telephones do not dial."""
        text = (text or "").strip()
        return re.sub(r"[ ()/\-]", "", text) if re.match(r"[+\d]", text) else text

    def _dialled(self, number):
        """A number as a cloud provider takes it: with its country. To them anything
        else would be somebody's name."""
        self.ensure_one()
        if self.kind not in ("sipgate", "twilio") or not _PHONE.fullmatch(number):
            return number
        parsed = phone_number.parse(number, self._region())
        keys = [reading.e164 for reading in parsed.readings if reading.e164]
        return keys[0] if keys else number
