# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The planning time fence against the second opinion on buying, making and bringing:
what is still to be ordered is there on the day the fence ends, or later."""

import sys
from datetime import timedelta
from pathlib import Path

from hypothesis import event, given, note
from hypothesis import strategies as st

sys.path[:0] = [str(Path(__file__).resolve().parent)]

import test_replenish_model as model  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.replenish import Planner  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402


def possible(world, key, quantity, day, fence):
    """As :func:`test_replenish_model.possible`; nothing new arrives inside the fence,
    at any level."""
    if day < 0:
        return False
    ahead = model.balances(world.goods[key])[day:]
    missing = quantity - min(ahead)
    if missing <= model.SMALL:
        return True
    way = world.goods[key].way
    if way is None:
        return False
    lasts = next(n for n, there in enumerate(ahead) if there < quantity - model.SMALL)
    arrival = day + lasts
    if arrival < fence:
        return False
    start = arrival - way.takes(missing)
    return start >= 0 and all(
        possible(world, part, missing * ratio, start, fence)
        for part, ratio in world.parts(key).items()
    )


def promise(world, ask, fence):
    schedules = {
        id_: Schedule(model.NOW, model.timezone.utc) for id_ in model.PLACES.values()
    }
    timelines, options = {}, {}
    for key, goods in world.goods.items():
        timeline = timelines[model.ids(key)] = Timeline(goods.on_hand, model.TODAY)
        for day, quantity in goods.supplies:
            moment = model.NOW + timedelta(days=day)
            timeline.add_supply(model.TODAY + day, quantity, moment)
        for day, quantity in goods.demands:
            timeline.add_demand(model.TODAY + day, quantity)
        if goods.way:
            options[model.ids(key)] = model.option(world, key)
    planner = Planner(timelines, schedules, options)
    planner.fence = fence
    line = Line(
        model.PLACES[ask.place],
        (Component(model.IDS[ask.product], 1.0),),
        ask.quantity,
        requested=model.NOW + timedelta(days=ask.day) if ask.day else None,
    )
    (confirmation,) = allocate([line], timelines, schedules, planner=planner)
    return confirmation


@model.random_cases(1000)
@given(st.data())
def test_no_day_is_later_than_the_fence_makes_it(data):
    world = data.draw(model.worlds(model.TREE, served=True))
    ask = data.draw(model.asks(requests=True))
    fence = data.draw(st.integers(0, 15))
    note(f"{world=} {ask=} {fence=}")
    confirmation = promise(world, ask, fence)
    key = ask.product, ask.place
    days = range(ask.day or 0, model.LAST)
    expected = next(
        (day for day in days if possible(world, key, ask.quantity, day, fence)), None
    )
    if expected is None:
        event("no date")
        assert confirmation.promised is None
        return
    event("replenished" if confirmation.planned else "from what is known")
    assert confirmation.promised == model.NOW + timedelta(days=expected)
    for claim in confirmation.planned:
        if claim.quantity < 0:
            assert claim.day >= model.TODAY + fence
    model.check_recipes(world, confirmation)
    model.check_nobody_goes_short(world, [confirmation])
