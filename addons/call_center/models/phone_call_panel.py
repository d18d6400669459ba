from odoo import api, fields, models
from odoo.fields import Domain

NOTIFICATION = "call_center.call"
# whom a call rings at that names nobody: more than this many are not told
AGENTS_TOLD = 100


class PhoneCallPanel(models.AbstractModel):
    """The part of ``phone.call`` that brings calls to the agents' screens."""

    _name = "phone.call.panel.mixin"
    _description = "Phone Call: Panel"

    @api.model
    @api.readonly
    def my_calls(self):
        """The calls that ring at or are talked by the user: what a browser shows
        that was closed or asleep while they came.

        :rtype: list[dict]
        """
        self._check_telephony_user()
        if not self.has_access("read"):
            return []
        calls = self._in_own_companies().search(
            Domain("state", "!=", "ended")
            & self._shown_domain()
            & (
                Domain("leg_ids.user_id", "=", self.env.uid)
                | Domain("user_id", "=", self.env.uid)
            ),
            order="started_at, id",
            limit=20,
        )
        return [call._panel_values() for call in calls]

    def _in_own_companies(self):
        """For all companies that the user works for: the telephone does not know which
        of them he has chosen in the menu."""
        user = self.env.user
        companies = self.env.company & user.company_ids | user.company_ids
        return self.with_context(allowed_company_ids=companies.ids)

    @api.model
    def _shown_domain(self):
        """The calls that agents are told about."""
        return Domain.TRUE

    def _panel_values(self):
        """A small message: what else is known is asked for by who needs it."""
        self.ensure_one()
        number = self.from_number if self.direction == "in" else self.to_number
        if self.number_kind == "anonymous":
            number = ""  # whatever the provider says instead of one
        return {
            "id": self.id,
            "state": self.state,
            "direction": self.direction,
            "number": self.e164 or number or "",
            "queue": self.queue or "",
            "cause": self.cause or "",
            "user_id": self.user_id.id or False,
            "answered": bool(self.answered_at),
            "started_at": fields.Datetime.to_string(self.started_at),
            "answered_at": fields.Datetime.to_string(self.answered_at) or "",
        }

    def _agents_to_tell(self):
        """Those it rings at or who talk; of a call that names nobody, the company's
        agents."""
        self.ensure_one()
        users = self.leg_ids.user_id | self.user_id
        if users or self.leg_ids:
            return users
        group = self.env.ref("call_center.group_call_center_agent")
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ],
            limit=AGENTS_TOLD,
        )

    def _notify_agents(self):
        values = self._panel_values()
        # sudo: agents are told by their contacts, which not everybody may read
        users = self._agents_to_tell().sudo()
        users.fetch(["partner_id"])
        for user in users:
            user._bus_send(NOTIFICATION, values)
