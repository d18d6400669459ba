#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Judge the 50 % and 90 % dates of payments on a file of invoices.

    make calibrate-payments CSV=invoices.csv FROM=2013-01-01
    python3 bench/calibrate_payments.py --csv invoices.csv --from 2013-01-01

Each invoice from the first day on is asked about on the day of its invoice, from what
was known on that morning: what was paid by then with its day, all others as "not yet".
Whether an invoice was disputed is used once it is paid. Without a first day, the last
third of the paid invoices is judged.

Prints, for each level, the share of dates kept and the pinball loss in days; then the
same for simple baselines on the same rows. See docs/payments.md.
"""

import argparse
import os
import sys
from datetime import timedelta

# It also puts the statistics, which stand alone, on the path.
import histories
from calibrate import line
from histories import (
    InputError,
    customer_of,
    date_of,
    date_or_none,
    read_date,
    was_disputed,
)
from punctuality.backtest import score
from punctuality.history import EARLIEST, LATEST, MAX_DAYS, Observation, is_sensible
from punctuality.payments import Payment, Payments

COLUMNS = ("invoice_date", "due_date", "paid_date", "customer", "disputed")
LEVELS = (0.9, 0.5)
LEAST = 5  # cases of a customer's own, for the baselines


def read_rows(path):
    """Read the payments of a file, or say what is wrong in which line."""
    return histories.read_rows(path, COLUMNS, _read_row)


def _read_row(row, where):
    return Payment(
        customer_of(row, where),
        date_of(row, "invoice_date", where),
        date_of(row, "due_date", where),
        date_or_none(row, "paid_date", where),
        was_disputed(row, where),
    )


def leave_out(path, rows):
    """The rows whose dates can be meant; how many others there are is said."""
    kept = [
        row
        for row in rows
        if is_sensible(row.due, row.paid) and is_sensible(row.due, row.invoiced)
    ]
    if not kept:
        raise InputError(f"{path}: in no row all dates can be meant")
    if len(kept) < len(rows):
        print(
            f"{len(rows) - len(kept)} of {len(rows)} rows left out: dates outside of"
            f" {EARLIEST.year} to {LATEST.year - 1}, or more than {MAX_DAYS} days apart"
        )
    return kept


def usual_start(path, rows):
    """The day from which on the last third of the paid invoices was invoiced."""
    days = sorted(row.invoiced for row in rows if row.paid)
    if not days:
        raise InputError(f"{path}: no invoice is paid, nothing to judge")
    start = days[len(days) * 2 // 3]
    print(f"judged from {start} on, the last third (FROM= chooses another day)")
    return start


# -- the method and the baselines ------------------------------------------------------


def observation(row):
    return Observation(row.due, row.paid, (row.customer,))


def method(rows, asked):
    """[(days at each level)] for the rows asked about, each on its invoice's day."""
    history = Payments(rows)
    answers = []
    for row in asked:
        forecast = history.forecast(row.customer, row.invoiced)
        answers.append([forecast and forecast.days(level) for level in LEVELS])
    return answers


