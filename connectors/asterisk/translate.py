"""What Asterisk's manager says, in the words of the generic contract.

Each message is translated by itself, without memory: messages come in no strict order,
and the receiver merges what it is told in any order. The call's id is ``Linkedid``,
which all channels of a call share; its first channel is the one whose ``Uniqueid`` is
the same. What takes several messages to know is :mod:`.exchange`'s.
"""

import re

_UNKNOWN = ("", "<unknown>", "s")
_CHANNEL = re.compile(r"^[^/]+/(.+?)(?:-[0-9a-fA-F]+)?(?:;\d)?$")
_AGENT = re.compile(r"^\d{2,5}$")
_UP = "6"
#: what an order's id begins with: its failure is of interest, others' is not
ORDER = "odoo-"
_DIAL = ("DialBegin", "AgentCalled")
_ANSWER = ("DialEnd", "AgentConnect")
_CAUSES = {
    "1": "notFound",
    "3": "notFound",
    "17": "busy",
    "18": "noAnswer",
    "19": "noAnswer",
    "21": "busy",
    "28": "notFound",
    "34": "congestion",
    "38": "congestion",
    "41": "congestion",
    "42": "congestion",
    "127": "cancel",
}
# why the telephone that was to place a call did not
_ORIGINATE_REASONS = {"1": "noAnswer", "3": "noAnswer", "5": "busy", "8": "congestion"}


def endpoint(channel):
    """The name in a channel: "101" of "PJSIP/101-00000002"."""
    match = _CHANNEL.match(channel or "")
    return match.group(1) if match else ""


def is_local(channel):
    """Whether a channel is only a way through the dial plan, and nobody's telephone."""
    return (channel or "").startswith("Local/")


def is_agent(channel):
    """Whether a channel is an agent's telephone and not a line to the outside."""
    return bool(_AGENT.match(endpoint(channel)))


def agent_part(message, role=""):
    """The part of a call that an agent's telephone has."""
    return {
        "user": [endpoint(message[f"{role}Channel"])],
        "legId": message.get(f"{role}Uniqueid", ""),
    }


def known(*values):
    return next((value for value in values if value and value not in _UNKNOWN), "")


def translate(message):
    """The event of the generic contract that a message stands for, or None.

    :param dict message: names and values as the manager sends them
    """
    kind = message.get("Event")
    if kind in ("Newchannel", "QueueCallerJoin"):
        event = _first_channel(message)
    elif kind in _DIAL:
        event = _dial(message)
    elif kind in _ANSWER:
        event = _answer(message)
    elif kind == "Hangup":
        event = _hangup(message)
    elif kind == "OriginateResponse":
        event = _order_failed(message)
    elif kind == "CoreShowChannel":
        event = _running(message)
    else:
        event = None
    if event:
        event["timestamp"] = message.get("Timestamp", "")
        if message.get("Queue"):
            event["queue"] = message["Queue"]
    return event


def _is_first(message):
    return message.get("Uniqueid") and message["Uniqueid"] == message.get("Linkedid")


def _first_channel(message):
    """A call begins, or joins a queue."""
    if not _is_first(message):
        return None
    event = {"event": "newCall", "callId": message["Linkedid"]}
    to = known(message.get("Exten"))
    if is_agent(message.get("Channel")):
        agent = endpoint(message["Channel"])
        return {**event, "direction": "out", "from": agent, "to": to}
    caller = known(message.get("CallerIDNum"))
    # nobody is rung yet: whom it rings at is told by what follows
    return {**event, "direction": "in", "from": caller, "to": to, "silent": True}


def _dial(message):
    """Somebody is rung: an agent, or the customer whom an agent calls."""
    event = {"event": "newCall", "callId": message.get("DestLinkedid")}
    if not event["callId"]:
        return None
    agent = endpoint(message.get("DestChannel"))
    leg = {"user": [agent], "legId": message.get("DestUniqueid", "")}
    if not message.get("Channel"):
        # a call that was asked for: first the agent's own telephone rings, under
        # the customer's number
        customer = known(message.get("DestCallerIDNum"))
        return {**event, "direction": "out", "from": agent, "to": customer, **leg}
    if is_agent(message["Channel"]) and not is_agent(message.get("DestChannel")):
        caller = endpoint(message["Channel"])
        customer = known(message.get("DestCallerIDNum"), message.get("Exten"))
        return {
            **event,
            "direction": "out",
            "from": caller,
            "to": customer,
            "user": [caller],
            "legId": message.get("Uniqueid", ""),
        }
    if not is_agent(message.get("DestChannel")):
        return None
    if is_agent(message["Channel"]):
        return {
            **event,
            "direction": "out",
            "from": endpoint(message["Channel"]),
            "to": agent,
            **leg,
        }
    return {
        **event,
        "direction": "in",
        "from": known(message.get("CallerIDNum")),
        "to": known(message.get("Exten")),
        **leg,
    }


def _answer(message):
    if message.get("Event") == "DialEnd" and message.get("DialStatus") != "ANSWER":
        return None
    if not message.get("Channel") or not message.get("DestLinkedid"):
        return None  # the agent took up their own telephone, the customer is rung next
    event = {"event": "answer", "callId": message["DestLinkedid"]}
    if is_agent(message.get("DestChannel")):
        return {**event, **agent_part(message, "Dest")}
    if is_agent(message["Channel"]) and not is_local(message.get("DestChannel")):
        return {**event, **agent_part(message)}
    return None  # a line to the outside is nobody's telephone


def _hangup(message):
    if not _is_first(message):
        return None
    return {
        "event": "hangup",
        "callId": message["Linkedid"],
        "cause": end_cause(message),
    }


def end_cause(message):
    """Why a channel was hung up."""
    cause = _CAUSES.get(message.get("Cause", ""), "")
    if not cause:
        # a call that nobody took ends as quietly as one that was talked to its end
        taken = message.get("ChannelState", _UP) == _UP
        cause = "normalClearing" if taken else "noAnswer"
    return cause


def _order_failed(message):
    """A call that was ordered does not come about: the agent's own telephone is
    busy, unreachable or not answered."""
    call_id = message.get("ActionID", "")
    if message.get("Response") != "Failure" or not call_id.startswith(ORDER):
        return None
    cause = _ORIGINATE_REASONS.get(message.get("Reason", ""), "notFound")
    return {"event": "hangup", "callId": call_id, "cause": cause, "failed": "agent"}


def _running(message):
    """A channel that was there before anybody listened. When it was answered nobody
    knows any more; the receiver keeps the earliest that it is told."""
    if _is_first(message):
        return _first_channel(message)
    if not message.get("Linkedid") or not is_agent(message.get("Channel")):
        return None
    internal = _AGENT.match(message.get("ConnectedLineNum", ""))
    return {
        "event": "answer" if message.get("ChannelState") == _UP else "newCall",
        "callId": message["Linkedid"],
        "direction": "out" if internal else "in",
        "user": [endpoint(message["Channel"])],
        "legId": message.get("Uniqueid", ""),
    }
