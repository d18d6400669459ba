"""What one event tells of a call, or of one of its ids."""

import datetime

from . import dialling, parts, routing

OUTAGE_MAX = datetime.timedelta(days=30)
CLOCK_SKEW = datetime.timedelta(minutes=5)


def event_time(event, now):
    """The provider's time if it can be one: not in the future, and not longer ago
    than events wait beside a PBX while Odoo is away."""
    at = event["at"]
    if at and now - OUTAGE_MAX < at <= now + CLOCK_SKEW:
        return at.replace(microsecond=0)
    return now


def call_vals(env, provider, event, now):
    """The values of a call that an event is the first to tell of."""
    direction = event["direction"] or "in"
    return {
        "provider": provider.kind,
        "provider_id": provider.id,
        "company_id": provider.company_id.id,
        "external_id": event["call_id"],
        "direction": direction,
        "from_number": event["from"] or False,
        "to_number": event["to"] or False,
        "queue": event["queue"] or False,
        "started_at": event_time(event, now),
        "is_blocked": routing.is_caller_blocked(
            env, provider, direction, event["from"]
        ),
    }


def told_vals(call, holder, event, at):
    """What an event adds to what was told under its id.

    :param holder: the call itself, or the strand of one of its ids
    """
    if event["event"] == "merge":
        return {}
    kind = event["event"]
    vals = missing_vals(call, holder, event)
    if not holder.started_at or at < holder.started_at:
        vals["started_at"] = at
    if kind == "answer" and not parts.is_machine(event):
        if not holder.answered_at or at < holder.answered_at:
            vals["answered_at"] = at
    if kind == "hangup" and not event["leg"]:
        vals.update(end_vals(call, holder, event, at))
    return vals


def end_vals(call, holder, event, at):
    """The earliest end; why, as it says, unless it is an order's failure: the
    end of its channel knows better why, whichever of the two comes first."""
    ended = holder.ended_at if holder.cause != "lost" else False
    earlier = not ended or at < ended
    vals = {"ended_at": at} if earlier else {}
    better = earlier if not event["failed"] else False
    if not ended or better or (not event["failed"] and dialling.has_failed_order(call)):
        vals["cause"] = event["cause"]
    return vals


def missing_vals(call, holder, event):
    """What an event that came out of turn could not tell yet."""
    told = {
        "from_number": event["from"],
        "to_number": event["to"],
        "queue": event["queue"],
    }
    vals = {name: value for name, value in told.items() if value and not holder[name]}
    if event["direction"] and event["direction"] != holder.direction:
        # Twilio's is that of the call, whatever the event
        told = event["event"] == "newCall" or call.provider == "twilio"
        if told or not holder.direction:
            vals["direction"] = event["direction"]
    return vals
