"""Where calls go by rule, and whose are not put through."""

import datetime
from typing import NamedTuple

from odoo import fields
from odoo.exceptions import UserError

from ..tools import target
from . import lookup, panel

REJECT = "reject"
# providers that wait for our answer before they put a call through
DIRECTED_KINDS = ("generic", "sipgate", "twilio")


class Caller(NamedTuple):
    """What rules look at."""

    provider: object  # the line
    kind: str  # external, internal, anonymous, invalid
    e164: str
    to_number: str
    partner: object
    blocked: bool
    at: datetime.datetime  # UTC


class Direction(NamedTuple):
    """What a rule does with a call. ``answer`` is the generic contract's."""

    answer: dict
    user: object = None


def direct(call):
    """What a provider is told to do with a new call: ``{}``, or the generic
    contract's answer. A provider that asks again gets the same answer."""
    call.ensure_one()
    if call.direction != "in" or call.provider not in DIRECTED_KINDS:
        return {}
    if call.directed_to:
        return told(call)
    if call.rule_id:
        return {}
    rule, direction = call.env["call.rule"]._decide(caller_of(call))
    answer = direction.answer if direction else {}
    # nobody's own business: the line says where its calls go otherwise
    answer = answer or call.provider_id._default_answer()
    vals = {"rule_id": rule.id} if rule else {}
    if answer:
        vals["directed_to"] = answer.get("number") or REJECT
    if direction and direction.user:
        vals["user_id"] = direction.user.id
    if target.is_queue(answer.get("number")) and not call.queue:
        # so that the queue's team is told, and its figures have the call
        vals["queue"] = answer["number"].removeprefix(target.QUEUE)
    if vals:
        call.write(vals)
    return answer


def told(call):
    """What the provider was told before."""
    if call.directed_to == REJECT:
        return {"action": "reject", "reason": "busy"}
    return {"action": "dial", "number": call.directed_to}


def caller_of(call):
    """What rules decide by."""
    call.ensure_one()
    return Caller(
        provider=call.provider_id,
        kind=call.number_kind,
        e164=call.e164 or "",
        to_number=call.to_number or "",
        partner=call.partner_id,
        blocked=call.is_blocked,
        at=fields.Datetime.now(),
    )


def is_caller_blocked(env, provider, direction, number):
    if direction != "in":
        return False
    parsed = lookup.parse(env, number, provider.company_id, provider._region())
    e164 = parsed.readings[0].e164 if parsed.readings else False
    return env["call.blocked.number"]._is_blocked(provider.company_id, e164)


def number_vals(call, vals):
    """Who calls may be told by a later event than the first."""
    more = {}
    if {"from_number", "direction"} & vals.keys():
        more["is_blocked"] = is_caller_blocked(
            call.env,
            call.provider_id,
            vals.get("direction", call.direction),
            vals.get("from_number", call.from_number),
        )
        if more["is_blocked"] and not call.is_blocked:
            # their screens show it
            more["told_ids"] = panel.agents_to_tell(call).ids
    return more


def is_own_number(call):
    """Whether the other side is one of the house's own numbers: a call that a
    click placed may come in again as one from ourselves."""
    call.ensure_one()
    own = call.env["call.provider"]._own_numbers(call.company_id.id)
    return bool(call.e164) and call.e164 in own


def is_put_through(call):
    call.ensure_one()
    return not call.is_blocked and call.directed_to != REJECT


def block(calls):
    """Refuse this caller's calls from now on."""
    numbers = calls.env["call.blocked.number"]
    for call in calls:
        call.check_access("write")
        if call.number_kind != "external" or not call.e164:
            raise UserError(
                calls.env._(
                    "%s: only a number of the outside can be blocked; for withheld "
                    "ones there are rules.",
                    call.display_name,
                )
            )
        if not call.is_number_blocked:
            # an unblocked number is kept, archived
            old = numbers.sudo().with_context(active_test=False)  # any agent may
            old = old.search(
                [
                    ("company_id", "=", call.company_id.id),
                    ("e164", "=", call.e164),
                ]
            )
            if old:
                old.active = True
            else:
                numbers.create({"company_id": call.company_id.id, "e164": call.e164})
    calls.invalidate_recordset(["is_number_blocked"])
    return True


def unblock(calls):
    """Put this caller's calls through again."""
    calls.env["call.blocked.number"].search(
        [
            ("e164", "in", calls.mapped("e164")),
            ("company_id", "in", calls.company_id.ids),
        ]
    ).action_archive()
    calls.invalidate_recordset(["is_number_blocked"])
    return True
