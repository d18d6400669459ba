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
import contextlib
import os
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests"), str(HERE.parent / "scripts")]

import lookup  # noqa: E402
import report  # noqa: E402
from calls_report import document, rows  # noqa: E402
from panels import Browser, Front, session  # noqa: E402
from processor import Processor  # noqa: E402
from servers import Server, copied_database  # noqa: E402
from traffic import AGENTS, Line, Listeners, Schedule  # noqa: E402

from workbench.databases import Databases  # noqa: E402
from workbench.steps import Failure, main_guard, say  # noqa: E402

WORKERS = 2
BROWSER_CALLS = 50


def nothing_meanwhile(client, stop, times):
    """Calls that do nothing, some five a second."""
    while not stop.is_set():
        start = time.perf_counter()
        client.call("res.users", "context_get")
        times.append(time.perf_counter() - start)
        stop.wait(0.2)


def load(server, line, client, panels, options):
    """Figures of the calls while agents listen."""
    schedule = Schedule(options.seconds, options.contacts)
    say(f"==> {len(schedule.plan)} events in {options.seconds} s, {AGENTS} panels …")
    for _moment, event in Schedule(2, options.contacts).plan:
        line.post({**event, "callId": f"warm-{event['callId']}"})
    time.sleep(3)
    panels.forget()
    stop, nothing = threading.Event(), []
    other = threading.Thread(
        target=nothing_meanwhile, args=[client, stop, nothing], daemon=True
    )
    sender = line.start(schedule.plan)
    processor = Processor(options.databases, server.process.pid)
    other.start()
    answers = line.finish(sender)
    spent = processor.spent()
    end = time.monotonic() + 60
    while schedule.judge(panels.told())[0] and time.monotonic() < end:
        time.sleep(1)
    time.sleep(2)
    stop.set()
    other.join(30)
    told = panels.told()
    lost, twice = schedule.judge(told)
    refused = collections.Counter(a[0] for a in answers if a[0] != 200)
    if refused:
        say(f"    refused or failed: {refused}")
    domain = [("external_id", "=like", "load-%")]
    ended = [*domain, ("state", "=", "ended")]
    return {
        "events": len(answers),
        "unanswered": sum(refused.values()),
        "calls": client.call("phone.call", "search_count", domain),
        "calls_wanted": len(schedule.plan) // 3,
        "ended": client.call("phone.call", "search_count", ended),
        "told": len(told),
        "lost": lost,
        "twice": twice,
        "retries": server.retries(),
        "late": [late for _s, _b, _t, late in answers],
        "webhook": [seconds for _s, _b, seconds, _l in answers],
        "nothing": nothing,
        "delays": schedule.delays(told, [began for _s, began, _t, _l in answers]),
        "spent": {part: time_ / len(answers) for part, time_ in spent.items()},
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
            status = line.post(
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
        _admin, line, cookies = prepare(server)
        client = lookup.WebClient(server.url, database)
        with Listeners(server.gevent_port, cookies[:AGENTS]) as panels:
            time.sleep(2)
            figures = load(server, line, client, panels, options)
        say(f"==> {options.calls} calls at a browser …")
        front = Front(int(server.url.rsplit(":", 1)[1]), server.gevent_port)
        with contextlib.closing(front):
            numbers, people = at_the_screen(front, line, cookies[AGENTS], options)
        problems = server.problems()
    return {**figures, "screen": numbers, "who": people}, problems


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
    options.databases, options.workers = databases, WORKERS
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
