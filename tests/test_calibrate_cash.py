# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command that judges the cash fan on a file of invoices."""

import csv
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

CALIBRATE = Path(__file__).resolve().parents[1] / "bench" / "calibrate_cash.py"
sys.path.append(str(CALIBRATE.parent))

import calibrate_cash  # noqa: E402

HEADER = [
    "invoice_date",
    "due_date",
    "paid_date",
    "customer",
    "country",
    "amount",
    "disputed",
]
FIRST = date(2020, 1, 6)


def _invoices(days=300, until=None):
    """Three customers who are invoiced every other day, and pay as each of them does;
    as a company knows them on a day."""
    chance = random.Random(11)
    rows = []
    for number in range(days):
        issued = FIRST + timedelta(days=number)
        due = issued + timedelta(days=30)
        paid = due + timedelta(days=(-10, 3, 15)[number % 3] + chance.randint(-4, 4))
        amount = chance.randint(20, 90)
        known = until is None or paid < until
        rows.append([issued, due, paid if known else "", number % 3, 1, amount, 0])
    return rows


def _file(tmp_path, rows, header=HEADER):
    path = tmp_path / "invoices.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def _run(path, start="2020-07-01"):
    return subprocess.run(
        [sys.executable, CALIBRATE, "--csv", str(path), "--from", start],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_prints_what_it_finds(tmp_path):
    done = _run(_file(tmp_path, _invoices()))
    assert done.returncode == 0, done.stderr
    line = next(text for text in done.stdout.splitlines() if text.startswith("10-90 %"))
    assert " % of weeks within, pinball loss " in line
    assert line.endswith(" of due dates'")
    # to the last Sunday on which there is an invoice
    assert "from 2020-07-06 to 2020-10-19" in done.stdout


def test_a_forecast_knows_nothing_of_what_comes_later(tmp_path):
    """Invoices and payments from the forecast's morning on may be anything."""
    rows = calibrate_cash.read_rows(_file(tmp_path, _invoices()))
    monday = date(2020, 8, 3)
    morning = monday - timedelta(days=calibrate_cash.AHEAD)
    (told,) = calibrate_cash.replay(rows, [monday])
    then = [
        row._replace(paid=None) if row.paid and row.paid >= morning else row
        for row in rows
        if row.issued < morning
    ]
    (again,) = calibrate_cash.replay(then, [monday])
    assert told.told == again.told
    assert told.received > 0


def test_customers_who_pay_as_ever_are_foretold(tmp_path):
    rows = calibrate_cash.read_rows(_file(tmp_path, _invoices()))
    weeks = calibrate_cash.mondays("x", rows, date(2020, 7, 1))
    judged = [week for week in calibrate_cash.replay(rows, weeks) if week.told]
    assert len(judged) == len(weeks)
    assert calibrate_cash.within(judged) >= 0.7
    own = calibrate_cash.loss(judged, lambda week: week.told)
    due = calibrate_cash.loss(judged, lambda week: [week.due_known] * 3)
    assert own < 0.6 * due


def test_fans_that_were_too_narrow_get_wider():
    weeks = [
        calibrate_cash.Judged(
            FIRST + timedelta(days=7 * number), 2000, (900, 1000, 1100), 0, 0
        )
        for number in range(60)
    ]
    found = calibrate_cash.corrected(weeks)
    widths = [week.told[2] - week.told[0] for week in found]
    assert abs(widths[0] - 200) < 5
    assert widths == sorted(widths)
    assert widths[-1] > 400


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({5: "much"}, "amount: 'much' is no number"),
        ({3: ""}, "customer: it is empty"),
        ({0: "2020-13-01"}, "invoice_date: '2020-13-01' is no date"),
        ({6: "yes"}, "disputed: 'yes' is not 0, 1 or empty"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, change, words):
    rows = _invoices(3)
    for column, value in change.items():
        rows[1][column] = value
    done = _run(_file(tmp_path, rows))
    assert done.returncode == 2
    assert f"line 3, {words}" in done.stderr
    assert not done.stdout


def test_without_weeks_to_judge_it_says_so(tmp_path):
    done = _run(_file(tmp_path, _invoices(20)), "2021-01-01")
    assert done.returncode == 2
    assert "nothing to judge" in done.stderr
    done = _run(_file(tmp_path, _invoices(80)), "2020-02-03")
    assert done.returncode == 0, done.stderr
    assert "weeks unanswered: too little history" in done.stdout
