from odoo import api, fields, models
from odoo.fields import Domain

from ..telephony import audience

NOTIFICATION = "call_center.call"
# whom a call rings at that names nobody: more than this many are not told
AGENTS_TOLD = 100
# how many calls a screen shows, and how many are looked at for that
CALLS_SHOWN, CALLS_ASKED = 20, 100


class PhoneCallPanel(models.AbstractModel):
    """The part of ``phone.call`` that brings calls to the agents' screens."""

    _name = "phone.call.panel.mixin"
    _description = "Phone Call: Panel"

    # no relation: it is read with the call, written for calls that name nobody, and
    # searched by nobody
    told_ids = fields.Json(
        "Users Told",
        copy=False,
        groups=fields.NO_ACCESS,
        help="Users who were told of the call beside those whom it names.",
    )

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
            self._my_calls_domain() & self._shown_domain(),
            order="started_at, id",
            limit=CALLS_ASKED,
        )
        mine = [call._panel_values_for(self.env.user) for call in calls]
        return [values for values in mine if values["shown"]][:CALLS_SHOWN]

    @api.model
    def _my_calls_domain(self):
        """The calls that may have a card on the user's screen."""
        named = Domain("leg_ids.user_id", "=", self.env.uid) | Domain(
            "user_id", "=", self.env.uid
        )
        # such a call rings at whom it was told
        nobodys = Domain("leg_ids", "=", False) & Domain("user_id", "=", False)
        return Domain("state", "!=", "ended") & (named | nobodys)

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

    def _panel_values_for(self, user):
        """What one user's screen shows of the call. To an agent who handed it over it
        is over, and it rings at whom it is handed to, whatever it is to others.

        ``shown``: whether there is a card; ``turn``: how often the call came to the
        user, so that what is told late is known as such.
        """
        self.ensure_one()
        return self._seen_by(user, audience.view(self._audience(), user.id))

    def _seen_by(self, user, view):
        # sudo: whom it was told to is nobody's to read; past the look whether they are
        # still there, which would be one for each of them
        told = user.id in (self.sudo().told_ids or ())
        is_named = self.user_id or self.leg_ids
        values = self._panel_values()
        is_shown = view.is_shown and bool(is_named or told) and self._is_shown()
        return {
            **values,
            "state": view.state if is_shown else self.state,
            "user_id": user.id if is_shown and view.spoke else values["user_id"],
            "shown": is_shown,
            "turn": view.turn,
            "wrap_up": self._is_wrapping_up(user),
        }

    def _is_shown(self):
        """Whether the call is shown to anybody; a hook."""
        return True

    def _ringing_ids(self):
        """The users at whom the call rings at the moment."""
        self.ensure_one()
        call = self._audience()
        agents = {part.agent for part in call.parts if part.agent}
        views = ((agent, audience.view(call, agent)) for agent in agents)
        return {
            agent
            for agent, view in views
            if view.state == "ringing" and view.is_shown and self._is_shown()
        }

    def _audience(self):
        self.ensure_one()
        return audience.Call(
            is_over=self.state == "ended",
            answered_at=self.answered_at or None,
            agent=self.user_id.id or 0,
            parts=tuple(leg._part() for leg in self.leg_ids),
        )

    def _agents_to_tell(self):
        """Those whom it names, and whoever was told before: a screen that shows a
        call is told of all that becomes of it."""
        self.ensure_one()
        return self.leg_ids.user_id | self.user_id | self._users_told()

    def _users_told(self):
        # sudo: whom it was told to is nobody's to read, and needed by all who tell
        told = self.env["res.users"].browse(self.sudo().told_ids or ())
        return told and told.exists()

    def _tell_all(self):
        """A call rings that names nobody: all who may take it are to be told. Not of
        outgoing ones: these are their agent's alone.

        :return: whether there is anybody to tell
        :rtype: bool
        """
        self.ensure_one()
        if self.state == "ringing" and self.direction == "in":
            if not (self.user_id or self.leg_ids or self._users_told()):
                self.told_ids = self._agents_to_ring().ids
                return bool(self.told_ids)
        return False

    def _agents_to_ring(self):
        """The company's agents."""
        group = self.env.ref("call_center.group_call_center_agent")
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ],
            limit=AGENTS_TOLD,
        )

    def _tell_gone(self):
        """The call is part of another one: its cards go."""
        values = {**self._panel_values(), "state": "ended", "shown": False}
        call = self._audience()
        # sudo: as for all that is told
        for user in self._agents_to_tell().sudo():
            turn = audience.view(call, user.id).turn
            user._bus_send(NOTIFICATION, {**values, "turn": turn})

    def _notify_agents(self):
        # sudo: agents are told by their contacts, which not everybody may read
        users = self._agents_to_tell().sudo()
        users.fetch(["partner_id"])
        call = self._audience()
        for user in users:
            values = self._seen_by(user, audience.view(call, user.id))
            user._bus_send(NOTIFICATION, values)
