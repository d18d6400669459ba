#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Measure the suite against stock Odoo, on the same data, in one run.

    make bench                                  # prints a table of ratios
    make bench ARGS="--report docs/performance.md"
    make bench ARGS="--products 1000 --open 20000 --done 80000 --contacts 1000"
    make bench ARGS="--parts inside"            # without servers
    make bench ARGS="--database A --smaller B --lookups C"   # made by an earlier run

The data are generated once (bench/generate.py) and used again, as long as neither the
addons nor Odoo change; their names are printed. Both sides run in the
same process, as the same user, each call in a transaction of its own with an empty
record cache, taking turns; medians are compared.
"""

import argparse
import hashlib
import itertools
import json
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests"), str(HERE.parent / "scripts")]

import bills  # noqa: E402
import generate  # noqa: E402
import lookup  # noqa: E402
import report  # noqa: E402
from inside import environment, superuser  # noqa: E402
from servers import Server, in_parallel  # noqa: E402

from workbench.databases import Databases  # noqa: E402
from workbench.steps import Failure, locked, main_guard, say  # noqa: E402
from workbench.templates import Templates  # noqa: E402

ADMIN = 2
PREFIX = "pdbench"
DAYS = 91
CLIENTS = 8
#: what can be measured, in this order
PARTS = ("inside", "clients", "lookup")


class Row(NamedTuple):
    """A line of the table: "what A / what B", and how they compare."""

    what: str
    first: float  # milliseconds, or calls in a second
    second: float
    goal: str = ""
    unit: str = "ms"

    @property
    def ratio(self):
        return self.first / self.second

    @property
    def reached(self):
        sign, __, limit = self.goal.partition(" ")
        if not limit:
            return None
        limit = float(limit)
        return self.ratio <= limit if sign == "≤" else self.ratio >= limit


# -- databases -------------------------------------------------------------------------


def database_for(size, options):
    """The name of a generated database, made if it is not there."""
    if options.database:
        return options.database
    with locked("test"):
        templates = Templates(dict(os.environ))
        suite = templates.suite()
        digest = hashlib.sha256(f"{suite}|{size}".encode()).hexdigest()[:12]
        name = f"{PREFIX}_{digest}"
        if not templates.databases.exists(name):
            make(templates.databases, suite, name, size)
    return name


def make(databases, template, name, size):
    say(f"==> Generating {size.describe()} …")
    start = time.monotonic()
    with databases.build(name, template) as building:
        with superuser(building) as env:
            generate.generate(env, size, say)
        forget(building)
    say(f"    done in {time.monotonic() - start:.0f} s")


def forget(database):
    """Close what this process has open, so that the database can be renamed."""
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db

    close_db(database)
    Registry.delete(database)


def generated_in(database):
    with environment(database, ADMIN) as env:
        text = env["ir.config_parameter"].sudo().get_param(generate.PARAMETER)
    if not text:
        raise Failure(f"{database} was not made by bench/run.py")
    return generate.Generated(*json.loads(text))


# -- inside one process ----------------------------------------------------------------


def alternate(calls, runs):
    """Medians in milliseconds of calls that take turns.

    :param calls: [(database, callable(env, number of the run))]
    """
    seconds = [[] for _ in calls]
    for number in range(-2, runs):
        order = list(enumerate(calls))
        # Who comes second finds the data in memory: everybody does, in turn.
        for index, (database, call) in order[:: -1 if number % 2 else 1]:
            with environment(database, ADMIN) as env:
                start = time.perf_counter()
                call(env, abs(number))
                taken = time.perf_counter() - start
            if number >= 0:  # the first ones warm up
                seconds[index].append(taken)
    return [statistics.median(taken) * 1000 for taken in seconds]


class Questions:
    """The same question to both sides."""

    def __init__(self, data, lines=1, *, hot=False, short=False):
        self.data, self.lines, self.hot, self.short = data, lines, hot, short

    def products(self, number):
        if self.hot:
            return [self.data.hot_product]
        first, last = self.data.first_product, self.data.last_product
        count = last - first + 1
        start = number * 7919 * self.lines
        return [first + (start + step * 31) % count for step in range(self.lines)]

    def simulate(self, env, number):
        """The earliest date, with look-ahead over all that is known."""
        env["delivery.promise"].simulate(
            {
                "warehouse_id": self.data.warehouse,
                "lines": [
                    {"product_id": id_, "quantity": self.quantity(number + step)}
                    for step, id_ in enumerate(self.products(number))
                ],
            }
        )

    def quantity(self, number):
        """Of 50 to 150 on the shelf 1 to 60, or more than there will ever be."""
        return 10_000_000 if self.short else 1 + number * 13 % 60

    def stock(self, env, number, days=30):
        """Stock Odoo's forecast quantity at one date."""
        from odoo import fields

        products = env["product.product"].with_context(
            warehouse_id=self.data.warehouse,
            to_date=fields.Datetime.now() + timedelta(days),
        )
        for product in products.browse(self.products(number)):
            _quantity = product.virtual_available

    def stock_at_the_end(self, env, number):
        self.stock(env, number, days=generate.OPEN_TO + 1)

    def forecast(self, env, number):
        """Stock Odoo's forecast report of one product."""
        report = env["stock.forecasted_product_product"].with_context(
            warehouse_id=self.data.warehouse
        )
        report.get_report_values(docids=self.products(number))

    def scan(self, env, number):
        """Stock Odoo's way to a date: its quantity on each day."""
        for days in range(DAYS):
            self.stock(env, number, days)


