# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Backorder processing against a statement of its rules that counts every day and
shares nothing with the addon, and against what the strategies promise."""

import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addons' packages would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(ROOT / "addons" / "stock_promise_backorder"),
]

from processing.groups import connected  # noqa: E402
from processing.strategies import STRATEGIES, Demand, Processing  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Claim, Component, Line  # noqa: E402

#: multiplies the number of random cases
EFFORT = float(os.environ.get("PROMISE_FUZZ", "1"))
NOW = datetime(2026, 11, 24, 9)
FIRST = NOW.toordinal()
PLACE = 1
PRODUCTS = (1, 2)
DAYS = 16


def random_cases(number):
    return settings(
        max_examples=max(int(number * EFFORT), 1),
        deadline=None,
        derandomize="PROMISE_FUZZ" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


def moment(day):
    """Nine o'clock on a day, counted from today."""
    return NOW + timedelta(days=day)


def day_of(date):
    return None if date is None else (date - NOW).days


# -- a random world: days are counted from today --------------------------------------

days = st.integers(0, DAYS - 1)
amounts = st.integers(1, 8)
events = st.lists(st.tuples(st.sampled_from(PRODUCTS), days, amounts), max_size=5)


@st.composite
def wishes(draw):
    """A demand: what it wants, by when, and what it has now."""
    products = draw(st.sampled_from([(1,), (1,), (2,), (1, 2)]))
    before = draw(st.one_of(st.none(), days, days, days))
    has_goods = before is not None or draw(st.booleans())
    return {
        "strategy": draw(st.sampled_from(STRATEGIES)),
        "quantities": {product: draw(amounts) for product in products},
        "wanted": draw(st.one_of(st.none(), days)),
        "before": before,
        # goods without a date: an order that nobody could promise anything
        "has": (draw(days) if before is None else before) if has_goods else None,
        "rank": draw(st.integers(0, 3)),
        "stays": draw(st.booleans()),
    }


@st.composite
def worlds(draw):
    return {
        "on_hand": {product: draw(st.integers(0, 12)) for product in PRODUCTS},
        "supply": draw(events),
        "others": draw(events),
        "demands": draw(st.lists(wishes(), min_size=1, max_size=7)),
        "rest": draw(st.booleans()),
    }


# -- the addon's answer ---------------------------------------------------------------


def processed(world):
    """({number: day or None}, outcomes) by the addon."""
    timelines = {
        (product, PLACE): Timeline(world["on_hand"][product], FIRST)
        for product in PRODUCTS
    }
    for product, day, quantity in world["supply"]:
        timelines[product, PLACE].add_supply(FIRST + day, quantity, moment(day))
    for product, day, quantity in world["others"]:
        timelines[product, PLACE].add_demand(FIRST + day, quantity)
    schedules = {PLACE: Schedule(NOW, timezone.utc)}
    demands = [demand_of(number, wish) for number, wish in enumerate(world["demands"])]
    outcomes = Processing(timelines, schedules, allocate, rest=world["rest"]).run(
        demands
    )
    found = {}
    for demand in demands:
        dates = outcomes[demand.key].after(demand)
        found[demand.key] = None if None in dates else day_of(max(dates))
    return found, outcomes, timelines


def demand_of(number, wish):
    return Demand(
        key=number,
        strategy=wish["strategy"],
        lines=tuple(
            Line(
                PLACE,
                (Component(product, 1.0),),
                quantity,
                requested=None if not wish["wanted"] else moment(wish["wanted"]),
            )
            for product, quantity in wish["quantities"].items()
        ),
        before=tuple(
            None if wish["before"] is None else moment(wish["before"])
            for __ in wish["quantities"]
        ),
        claims=tuple(
            Claim(product, PLACE, quantity, FIRST + wish["has"], moment(wish["has"]))
            for product, quantity in wish["quantities"].items()
            if wish["has"] is not None
        ),
        rank=(wish["rank"], number),
        one_delivery=len(wish["quantities"]) > 1,
        stays=wish["stays"],
    )


# -- the rules, by counting every day -------------------------------------------------


class Shelf:
    """What is there at the end of each day."""

    def __init__(self, world):
        self.balance = {
            product: [world["on_hand"][product]] * DAYS for product in PRODUCTS
        }
        for product, day, quantity in world["supply"]:
            self.change(product, day, quantity)
        for product, day, quantity in world["others"]:
            self.change(product, day, -quantity)

    def change(self, product, day, quantity):
        for each in range(day, DAYS):
            self.balance[product][each] += quantity

    def take(self, wish, day, sign=1):
        for product, quantity in wish["quantities"].items():
            self.change(product, day, -sign * quantity)

    def fits(self, wish, day):
        return all(
            min(self.balance[product][day:]) >= quantity
            for product, quantity in wish["quantities"].items()
        )

    def first(self, wish, from_day):
        return next((d for d in range(from_day, DAYS) if self.fits(wish, d)), None)


