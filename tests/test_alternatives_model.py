# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Alternatives against the model that tries every hour: each one stands for its line
while all other lines stay as they were promised, and only sooner ones are offered."""

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

import brute_force as brute  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.alternatives import find_alternatives  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402
from test_promising_model import (  # noqa: E402
    IDS,
    PLACES,
    PRODUCTS,
    Engine,
    asks,
    random_cases,
    worlds,
)


def line(ask):
    return Line(
        warehouse_id=PLACES[ask.place],
        components=tuple(Component(IDS[p], ratio) for p, ratio in ask.parts),
        quantity=ask.quantity,
        step=ask.step,
        requested=ask.requested,
        lead_days=ask.lead,
        transit_days=ask.transit,
        split=ask.split,
    )


@random_cases(500)
@given(st.data())
def test_what_is_offered_is_sooner_and_can_be_met(data):
    world = data.draw(worlds())
    wanted = data.draw(st.lists(asks(world), min_size=1, max_size=3))
    engine = Engine(world)
    confirmations = engine.confirm(wanted)
    options = []
    for index, ask in enumerate(wanted):
        options += [
            (index, ask._replace(place=place))
            for place in sorted(world.places)
            if place != ask.place
        ]
        product = data.draw(st.sampled_from(PRODUCTS))
        ratio = data.draw(st.sampled_from([1, 2, 0.5]))
        options.append(
            (index, ask._replace(parts=((product, 1),), quantity=ask.quantity * ratio))
        )
    before = {key: dict(t.demands()) for key, t in engine.timelines.items()}
    found = {
        number: arrival
        for number, __, arrival in find_alternatives(
            confirmations,
            [(index, line(ask)) for index, ask in options],
            engine.timelines,
            engine.schedules,
        )
    }
    after = {key: dict(t.demands()) for key, t in engine.timelines.items()}
    for key, demands in before.items():
        for day in demands.keys() | after[key].keys():
            change = demands.get(day, 0) - after[key].get(day, 0)
            assert abs(change) < brute.SMALL, "looking has changed what is known"
    names = {number: name for name, number in IDS.items()}
    places = {number: name for name, number in PLACES.items()}
    for number, (index, ask) in enumerate(options):
        world.promised = [
            (
                names[claim.product_id],
                places[claim.warehouse_id],
                world.places[places[claim.warehouse_id]].date(claim.at),
                claim.quantity,
            )
            for other, confirmation in enumerate(confirmations)
            if other != index
            for claim in confirmation.claims
        ]
        world._cache.clear()
        arrival = world.reply(ask).promised
        own = confirmations[index].promised
        sooner = arrival is not None and (own is None or arrival < own)
        event("offered" if sooner else "not offered")
        assert found.get(number) == (arrival if sooner else None)


def test_only_what_is_sooner_is_offered():
    """Here in 5 days; elsewhere today, in 5 days, or too little."""
    now = brute.datetime(2026, 12, 1, 9)
    day = now.date().toordinal()
    timelines = {(1, place): Timeline(0, day) for place in (1, 2, 3, 4)}
    timelines[1, 1].add_supply(day + 5, 10)
    timelines[1, 2].add_supply(day, 10, now)
    timelines[1, 3].add_supply(day + 5, 10)
    timelines[1, 4].add_supply(day, 7)
    schedules = dict.fromkeys((1, 2, 3, 4), Schedule(now, brute.ZoneInfo("UTC")))
    wanted = Line(1, (Component(1, 1.0),), 8)
    confirmations = allocate([wanted], timelines, schedules)
    options = [(0, wanted._replace(warehouse_id=place)) for place in (2, 3, 4)]
    found = find_alternatives(confirmations, options, timelines, schedules)
    assert [(number, arrival) for number, __, arrival in found] == [(0, now)]


def test_what_the_line_itself_was_given_is_free_for_its_alternative():
    now = brute.datetime(2026, 12, 1, 9)
    day = now.date().toordinal()
    timelines = {(1, 1): Timeline(10, day), (2, 1): Timeline(0, day)}
    timelines[2, 1].add_supply(day + 5, 10)
    schedules = {1: Schedule(now, brute.ZoneInfo("UTC"))}
    kit = Line(1, (Component(1, 1.0), Component(2, 1.0)), 8)
    confirmations = allocate([kit], timelines, schedules)
    instead = [(0, Line(1, (Component(1, 1.0),), 8))]
    found = find_alternatives(confirmations, instead, timelines, schedules)
    assert [arrival for __, __, arrival in found] == [now]
