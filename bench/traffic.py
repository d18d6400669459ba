# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The calls of bench/calls.py: which come when, who sends and who hears of them, and
what of it was lost."""

import collections
import contextlib
import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

import lookup

from workbench import odoo_process
from workbench.steps import Failure

HERE = Path(__file__).resolve().parent
RATE = 50
AGENTS = 20
#: events on their way at the same time: one that finds none free is sent late
CONNECTIONS = 16
STATES = ("ringing", "answered", "ended")
TURNS = dict(zip(("newCall", "answer", "hangup"), STATES, strict=True))
# after the ring: answered, hung up; an agent's next call rings later than that
ANSWERED, ENDED = 0.4, 0.8


def call_events(agent, call, number):
    """An answered call of an agent: (seconds after its ring, event)."""
    call_id, user = f"load-{call}", str(200 + agent)
    ring = {"event": "newCall", "direction": "in", "from": number, "to": "+4989100"}
    return [
        (0, {**ring, "callId": call_id, "user": [user]}),
        (ANSWERED, {"event": "answer", "callId": call_id, "user": user}),
        (ENDED, {"event": "hangup", "callId": call_id, "cause": "normalClearing"}),
    ]


class Schedule:
    """Events at their moments, and who is to be told what of them."""

    def __init__(self, seconds, contacts):
        plan = []
        for call in range(int(seconds * RATE / 3)):
            agent = call % AGENTS
            number = lookup.exact_number(8 + (7919 * call) % max(contacts - 8, 1))
            for after, event in call_events(agent, call, number):
                told = (agent, number, TURNS[event["event"]])
                plan.append((call * 3 / RATE + after, event, told))
        plan.sort(key=lambda item: item[0])
        self.plan = [(moment, event) for moment, event, _told in plan]
        self.told = [told for _moment, _event, told in plan]

    def judge(self, messages):
        """(lost, twice): each change of each call is to be told once to its agent.

        :param messages: [[agent, moment, id of the message, what is told]]
        """
        heard = collections.Counter(
            (agent, values["number"], values["state"])
            for agent, _moment, _id, values in messages
        )
        ids = {(agent, message_id) for agent, _moment, message_id, _v in messages}
        contents = {
            (agent, json.dumps(values, sort_keys=True))
            for agent, _moment, _id, values in messages
        }
        wanted = collections.Counter(self.told)
        lost = sum((wanted - heard).values())
        twice = sum(len(messages) - len(once) for once in (ids, contents))
        return lost, twice

    def delays(self, messages, began):
        """Seconds from sending each event to its agent being told.

        :param began: the moments at which the plan's events were sent
        """
        sent = dict(zip(self.told, began, strict=True))
        return [
            moment - sent[agent, values["number"], values["state"]]
            for agent, moment, _id, values in messages
            if (agent, values["number"], values["state"]) in sent
        ]


class Line:
    """A line's address, to which events are posted from a process of its own."""

    def __init__(self, url):
        address, _slash, path = url.split("//", 1)[1].partition("/")
        self.host, port = address.split(":")
        self.port, self.path = int(port), f"/{path}"

    def start(self, plan):
        """Begin to send [(moment, event)]; to be handed to :meth:`finish`."""
        process = _start("sender.py")
        job = {
            "host": self.host,
            "port": self.port,
            "path": self.path,
            "connections": CONNECTIONS,
            "plan": [(moment, json.dumps(event)) for moment, event in plan],
        }
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        return process

    def finish(self, process):
        """[[status or error, began at, seconds, late by]], in the plan's order."""
        with process:
            answers = process.stdout.read()
        if process.returncode:
            raise Failure("the sender ended with an error")
        return json.loads(answers)

    def post(self, event):
        """One event, now: the status of its answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        with contextlib.closing(connection):
            connection.request("POST", self.path, json.dumps(event), headers)
            response = connection.getresponse()
            response.read()
        return response.status


class Listeners:
    """Agents' panels on the bus, in a process of their own; a context manager.

    They connect to the process for websockets itself: a proxy between would be
    measured, too.
    """

    def __init__(self, port, cookies):
        self.job = {"host": "127.0.0.1", "port": port, "cookies": cookies}

    def __enter__(self):
        self.process = _start("listeners.py")
        if self._ask(json.dumps(self.job)) != "ready\n":
            raise Failure("the panels cannot connect to the bus")
        return self

    def __exit__(self, *_exception):
        odoo_process.stop(self.process)

    def _ask(self, command):
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def told(self):
        answer = self._ask("told")
        if not answer:
            raise Failure("a panel lost its connection to the bus")
        return json.loads(answer)

    def forget(self):
        self._ask("forget")


def _start(script):
    return subprocess.Popen(
        [sys.executable, "-I", "-B", str(HERE / script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
        preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
    )
