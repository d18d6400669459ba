# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hours of work centres that several requests share, against a second opinion that
crosses out one hour after the other.

Holds come and go; each rests on hours that no other has, and gets the first ones that
are free when it asks.
"""

import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from hypothesis import event, given, note
from hypothesis import strategies as st
from test_replenish_model import random_cases

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(ROOT / "addons" / "mrp_promise" / "models"),
]

from promising.allocation import allocate  # noqa: E402
from promising.replenish import Option, Planner  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Hours, Line  # noqa: E402
from work_load import WorkLoad, serve  # noqa: E402

NOW = datetime(2026, 11, 24)
PLACE = 1
TABLE, CHAIR, TOP = 1, 2, 3
#: {product: [(work centre, hours for one)]}, one operation after the other
OPERATIONS = {
    TABLE: [("saw", 1), ("press", 2)],
    CHAIR: [("press", 1)],
    TOP: [("saw", 2)],
}
PARTS = {TABLE: ((TOP, PLACE, 1.0),)}
CENTRES = {"saw": 11, "press": 12}


class Shop:
    """What a company has promised, kept as the addon keeps it."""

    def __init__(self, planned):
        #: {work centre: [(start, end)]} of work orders that are planned
        self.planned = planned
        #: {number: [Confirmation]} of the holds
        self.holds = {}

    def hold(self, number, asks):
        schedules = {PLACE: Schedule(NOW, timezone.utc)}
        timelines = {
            (product, PLACE): Timeline(0.0, NOW.toordinal(), precision=1e-6)
            for product in OPERATIONS
        }
        # An own hold, which is promised again, does not count.
        others = [c for key, c in self.holds.items() if key != number]
        for confirmation in (each for hold in others for each in hold):
            for claim in (*confirmation.claims, *confirmation.planned):
                timelines[claim[:2]].add_demand(claim.day, claim.quantity)
        load = WorkLoad(lambda centres: kept_hours(others, centres))
        options = {key: self.option(key[0], load) for key in timelines}
        lines = [
            Line(
                PLACE,
                (Component(ask.product, 1.0),),
                ask.quantity,
                requested=ask.day and NOW + timedelta(days=ask.day),
            )
            for ask in asks
        ]
        planner = Planner(timelines, schedules, options)
        self.holds[number] = allocate(lines, timelines, schedules, planner=planner)
        return self.holds[number]

    def option(self, product, load):
        load.expect([centre for centre, __ in OPERATIONS[product]])

        def work(start, quantity):
            taken, slots = load.taken(), []
            for centre, hours in OPERATIONS[product]:
                busy = sorted(taken[centre] + self.planned.get(centre, []))
                length = timedelta(hours=hours * quantity)
                for begin, end in busy:
                    if begin < start + length and start < end:
                        start = end
                slots.append((centre, start, start + length))
                start += length
            return start, slots

        def reserve(start, quantity):
            slots = work(start, quantity)[1]
            hours = [Hours(CENTRES[name], *times) for name, *times in slots]
            return hours, load.take((product, start, quantity), slots)

        return Option(
            "manufacture",
            lambda start, quantity: work(start, quantity)[0],
            PARTS.get(product, ()),
            reserve=reserve,
        )


def kept_hours(holds, centres):
    found = {}
    for confirmation in (each for hold in holds for each in hold):
        for claim in confirmation.planned:
            for hours in claim.hours:
                for centre in centres:
                    if CENTRES[centre] == hours.centre_id:
                        found.setdefault(centre, []).append((hours.start, hours.end))
    return found


class Ask(NamedTuple):
    product: int
    quantity: int
    day: int | None = None


# -- the second opinion ----------------------------------------------------------------


def hour(moment):
    return int((moment - NOW) / timedelta(hours=1))


def crossed_out(shop, without=None):
    """{work centre: hours, by number, that are gone}; nobody has an hour twice."""
    gone = defaultdict(list)
    for centre, times in shop.planned.items():
        for start, end in times:
            gone[centre] += range(hour(start), hour(end))
    names = {number: name for name, number in CENTRES.items()}
    for number, hold in shop.holds.items():
        for confirmation in hold if number != without else ():
            for claim in confirmation.planned:
                for hours in claim.hours:
                    gone[names[hours.centre_id]] += range(
                        hour(hours.start), hour(hours.end)
                    )
    for centre, hours in gone.items():
        assert len(hours) == len(set(hours)), (centre, "has an hour twice")
    return {centre: set(hours) for centre, hours in gone.items()}


def first_end(product, quantity, gone):
    """The hour at which it is made, its part before it; crosses out what it needs."""
    start = 0
    if product in PARTS:
        start = first_end(PARTS[product][0][0], quantity, gone)
    for centre, each in OPERATIONS[product]:
        used = gone.setdefault(centre, set())
        while not used.isdisjoint(range(start, start + each * quantity)):
            start += 1
        used.update(range(start, start + each * quantity))
        start += each * quantity
    return start


def check_work(confirmation):
    """What is made has all of its operations, in their order and length."""
    for claim in confirmation.planned:
        if claim.quantity > 0:
            assert not claim.hours
            continue
        names = [hours.centre_id for hours in claim.hours]
        operations = OPERATIONS[claim.product_id]
        assert names == [CENTRES[centre] for centre, __ in operations]
        before = claim.begin
        for hours, (__, each) in zip(claim.hours, operations, strict=True):
            assert hours.start >= before
            assert hour(hours.end) - hour(hours.start) == each * -claim.quantity
            before = hours.end
        assert claim.at >= before


# -- the rules -------------------------------------------------------------------------

products = st.sampled_from([TABLE, TABLE, CHAIR, TOP])
asks = st.builds(Ask, products, st.integers(1, 4), st.none())
later = st.builds(Ask, products, st.integers(1, 4), st.none() | st.integers(1, 4))


@st.composite
def planned(draw):
    """Work orders that are planned already, of some hours each."""
    found = {}
    for centre in CENTRES:
        for start in draw(st.lists(st.integers(0, 20), max_size=3)):
            begin = NOW + timedelta(hours=start)
            length = timedelta(hours=draw(st.integers(1, 5)))
            times = found.setdefault(centre, [])
            if all(begin + length <= one or other <= begin for one, other in times):
                times.append((begin, begin + length))
    return found


@random_cases(500)
@given(st.data())
def test_each_hold_gets_the_first_hours_that_are_free(data):
    shop = Shop(data.draw(planned()))
    for step in range(data.draw(st.integers(2, 7))):
        if shop.holds and data.draw(st.integers(0, 3)) == 0:
            shop.holds.pop(data.draw(st.sampled_from(sorted(shop.holds))))
            event("released")
            continue
        number = step
        if shop.holds and data.draw(st.integers(0, 3)) == 0:
            number = data.draw(st.sampled_from(sorted(shop.holds)))
            event("promised again")
        ask = data.draw(asks)
        note(f"{number=} {ask=}")
        gone = crossed_out(shop, without=number)
        (confirmation,) = shop.hold(number, [ask])
        check_work(confirmation)
        expected = first_end(ask.product, ask.quantity, gone)
        assert hour(confirmation.promised) == expected
        assert crossed_out(shop) == gone


@random_cases(500)
@given(st.data())
def test_no_hour_is_given_twice(data):
    """Requested dates, too, for which what is made begins later."""
    shop = Shop(data.draw(planned()))
    for number in range(data.draw(st.integers(2, 6))):
        wanted = data.draw(st.lists(later, min_size=1, max_size=3))
        note(f"{number=} {wanted=}")
        for ask, confirmation in zip(wanted, shop.hold(number, wanted), strict=True):
            check_work(confirmation)
            assert hour(confirmation.promised) >= 24 * (ask.day or 0)
        crossed_out(shop)


@random_cases(500)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5)), max_size=5),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5)), max_size=5),
)
def test_productions_stand_for_what_was_ordered_before(ordered, made):
    """Piece by piece: each goes to the first who ordered before it was made."""
    makings = [(since, name, n) for name, (since, n) in enumerate(ordered)]
    waiting = [(since, name) for since, name, n in makings for __ in range(n)]
    pieces = [created for created, n in made for __ in range(n)]
    left = defaultdict(int)
    for since, name in sorted(waiting):
        usable = [created for created in pieces if created >= since]
        if usable:
            pieces.remove(min(usable))
        else:
            left[name] += 1
    assert serve(makings, made) == left
    event("all is made" if not left else "some is not")
