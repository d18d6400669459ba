#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Follow promises and their lines over JSON-2, and miss nothing.

    make run                       # in another terminal
    ODOO_API_KEY=… python3 examples/json2_follow_changes.py

Prints what changed, every ten seconds. What is asked for, and why:

- what was written: ``write_date`` of promises and lines;
- what the clock changed: a hold that has ended and a day that is over are so at that
  second, whether or not anything was written. When that is stands in the record:
  ``hold_until`` and ``late_from``;
- a while longer than since the last poll: ``write_date`` is when a transaction began,
  and it can be read when the transaction is over. What was seen is not told again;
- what is gone: deleted records change nothing, so the known ones are asked for.

Settings: ODOO_URL (http://localhost:8069), ODOO_DATABASE (promise_desk), ODOO_API_KEY,
ODOO_ROUNDS (0: for ever), ODOO_SECONDS (10).
"""

import datetime
import email.utils
import json
import os
import time
import urllib.request

#: no transaction of the server takes longer (its limit_time_real, and that of its jobs)
LONGEST_TRANSACTION = datetime.timedelta(minutes=20)
PAGE = 500
#: what is read of each model, and its moments at which the clock changes it
FEEDS = {
    "delivery.promise": (
        ["name", "state", "status", "promised_date", "hold_until", "write_date"],
        ["hold_until"],
    ),
    "delivery.promise.line": (
        ["promise_id", "product_id", "quantity", "status", "promised_date"]
        + ["delivered_quantity", "late_from", "write_date"],
        ["late_from", "promise_id.hold_until"],
    ),
}


def connect(url, database, key):
    """A function that calls a method of a model, and one that tells the server's
    time."""

    def request(model, method, **named):
        return urllib.request.Request(
            f"{url}/json/2/{model}/{method}",
            data=json.dumps(named).encode(),
            headers={
                "Authorization": f"bearer {key}",
                "X-Odoo-Database": database,
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "promise-desk-example",
            },
        )

    def call(model, method, **named):
        with urllib.request.urlopen(
            request(model, method, **named), timeout=60
        ) as answer:
            return json.load(answer)

    def now():
        ask = request("res.users", "context_get")
        with urllib.request.urlopen(ask, timeout=60) as answer:
            moment = email.utils.parsedate_to_datetime(answer.headers["Date"])
        return moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)

    return call, now


class Follower:
    """What changed since the last time.

    Keep ``since`` and ``known`` where they survive a restart, after the changes have
    been dealt with: then nothing is missed, and at worst something is told twice.
    """

    def __init__(self, call, now, since=None):
        self.call, self.now = call, now
        self.since = since  # None: all there is
        self.known = {model: {} for model in FEEDS}

    def poll(self):
        """List of (model, id, values before or None, values now or None if gone)."""
        now = self.now()
        changes = []
        for model, (names, moments) in FEEDS.items():
            known = self.known[model]
            for row in self._read(model, names, self._domain(moments, now)):
                before = known.get(row["id"])
                if before != row:
                    changes.append((model, row["id"], before, row))
                    known[row["id"]] = row
            gone = list(self._gone(model, list(known)))
            changes += [(model, id_, known.pop(id_), None) for id_ in gone]
        self.since = now
        return changes

    def _domain(self, moments, now):
        if self.since is None:
            return []
        since = f"{self.since - LONGEST_TRANSACTION:%Y-%m-%d %H:%M:%S}"
        # rounded up: what happens within this second is there the next time at latest
        until = f"{now + datetime.timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"
        terms = [[["write_date", ">=", since]]]
        terms += [[[m, ">=", since], [m, "<=", until]] for m in moments]
        domain = ["|"] * (len(terms) - 1)
        for term in terms:
            domain += ["&"] * (len(term) - 1) + term
        return domain

    def _read(self, model, names, domain):
        """By id, page after page: an order by what changes would skip records."""
        last = 0
        while True:
            rows = self.call(
                model,
                "search_read",
                domain=[["id", ">", last], *domain],
                fields=names,
                order="id",
                limit=PAGE,
                context={"active_test": False},
            )
            yield from rows
            if len(rows) < PAGE:
                return
            last = rows[-1]["id"]

    def _gone(self, model, ids):
        for start in range(0, len(ids), 10 * PAGE):
            page = ids[start : start + 10 * PAGE]
            there = self.call(
                model,
                "search",
                domain=[["id", "in", page]],
                context={"active_test": False},
            )
            yield from set(page) - set(there)


def tell(model, id_, before, row):
    what = "promise" if model == "delivery.promise" else "line"
    if row is None:
        return f"{what} {id_}: gone"
    told = {
        name: value
        for name, value in row.items()
        if name not in ("id", "write_date") and (not before or before[name] != value)
    }
    return f"{what} {id_}: " + ", ".join(f"{k} {v}" for k, v in told.items())


def main():
    key = os.environ.get("ODOO_API_KEY")
    if not key:
        raise SystemExit("ODOO_API_KEY is not set; see the top of this file")
    follower = Follower(
        *connect(
            os.environ.get("ODOO_URL", "http://localhost:8069"),
            os.environ.get("ODOO_DATABASE", "promise_desk"),
            key,
        )
    )
    rounds = int(os.environ.get("ODOO_ROUNDS", "0"))
    count = len(follower.poll())
    print(f"{count} promises and lines are there", flush=True)
    done = 0
    while not rounds or done < rounds:
        time.sleep(float(os.environ.get("ODOO_SECONDS", "10")))
        for change in follower.poll():
            print(tell(*change), flush=True)
        done += 1


if __name__ == "__main__":
    main()