class Bills:
    """The same question to both sides, about goods made in three levels."""

    def __init__(self, data, made):
        self.data, self.made = data, made

    def simulate(self, env, number):
        product_id, __ = self.made[number % len(self.made)]
        answer = env["delivery.promise"].simulate(
            {
                "warehouse_id": self.data.warehouse,
                "lines": [{"product_id": product_id, "quantity": 5}],
            }
        )
        if not answer["promised_date"]:
            raise Failure(f"no date for what is made: {answer}")

    def overview(self, env, number):
        """Stock Odoo's overview of a bill: availability and lead times, all levels."""
        __, bill_id = self.made[number % len(self.made)]
        report = env["report.mrp.report_bom_structure"].with_context(
            warehouse_id=self.data.warehouse
        )
        report._get_report_data(bom_id=bill_id, searchQty=5)


def inside(database, smaller, runs):
    """Rows of what is measured in this process."""
    data = generated_in(database)
    rows = []
    for lines in (1, 10, 100, 1000):
        if lines > data.last_product - data.first_product + 1:
            continue
        say(f"==> {lines} lines …")
        asked = Questions(data, lines)
        ours, theirs = alternate(
            [(database, asked.simulate), (database, asked.stock)],
            max(runs // (1 + lines // 20), 5),
        )
        goal = "≤ 1" if lines in (1, 100) else ""
        what = f"simulate, {lines} line{'s' * (lines > 1)} / quantity at one date"
        rows.append(Row(what, ours, theirs, goal))
    say("==> more than there will ever be …")
    asked = Questions(data, short=True)
    ours, theirs = alternate(
        [(database, asked.simulate), (database, asked.stock)], max(runs // 2, 5)
    )
    what = "simulate, 1 line that has to be bought or made / quantity at one date"
    rows.append(Row(what, ours, theirs))
    say(f"==> a date found by scanning {DAYS} days …")
    asked = Questions(data)
    ours, theirs = alternate(
        [(database, asked.simulate), (database, asked.scan)], max(runs // 10, 5)
    )
    what = f"quantity on each of {DAYS} days / simulate, 1 line"
    rows.append(Row(what, theirs, ours, "≥ 60"))
    say("==> stock Odoo's forecast report …")
    ours, theirs = alternate(
        [(database, asked.simulate), (database, asked.forecast)], max(runs // 4, 5)
    )
    what = "simulate, 1 line / stock Odoo's forecast report of the product"
    rows.append(Row(what, ours, theirs))
    say("==> three levels of bills of materials …")
    made = Bills(data, bills.ensure(database))
    ours, theirs = alternate(
        [(database, made.simulate), (database, made.overview)], max(runs // 20, 3)
    )
    what = "simulate, 1 line made in three levels / stock Odoo's overview of its bill"
    rows.append(Row(what, ours, theirs))
    say("==> the hot product …")
    asked = Questions(data, hot=True)
    ours, theirs = alternate(
        [(database, asked.simulate), (database, asked.stock)], max(runs // 5, 5)
    )
    what = "simulate / quantity at one date, product with most open moves"
    rows.append(Row(what, ours, theirs, "≤ 1.5"))
    ours, theirs = alternate(
        [(database, asked.simulate), (database, asked.stock_at_the_end)],
        max(runs // 5, 5),
    )
    what = "the same, at a date after all of its open moves"
    rows.append(Row(what, ours, theirs))
    if smaller:
        say("==> ten times the history …")
        less = Questions(generated_in(smaller))
        more = Questions(data)
        ours, theirs = alternate(
            [(database, more.simulate), (smaller, less.simulate)], runs
        )
        what = "simulate, 1 line: with all done moves / with a tenth of them"
        rows.append(Row(what, ours, theirs, "≤ 1.2"))
    return rows


# -- over the network ------------------------------------------------------------------


def holds(database, rounds, calls):
    """Holds in a second with parallel clients, against bare quotations."""
    data = generated_in(database)
    say(f"==> {CLIENTS} clients hold, and create quotations …")
    with Server(database, os.environ, workers=4) as server:
        client = server.client()
        partner = client.search_read(
            "res.partner", [("is_company", "=", False)], "id", limit=1
        )[0]["id"]
        count = data.last_product - data.first_product + 1
        numbers = itertools.count()

        def product():
            return data.first_product + next(numbers) * 7919 % count

        def hold(product_id):
            lines = [{"product_id": product_id, "quantity": 1}]
            client.call("delivery.promise", "hold", {"lines": lines})

        def quotation(product_id):
            line = {"product_id": product_id, "product_uom_qty": 1}
            client.create("sale.order", partner_id=partner, order_line=[(0, 0, line)])

        one = product()
        kinds = {
            "hold": lambda: hold(product()),
            "quotation": lambda: quotation(product()),
            "same": lambda: hold(one),
        }
        rates = {kind: [] for kind in kinds}
        for number in range(-1, rounds):
            order = list(kinds.items())
            for kind, call in order[:: -1 if number % 2 else 1]:
                rate = throughput(call, calls if number >= 0 else 4)
                if number >= 0:
                    rates[kind].append(rate)
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    return [
        Row(
            f"holds / bare quotations, {CLIENTS} clients, different products",
            medians["hold"],
            medians["quotation"],
            unit="per s",
        ),
        Row(
            f"holds / bare quotations, {CLIENTS} clients, holds of one product",
            medians["same"],
            medians["quotation"],
            unit="per s",
        ),
    ]


def throughput(call, calls):
    """Calls in a second over all clients."""

    def client():
        for _ in range(calls):
            call()

    start = time.perf_counter()
    results = in_parallel([client] * CLIENTS, seconds=600)
    failures = [result for result in results if result.error or result.fault]
    if failures:
        raise Failure(f"a client failed: {failures[0].failure or failures[0].refusal}")
    return CLIENTS * calls / (time.perf_counter() - start)


def lookups(database, contacts, rounds):
    """Who-has-this-number over HTTP, against a call that does nothing."""
    say(f"==> look-ups among {contacts:,} contacts …")
    (__, __, nothing), *found = lookup.over_http(database, contacts, 200, rounds)
    return [
        Row(
            f"{what}, p95 over HTTP / a call that does nothing",
            taken,
            nothing,
            f"≤ {goal:g}" if goal else "",
        )
        for what, goal, taken in found
    ]


def clean_up(database):
    """What the clients wrote goes again, so that the next run finds the same."""
    with superuser(database) as env:
        env["delivery.promise"].search([("state", "in", ("held", "expired"))]).unlink()
        env["sale.order"].search([("state", "=", "draft")]).unlink()
        env.cr.commit()
        connection = env.cr._cnx
        connection.autocommit = True
        with connection.cursor() as plain:
            plain.execute("VACUUM ANALYZE")
        connection.autocommit = False


def main(arguments):
    parser = generate.arguments(argparse.ArgumentParser(description=__doc__))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs", type=int, default=60, help="calls of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of clients")
    parser.add_argument("--calls", type=int, default=15, help="calls of a client")
    parser.add_argument(
        "--parts",
        default=",".join(PARTS),
        help="what to measure: inside (this process), clients (holds), lookup",
    )
    parser.add_argument("--database", help="one that an earlier run has generated")
    parser.add_argument("--smaller", help="one with a tenth of the done moves")
    parser.add_argument("--lookups", help="one that bench/lookup.py has made")
    parser.add_argument("--report", help="file to write the results to (Markdown)")
    parser.add_argument("--drop", action="store_true", help="only drop the databases")
    options = parser.parse_args(arguments)
    databases = Databases(os.environ, os.environ["ODOO_DATA_DIR"])
    if options.drop:
        for name in databases.names():
            if name.startswith((PREFIX, lookup.PREFIX)):
                databases.drop(name)
        return
    parts = options.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        raise Failure(f"--parts knows {', '.join(PARTS)}; not {', '.join(unknown)}")
    start = time.monotonic()
    rows = measure(options, parts, databases)
    facts = report.facts(databases, generate.size_from(options))
    facts["Took"] = f"{(time.monotonic() - start) / 60:.0f} minutes"
    say("\n" + report.table(rows))
    if options.report:
        Path(options.report).write_text(report.document(rows, facts))
        say(f"\nwritten to {options.report}")


def measure(options, parts, databases):
    size, rows = generate.size_from(options), []
    if "inside" in parts or "clients" in parts:
        database = database_for(size, options)
        say(f"    database {database}")
    if "inside" in parts:
        smaller = options.smaller
        if not options.database:
            tenth = size._replace(done=size.done // 10, contacts=0, hot=2)
            smaller = database_for(tenth, options)
            say(f"    smaller {smaller}")
        rows += inside(database, smaller, options.runs)
    if "clients" in parts:
        rows += holds(database, options.rounds, options.calls)
        clean_up(database)
    if "lookup" in parts:
        name = options.lookups or lookup.database(databases, size.contacts)
        say(f"    look-ups in {name}")
        rows += lookups(name, size.contacts, options.rounds)
    return rows


if __name__ == "__main__":
    sys.exit(main_guard(main, sys.argv[1:]))
