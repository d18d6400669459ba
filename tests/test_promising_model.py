# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The promising functions against a simulation that tries every hour, and against
the worked examples of the literature."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(Path(__file__).resolve().parent),
]

import brute_force as brute  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.policy import limit_shipments  # noqa: E402
from promising.schedule import Schedule, WorkingTime  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402

#: multiplies the number of random cases
EFFORT = float(os.environ.get("PROMISE_FUZZ", "1"))


def random_cases(number):
    return settings(
        max_examples=max(int(number * EFFORT), 1),
        deadline=None,
        derandomize="PROMISE_FUZZ" not in os.environ,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


# -- a world for both ----------------------------------------------------------------

PRODUCTS = ("bolt", "nut", "plate")
IDS = {name: number for number, name in enumerate(PRODUCTS, 1)}
PLACES = {"north": 1, "south": 2}
NOWS = (
    datetime(2026, 11, 24, 9),  # a Tuesday
    datetime(2026, 11, 27, 15),  # a Friday afternoon
    datetime(2026, 3, 27, 10),  # the clocks of Europe change on the 29th
    datetime(2026, 10, 24, 22),  # a Saturday night, they change back
    datetime(2026, 12, 31, 23),
)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
WEEK = dict.fromkeys(range(5), (8, 17))
SHIFTS = (None, WEEK, {**WEEK, 5: (9, 12)}, {1: (6, 14), 3: (13, 22)})

halves = st.integers(0, 60).map(lambda number: number / 2)


@st.composite
def worlds(draw, hourly=True):
    now = draw(st.sampled_from(NOWS))
    day = timedelta(days=1)
    names = draw(st.sampled_from([("north",), ("north", "south")]))
    places, goods = {}, {}
    next_day = draw(st.booleans())
    arrivals = st.integers(0, 12 * 24)
    if not hourly:
        arrivals = st.integers(0, 12).map(lambda number: number * 24)
    for name in names:
        zone = draw(st.sampled_from(ZONES))
        first = brute.Place(zone).date(now)
        places[name] = brute.Place(
            zone=zone,
            hours=draw(st.sampled_from(SHIFTS)),
            closed=frozenset(
                first + number * day
                for number in draw(st.sets(st.integers(0, 9), max_size=4))
            ),
            cutoff=draw(st.sampled_from([None, None, 8, 11, 16])),
            security=draw(st.sampled_from([0, 0, 1, 0.5, 2])),
            next_day=next_day,
        )
        for product in PRODUCTS:
            goods[product, name] = brute.Goods(
                on_hand=draw(st.integers(-6, 40)) / 2,
                supplies=tuple(
                    (now + timedelta(hours=hours), quantity)
                    for hours, quantity in draw(
                        st.lists(
                            st.tuples(arrivals, halves.filter(bool)),
                            max_size=4,
                        )
                    )
                ),
                demands=tuple(
                    (first + number * day, quantity)
                    for number, quantity in draw(
                        st.lists(
                            st.tuples(st.integers(-3, 14), halves.filter(bool)),
                            max_size=4,
                        )
                    )
                ),
            )
    return brute.World(now, places, goods)


@st.composite
def dribbling_worlds(draw):
    """Worlds in which goods come little by little: what can be split is."""
    world = draw(worlds(hourly=False))
    first = world.places["north"].date(world.now)
    few = st.integers(0, 8).map(lambda number: number / 2)
    for product in PRODUCTS:
        days = draw(st.lists(st.integers(0, 12), min_size=1, max_size=5, unique=True))
        demands = draw(st.lists(st.tuples(st.integers(-1, 12), few), max_size=1))
        world.goods[product, "north"] = brute.Goods(
            on_hand=draw(few),
            supplies=tuple(
                (world.now + day * brute.DAY, draw(few) + 0.5) for day in days
            ),
            demands=tuple((first + day * brute.DAY, wanted) for day, wanted in demands),
        )
    return world


def asks(world, split=False, requests=True, kits=True):
    kit = st.lists(
        st.tuples(st.sampled_from(PRODUCTS), st.sampled_from([1, 2, 0.5])),
        min_size=1,
        max_size=3 if kits else 1,
    ).map(tuple)
    moments = st.integers(1, 18 * 24).map(lambda hour: world.now + hour * brute.HOUR)
    return st.builds(
        brute.Ask,
        place=st.sampled_from(sorted(world.places)),
        parts=kit if kits else st.sampled_from(PRODUCTS).map(lambda p: ((p, 1),)),
        quantity=st.integers(1, 30).map(lambda number: number / 2),
        step=st.sampled_from([1, 0.5, 3]),
        requested=st.none() | moments if requests else st.none(),
        lead=st.sampled_from([0, 0, 1, 3]),
        transit=st.sampled_from([0, 0, 1, 2.5]),
        split=st.just(split),
        # limits are drawn by those tests that are about them
        most=st.just(0),
        least=st.just(0.0),
        first=st.just(0.0),
        partial=st.just(False),
        horizon=st.none(),
    )


class Engine:
    """The same world for the promising functions."""

    def __init__(self, world):
        self.world = world
        self.schedules = {
            PLACES[name]: Schedule(
                world.now,
                brute.ZoneInfo(place.zone),
                working=place.hours and WorkingTime(self._loader(place)),
                security_days=place.security,
                cutoff=place.cutoff,
                next_day=place.next_day,
            )
            for name, place in world.places.items()
        }
        self.timelines = {}
        for (product, name), goods in world.goods.items():
            place = world.places[name]
            today = place.date(world.now).toordinal()
            timeline = Timeline(goods.on_hand, today, precision=1e-4)
            for moment, quantity in goods.supplies:
                day = place.date(moment).toordinal()
                timeline.add_supply(day, quantity, moment)
            for date, quantity in goods.demands:
                timeline.add_demand(date.toordinal(), quantity)
            if goods.safety:
                timeline.keep_back(goods.safety)
            self.timelines[IDS[product], PLACES[name]] = timeline

    @staticmethod
    def _loader(place):
        def load(start, end):
            shifts = set()
            moment = start - brute.DAY
            while moment < end + brute.DAY:
                shifts.update(place.shifts(moment))
                moment += brute.DAY
            return [
                (max(opens, start), min(closes, end))
                for opens, closes in sorted(shifts)
                if opens < end and closes > start
            ]

        return load

    def confirm(self, wanted, one_delivery=False, rules=None):
        lines = [
            Line(
                warehouse_id=PLACES[ask.place],
                components=tuple(Component(IDS[p], ratio) for p, ratio in ask.parts),
                quantity=ask.quantity,
                step=ask.step,
                requested=ask.requested,
                lead_days=ask.lead,
                transit_days=ask.transit,
                split=ask.split,
                max_deliveries=ask.most,
                min_delivery=ask.least,
                min_first=ask.first,
                partial=ask.partial,
                horizon=ask.horizon,
            )
            for ask in wanted
        ]
        return allocate(
            lines, self.timelines, self.schedules, one_delivery, rules=rules
        )


def check_nobody_goes_short(world, confirmations):
    """Day by day: from the first day claimed on, every balance stays above zero."""
    claims = [claim for confirmation in confirmations for claim in confirmation.claims]
    world.promised.clear()
    for product, name in world.goods:
        days = [
            claim.day
            for claim in claims
            if (claim.product_id, claim.warehouse_id) == (IDS[product], PLACES[name])
        ]
        balances = world.balances(product, name)
        for date in balances:
            if date is None or not days or date.toordinal() < min(days):
                continue
            taken = sum(
                claim.quantity
                for claim in claims
                if (claim.product_id, claim.warehouse_id)
                == (IDS[product], PLACES[name])
                and claim.day <= date.toordinal()
            )
            assert balances[date] - taken > -brute.SMALL, (product, name, date)


def check_pieces(ask, confirmation, place):
    """What every answer must look like."""
    if not confirmation.pieces:
        assert not confirmation.claims
        return
    total = sum(piece.quantity for piece in confirmation.pieces)
    assert total == pytest.approx(ask.quantity)
    units = brute.together(ask.parts)
    for product, number in units.items():
        sources = sum(
            source.quantity
            for piece in confirmation.pieces
            for source in piece.sources
            if source.product_id == IDS[product]
        )
        assert sources == pytest.approx(ask.quantity * number)
        claimed = sum(
            claim.quantity
            for claim in confirmation.claims
            if claim.product_id == IDS[product]
        )
        assert claimed == pytest.approx(ask.quantity * number)
    for claim in confirmation.claims:
        assert claim.day == place.date(claim.at).toordinal()
    for piece in confirmation.pieces:
        assert piece.material <= piece.ship <= piece.arrival


def compare(world, wanted, confirmations):
    for ask, expected, confirmation in zip(
        wanted, world.replies(wanted), confirmations, strict=True
    ):
        check_pieces(ask, confirmation, world.places[ask.place])
        found = [(piece.ship, piece.quantity) for piece in confirmation.pieces]
        assert found == [
            (ship, pytest.approx(quantity)) for ship, quantity in expected.pieces
        ]
        assert confirmation.promised == expected.promised
        event("promised" if confirmation.promised else "no date")
        assert bool(confirmation.shortage) == (confirmation.promised is None)
    check_nobody_goes_short(world, confirmations)


# -- random cases --------------------------------------------------------------------


@random_cases(1200)
@given(st.data())
def test_each_line_as_soon_as_possible(data):
    world = data.draw(worlds())
    wanted = data.draw(st.lists(asks(world), min_size=1, max_size=4))
    compare(world, wanted, Engine(world).confirm(wanted))


@random_cases(600)
@given(st.data())
def test_split_lines_send_what_is_there(data):
    # What arrives on a day leaves together: no second lorry an hour later.
    world = data.draw(worlds(hourly=False))
    wanted = data.draw(st.lists(asks(world, split=True), min_size=1, max_size=3))
    compare(world, wanted, Engine(world).confirm(wanted))


@random_cases(500)
@given(st.data())
def test_safety_stock_is_left_on_every_later_day(data):
    world = data.draw(dribbling_worlds())
    for key, goods in world.goods.items():
        world.goods[key] = goods._replace(safety=data.draw(st.integers(0, 6)) / 2)
    split = data.draw(st.booleans())
    wanted = data.draw(st.lists(asks(world, split=split), min_size=1, max_size=3))
    confirmations = Engine(world).confirm(wanted)
    compare(world, wanted, confirmations)
    claims = [claim for confirmation in confirmations for claim in confirmation.claims]
    for (product, name), goods in world.goods.items():
        world.promised.clear()
        for date, there in world.balances(product, name).items():
            taken = sum(
                claim.quantity
                for claim in claims
                if claim[:2] == (IDS[product], PLACES[name])
                and (date and claim.day <= date.toordinal())
            )
            assert not taken or there - taken >= goods.safety - brute.SMALL


@random_cases(700)
@given(st.data())
def test_limited_deliveries_wait_least(data):
    """Against every way to deal a line out: the same last day, as little waiting as
    the limits allow, and no more deliveries than that needs."""
    world = data.draw(dribbling_worlds())
    ask = data.draw(asks(world, split=True, kits=data.draw(st.booleans())))
    step = data.draw(st.sampled_from([0.5, 0.5, 1, 2]))
    steps = data.draw(st.integers(1, 8)) - data.draw(st.sampled_from([0, 0, 0.5]))
    ask = ask._replace(
        place="north",
        step=step,
        quantity=steps * step,
        requested=data.draw(st.sampled_from([None, None, ask.requested])),
        most=data.draw(st.integers(0, 4)),
        least=data.draw(st.sampled_from([0, 0, 1, 2, 3])) * step,
        first=data.draw(st.sampled_from([0, 0, 0, 2, 4])) * step,
    )
    expected = world.limited_shipments(ask)
    (confirmation,) = Engine(world).confirm([ask])
    check_pieces(ask, confirmation, world.places[ask.place])
    if expected is None:
        assert not confirmation.pieces
        return
    pieces = confirmation.pieces
    event(f"{len(pieces)} deliveries{', limited' if confirmation.limited else ''}")
    waiting = sum(
        (piece.ship - world.now) / brute.HOUR * piece.quantity for piece in pieces
    )
    assert (waiting, len(pieces)) == (pytest.approx(expected[0]), expected[1])
    assert confirmation.ship == world.shipments(ask)[-1][0]
    if len(pieces) > 1:
        assert len(pieces) <= (ask.most or len(pieces))
        smallest = min(piece.quantity for piece in pieces)
        assert smallest >= max(ask.least, 0) - brute.SMALL
        assert pieces[0].quantity >= ask.first - brute.SMALL
    check_nobody_goes_short(world, [confirmation])


@random_cases(1500)
@given(
    lots=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), max_size=4),
    there=st.integers(1, 5),
    most=st.integers(0, 4),
    least=st.integers(0, 4),
    first=st.sampled_from([0, 0, 3, 6]),
    odd=st.booleans(),
)
def test_deliveries_are_chosen_as_if_all_ways_were_tried(
    lots, there, most, least, first, odd
):
    moment, lots, hours = NOWS[0], [(0, there), *lots], []
    for gap, __ in lots:
        moment += timedelta(hours=gap)
        hours.append(moment)
    sizes = [size for __, size in lots]
    sizes[-1] -= odd / 2
    totals = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    found = limit_shipments(
        list(zip(hours, sizes, strict=True)), 1.0, most, least, first
    )

    def allowed(sizes):
        return len(sizes) == 1 or (
            (not most or len(sizes) <= most)
            and min(sizes) >= least
            and sizes[0] >= first
        )

    best = min(
        (
            sum(
                (at - moment) / brute.HOUR * size
                for at, size in zip(hours, deal, strict=True)
            ),
            sum(size > 0 for size in deal),
        )
        for deal in brute.deals(totals, 1)
        if deal[-1] > 0 and allowed([size for size in deal if size > 0])
    )
    event(f"{len(found)} of {len(lots)}")
    assert allowed([size for __, size in found])
    waits = sum((at - moment) / brute.HOUR * size for at, size in found)
    assert (waits, len(found)) == (pytest.approx(best[0]), best[1])
    sent = 0.0
    for at, size in found:
        sent += size
        assert sent <= totals[hours.index(at)]


