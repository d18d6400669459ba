#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Judge the cash fan on a file of invoices, four weeks ahead.

    make calibrate-cash CSV=invoices.csv FROM=2013-01-01
    python3 bench/calibrate_cash.py --csv invoices.csv --from 2013-01-01

For each week of the year from the first day on: what will be received in it, as told
four weeks before its Monday from what was known on that morning. Without a first day,
the last third of the invoices is judged. Weeks in which invoices may be paid that are
not in the file, because they are later than its last one, are left out.

Prints the share of weeks within the fan, and its pinball loss beside that of the due
dates. See docs/cash.md.
"""

import argparse
import math
import os
import sys
from datetime import date, timedelta
from statistics import NormalDist
from typing import NamedTuple

# It also puts the statistics, which stand alone, on the path.
import histories
from calibrate import ROOT
from histories import (
    InputError,
    customer_of,
    date_of,
    date_or_none,
    read_date,
    was_disputed,
)

sys.path.append(str(ROOT / "addons" / "account_stock_promise"))

from cash.chances import chance_by
from cash.fan import LEVELS, Item, Spread, fan
from punctuality.history import EARLIEST, LATEST, MAX_DAYS, is_sensible
from punctuality.payments import Payment, Payments

COLUMNS = ("invoice_date", "due_date", "paid_date", "customer", "amount", "disputed")
AHEAD = 28  # days from the forecast to the Monday of the week
WEEK = 7
YEAR = 365
#: Earlier weeks that the width of the normal distribution counts as much as.
PRIOR = 40
WIDTH = 46  # of the names of what is compared
#: What lies within nine tenths and one tenth.
WITHIN = LEVELS[-1] - LEVELS[0]


class Invoice(NamedTuple):
    customer: str
    issued: date
    due: date
    paid: date | None
    cents: int
    disputed: bool


class Judged(NamedTuple):
    """A week, in cents: what came, the fan (None: too little history), what was due in
    it of all invoices, and of those that were known at the forecast."""

    monday: date
    received: int
    told: tuple | None
    due: int
    due_known: int


# -- the file --------------------------------------------------------------------------


def read_rows(path):
    """Read the invoices of a file, or say what is wrong in which line."""
    return histories.read_rows(path, COLUMNS, _read_row)


def _read_row(row, where):
    try:
        amount = float(row["amount"])
    except ValueError as error:
        raise InputError(f"{where}, amount: {row['amount']!r} is no number") from error
    if not math.isfinite(amount):
        raise InputError(f"{where}, amount: {row['amount']!r} is no amount")
    return Invoice(
        customer_of(row, where),
        date_of(row, "invoice_date", where),
        date_of(row, "due_date", where),
        date_or_none(row, "paid_date", where),
        round(amount * 100),
        was_disputed(row, where),
    )


def leave_out(path, rows):
    """The invoices over more than nothing whose dates can be meant; how many others
    there are is said."""
    kept = [
        row
        for row in rows
        if row.cents > 0
        and is_sensible(row.due, row.paid)
        and is_sensible(row.due, row.issued)
    ]
    if not kept:
        raise InputError(f"{path}: no invoice with an amount and dates that fit")
    if len(kept) < len(rows):
        print(
            f"{len(rows) - len(kept)} of {len(rows)} rows left out: dates outside of"
            f" {EARLIEST.year} to {LATEST.year - 1} or more than {MAX_DAYS} days apart,"
            " or not more than 0"
        )
    return kept


def usual_start(rows):
    days = sorted(row.issued for row in rows)
    start = days[len(days) * 2 // 3]
    print(f"judged from {start} on, the last third (FROM= chooses another day)")
    return start


def next_monday(day):
    """The first Monday from a day on."""
    return day + timedelta(days=-day.weekday() % WEEK)


def mondays(path, rows, start):
    """The Mondays of the whole weeks of the year from ``start`` on, as far as there are
    invoices until their Sundays."""
    last = max(row.issued for row in rows)
    monday, found = next_monday(start), []
    while monday < start + timedelta(days=YEAR) and monday + timedelta(days=6) <= last:
        found.append(monday)
        monday += timedelta(days=WEEK)
    if not found:
        raise InputError(
            f"{path}: no whole week from {start} on, nothing to judge"
            f" (the last invoice is of {last})"
        )
    return found


# -- the forecasts ---------------------------------------------------------------------


class Told:
    """Forecasts of one morning, from what was known on it."""

    def __init__(self, rows, history, morning):
        self.morning = morning
        self.history = history
        self.known = [row for row in rows if row.issued < morning]
        self.open = [row for row in self.known if not row.paid or row.paid >= morning]
        self._forecasts = {}

    def _days(self, customer, passed=None):
        """The days after the due date by which half and nine in ten are paid."""
        key = customer, passed
        if key not in self._forecasts:
            forecast = self.history.forecast(customer, self.morning)
            if forecast and passed is not None:
                forecast = forecast.later_than(passed)
            self._forecasts[key] = forecast and (forecast.days(0.5), forecast.days(0.9))
        return self._forecasts[key]

    def fan(self, monday):
        """(cents at each level) for a week; None with too little history."""
        ends = [(monday - self.morning).days - 1, (monday - self.morning).days + 6]
        items = []
        for row in self.open:
            due = (row.due - self.morning).days
            days = self._days(row.customer, max(-due - 1, -MAX_DAYS))
            if not days:
                return None
            upto = [chance_by(end, *(due + day for day in days), 0) for end in ends]
            items.append(Item(row.customer, row.cents, tuple(upto)))
        coming = self._not_issued(ends)
        if coming is None:
            return None
        return fan(items, 1, beside=[coming])[0].expected

    def _not_issued(self, ends):
        """:class:`cash.fan.Spread` of what invoices that are not yet issued bring in
        the week: each customer goes on as in the year before, each invoice by itself.
        Of such sums (compound Poisson) each moment adds up."""
        since = self.morning - timedelta(days=YEAR)
        recent = [row for row in self.known if row.issued >= since]
        if not recent:
            return None
        days = (self.morning - min(row.issued for row in recent)).days
        chances, moments = {}, [0.0, 0.0, 0.0]
        for row in recent:
            key = row.customer, (row.due - row.issued).days
            if key not in chances:
                chances[key] = self._paid_if_issued(*key, ends)
            if chances[key] is None:
                return None
            for power in range(3):
                moments[power] += row.cents ** (power + 1) * chances[key] / days
        return Spread(*moments)

    def _paid_if_issued(self, customer, term, ends):
        """The sum of the chances, over the days from today to the week's end, that an
        invoice of that day is paid in the week."""
        days = self._days(customer)
        if not days:
            return None
        total = 0.0
        for issued in range(ends[1] + 1):
            half, nine = (issued + term + day for day in days)
            # nobody pays before there is an invoice
            start = max(issued - 1, ends[0])
            total += chance_by(ends[1], half, nine, issued)
            total -= chance_by(start, half, nine, issued)
        return total


def replay(rows, weeks):
    """[:class:`Judged`] of weeks, each as told before it."""
    payments = [
        Payment(row.customer, row.issued, row.due, row.paid, row.disputed)
        for row in rows
    ]
    history = Payments(payments)
    judged = []
    for monday in weeks:
        morning = monday - timedelta(days=AHEAD)
        end = monday + timedelta(days=WEEK)
        due = [row for row in rows if monday <= row.due < end]
        judged.append(
            Judged(
                monday,
                sum(row.cents for row in rows if row.paid and monday <= row.paid < end),
                Told(rows, history, morning).fan(monday),
                sum(row.cents for row in due),
                sum(row.cents for row in due if row.issued < morning),
            )
        )
    return judged


# -- the width, as earlier weeks would have had it -------------------------------------


def reach(week):
    """How far what came lies from the middle, by the width of the fan on that side."""
    low, middle, high = week.told
    side = high - middle if week.received >= middle else middle - low
    return abs(week.received - middle) / max(side, 1)


def corrected(judged):
    """The weeks with fans as wide as would have held for so many of those that were
    over at the forecast. The width of the method itself counts as ``PRIOR`` weeks."""
    normal = NormalDist()
    edge = normal.inv_cdf(LEVELS[-1])
    prior = [
        (normal.inv_cdf(0.5 + (place + 0.5) / PRIOR / 2) / edge, 1.0)
        for place in range(PRIOR)
    ]
    found = []
    for week in judged:
        if week.told:
            morning = week.monday - timedelta(days=AHEAD)
            past = [
                (reach(other), 1.0)
                for other in judged
                if other.told and other.monday + timedelta(days=WEEK) <= morning
            ]
            width = _quantile([*prior, *past], WITHIN)
            low, middle, high = week.told
            told = (
                max(round(middle - width * (middle - low)), 0),
                middle,
                round(middle + width * (high - middle)),
            )
            week = week._replace(told=told)
        found.append(week)
    return found


def _quantile(weighted, level):
    """The value up to which there is that share of the weight, linear between."""
    weighted = sorted(weighted)
    whole = sum(weight for _value, weight in weighted)
    before = weight_before = None
    upto = 0.0
    for value, weight in weighted:
        middle = (upto + weight / 2) / whole
        if middle >= level:
            if before is None:
                return value
            part = (level - weight_before) / (middle - weight_before)
            return before + part * (value - before)
        before, weight_before = value, middle
        upto += weight
    return before


# -- the report ------------------------------------------------------------------------


def pinball(level, actual, told):
    return (actual - told) * level if actual >= told else (told - actual) * (1 - level)


def loss(weeks, told):
    """The mean pinball loss of three told amounts, in the file's money."""
    total = sum(
        pinball(level, week.received, amount)
        for week in weeks
        for level, amount in zip(LEVELS, told(week), strict=True)
    )
    return total / len(LEVELS) / len(weeks) / 100


