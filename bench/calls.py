#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Measure calls under load, up to the agent's screen.

    make bench-calls                                        # a million contacts
    make bench-calls ARGS="--contacts 20000 --seconds 10"   # a quick look
    make bench-calls ARGS="--report docs/performance-calls.md"

On a copy of the contacts that bench/lookup.py makes, a server with two workers gets 50
events a second (calls that ring, are answered and end) while 20 agents are connected to
the bus, each event on its scheduled moment whether or not earlier ones were answered.
Every agent must be told of each of his calls' changes, once. In between a session of
the web client makes calls that do nothing: the webhook's answers are given as a
multiple of these. Then one agent sits at a real browser, and 50 calls ring at him.
"""

import argparse
import collections
import http.client
import json
import os
import queue
import statistics
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests"), str(HERE.parent / "scripts")]

import lookup  # noqa: E402
import report  # noqa: E402
from panels import Browser, Front, Panel, session  # noqa: E402
from servers import Server, copied_database  # noqa: E402

from workbench.databases import Databases  # noqa: E402
from workbench.steps import Failure, main_guard, say  # noqa: E402

RATE = 50
AGENTS = 20
SENDERS = 16
WORKERS = 2
BROWSER_CALLS = 50
BROWSER_GOAL = 1.0
# the machine keeps the rate up
LATE_GOAL = 1_000
STATES = ("ringing", "answered", "ended")
# after the ring: answered, hung up; an agent's next call rings later than that
ANSWERED, ENDED = 0.4, 0.8


class Line:
    """Posts events to a line's address over kept connections."""

    def __init__(self, url):
        self.host, _slash, path = url.split("//", 1)[1].partition("/")
        self.path = f"/{path}"
        self.local = threading.local()

    def post(self, event):
        """(status, seconds) of the answer."""
        start = time.perf_counter()
        for attempt in range(2):
            if not hasattr(self.local, "connection"):
                self.local.connection = http.client.HTTPConnection(
                    self.host, timeout=60
                )
            try:
                connection = self.local.connection
                connection.request(
                    "POST",
                    self.path,
                    json.dumps(event),
                    {"Content-Type": "application/json"},
                )
                response = connection.getresponse()
                response.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                # a worker closes kept connections between requests
                del self.local.connection
                if attempt:
                    raise
            else:
                return response.status, time.perf_counter() - start
        raise Failure("no answer")


def call_events(agent, call, number):
    """An answered call of an agent: (seconds after its ring, event)."""
    call_id, user = f"load-{call}", str(200 + agent)
    ring = {"event": "newCall", "direction": "in", "from": number, "to": "+4989100"}
    return [
        (0, {**ring, "callId": call_id, "user": [user]}),
        (ANSWERED, {"event": "answer", "callId": call_id, "user": user}),
        (ENDED, {"event": "hangup", "callId": call_id, "cause": "normalClearing"}),
    ]


def schedule(seconds, count):
    """[(moment, event)], and the number of each agent's calls."""
    plan, numbers = [], collections.defaultdict(list)
    for call in range(int(seconds * RATE / 3)):
        agent = call % AGENTS
        number = lookup.exact_number(8 + (7919 * call) % max(count - 8, 1))
        numbers[agent].append(number)
        for after, event in call_events(agent, call, number):
            plan.append((call * 3 / RATE + after, event))
    return sorted(plan, key=lambda item: item[0]), numbers