@random_cases(500)
@given(st.data())
def test_the_largest_part_within_the_horizon(data):
    world = data.draw(dribbling_worlds())
    ask = data.draw(asks(world, split=data.draw(st.booleans())))
    ask = ask._replace(
        place="north",
        quantity=data.draw(st.integers(1, 30)) * ask.step / 2,
        partial=data.draw(st.booleans()),
        first=data.draw(st.sampled_from([0, 0, 2])) * ask.step,
        horizon=data.draw(st.none() | st.integers(0, 16)),
    )
    if not ask.partial:
        ask = ask._replace(first=0)
    ask = ask._replace(first=min(ask.first, ask.quantity))
    expected = world.largest_part(ask)
    (confirmation,) = Engine(world).confirm([ask])
    assert confirmation.quantity == pytest.approx(expected)
    if not expected:
        event("nothing")
        assert confirmation.shortage or confirmation.beyond
        return
    short = ask.quantity - expected
    event("a part" if short > brute.SMALL else "the whole")
    assert confirmation.short == pytest.approx(short)
    check_pieces(ask._replace(quantity=expected), confirmation, world.places[ask.place])
    check_nobody_goes_short(world, [confirmation])


@random_cases(600)
@given(st.data())
def test_all_at_once_with_the_slowest(data):
    world = data.draw(worlds())
    wanted = data.draw(st.lists(asks(world), min_size=1, max_size=4))
    confirmations = Engine(world).confirm(wanted, one_delivery=True)
    expected = world.replies(wanted, one_delivery=True)
    assert [confirmation.promised for confirmation in confirmations] == [
        reply.promised for reply in expected
    ]
    for ask, confirmation in zip(wanted, confirmations, strict=True):
        check_pieces(ask, confirmation, world.places[ask.place])
        assert len(confirmation.pieces) <= 1
        if confirmation.pieces:
            transit = timedelta(days=ask.transit)
            assert confirmation.ship + transit <= confirmation.promised
    check_nobody_goes_short(world, confirmations)


