"""Reads Asterisk's manager and posts the generic contract to Odoo; asks Odoo for calls
to place, and places them.

A process of its own beside the PBX: no telephony library and no standing connection in
Odoo's workers. Standard library only.
"""

import http.client
import json
import logging
import random
import re
import socket
import threading
import time
import urllib.error
import urllib.request

from .exchange import MOMENT, Exchange
from .translate import ORDER

_logger = logging.getLogger("asterisk")

READ_TIMEOUT = 90
PING_EVERY = 30
POST_TIMEOUT = 15
BACKOFF_MAX = 60
ASK_EVERY = 1.0
ASK_AGAIN_LATER = 60
MAX_ANSWER = 64 * 1024
#: a loop comes round at least as often: it waits for the other side for so long at most
LONGEST_BEAT = READ_TIMEOUT + BACKOFF_MAX + 30
#: answers after which sending the same event again would change nothing
FINAL = (200, 400, 413, 422)
# what a line's orders may hold: they become lines of the manager's protocol
_EXTENSION = re.compile(r"[0-9]{2,5}")
_NUMBER = re.compile(r"\+?[0-9*#]{2,20}")
_CALL_ID = re.compile(re.escape(ORDER) + r"[0-9a-f]{8,64}")


class Backoff:
    """Waits longer after each failure, and never at the same moment as others."""

    def __init__(self, first=1.0, longest=BACKOFF_MAX):
        self.first, self.longest = first, longest
        self.failures = 0

    def reset(self):
        self.failures = 0

    def next(self):
        self.failures += 1
        wait = min(self.longest, self.first * 2 ** min(self.failures - 1, 10))
        return wait * random.uniform(0.5, 1)


class Manager:
    """A connection to the manager: messages as dicts."""

    def __init__(self, host, port, user, secret, timeout=READ_TIMEOUT):
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.settimeout(timeout)
        self.sending = threading.Lock()
        self.file = self.socket.makefile("rb")
        self.file.readline()  # the greeting
        self.send(Action="Login", Username=user, Secret=secret, Events="on")
        answer = next(m for m in self.messages() if "Response" in m)
        if answer["Response"] != "Success":
            raise PermissionError(answer.get("Message", "the log-in was refused"))

    def send(self, **fields):
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with self.sending:
            self.socket.sendall(f"{lines}\r\n".encode())

    def messages(self):
        """Messages until the connection ends."""
        message = {}
        while line := self.file.readline():
            text = line.decode("utf-8", "replace").strip("\r\n")
            if text:
                name, _colon, value = text.partition(":")
                message.setdefault(name.strip(), value.strip())
            elif message:
                yield message
                message = {}

    def close(self):
        self.file.close()
        self.socket.close()


class Dialling:
    """How the PBX is told to place a call.

    :param str channel: an agent's telephone, with its extension
    :param str context: where the dial plan takes numbers
    :param plus: what a number's plus sign becomes, if the dial plan wants digits only
    :param int seconds: how long the agent's telephone rings before it is given up
    """

    def __init__(
        self,
        channel="PJSIP/{extension}",
        context="from-internal",
        plus="+",
        seconds=25,
    ):
        self.channel, self.context = channel, context
        self.plus, self.seconds = plus, seconds

    def action(self, command):
        """The manager's action for an order, or None if it cannot be one."""
        texts = [command.get(name) for name in ("callId", "extension", "number")]
        patterns = (_CALL_ID, _EXTENSION, _NUMBER)
        for text, pattern in zip(texts, patterns, strict=True):
            if not isinstance(text, str) or not pattern.fullmatch(text):
                return None
        call_id, extension, number = texts
        number = number.replace("+", self.plus)
        return {
            "Action": "Originate",
            # the call's id at both sides, and what a failure is told under
            "ActionID": call_id,
            "ChannelId": call_id,
            "Channel": self.channel.format(extension=extension),
            "Context": self.context,
            "Exten": number,
            "Priority": 1,
            "CallerID": number,
            "Timeout": self.seconds * 1000,
            "Async": "true",
        }


