#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Measure who-has-this-number at a million contacts.

    scripts/python bench/lookup.py                     # a million contacts
    scripts/python bench/lookup.py --contacts 20000    # a quick look
    scripts/python bench/lookup.py --drop              # drop its databases

The contacts are made once, by SQL, with numbers of eight countries in four spellings,
and used again; the directory is filled by the add-on's own installation code. Then a
session of the web client asks the server, over HTTP, in turns: a call that does
nothing, look-ups by each step of the cascade, and stock Odoo's phone search. Printed
are 95 % percentiles, each the median of three runs, and what they are in calls that do
nothing. Last the two index look-ups themselves, in PostgreSQL.
"""

import argparse
import hashlib
import http.cookiejar
import json
import os
import statistics
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests"), str(HERE.parent / "scripts")]

from generate import clone  # noqa: E402
from inside import superuser  # noqa: E402
from servers import Server  # noqa: E402

from workbench.databases import Databases  # noqa: E402
from workbench.steps import Failure, locked, main_guard, say  # noqa: E402
from workbench.templates import Templates  # noqa: E402

PREFIX = "pdlookup"
ADDONS = ["call_center"]
GOAL = 3.0
#: country, code, trunk prefix, area; a subscriber's number of seven digits follows
LINES = [
    ("de", "49", "0", "30"),
    ("at", "43", "0", "662"),
    ("fr", "33", "0", "14"),
    ("it", "39", "", "069"),
    ("es", "34", "", "91"),
    ("nl", "31", "0", "20"),
    ("ch", "41", "0", "44"),
    ("us", "1", "", "212"),
]
#: what a number of the n-th contact looks like, by turns
SPELLINGS = [
    "'+{code} {area} ' || {subscriber}",
    "'{trunk}{area}/' || {subscriber}",
    "'00{code}{area}' || {subscriber}",
    "'+{code} ({trunk}){area} ' || {subscriber}",
]


def contacts(env, count):
    """Contacts with every sixteenth number on two of them; returns the seconds that
    their directory took."""
    subscriber = "lpad((2000000 + n / 8)::text, 7, '0')"
    phone = " ".join(
        f"WHEN {country + 8 * spelling} THEN "
        + text.format(code=code, trunk=trunk, area=area, subscriber=subscriber)
        for country, (_country, code, trunk, area) in enumerate(LINES)
        for spelling, text in enumerate(SPELLINGS)
    )
    ids = [env["res.country"].search([("code", "=ilike", c[0])]).id for c in LINES]
    country = f"(ARRAY{ids})[n % 8 + 1]"
    seed = env["res.partner"].create({"name": "Generated", "phone": "+49301234567"})
    env.flush_all()
    clone(
        env.cr,
        "res_partner",
        seed.id,
        count,
        name="'Contact ' || n",
        complete_name="'Contact ' || n",
        commercial_partner_id="new_id",
        country_id=country,
        phone=f"CASE (n % 8) + 8 * ((n / 8) % 4) {phone} END",
        phone_sanitized="NULL",
    )
    seed.unlink()
    start = time.monotonic()
    env["phone.directory"]._rebuild(["res.partner"])
    return time.monotonic() - start


def make(databases, template, name, count):
    say(f"==> Making {count:,} contacts …")
    start = time.monotonic()
    with databases.build(name, template) as building:
        with superuser(building) as env:
            filled = contacts(env, count)
            env.cr.commit()
        from odoo.modules.registry import Registry
        from odoo.sql_db import close_db

        close_db(building)
        Registry.delete(building)
        databases.query("VACUUM ANALYZE", database=building)
    say(
        f"    directory filled in {filled:.0f} s,"
        f" {count / filled:,.0f} contacts a second"
    )
    say(f"    done in {time.monotonic() - start:.0f} s")


def database(databases, count):
    """The database with so many contacts; made if there is none yet."""
    with locked("test"):
        template = Templates(dict(os.environ))._ours(ADDONS, "lookup")
        digest = hashlib.sha256(f"{template}|{count}".encode())
        name = f"{PREFIX}_{digest.hexdigest()[:12]}"
        if not databases.exists(name):
            make(databases, template, name, count)
    return name


class WebClient:
    """A session of the web client: what "Find caller" calls."""

    def __init__(self, url, database):
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.url = url
        credentials = {"db": database, "login": "admin", "password": "admin"}
        self.post("/web/session/authenticate", credentials)

    def post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        request = urllib.request.Request(
            self.url + path, body.encode(), {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise Failure(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.post("/web/dataset/call_kw", params)


def subscriber(n):
    return f"{2000000 + n // 8:07}"


def exact_number(n):
    _country, code, _trunk, area = LINES[n % 8]
    return f"+{code}{area}{subscriber(n)}"


def scenarios(client, count, runs):
    """(name, goal or 0, calls); the n-th call of each asks for another contact."""
    picked = [1 + (7919 * i) % count for i in range(runs)]
    german = [max(n - n % 8, 8) for n in picked]

    def lookup(number, *, matches=None):
        answer = client.call("phone.call", "lookup", number)
        if matches is not None and bool(answer["matches"]) != matches:
            raise Failure(f"{number}: {answer}")

    return [
        (
            "a call that does nothing",
            0,
            lambda i: client.call("res.users", "context_get"),
        ),
        (
            "lookup, exact",
            GOAL,
            lambda i: lookup(exact_number(picked[i]), matches=True),
        ),
        (
            "lookup, direct dial of a switchboard",
            GOAL,
            lambda i: lookup(f"+4930{subscriber(german[i])}12", matches=True),
        ),
        ("lookup, nobody's number", GOAL, lambda i: lookup(f"+4989{9000000 + i}")),
        ("lookup, withheld", GOAL, lambda i: lookup("anonymous", matches=False)),
        (
            "stock phone_mobile_search",
            0,
            lambda i: client.call(
                "res.partner",
                "search_read",
                [("phone_mobile_search", "=", exact_number(picked[i]))],
                ["display_name", "phone"],
            ),
        ),
    ]


def p95(times):
    return statistics.quantiles(times, n=20)[-1]


def over_http(database, count, runs, rounds):
    """[(what, goal, median p95 in ms)], after a warm-up, all in turns."""
    with Server(database, os.environ) as server:
        client = WebClient(server.url, database)
        cases = scenarios(client, count, runs)
        for _name, _goal, call in cases:
            for i in range(min(runs, 20)):
                call(i)
        figures = {name: [] for name, _goal, _call in cases}
        for _round in range(rounds):
            times = {name: [] for name in figures}
            for i in range(runs):
                for name, _goal, call in cases:
                    start = time.perf_counter()
                    call(i)
                    times[name].append((time.perf_counter() - start) * 1000)
            for name, values in times.items():
                figures[name].append(p95(values))
    return [(name, goal, statistics.median(figures[name])) for name, goal, _ in cases]


def in_postgresql(databases, database, count):
    """Milliseconds of the two index look-ups, as EXPLAIN ANALYZE counts them."""
    key = exact_number(count // 2)
    tail = key[::-1][:8]
    figures = []
    for what, condition, value in (
        ("E.164", "e164 = %s", key),
        ("last digits", "reversed_national LIKE %s", f"{tail}%"),
    ):
        times, plans = [], set()
        for _try in range(20):
            rows = databases.query(
                f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM phone_directory"
                f" WHERE {condition}",
                [value],
                database=database,
            )
            plan = rows[0][0][0]
            times.append(plan["Execution Time"])
            plans.add("Seq Scan" if "Seq Scan" in json.dumps(plan) else "index")
        figures.append((what, statistics.median(times), ", ".join(sorted(plans))))
    return figures


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=200, help="calls of each kind")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", help="one that an earlier run has made")
    parser.add_argument("--drop", action="store_true", help="only drop the databases")
    options = parser.parse_args(arguments)
    databases = Databases(os.environ, os.environ["ODOO_DATA_DIR"])
    if options.drop:
        for name in databases.names():
            if name.startswith(PREFIX):
                databases.drop(name)
        return 0
    name = options.database or database(databases, options.contacts)
    rows = over_http(name, options.contacts, options.runs, options.rounds)
    nothing = rows[0][2]
    say(
        f"\n{options.contacts:,} contacts; p95 of {options.runs} calls over HTTP,"
        f" median of {options.rounds} runs"
    )
    reached = True
    for what, goal, value in rows:
        verdict = ""
        if goal:
            good = value <= goal * nothing
            reached &= good
            verdict = f"  goal ≤ {goal:g}: {'reached' if good else 'MISSED'}"
        say(f"  {what:40} {value:7.1f} ms  {value / nothing:5.2f}{verdict}")
    say("In PostgreSQL alone:")
    for what, value, plan in in_postgresql(databases, name, options.contacts):
        say(f"  {what:40} {value:7.3f} ms  by {plan}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main_guard(main, sys.argv[1:]))