def nearest_rank(values, level):
    """The smallest value with at least that share of all up to it."""
    values = sorted(values)
    rank = -(-len(values) * round(level * 100) // 100)
    return values[max(rank, 1) - 1]


def due_date(rows, asked):
    return [[0] * len(LEVELS) for _row in asked]


def of_history(choose):
    """A baseline: the empirical quantile of what ``choose(own, all)`` gives, from the
    lateness of what was paid before the invoice's day, oldest first."""

    def baseline(rows, asked):
        paid = sorted((row for row in rows if row.paid), key=lambda row: row.paid)
        answers, own, everything, place = [], {}, [], 0
        for row in asked:
            while place < len(paid) and paid[place].paid < row.invoiced:
                lateness = (paid[place].paid - paid[place].due).days
                own.setdefault(paid[place].customer, []).append(lateness)
                everything.append(lateness)
                place += 1
            values = choose(own.get(row.customer, []), everything)
            answers.append(
                [nearest_rank(values, level) if values else None for level in LEVELS]
            )
        return answers

    return baseline


BASELINES = (
    ("the due date", due_date),
    ("all that was paid before", of_history(lambda own, all_: all_)),
    (
        f"the customer's own from {LEAST} on, else all",
        of_history(lambda own, all_: own if len(own) >= LEAST else all_),
    ),
    (
        f"the customer's last 12 from {LEAST} on, else all",
        of_history(lambda own, all_: own[-12:] if len(own) >= LEAST else all_),
    ),
)


def judge(asked, answers):
    """The scores of answers, one for each level; what is not paid yet is left out."""
    paid = [
        (observation(row), answer)
        for row, answer in zip(asked, answers, strict=True)
        if row.paid
    ]
    rows = [row for row, _answer in paid]
    return [
        score(level, rows, [answer[index] for _row, answer in paid])
        for index, level in enumerate(LEVELS)
    ]


def judged_rows(path, rows, start, end=None):
    """The rows to ask about, in the order of their invoices."""
    asked = [
        row
        for row in rows
        if row.invoiced >= start and not (end and row.invoiced >= end)
    ]
    asked.sort(key=lambda row: row.invoiced)
    if not any(row.paid for row in asked):
        last = max(row.invoiced for row in rows)
        raise InputError(
            f"{path}: no paid invoice from {start} on, nothing to judge"
            f" (the last one is of {last})"
        )
    return asked


# -- the report -----------------------------------------------------------------------


def calibrate(path, start):
    """Print the figures; return the scores."""
    rows = leave_out(path, read_rows(path))
    start = start or usual_start(path, rows)
    asked = judged_rows(path, rows, start)
    waiting = sum(row.paid is None for row in asked)
    print(
        f"{len(rows) - len(asked)} invoices before {start}, judged on the"
        f" {len(asked) - waiting} paid ones from it on,"
        "\neach from what was known on the morning of its invoice"
    )
    if waiting:
        print(
            f"{waiting} invoices are not paid yet, and not judged: the latest judged"
            " ones are\nthose that were paid early"
        )
    results = judge(asked, method(rows, asked))
    for result in results:
        print(line(result))
    print("\nfor comparison, on the same rows:")
    width = max(len(name) for name, _baseline in BASELINES) + 2
    for name, baseline in BASELINES:
        for result in judge(asked, baseline(rows, asked)):
            print(f"  {name:<{width}} {line(result)}")
            name = ""
    return results


def calibrate_splits(path, start):
    """Print the figures for each quarter from ``start`` on, with all customers and
    with two halves of them alone, beside the best baseline's."""
    rows = leave_out(path, read_rows(path))
    start = start or usual_start(path, rows)
    judged_rows(path, rows, start)
    last = max(row.invoiced for row in rows)
    customers = sorted({row.customer for row in rows})
    groups = [
        ("all customers", set(customers)),
        ("every other customer", set(customers[::2])),
        ("the other ones", set(customers[1::2])),
    ]
    print("loss: pinball loss in days, in brackets that of the best baseline\n")
    print("from        until       customers              rows   kept  at 90 %", end="")
    print("        at 50 %")
    while start <= last:
        end = start + timedelta(days=91)
        for name, chosen in groups:
            some = [row for row in rows if row.customer in chosen]
            try:
                asked = judged_rows(path, some, start, end)
            except InputError:
                continue
            results = judge(asked, method(some, asked))
            others = [judge(asked, base(some, asked)) for _name, base in BASELINES]
            text = f"{start}  {end}  {name:<20} {results[0].judged:6}"
            text += f"  {results[0].kept * 100:4.1f}%"
            for index, result in enumerate(results):
                best = min(other[index].loss for other in others)
                text += f"  {result.loss:5.2f} ({best:5.2f})"
            print(text)
        start = end


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--csv", help="the file of invoices")
    parser.add_argument(
        "--from",
        dest="start",
        help="first day judged, e.g. 2013-01-01 (default: of the last third)",
    )
    parser.add_argument(
        "--splits",
        action="store_true",
        help="judge each quarter after --from, also with half of the customers alone",
    )
    options = parser.parse_args(arguments)
    try:
        if not options.csv:
            raise InputError(
                "name a file of invoices: make calibrate-payments CSV=invoices.csv"
                " FROM=2013-01-01\nIts first line names the columns:"
                f" {', '.join(COLUMNS)}.\nFROM, the first day judged, may be left out;"
                " see docs/payments.md."
            )
        start = None
        if options.start is not None:
            start = read_date(options.start, "--from")
        run = calibrate_splits if options.splits else calibrate
        run(options.csv, start)
        sys.stdout.flush()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has read enough, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
