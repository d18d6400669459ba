"""What an event of a telephone system does to calls.

Events come late, twice and in any order, so none of them moves a call from one state
to the next. Each adds what it knows (the earliest ring, the earliest answer, the end),
and the state follows from what is known. What is merged with earliest and latest is
the same in any order and however often.
"""

import datetime

from odoo import Command, fields

from . import (
    audience,
    click_to_call,
    customer,
    dialling,
    facts,
    panel,
    parts,
    routing,
    strands,
    wrap_up,
)

RINGING_MAX = datetime.timedelta(minutes=15)
#: what the agents' panels show of a call
TOLD_FIELDS = {"state", "user_id", "from_number", "to_number", "queue"}


def receive(env, provider, event):
    """Take an event in.

    :param provider: the line, in superuser mode
    :param dict event: as the readers of ``tools.contract`` return it
    :return: what to answer to the provider: ``{}``, or a direction for the call
    :rtype: dict
    """
    now = fields.Datetime.now()
    # the line's company in the context: else that of the superuser is asked for
    calls = env["phone.call"].with_company(provider.company_id)
    if event["other"]:
        call, is_new = strands.join(calls.env, provider, event, now)
    else:
        call, is_new = find_or_create(calls.env, provider, event, now)
    changes = merge(call, event, facts.event_time(event, now))
    if is_new and (event["event"] != "newCall" or event["other"]):
        customer.link(call)
    answer = {}
    if event["event"] == "newCall" and call.state == "ringing":
        # before agents are told: it may be for one of them, or for nobody
        answer = routing.direct(call)
    if not is_history(call, event, now):
        if event["event"] == "newCall" and not event["silent"]:
            # nobody has heard of it so far, whatever was known of it
            changes |= panel.tell_all(call)
        if is_new or changes or event["other"]:
            panel.notify(call)
    if event["failed"]:
        dialling.failed(call, event["cause"])
    return answer


def is_history(call, event, now):
    """Whether an event waited so long that nobody is rung for it. What becomes
    of a call that was shown while it rang is news all the same."""
    call.ensure_one()
    long_ago = now - RINGING_MAX
    # first what costs nothing: nearly all events are of this moment
    return facts.event_time(event, now) < long_ago and not (
        call.create_date and call.create_date < long_ago
    )


def find_or_create(env, provider, event, now):
    # with its fields, which are needed in any case, in one statement
    call = env["phone.call"].search_fetch(
        # the line's own: small telephone systems count their calls from one on
        [
            ("provider_id", "=", provider.id),
            ("external_id", "=", event["call_id"]),
        ],
        limit=1,
    )
    call = call or env["phone.call.strand"]._call_of(provider, event["call_id"])
    if call:
        return call, False
    vals = facts.call_vals(env, provider, event, now)
    if event["event"] == "newCall":
        vals.update(ringing_vals(env, vals, event))
    return env["phone.call"].create(vals), True


def ringing_vals(env, vals, event):
    """Of a call that first rings, whom it rings at and whose number it is.

    What :func:`merge` and :func:`customer.link` would add, written together: to write
    a call again enters it in each of its indexes again.
    """
    draft = env["phone.call"].new(vals)
    legs, users = {}, env["res.users"]
    for name in event["users"]:
        key = event["leg"] or name
        if key in legs:
            continue
        user = parts.agent_named(env, name, draft.company_id)
        users |= user
        legs[key] = {
            "key": key,
            "name": name,
            "user_id": user.id,
            "party": parts.party(name, event),
            "queue": event["queue"] or False,
            "rang_at": vals["started_at"],
        }
    return {
        **customer.customer_vals(draft),
        "leg_ids": [Command.create(leg) for leg in legs.values()],
        "user_id": users.id if len(users) == 1 else False,
    }


def merge(call, event, at):
    """Add what an event knows.

    :return: whether anything changed that agents are told about
    :rtype: bool
    """
    call.ensure_one()
    dialling.placed(call, event)
    legs_changed = parts.note_event(call, event, at)
    if call.is_joined:
        vals = strands.tell(call, event, at)
    else:
        vals = facts.told_vals(call, call, event, at)
    if call.provider == "twilio":
        vals.update(click_to_call_vals(call, vals))
    answered = vals.get("answered_at", call.answered_at)
    ended = vals.get("ended_at", call.ended_at)
    if answered and ended and answered > ended:
        # a late answer without a time of its own
        vals["answered_at"] = ended
    vals["state"] = "ended" if ended else "answered" if answered else "ringing"
    vals = {name: value for name, value in vals.items() if value != call[name]}
    vals.update(routing.number_vals(call, vals))
    user = parts.talking_user(call)
    if user and user != call.user_id:
        vals["user_id"] = user.id
    if vals:
        call.write(vals)
    if ended or call.is_joined:
        parts.end_parts(call, ended)
    if legs_changed and not {"state", "answered_at", "ended_at", "user_id"} & set(vals):
        # else that was done when it was written
        wrap_up.follow(call)
    if {"from_number", "to_number"} & set(vals):
        if call.provider == "twilio" and "to_number" in vals:
            # it was the agent's own number before
            call.write({"partner_id": False, "res_model": False, "res_id": False})
        if not call.partner_id:
            customer.link(call)
    return bool(legs_changed or TOLD_FIELDS & set(vals))


def click_to_call_vals(call, vals):
    """Of a call that the provider placed for an agent, the customer's number and
    answer; the agent's own telephone was taken before that."""
    if vals.get("direction", call.direction) != "out":
        return {}
    placed = {
        leg: click_to_call.Placed(leg.key, leg.name, leg.rang_at, leg.answered_at)
        for leg in call.leg_ids
    }
    answer = click_to_call.customers(call.external_id, list(placed.values()))
    if not answer:
        return {}
    number, answered = answer
    for leg in placed:
        if leg.key != call.external_id:
            leg.party = audience.OUTSIDE
        elif leg.answered_at != answered:
            leg.answered_at = answered
    return {"to_number": number, "answered_at": answered}
