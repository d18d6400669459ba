# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The planning time fence against the second opinion on buying, making and bringing:
what is still to be ordered is there on the day the fence ends, or later. And all rules
of a company's policy at once: whatever is promised keeps each of them."""

import sys
from datetime import timedelta
from pathlib import Path

from hypothesis import event, given, note
from hypothesis import strategies as st

sys.path[:0] = [str(Path(__file__).resolve().parent)]

import brute_force as brute  # noqa: E402
import pytest  # noqa: E402
import test_allocation_model as shares  # noqa: E402
import test_promising_model as lines  # noqa: E402
import test_replenish_model as model  # noqa: E402
from promising.allocation import allocate  # noqa: E402
from promising.allocation_rules import Allocation, Customer, Rule  # noqa: E402
from promising.replenish import Planner  # noqa: E402
from promising.schedule import Schedule  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Confirmation, Line  # noqa: E402


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
    # What is on the shelf before is others': what is ordered has to be there itself.
    if day < fence:
        return False
    start = day - way.takes(missing)
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
        timeline = timelines[model.ids(key)] = Timeline(
            goods.on_hand, model.TODAY, precision=1e-6
        )
        for day, quantity in goods.supplies:
            moment = model.NOW + timedelta(days=day)
            timeline.add_supply(model.TODAY + day, quantity, moment)
        for day, quantity in goods.demands:
            timeline.add_demand(model.TODAY + day, quantity)
        if goods.way:
            schedule = schedules[model.PLACES[key[1]]]
            options[model.ids(key)] = model.option(world, key, schedule)
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


@model.random_cases(700)
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


@model.random_cases(500)
@given(st.data())
def test_whatever_is_promised_keeps_every_rule(data):
    """Quotas, protected quantities, safety stock, horizon, limits, parts: together."""
    world = data.draw(lines.dribbling_worlds())
    for key, goods in world.goods.items():
        world.goods[key] = goods._replace(safety=data.draw(st.integers(0, 3)) / 2)
    told = data.draw(shares.shares(world))
    shop, sold = shares.Shop(world, told), shares.Market(world, told)
    one_delivery = data.draw(st.booleans())
    for __ in range(data.draw(st.integers(1, 2))):
        who = data.draw(shares.customers)
        horizon = data.draw(st.none() | st.integers(2, 20))
        partial = data.draw(st.booleans())
        wanted = [
            ask._replace(
                split=not one_delivery,
                step=0.5,
                horizon=horizon,
                partial=partial,
                most=0 if one_delivery else data.draw(st.integers(0, 3)),
                least=0 if one_delivery else data.draw(st.sampled_from([0, 1, 2])),
                first=min(data.draw(st.sampled_from([0, 0, 2])), ask.quantity),
            )
            for ask in data.draw(
                st.lists(lines.asks(world), min_size=1, max_size=2, unique=True)
            )
        ]
        note(f"{world.goods=} {told=} {who=} {wanted=} {one_delivery=}")
        confirmations = shop.ask(who, wanted, one_delivery)
        for ask, confirmation in zip(wanted, confirmations, strict=True):
            check_policy(world, ask, confirmation)
        if one_delivery:
            dates = {confirmation.promised for confirmation in confirmations}
            assert len(dates - {None}) <= 1
            assert partial or len(dates) == 1 or None not in dates
        lines.check_nobody_goes_short(world, [lines_claims(shop.claims)])
        count_as_sold(sold, who, confirmations)
    for share in told:
        if share.kind == "quota":
            places = [
                place
                for place in world.places
                if share.place in (None, place) and sold.in_force(share, place)
            ]
            taken = sum(sold.bought(share._replace(place=place)) for place in places)
            assert taken <= share.quantity + brute.SMALL, share


@pytest.mark.parametrize(
    ("most", "expected"),
    [(0, [(1, 0), (8, 7), (1, 14)]), (2, [(10, 14)]), (1, [(10, 14)])],
)
def test_what_quotas_do_not_let_out_in_time_goes_at_once(most, expected):
    """10 are there; a class may take 1 in this week and 8 in the next. In two
    deliveries, 9 next week and 1 after it would wait least, but 9 pass the quota."""
    schedule = Schedule(model.NOW, model.timezone.utc)
    timelines = {(1, 1): Timeline(10, model.TODAY)}
    weeks = [(1, 0), (8, 7)]
    quotas = [
        Rule(
            number,
            "quota",
            1,
            quantity,
            model.TODAY + day,
            model.TODAY + day + 6,
            model.TODAY + day + 7,
            1,
        )
        for number, (quantity, day) in enumerate(weeks, 1)
    ]
    rules = Allocation(Customer(1, 1))
    rules.apply(quotas, {}, timelines)
    line = Line(1, (Component(1, 1.0),), 10, split=True, max_deliveries=most)
    (confirmation,) = allocate([line], timelines, {1: schedule}, rules=rules)
    found = [
        (piece.quantity, schedule.day(piece.ship) - model.TODAY)
        for piece in confirmation.pieces
    ]
    assert found == expected
    assert confirmation.limited == bool(most)


def lines_claims(claims):
    return Confirmation(claims=tuple(claim for __, claim in claims))


def check_policy(world, ask, confirmation):
    pieces = [piece.quantity for piece in confirmation.pieces]
    if not pieces:
        event("nothing")
        assert not confirmation.claims
        return
    event("a part" if confirmation.short else "the whole")
    if confirmation.quotas and confirmation.limited:
        event("quotas and limits")
    assert sum(pieces) + confirmation.short == pytest.approx(ask.quantity)
    assert ask.partial or not confirmation.short
    assert not confirmation.short or sum(pieces) >= ask.first - brute.SMALL
    if len(pieces) > 1:
        assert len(pieces) <= (ask.most or len(pieces))
        assert min(pieces) >= ask.least - brute.SMALL
        assert pieces[0] >= ask.first - brute.SMALL
    if ask.horizon is not None:
        place = world.places[ask.place]
        days = (place.date(confirmation.promised) - place.date(world.now)).days
        assert days <= ask.horizon


def count_as_sold(sold, who, confirmations):
    names = {number: name for name, number in lines.IDS.items()}
    places = {number: name for name, number in lines.PLACES.items()}
    for confirmation in confirmations:
        for claim in confirmation.claims:
            place = places[claim.warehouse_id]
            date = sold.places[place].date(claim.at)
            sold.sold.append(
                (who, names[claim.product_id], place, date, claim.quantity)
            )