class Connector:
    """Five threads: one fills the spool from the manager, one empties it to Odoo, one
    tells who left, one keeps the connection up, one asks Odoo for calls to place.

    :param dialling: a :class:`Dialling`, or None to place no calls
    """

    def __init__(self, spool, url, manager_options, backoff=Backoff, dialling=None):
        self.dialling = dialling
        self.spool = spool
        self.url = url
        self.manager_options = manager_options
        self.backoff = backoff
        self.stopping = threading.Event()
        self.waiting = threading.Event()
        self.manager = None
        self.exchange = Exchange(spool.state())
        #: held while what is known of the exchange changes or is written down
        self.following = threading.Lock()
        self.failed = threading.Event()
        #: when each loop came round last
        self.beats = {}

    def start(self):
        loops = [
            self.read_forever,
            self.post_forever,
            self.ping_forever,
            self.leave_forever,
        ]
        if self.dialling:
            loops.append(self.ask_forever)
        threads = [
            threading.Thread(target=self.guard, args=[loop], daemon=True)
            for loop in loops
        ]
        for thread in threads:
            thread.start()
        return threads

    def guard(self, loop):
        """A loop that ends by a fault ends the process: it is then started again,
        rather than deaf and alive."""
        try:
            loop()
        except BaseException:
            _logger.exception("%s ended by a fault: the process ends", loop.__name__)
            self.failed.set()
            self.stop()

    def is_alive(self):
        """Whether the loops come round: a watchdog is told so long as they do."""
        now = time.monotonic()
        return all(now - beat < LONGEST_BEAT for beat in dict(self.beats).values())

    def stop(self):
        self.stopping.set()
        self.waiting.set()
        manager = self.manager
        if manager:
            try:
                manager.socket.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                _logger.debug("the connection was gone: %s", error)

    # -- from the PBX ------------------------------------------------------

    def read_forever(self):
        backoff = self.backoff()
        while not self.stopping.is_set():
            self.beats["read"] = time.monotonic()
            try:
                self.manager = Manager(**self.manager_options)
                backoff.reset()
                _logger.info("connected to the PBX")
                self.follow(self.manager)
                _logger.warning("the PBX closed the connection")
            except (OSError, StopIteration) as error:
                _logger.warning("no connection to the PBX: %s", error)
            finally:
                if self.manager:
                    self.manager.close()
                    self.manager = None
            self.stopping.wait(backoff.next())

    def follow(self, manager):
        """Take in what comes, after asking what went on while nobody listened."""
        running = []
        manager.send(Action="CoreShowChannels", ActionID="resync")
        for message in manager.messages():
            self.beats["read"] = time.monotonic()
            kind = message.get("Event")
            if kind == "CoreShowChannel":
                running.append(self.as_it_began(message))
            elif kind == "CoreShowChannelsComplete":
                self.resume(running)
            else:
                with self.following:
                    self.take(self.exchange.take(message))

    def resume(self, running):
        """Begin what began and end what ended while nobody listened."""
        with self.following:
            self.take(self.exchange.take_running(running))
            for call_id in self.spool.open_calls() - self.exchange.open_calls():
                self.take_event(
                    {
                        "event": "hangup",
                        "callId": call_id,
                        "cause": "normalClearing",
                        "timestamp": time.time(),
                    }
                )

    def leave_forever(self):
        """Tell who left a call that goes on."""
        while not self.stopping.wait(MOMENT / 2):
            self.beats["leave"] = time.monotonic()
            if self.exchange.leaving:
                with self.following:
                    self.take(self.exchange.take_left())

    def ping_forever(self):
        """A PBX at which nobody calls says nothing: without its answers to this the
        connection would be taken for dead."""
        while not self.stopping.wait(PING_EVERY):
            self.beats["ping"] = time.monotonic()
            manager = self.manager
            try:
                if manager:
                    manager.send(Action="Ping")
            except (OSError, ValueError) as error:
                # who reads it connects again
                _logger.debug("the connection was gone: %s", error)

    @staticmethod
    def as_it_began(message):
        """A running channel with the time when it began; an agent's, who talks by
        now, with the present: they did not answer before they were rung."""
        if message.get("Uniqueid") != message.get("Linkedid"):
            return message
        parts = [int(p) for p in message.get("Duration", "0").split(":") if p.isdigit()]
        seconds = sum(p * 60**i for i, p in enumerate(reversed(parts)))
        return {**message, "Timestamp": f"{time.time() - seconds:.3f}"}

    def take(self, events):
        for event in events:
            self.take_event(event)

    def take_event(self, event):
        """Keep an event with what is known of the exchange; holds ``following``."""
        given_up = self.spool.put(event, self.exchange.state)
        if given_up:
            _logger.error("the spool is full: %d old events were given up", given_up)
        self.waiting.set()

    # -- to Odoo -----------------------------------------------------------

    def post_forever(self):
        backoff = self.backoff()
        while not self.stopping.is_set():
            self.beats["post"] = time.monotonic()
            first = self.spool.first()
            if not first:
                self.waiting.wait(5)
                self.waiting.clear()
                continue
            event_id, event = first
            status = self.post(event)
            if status in FINAL:
                if status != 200:
                    _logger.error("Odoo answered %s to %s", status, event)
                self.spool.remove(event_id)
                backoff.reset()
            else:
                self.stopping.wait(backoff.next())

    def post(self, event):
        """The status of Odoo's answer, 0 if there is none."""
        status, _answer = self.request(self.url, event)
        if status not in FINAL:
            _logger.warning("Odoo answers %s, trying again", status or "nothing")
        return status

    def request(self, url, body):
        """(status, answer) of a request; status 0 if there is no answer."""
        request = urllib.request.Request(  # noqa: S310 - checked at the start
            url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - checked at the start
                request, timeout=POST_TIMEOUT
            ) as response:
                return response.status, response.read(MAX_ANSWER)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
        except (OSError, http.client.HTTPException) as error:
            # also what is no HTTP: a thread that ends would take the calls with it
            _logger.debug("no answer: %s", error)
            return 0, b""

    # -- calls to place ----------------------------------------------------

    def ask_forever(self):
        """Ask Odoo once a second: nobody has to be let in to the PBX's network."""
        said = None
        while not self.stopping.is_set():
            self.beats["ask"] = time.monotonic()
            wait = ASK_EVERY
            # an order that nobody can carry out is better left with Odoo
            if self.manager:
                status, answer = self.request(f"{self.url}/commands", {})
                if status == 200:
                    self.place(answer)
                else:
                    wait = ASK_AGAIN_LATER if status in (401, 404, 422) else 5
                    if status != said:
                        _logger.warning("calls to place: Odoo answers %s", status)
                said = status
            self.stopping.wait(wait)

    def place(self, answer):
        try:
            commands = json.loads(answer)["commands"]
            actions = [(c, self.dialling.action(c)) for c in commands]
        except (ValueError, KeyError, TypeError, AttributeError):
            _logger.error("calls to place: the answer cannot be read")
            return
        for command, action in actions:
            manager = self.manager
            try:
                if not action or not manager:
                    raise OSError("it is no order, or the PBX is away")
                manager.send(**action)
            except OSError as error:
                _logger.warning("a call was not placed: %s", error)
                self.give_back(command)

    def give_back(self, command):
        """Tell Odoo that an order was not carried out."""
        call_id = command.get("callId")
        if isinstance(call_id, str) and _CALL_ID.fullmatch(call_id):
            event = {
                "event": "hangup",
                "callId": call_id,
                "cause": "congestion",
                "failed": "agent",
                "timestamp": f"{time.time():.6f}",
            }
            with self.following:
                self.take_event(event)
