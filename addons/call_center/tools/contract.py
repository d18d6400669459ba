"""The providers' webhooks in the words of the generic contract.

Plain Python. Each reader takes the fields of a request (name to list of values) and
returns events::

    {"event": "newCall" | "answer" | "hangup" | "merge", "call_id",
     "other": the id that goes on as this one, or "",
     "direction": "in" | "out" | "", "from", "to",
     "users": [names or extensions], "queue", "answering_number", "cause",
     "failed": whether the agent's telephone did not take an ordered call,
     "leg", "party": "" | "agent" | "machine" | "outside",
     "silent": whether nobody's telephone rings yet,
     "at": naive UTC datetime or None}

or None for an event that is valid and means nothing here. ``Unprocessable`` is raised
for what is no event of the contract.
"""

import datetime
import email.utils
import math
import re

CAUSES = frozenset(
    "normalClearing busy cancel noAnswer congestion notFound forwarded".split()
)
EVENTS = ("newCall", "answer", "hangup")
MERGE = "merge"
PARTIES = ("agent", "machine", "outside")
MAX_LENGTH = 250
MAX_USERS = 100

_TRUE = ([True], ["true"], ["1"])
OUTBOUND_API = "outbound-api"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_TWILIO_EVENTS = {
    "queued": "newCall",
    "initiated": "newCall",
    "ringing": "newCall",
    "in-progress": "answer",
    "answered": "answer",
    "completed": "hangup",
    "busy": "hangup",
    "no-answer": "hangup",
    "canceled": "hangup",
    "failed": "hangup",
}
_TWILIO_CAUSES = {
    "completed": "normalClearing",
    "busy": "busy",
    "no-answer": "noAnswer",
    "canceled": "cancel",
    "failed": "congestion",
}


class Unprocessable(Exception):
    """A request that can be read but is no event of the contract."""


def clean(value):
    """A value as text that a database takes, of bounded length."""
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", text).strip()[:MAX_LENGTH]


def _first(fields, *names):
    for name in names:
        for value in fields.get(name) or ():
            if text := clean(value):
                return text
    return ""


def _all(fields, *names):
    values = [clean(value) for name in names for value in fields.get(name) or ()]
    return list(dict.fromkeys(value for value in values if value))[:MAX_USERS]


def _call_id(fields, *names):
    call_id = _first(fields, *names)
    if not call_id:
        raise Unprocessable(f"{names[0]} is missing")
    return call_id


def _direction(fields, event):
    direction = _first(fields, "direction")
    if direction not in ("in", "out", "") or (not direction and event == "newCall"):
        raise Unprocessable(f"direction: “{direction}” is neither in nor out")
    return direction


def _moment(text):
    """Seconds since 1970 as a naive UTC datetime, if it can be one."""
    try:
        seconds = float(text)
        if not math.isfinite(seconds) or seconds <= 0:
            return None
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=None)


def _values(event, call_id, direction, fields, **more):
    return {
        "event": event,
        "call_id": call_id,
        "other": "",
        "direction": direction,
        "from": _first(fields, "from"),
        "to": _first(fields, "to"),
        "users": _all(fields, "user", "user[]"),
        "queue": _first(fields, "queue"),
        "answering_number": _first(fields, "answeringNumber"),
        "cause": "",
        "failed": False,
        "leg": _first(fields, "legId"),
        "party": "",
        "silent": False,
        "at": _moment(_first(fields, "timestamp")),
        **more,
    }


def _other(other, call_id):
    if other == call_id:
        raise Unprocessable("otherCallId: it is the same as callId")
    return other


def _cause(fields):
    cause = _first(fields, "cause")
    return cause if cause in CAUSES else "normalClearing"


def read_generic(fields):
    """The generic contract. The event ``merge`` and the fields ``legId``, ``party``,
    ``silent``, ``timestamp`` and ``failed`` are additions that nobody has to send."""
    event = _first(fields, "event")
    if event not in (*EVENTS, MERGE):
        raise Unprocessable(f"event: “{event}” is not newCall, answer, hangup or merge")
    values = _values(
        event,
        _call_id(fields, "callId"),
        _direction(fields, event),
        fields,
    )
    party = _first(fields, "party")
    values["party"] = party if party in PARTIES else ""
    values["silent"] = event == "newCall" and fields.get("silent") in _TRUE
    if event == MERGE:
        values["other"] = _other(_call_id(fields, "otherCallId"), values["call_id"])
    if event == "answer" and not values["users"]:
        # the documented sample says "caller" where it means the agent
        values["users"] = _all(fields, "caller")
    if event == "hangup":
        values["cause"] = _cause(fields)
        # a call that was ordered: the agent's own telephone did not take it
        values["failed"] = _first(fields, "failed") == "agent"
    return values


def _international(number):
    """sipgate sends international numbers without their plus."""
    return f"+{number}" if re.fullmatch(r"[1-9]\d{6,14}", number) else number


def read_sipgate(fields):
    event = _first(fields, "event")
    if event == "dtmf":
        return None
    if event not in EVENTS:
        raise Unprocessable(f"event: “{event}” is not newCall, answer, hangup or dtmf")
    values = _values(
        event,
        _call_id(fields, "callId", "origCallId"),
        _direction(fields, event),
        fields,
    )
    values["from"] = _international(values["from"])
    values["to"] = _international(values["to"])
    values["answering_number"] = _international(values["answering_number"])
    if event == "hangup":
        values["cause"] = _cause(fields)
    origin = _first(fields, "origCallId")
    if origin and origin != values["call_id"]:
        # the same caller: a group overflows, voicemail takes the call
        values["other"] = origin
    return values


def read_twilio(fields):
    status = _first(fields, "CallStatus")
    if status not in _TWILIO_EVENTS:
        raise Unprocessable(f"CallStatus: “{status}” is unknown")
    direction = _first(fields, "Direction")
    if direction and direction not in ("inbound", "trunking-originating"):
        if not direction.startswith(("outbound", "trunking-terminating")):
            raise Unprocessable(f"Direction: “{direction}” is unknown")
    event = _TWILIO_EVENTS[status]
    call_id = _call_id(fields, "CallSid")
    parent = _first(fields, "ParentCallSid")
    if not direction and not parent and event == "newCall":
        raise Unprocessable("Direction is missing")
    users, leg = [], ""
    if parent:
        # somebody is rung within a call: a leg of it, whose end is not the call's
        leg, call_id = call_id, parent
        users = [_twilio_user(_first(fields, "To"))]
    elif direction == OUTBOUND_API:
        # whom Twilio was told to call: an agent, if the customer is called within it
        leg, users = call_id, [_twilio_user(_first(fields, "To"))]
    incoming = direction == "inbound" or bool(parent) or not direction
    return {
        "event": event,
        "call_id": call_id,
        "other": "",
        "direction": "" if parent else ("in" if incoming else "out"),
        "from": _first(fields, "From"),
        "to": "" if parent else _first(fields, "To"),
        "users": users,
        "queue": _first(fields, "QueueName"),
        "answering_number": "",
        "cause": _TWILIO_CAUSES.get(status, ""),
        "failed": False,
        # the end of its own part is the call's
        "leg": leg if parent or event != "hangup" else "",
        "party": "",
        "silent": False,
        "at": _twilio_moment(_first(fields, "Timestamp")),
    }


def _twilio_user(to):
    """The agent in "client:anna" or "sip:101@…"."""
    return re.sub(r"^(?:client|sips?):", "", to, flags=re.I).split("@")[0]


def _twilio_moment(text):
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return moment


READERS = {
    "generic": read_generic,
    "sipgate": read_sipgate,
    "twilio": read_twilio,
}
