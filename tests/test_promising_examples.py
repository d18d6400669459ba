# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The worked examples of the literature, and the edges of the calendar."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(Path(__file__).resolve().parent),
]

import brute_force as brute  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.schedule import Schedule, WorkingTime  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402

# -- worked examples -------------------------------------------------------------------


def profile(on_hand, supplies, demands, days):
    """(projected, available to promise) for day 1 to ``days``."""
    timeline = Timeline(on_hand, today=1)
    for day, quantity in supplies.items():
        timeline.add_supply(day, quantity)
    for day, quantity in demands.items():
        timeline.add_demand(day, quantity)
    rows = timeline.profile(1, days)
    assert rows
    assert [(row.projected, row.available) for row in rows] == (
        brute.available(on_hand, supplies, demands, 1, days)
    )
    return [row.projected for row in rows], [row.available for row in rows], timeline


def by_period(*quantities):
    return {day: quantity for day, quantity in enumerate(quantities, 1) if quantity}


def test_example_of_dynamics_365_inventory_visibility():
    """Microsoft, "Inventory Visibility on-hand change schedules and available to
    promise": 20 on hand, 3 wanted on day 1, then 10 more announced for day 3."""
    __, available, __ = profile(20, {}, {1: 3}, 7)
    assert available == [17] * 7
    __, available, __ = profile(20, {3: 10}, {1: 3}, 7)
    assert available == [17, 17, 27, 27, 27, 27, 27]


def test_example_of_several_orders_before_a_receipt():
    """In the manner of APICS: a master schedule of 40 in every other period."""
    projected, available, timeline = profile(
        15, dict.fromkeys((1, 3, 5, 7), 40), by_period(18, 15, 27, 22, 10, 8, 6, 5), 8
    )
    assert projected == [37, 22, 35, 13, 43, 35, 69, 64]
    assert available == [13, 13, 13, 13, 35, 35, 64, 64]
    assert [timeline.earliest(wanted) for wanted in (13, 14, 36, 64, 65)] == [
        0,  # from the shelf
        5,
        7,
        7,
        None,
    ]


def test_example_of_jd_edwards_cumulative_available_to_promise():
    """Oracle, JD Edwards EnterpriseOne Requirements Planning 9.2, "Cumulative Available
    to Promise Calculation": 80 available, customer orders of 30, 25, 30, 10 and 35 in
    periods 1 to 4 and 6, replenishment of 60 for periods 3 and 6; forecast, which is
    no order, is left out. The row CATP is available to promise with look-ahead."""
    __, available, __ = profile(80, {3: 60, 6: 60}, by_period(30, 25, 30, 10, 0, 35), 8)
    assert available == [25, 25, 45, 45, 45, 70, 70, 70]


def test_example_of_netsuite_with_four_supplies():
    """NetSuite help, "Available to Promise Methods": supplies of 50, 40, 50 and 50 with
    orders of 30, 40 and 10 in between (here days 1, 10, 15 and 20). Its discrete method
    looks at one supply at a time (20, 0, 40, 50) and so has no date for 100; over all
    of them together, 10 and 30 have the same dates, and 100 has one too."""
    __, available, timeline = profile(
        0, {1: 50, 10: 40, 15: 50, 20: 50}, {1: 30, 10: 40, 15: 10}, 20
    )
    assert [available[day - 1] for day in (1, 10, 15, 20)] == [20, 20, 60, 110]
    assert [timeline.earliest(wanted) for wanted in (10, 30, 100)] == [1, 15, 20]


def test_example_of_oracle_inventory_differs_on_purpose():
    """Oracle Inventory, "ATP with Backward Consumption and Accumulation": the same
    supply and demand give 0, 0, 0, -1, 2, 5, 7, 9 there, since a shortage (period 4) is
    not carried on. Here the later demand is protected: nothing can be promised before
    the shortage is made good."""
    projected, available, __ = profile(
        0, by_period(6, 4, 2, 4, 8, 4, 4, 4), by_period(6, 2, 3, 6, 6, 1, 2, 2), 8
    )
    assert projected == [0, 2, 1, -1, 1, 4, 6, 8]
    assert available == [-1, -1, -1, -1, 1, 4, 6, 8]


def test_example_of_a_later_order_that_is_protected():
    """On hand 10, 10 to be delivered on day 20: no 10 for a question on day 5."""
    projected, available, timeline = profile(10, {}, {20: 10}, 20)
    assert projected[4] == 10
    assert available[4] == 0
    assert timeline.earliest(1) is None


# -- edges of the calendar ----------------------------------------------------------


NOW = datetime(2026, 11, 24, 9)


def schedule(now, zone="UTC"):
    return Schedule(now, ZoneInfo(zone))


def test_never_open_is_no_date():
    always_closed = schedule(NOW)
    always_closed.working = WorkingTime(lambda start, end: [])
    line = Line(1, (Component(1, 1.0),), 1.0)
    timeline = Timeline(10, always_closed.today)
    (answer,) = allocate([line], {(1, 1): timeline}, {1: always_closed})
    assert answer.closed
    assert not answer.pieces
    assert not answer.claims
    assert timeline.available(always_closed.today) == 10


def test_far_date_reads_only_the_hours_near_it():
    read = []

    def load(start, end):
        read.append((start, end))
        return [(start + timedelta(hours=9), start + timedelta(hours=17))]

    working = WorkingTime(load)
    working.next(datetime(2026, 11, 24))
    assert working.previous(datetime(2199, 12, 30)) is not None
    assert sum((end - start).days for start, end in read) < 400


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        # clocks go forward at midnight: the day begins at one
        ("Africa/Cairo", datetime(2026, 4, 23, 12), datetime(2026, 4, 23, 22)),
        # and back within the day
        ("Europe/Berlin", datetime(2026, 10, 24, 12), datetime(2026, 10, 24, 22)),
        ("Asia/Kathmandu", datetime(2026, 11, 24, 12), datetime(2026, 11, 24, 18, 15)),
    ],
)
def test_a_day_begins_at_midnight_of_the_warehouse(zone, now, midnight):
    place = schedule(now, zone=zone)
    assert place.midnight(place.today + 1) == midnight
    assert place.day(midnight) == place.today + 1
    assert place.day(midnight - timedelta(seconds=1)) == place.today
