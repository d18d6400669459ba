# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who keeps what is reserved, and who is late, against a shelf on which every piece has
a label and every arrival is unpacked piece by piece."""

import sys
from pathlib import Path

from hypothesis import event, given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(Path(__file__).resolve().parent),
]

from promising.reservation import Need, Pegging, rank_of  # noqa: E402
from test_promising_model import random_cases  # noqa: E402

TODAY = 100
LATEST = 10**6
days = st.integers(TODAY, TODAY + 9)
amounts = st.integers(1, 6)


@st.composite
def wants(draw):
    kind = draw(st.sampled_from(["promise", "promise", "promise", "plain", "undated"]))
    quantity = draw(amounts)
    reserved = draw(st.integers(0, quantity))
    return {
        "kind": kind,
        "day": draw(days),
        "quantity": quantity,
        "reserved": reserved,
        "firm": draw(st.one_of(st.just(0), st.integers(0, reserved))),
        "by_hand": kind == "promise" and draw(st.integers(0, 4)) == 0,
    }


@st.composite
def worlds(draw):
    wanted = draw(st.lists(wants(), min_size=1, max_size=6))
    reserved = sum(want["reserved"] for want in wanted)
    return {
        "wants": wanted,
        # now and then something was counted away under what is reserved
        "shelf": max(reserved + draw(st.integers(-2, 6)), 0),
        "supplies": draw(st.lists(st.tuples(days, amounts), max_size=4)),
    }


# -- the addon's answer ----------------------------------------------------------------


def pegging_of(world):
    needs = [
        Need(
            number,
            (
                *rank_of(
                    want["day"],
                    0 if want["kind"] == "plain" else number + 1,
                    want["kind"] != "undated",
                ),
                number,
            ),
            want["day"],
            want["quantity"],
            want["reserved"],
            want["firm"],
            want["by_hand"],
        )
        for number, want in enumerate(world["wants"])
    ]
    return Pegging(world["shelf"], TODAY, world["supplies"], needs)


def reserved_in(pegging):
    return {
        need.key: quantity
        for need, quantity in zip(pegging.needs, pegging.reserved, strict=True)
    }


# -- piece by piece --------------------------------------------------------------------


class Shelf:
    """Pieces with the number of whoever has them, and pieces without a label."""

    def __init__(self, world):
        self.wants = dict(enumerate(world["wants"]))
        self.order = sorted(self.wants, key=self.turn)
        self.labels = [
            number
            for number in self.order
            for __ in range(self.wants[number]["reserved"])
        ]
        # labels without a piece fall off, those of the last first
        del self.labels[world["shelf"] :]
        self.bare = world["shelf"] - len(self.labels)
        self.arrivals = sorted(
            day for day, quantity in world["supplies"] for __ in range(quantity)
        )

    def turn(self, number):
        """Promises of a day before others of that day, who has no date at the end."""
        want = self.wants[number]
        if want["kind"] == "undated":
            return LATEST, number
        return 2 * want["day"] + (want["kind"] == "plain"), number

    def served(self):
        """{number: day of its last piece, None where there is none}"""
        pieces = [TODAY] * self.bare + self.arrivals
        result = {}
        for number in self.order:
            lacking = self.wants[number]["quantity"] - self.labels.count(number)
            mine, pieces = pieces[:lacking], pieces[lacking:]
            if len(mine) < lacking:
                result[number] = None
            else:
                result[number] = max(mine, default=TODAY)
        return result

    def is_late(self, number):
        day = self.served()[number]
        return day is None or day > self.wants[number]["day"]

    def relabel(self, loser, taker):
        self.labels[self.labels.index(loser)] = taker

    def grab(self, taker):
        """One more piece for a promise; False where nobody can spare one."""
        behind = self.order[: self.order.index(taker) : -1]
        for forced in (False, True):
            if forced and not (self.wants[taker]["by_hand"] and self.is_late(taker)):
                return False
            for loser in behind:
                if self.labels.count(loser) <= self.wants[loser]["firm"]:
                    continue
                self.relabel(loser, taker)
                if (
                    forced
                    or self.wants[loser]["kind"] == "undated"
                    or not self.is_late(loser)
                ):
                    return True
                self.labels[self.labels.index(taker)] = loser
        return False

    def take(self, taker, quantity):
        taken = 0
        while (
            taken < quantity
            and self.labels.count(taker) < self.wants[taker]["quantity"]
            and self.grab(taker)
        ):
            taken += 1
        return taken

    def settle(self):
        for number in self.order:
            if self.wants[number]["kind"] == "promise":
                while self.is_late(number) and self.grab(number):
                    pass


# -- both ------------------------------------------------------------------------------


@random_cases(1200)
@given(worlds())
def test_everybody_is_served_on_the_day_of_their_last_piece(world):
    assert pegging_of(world).days() == Shelf(world).served()


@random_cases(1200)
@given(worlds(), st.data())
def test_a_promise_takes_what_others_can_spare(world, data):
    number = data.draw(st.sampled_from(range(len(world["wants"]))))
    quantity = data.draw(amounts)
    pegging, shelf = pegging_of(world), Shelf(world)
    before = reserved_in(pegging)
    taken = pegging.take(number, quantity)
    if world["wants"][number]["kind"] != "promise":
        assert not taken
        return
    expected = shelf.take(number, quantity)
    event("takes" if expected else "takes nothing")
    assert sum(part for __, part in taken) == expected
    after = reserved_in(pegging)
    assert after == {key: shelf.labels.count(key) for key in after}
    assert sum(after.values()) == sum(before.values()) <= world["shelf"]


@random_cases(1200)
@given(worlds())
def test_who_is_late_in_the_end(world):
    pegging, shelf = pegging_of(world), Shelf(world)
    before = reserved_in(pegging)
    late = [
        number
        for number, want in enumerate(world["wants"])
        if want["kind"] == "promise" and shelf.is_late(number)
    ]
    assert pegging.is_late() == bool(late)
    moved = pegging.settle()
    shelf.settle()
    event("moved" if moved else "as it was")
    assert pegging.days() == shelf.served()
    after = reserved_in(pegging)
    for number, want in enumerate(world["wants"]):
        assert after[number] >= min(want["firm"], before[number])
    for taker, loser, quantity in moved:
        assert quantity > 0
        assert world["wants"][taker]["kind"] == "promise"
        assert shelf.turn(taker) < shelf.turn(loser)
        by_hand = any(
            world["wants"][each]["by_hand"]
            for each, other, __ in moved
            if other == loser
        )
        if world["wants"][loser]["kind"] != "undated" and not by_hand:
            assert not shelf.is_late(loser)