@random_cases(300)
@given(st.data())
def test_all_at_once_is_no_later_than_for_all_together(data):
    """Taking the lines one after the other never costs the customer time. (It may be
    an hour earlier: what is claimed and what arrives on a day both count at its end.)
    """
    world = data.draw(worlds())
    product = st.sampled_from(PRODUCTS).map(lambda name: ((name, 1),))
    numbers = data.draw(
        st.lists(st.tuples(product, st.integers(1, 10)), min_size=2, max_size=5)
    )
    wanted = [brute.Ask("north", parts, number) for parts, number in numbers]
    parts = tuple((part[0][0], number) for part, number in numbers)
    common = world.shipments(brute.Ask("north", parts, 1))
    confirmations = Engine(world).confirm(wanted, one_delivery=True)
    for confirmation in confirmations:
        assert bool(confirmation.pieces) == bool(common)
        assert not common or confirmation.promised <= common[0][0]
    check_nobody_goes_short(world, confirmations)


@random_cases(400)
@given(st.data())
def test_a_profile_is_the_smallest_balance_from_each_day_on(data):
    days = st.dictionaries(st.integers(0, 25), st.integers(1, 50), max_size=8)
    on_hand = data.draw(st.integers(-20, 50))
    supplies, demands = data.draw(days), data.draw(days)
    timeline = Timeline(on_hand, 0)
    for day, quantity in supplies.items():
        timeline.add_supply(day, quantity)
    for day, quantity in demands.items():
        timeline.add_demand(day, quantity)
    rows = brute.available(on_hand, supplies, demands, 0, 12)
    profile = timeline.profile(0, 12)
    assert [(row.projected, row.available) for row in profile] == rows
    assert [row.supply for row in profile] == [supplies.get(d, 0) for d in range(13)]
    assert [row.demand for row in profile] == [demands.get(d, 0) for d in range(13)]