def within(weeks):
    held = sum(week.told[0] <= week.received <= week.told[-1] for week in weeks)
    return held / len(weeks)


def calibrate(path, start):
    """Print the figures; return (share of weeks within, loss by that of due dates)."""
    rows = leave_out(path, read_rows(path))
    start = start or usual_start(rows)
    weeks = mondays(path, rows, start)
    first = next_monday(min(row.issued for row in rows) + timedelta(days=AHEAD))
    earlier = []
    while first < weeks[0]:
        earlier.append(first)
        first += timedelta(days=WEEK)
    plain = replay(rows, [*earlier, *weeks])
    judged = [week for week in corrected(plain) if week.monday >= start and week.told]
    print(
        f"judged on {len(weeks)} weeks from {weeks[0]} to {weeks[-1]}, each from what"
        f" was known\non the morning {AHEAD} days before its Monday"
    )
    if len(judged) < len(weeks):
        print(f"{len(weeks) - len(judged)} weeks unanswered: too little history")
    if not judged:
        return None
    share, own = within(judged), loss(judged, lambda week: week.told)
    due = loss(judged, lambda week: [week.due] * len(LEVELS))
    known = loss(judged, lambda week: [week.due_known] * len(LEVELS))
    print(
        f"10-90 %: {share * 100:.1f} % of weeks within, pinball loss {own:.2f},"
        f" {ratio(own, due)} of due dates'"
    )
    print("\nfor comparison, on the same weeks:")
    mean = sum(week.received for week in judged) / len(judged) / 100
    print(f"  {'received in a week, on average':<{WIDTH}}{mean:.2f}")
    lines = [
        ("the due dates of all invoices, known or not", due),
        ("the due dates of invoices known then", known),
    ]
    for name, figure in lines:
        print(f"  {name:<{WIDTH}}pinball loss {figure:.2f}")
    middle = sum(abs(week.received - week.told[1]) for week in judged)
    paper = sum(abs(week.received - week.due) for week in judged)
    print(
        f"  {'the middle of the fan alone':<{WIDTH}}off by"
        f" {middle / len(judged) / 100:.2f}, {ratio(middle, paper)} of due dates'"
    )
    bare = [week for week in plain if week.monday >= start and week.told]
    print(
        f"  {'not corrected by earlier weeks':<{WIDTH}}"
        f"{within(bare) * 100:.1f} % within, pinball loss"
        f" {loss(bare, lambda week: week.told):.2f}"
    )
    return share, own / due if due else None


def ratio(one, other):
    return f"{one / other:.2f}" if other else "no share"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--csv", help="the file of invoices")
    parser.add_argument(
        "--from",
        dest="start",
        help="first day judged, e.g. 2013-01-01 (default: of the last third)",
    )
    options = parser.parse_args(arguments)
    try:
        if not options.csv:
            raise InputError(
                "name a file of invoices: make calibrate-cash CSV=invoices.csv"
                " FROM=2013-01-01\nIts first line names the columns:"
                f" {', '.join(COLUMNS)}.\nFROM, the first day judged, may be left out;"
                " see docs/cash.md."
            )
        start = None
        if options.start is not None:
            start = read_date(options.start, "--from")
        calibrate(options.csv, start)
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
