# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amounts that are divided, and the sum of what customers pay, against counting all
cases."""

import itertools
import random
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "addons" / "account_stock_promise"))

from cash.chances import chance_by  # noqa: E402
from cash.fan import LEVELS, Item, divided, fan  # noqa: E402
from cash.shares import matrix, share  # noqa: E402
from cash.slices import (  # noqa: E402
    OPEN,
    PAID,
    Billed,
    Delivery,
    Invoice,
    Line,
    Settlement,
    cut,
)


def _all_cases(items, together):
    """{cents: probability} of one week, by counting what every customer may do."""
    total = {0: 1.0}
    for customer in dict.fromkeys(item.customer for item in items):
        own = [item for item in items if item.customer == customer]
        one = {}
        for paid in itertools.product((0, 1), repeat=len(own)):
            odds = 1 - together if len(own) > 1 else 1.0
            for item, yes in zip(own, paid, strict=True):
                odds *= item.chance(0) if yes else 1 - item.chance(0)
            value = sum(item.amount * yes for item, yes in zip(own, paid, strict=True))
            one[value] = one.get(value, 0) + odds
        if len(own) > 1:
            steps = 1000
            for number in range(steps):
                place = (number + 0.5) / steps
                value = sum(
                    item.amount for item in own if item.upto[0] < place < item.upto[1]
                )
                one[value] = one.get(value, 0) + together / steps
        total = {
            key: sum(
                chance * one.get(key - value, 0) for value, chance in total.items()
            )
            for key in {a + b for a in total for b in one}
        }
    return total


def _quantile(values, level):
    upto = 0.0
    for value in sorted(values):
        upto += values[value]
        if upto >= level - 1e-9:
            return value
    return max(values)


@pytest.mark.parametrize("together", [0.0, 0.2, 1.0])
def test_the_fan_is_what_counting_all_cases_gives(together):
    chance = random.Random(7)
    for _case in range(30):
        items = []
        for customer in range(chance.randint(1, 3)):
            for _item in range(chance.randint(1, 3)):
                start = chance.randint(0, 9) / 10
                end = chance.randint(int(start * 10), 10) / 10
                items.append(Item(customer, chance.randint(1, 9) * 100, (start, end)))
        (week,) = fan(items, 1, together)
        cases = _all_cases(items, together)
        assert sum(cases.values()) == pytest.approx(1)
        for level, told in zip(LEVELS, week.expected, strict=True):
            # on an edge, where rounding decides, both values are right
            near = {_quantile(cases, level + shift) for shift in (-1e-6, 0, 1e-6)}
            assert told in near


def test_one_invoice_can_be_followed_by_hand():
    """70 % in this week: less than that is nothing in one of ten cases, all in half."""
    (week,) = fan([Item("a", 10000, (0.0, 0.7), due=0)], 1)
    assert (week.due, week.expected) == (10000, (0, 10000, 10000))
    assert week.mean == pytest.approx(7000)


def test_what_goes_together_spreads_further():
    items = [Item("a", 100, (0.0, 0.5)) for _n in range(8)]
    (alone,) = fan(items, 1, 0.0)
    (joint,) = fan(items, 1, 1.0)
    assert alone.expected == (200, 400, 600)
    assert joint.expected == (0, 0, 800)


def test_many_small_customers_are_as_good_as_counted():
    """Each pays 100 or nothing: the binomial distribution of 400 cases."""
    items = [Item(number, 100, (0.0, 0.3)) for number in range(400)]
    (week,) = fan(items, 1)
    low, middle, high = week.expected
    # 120 on average, with a deviation of 9.2
    assert abs(low - 10800) <= 150
    assert abs(middle - 12000) <= 150
    assert abs(high - 13200) <= 150


def test_what_is_divided_adds_up():
    chance = random.Random(3)
    for _case in range(200):
        count = chance.randint(1, 6)
        items = [
            Item(n, chance.randint(1, 999), (0.0, chance.random()))
            for n in range(count)
        ]
        amount = chance.randint(0, 5000)
        assert sum(divided(items, 0, amount)) == amount


def test_rows_and_columns_add_up():
    chance = random.Random(4)
    for _case in range(300):
        rows = [chance.randint(-500, 900) for _n in range(chance.randint(1, 5))]
        columns = [chance.randint(0, 900) for _n in range(chance.randint(1, 5))]
        columns[-1] += sum(rows) - sum(columns)
        cells = matrix(rows, columns)
        assert [sum(row) for row in cells] == rows
        assert [sum(column) for column in zip(*cells, strict=True)] == columns
    assert share(100, [1, 1, 1]) == [33, 34, 33]
    with pytest.raises(ValueError, match="rows are 5"):
        matrix([5], [4])


def test_chances_grow_from_nothing_to_all():
    for today in (None, 5, 12):
        chances = [chance_by(day, 10, 20, today) for day in range(-60, 300)]
        assert chances == sorted(chances)
        assert chances[0] < 0.001
        assert chances[-1] > 0.999
    assert chance_by(10, 10, 20) == pytest.approx(0.5)
    assert chance_by(20, 10, 20) == pytest.approx(0.9)
    assert chance_by(4, 10, 20, today=5) == 0.0
    assert chance_by(10, 10, 20, today=5) == pytest.approx(0.5)
    # two dates that are one: nearly all of it on that day
    assert chance_by(10, 10, 10) == pytest.approx(0.5)
    assert chance_by(11, 10, 10) > 0.93


def test_a_line_is_cut_where_its_delivery_or_its_invoice_changes():
    """Ten units for 100.00: four and six delivered, five and five invoiced, the first
    invoice half paid. Written out in docs/cash.md."""
    million = 1_000_000
    first, second = Delivery(4 * million, 1, 2), Delivery(6 * million, 5, 6)
    billed = (Billed(11, 1, 5 * million, 5000), Billed(21, 2, 5 * million, 5000))
    invoices = {
        1: Invoice(
            3,
            {11: 5000},
            (Settlement(101, 33, 2500, PAID, 30), Settlement(101, 33, 2500, OPEN)),
        ),
        2: Invoice(7, {21: 5000}, (Settlement(201, 37, 5000, OPEN),)),
    }
    line = Line(10 * million, 10000, (first, second), (), billed)
    found = [
        (
            one.quantity // million,
            one.delivery.shipped,
            one.billed.invoice,
            one.settlement.outcome,
            one.ordered,
            one.invoiced,
        )
        for one in cut(line, invoices)
    ]
    assert found == [
        (4, 1, 1, PAID, 2000, 2000),
        (0, 1, 1, OPEN, 2000, 2000),
        (1, 5, 1, PAID, 500, 500),
        (0, 5, 1, OPEN, 500, 500),
        (5, 5, 2, OPEN, 5000, 5000),
    ]
