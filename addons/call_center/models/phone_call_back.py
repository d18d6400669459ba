import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..telephony import call_backs, chatter, guard, routing
from ..telephony.call_backs import GRACE
from ..tools import fresh

_logger = logging.getLogger(__name__)

BATCH = 200
# a call that cannot be followed is tried again after so many minutes
RETRY_MINUTES = (1, 5, 30, 120, 720)
#: what follows from calls; buttons and the job change it, no form and no RPC
DERIVED = {
    "company_id",
    "e164",
    "state",
    "call_ids",
    "missed_count",
    "first_missed_at",
    "last_missed_at",
    "reached_call_id",
    "closed_at",
}


class PhoneCallBack(models.Model):
    """A caller whom nobody answered and who is to be called back.

    One for each caller however often they tried; it closes by itself when they are
    reached, whoever called whom.
    """

    _name = "phone.call.back"
    _description = "Call-back"
    _inherit = ["mail.thread", "mail.activity.mixin", "company.guard"]
    _order = "state desc, last_missed_at, id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    e164 = fields.Char("Number", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", check_company=True
    )
    team_id = fields.Many2one("call.team", index="btree_not_null", check_company=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", index="btree_not_null", check_company=True
    )
    state = fields.Selection(
        [("open", "To call back"), ("done", "Done")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    call_ids = fields.One2many("phone.call", "callback_id", "Calls", readonly=True)
    missed_count = fields.Integer("Missed Calls", readonly=True)
    first_missed_at = fields.Datetime("First Missed", readonly=True)
    last_missed_at = fields.Datetime("Last Missed", readonly=True)
    reached_call_id = fields.Many2one(
        "phone.call",
        "Reached By",
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    closed_at = fields.Datetime("Closed", readonly=True)

    _open_unique = models.UniqueIndex(
        "(company_id, e164) WHERE state = 'open'",
        "This caller is to be called back already.",
    )

    @api.depends("partner_id", "e164", "missed_count")
    def _compute_display_name(self):
        for back in self:
            partner = back.partner_id._filtered_access("read")
            who = f"{partner.name} ({back.e164})" if partner else back.e164
            back.display_name = self.env._("Call back %s", who)

    def write(self, vals):
        if not self.env.su and (derived := DERIVED & vals.keys()):
            raise AccessError(
                self.env._(
                    "A call-back's %s follows from its calls: use the buttons.",
                    ", ".join(sorted(derived)),
                )
            )
        if not self.env.su and vals.get("partner_id"):
            guard.check_readable(self.env, "res.partner", vals["partner_id"])
        result = super().write(vals)
        if "user_id" in vals:
            # who takes the call-back over takes over its activity
            for back in self:
                # sudo: it may be a colleague's so far
                back.activity_ids.sudo().user_id = back.user_id
        return result

    def action_done(self):
        """The caller needs not be called any more."""
        self.check_access("write")
        self._close()
        return True

    def action_take(self):
        """Take the call-back over."""
        self.check_access("write")
        self.user_id = self.env.user
        return True

    def _close(self, call=None):
        """Close, with the activity; not done by ``_action_done`` if it closes."""
        for back in self.filtered(lambda back: back.state == "open"):
            # sudo: the caller of this method has checked who may
            back.sudo().write(
                {
                    "state": "done",
                    "closed_at": fields.Datetime.now(),
                    "reached_call_id": call.id if call else False,
                }
            )
            # sudo: it may be a colleague's activity
            activities = back.activity_ids.sudo()
            if activities:
                activities.action_feedback(
                    feedback=call and self.env._("Reached by telephone.")
                )

    # -- from missed calls -------------------------------------------------

    @api.model
    def _cron_follow(self):
        """Make call-backs of missed calls, and close those of reached callers.

        In a job rather than while the provider waits: a failure here loses no call,
        callers are merged one after the other, and an answer whose event comes late
        still counts. Each call is a transaction of its own: one that fails is tried
        again later, and holds up nobody else's.
        """
        Call = self.env["phone.call"]
        Cron = self.env["ir.cron"]
        domain = self._due_domain()
        calls = Call.search(domain, order="ended_at, id", limit=BATCH)
        more = Call.search_count(domain) if len(calls) == BATCH else len(calls)
        Cron._commit_progress(remaining=more)
        for call in calls:
            self._follow_safely(call)
            if not Cron._commit_progress(1):
                break
        if Call.search_count(
            Domain("callback_due", "=", True) & Domain("callback_retry_at", "=", False),
            limit=1,
        ):
            self.env.ref("call_center.ir_cron_call_backs")._trigger(
                fields.Datetime.now() + GRACE
            )

    @api.model
    def _due_domain(self):
        """The calls that the job is to look at now."""
        now = fields.Datetime.now()
        return (
            Domain("callback_due", "=", True)
            & (
                Domain("answered_at", "!=", False)
                | Domain("ended_at", "<=", now - GRACE)
            )
            & (
                Domain("callback_retry_at", "=", False)
                | Domain("callback_retry_at", "<=", now)
            )
        )

    @api.model
    def _follow_safely(self, call):
        """Follow a call; if that fails note when to try again, and say so."""
        try:
            with self.env.cr.savepoint():
                # somebody may delete or change it meanwhile
                locked = call.try_lock_for_update(allow_referencing=True)
                if locked.callback_due:
                    self._follow(locked)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            # not its fault: the next run sees what the other one did
            _logger.info("call %s: followed by the next run: %s", call.id, error)
        except Exception:
            tries = call.callback_tries + 1
            values = {"callback_tries": tries}
            if tries > len(RETRY_MINUTES):
                values.update(callback_due=False, callback_retry_at=False)
                _logger.exception("call %s: no call-back is made any more", call.id)
            else:
                minutes = RETRY_MINUTES[tries - 1]
                values["callback_retry_at"] = fields.Datetime.now() + timedelta(
                    minutes=minutes
                )
                _logger.exception(
                    "call %s: the call-back failed, next try in %s min",
                    call.id,
                    minutes,
                )
            call.write(values)

    @api.model
    def _follow(self, call):
        """Make the call-back of a missed call, or close that of a reached caller."""
        call.write(
            {"callback_due": False, "callback_retry_at": False, "callback_tries": 0}
        )
        if call.answered_at:
            self._open_of(call)._close(call)
        elif call_backs.is_missed(call) and not call_backs.was_reached_since(call):
            self._take_missed(call)
            chatter.post(call)

    @api.model
    def _open_among(self, keys, company):
        """Which of some E.164 numbers a company is to call back."""
        # sudo: whoever may see it
        backs = self.sudo().search(
            [
                ("state", "=", "open"),
                ("company_id", "=", company.id),
                ("e164", "in", keys),
            ]
        )
        return set(backs.mapped("e164"))

    @api.model
    def _open_of(self, call):
        """The open call-back of the caller: by their number, else by who they are."""
        domain = Domain("e164", "=", call.e164)
        if call.partner_id:
            domain |= Domain("partner_id", "=", call.partner_id.id)
        return self.search(
            Domain("state", "=", "open")
            & Domain("company_id", "=", call.company_id.id)
            & domain
        )

    @api.model
    def _take_missed(self, call):
        back = self._open_of(call)[:1]
        if not back:
            back = self.create(self._prepare_vals(call))
        call.callback_id = back
        missed = back.call_ids.filtered(call_backs.is_missed)
        back.write(
            {
                "missed_count": len(missed),
                "first_missed_at": min(missed.mapped("started_at")),
                "last_missed_at": max(missed.mapped("started_at")),
                "partner_id": back.partner_id.id or call.partner_id.id,
            }
        )
        back._plan()
        return back

    @api.model
    def _prepare_vals(self, call):
        team = call.team_id
        return {
            "company_id": call.company_id.id,
            "e164": call.e164,
            "partner_id": call.partner_id.id,
            "team_id": team.id,
            "user_id": self._responsible(call, team).id,
        }

    @api.model
    def _responsible(self, call, team):
        """Who calls back: whom the team names; the customer's salesperson; the member
        with the fewest open call-backs. Without a team whom it rang at, if it was one
        alone; else nobody yet, and whoever is free takes it."""
        if not team:
            rung = call.leg_ids.user_id
            return rung if len(rung) == 1 else rung.browse()
        if team.callback_user_id.active:
            return team.callback_user_id
        members = team.member_ids.filtered("active")
        if call.partner_id.user_id in members:
            return call.partner_id.user_id
        counts = dict(
            self._read_group(
                [("state", "=", "open"), ("user_id", "in", members.ids)],
                ["user_id"],
                ["__count"],
            )
        )
        return members.sorted(lambda user: (counts.get(user, 0), user.id))[:1]

    def _plan(self):
        """The activity, with how often the caller has tried."""
        self.ensure_one()
        summary = self.display_name
        if self.missed_count == 1:
            summary = self.env._("%s: one missed call", summary)
        elif self.missed_count:
            summary = self.env._(
                "%(back)s: %(count)s missed calls",
                back=summary,
                count=self.missed_count,
            )
        if self.activity_ids:
            self.activity_ids.summary = summary
        else:
            # no mail to the assigned user: their list of activities tells them
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_call",
                summary=summary,
                user_id=self.user_id.id or False,
            )

    # -- by hand -----------------------------------------------------------

    @api.model
    def _plan_by_hand(self, number, partner):
        """The open call-back of a number, or a new one, with an activity of the
        user."""
        if not isinstance(number, str):
            raise UserError(self.env._("number: a telephone number is expected."))
        # of a company's, not of a number's: how a number reads, records say
        fresh.one_after_the_other(self.env, f"call_back|{self.env.company.id}")
        # an unsaved call reads the number as a call's
        call = self.env["phone.call"].new(
            {
                "direction": "in",
                "from_number": number[:250],
                "company_id": self.env.company.id,
                "partner_id": partner.id,
            }
        )
        if not call.e164:
            raise UserError(
                self.env._("number: “%s” cannot be called back.", number[:64])
            )
        if routing.is_own_number(call):
            raise UserError(
                self.env._("number: “%s” is one of our own numbers.", number[:64])
            )
        back = self._of_number(call)
        if not back.has_access("write"):
            # sudo: it stays the other team's, who hear that a call was promised
            back.sudo().message_post(
                body=self.env._(
                    "%s was asked for a call-back too.", self.env.user.name
                ),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
            return back
        back.user_id = self.env.user
        if not back.activity_ids:
            back.activity_schedule(
                "mail.mail_activity_data_call",
                summary=back.display_name,
                user_id=self.env.uid,
            )
        return back

    @api.model
    def _of_number(self, call):
        """The open call-back of a call's caller, or a new one of the user's. It may be
        another team's, which the user may neither read nor take."""
        if not call.e164:
            raise UserError(
                self.env._("This caller withholds the number: nobody can call back.")
            )
        # sudo: there is one for each number, whoever may see it
        backs = self.sudo()._open_of(call).sudo(False)
        mine = backs._filtered_access("write")[:1]
        theirs = backs.filtered(lambda back: back.sudo().e164 == call.e164)[:1]
        if mine or theirs:
            return mine or theirs
        # sudo: what a call-back says follows from calls
        values = {**self._prepare_vals(call), "user_id": self.env.uid}
        # a call-back without a team is everybody's to see
        values["team_id"] = values["team_id"] or self._own_team(call.company_id).id
        return self.sudo().create(values).sudo(False)

    @api.model
    def _own_team(self, company):
        """The user's first team."""
        return self.env["call.team"].search(
            Domain("company_id", "=", company.id)
            & (
                Domain("member_ids", "in", self.env.uid)
                | Domain("user_id", "=", self.env.uid)
            ),
            limit=1,
        )
