# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tables of docs/backorder-processing.md, read and computed."""

import re

import pytest
from test_backorder_model import (
    FIRST,
    NOW,
    PLACE,
    ROOT,
    Processing,
    Schedule,
    Timeline,
    allocate,
    day_of,
    demand_of,
    moment,
    timezone,
)

TEXT = (ROOT / "docs" / "backorder-processing.md").read_text()


def tables():
    """[[row]] of all tables, each row a list of its cells."""
    found = re.findall(r"((?:^\|.*\|\n)+)", TEXT, re.MULTILINE)
    return [
        [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in table.splitlines()
            if not set(line) <= set("|-: ")
        ]
        for table in found
    ]


SUPPLY = next(rows for rows in tables() if rows[0][0] == "day")
EXAMPLES = [rows for rows in tables() if rows[0][0] == "customer"]


def timeline():
    days, amounts = ([int(cell) for cell in row[1:]] for row in SUPPLY)
    result = Timeline(amounts[0], FIRST)
    for day, amount in zip(days[1:], amounts[1:], strict=True):
        result.add_supply(FIRST + day, amount, moment(day))
    result.add_demand(FIRST + 30, 5)
    return result


def test_the_examples_are_found():
    assert len(EXAMPLES) == 2
    assert {row[1] for row in EXAMPLES[0][1:]} == {
        "Win",
        "Gain",
        "Redistribute",
        "Fill",
        "Lose",
    }


@pytest.mark.parametrize("rows", EXAMPLES, ids=["all five", "a safe gain"])
def test_each_number_of_an_example_is_computed(rows):
    demands, expected = [], {}
    for number, row in enumerate(rows[1:]):
        customer, strategy = row[0], row[1].lower()
        priority, wanted, before, after, gained = (
            int(cell.replace("−", "-")) for cell in row[2:]
        )
        assert gained == before - after, customer
        wish = {
            "strategy": strategy,
            "quantities": {1: 10},
            "wanted": wanted,
            "before": before,
            "has": before,
            "rank": -priority,
            "stays": False,
        }
        demands.append(demand_of(number, wish))
        expected[number] = after
    outcomes = Processing(
        {(1, PLACE): timeline()}, {PLACE: Schedule(NOW, timezone.utc)}, allocate
    ).run(demands)
    assert {
        demand.key: day_of(outcomes[demand.key].after(demand)[0]) for demand in demands
    } == expected
    marked = [
        rows[1 + demand.key][0] for demand in demands if outcomes[demand.key].unmet
    ]
    assert marked == (["North"] if expected[0] == 1 else [])
