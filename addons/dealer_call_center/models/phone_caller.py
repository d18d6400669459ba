from odoo import api, models
from odoo.tools import format_datetime

from odoo.addons.call_center.telephony.caller import Section

from ..calls import dealers


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Section(
                25,
                "dealers",
                self.env._("Dealers"),
                self._caller_dealers,
                model="dealer.profile",
            ),
        ]

    @api.model
    def _caller_dealers(self, record):
        """The three best, each with the one reason that decides; who has the caller's
        lead already comes before all."""
        lead = self.env["phone.call"]._lead_with_dealer(record)
        alerts = []
        if lead:
            alerts.append(self._caller_alert(self._who_has(lead), "info", lead))
        place = self.env["phone.call"]._live_call_of(record).dealer_place_id
        request = dealers.request_of(self.env, record, place)
        answer = self.env["res.partner"]._rank_dealers(request)
        found = dealers.lines(self.env, answer, request.get("lang"))
        profiles = self.env["dealer.profile"]
        return [
            self._caller_record(
                profiles.browse(row["dealer_id"]),
                name=row["name"],
                badge=self.env._("Open") if row["open"] else self.env._("Closed"),
                level="success" if row["open"] else "warning",
                values=[
                    ("distance", self.env._("Away"), "text", self._away(row)),
                    ("hours", self.env._("Hours"), "text", row["hours"]),
                    ("reason", self.env._("Because"), "text", row["reason"]),
                ],
            )
            for row in found
        ], alerts

    @api.model
    def _who_has(self, lead):
        """Who has a lead now, and since when."""
        handover = lead.handover_id
        since = handover.answered_at or handover.asked_at
        values = {
            "lead": lead.name,
            "dealer": handover.dealer_id.name,
            "since": format_datetime(self.env, since, dt_format="short"),
        }
        if handover.state == "accepted":
            return self.env._("%(dealer)s has “%(lead)s” since %(since)s.", **values)
        return self.env._(
            "%(dealer)s was asked for “%(lead)s” at %(since)s, and has not answered.",
            **values,
        )

    @api.model
    def _away(self, row):
        if row["distance_km"] is False:
            return False
        about = "≈ " if row["approximate"] else ""
        return self.env._("%(about)s%(km).1f km", about=about, km=row["distance_km"])
