# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A working day: drawn by chance, played step by step, replayed, reduced."""

import random
import traceback
from datetime import timedelta
from typing import NamedTuple

from . import checks, known
from .books import Books
from .checks import Complaint
from .count import Count
from .desk import Hidden, Refused
from .steps import KINDS, SET_UP
from .steps.base import Missing

#: a person needs some time for a step
STEP_TAKES = timedelta(minutes=7)


class Step(NamedTuple):
    """What one person does. ``arguments`` name things by their labels, so that a step
    means the same when others are left out."""

    number: int
    kind: str
    who: str
    arguments: dict

    def words(self):
        kind = KINDS.get(self.kind) or SET_UP[self.kind]
        return f"{self.number}. {self.who}: {kind.words(self.arguments)}"


class Outcome(NamedTuple):
    """How a day went."""

    seed: str
    steps: list  # what was played, with what came of it
    refused: int
    complaints: list  # [(step, Complaint)] that are not known
    known: list  # [(step, Complaint, Fault)]


class Day:
    """A day on a database of its own products.

    :param floor: :class:`~.worker.Floor`, what all days of a worker share
    :param seed: text; the same gives the same day
    """

    def __init__(self, floor, seed):
        self.floor = floor
        self.company = floor.company
        self.clock = floor.clock
        self.seed = seed
        self.things = {}  # label -> (model, id)
        self.products = {}  # label -> {"id", "kind", …}
        self.played = []
        self.refused = 0
        self.number = 0
        self.web = None  # a server, on a day over HTTP
        self.often = ()  # kinds that are drawn more often
        #: the last (Count, messages), where nothing has happened since
        self.latest = None

    # -- what steps use -----------------------------------------------------------

    def person(self, who):
        return self.company.people[who]

    def note(self, label, record):
        self.things[label] = record._name, record.id

    def thing(self, env, label):
        """The record of a label, as the person of ``env`` sees it."""
        if label not in self.things:
            raise Missing(label)
        model, id_ = self.things[label]
        record = env[model].browse(id_).exists()
        if not record:
            raise Missing(label)
        return record

    def labels(self, model):
        return [label for label, (name, __) in self.things.items() if name == model]

    def id_of(self, label):
        return self.things[label][1]

    def sql(self, statement, *parameters):
        """Rows, for drawing: what there is to be done."""
        with self.floor.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def product_ids(self):
        return [product["id"] for product in self.products.values()]

    def name_of(self, product_id):
        """A product's label."""
        for label, product in self.products.items():
            if product["id"] == product_id:
                return label
        return f"product {product_id}"

    def is_kit(self, product_id):
        return any(
            product["id"] == product_id and product["kind"] == "kit"
            for product in self.products.values()
        )

    def kind_of(self, line):
        """How the product of a promise's line is replenished."""
        for product in self.products.values():
            if product["id"] == line.product:
                return product["kind"]
        return None

    def lead_of(self, product_id):
        """Days between an order of a product and its shipment."""
        for product in self.products.values():
            if product["id"] == product_id:
                return product["lead"]
        return 0

    def policy(self, label):
        """An order's shipping policy."""
        [(policy,)] = self.sql(
            "SELECT picking_policy FROM sale_order WHERE id = %s", self.id_of(label)
        )
        return policy

    def has_route(self, line):
        """Whether the order's line of a promise's line has a route of its own."""
        return bool(
            self.sql(
                "SELECT 1 FROM sale_order_line l JOIN sale_order_line_stock_route_rel r"
                " ON r.sale_order_line_id = l.id WHERE l.promise_line_id = %s",
                line.id,
            )
        )

    def has_kits(self):
        return any(product["kind"] == "kit" for product in self.products.values())

    def pickings_of(self, label):
        """Ids of an order's transfers."""
        return [
            id_
            for (id_,) in self.sql(
                "SELECT id FROM stock_picking WHERE sale_id = %s", self.id_of(label)
            )
        ]

    def count(self):
        return Count(Books(self.floor.connection, self.product_ids(), self.clock.now))

    # -- playing ------------------------------------------------------------------

    def play(self, steps, draw=None):
        """Play given steps, then drawn ones.

        :param steps: list of :class:`Step`
        :param draw: (random, number) to draw so many more
        :return: :class:`Outcome`
        """
        complaints, found = [], []
        for step in steps:
            complaints, found = self._one(step, complaints, found)
            if complaints:
                break
        if draw and not complaints:
            dice, number = draw
            for __ in range(number):
                step = self._draw(dice)
                complaints, found = self._one(step, complaints, found)
                if complaints:
                    break
        return Outcome(self.seed, self.played, self.refused, complaints, found)

    def _draw(self, dice):
        """The next step: a kind that can be played now."""
        kinds = [name for name, kind in KINDS.items() if kind.over_http or not self.web]
        weights = [
            KINDS[kind].weight * (20 if kind in self.often else 1) for kind in kinds
        ]
        while True:
            [kind] = dice.choices(kinds, weights)
            own = random.Random(f"{self.seed}/{self.number}/{dice.random()}")
            arguments = KINDS[kind].draw(self, own)
            if arguments is not None:
                who = own.choice(KINDS[kind].who)
                return Step(max(self.number, 0) + 1, kind, who, arguments)

    def _before(self):
        """(Count, messages) at the beginning of a step."""
        if self.latest:
            count, messages = self.latest
            self.latest = None
            return Count(count.books.at(self.clock.now)), messages
        if not self.products:
            return None, (0, 0, 0, 0, 0)
        return self.count(), self.floor.messages(self.product_ids())

    def _one(self, step, complaints, found):
        self.number = step.number
        begins = self.clock.now
        self.clock.move(begins + STEP_TAKES)
        if self.clock.now.hour != begins.hour:
            self.latest = None
            self.floor.jobs()
        kind = KINDS.get(step.kind) or SET_UP[step.kind]
        before, messages = self._before()
        note = ""
        try:
            note = kind.play(self, step) or ""
        except Missing:
            return complaints, found  # nothing to do: another step was left out
        except Hidden as hidden:
            note = f"not offered ({hidden})"
        except Refused as refused:
            self.refused += 1
            note = f"refused: {refused}"
        except Exception:  # noqa: BLE001 - a crash is a fault of the suite, and shown
            text = traceback.format_exc()
            self.played.append((step, "crashed"))
            complaint = Complaint(0, "crash: " + text[-1500:])
            return [(step, complaint)], found
        self.played.append((step, note))
        if step.kind in SET_UP or not self.products:
            return complaints, found
        after, told = self.count(), self.floor.messages(self.product_ids())
        view = checks.View(self, step, before, after, messages, told, note)
        kinds = [done.kind for done, __ in self.played]
        for complaint in checks.run(view):
            fault = known.known(complaint, kinds)
            if fault:
                found = [*found, (step, complaint, fault)]
            else:
                complaints = [*complaints, (step, complaint)]
        return complaints, found
