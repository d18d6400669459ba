"""What goes on at the exchange: which channels there are, and which call each is in.

Plain Python. :mod:`.translate` says what one message stands for; here is what only
several of them say together: that a call is over when the last of its channels is
gone, that two calls became one, who left, and who the customer is in a call that was
handed on.

``Linkedid`` is shared by all channels of a call. When channels of two calls meet (a
consultation that is connected, a parked call that is fetched, a pickup) it becomes that
of the older call, from then on and without a message of its own. A channel's own
``Uniqueid`` never changes.
"""

import re
import time

from .translate import (
    agent_part,
    end_cause,
    endpoint,
    is_agent,
    is_local,
    known,
    translate,
)

#: prefixes of the channels that a message names beside its own
_ROLES = (
    "",
    "Dest",
    "Parkee",
    "Retriever",
    "Transferer",
    "Transferee",
    "OrigTransferer",
    "SecondTransferer",
    "TransferTarget",
    "Target",
    "LocalOne",
    "LocalTwo",
)
#: messages by which two calls become one; the role of the older one first
_MEETINGS = {
    "UnParkedCall": ("Parkee", "Retriever"),
    "Pickup": ("Target", ""),
    "AttendedTransfer": ("OrigTransferer", "SecondTransferer"),
}
#: so long it takes until all channels of a call that ends are gone
MOMENT = 0.4
_DIGITS = re.compile(r"\+?\d{2,20}")