def send(line, plan):
    """Post each event at its moment; [(status, seconds of the answer, late by)]."""
    todo, answers = queue.Queue(), []
    for item in plan:
        todo.put(item)
    begin = time.monotonic() + 0.5

    def sender():
        while True:
            try:
                moment, event = todo.get_nowait()
            except queue.Empty:
                return
            wait = begin + moment - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            late = time.monotonic() - begin - moment
            try:
                answers.append((*line.post(event), late))
            except (OSError, http.client.HTTPException, Failure) as error:
                answers.append((repr(error), 0, late))

    threads = [threading.Thread(target=sender, daemon=True) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + plan[-1][0] + 120
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return answers


def nothing_meanwhile(client, stop, times):
    """Calls that do nothing, some five a second."""
    while not stop.is_set():
        start = time.perf_counter()
        client.call("res.users", "context_get")
        times.append(time.perf_counter() - start)
        stop.wait(0.2)


def judge(panels, expected):
    """(lost, twice, told) over all agents: each change of each call, once."""
    lost = twice = told = 0
    for agent, panel in enumerate(panels):
        messages = list(panel.told)
        ids = [message_id for _moment, message_id, _values in messages]
        twice += len(ids) - len(set(ids))
        contents = collections.Counter(
            json.dumps(values, sort_keys=True) for _moment, _id, values in messages
        )
        twice += sum(times - 1 for times in contents.values())
        states = collections.Counter(
            (values["number"], state)
            for values in {v["id"]: v for _m, _i, v in messages}.values()
            for state in STATES
            if any(
                v["id"] == values["id"] and v["state"] == state
                for _m, _i, v in messages
            )
        )
        wanted = collections.Counter(
            (number, state) for number in expected[agent] for state in STATES
        )
        lost += sum((wanted - states).values())
        told += sum((wanted & states).values())
    return lost, twice, told


def load(server, line, client, panels, options):
    plan, numbers = schedule(options.seconds, options.contacts)
    warm, _numbers = schedule(2, options.contacts)
    say(f"==> {len(plan)} events in {options.seconds} s, {len(panels)} panels …")
    for _moment, event in warm:
        line.post({**event, "callId": f"warm-{event['callId']}"})
    time.sleep(3)
    for panel in panels:
        panel.told.clear()
    stop, nothing = threading.Event(), []
    other = threading.Thread(
        target=nothing_meanwhile, args=[client, stop, nothing], daemon=True
    )
    other.start()
    answers = send(line, plan)
    end = time.monotonic() + 60
    while judge(panels, numbers)[0] and time.monotonic() < end:
        time.sleep(1)
    time.sleep(2)
    stop.set()
    other.join(30)
    lost, twice, told = judge(panels, numbers)
    refused = [answer for answer in answers if answer[0] != 200]
    domain = [("external_id", "=like", "load-%")]
    calls = client.call("phone.call", "search_count", domain)
    ended = client.call(
        "phone.call", "search_count", [*domain, ("state", "=", "ended")]
    )
    wanted = len(plan) // 3
    if refused:
        say(f"    refused or failed: {collections.Counter(a[0] for a in refused)}")
    times = [answer[1] for answer in answers]
    late = lookup.p95([answer[2] for answer in answers])
    return {
        "events": len(plan),
        "unanswered": len(plan) - len(answers) + len(refused),
        "calls": calls,
        "calls_wanted": wanted,
        "ended": ended,
        "told": told,
        "lost": lost,
        "twice": twice,
        "retries": server.retries(),
        "late": late * 1000,
        "webhook": lookup.p95(times) * 1000,
        "webhook_median": statistics.median(times) * 1000,
        "nothing": lookup.p95(nothing) * 1000,
        "nothing_median": statistics.median(nothing) * 1000,
    }


def at_the_screen(front, line, cookie, options):
    """Seconds from sending an event to the number, and to the customer, on the
    screen."""
    numbers, people = [], []
    mine = str(200 + AGENTS)
    with Browser() as browser:
        browser.open(front.url, cookie)
        for call in range(-3, options.calls):
            number = lookup.exact_number(16 + (104_729 * (call + 3)) % options.contacts)
            call_id = f"screen-{call}"
            ring = {"event": "newCall", "direction": "in", "to": "+4989100"}
            sent = time.time()
            status, _seconds = line.post(
                {**ring, "callId": call_id, "from": number, "user": [mine]}
            )
            if status != 200:
                raise Failure(f"the webhook answered {status}")
            numbers.append(browser.seen(number) - sent)
            people.append(browser.seen(f"{number} who") - sent)
            # somebody else takes it, so that the panel is empty again
            line.post({"event": "answer", "callId": call_id, "user": "200"})
            line.post({"event": "hangup", "callId": call_id})
            browser.wait("!document.querySelector('.o_call_card')")
            time.sleep(0.3)
    return numbers[3:], people[3:]


def prepare(server):
    """A line and agents; (administrator, the line, sessions of the agents)."""
    admin = server.client()
    germany = admin.search_read("res.country", [("code", "=", "DE")], "id")[0]["id"]
    company = admin.read("res.users", [admin.uid], "company_id")[0]["company_id"][0]
    admin.call("res.company", "write", [company], {"country_id": germany})
    group = admin.ref("call_center.group_call_center_agent")
    cookies = []
    # one more, who takes no part in the load, sits at the browser
    for agent in range(AGENTS + 1):
        login = f"bench{agent}"
        admin.create(
            "res.users",
            name=f"Agent {agent}",
            login=login,
            password=login,
            phone_extension=str(200 + agent),
            group_ids=[(4, group)],
        )
        cookies.append(session(server.url, server.database, login, login))
    line = admin.create("call.provider", name="Bench", kind="generic")
    token = admin.call("call.provider", "rotate_token", [line])["token"]
    return admin, Line(f"{server.url}/call_center/generic/{token}"), cookies


def measure(database, options):
    environ = {**os.environ, "ODOO_DB_MAXCONN_GEVENT": "16"}
    with Server(database, environ, workers=WORKERS) as server:
        front = Front(int(server.url.rsplit(":", 1)[1]), server.gevent_port)
        panels = []
        try:
            _admin, line, cookies = prepare(server)
            panels += [Panel(front.url, cookie) for cookie in cookies[:AGENTS]]
            time.sleep(2)
            client = lookup.WebClient(server.url, database)
            figures = load(server, line, client, panels, options)
            for panel in panels:
                panel.close()
            say(f"==> {options.calls} calls at a browser …")
            numbers, people = at_the_screen(front, line, cookies[AGENTS], options)
        finally:
            for panel in panels:
                panel.close()
            front.close()
        problems = server.problems()
    figures["screen"] = lookup.p95(numbers)
    figures["screen_median"] = statistics.median(numbers)
    figures["who"] = lookup.p95(people)
    figures["who_median"] = statistics.median(people)
    return figures, problems


def rows(figures, options):
    """(what, value, whether it is as it should be or None)."""
    ratio = figures["webhook"] / figures["nothing"]
    median = figures["webhook_median"] / figures["nothing_median"]
    lost, twice = figures["lost"], figures["twice"]
    calls = f"{figures['calls']} of {figures['calls_wanted']}"
    whole = figures["calls"] == figures["ended"] == figures["calls_wanted"]
    return [
        ("events not taken in", str(figures["unanswered"]), not figures["unanswered"]),
        ("calls logged and ended", calls, whole),
        ("changes told to panels", str(figures["told"]), None),
        ("of these lost", str(lost), not lost),
        ("of these told twice", str(twice), not twice),
        ("answers, 95 % within, in calls that do nothing", f"{ratio:.2f}", None),
        ("the same, medians", f"{median:.2f}", None),
        ("answers, 95 % within", f"{figures['webhook']:.0f} ms", None),
        ("a call that does nothing, 95 % within", f"{figures['nothing']:.0f} ms", None),
        (
            "events sent late, 95 % within",
            f"{figures['late']:.0f} ms",
            figures["late"] <= LATE_GOAL,
        ),
        ("requests that Odoo ran again", str(figures["retries"]), None),
        (
            f"ring to number on the screen, 95 % of {options.calls} calls",
            f"{figures['screen'] * 1000:.0f} ms",
            figures["screen"] <= BROWSER_GOAL,
        ),
        ("the same, median", f"{figures['screen_median'] * 1000:.0f} ms", None),
        (
            "ring to customer's name on the screen, 95 %",
            f"{figures['who'] * 1000:.0f} ms",
            None,
        ),
        ("the same, median", f"{figures['who_median'] * 1000:.0f} ms", None),
    ]


HEADER = """\
# Calls under load

This page is written by `make bench-calls ARGS="--report docs/performance-calls.md"`;
nothing in it is typed by hand. The ratios say more than the milliseconds.

"""

METHOD = """
Events are sent at their scheduled moments, whether or not earlier ones were answered: a
slow answer delays no other. A call rings at one agent, is answered after 0.4 s and ends
after 0.8 s; he is to be told each of these once. A call that does nothing is
`res.users.context_get` in a session of the web client, some five a second in the same
minute. *On the screen* is after the browser has drawn the frame, counted from when the
event is sent. Sender, server, database and browser share the machine.
"""


def document(results, facts, options):
    load = f"{RATE} events a second for {options.seconds} s"
    lines = [
        f"{options.contacts:,} contacts. {load}, {AGENTS} agents on the bus,",
        f"{WORKERS} worker processes; then {options.calls} calls at a browser.",
        "",
        "| | | goal |",
        "| --- | --- | --- |",
    ]
    for what, value, good in results:
        verdict = "–" if good is None else "reached" if good else "**MISSED**"
        lines.append(f"| {what} | {value} | {verdict} |")
    lines += ["", "| on | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    return HEADER + "\n".join(lines) + "\n" + METHOD


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--calls", type=int, default=BROWSER_CALLS)
    parser.add_argument("--database", help="one with the contacts of bench/lookup.py")
    parser.add_argument("--report", type=Path, help="write the results to this file")
    options = parser.parse_args(arguments)
    databases = Databases(os.environ, os.environ["ODOO_DATA_DIR"])
    template = options.database or lookup.database(databases, options.contacts)
    facts = report.facts(databases, Contacts(options.contacts))
    with copied_database(template, os.environ) as database:
        figures, problems = measure(database, options)
    results = rows(figures, options)
    say()
    for what, value, good in results:
        verdict = "" if good is None else "  reached" if good else "  MISSED"
        say(f"  {what:55} {value:>12}{verdict}")
    for problem in problems:
        say(f"in the server's log: {problem}")
    if options.report:
        options.report.write_text(document(results, facts, options))
        say(f"\nwritten to {options.report}")
    return 1 if problems or any(good is False for _w, _v, good in results) else 0


class Contacts:
    """The size of the data, for the report."""

    def __init__(self, count):
        self.count = count

    def describe(self):
        return f"{self.count:,} contacts with numbers of eight countries"


if __name__ == "__main__":
    sys.exit(main_guard(main, sys.argv[1:]))
