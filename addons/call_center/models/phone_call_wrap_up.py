from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..telephony import audience

LIFE_FIELDS = {"state", "answered_at", "ended_at", "user_id"}
#: what a list to choose from offers at most
CHOICES = 200
COLLEAGUES = 200
# calls that were missed longer ago are on the list of call-backs only
MISSED_SHOWN = timedelta(minutes=30)


class PhoneCall(models.Model):
    """What an agent does after hanging up: the outcome, a note, what comes next."""

    _inherit = "phone.call"

    outcome_id = fields.Many2one(
        "phone.call.outcome",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    subject_id = fields.Many2one(
        "phone.call.subject",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    tag_ids = fields.Many2many("phone.call.tag", string="Tags")
    wrap_up_started_at = fields.Datetime("Wrap-up Started", readonly=True, copy=False)
    wrap_up_ended_at = fields.Datetime("Wrap-up Ended", readonly=True, copy=False)
    wrap_up_seconds = fields.Integer(
        "Wrap-up Time (s)",
        compute="_compute_handle_seconds",
        store=True,
        precompute=True,
        aggregator="avg",
    )
    # not computed: nearly all calls have none, and no part would be read for it
    parts_wrap_up_seconds = fields.Integer(
        "Wrap-up of Others (s)",
        readonly=True,
        help="Of agents who handed the call over.",
    )
    handle_seconds = fields.Integer(
        "Handle Time (s)",
        compute="_compute_handle_seconds",
        store=True,
        precompute=True,
        aggregator="avg",
        help="Talking and wrap-up.",
    )

    _wrapping_up_idx = models.Index(
        "(user_id) WHERE wrap_up_started_at IS NOT NULL AND wrap_up_ended_at IS NULL"
    )

    @api.depends(
        "talk_seconds",
        "wrap_up_started_at",
        "wrap_up_ended_at",
        "parts_wrap_up_seconds",
    )
    def _compute_handle_seconds(self):
        for call in self:
            call.wrap_up_seconds = call.parts_wrap_up_seconds + call._seconds(
                call.wrap_up_started_at, call.wrap_up_ended_at
            )
            call.handle_seconds = call.talk_seconds + call.wrap_up_seconds

    # -- when it begins and ends -------------------------------------------

    def write(self, vals):
        if "user_id" in vals:
            for call in self:
                if call.user_id.id != vals["user_id"]:
                    call._keep_wrap_up()
        result = super().write(vals)
        if LIFE_FIELDS & vals.keys():
            self._follow_wrap_up()
        return result

    def _follow_wrap_up(self):
        """Wrap-up begins when an agent has left an answered call, at the latest when
        it ends, and is over when the agent says so or takes the next call."""
        for call in self:
            if not (call.user_id and call.answered_at):
                continue
            known = call._audience()
            last = audience.spoke_last(known)
            if call._is_talked():
                call._keep_wrap_up()
                # whom the caller came back to goes on talking
                call._unfinished_legs(call.user_id).wrap_up_started_at = False
                call._end_other_wrap_ups(last.answered_at if last else call.answered_at)
            elif not call.wrap_up_ended_at:
                left = last and last.left_at
                began = min(filter(None, (left, call.ended_at)))
                # written again while it lasts: events may tell an earlier end
                if call._starts_wrap_up(began) and call.wrap_up_started_at != began:
                    call.wrap_up_started_at = began
            if len(known.parts) > 1:
                call._follow_parts(known)

    def _is_talked(self):
        """Whether its agent talks at the moment: not of a call that is parked, or
        waits for whom it is handed to."""
        known = self._audience()
        last = audience.spoke_last(known)
        has_left = last and last.left_at and not audience.talking(known)
        return self.state == "answered" and not has_left

    def _follow_parts(self, known):
        """Those who handed the call over have something to write down, too."""
        now = audience.talking(known)
        for agent, left in audience.handed_over(known).items():
            if agent in (self.user_id.id, now and now.agent):
                continue
            legs = self.leg_ids.filtered(
                lambda leg, agent=agent: leg.user_id.id == agent and leg.answered_at
            )
            leg = legs.sorted(lambda leg: (leg.answered_at, leg.id))[-1:]
            if not leg.wrap_up_ended_at and self._starts_wrap_up(left):
                if leg.wrap_up_started_at != left:
                    leg.wrap_up_started_at = left

    def _keep_wrap_up(self):
        """The call goes on, with whoever it may be: what an agent began or did so far
        is that agent's part."""
        if not self.wrap_up_started_at:
            return
        legs = self.leg_ids.filtered(
            lambda leg: leg.user_id == self.user_id and leg.answered_at
        )
        leg = legs.sorted(lambda leg: (leg.answered_at, leg.id))[-1:]
        times = {
            "wrap_up_started_at": self.wrap_up_started_at,
            "wrap_up_ended_at": self.wrap_up_ended_at,
        }
        if leg and not leg.wrap_up_started_at:
            leg.write(times)
            self._sum_parts()
        self.write(dict.fromkeys(times, False))

    def _sum_parts(self):
        # sudo: agents write no times, they say that they have finished
        self.sudo().parts_wrap_up_seconds = sum(
            self._seconds(leg.wrap_up_started_at, leg.wrap_up_ended_at)
            for leg in self.leg_ids
        )

    def _starts_wrap_up(self, at):
        minutes = self.company_id._call_setting("call_wrap_up_minutes")
        return (
            self.cause != "lost"
            and bool(minutes)
            and at > fields.Datetime.now() - timedelta(minutes=minutes)
        )

    def _end_other_wrap_ups(self, at):
        """Who takes a call has finished with the others."""
        self._others_wrapping_up()._end_wrap_up(at)
        legs = self.env["phone.call.leg"].search(_unfinished(self.user_id))
        legs.filtered(lambda leg: leg.call_id != self)._end_wrap_up(at)

    def _others_wrapping_up(self):
        """The agent's other calls that he has not finished with."""
        return self.search([*_unfinished(self.user_id), ("id", "!=", self.id)])

    def _end_wrap_up(self, at=None):
        for call in self.filtered("wrap_up_started_at"):
            if not call.wrap_up_ended_at:
                at_least = max(
                    at or fields.Datetime.now(), call.wrap_up_started_at
                ).replace(microsecond=0)
                # sudo: agents write no times, they say that they have finished
                call.sudo().wrap_up_ended_at = at_least
                call._wrapped_up()

    def _wrapped_up(self):
        """The agent has finished with a call."""
        self._post_in_chatter()

    def _is_wrapping_up(self, user=None):
        """Whether somebody has still to write down how it went: one user, or who spoke
        last."""
        if user and user != self.user_id:
            return bool(self._unfinished_legs(user))
        return bool(self.wrap_up_started_at and not self.wrap_up_ended_at)

    def _unfinished_legs(self, user):
        return self.leg_ids.filtered(
            lambda leg: (
                leg.user_id == user
                and leg.wrap_up_started_at
                and not leg.wrap_up_ended_at
            )
        )

    def _finish(self, user):
        """A user has finished with the call."""
        if legs := self._unfinished_legs(user):
            legs._end_wrap_up()
        if user == self.user_id or not legs:
            self._end_wrap_up()

    @api.model
    def _cron_sweep(self):
        """Wrap-up that nobody ended is over, and counts for nothing: how long it
        really took nobody knows."""
        result = super()._cron_sweep()
        now = fields.Datetime.now()
        for call in self.search(
            [("wrap_up_started_at", "!=", False), ("wrap_up_ended_at", "=", False)],
            limit=500,
            order="wrap_up_started_at",
        ):
            minutes = call.company_id.call_wrap_up_minutes
            if call.wrap_up_started_at <= now - timedelta(minutes=minutes):
                call._give_wrap_up_up()
        for leg in self.env["phone.call.leg"].search(_unfinished(), limit=500):
            minutes = leg.company_id.call_wrap_up_minutes
            if leg.wrap_up_started_at <= now - timedelta(minutes=minutes):
                leg.wrap_up_ended_at = leg.wrap_up_started_at
                leg.call_id._notify_agents()
        return result

    def _give_wrap_up_up(self):
        """End it, also if what follows from that fails: the agent would be busy for
        ever, and so would all whose calls come after this one."""
        self.wrap_up_ended_at = self.wrap_up_started_at
        self._notify_agents()
        self._safely(self._wrapped_up)

    # -- what the panel asks and tells ---------------------------------------

    def _panel_values(self):
        return {**super()._panel_values(), "wrap_up": self._is_wrapping_up()}

    @api.model
    @api.readonly
    def my_calls(self):
        """Also what the user has still to write down, and who tried to reach him
        while his browser was closed or asleep."""
        calls = super().my_calls()
        if not self.has_access("read"):
            return calls
        mine = self._in_own_companies()
        unfinished = Domain(_unfinished(self.env.user)) | Domain(
            "leg_ids", "any", _unfinished(self.env.user)
        )
        missed = (
            Domain("direction", "=", "in")
            & Domain("answered_at", "=", False)
            & Domain("leg_ids.user_id", "=", self.env.uid)
            & (
                Domain("callback_id", "=", False)
                | Domain("callback_id.state", "=", "open")
            )
        )
        more = mine.search(
            Domain("state", "=", "ended")
            & Domain("ended_at", ">", fields.Datetime.now() - MISSED_SHOWN)
            & self._shown_domain()
            & (unfinished | missed),
            order="started_at, id",
            limit=20,
        )
        return calls + [call._panel_values_for(self.env.user) for call in more]

    @api.model
    def plan_call_back(self, number, model=False, id=False):  # noqa: A002
        """Put a caller on the list of call-backs, for the user.

        :param str number: his number, in any spelling
        :param model: with ``id``, the match of ``lookup`` that it is, if one was found
        :return: an action that opens the call-back
        :rtype: dict
        """
        self._check_agent()
        partner = self.env["res.partner"]
        if model:
            record = self._check_caller(model, id)
            partner = self._caller_partner(record)
        back = self.env["phone.call.back"]._plan_by_hand(number, partner)
        if not back.has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": self.env._(
                        "Another team is to call this number back already. It was told "
                        "that you were asked for it, too."
                    ),
                },
            }
        return {
            "type": "ir.actions.act_window",
            "name": back.display_name,
            "res_model": back._name,
            "res_id": back.id,
            "views": [(False, "form")],
        }

    @api.readonly
    def wrap_up_form(self):
        """What the agent can choose from after a call, and what is entered already.

        :rtype: dict
        """
        self.ensure_one()
        call = self._in_own_companies()
        call.check_access("read")
        return call._wrap_up_form_values()

    def _wrap_up_form_values(self):
        company = self.company_id
        of_company = [("company_id", "in", [False, company.id])]
        outcomes = self.env["phone.call.outcome"].search(of_company)
        types = self.env["mail.activity.type"].search([("res_model", "=", False)])
        return {
            "outcomes": [
                {
                    "id": outcome.id,
                    "name": outcome.name,
                    "activity_type_id": outcome.activity_type_id.id or False,
                    "date_deadline": fields.Date.to_string(
                        fields.Date.context_today(self)
                        + timedelta(days=outcome.activity_days)
                    ),
                }
                for outcome in outcomes
            ],
            "subjects": _choices(self.env["phone.call.subject"].search(of_company)),
            "tags": _choices(self.env["phone.call.tag"].search([], limit=CHOICES)),
            "activity_types": _choices(types),
            "users": self._wrap_up_users(),
            "abouts": [
                {
                    "model": record._name,
                    "id": record.id,
                    "name": record.display_name,
                    # sudo: what a model is called is no secret of its records
                    "type": self.env["ir.model"]._get(record._name).sudo().name,
                }
                for record in self._wrap_up_abouts()
            ],
            "values": {
                "outcome_id": self.outcome_id.id or False,
                "subject_id": self.subject_id.id or False,
                "tag_ids": self.tag_ids.ids,
                "summary": self.summary or "",
            },
        }

    def _wrap_up_users(self):
        """Colleagues who can be given what comes next, the agent himself first."""
        # sudo: names of colleagues, whoever may read users
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.ids),
                    ("id", "!=", self.env.uid),
                ],
                order="name",
                limit=COLLEAGUES,
            )
        )
        return _choices(self.env.user) + _choices(users)

    def _wrap_up_abouts(self):
        """The records that the call may have been about, the likeliest first: a list
        of records that the user may read. Bridges add leads and orders."""
        self.ensure_one()
        abouts = []
        if self.res_model and self.res_id and self.res_model in self.env:
            record = self.env[self.res_model].browse(self.res_id).exists()
            abouts.append(record)
        abouts.append(self.partner_id)
        found = []
        for record in abouts:
            if record and record._name != "res.users" and record not in found:
                if record.has_access("read"):
                    found.append(record)
        return found

    def wrap_up(self, values):
        """Write down how the call went, and end the wrap-up.

        :param dict values: ``outcome_id``, ``subject_id``: ids or False; ``tag_ids``:
            list of ids; ``summary``: text; ``about``: ``{"model", "id"}`` as
            :meth:`wrap_up_form` proposes it; ``activity``: ``{"activity_type_id",
            "date_deadline", "user_id", "summary"}``. All of them optional.
        :return: True
        """
        self.ensure_one()
        call = self._in_own_companies()
        call.check_access("write")
        call._write_wrap_up(values)
        return True

    def _write_wrap_up(self, values):
        vals, about, activity = self._check_wrap_up(values)
        if about and self.res_model != "res.users":
            vals.update(res_model=about._name, res_id=about.id)
        if activity:
            self._plan_activity(about, activity)
        self.write(vals)
        self._finish(self.env.user)
        self._notify_agents()

    def end_wrap_up(self):
        """The agent has nothing to note: he is free again.

        :return: True
        """
        calls = self._in_own_companies()
        calls.check_access("write")
        user = self.env.user
        for call in calls:
            if call._is_wrapping_up() or call._is_wrapping_up(user):
                call._finish(user)
                call._notify_agents()
        return True

    def action_plan_activity(self):
        """Open Odoo's dialog for the next activity, on what the call was about."""
        self.ensure_one()
        self.check_access("read")
        record = next(iter(self._wrap_up_abouts()), None)
        if record is None:
            raise UserError(
                self.env._("Enter the customer first: the activity is planned for him.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Next Activity"),
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_model": record._name, "active_ids": record.ids},
        }


def _unfinished(user=None):
    """The domain of calls, or parts of calls, that an agent has not finished with."""
    domain = [("wrap_up_started_at", "!=", False), ("wrap_up_ended_at", "=", False)]
    return [("user_id", "=", user.id), *domain] if user else domain


def _choices(records):
    return [{"id": record.id, "name": record.display_name} for record in records]
