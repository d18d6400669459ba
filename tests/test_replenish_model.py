# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Buying, making and transferring against a second opinion that shares nothing with
the addon: it counts balances day by day, and asks of each day whether it could be met.

Days are numbers from today on; a working day is a day here (calendars have their own
tests).
"""

import os
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "addons" / "stock_promise")]

from promising.allocation import allocate  # noqa: E402
from promising.replenish import Option, Planner  # noqa: E402
from promising.schedule import Schedule, WorkingTime  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402

EFFORT = float(os.environ.get("PROMISE_FUZZ", "1"))
NOW = datetime(2026, 11, 24)
TODAY = NOW.toordinal()
LAST = 100
SMALL = 1e-6

#: three levels, each component with a single user
TREE = {
    "table": {"top": 1, "leg": 4},
    "top": {"board": 2},
    "leg": {"rod": 0.5},
    "board": {"log": 1},
}
#: three levels; boards go into tops, legs and tables, bolts into legs and tables
SHARED = {
    "table": {"top": 1, "leg": 4, "bolt": 8, "board": 1},
    "top": {"board": 2},
    "leg": {"board": 0.5, "bolt": 1},
    "board": {"log": 1},
}
GOODS = ("table", "top", "leg", "board", "rod", "log", "bolt")
IDS = {name: number for number, name in enumerate(GOODS, 1)}
PLACES = {"north": 1, "south": 2}


def random_cases(number):
    return settings(
        max_examples=max(int(number * EFFORT), 1),
        deadline=None,
        derandomize="PROMISE_FUZZ" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


class Way(NamedTuple):
    """How goods are replenished: ``kind`` is buy, make or bring."""

    kind: str
    days: int
    #: one day more for so many
    batch: int = 1000

    def takes(self, quantity):
        return self.days + int(quantity / self.batch)


class Goods(NamedTuple):
    on_hand: float
    supplies: tuple
    demands: tuple
    way: Way | None


class Ask(NamedTuple):
    product: str
    place: str
    quantity: float
    day: int | None = None
    split: bool = False


class World(NamedTuple):
    recipes: dict
    goods: dict
    #: {place: weekdays on which nobody works there}
    closed: dict = {}

    def works(self, place, day):
        return (NOW + timedelta(days=day)).weekday() not in self.closed.get(place, ())

    def ends(self, place, start, number):
        """The day on which so many working days of a place are over."""
        day, left = start, number
        while not self.works(place, day):
            day += 1
        while left:
            day += 1
            left -= self.works(place, day)
        return day

    def latest_start(self, key, quantity, day):
        """The last day on which goods can be begun that are there by ``day``."""
        number = self.goods[key].way.takes(quantity)
        days = range(max(day - number, -1), -1, -1)
        return next((n for n in days if self.ends(key[1], n, number) <= day), None)

    def balance(self, key, day):
        return balances(self.goods[key])[day]

    def parts(self, key):
        """{key: quantity for one} of what the way of a product is made from."""
        product, place = key
        way = self.goods[key].way
        if way is None or way.kind == "buy":
            return {}
        if way.kind == "bring":
            return {(product, "south" if place == "north" else "north"): 1}
        return {(part, place): n for part, n in self.recipes[product].items()}


@lru_cache(maxsize=1000)
def balances(goods):
    """What is there at the end of each day."""
    return [
        goods.on_hand
        + sum(quantity for on, quantity in goods.supplies if on <= day)
        - sum(quantity for on, quantity in goods.demands if on <= day)
        for day in range(LAST)
    ]


# -- the second opinion ----------------------------------------------------------------


def possible(world, key, quantity, day):
    """Whether ``quantity`` can be on the shelf by ``day``, nobody else going short."""
    if day < 0:
        return False
    ahead = balances(world.goods[key])[day:]
    missing = quantity - min(ahead)
    if missing <= SMALL:
        return True
    way = world.goods[key].way
    if way is None:
        return False
    # What is on the shelf before is others': what is ordered has to be there itself.
    start = world.latest_start(key, missing, day)
    return start is not None and all(
        possible(world, part, missing * ratio, start)
        for part, ratio in world.parts(key).items()
    )


def first_day(world, ask):
    key = ask.product, ask.place
    for day in range(ask.day or 0, LAST):
        if world.works(ask.place, day) and possible(world, key, ask.quantity, day):
            return day
    return None


def check_nobody_goes_short(world, confirmations):
    """Whoever was served before is served still, whoever was short is no shorter; and
    nobody takes on a day what others need later, for what will only then be ordered."""
    for key in world.goods:
        left = [max(world.balance(key, day), 0.0) for day in range(LAST)]
        for confirmation in confirmations:
            taken = defaultdict(float)
            for claim in (*confirmation.claims, *confirmation.planned):
                if (claim.product_id, claim.warehouse_id) == ids(key):
                    assert claim.day >= TODAY
                    taken[claim.day - TODAY] += claim.quantity
            if not taken:
                continue
            net = list(accumulate(taken[day] for day in range(LAST)))
            free = list(accumulate(reversed(left), min))[::-1]
            for day in range(LAST):
                assert net[day] <= max(free[day], 0.0) + SMALL, (key, day, net[day])
            left = [there - gone for there, gone in zip(left, net, strict=True)]


def check_recipes(world, confirmation):
    """What is made, bought or brought has its parts, all of them and in time."""
    made, used = defaultdict(list), defaultdict(list)
    for claim in confirmation.planned:
        key = next(k for k in world.goods if ids(k) == claim[:2])
        (made if claim.quantity < 0 else used)[key].append(
            (claim.day - TODAY, abs(claim.quantity))
        )
    needed = defaultdict(list)
    for key, lots in made.items():
        for day, quantity in lots:
            start = world.latest_start(key, quantity, day)
            assert start is not None, (key, "is there too early", day)
            for part, ratio in world.parts(key).items():
                needed[part].append((start, quantity * ratio))
    assert needed.keys() == used.keys()
    for part, wanted in needed.items():
        for day in range(LAST):
            have = sum(quantity for on, quantity in used[part] if on <= day)
            must = sum(quantity for on, quantity in wanted if on <= day)
            assert have >= must - SMALL, (part, "is taken too late", day)
        total = sum(quantity for __, quantity in wanted)
        assert abs(sum(quantity for __, quantity in used[part]) - total) < SMALL


# -- the same world for the addon ------------------------------------------------------


def ids(key):
    return IDS[key[0]], PLACES[key[1]]


def option(world, key, schedule):
    way = world.goods[key].way

    def ready(start, quantity):
        return schedule.after(start, way.takes(quantity))

    parts = tuple((*ids(part), ratio) for part, ratio in world.parts(key).items())
    return Option(way.kind, ready, parts, key)


def working(closed):
    """Open all day on all other days of the week."""

    def load(first, last):
        day, pairs = first, []
        while day < last:
            if day.weekday() not in closed:
                pairs.append((day, day + timedelta(days=1)))
            day += timedelta(days=1)
        return pairs

    return WorkingTime(load) if closed else None


def promise(world, asks):
    schedules = {
        id_: Schedule(NOW, timezone.utc, working(world.closed.get(place, ())))
        for place, id_ in PLACES.items()
    }
    timelines, options = {}, {}
    for key, goods in world.goods.items():
        timeline = timelines[ids(key)] = Timeline(goods.on_hand, TODAY, precision=1e-6)
        for day, quantity in goods.supplies:
            timeline.add_supply(TODAY + day, quantity, NOW + timedelta(days=day))
        for day, quantity in goods.demands:
            timeline.add_demand(TODAY + day, quantity)
        if goods.way:
            options[ids(key)] = option(world, key, schedules[PLACES[key[1]]])
    lines = [
        Line(
            PLACES[ask.place],
            (Component(IDS[ask.product], 1.0),),
            ask.quantity,
            requested=NOW + timedelta(days=ask.day) if ask.day else None,
            split=ask.split,
        )
        for ask in asks
    ]
    planner = Planner(timelines, schedules, options)
    return allocate(lines, timelines, schedules, planner=planner)


# -- random worlds ---------------------------------------------------------------------

days = st.integers(0, 12)
amounts = st.integers(1, 40)


@st.composite
def goods(draw, kinds, served=False):
    on_hand = draw(st.integers(0 if served else -4, 30))
    supplies = draw(st.lists(st.tuples(days, amounts), max_size=2))
    demands = draw(st.lists(st.tuples(days, amounts), max_size=2))
    if served:
        # orders that were taken before can all be met
        kept = []
        for demand in demands:
            world = World(
                {}, {0: Goods(on_hand, tuple(supplies), (*kept, demand), None)}
            )
            if all(world.balance(0, day) >= 0 for day in range(LAST)):
                kept.append(demand)
        demands = kept
    kind = draw(st.sampled_from(kinds))
    way = kind and Way(
        kind, draw(st.integers(0, 6)), draw(st.sampled_from([1000, 10, 25]))
    )
    return Goods(on_hand, tuple(supplies), tuple(demands), way)


@st.composite
def worlds(draw, recipes, circles=False, served=False, calendars=False):
    found = {}
    for place in PLACES:
        for product in GOODS:
            kinds = [None, "buy"]
            if product in recipes:
                kinds = ["make", "make", "buy"]
            if place == "north" or circles:
                kinds.append("bring")
            found[product, place] = draw(goods(kinds, served))
    closed = {}
    if calendars:
        weekdays = st.sampled_from([(), (5, 6), (6,), (0, 2, 4), (1, 2, 3, 4, 5)])
        closed = {place: draw(weekdays) for place in PLACES}
    return World(recipes, found, closed)


def asks(requests=False):
    return st.builds(
        Ask,
        product=st.sampled_from(("table", "table", "top", "leg", "board")),
        place=st.sampled_from(sorted(PLACES)),
        quantity=st.integers(1, 20),
        day=st.none() | st.integers(1, 20) if requests else st.none(),
        split=st.booleans(),
    )


# -- the rules -------------------------------------------------------------------------


@random_cases(1500)
@given(st.data())
def test_nothing_is_promised_twice_and_nothing_too_early(data):
    """Several lines, components that several levels share, two warehouses that bring
    from each other, orders that are short already."""
    world = data.draw(worlds(SHARED, circles=True))
    wanted = data.draw(st.lists(asks(requests=True), min_size=1, max_size=4))
    note(f"{world=} {wanted=}")
    confirmations = promise(world, wanted)
    for ask, confirmation in zip(wanted, confirmations, strict=True):
        if confirmation.promised is None:
            event("no date")
            assert confirmation.shortage
            assert not confirmation.planned
            continue
        event("replenished" if confirmation.planned else "from what is known")
        assert sum(piece.quantity for piece in confirmation.pieces) == ask.quantity
        assert confirmation.promised >= NOW + timedelta(days=ask.day or 0)
        check_recipes(world, confirmation)
    check_nobody_goes_short(world, confirmations)


@random_cases(1500)
@given(st.data())
def test_no_day_is_later_than_need_be(data):
    """One line, each component with one user: the first day that is possible at all,
    or the requested one."""
    world = data.draw(worlds(TREE, served=True))
    ask = data.draw(asks(requests=True))
    note(f"{world=} {ask=}")
    (confirmation,) = promise(world, [ask])
    expected = first_day(world, ask)
    event("no date" if expected is None else "promised")
    if expected is None:
        assert confirmation.promised is None
    else:
        assert confirmation.promised == NOW + timedelta(days=expected)
        check_recipes(world, confirmation)
        check_nobody_goes_short(world, [confirmation])


@random_cases(1000)
@given(st.data())
def test_working_days_of_each_place_count(data):
    """Buying, making and bringing take the days of the place that waits for it, and
    goods leave on its days; these are not the same everywhere."""
    world = data.draw(worlds(TREE, served=True, calendars=True))
    ask = data.draw(asks())
    note(f"{world=} {ask=}")
    (confirmation,) = promise(world, [ask])
    expected = first_day(world, ask)
    event("no date" if expected is None else "promised")
    if expected is None:
        assert confirmation.promised is None
    else:
        assert confirmation.promised == NOW + timedelta(days=expected)
        check_recipes(world, confirmation)
        check_nobody_goes_short(world, [confirmation])


@random_cases(500)
@given(st.data())
def test_only_what_is_short_is_replenished(data):
    world = data.draw(worlds(TREE, served=True))
    ask = data.draw(asks(requests=True))
    note(f"{world=} {ask=}")
    key = ask.product, ask.place
    (confirmation,) = promise(world, [ask])
    if confirmation.promised is None:
        return
    day = (confirmation.promised - NOW).days
    there = max(min(world.balance(key, later) for later in range(day, LAST)), 0)
    planned = -sum(
        claim.quantity
        for claim in confirmation.planned
        if claim[:2] == ids(key) and claim.quantity < 0
    )
    assert planned <= max(ask.quantity - there, 0) + SMALL


def test_a_worked_example_over_three_levels():
    """Of 3 tables 1 is there. Two are made, in 2 days, of two tops and eight legs. One
    top is there, one is made in 3 days of two boards; the legs are there. Of the boards
    one is there and one is bought, in 4 days: 4 + 3 + 2."""
    none = Goods(0, (), (), None)
    world = World(
        TREE, {(product, place): none for product in GOODS for place in PLACES}
    )
    world.goods.update(
        {
            ("table", "north"): Goods(1, (), (), Way("make", 2)),
            ("top", "north"): Goods(1, (), (), Way("make", 3)),
            ("leg", "north"): Goods(8, (), (), None),
            ("board", "north"): Goods(1, (), (), Way("buy", 4)),
        }
    )
    (confirmation,) = promise(world, [Ask("table", "north", 3)])
    assert confirmation.promised == NOW + timedelta(days=9)
    planned = {
        (GOODS[claim.product_id - 1], claim.quantity, claim.day - TODAY)
        for claim in confirmation.planned
    }
    assert planned == {
        ("board", -1, 4),
        ("board", 2, 4),
        ("top", -1, 7),
        ("top", 2, 7),
        ("leg", 8, 7),
        ("table", -2, 9),
    }
