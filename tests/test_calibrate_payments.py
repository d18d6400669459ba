# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command that judges the 50 % and 90 % dates of payments on a file."""

import csv
import re
import subprocess
import sys

import pytest
from payments_cases import ROOT, habits, on
from punctuality.backtest import pinball
from punctuality.payments import Payments

COMMAND = ROOT / "bench" / "calibrate_payments.py"
HEADER = [
    "invoice_date",
    "due_date",
    "paid_date",
    "customer",
    "country",
    "amount",
    "disputed",
]
FIGURES = re.compile(
    r"^(\d+) %: kept (\d+\.\d) %, pinball loss (\d+\.\d\d) days$", re.M
)


def cells(row, disputed=None):
    if disputed is None:
        disputed = str(int(row.disputed))
    paid = row.paid.isoformat() if row.paid else ""
    return [row.invoiced, row.due, paid, row.customer, "391", "50.39", disputed]


def write(path, lines):
    with open(path, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *lines])
    return path


def run(*arguments):
    command = [sys.executable, "-B", str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def rows():
    rows = habits(customers=12)
    # Without an end, as on the day on which the file was written.
    return [row._replace(paid=None) if row.paid > on(520) else row for row in rows]


def test_the_figures_are_those_of_a_plain_count(rows, tmp_path):
    path = write(tmp_path / "a.csv", map(cells, rows))
    done = run("--csv", path, "--from", on(300))
    assert not done.returncode, done.stderr
    history = Payments(rows)
    for level, kept, loss in FIGURES.findall(done.stdout):
        level = int(level) / 100
        found = []
        for row in sorted(rows, key=lambda row: row.invoiced):
            if row.invoiced >= on(300) and row.paid:
                days = history.forecast(row.customer, row.invoiced).days(level)
                late = (row.paid - row.due).days
                found.append((late <= days, pinball(level, late, days)))
        assert float(kept) == pytest.approx(
            100 * sum(kept for kept, _loss in found) / len(found), abs=0.06
        )
        assert float(loss) == pytest.approx(
            sum(loss for _kept, loss in found) / len(found), abs=0.006
        )
    assert [int(level) for level, _k, _l in FIGURES.findall(done.stdout)] == [90, 50]


def test_disputes_of_what_is_not_paid_are_not_read(rows, tmp_path):
    plain = write(tmp_path / "a.csv", map(cells, rows))
    emptied = write(
        tmp_path / "b.csv",
        (
            cells(row, None if row.paid else ("", "1")[i % 2])
            for i, row in enumerate(rows)
        ),
    )
    first, second = (run("--csv", path, "--from", on(300)) for path in (plain, emptied))
    assert first.stdout == second.stdout
    assert FIGURES.findall(first.stdout)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, "2012-13-01", "line 4, invoice_date: '2012-13-01' is no date"),
        (1, "", "line 4, due_date: '' is no date"),
        (2, "soon", "line 4, paid_date: 'soon' is no date"),
        (3, " ", "line 4, customer: it is empty"),
        (6, "maybe", "line 4, disputed: 'maybe' is not 0, 1 or empty"),
    ],
)
def test_a_bad_cell_is_named_with_its_line(rows, tmp_path, column, value, message):
    lines = [cells(row) for row in rows]
    lines[2][column] = value
    done = run("--csv", write(tmp_path / "a.csv", lines), "--from", on(300))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_short_row_a_missing_column_and_an_empty_file_are_named(rows, tmp_path):
    lines = [cells(row) for row in rows]
    lines[1] = lines[1][:5]
    done = run("--csv", write(tmp_path / "a.csv", lines))
    assert "line 3: a row has 7 columns" in done.stderr
    (tmp_path / "b.csv").write_text("invoice_date,customer\n")
    done = run("--csv", tmp_path / "b.csv")
    assert "missing columns: due_date, paid_date, disputed" in done.stderr
    (tmp_path / "c.csv").write_text("")
    assert "the file is empty" in run("--csv", tmp_path / "c.csv").stderr
    assert "No such file" in run("--csv", tmp_path / "d.csv").stderr
    assert "name a file" in run().stderr
    late = run(
        "--csv", write(tmp_path / "e.csv", map(cells, rows)), "--from=2090-01-01"
    )
    assert "nothing to judge" in late.stderr


def test_splits_are_judged_one_by_one(rows, tmp_path):
    path = write(tmp_path / "a.csv", map(cells, rows))
    done = run("--csv", path, "--from", on(300), "--splits")
    assert not done.returncode, done.stderr
    assert len(re.findall(r"every other customer +\d+ +\d+\.\d%", done.stdout)) >= 2