class Exchange:
    """Follows channels; returns events of the generic contract.

    :param dict state: what was kept of an earlier run, changed in place:
        ``{"channels": {uid: {...}}, "calls": {id: {...}}, "leaving": [...]}``
    """

    def __init__(self, state=None):
        self.state = state if state is not None else {}
        self.channels = self.state.setdefault("channels", {})
        self.calls = self.state.setdefault("calls", {})
        #: who left a moment ago: told once it is clear that the call goes on
        self.leaving = self.state.setdefault("leaving", [])

    # -- messages ----------------------------------------------------------

    def take(self, message):
        """The events that a message stands for, with what is known of its call."""
        at = message.get("Timestamp") or f"{time.time():.6f}"
        events = []
        for role in _ROLES:
            events += self._see(message, role)
        events += self._meet(message)
        if message.get("Event") == "Hangup":
            events += self._hang_up(message, at)
        else:
            event = self._in_its_call(message, translate(message))
            events += [event] if event else []
        return self._noted(events, at)

    def take_running(self, messages):
        """The events of what happened while nobody listened, by the channels that
        there are now.

        :param list messages: ``CoreShowChannel``
        """
        events = []
        for message in messages:
            events += self._see(message, "")
        there = {message.get("Uniqueid") for message in messages}
        for message in messages:
            event = self._in_its_call(message, translate(message))
            events += [event] if event else []
        now = f"{time.time():.6f}"
        for uid in [uid for uid in self.channels if uid not in there]:
            if uid in self.channels:
                events += self._gone(uid, "normalClearing", now)
        return self._noted(events, now) + self.take_left(wait=0)

    def take_left(self, wait=MOMENT):
        """The events of those who left calls that go on. When a call ends all of its
        channels are hung up one after the other: that is one end, told as one."""
        now = time.time()
        # a clock that was set back makes nobody wait
        left = [one for one in self.leaving if not now - wait < one["since"] <= now]
        self.leaving[:] = [one for one in self.leaving if one not in left]
        for one in left:
            one["callId"] = self._root(one["callId"])
            del one["since"]
        return left

    def _noted(self, events, at):
        """Complete events, and remember of whom something was told: who leaves."""
        for event in events:
            event["timestamp"] = event.get("timestamp") or at
            channel = self.channels.get(event.get("legId"))
            if channel and event["event"] != "hangup" and event.get("user"):
                names = ("user", "party")
                channel["part"] = {n: event[n] for n in names if n in event}
        return events

    def open_calls(self):
        """The ids of the calls that there are."""
        return set(self.calls)

    # -- channels and calls --------------------------------------------------

    def _see(self, message, role):
        """Note a channel that a message names; its call may have become another's."""
        uid, linked = message.get(f"{role}Uniqueid"), message.get(f"{role}Linkedid")
        if not uid or not linked or uid == "<unknown>":
            return []
        channel = self.channels.get(uid)
        if not channel:
            if message.get("Event") not in ("Newchannel", "CoreShowChannel"):
                return []  # it is hung up already, or was never announced
            name = message.get("Channel", "")
            call = self.calls.setdefault(linked, {"into": "", "first": ""})
            self.channels[uid] = {"name": name, "call": linked}
            if uid == linked:
                call["first"] = uid
                call["out"] = is_agent(name)
            return []
        return self._merge(linked, channel["call"])

    def _root(self, call_id):
        seen = set()
        while (into := self.calls.get(call_id, {}).get("into")) and into not in seen:
            seen.add(call_id)
            call_id = into
        return call_id

    def _merge(self, older, newer):
        """Two ids are one call from now on; an event, if that is news."""
        older, newer = self._root(older), self._root(newer)
        if not older or not newer or older == newer:
            return []
        self.calls.setdefault(older, {"into": "", "first": ""})
        self.calls.setdefault(newer, {"into": "", "first": ""})["into"] = older
        events = [{"event": "merge", "callId": older, "otherCallId": newer}]
        for uid, channel in self.channels.items():
            # whom the agent asked is somebody outside: connected with the customer
            if channel["call"] == newer and channel.get("outside"):
                events.append(self._outside_part(uid, channel, "answer"))
        return events

    def _meet(self, message):
        roles = _MEETINGS.get(message.get("Event"))
        if not roles or message.get("Result", "Success") != "Success":
            return self._meet_by_answer(message)
        ids = [message.get(f"{role}Linkedid") for role in roles]
        events = self._merge(*ids)
        if message["Event"] == "UnParkedCall" and is_agent(
            message.get("RetrieverChannel")
        ):
            part = agent_part(message, "Retriever")
            events.append({"event": "answer", "callId": self._root(ids[0]), **part})
        return events

    def _meet_by_answer(self, message):
        """Whom one calls is answered by a channel of another call."""
        if message.get("Event") == "DialEnd" and message.get("DialStatus") == "ANSWER":
            ids = message.get("Linkedid"), message.get("DestLinkedid")
            if all(ids):
                return self._merge(*ids)
        return []

    # -- parts ---------------------------------------------------------------

    def _in_its_call(self, message, event):
        """An event of one message, as what it is in the call that it belongs to."""
        kind = message.get("Event")
        if kind in ("DialBegin", "DialEnd"):
            event = self._dialled(message, event)
        if not event:
            return None
        root = self._root(event["callId"])
        call = self.calls.get(root, {})
        event["callId"] = root
        if event["event"] == "newCall" and event.get("legId") and "out" in call:
            # the first channel says who called whom; later ones are handed the call
            event["direction"] = "out" if call["out"] else "in"
            by = message.get("Uniqueid")
            if call.get("dialled") or (by and by != call["first"]):
                event.pop("from", None)
                event.pop("to", None)
            call["dialled"] = True
        return event

    def _dialled(self, message, event):
        """What dialling means in the call: an outside line may be the customer, or
        somebody the customer is handed to."""
        other, by = message.get("DestChannel"), message.get("Channel")
        uid = message.get("DestUniqueid", "")
        if is_agent(other) or is_local(other) or not by:
            return event
        channel = self.channels.get(uid)
        call = self.calls.get(self._root(message.get("DestLinkedid")), {})
        is_answer = message["Event"] == "DialEnd"
        if is_answer and message.get("DialStatus") != "ANSWER":
            return None
        if channel:
            number = known(message.get("DestCallerIDNum"), message.get("Exten"))
            channel["outside"] = number if _DIGITS.fullmatch(number) else "outside"
        first = self.channels.get(call.get("first"))
        if is_agent(by) or (call.get("out") and first and is_local(by)):
            # the agent's own call; by way of the dial plan it may have many channels
            if not is_agent(by) and first:
                event = event or {"event": "newCall", "callId": ""}
                event.update(
                    event="answer" if is_answer else "newCall",
                    callId=message.get("DestLinkedid"),
                    user=[endpoint(first["name"])],
                    legId=call["first"],
                )
            return event
        return channel and self._outside_part(
            uid, channel, "answer" if is_answer else "newCall"
        )

    def _outside_part(self, uid, channel, event):
        call = self.calls.get(self._root(channel["call"]), {})
        return {
            "event": event,
            "callId": self._root(channel["call"]),
            "direction": "out" if call.get("out") else "in",
            "user": [channel.get("outside") or "outside"],
            "legId": uid,
            "party": "outside",
        }

    # -- ends ----------------------------------------------------------------

    def _hang_up(self, message, at):
        uid = message.get("Uniqueid")
        if uid not in self.channels:
            event = translate(message)  # of a call that was never announced
            return [event] if event else []
        call = self.calls.get(self._root(self.channels[uid]["call"]), {})
        if uid == call.get("first"):
            call["cause"] = end_cause(message)
        return self._gone(uid, end_cause(message), at)

    def _gone(self, uid, cause, at):
        """A channel is no more: somebody left, or the call is over."""
        channel = self.channels.pop(uid)
        root = self._root(channel["call"])
        call = self.calls.get(root, {})
        if part := channel.get("part"):
            self.leaving.append(
                {
                    "event": "hangup",
                    "callId": root,
                    "legId": uid,
                    "timestamp": at,
                    # by the clock, since a later process may have to tell it
                    "since": time.time(),
                    **part,
                }
            )
        if not any(
            self._root(other["call"]) == root and not is_local(other["name"])
            for other in self.channels.values()
        ):
            # nobody left before: it ended for all
            self.leaving[:] = [one for one in self.leaving if one["callId"] != root]
            self._forget(root)
            end = {"event": "hangup", "callId": root, "timestamp": at}
            return [{**end, "cause": call.get("cause", cause)}]
        return []

    def _forget(self, root):
        for id_ in [id_ for id_ in self.calls if self._root(id_) == root]:
            del self.calls[id_]
        for uid, channel in list(self.channels.items()):
            if channel["call"] not in self.calls:
                del self.channels[uid]
