from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

COMPLAINT_DAYS = 60


class PhoneCall(models.Model):
    """What earlier calls have to tell before the agent says hello."""

    _inherit = "phone.call"

    @api.model
    def _caller_calls(self, record):
        lines, alerts = super()._caller_calls(record)
        return lines, [
            *alerts,
            *self._caller_complaint_alerts(record),
            *self._caller_call_back_alerts(record),
        ]

    @api.model
    def _caller_complaint_alerts(self, record):
        """The last complaint, unless a later call about it has solved it."""
        entity = self._caller_entity(record)
        if not entity:
            return []
        since = fields.Datetime.now() - timedelta(days=COMPLAINT_DAYS)
        call = self.env["phone.call"].search(
            [
                ("partner_id.commercial_partner_id", "=", entity.id),
                ("subject_id.is_complaint", "=", True),
                ("started_at", ">=", since),
            ],
            limit=1,
        )
        if not call or call.outcome_id.is_solved:
            return []
        said = (call.summary or "").splitlines()
        return [
            self._caller_alert(
                self.env._(
                    "Open complaint of %(date)s: %(note)s",
                    date=self._caller_date(call.started_at),
                    note=said[0][:120],
                )
                if said
                else self.env._(
                    "Open complaint of %s.", self._caller_date(call.started_at)
                ),
                "warning",
                call,
            )
        ]

    @api.model
    def _caller_call_back_alerts(self, record):
        """That he has tried in vain."""
        numbers = self.env["phone.directory"]._numbers_of(record)
        domain = Domain("e164", "in", numbers)
        if partner := self._caller_partner(record):
            domain |= Domain("partner_id", "=", partner.id)
        back = self.env["phone.call.back"].search(
            Domain("state", "=", "open") & Domain("missed_count", ">", 0) & domain,
            limit=1,
        )
        if not back:
            return []
        date = self._caller_date(back.last_missed_at)
        if back.missed_count == 1:
            message = self.env._("Tried to reach us on %s.", date)
        else:
            message = self.env._(
                "Tried to reach us %(count)s times, last on %(date)s.",
                count=back.missed_count,
                date=date,
            )
        return [self._caller_alert(message, "warning", back)]
