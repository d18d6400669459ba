# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which supply a demand rests on, by examples, and against serving unit by unit."""

import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "addons" / "stock_promise"))

from promising.pegging import Demand, Peg, peg  # noqa: E402


def days(on_hand, supplies, *demands):
    return {key: found.day for key, found in peg(on_hand, 0, supplies, demands).items()}


def test_demand_is_served_in_its_order():
    demands = (Demand(key, 0, 3) for key in "abc")
    assert days(4, [(3, 4)], *demands) == {"a": 0, "b": 3, "c": None}


def test_what_can_still_be_ordered_is_in_time_and_takes_nothing_from_others():
    first = Demand("a", 60, 10, True, lambda missing: False)
    found = peg(0, 0, [(80, 10)], [first, Demand("b", 80, 10)])
    assert found == {"a": Peg(60, False), "b": Peg(80, True)}


def test_what_was_ordered_for_it_is_waited_for_however_late():
    own = Demand("a", 60, 10, True, lambda missing: missing <= 10)
    assert peg(0, 0, [(80, 10)], [own]) == {"a": Peg(80, True)}
    assert peg(0, 0, [(55, 10)], [own]) == {"a": Peg(55, True)}
    assert peg(0, 0, [], [own]) == {"a": Peg(60, False)}


def test_only_what_is_missing_is_to_be_ordered():
    asked = []
    own = Demand("a", 5, 10, True, asked.append)
    assert peg(4, 0, [(9, 20)], [own]) == {"a": Peg(5, False)}
    assert asked == [6]


def test_what_holds_are_to_order_is_there_for_whoever_is_short():
    first = Demand("a", 5, 8, True, lambda missing: False)
    second = Demand("b", 20, 2)
    found = peg(0, 0, [(1, 7)], [first, second], planned=[(5, 8)])
    assert found == {"a": Peg(5, False), "b": Peg(20, False)}
    # not before it is there, and not more of it than there is
    found = peg(0, 0, [], [Demand("b", 2, 2), Demand("c", 9, 7)], planned=[(5, 8)])
    assert found == {"b": Peg(5, False), "c": Peg(None, False)}
    # what is known is taken first where it is as soon
    found = peg(0, 0, [(5, 2)], [Demand("b", 2, 2)], planned=[(5, 8)])
    assert found == {"b": Peg(5, True)}


def test_against_serving_unit_by_unit():
    chance = random.Random(5)
    for __ in range(2000):
        on_hand = chance.randrange(6)
        supplies = [(chance.randrange(12), chance.randrange(1, 6)) for __ in range(3)]
        demands = [
            Demand(
                number,
                chance.randrange(12),
                chance.randrange(1, 6),
                chance.random() < 0.4,
                lambda missing: False,
            )
            for number in range(5)
        ]
        demands.sort(key=lambda demand: demand.wanted)
        units = [0] * on_hand
        for day, quantity in sorted(supplies):
            units += [day] * quantity
        found = peg(on_hand, 0, supplies, demands)
        for demand in demands:
            if demand.grace:
                there = sum(
                    1 for day in units[: demand.quantity] if day <= demand.wanted
                )
                expected = Peg(demand.wanted, there == demand.quantity)
                if there == demand.quantity:
                    expected = Peg(units[there - 1], True)
                units = units[there:]
            elif len(units) >= demand.quantity:
                expected = Peg(units[demand.quantity - 1], True)
                units = units[demand.quantity :]
            else:
                expected = Peg(None, False)
                units = []
            assert found[demand.key] == expected, (on_hand, supplies, demands)
            if expected.day is None:
                break  # what comes after is short by what this one lacks, too
