# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Promises of a part in backorder processing, against a statement of the rules that
counts every day and shares nothing with the addon."""

from datetime import timezone

from hypothesis import event, given
from hypothesis import strategies as st

# It makes the addons' plain Python known to what follows.
from test_backorder_model import (
    DAYS,
    FIRST,
    NOW,
    PLACE,
    day_of,
    days,
    moment,
    random_cases,
)

# isort: split

from processing.parts import is_never_worse
from processing.strategies import STRATEGIES, Demand, Processing
from promising.allocation import allocate
from promising.schedule import Schedule
from promising.timeline import Timeline
from promising.values import Claim, Component, Line

PRODUCT = 1
amounts = st.integers(1, 8)


@st.composite
def wishes(draw):
    """A demand of which a part will do, or only the whole; with what it has now."""
    partial = draw(st.sampled_from([True, True, False]))
    quantity = draw(amounts)
    has = draw(st.one_of(st.none(), days, days, days))
    part = draw(st.integers(1, quantity)) if partial else quantity
    return {
        "strategy": draw(st.sampled_from(STRATEGIES)),
        "partial": partial,
        "quantity": quantity,
        "wanted": draw(st.one_of(st.none(), days)) or 0,
        # (quantity, day) that it has
        "has": None if has is None else (part, has),
        "keeps": partial and has is not None and draw(st.booleans()),
    }


@st.composite
def worlds(draw):
    events = st.lists(st.tuples(days, amounts), max_size=5)
    return {
        "on_hand": draw(st.integers(0, 14)),
        "supply": draw(events),
        "others": draw(events),
        "demands": draw(st.lists(wishes(), min_size=1, max_size=6)),
        "rest": draw(st.booleans()),
    }


def asked_for(wish):
    """What stands on the shelf's account: an order asks for the whole."""
    part, day = wish["has"]
    return (wish["quantity"] if wish["keeps"] else part), day


# -- the addon's answer ---------------------------------------------------------------


def demand_of(number, wish):
    line = Line(
        PLACE,
        (Component(PRODUCT, 1.0),),
        wish["quantity"],
        requested=moment(wish["wanted"]) if wish["wanted"] else None,
        partial=wish["partial"] and not wish["keeps"],
    )
    has = wish["has"]
    claims = ()
    if has:
        quantity, day = asked_for(wish)
        claims = (Claim(PRODUCT, PLACE, quantity, FIRST + day, moment(day)),)
    return Demand(
        key=number,
        strategy=wish["strategy"],
        lines=(line,),
        before=(moment(has[1]) if has else None,),
        parts=(
            (((moment(has[1]), has[0]),) if has else (),) if wish["partial"] else ()
        ),
        keeps=wish["keeps"],
        claims=claims,
        rank=(number,),
    )


def processed(world):
    """({number: (quantity, day) or None}, outcomes, timeline) by the addon."""
    timeline = Timeline(world["on_hand"], FIRST)
    for day, quantity in world["supply"]:
        timeline.add_supply(FIRST + day, quantity, moment(day))
    for day, quantity in world["others"]:
        timeline.add_demand(FIRST + day, quantity)
    demands = [demand_of(number, wish) for number, wish in enumerate(world["demands"])]
    outcomes = Processing(
        {(PRODUCT, PLACE): timeline},
        {PLACE: Schedule(NOW, timezone.utc)},
        allocate,
        rest=world["rest"],
    ).run(demands)
    found = {}
    for demand in demands:
        [date], [quantity] = (
            outcomes[demand.key].after(demand),
            outcomes[demand.key].quantities(demand),
        )
        found[demand.key] = None if date is None else (quantity, day_of(date))
    return found, outcomes, timeline


# -- the rules, by counting every day -------------------------------------------------


class Shelf:
    """What is there at the end of each day."""

    def __init__(self, world):
        self.balance = [world["on_hand"]] * DAYS
        for day, quantity in world["supply"]:
            self.change(day, quantity)
        for day, quantity in world["others"]:
            self.change(day, -quantity)

    def change(self, day, quantity):
        for each in range(day, DAYS):
            self.balance[each] += quantity

    def fits(self, quantity, day):
        return min(self.balance[day:]) >= quantity

    def first(self, quantity, start):
        return next((d for d in range(start, DAYS) if self.fits(quantity, d)), None)

    def best(self, most, start, partial):
        """(quantity, day): the whole, else the largest part; as early as possible."""
        for quantity in range(most, 0 if partial else most - 1, -1):
            day = self.first(quantity, start)
            if day is not None:
                return quantity, day
        return None


