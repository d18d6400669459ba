import datetime
import logging

from odoo import Command, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..telephony import audience, click_to_call, joining
from ..tools import phone_number

_logger = logging.getLogger(__name__)

RINGING_MAX = datetime.timedelta(minutes=15)
ANSWERED_MAX = datetime.timedelta(hours=8)
OUTAGE_MAX = datetime.timedelta(days=30)
CLOCK_SKEW = datetime.timedelta(minutes=5)
SWEEP_BATCH = 500
#: what telephone systems call what answers in nobody's place
MACHINES = {"voicemail", "announcement"}
#: what the agents' panels show of a call
TOLD_FIELDS = {"state", "user_id", "from_number", "to_number", "queue"}


class PhoneCallLife(models.AbstractModel):
    """The part of ``phone.call`` that follows a call by its provider's events.

    Events come late, twice and in any order, so none of them moves a call from one
    state to the next. Each adds what it knows (the earliest ring, the earliest
    answer, the end), and the state follows from what is known. What is merged with
    earliest and latest is the same in any order and however often.
    """

    _name = "phone.call.life.mixin"
    _description = "Phone Call: Life"

    # -- receiving ---------------------------------------------------------

    @api.model
    def _receive(self, provider, event):
        """Take an event in.

        :param provider: the line, in superuser mode
        :param dict event: as the readers of ``tools.contract`` return it
        :return: what to answer to the provider: ``{}``, or a direction for the call
        :rtype: dict
        """
        now = fields.Datetime.now()
        # the line's company in the context: else that of the superuser is asked for
        calls = self.with_company(provider.company_id)
        if event["other"]:
            call, is_new = calls._join(provider, event, now)
        else:
            call, is_new = calls._find_or_create(provider, event, now)
        changes = call._merge(event, call._event_time(event, now))
        if is_new and (event["event"] != "newCall" or event["other"]):
            call._link_customer()
        answer = {}
        if event["event"] == "newCall" and call.state == "ringing":
            # before agents are told: it may be for one of them, or for nobody
            answer = call._direct(event)
        if not call._is_history(event, now):
            if event["event"] == "newCall" and not event["silent"]:
                # nobody has heard of it so far, whatever was known of it
                changes |= call._tell_all()
            if is_new or changes or event["other"]:
                call._notify_agents()
        if event["failed"]:
            call._dial_failed(event["cause"])
        return answer

    def _event_time(self, event, now):
        """The provider's time if it can be one: not in the future, and not longer ago
        than events wait beside a PBX while Odoo is away."""
        at = event["at"]
        if at and now - OUTAGE_MAX < at <= now + CLOCK_SKEW:
            return at.replace(microsecond=0)
        return now

    def _is_history(self, event, now):
        """Whether an event waited so long that nobody is rung for it. What becomes
        of a call that was shown while it rang is news all the same."""
        self.ensure_one()
        long_ago = now - RINGING_MAX
        # first what costs nothing: nearly all events are of this moment
        return self._event_time(event, now) < long_ago and not (
            self.create_date and self.create_date < long_ago
        )

    @api.model
    def _find_or_create(self, provider, event, now):
        # with its fields, which are needed in any case, in one statement
        call = self.search_fetch(
            # the line's own: small telephone systems count their calls from one on
            [
                ("provider_id", "=", provider.id),
                ("external_id", "=", event["call_id"]),
            ],
            limit=1,
        )
        call = call or self.env["phone.call.strand"]._call_of(
            provider, event["call_id"]
        )
        if call:
            return call, False
        vals = self._prepare_call_vals(provider, event, now)
        if event["event"] == "newCall":
            vals.update(self._ringing_vals(vals, event))
        return self.create(vals), True

    @api.model
    def _ringing_vals(self, vals, event):
        """Of a call that first rings, whom it rings at and whose number it is.

        What :meth:`_merge` and :meth:`_link_customer` would add, written at once: to
        write a call again enters it in each of its indexes again.
        """
        draft = self.new(vals)
        legs, users = {}, self.env["res.users"]
        for name in event["users"]:
            key = event["leg"] or name
            if key in legs:
                continue
            user = self._agent_named(name, draft.company_id)
            users |= user
            legs[key] = {
                "key": key,
                "name": name,
                "user_id": user.id,
                "party": _party(name, event),
                "queue": event["queue"] or False,
                "rang_at": vals["started_at"],
            }
        return {
            **draft._customer_vals(),
            "leg_ids": [Command.create(leg) for leg in legs.values()],
            "user_id": users.id if len(users) == 1 else False,
        }

    @api.model
    def _prepare_call_vals(self, provider, event, now):
        return {
            "provider": provider.kind,
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "external_id": event["call_id"],
            "direction": event["direction"] or "in",
            "from_number": event["from"] or False,
            "to_number": event["to"] or False,
            "queue": event["queue"] or False,
            "started_at": self._event_time(event, now),
        }

    def _merge(self, event, at):
        """Add what an event knows.

        :return: whether anything changed that agents are told about
        :rtype: bool
        """
        self.ensure_one()
        legs_changed = self._merge_legs(event, at)
        if self.is_joined:
            vals = self._strand_vals(event, at)
        else:
            vals = self._told_vals(self, event, at)
        if self.provider == "twilio":
            vals.update(self._click_to_call_vals(vals))
        answered = vals.get("answered_at", self.answered_at)
        ended = vals.get("ended_at", self.ended_at)
        if answered and ended and answered > ended:
            # a late answer without a time of its own
            vals["answered_at"] = ended
        vals["state"] = "ended" if ended else "answered" if answered else "ringing"
        vals = {name: value for name, value in vals.items() if value != self[name]}
        vals.update(self._number_vals(vals))
        user = self._talking_user()
        if user and user != self.user_id:
            vals["user_id"] = user.id
        if vals:
            self.write(vals)
        if ended or self.is_joined:
            self._end_legs(ended)
        if legs_changed and not {"state", "answered_at", "ended_at", "user_id"} & set(
            vals
        ):
            # else that was done when it was written
            self._follow_wrap_up()
        if {"from_number", "to_number"} & set(vals):
            if self.provider == "twilio" and "to_number" in vals:
                # it was the agent's own number before
                self.write({"partner_id": False, "res_model": False, "res_id": False})
            if not self.partner_id:
                self._link_customer()
        return bool(legs_changed or TOLD_FIELDS & set(vals))

    def _told_vals(self, holder, event, at):
        """What an event adds to what was told under its id.

        :param holder: the call itself, or the strand of one of its ids
        """
        if event["event"] == "merge":
            return {}
        kind = event["event"]
        vals = self._missing_vals(holder, event)
        if not holder.started_at or at < holder.started_at:
            vals["started_at"] = at
        if kind == "answer" and not _is_machine(event):
            if not holder.answered_at or at < holder.answered_at:
                vals["answered_at"] = at
        if kind == "hangup" and not event["leg"]:
            vals.update(self._end_vals(holder, event, at))
        return vals

    def _click_to_call_vals(self, vals):
        """Of a call that the provider placed for an agent, the customer's number and
        answer; the agent's own telephone was taken before that."""
        if vals.get("direction", self.direction) != "out":
            return {}
        parts = {
            leg: click_to_call.Placed(leg.key, leg.name, leg.rang_at, leg.answered_at)
            for leg in self.leg_ids
        }
        customer = click_to_call.customers(self.external_id, list(parts.values()))
        if not customer:
            return {}
        number, answered = customer
        for leg in parts:
            if leg.key != self.external_id:
                leg.party = audience.OUTSIDE
            elif leg.answered_at != answered:
                leg.answered_at = answered
        return {"to_number": number, "answered_at": answered}

    def _number_vals(self, vals):
        """What follows from numbers that are told late; a hook."""
        return {}

    def _end_vals(self, holder, event, at):
        """The earliest end; why, as it says, unless it is an order's failure: the
        end of its channel knows better why, whichever of the two comes first."""
        ended = holder.ended_at if holder.cause != "lost" else False
        earlier = not ended or at < ended
        vals = {"ended_at": at} if earlier else {}
        better = earlier if not event["failed"] else False
        if not ended or better or (not event["failed"] and self._has_failed_order()):
            vals["cause"] = event["cause"]
        return vals

    def _missing_vals(self, holder, event):
        """What an event that came out of turn could not tell yet."""
        told = {
            "from_number": event["from"],
            "to_number": event["to"],
            "queue": event["queue"],
        }
        vals = {
            name: value for name, value in told.items() if value and not holder[name]
        }
        if event["direction"] and event["direction"] != holder.direction:
            # Twilio's is that of the call, whatever the event
            told = event["event"] == "newCall" or self.provider == "twilio"
            if told or not holder.direction:
                vals["direction"] = event["direction"]
        return vals

    # -- several ids of one call ---------------------------------------------

    is_joined = fields.Boolean(
        copy=False, readonly=True, help="It was told of under several ids."
    )
    strand_ids = fields.One2many(
        "phone.call.strand",
        "call_id",
        readonly=True,
        # who may not read strands reads calls with all of their fields
        groups="call_center.group_call_center_manager",
    )

    @api.model
    def _lock_ids(self, provider, event):
        """The ids whose events must not be taken in at the same moment."""
        ids = [id_ for id_ in (event["call_id"], event["other"]) if id_]
        # past the ORM: what it remembers may be old once there is a lock
        rows = self.env.execute_query(
            SQL(
                """
                SELECT other.external_id FROM phone_call_strand strand
                  JOIN phone_call_strand other ON other.call_id = strand.call_id
                 WHERE strand.provider_id = %s AND strand.external_id = ANY(%s)
                """,
                provider.id,
                ids,
            )
        )
        return {*ids, *(id_ for (id_,) in rows)}

    @api.model
    def _join(self, provider, event, now):
        """The call that two ids are one of, and whether it is new: what is known under
        either, together."""
        Strand = self.env["phone.call.strand"]
        ids = [event["call_id"], event["other"]]
        known = self.browse()
        for id_ in ids:
            known |= self.search(
                [("provider_id", "=", provider.id), ("external_id", "=", id_)]
            ) or Strand._call_of(provider, id_)
        for call in known:
            Strand._of_call(call)
        is_new = not known
        if is_new:
            vals = self._prepare_call_vals(provider, event, now)
            known = self.create(vals)
        first = joining.lead(known.strand_ids._facts())
        keep = known[:1]
        for call in known:
            if first and first.id in call.strand_ids.mapped("external_id"):
                keep = call
        keep.is_joined = True
        for gone in known - keep:
            keep._take_over(gone)
        for id_ in ids:
            strand = Strand._ensure(keep, id_)
        if not strand.is_continued:
            strand.is_continued = True
        return keep, is_new

    def _strand_vals(self, event, at):
        """What a call of several ids is, with what an event adds to one of them."""
        strand = self.env["phone.call.strand"]._ensure(self, event["call_id"])
        vals = self._told_vals(strand, event, at)
        if vals:
            strand.write(vals)
        return joining.joined(self.strand_ids._facts())

    def _is_outside(self, direction, from_number, to_number):
        """Whether the other side is somebody outside, and not a colleague, a parking
        place or a code of the exchange."""
        number = from_number if direction == "in" else to_number
        if not number:
            return direction == "in"
        parsed = phone_number.parse(number, self._region())
        return parsed.kind in ("external", "anonymous")

    def _take_over(self, gone):
        """Take in a call that is part of this one, and take its cards away."""
        gone._tell_gone()
        for leg in gone.leg_ids:
            self._take_leg(leg)
        gone.strand_ids.call_id = self
        self.env["phone.call.order"].search([("call_id", "=", gone.id)]).call_id = self
        self.env["phone.call.back"].search(
            [("reached_call_id", "=", gone.id)]
        ).reached_call_id = self
        vals = self._taken_over_vals(gone)
        gone.unlink()
        self.invalidate_recordset(["leg_ids", "strand_ids"])
        if vals:
            self.write(vals)

    def _taken_over_vals(self, gone):
        """What was entered for a call that is part of this one now."""
        names = ("callback_id", "outcome_id", "subject_id", "recording_url")
        vals = {
            name: gone._fields[name].convert_to_write(gone[name], gone)
            for name in names
            if gone[name] and not self[name]
        }
        if gone.tag_ids - self.tag_ids:
            vals["tag_ids"] = [Command.link(tag.id) for tag in gone.tag_ids]
        if gone.summary and gone.summary != self.summary:
            notes = [note for note in (self.summary, gone.summary) if note]
            vals["summary"] = "\n".join(notes)
        if told := set(gone.told_ids or ()) - set(self.told_ids or ()):
            vals["told_ids"] = [*(self.told_ids or ()), *sorted(told)]
        return vals

    def _take_leg(self, leg):
        mine = self.leg_ids.filtered(lambda one: one.key == leg.key)
        if not mine:
            leg.call_id = self
            return
        vals = {}
        for name in ("rang_at", "answered_at", "left_at"):
            if leg[name] and (not mine[name] or leg[name] < mine[name]):
                vals[name] = leg[name]
        for name in ("name", "user_id", "queue"):
            if leg[name] and not mine[name]:
                vals[name] = leg._fields[name].convert_to_write(leg[name], leg)
        mine.write(vals)

    # -- legs --------------------------------------------------------------

    def _end_legs(self, ended):
        """Parts end with the call, unless somebody left before."""
        for leg in self.leg_ids:
            at = min(leg.left_at or ended, ended) if ended else leg.left_at
            if leg.ended_at != at:
                leg.ended_at = at

    def _merge_legs(self, event, at):
        """Note who is rung, talks or leaves; returns whether that is news."""
        names = event["users"]
        if not names and event["answering_number"]:
            names = [event["answering_number"]]
        if event["event"] == "hangup":
            # the end of a part; without one it is the end of all
            names = event["leg"] and (names or [""])
        changed = False
        for name in names or ():
            key = event["leg"] or name
            leg = self.leg_ids.filtered(lambda leg, key=key: leg.key == key)
            if not leg:
                leg = self.leg_ids.create(self._leg_vals(key, name, event))
                changed = True
            vals = self._leg_changes(leg, name, event, at)
            if vals:
                leg.write(vals)
                changed |= not vals.keys() <= {"queue", "rang_at", "name"}
        return changed

    def _leg_vals(self, key, name, event):
        user = self._agent_named(name, self.company_id) if name else None
        return {
            "call_id": self.id,
            "key": key,
            "name": name or False,
            "user_id": user.id if user else False,
            "party": _party(name, event),
        }

    def _leg_changes(self, leg, name, event, at):
        """What an event adds to a part: the earliest of each is believed."""
        vals = {}
        if name and not leg.name:
            vals = self._leg_vals(leg.key, name, event)
            del vals["call_id"], vals["key"]
        if event["queue"] and not leg.queue:
            vals["queue"] = event["queue"]
        if event["event"] == "hangup":
            if not leg.left_at or at < leg.left_at:
                vals["left_at"] = vals["ended_at"] = at
            return vals
        if not leg.rang_at or at < leg.rang_at:
            vals["rang_at"] = at
        if event["event"] == "answer":
            if not leg.answered_at or at < leg.answered_at:
                vals["answered_at"] = at
        return vals

    def _talking_user(self):
        """Who talks, or talked last: of a call that was handed over, the last to
        answer. A call that rings at one agent only is his."""
        Users = self.env["res.users"]
        if last := audience.spoke_last(self._audience()):
            return Users.browse(last.agent)
        users = self.leg_ids.user_id
        return users if len(users) == 1 and not self.answered_at else users.browse()

    @api.model
    def _agent_named(self, name, company):
        """The user whom a provider means: by extension, login or name."""
        Users = self.env["res.users"]
        user_id = Users._of_extension(company.id, name)
        if user_id:
            return Users.browse(user_id)
        domain = [
            ("share", "=", False),
            ("company_ids", "in", company.ids),
        ]
        for criterion in (
            ("login", "=ilike", _escape_like(name)),
            ("name", "=ilike", _escape_like(name)),
        ):
            users = Users.search([*domain, criterion], order="id", limit=2)
            if len(users) == 1:
                return users
        return self._agent_of_number(name, company) if name[:1] == "+" else Users

    @api.model
    def _agent_of_number(self, number, company):
        """The user whose contact has a number: cloud providers call people there."""
        Users = self.env["res.users"]
        region = self.env["phone.directory"]._company_region(company.id)
        keys = {r.e164 for r in phone_number.parse(number, region).readings} - {False}
        entries = self.env["phone.directory"].search(
            [("e164", "in", list(keys)), ("res_model", "=", "res.partner")]
        )
        if not entries:
            return Users
        users = Users.search(
            [
                ("share", "=", False),
                ("company_ids", "in", company.ids),
                ("partner_id", "in", entries.mapped("res_id")),
            ],
            limit=2,
        )
        return users if len(users) == 1 else Users

    # -- customer ----------------------------------------------------------

    def _link_customer(self):
        vals = self._customer_vals()
        if vals:
            self.write(vals)

    def _customer_vals(self):
        """Whose number it is, if that is certain: found exactly, and one customer's."""
        self.ensure_one()
        number = self.from_number if self.direction == "in" else self.to_number
        if not number or len(number) > 250:
            return {}
        if self.number_kind != "external" or self._is_own_number():
            return {}
        sent = bool(self.provider_id or self.provider)
        parsed = phone_number.parse(number, self._region(), sent)
        # the call's number first, which was chosen among those readings
        readings = sorted(parsed.readings, key=lambda r: r.e164 != (self.e164 or ""))
        parsed = parsed._replace(readings=tuple(readings))
        # an agent's companies decide what he sees; the line's what is linked
        lookup = self.with_context(allowed_company_ids=self.company_id.ids)
        _e164, found = lookup._lookup_cascade(parsed)
        found = [
            (certainty, row, record)
            for certainty, row, record in found
            if certainty == "exact" and lookup._is_of_company(record, self.company_id)
        ]
        if not found:
            return {}
        matches = lookup._lookup_rank(found)
        entities = {match["commercial_partner_id"] for match in matches} - {False}
        vals = {"res_model": matches[0]["model"], "res_id": matches[0]["id"]}
        if len(entities) == 1:
            partners = [m["id"] for m in matches if m["model"] == "res.partner"]
            entity = entities.pop()
            vals["partner_id"] = partners[0] if len(partners) == 1 else entity
        elif len(entities) > 1:
            return {}  # somebody of several customers: the agent asks
        return vals

    @api.model
    def _link_earlier(self, partner_ids):
        """Give earlier calls of unknown callers to contacts that just got the number,
        unless another customer has it too.

        By SQL: it follows every write of a contact's number.
        """
        self.env["phone.call"].flush_model(
            ["e164", "partner_id", "company_id", "res_model", "res_id"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id", "company_id"])
        linked = self.env.execute_query(
            SQL(
                """
                UPDATE phone_call call
                   SET partner_id = partner.id,
                       res_id = CASE WHEN call.res_model IS NULL
                                     THEN partner.id ELSE call.res_id END,
                       res_model = COALESCE(call.res_model, 'res.partner')
                  FROM phone_directory entry
                  JOIN res_partner partner ON partner.id = entry.res_id
                 WHERE entry.res_model = 'res.partner'
                   AND entry.res_id = ANY(%s)
                   AND entry.e164 = call.e164
                   AND call.partner_id IS NULL
                   AND COALESCE(partner.company_id, call.company_id) = call.company_id
                   AND NOT EXISTS (
                        SELECT FROM phone_directory other
                          JOIN res_partner o ON o.id = other.res_id
                         WHERE other.res_model = 'res.partner'
                           AND other.e164 = entry.e164
                           AND o.commercial_partner_id
                               IS DISTINCT FROM partner.commercial_partner_id
                           AND o.id <> partner.id
                       )
             RETURNING call.id
                """,
                list(partner_ids),
            )
        )
        if linked:
            self.browse(id_ for (id_,) in linked).invalidate_recordset(
                ["partner_id", "res_model", "res_id"]
            )

    # -- hooks -------------------------------------------------------------

    def _direct(self, event):
        """What a provider is told to do with a new call; rules override this."""
        return {}

    # -- the end that never came -------------------------------------------

    @api.model
    def _cron_sweep(self):
        """Close calls whose end was never told."""
        now = fields.Datetime.now()
        calls = self.search(
            [
                "|",
                "&",
                ("state", "=", "ringing"),
                ("started_at", "<", now - RINGING_MAX),
                "&",
                ("state", "=", "answered"),
                ("answered_at", "<", now - ANSWERED_MAX),
            ],
            limit=SWEEP_BATCH,
            order="id",
        )
        for call in calls:
            call._safely(call._end_lost)
        if len(calls) == SWEEP_BATCH:
            self.env.ref("call_center.ir_cron_sweep_calls")._trigger()

    def _end_lost(self):
        # when it really ended nobody knows: no talking time is made up
        last = self.answered_at or self.started_at
        lost = {"cause": "lost", "ended_at": last}
        self.strand_ids.filtered(lambda strand: not strand.ended_at).write(lost)
        self.write({"state": "ended", "cause": "lost", "ended_at": last})
        self._end_legs(last)
        self._notify_agents()

    def _safely(self, work):
        """Do in a job what one call needs: if that fails it is said, and the others
        get their turn."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                work()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            # whatever it was: it is this call's own, and the log has it
            _logger.exception("call %s: %s failed", self.id, work.__name__)


def _party(name, event):
    """Who has a part: an agent, if nothing says that it is somebody else."""
    if name.casefold() in MACHINES:
        return audience.MACHINE
    return event["party"] or audience.AGENT


def _is_machine(event):
    """Whether nobody answers but a voicemail or an announcement."""
    names = event["users"]
    parties = {_party(name, event) for name in names} or {event["party"]}
    return parties == {audience.MACHINE}


def _escape_like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
