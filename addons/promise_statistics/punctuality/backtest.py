# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What would have been answered in the past, and how good it would have been."""

import math
from datetime import date
from typing import NamedTuple

from .history import Alone, History, sensible
from .level import check_level


class Score(NamedTuple):
    """How a level's dates did on the rows judged."""

    level: float
    judged: int
    kept: float
    loss: float
    unanswered: int


def pinball(level, actual, predicted):
    """The loss that the true quantile minimises, in the unit of its arguments."""
    if actual > predicted:
        return level * (actual - predicted)
    return (1 - level) * (predicted - actual)


def split(rows, start):
    """The rows to fit on (planned and arrived before ``start``), and those to judge.

    Rows not arrived at all are in neither: nothing can be said of them yet. Nor are
    rows whose dates cannot be meant.
    """
    fitted, judged = [], []
    for row in sensible(rows):
        if row.actual is not None:
            before = row.scheduled < start and row.actual < start
            (fitted if before else judged).append(row)
    return fitted, judged


def score(level, rows, answers):
    """Judge one level's answers (days, or None) against what came."""
    check_level(level)
    kept = judged = unanswered = 0
    losses = []
    for row, days in zip(rows, answers, strict=True):
        if days is None:
            unanswered += 1
            continue
        lateness = (row.actual - row.scheduled).days
        judged += 1
        kept += lateness <= days
        losses.append(pinball(level, lateness, days))
    if not judged:
        return Score(level, 0, 0.0, 0.0, unanswered)
    return Score(level, judged, kept / judged, math.fsum(losses) / judged, unanswered)


def replay(rows, start, levels=(0.9, 0.5), settings=None, notice=0, frozen=False):
    """What would have been answered for past rows, at the time.

    Every row not planned and arrived before ``start`` is asked about as of the day
    ``notice`` days before its planned one: only what was known by then is used, and
    nothing of its own batch.
    ``frozen`` asks about all of them as of ``start`` instead, from the rows planned
    and arrived before it.

    :return: [(row, one Estimate or None for each level)], by planned date
    """
    rows = [
        row if row.batch is not None else row._replace(batch=Alone(position))
        for position, row in enumerate(sensible(rows))
    ]
    fitted, judged = split(rows, start)
    history = History(fitted if frozen else rows, settings, notice)
    answers = []
    for row in sorted(judged, key=lambda row: row.scheduled):
        day = start.toordinal() if frozen else row.scheduled.toordinal() - notice
        as_of = date.fromordinal(max(day, 1))
        asked = tuple(
            history.quantile(level, row.keys, as_of, row.batch) for level in levels
        )
        answers.append((row, asked))
    return answers


def backtest(rows, start, levels=(0.9, 0.5), settings=None, notice=0, frozen=False):
    """Judge what ``replay`` gives by what came: one Score for each level."""
    levels = tuple(levels)
    answers = replay(rows, start, levels, settings, notice, frozen)
    judged = [row for row, _asked in answers]
    return [
        score(level, judged, [asked[i] and asked[i].days for _row, asked in answers])
        for i, level in enumerate(levels)
    ]
