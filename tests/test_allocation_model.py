# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Shares of customer classes, against a world in which everybody asks in turn, every
hour is tried and every unit that was taken is counted again for each question."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(Path(__file__).resolve().parent),
]

import brute_force as brute  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.allocation_rules import Allocation, Customer, Rule  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402
from test_promising_model import (  # noqa: E402
    IDS,
    PLACES,
    PRODUCTS,
    Engine,
    asks,
    check_pieces,
    random_cases,
    worlds,
)

CLASSES = {"dealers": 1, "webshop": 2, "key": 3}
#: the first goes before the others
RANKS = {"key": 0, "dealers": 5, "webshop": 9}


class Share(NamedTuple):
    """What a customer class was told, in the words of whoever wrote it down."""

    kind: str
    who: str
    product: str
    quantity: float
    begins: object
    ends: object
    over: object
    place: str | None = None
    only_lower: bool = False


class Market(brute.World):
    """A world in which it matters who asks."""

    def __init__(self, world, shares):
        super().__init__(world.now, world.places, world.goods)
        self.shares = shares
        #: [(class or None, product, place, date, quantity)]
        self.sold = []
        self.who = None
        self._parts = []

    # -- what was sold to whom -----------------------------------------------------

    def bought(self, share):
        return sum(
            quantity
            for who, product, place, date, quantity in self.sold
            if who == share.who
            and product == share.product
            and share.place in (None, place)
            and share.begins <= date <= share.ends
        )

    def in_force(self, share, place):
        return self.places[place].date(self.now) < share.over

    def must_respect(self, share):
        if self.who == share.who:
            return False
        if share.only_lower and self.who is not None:
            return RANKS[self.who] >= RANKS[share.who]
        return True

    # -- what that means -----------------------------------------------------------

    def balances(self, product, name):
        """With an order by each class for all that is still kept for it."""
        demands = [
            (share.begins, max(share.quantity - self.bought(share), 0))
            for share in self.shares
            if share.kind == "protection"
            and (share.product, share.place) == (product, name)
            and self.in_force(share, name)
            and self.must_respect(share)
        ]
        goods = self.goods[product, name]
        try:
            self.goods[product, name] = goods._replace(
                demands=(*goods.demands, *demands)
            )
            return super().balances(product, name)
        finally:
            self.goods[product, name] = goods

    def ready(self, ask, ship, quantity):
        place = self.places[ask.place]
        date = place.date(self.needed(place, ship))
        own = sum(number for __, number in self._parts)
        for product, units in brute.together(ask.parts).items():
            for share in self.shares:
                if (
                    share.kind == "quota"
                    and share.who == self.who
                    and share.product == product
                    and share.place in (None, ask.place)
                    and self.in_force(share, ask.place)
                    and share.begins <= date <= share.ends
                ):
                    before = sum(
                        number
                        for when, number in self._parts
                        if share.begins <= when <= share.ends
                    )
                    more = before + quantity - own
                    if self.bought(share) + more * units > share.quantity + brute.SMALL:
                        return None
        return super().ready(ask, ship, quantity)

    def shipments(self, ask):
        self._parts = []
        if not ask.split:
            # Wanted in a period that is full: not before it, but after it.
            begins, empty = self.now, ask._replace(parts=())
            if ask.requested:
                transit = timedelta(days=ask.transit)
                begins = max(
                    (
                        hour
                        for hour in self.hours()
                        if hour + transit <= ask.requested
                        and self.can_leave(empty, hour, 0)
                    ),
                    default=self.now,
                )
            for hour in self.hours():
                if hour >= begins and self.can_leave(ask, hour, ask.quantity):
                    return [(hour, ask.quantity)]
            return []
        sent, pieces, place = 0.0, [], self.places[ask.place]
        for hour in self.hours():
            most, total = None, sent
            while total < ask.quantity - brute.SMALL:
                total = min(total + ask.step, ask.quantity)
                if self.can_leave(ask, hour, total):
                    most = total
            if most is not None:
                pieces.append((hour, most - sent))
                date = place.date(self.needed(place, hour))
                self._parts.append((date, most - sent))
                sent = most
        return pieces if sent >= ask.quantity - brute.SMALL else []

    def reply(self, ask):
        reply = super().reply(ask)
        place = self.places[ask.place]
        for ship, quantity in reply.pieces:
            date = place.date(self.needed(place, ship))
            for product, units in brute.together(ask.parts).items():
                self.sold.append((self.who, product, ask.place, date, quantity * units))
        self._parts = []
        return reply


