# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deliberate faults: each check has to notice the one that is made for it.

python -m random_days.prove DATABASE    # prints {fault: [complaints]} as JSON
"""

import contextlib
import json
import logging
import sys

from . import checks
from .day import Day, Step
from .worker import Floor

#: what is played before: each check has something to look at
STEPS = (
    ("product", "Paula (planner)", {"kind": "bought", "on_hand": 8}),
    ("quotation", "Sam (sales)", {"lines": [["product A", 3]], "date": 5}),
    ("hold", "Sam (sales)", {"order": "order 2"}),
    ("quotation", "Sam (sales)", {"lines": [["product A", 4]], "date": None}),
    ("confirm", "Sam (sales)", {"order": "order 4"}),
    ("quotation", "Sam (sales)", {"lines": [["product A", 1]], "date": 9}),
    ("confirm", "Sam (sales)", {"order": "order 6"}),
)
DEFAULTS = {
    "product": {
        "label": "product A",
        "vendor": "Vendor V",
        "vendor_days": 3,
        "lead": 0,
        "warehouse": "WH",
    },
    "quotation": {"customer": "Customer A", "policy": "direct", "form": True},
}


@contextlib.contextmanager
def sql(floor, do, undo):
    """A fault in the data, by two statements."""
    with floor.connection.cursor() as cursor:
        cursor.execute(do)
    floor.forget()
    try:
        yield
    finally:
        with floor.connection.cursor() as cursor:
            cursor.execute(undo)
        floor.forget()


@contextlib.contextmanager
def patched(model, name, function):
    """A fault in the code, of a method of a model's class."""
    original = getattr(model, name)
    setattr(model, name, function)
    try:
        yield
    finally:
        setattr(model, name, original)


def faults(floor, products):
    """{name: (check, context manager)}."""
    engine = floor.registry["delivery.promise.engine"]
    own = f"product_id IN ({', '.join(map(str, products))})"
    line = f"UPDATE delivery_promise_line SET {{}} WHERE {own}"
    return {
        "more reserved than lies there": (
            checks.reserved,
            sql(
                floor,
                "UPDATE stock_quant SET reserved_quantity = reserved_quantity + 9"
                f" WHERE {own}",
                "UPDATE stock_quant SET reserved_quantity = reserved_quantity - 9"
                f" WHERE {own}",
            ),
        ),
        "holds are not counted": (
            checks.profile,
            patched(engine, "_demand_queries", lambda self, scope: []),
        ),
        "something counts as delivered": (
            checks.states,
            sql(
                floor,
                line.format("delivered_quantity = 1"),
                line.format("delivered_quantity = 0"),
            ),
        ),
        "the first promise moves": (
            checks.states,
            sql(
                floor,
                line.format(
                    "first_promised_date = first_promised_date + interval '1 d'"
                ),
                line.format(
                    "first_promised_date = first_promised_date - interval '1 d'"
                ),
            ),
        ),
        "done too early": (
            checks.states,
            sql(
                floor,
                "UPDATE delivery_promise SET state = 'done' WHERE state = 'confirmed'",
                "UPDATE delivery_promise SET state = 'confirmed' WHERE state = 'done'",
            ),
        ),
        "at risk without a reason": (
            checks.watcher,
            sql(
                floor,
                line.format("at_risk = true"),
                line.format("at_risk = false"),
            ),
        ),
    }


def prove(floor):
    """{fault: words of the complaints}; under "" those without any fault."""
    floor.begin("prove")
    day = Day(floor, "prove")
    for number, (kind, who, arguments) in enumerate(STEPS, 1):
        step = Step(number, kind, who, {**DEFAULTS.get(kind, {}), **arguments})
        complaints, __ = day._one(step, [], [])
        if complaints:
            return {"": [complaint.words for __, complaint in complaints]}
    messages = floor.messages()
    before = day.count()

    def look(check):
        view = checks.View(day, step, before, day.count(), messages, "")
        return [complaint.words for complaint in check(view)]

    result = {"": [words for check in checks.CHECKS for words in look(check)]}
    for name, (check, fault) in faults(floor, day.product_ids()).items():
        with fault:
            result[name] = look(check)
    return result


def main():
    logging.getLogger().setLevel(logging.WARNING)
    floor = Floor(sys.argv[1])
    sys.stdout.write(json.dumps(prove(floor)) + "\n")


if __name__ == "__main__":
    main()
