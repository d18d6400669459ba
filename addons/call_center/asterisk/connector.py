"""Reads Asterisk's manager and posts the generic contract to Odoo.

A process of its own beside the PBX: no telephony library and no standing connection in
Odoo's workers. Standard library only.
"""

import json
import logging
import random
import socket
import threading
import time
import urllib.error
import urllib.request

from .translate import translate

_logger = logging.getLogger("asterisk")

READ_TIMEOUT = 90
PING_EVERY = 30
POST_TIMEOUT = 15
BACKOFF_MAX = 60
#: answers after which sending the same event again would change nothing
FINAL = (200, 400, 413, 422)


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
        self.file = self.socket.makefile("rb")
        self.file.readline()  # the greeting
        self.send(Action="Login", Username=user, Secret=secret, Events="on")
        answer = next(m for m in self.messages() if "Response" in m)
        if answer["Response"] != "Success":
            raise PermissionError(answer.get("Message", "the log-in was refused"))

    def send(self, **fields):
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
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


class Connector:
    """Two threads: one fills the spool from the manager, one empties it to Odoo."""

    def __init__(self, spool, url, manager_options, backoff=Backoff):
        self.spool = spool
        self.url = url
        self.manager_options = manager_options
        self.backoff = backoff
        self.stopping = threading.Event()
        self.waiting = threading.Event()
        self.manager = None

    def start(self):
        threads = [
            threading.Thread(target=self.read_forever, daemon=True),
            threading.Thread(target=self.post_forever, daemon=True),
        ]
        for thread in threads:
            thread.start()
        return threads

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
            try:
                self.manager = Manager(**self.manager_options)
                backoff.reset()
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
        known = self.spool.open_calls()
        running = set()
        manager.send(Action="CoreShowChannels", ActionID="resync")
        pinged = time.monotonic()
        for message in manager.messages():
            kind = message.get("Event")
            if kind == "CoreShowChannel":
                running.add(message.get("Linkedid"))
                self.take(self.as_new(message))
            elif kind == "CoreShowChannelsComplete":
                for call_id in known - running:
                    self.take_event(
                        {
                            "event": "hangup",
                            "callId": call_id,
                            "cause": "normalClearing",
                            "timestamp": time.time(),
                        }
                    )
            else:
                self.take(message)
            if time.monotonic() - pinged > PING_EVERY:
                manager.send(Action="Ping")
                pinged = time.monotonic()

    @staticmethod
    def as_new(message):
        """A running channel as if it began now, at the time when it did."""
        parts = [int(p) for p in message.get("Duration", "0").split(":") if p.isdigit()]
        seconds = sum(p * 60**i for i, p in enumerate(reversed(parts)))
        began = time.time() - seconds
        return {**message, "Event": "Newchannel", "Timestamp": f"{began:.3f}"}

    def take(self, message):
        event = translate(message)
        if event:
            self.take_event(event)

    def take_event(self, event):
        given_up = self.spool.put(event)
        if given_up:
            _logger.error("the spool is full: %d old events were given up", given_up)
        self.waiting.set()

    # -- to Odoo -----------------------------------------------------------

    def post_forever(self):
        backoff = self.backoff()
        while not self.stopping.is_set():
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
        request = urllib.request.Request(  # noqa: S310 - checked at the start
            self.url, json.dumps(event).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - checked at the start
                request, timeout=POST_TIMEOUT
            ) as response:
                return response.status
        except urllib.error.HTTPError as error:
            if error.code not in FINAL:
                _logger.warning("Odoo answered %s, trying again", error.code)
            return error.code
        except OSError as error:
            _logger.warning("Odoo does not answer: %s", error)
            return 0
