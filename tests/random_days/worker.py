# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A worker: one process with one copied database, on which days are played.

    python -m random_days.worker DATABASE    # days are asked for on standard input

Each line of input is a JSON object, each line of output its answer.
"""

import contextlib
import gc
import json
import logging
import math
import random
import signal
import sys
from datetime import datetime, timedelta
from functools import partial

import psycopg2

from odoo import sql_db

from . import clock as clocks
from .company import Company
from .desk import Person, open_registry
from .outcome import crashed
from .steps import SET_UP
from .web import Web

#: a day's products come first
PRODUCTS = (2, 3)
STEPS = 15
#: days of one database begin some weeks after one another, on the same weekday
APART = timedelta(days=7)

#: models of which caches hold nothing about products
_KEPT = ("ir.", "res.", "base")

_MESSAGES = """
WITH promise AS (
    SELECT DISTINCT promise_id AS id FROM delivery_promise_line
     WHERE product_id = ANY(%(products)s)
), sold AS (
    SELECT DISTINCT order_id AS id FROM sale_order_line
     WHERE product_id = ANY(%(products)s)
)
SELECT (SELECT count(*) FROM mail_message JOIN promise ON promise.id = res_id
         WHERE model = 'delivery.promise'),
       (SELECT count(*) FROM mail_message JOIN sold ON sold.id = res_id
         WHERE model = 'sale.order'
           AND body ~ '(What is possible|No delivery date was)'),
       (SELECT count(*) FROM delivery_promise_history h
          JOIN promise ON promise.id = h.promise_id),
       (SELECT count(*) FROM mail_activity JOIN promise ON promise.id = res_id
         WHERE res_model = 'delivery.promise'),
       (SELECT count(*) FROM mail_mail m
          JOIN mail_message s ON s.id = m.mail_message_id
          JOIN promise ON promise.id = s.res_id AND s.model = 'delivery.promise')
"""


def _perform(uuid, env):
    from odoo.addons.queue_job.job import Job

    job = Job.load(env, uuid)
    job.perform()
    job.set_done()
    job.store()


class Floor:
    """What the days of a worker share.

    :param database: name of a database that is this worker's alone
    """

    def __init__(self, database, dsn=""):
        self.database = database
        self.connection = psycopg2.connect(f"dbname={database} {dsn}")
        self.connection.autocommit = True
        clocks.shadow(self.connection, database)
        # the search path is taken up by connections that are made from now on
        self.registry = open_registry(database)
        self.clock = clocks.Clock(self.connection)
        self.clock.start(datetime.utcnow().replace(microsecond=0))
        self.company = Company(self.registry)
        # its clock is ahead of that of the connections' pool, which would close them
        # after each step
        sql_db.MAX_IDLE_TIMEOUT = math.inf
        # what stands still is not looked at by the garbage collector again
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)

    # -- days ---------------------------------------------------------------------

    def begin(self, seed):
        """Go to the moment at which a day begins: of the same weekday and hour
        whenever it is played, so that it can be replayed later."""
        dice = random.Random(f"{seed}/begin")
        hour, weekday = dice.choice([7, 8, 9, 11, 14, 21]), dice.randrange(7)
        moment = self.clock.now.replace(hour=hour, minute=3, second=0)
        moment += timedelta(days=(weekday - moment.weekday()) % 7)
        while moment <= self.clock.now:
            moment += APART
        self.clock.move(moment)

    # -- what only a server does --------------------------------------------------

    def jobs(self):
        """The hourly jobs, as methods."""
        self.company.jobs.do(lambda env: env["delivery.promise"]._cron_tidy())
        self.company.jobs.do(lambda env: env["delivery.promise"]._cron_watch())

    def background(self):
        """Jobs that wait in the queue, each as the user who put it there."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT uuid, user_id FROM queue_job WHERE state = 'pending'"
                " ORDER BY id"
            )
            waiting = cursor.fetchall()
        for uuid, uid in waiting:
            Person(self.registry, "a job", uid).do(partial(_perform, uuid))

    @contextlib.contextmanager
    def kept(self):
        """New products clear the server's caches. What these know of rights, users and
        views stays true: it is put back, since looking it up takes most of a step."""
        cache = self.registry._Registry__caches["default"]
        kept = [pair for pair in cache.items() if pair[0][0].startswith(_KEPT)]
        yield
        for key, value in kept:
            cache[key] = value

    def forget(self):
        """What was changed past the server is read again."""
        self.registry.clear_all_caches()

    def watch(self, products):
        """Look at all promises of these products once more."""
        self.company.jobs.do(lambda env: env["delivery.promise"]._watch(products))

    def profile(self, products, warehouse, days):
        """{product id: rows} of the public API, asked by a salesperson."""
        person = next(iter(self.company.people.values()))

        def ask(env):
            zone = self.zone(warehouse)
            today = clocks.plain(self.clock.now)
            first = clocks.local(today, zone)
            return env["delivery.promise"].atp_profile(
                products,
                warehouse,
                first.isoformat(),
                (first + timedelta(days=days - 1)).isoformat(),
            )

        return {int(key): rows for key, rows in person.do(ask).items()}

    def zone(self, warehouse):
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(c.tz, a.tz, o.tz, 'UTC') FROM stock_warehouse w"
                " LEFT JOIN resource_calendar c ON c.id = w.promise_calendar_id"
                " LEFT JOIN res_partner a ON a.id = w.partner_id"
                " JOIN res_company y ON y.id = w.company_id"
                " LEFT JOIN res_partner o ON o.id = y.partner_id WHERE w.id = %s",
                [warehouse],
            )
            return cursor.fetchone()[0]

    def messages(self, products):
        """How much the suite has told about promises of these products: (messages on
        promises, notes on orders in the suite's words, rows of history, activities,
        mails)."""
        with self.connection.cursor() as cursor:
            cursor.execute(_MESSAGES, {"products": products})
            return tuple(cursor.fetchone())