def by_the_rules(world):
    """{number: day or None}: the strategies, as they are described in the docs."""
    shelf, result = Shelf(world), {}
    wishes_now = list(enumerate(world["demands"]))
    for __, wish in wishes_now:
        if wish["strategy"] == "gain" and wish["before"] is not None:
            shelf.take(wish, wish["before"])
    wishes_now.sort(
        key=lambda pair: (
            STRATEGIES.index(pair[1]["strategy"]),
            pair[1]["rank"],
            pair[0],
        )
    )
    for number, wish in wishes_now:
        strategy, before = wish["strategy"], wish["before"]
        wanted = wish["wanted"] or 0
        if strategy in ("fill", "lose"):
            if before is None or (strategy == "lose" and not world["rest"]):
                day = None
            elif shelf.fits(wish, before):
                day = before
            else:
                day = shelf.first(wish, max(before, wanted))
        elif before is None or strategy != "gain":
            day = shelf.first(wish, wanted)
            worse = day is None or (before is not None and day >= before)
            if before is not None and worse and shelf.fits(wish, before):
                day = before
        else:
            shelf.take(wish, before, -1)
            day = shelf.first(wish, wanted)
            if day is None or day > before:
                day = before
        result[number] = day
        if day is not None:
            shelf.take(wish, day)
    return result


# -- properties -----------------------------------------------------------------------


@random_cases(1500)
@given(worlds())
def test_every_date_is_that_of_the_rules_counted_by_hand(world):
    found, outcomes, __ = processed(world)
    for wish in world["demands"]:
        event(wish["strategy"])
    if any(outcome.unmet for outcome in outcomes.values()):
        event("a win or gain that is not kept")
    assert found == by_the_rules(world)


@random_cases(500)
@given(worlds())
def test_gain_is_never_worse_and_fill_and_lose_never_better(world):
    found, __, __ = processed(world)
    for number, wish in enumerate(world["demands"]):
        before, after = wish["before"], found[number]
        if before is None:
            assert wish["strategy"] not in ("fill", "lose") or after is None
        elif wish["strategy"] == "gain":
            assert after is not None
            assert after <= before
        elif wish["strategy"] in ("fill", "lose"):
            assert after is None or after >= before


@random_cases(500)
@given(worlds())
def test_the_first_win_has_all_that_may_lose(world):
    """Nothing but what is not chosen, and what a Gain has, keeps it from its date."""
    wins = [
        (wish["rank"], number)
        for number, wish in enumerate(world["demands"])
        if wish["strategy"] == "win"
    ]
    if not wins:
        return
    found, outcomes, __ = processed(world)
    number = min(wins)[1]
    wish, shelf = world["demands"][number], Shelf(world)
    for each in world["demands"]:
        if each["strategy"] == "gain" and each["before"] is not None:
            shelf.take(each, each["before"])
    possible = shelf.fits(wish, wish["wanted"] or 0)
    if possible and wish["before"] != found[number]:
        assert found[number] == (wish["wanted"] or 0)
    if possible:
        assert found[number] <= max(wish["wanted"] or 0, wish["before"] or 0)
    assert outcomes[number].unmet == (
        found[number] is None or found[number] > (wish["wanted"] or 0)
    )


@random_cases(500)
@given(worlds())
def test_nothing_is_promised_that_was_not_there_before(world):
    """No day lacks more of what is promised than it did."""
    found, __, __ = processed(world)
    before, after = Shelf(world), Shelf(world)
    for number, wish in enumerate(world["demands"]):
        if wish["before"] is not None:
            before.take(wish, wish["before"])
        if found[number] is not None:
            after.take(wish, found[number])
    for product in PRODUCTS:
        for day in range(DAYS):
            was, now = before.balance[product][day], after.balance[product][day]
            assert now >= min(was, 0), f"product {product}, day {day}"


@random_cases(300)
@given(worlds())
def test_a_second_run_by_the_same_rules_changes_nothing_of_a_win_or_gain(world):
    found, __, __ = processed(world)
    again = {
        **world,
        "demands": [
            {**wish, "before": found[number], "has": found[number]}
            for number, wish in enumerate(world["demands"])
        ],
    }
    second, __, __ = processed(again)
    for number, wish in enumerate(world["demands"]):
        if wish["strategy"] == "win":
            assert found[number] is None or second[number] <= found[number]


@random_cases(300)
@given(worlds())
def test_what_is_given_out_is_taken_from_the_timelines(world):
    """The timelines after a run are those of the dates that it gave."""
    found, outcomes, timelines = processed(world)
    shelf = Shelf(world)
    for number, wish in enumerate(world["demands"]):
        if found[number] is not None:
            shelf.take(wish, found[number])
        elif outcomes[number].waits is not None:
            assert outcomes[number].waits - FIRST < DAYS
            shelf.take(wish, outcomes[number].waits - FIRST)
    for product in PRODUCTS:
        for day in range(DAYS):
            projected = timelines[product, PLACE].projected(FIRST + day)
            assert projected == pytest.approx(shelf.balance[product][day])


def test_what_shares_a_key_is_looked_at_together():
    groups = connected(
        {"a": {1, 2}, "b": {3}, "c": {2, 4}, "d": set(), "e": {5}}, [(5, 3)]
    )
    assert groups == [["a", "c"], ["b", "e"], ["d"]]