def all_served(lots, supplies, demands):
    """Whether every demand is met, if what expires first is taken first. Day by day;
    lots are [day of removal, quantity], 99 for never."""
    shelf = [list(lot) for lot in sorted(lots)]
    for day in range(40):
        shelf = sorted(lot for lot in shelf if lot[0] > day)
        shelf += [[99, quantity] for on, quantity in supplies if on == day]
        for on, wanted in demands:
            if on == day:
                for lot in shelf:
                    taken = min(lot[1], wanted)
                    lot[1] -= taken
                    wanted -= taken
                if wanted:
                    return False
    return True


@random_cases(1500)
@given(st.data())
def test_goods_that_expire_are_promised_while_they_are_there(data):
    """Against taking one by one what expires first; orders that were taken before can
    all be met."""
    days, amounts = st.integers(0, 12), st.integers(1, 12)
    dated = st.lists(st.tuples(days, amounts), max_size=3)
    lots = data.draw(st.lists(st.tuples(days, amounts), max_size=4))
    fresh = data.draw(st.integers(0, 10))
    supplies, demands = data.draw(dated), data.draw(dated)
    known = [*lots, (99, fresh)]
    kept = []
    for demand in demands:
        if all_served(known, supplies, [*kept, demand]):
            kept.append(demand)
    timeline = Timeline(fresh + sum(quantity for __, quantity in lots), 0)
    for day, quantity in lots:
        timeline.add_expiry(day, quantity)
    for day, quantity in supplies:
        timeline.add_supply(day, quantity)
    for day, quantity in kept:
        timeline.add_demand(day, quantity)
    day, quantity = data.draw(days), data.draw(amounts)
    possible = all_served(known, supplies, [*kept, (day, quantity)])
    event("possible" if possible else "not possible")
    assert (timeline.available(day) >= quantity - 1e-6) == possible
