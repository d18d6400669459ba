# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Past payments for the tests of expected dates of payment."""

import random
from datetime import date, timedelta

# It also puts the statistics, which stand alone, on the path.
from lateness_cases import ROOT  # noqa: F401
from punctuality.payments import Payment

DAY = date(2020, 1, 1)


def on(day):
    return DAY + timedelta(days=day)


def paid(customer, day, late, disputed=False, terms=30):
    """Invoiced on a day, due after the terms, late by days (None: not paid)."""
    due = on(day + terms)
    end = None if late is None else due + timedelta(days=late)
    return Payment(customer, on(day), due, end, disputed)


def habits(seed=3, days=500, customers=20, disputes=0.3):
    """Customers, each with a level and a habit of disputing of their own."""
    chance = random.Random(seed)
    rows = []
    for name in range(customers):
        level, often = chance.gauss(0, 10), chance.random() * disputes
        for day in range(chance.randrange(20), days, 20):
            disputed = chance.random() < often
            late = level + chance.gauss(0, 4) + 15 * disputed
            rows.append(paid(f"C{name}", day, max(round(late), -30), disputed))
    return rows


def as_known(rows, day):
    """What somebody had on the morning of a day: no later invoice, no later payment,
    and nothing about disputes of what was not paid."""
    known = []
    for row in rows:
        if row.invoiced < day:
            if row.paid is None or row.paid >= day:
                row = row._replace(paid=None, disputed=False)
            known.append(row)
    return known