def play(floor, seed, steps=None, number=STEPS, often=()):
    """Play a day: drawn from its seed, or the given steps again.

    :return: :class:`~.day.Outcome`
    """
    from .day import Day

    floor.begin(seed)
    day = Day(floor, seed)
    day.often = often
    if over_http(seed):
        day.web = Web(floor.database)
    try:
        return _play(day, steps, number)
    finally:
        if day.web:
            day.web.stop()


def over_http(seed):
    """Every hundredth day is."""
    number = seed.rpartition("/")[2]
    return number.isdigit() and int(number) % 100 == 50


def _play(day, steps, number):
    from .day import Step

    seed = day.seed
    if steps is not None:
        return day.play(
            [
                Step(one["number"], one["kind"], one["who"], one["arguments"])
                for one in steps
            ]
        )
    dice = random.Random(seed)
    made = []
    for index in range(dice.choice(PRODUCTS)):
        own = random.Random(f"{seed}/product {index}")
        kind = SET_UP["product"]
        arguments = kind.draw(day, own)
        step = Step(index - 9, "product", "Paula (planner)", arguments)
        made.append(step)
        # its label is taken, so that the next one gets another
        day.products[arguments["label"]] = {"id": 0}
    day.products.clear()
    return day.play(made, (dice, number))


def as_plain(outcome):
    """An outcome as JSON has it."""

    def step(one):
        return {**one._asdict(), "words": one.words()}

    return {
        "seed": outcome.seed,
        "steps": [(step(one), note) for one, note in outcome.steps],
        "refused": outcome.refused,
        "complaints": [
            (step(one), complaint._asdict()) for one, complaint in outcome.complaints
        ],
        "known": [
            (step(one), complaint._asdict(), fault._asdict())
            for one, complaint, fault in outcome.known
        ],
    }


def main():
    database = sys.argv[1]
    # Ctrl-C reaches all processes of a terminal: whoever started this one ends it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().setLevel(logging.WARNING)
    floor = Floor(database)
    out = sys.stdout
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = as_plain(play(floor, **asked))
        except Exception:  # noqa: BLE001 - the day has failed, the run goes on
            # what it left behind in the database, nobody knows
            answer = {**crashed(asked["seed"]), "ended": True}
        out.write(json.dumps(answer, default=str) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
