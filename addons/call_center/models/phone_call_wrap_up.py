from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

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

    @api.depends("talk_seconds", "wrap_up_started_at", "wrap_up_ended_at")
    def _compute_handle_seconds(self):
        for call in self:
            call.wrap_up_seconds = call._seconds(
                call.wrap_up_started_at, call.wrap_up_ended_at
            )
            call.handle_seconds = call.talk_seconds + call.wrap_up_seconds

    # -- when it begins and ends -------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if LIFE_FIELDS & vals.keys():
            self._follow_wrap_up()
        return result

    def _follow_wrap_up(self):
        """Wrap-up begins when an answered call ends, and is over when the agent says
        so or takes the next call."""
        now = fields.Datetime.now()
        for call in self:
            if not (call.user_id and call.answered_at):
                continue
            if call.state == "answered":
                call._others_wrapping_up()._end_wrap_up(call.answered_at)
            elif call._starts_wrap_up(now) and not call.wrap_up_ended_at:
                # written again while it lasts: events may tell an earlier end
                if call.wrap_up_started_at != call.ended_at:
                    call.wrap_up_started_at = call.ended_at

    def _starts_wrap_up(self, now):
        minutes = self.company_id._call_setting("call_wrap_up_minutes")
        return (
            self.state == "ended"
            and self.cause != "lost"
            and bool(minutes)
            and self.ended_at > now - timedelta(minutes=minutes)
        )

    def _others_wrapping_up(self):
        """The agent's other calls that he has not finished with."""
        return self.search(
            [
                ("user_id", "=", self.user_id.id),
                ("wrap_up_started_at", "!=", False),
                ("wrap_up_ended_at", "=", False),
                ("id", "!=", self.id),
            ]
        )

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

    def _is_wrapping_up(self):
        return bool(self.wrap_up_started_at and not self.wrap_up_ended_at)

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
        unfinished = (
            Domain("user_id", "=", self.env.uid)
            & Domain("wrap_up_started_at", "!=", False)
            & Domain("wrap_up_ended_at", "=", False)
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
        self._end_wrap_up()
        self._notify_agents()

    def end_wrap_up(self):
        """The agent has nothing to note: he is free again.

        :return: True
        """
        calls = self._in_own_companies()
        calls.check_access("write")
        for call in calls.filtered(lambda call: call._is_wrapping_up()):
            call._end_wrap_up()
            call._notify_agents()
        return True

    def action_plan_activity(self):
        """Open Odoo's dialog for the next activity, on what the call was about."""
        self.ensure_one()
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


def _choices(records):
    return [{"id": record.id, "name": record.display_name} for record in records]
