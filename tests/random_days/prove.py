# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deliberate faults: each check has to notice the one that is made for it.

python -m random_days.prove DATABASE    # prints {fault: [complaints]} as JSON
"""

import contextlib
import json
import logging
import sys
from typing import NamedTuple

from . import checks
from .checks.dates import dates
from .checks.profile import profile
from .checks.reservations import moved, reserved
from .checks.risks import risks
from .checks.silence import silence
from .checks.states import states
from .checks.undo import undone
from .checks.watcher import watcher
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
    "quotation": {
        "customer": "Customer A",
        "policy": "direct",
        "warehouse": "WH",
        "form": True,
    },
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


class Fault(NamedTuple):
    """A deliberate fault, and what the step is said to have been."""

    check: object
    context: object
    kind: str = "look"
    note: str = ""
    #: compared with the tables before the last step, which gave a date
    given: bool = False


def faults(floor, day):
    """{name: :class:`Fault`}."""
    engine = floor.registry["delivery.promise.engine"]
    own = f"product_id IN ({', '.join(map(str, day.product_ids()))})"
    line = f"UPDATE delivery_promise_line SET {{}} WHERE {own}"
    quant = f"UPDATE stock_quant SET {{}} WHERE {own}"

    def changed(do, undo, statement=line):
        return sql(floor, statement.format(do), statement.format(undo))

    [(message,)] = day.sql(
        "SELECT max(promise_id) FROM delivery_promise_line WHERE product_id = ANY(%s)",
        day.product_ids(),
    )
    [(first,), (last,)] = day.sql(
        "SELECT id FROM stock_move WHERE product_id = ANY(%s) AND sale_line_id IS NOT"
        " NULL ORDER BY id",
        day.product_ids(),
    )
    give = "UPDATE stock_move SET quantity = quantity + {} WHERE id = {}"
    taken, back = give.format(-3, first), give.format(3, first)
    given, lost = give.format(3, last), give.format(-3, last)
    return {
        "more reserved than lies there": Fault(
            reserved,
            changed(
                "reserved_quantity = reserved_quantity + 9",
                "reserved_quantity = reserved_quantity - 9",
                quant,
            ),
        ),
        "goods go to a later order": Fault(
            moved, sql(floor, f"{taken}; {given}", f"{back}; {lost}")
        ),
        "goods go to nobody": Fault(moved, sql(floor, taken, back)),
        "holds are not counted": Fault(
            profile, patched(engine, "_demand_queries", lambda self, scope: [])
        ),
        "something counts as delivered": Fault(
            states, changed("delivered_quantity = 1", "delivered_quantity = 0")
        ),
        "the first promise moves": Fault(
            states,
            changed(
                "first_promised_date = first_promised_date + interval '1 day'",
                "first_promised_date = first_promised_date - interval '1 day'",
            ),
        ),
        "done too early": Fault(
            states,
            sql(
                floor,
                "UPDATE delivery_promise SET state = 'done' WHERE state = 'confirmed'",
                "UPDATE delivery_promise SET state = 'confirmed' WHERE state = 'done'",
            ),
        ),
        "less is promised than ordered": Fault(
            states, changed("quantity = quantity + 1", "quantity = quantity - 1")
        ),
        "at risk without a reason": Fault(
            risks, changed("at_risk = true", "at_risk = false")
        ),
        "goods vanish and nobody is at risk": Fault(
            risks, changed("quantity = quantity - 5", "quantity = quantity + 5", quant)
        ),
        "a date is given that is a day too late": Fault(
            dates,
            changed(
                "promised_date = promised_date + interval '1 day'",
                "promised_date = promised_date - interval '1 day'",
            ),
            "confirm",
            given=True,
        ),
        "told without a reason": Fault(
            silence,
            sql(
                floor,
                "INSERT INTO mail_message (model, res_id, message_type, body)"
                f" VALUES ('delivery.promise', {message}, 'comment', 'Deliberate')",
                "DELETE FROM mail_message WHERE body = 'Deliberate'",
            ),
        ),
        "a refused step leaves something": Fault(
            undone,
            changed("quantity = quantity + 1", "quantity = quantity - 1"),
            note="refused: no",
        ),
        "undone, and another day": Fault(
            undone,
            changed(
                "promised_date = promised_date + interval '1 day'",
                "promised_date = promised_date - interval '1 day'",
            ),
            "quantity and back",
            "undone",
        ),
        "a mark that the watcher takes away": Fault(
            watcher, changed("at_risk = true", "at_risk = false")
        ),
    }


def prove(floor):
    """{fault: words of the complaints}; under "" those without any fault."""
    floor.begin("prove")
    day = Day(floor, "prove")
    for number, (kind, who, arguments) in enumerate(STEPS, 1):
        step = Step(number, kind, who, {**DEFAULTS.get(kind, {}), **arguments})
        earlier = day.count() if day.products else None
        complaints, __ = day._one(step, [], [])
        if complaints:
            return {"": [complaint.words for __, complaint in complaints]}
    messages = floor.messages(day.product_ids())
    before = day.count()

    def look(check, kind="look", note="", given=False):
        after, told = day.count(), floor.messages(day.product_ids())
        done = Step(9, kind, "nobody", STEPS[-1][2])
        since = earlier if given else before
        view = checks.View(day, done, since, after, messages, told, note)
        return [complaint.words for complaint in check(view)]

    result = {"": [words for check in checks.CHECKS for words in look(check)]}
    result[""] += look(dates, "confirm", given=True)
    for name, fault in faults(floor, day).items():
        with fault.context:
            result[name] = look(*fault[:1], *fault[2:])
    return result


def main():
    logging.getLogger().setLevel(logging.WARNING)
    floor = Floor(sys.argv[1])
    sys.stdout.write(json.dumps(prove(floor)) + "\n")


if __name__ == "__main__":
    main()
