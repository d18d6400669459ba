#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fit the 50 % and 90 % dates on early years of a file, judge them on later ones.

    make calibrate CSV=deliveries.csv FROM=2013-01-01
    python3 bench/calibrate.py --csv deliveries.csv --from 2013-01-01

Without a first day to judge, the last third of the deliveries is judged. Rows whose
dates cannot be meant (of 1970 or 2999, or more than two years apart) are left out.

Prints, for each level, the share of dates kept and the pinball loss in days; then the
same for simple baselines on the same rows. See docs/confidence.md.
"""

import argparse
import os
import sys
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The package stands alone; importing its addon would ask for a whole Odoo.
sys.path.insert(0, str(ROOT / "addons" / "promise_statistics"))

import histories  # noqa: E402
from baselines import BASELINES  # noqa: E402
from histories import (  # noqa: E402
    InputError,
    date_of,
    date_or_none,
    read_date,
)
from punctuality import backtest as judgement  # noqa: E402
from punctuality.history import (  # noqa: E402
    EARLIEST,
    LATEST,
    MAX_DAYS,
    Observation,
    sensible,
)

COLUMNS = (
    "scheduled_date",
    "delivered_date",
    "vendor",
    "country",
    "shipment_mode",
    "product_group",
    "manufacturing_site",
)
LEVELS = (0.9, 0.5)
EARLIER = 30  # days, for comparison


def group_keys(row):
    """The groups of a delivery, from fine to coarse; all of them know the vendor."""
    vendor, country, mode, group, site = (
        (row[column] or "").strip() for column in COLUMNS[2:]
    )
    return (
        (vendor, country, mode, site, group),
        (vendor, country, mode, site),
        (vendor, country, mode),
        (vendor, country),
        (vendor,),
    )


def read_rows(path):
    """Read the observations of a file, or say what is wrong in which line."""
    return histories.read_rows(path, COLUMNS, _read_row)


def _read_row(row, where):
    scheduled = date_of(row, "scheduled_date", where)
    delivered = date_or_none(row, "delivered_date", where)
    keys = group_keys(row)
    # Planned for one day from one vendor to one country: taken for one shipment.
    return Observation(scheduled, delivered, keys, (scheduled, keys[-2]))


def leave_out(path, rows):
    """The rows whose dates can be meant; how many others there are is said."""
    kept = sensible(rows)
    if not kept:
        raise InputError(f"{path}: in no row both dates can be meant")
    if len(kept) < len(rows):
        print(
            f"{len(rows) - len(kept)} of {len(rows)} rows left out: dates outside of"
            f" {EARLIEST.year} to {LATEST.year - 1}, or more than {MAX_DAYS} days apart"
        )
    return kept


def usual_start(path, rows):
    """The day from which on the last third of the deliveries was planned."""
    days = sorted(row.scheduled for row in rows if row.actual)
    if not days:
        raise InputError(f"{path}: no row is delivered, nothing to judge")
    start = days[len(days) * 2 // 3]
    print(f"judged from {start} on, the last third (FROM= chooses another day)")
    return start


# -- the report -----------------------------------------------------------------------


def line(result):
    if not result.judged:
        return f"{result.level * 100:g} %: no answer, too little history"
    text = (
        f"{result.level * 100:g} %: kept {result.kept * 100:.1f} %,"
        f" pinball loss {result.loss:.2f} days"
    )
    if result.unanswered:
        text += f" ({result.unanswered} rows unanswered: too little history)"
    return text


def compare(name, results):
    width = max(len(name) for name, _method in BASELINES) + 2
    for result in results:
        print(f"  {name:<{width}} {line(result)}")
        name = ""


def split_rows(path, rows, start):
    """The rows to fit on and to judge, or a word on why there are none."""
    fitted, judged = judgement.split(rows, start)
    if not fitted:
        raise InputError(f"{path}: no row was delivered before {start}, nothing to fit")
    if not judged:
        last = max(row.scheduled for row in rows)
        raise InputError(
            f"{path}: no delivered row from {start} on, nothing to judge"
            f" (the last one is scheduled for {last})"
        )
    return fitted, judged


def calibrate(path, start, notice=0):
    """Print the figures of one fit and judgement; return the scores.

    :param start: the first day judged; None: see :func:`usual_start`
    """
    rows = leave_out(path, read_rows(path))
    start = start or usual_start(path, rows)
    fitted, judged = split_rows(path, rows, start)
    waiting = len(rows) - len(fitted) - len(judged)
    moment = f"{notice} days before" if notice else "on the morning of"
    print(
        f"fitted on {len(fitted)} rows scheduled and delivered before {start},"
        f" judged on the other {len(judged)} rows,"
        f"\neach from what was known {moment} its planned day,"
        " its own shipment left out"
    )
    if waiting:
        print(f"{waiting} rows are not delivered yet: open, and not judged")
    results = judgement.backtest(rows, start, LEVELS, notice=notice)
    for result in results:
        print(line(result))
    if waiting:
        for level, share in zip(LEVELS, kept_of_all(rows, start, notice), strict=True):
            name = f"{level * 100:g} %"
            print(f"  {name} with those missing past it: kept {share * 100:.1f} %")
    print("\nfor comparison, on the same rows:")
    if notice != EARLIER:
        early = judgement.backtest(rows, start, LEVELS, notice=EARLIER)
        compare(f"as known {EARLIER} days before", early)
    alone = [row._replace(batch=None) for row in rows]
    told = judgement.backtest(alone, start, LEVELS, notice=notice)
    compare("told what its shipment did early", told)
    frozen = judgement.backtest(rows, start, LEVELS, notice=notice, frozen=True)
    compare("fitted once, never updated", frozen)
    for name, method in BASELINES:
        compare(
            name,
            [
                judgement.score(level, judged, method(fitted, judged, rows, level))
                for level in LEVELS
            ],
        )
    on_time = sum(row.scheduled == row.actual for row in judged) / len(judged)
    print(
        f"\n{on_time * 100:.1f} % of the judged rows came exactly on time: the share of"
        " 50 % dates kept says\nlittle, their loss does"
    )
    return results


def kept_of_all(rows, start, notice=0):
    """For each level the share kept where what is still missing after its date counts
    as not kept, as in Odoo's back-test; what may still come by it does not count."""
    last = max(row.actual for row in rows if row.actual)
    # "Tomorrow" for what is missing changes nothing of what was known until today.
    tomorrow = last + timedelta(days=1)
    known = [row for row in rows if row.actual or row.scheduled <= last]
    known = [row if row.actual else row._replace(actual=tomorrow) for row in known]
    kept = [[] for _level in LEVELS]
    for row, estimates in judgement.replay(known, start, LEVELS, notice=notice):
        for found, estimate in zip(kept, estimates, strict=True):
            if estimate:
                promised = row.scheduled + timedelta(days=estimate.days)
                if row.actual != tomorrow or promised < last:
                    found.append(row.actual <= promised)
    return [sum(found) / len(found) if found else 0.0 for found in kept]