def is_better(new, old):
    return new[0] > old[0] or (new[0] == old[0] and new[1] < old[1])


def by_the_rules(world):
    shelf, result = Shelf(world), {}
    queue = sorted(
        enumerate(world["demands"]),
        key=lambda pair: (STRATEGIES.index(pair[1]["strategy"]), pair[0]),
    )
    for __, wish in queue:
        if wish["has"] and (wish["keeps"] or wish["strategy"] == "gain"):
            quantity, day = asked_for(wish)
            shelf.change(day, -quantity)
    for number, wish in queue:
        has, strategy = wish["has"], wish["strategy"]
        if wish["keeps"]:
            result[number] = kept_or_whole(shelf, wish)
            continue
        if strategy in ("fill", "lose"):
            if has is None or (strategy == "lose" and not world["rest"]):
                new = None
            elif shelf.fits(*has):
                new = has
            else:
                new = shelf.best(has[0], max(has[1], wish["wanted"]), wish["partial"])
        elif has is None or strategy != "gain":
            new = shelf.best(wish["quantity"], wish["wanted"], wish["partial"])
            no_better = new is None or (has is not None and not is_better(new, has))
            if has is not None and no_better and shelf.fits(*has):
                new = has
        else:
            shelf.change(has[1], has[0])
            new = shelf.best(wish["quantity"], wish["wanted"], wish["partial"])
            # in one delivery: all of it must be there no later than what it has
            if new is None or not is_better(new, has) or new[1] > has[1]:
                new = has
        result[number] = new
        if new:
            shelf.change(new[1], -new[0])
    return result


def kept_or_whole(shelf, wish):
    """An order of which a part is promised."""
    quantity, day = asked_for(wish)
    if wish["strategy"] in ("fill", "lose"):
        return wish["has"]
    shelf.change(day, quantity)
    found = shelf.first(quantity, wish["wanted"])
    if found is None or (wish["strategy"] == "gain" and found > wish["has"][1]):
        shelf.change(day, -quantity)
        return wish["has"]
    shelf.change(found, -quantity)
    return quantity, found


# -- properties -----------------------------------------------------------------------


@random_cases(2000)
@given(worlds())
def test_every_part_is_that_of_the_rules_counted_by_hand(world):
    found, outcomes, __ = processed(world)
    for number, wish in enumerate(world["demands"]):
        if wish["partial"] and not outcomes[number].kept:
            event(f"{wish['strategy']} gets something else")
    assert found == by_the_rules(world)


@random_cases(500)
@given(worlds())
def test_gain_never_has_less_nor_later_and_fill_never_more(world):
    found, __, __ = processed(world)
    for number, wish in enumerate(world["demands"]):
        has, after = wish["has"], found[number]
        if has is None or wish["keeps"]:
            continue
        if wish["strategy"] == "gain":
            assert after[0] >= has[0]
            assert after[1] <= has[1]
        elif wish["strategy"] in ("fill", "lose") and after:
            assert after[0] <= has[0]
            assert after[1] >= has[1]


@random_cases(500)
@given(worlds())
def test_no_more_is_promised_than_was_covered_before(world):
    found, __, __ = processed(world)
    before, after = Shelf(world), Shelf(world)
    for number, wish in enumerate(world["demands"]):
        if wish["has"]:
            quantity, day = asked_for(wish)
            before.change(day, -quantity)
        if found[number]:
            quantity, day = found[number]
            if wish["keeps"]:
                quantity = wish["quantity"]
            after.change(day, -quantity)
    for day in range(DAYS):
        assert after.balance[day] >= min(before.balance[day], 0), day


@random_cases(300)
@given(worlds())
def test_win_is_kept_with_the_whole_on_its_day_alone(world):
    found, outcomes, __ = processed(world)
    for number, wish in enumerate(world["demands"]):
        if wish["strategy"] == "win" and not wish["keeps"]:
            whole = (wish["quantity"], wish["wanted"])
            met = found[number] is not None and (
                found[number][0] == whole[0] and found[number][1] <= whole[1]
            )
            assert outcomes[number].unmet != met


def test_who_gets_more_but_later_may_be_worse_off():
    def day(__, date):
        return date

    six_now, ten_later, both = ((0, 6),), ((9, 10),), ((0, 6), (9, 4))
    assert is_never_worse([six_now], [both], day)
    assert not is_never_worse([six_now], [ten_later], day)
    assert not is_never_worse([both], [six_now], day)