class Shop(Engine):
    """The same for the promising functions, one question after the other."""

    def __init__(self, world, shares):
        super().__init__(world)
        self.rules = [
            Rule(
                id=number,
                kind=share.kind,
                class_id=CLASSES[share.who],
                quantity=share.quantity,
                first=share.begins.toordinal(),
                last=share.ends.toordinal(),
                ends=share.over.toordinal(),
                product_id=IDS[share.product],
                warehouse_id=share.place and PLACES[share.place],
                rank=RANKS[share.who] if share.only_lower else None,
            )
            for number, share in enumerate(shares, 1)
        ]
        self.known = self.timelines
        self.claims = []

    def ask(self, who, wanted, one_delivery=False):
        """Promise lines to a customer of a class, and count them as its own."""
        self.timelines = {}
        for key, known in self.known.items():
            timeline = Timeline(known.on_hand, known.today, known.epsilon * 2)
            for day, supplies in known.supplies.items():
                for supply in supplies:
                    timeline.add_supply(day, supply.quantity, supply.at)
            for day, quantity in known.demands():
                timeline.add_demand(day, quantity)
            for __, claim in self.claims:
                if (claim.product_id, claim.warehouse_id) == key:
                    timeline.add_demand(claim.day, claim.quantity)
            self.timelines[key] = timeline
        taken = {
            (rule.id, rule.product_id): sum(
                claim.quantity
                for class_id, claim in self.claims
                if class_id == rule.class_id
                and claim.product_id == rule.product_id
                and rule.warehouse_id in (None, claim.warehouse_id)
                and rule.first <= claim.day <= rule.last
            )
            for rule in self.rules
        }
        self.allocation = Allocation(Customer(CLASSES.get(who), RANKS.get(who)))
        self.allocation.apply(self.rules, taken, self.timelines)
        confirmations = self.confirm(wanted, one_delivery, rules=self.allocation)
        self.claims += [
            (CLASSES.get(who), claim)
            for confirmation in confirmations
            for claim in confirmation.claims
        ]
        return confirmations


@st.composite
def shares(draw, world):
    first = min(place.date(world.now) for place in world.places.values())
    found = []
    for __ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["quota", "protection"]))
        begins = first + timedelta(days=draw(st.integers(-4, 12)))
        ends = begins + timedelta(days=draw(st.integers(0, 12)))
        over = ends + timedelta(days=1)
        if draw(st.booleans()):
            over = min(over, first + timedelta(days=draw(st.integers(-1, 5))))
        places = sorted(world.places)
        found.append(
            Share(
                kind=kind,
                who=draw(st.sampled_from(sorted(CLASSES))),
                product=draw(st.sampled_from(PRODUCTS)),
                quantity=draw(st.integers(0, 24)) / 2,
                begins=begins,
                ends=ends,
                over=over,
                place=draw(
                    st.sampled_from(places if kind == "protection" else [None, *places])
                ),
                only_lower=draw(st.booleans()),
            )
        )
    return found


customers = st.sampled_from([None, *sorted(CLASSES)])


def compare(market, wanted, confirmations):
    for ask, expected, confirmation in zip(
        wanted, [market.reply(ask) for ask in wanted], confirmations, strict=True
    ):
        check_pieces(ask, confirmation, market.places[ask.place])
        found = [(piece.ship, piece.quantity) for piece in confirmation.pieces]
        assert found == [
            (ship, pytest.approx(quantity)) for ship, quantity in expected.pieces
        ]
        event("promised" if found else "no date")
        event("put off by a quota" if confirmation.quotas else "no quota in the way")
        event("kept for others" if confirmation.kept else "nothing kept")


@random_cases(500)
@given(st.data())
def test_everybody_gets_what_the_shares_leave(data):
    world = data.draw(worlds())
    told = data.draw(shares(world))
    market, shop = Market(world, told), Shop(world, told)
    for __ in range(data.draw(st.integers(1, 4))):
        market.who = data.draw(customers)
        market._cache.clear()
        wanted = data.draw(st.lists(asks(world), min_size=1, max_size=2))
        compare(market, wanted, shop.ask(market.who, wanted))


@random_cases(200)
@given(st.data())
def test_parts_leave_as_the_shares_allow(data):
    world = data.draw(worlds(hourly=False))
    told = data.draw(shares(world))
    market, shop = Market(world, told), Shop(world, told)
    for __ in range(data.draw(st.integers(1, 3))):
        market.who = data.draw(customers)
        market._cache.clear()
        wanted = data.draw(
            st.lists(asks(world, split=True, requests=False), min_size=1, max_size=2)
        )
        compare(market, wanted, shop.ask(market.who, wanted))


@random_cases(500)
@given(st.data())
def test_all_at_once_never_passes_a_quota(data):
    world = data.draw(worlds())
    told = data.draw(shares(world))
    shop, sold = Shop(world, told), Market(world, told)
    for __ in range(data.draw(st.integers(1, 3))):
        who = data.draw(customers)
        wanted = data.draw(st.lists(asks(world), min_size=1, max_size=3))
        confirmations = shop.ask(who, wanted, one_delivery=True)
        assert len({confirmation.promised for confirmation in confirmations}) <= 1 or (
            None in {confirmation.promised for confirmation in confirmations}
        )
        names = {number: name for name, number in IDS.items()}
        places = {number: name for name, number in PLACES.items()}
        for confirmation in confirmations:
            if confirmation.promised is None:
                continue
            for claim in confirmation.claims:
                place = places[claim.warehouse_id]
                date = sold.places[place].date(claim.at)
                assert date.toordinal() == claim.day
                sold.sold.append(
                    (who, names[claim.product_id], place, date, claim.quantity)
                )
    for share in told:
        if share.kind == "quota":
            counted = [
                quantity
                for name, quantity in (
                    (place, sold.bought(share._replace(place=place)))
                    for place in world.places
                    if share.place in (None, place) and sold.in_force(share, place)
                )
            ]
            assert sum(counted) <= share.quantity + brute.SMALL, share