# -- many splits ----------------------------------------------------------------------


def month_later(day, months):
    """The first of a month, so many months after that of a day."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def windows(rows, start, years=(1, 2, 3)):
    """[(first day, day after the last)]: from each quarter on, for so many years, as
    far as there are planned dates."""
    end = month_later(max(row.scheduled for row in rows), 1)
    found = []
    while month_later(start, 12) <= end:
        ends = (month_later(start, 12 * count) for count in years)
        found += [(start, day) for day in ends if day <= end]
        start = month_later(start, 3)
    return found


def scores(rows, answers, start, end):
    """The methods' scores for a split: [{method: score}], one for each level."""
    fitted, judged = judgement.split(rows, start)
    judged = [row for row in judged if row.scheduled < end and all(answers[row])]
    found = []
    for index, level in enumerate(LEVELS):
        asked = [answers[row][index] for row in judged]
        method = [estimate and estimate.days for estimate in asked]
        found.append({"": judgement.score(level, judged, method)})
        for name, baseline in BASELINES:
            days = baseline(fitted, judged, rows, level)
            found[-1][name] = judgement.score(level, judged, days)
    return found


def calibrate_splits(path, start, notice=0):
    """Print the figures of a split for each quarter from ``start`` on, to be judged
    over one, two and three years, and what they come to."""
    rows = leave_out(path, read_rows(path))
    start = start or usual_start(path, rows)
    split_rows(path, rows, start)
    splits = windows(rows, start)
    if not splits:
        raise InputError(f"{path}: less than a year from {start} on")
    first = min(row.scheduled for row in rows)
    # What is answered does not depend on the day from which it is judged.
    answers = dict(judgement.replay(rows, first, LEVELS, notice=notice))
    print("loss: pinball loss in days, in brackets that of the best baseline\n")
    print("from        until         rows   kept  loss at 90 %   loss at 50 %")
    kept, ratios = [], ([], [])
    for begin, end in splits:
        text = f"{begin}  {end}"
        for index, found in enumerate(scores(rows, answers, begin, end)):
            own = found.pop("")
            if not own.judged:
                text += "  too little history"
                break
            best = min(score.loss for score in found.values())
            if not index:
                kept.append(own.kept - own.level)
                text += f"  {own.judged:5}  {own.kept * 100:4.1f}%"
            text += f"  {own.loss:5.2f} ({best:5.2f})"
            ratios[index].append(own.loss / best if best else 1.0)
        print(text)
    if not kept:
        return
    near = sum(abs(miss) <= 0.02 for miss in kept) / len(kept)
    away = sum(map(abs, kept)) / len(kept) * 100
    print(
        f"\n{len(kept)} splits: kept {away:.2f} points from 90 % on average,"
        f" within 2 points in {near * 100:.0f} % of them;"
        f"\nloss by that of the best baseline on average:"
        f" {sum(ratios[0]) / len(kept):.3f} at 90 %,"
        f" {sum(ratios[1]) / len(kept):.3f} at 50 %"
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--csv", help="the file of deliveries")
    parser.add_argument(
        "--from",
        dest="start",
        help="first day judged, e.g. 2013-01-01 (default: of the last third)",
    )
    parser.add_argument(
        "--notice",
        type=int,
        default=0,
        help="days before its due date at which each row is asked about (default 0)",
    )
    parser.add_argument(
        "--splits",
        action="store_true",
        help="judge from each quarter after --from on, over 1, 2 and 3 years",
    )
    options = parser.parse_args(arguments)
    try:
        if not options.csv:
            raise InputError(
                "name a file of deliveries: make calibrate CSV=deliveries.csv"
                " FROM=2013-01-01\nIts first line names the columns:"
                f" {', '.join(COLUMNS)}.\nFROM, the first day judged, may be left out;"
                " see docs/confidence.md."
            )
        if options.notice < 0:
            raise InputError("--notice: a number of days, not negative")
        start = None
        if options.start is not None:
            start = read_date(options.start, "--from")
        run = calibrate_splits if options.splits else calibrate
        run(options.csv, start, options.notice)
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
