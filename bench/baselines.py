# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Simple answers to how late a delivery will be, which a method has to beat."""

import heapq
import math
from collections import defaultdict


def plain_quantile(values, level):
    """The smallest value with at least ``level`` of all values below or at it."""
    values = sorted(values)
    return values[max(0, math.ceil(level * len(values) - 1e-9) - 1)]


def days_late(row):
    return (row.actual - row.scheduled).days


def baseline_global(fitted, judged, _rows, level):
    days = plain_quantile(map(days_late, fitted), level)
    return [days] * len(judged)


def baseline_vendor(fitted, judged, _rows, level, enough=30):
    everything = plain_quantile(map(days_late, fitted), level)
    by_vendor = defaultdict(list)
    for row in fitted:
        by_vendor[row.keys[-1]].append(days_late(row))
    known = {
        vendor: plain_quantile(values, level)
        for vendor, values in by_vendor.items()
        if len(values) >= enough
    }
    return [known.get(row.keys[-1], everything) for row in judged]


def baseline_rolling(_fitted, judged, rows, level, enough=30, last=100):
    """The last arrivals before the planned date: vendor and country, vendor, all."""
    arrivals = [
        (row.actual, row.scheduled, number)
        for number, row in enumerate(rows)
        if row.actual
    ]
    heapq.heapify(arrivals)
    seen = defaultdict(list)
    answers = [None] * len(judged)
    for index in sorted(range(len(judged)), key=lambda i: judged[i].scheduled):
        asked = judged[index]
        while arrivals and arrivals[0][0] < asked.scheduled:
            row = rows[heapq.heappop(arrivals)[2]]
            for key in (row.keys[-2], row.keys[-1], None):
                seen[key].append(days_late(row))
        for key in (asked.keys[-2], asked.keys[-1], None):
            if len(seen[key]) >= enough:
                answers[index] = plain_quantile(seen[key][-last:], level)
                break
    return answers


BASELINES = (
    ("one global quantile", baseline_global),
    ("vendor from 30 rows on, else global", baseline_vendor),
    ("rolling, vendor and country, last 100", baseline_rolling),
)