@random_cases(500)
@given(st.data())
def test_what_is_kept_can_be_had_by_its_class(data):
    """Whatever the others ask for: as long as there was enough for it in the
    beginning, the class gets all that was kept, on the first day of its period."""
    world = data.draw(worlds())
    product = data.draw(st.sampled_from(PRODUCTS))
    place = data.draw(st.sampled_from(sorted(world.places)))
    first = world.places[place].date(world.now)
    begins = first + timedelta(days=data.draw(st.integers(0, 8)))
    quantity = data.draw(st.integers(1, 20)) / 2
    share = Share(
        "protection",
        "dealers",
        product,
        quantity,
        begins,
        begins + timedelta(days=9),
        begins + timedelta(days=10),
        place,
    )
    shop = Shop(world, [share])
    key = IDS[product], PLACES[place]
    day = begins.toordinal()
    enough = shop.known[key].available(day) >= quantity
    for __ in range(data.draw(st.integers(1, 4))):
        who = data.draw(st.sampled_from([None, "webshop", "key"]))
        shop.ask(who, data.draw(st.lists(asks(world), min_size=1, max_size=2)))
    shop.ask("dealers", [])
    event("enough" if enough else "too little from the start")
    if enough:
        assert shop.timelines[key].available(day) >= quantity - brute.SMALL


def test_the_worked_example():
    """The example of docs/promising.md, with its numbers."""
    now = brute.datetime(2026, 12, 1, 9)
    day = now.date().toordinal()
    kept = Rule(1, "protection", 1, 12, day, day + 30, day + 3, 1, 1)
    quota = Rule(2, "quota", 2, 10, day, day + 30, day + 31, 1)

    def ask(who, quantity, claims=(), split=False, later=0):
        today = Schedule(now + timedelta(days=later), brute.ZoneInfo("UTC"))
        timeline = Timeline(20, day + later)
        timeline.add_supply(day + 9, 15)
        for __, claimed, number in claims:
            timeline.add_demand(claimed, number)
        taken = {
            (rule.id, 1): sum(n for c, __, n in claims if c == rule.class_id)
            for rule in (kept, quota)
        }
        rules = Allocation(Customer(who, who))
        rules.apply([kept, quota], taken, {(1, 1): timeline})
        [found] = allocate(
            [Line(1, (Component(1, 1.0),), quantity, split=split)],
            {(1, 1): timeline},
            {1: today},
            rules=rules,
        )
        return [(piece.arrival.day, piece.quantity) for piece in found.pieces]

    assert ask(None, 8) == [(1, 8)]
    assert ask(None, 9) == [(10, 9)]
    assert ask(1, 20) == [(1, 20)]
    after = [(1, day, 5)]
    assert ask(None, 8, after) == [(1, 8)]
    after.append((2, day, 8))
    assert ask(2, 2, after) == [(10, 2)]
    assert [part for __, part in ask(2, 6, after, split=True)] == [2, 4]
    assert ask(1, 7, after) == [(1, 7)]
    assert ask(None, 7, after) == [(10, 7)]
    assert ask(None, 7, after, later=3) == [(4, 7)]


def test_lines_of_a_request_share_a_quota():
    now = brute.datetime(2026, 12, 1, 9)
    day = now.date().toordinal()
    rules = Allocation(Customer(2))
    timelines = {(1, 1): Timeline(50, day)}
    rules.apply([Rule(1, "quota", 2, 10, day, day + 30, day + 31, 1)], {}, timelines)
    line = Line(1, (Component(1, 1.0),), 6)
    schedules = {1: Schedule(now, brute.ZoneInfo("UTC"))}
    found = allocate([line, line], timelines, schedules, rules=rules)
    assert [str(answer.promised.date()) for answer in found] == [
        "2026-12-01",
        "2027-01-01",
    ]


def test_parts_of_a_line_share_a_quota():
    now = brute.datetime(2026, 12, 1, 9)
    day = now.date().toordinal()
    rules = Allocation(Customer(2))
    timelines = {(1, 1): Timeline(6, day)}
    timelines[1, 1].add_supply(day + 2, 6)
    rules.apply([Rule(1, "quota", 2, 10, day, day + 30, day + 31, 1)], {}, timelines)
    line = Line(1, (Component(1, 1.0),), 12, split=True)
    schedules = {1: Schedule(now, brute.ZoneInfo("UTC"))}
    [found] = allocate([line], timelines, schedules, rules=rules)
    assert [(str(piece.ship.date()), piece.quantity) for piece in found.pieces] == [
        ("2026-12-01", 6),
        ("2026-12-03", 4),
        ("2027-01-01", 2),
    ]
