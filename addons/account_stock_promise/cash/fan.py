"""What will come in by week, and how sure that is.

Each item (an open instalment, a delivery that is not invoiced, a promised delivery) has
a chance of being paid in each week. A customer's items are not independent of one
another: who is short of money, or away, pays all of them late. With a probability of
``TOGETHER`` a customer's items go together (all of them as late as the same share of
such items), otherwise each goes its own way. Customers are independent of one another.

The sums of the customers' distributions are computed, not drawn: the same items give
the same fan. The customers that matter most are added exactly, value by value; the many
small ones by the mean, variance and skewness of their sum. Amounts are whole cents.
"""

import math
from statistics import NormalDist
from typing import NamedTuple

from .shares import share

#: the shares of the fan: the cautious end, the middle, the hopeful end
LEVELS = (0.1, 0.5, 0.9)
#: how often all items of a customer are early or late together
TOGETHER = 0.2
#: customers that are added exactly, in each week
EXACT = 12
#: items of one customer up to which all combinations are counted
COMBINED = 8
#: values that are kept apart, of one customer and of all
KEPT_OF_ONE = 12
KEPT_OF_ALL = 300
#: points that stand for the many small customers
POINTS = 25
_NORMAL = NormalDist()
_TINY = 1e-12


class Item(NamedTuple):
    """Something that is to be paid.

    :param customer: who pays; any hashable value
    :param amount: cents, more than 0
    :param upto: the chance that it is paid before each week begins, and at last before
        the end of the last one: one more than weeks, never falling
    :param due: the number of the week in which it is due on paper; None: in none
    """

    customer: object
    amount: int
    upto: tuple
    due: int | None = None

    def chance(self, week):
        return self.upto[week + 1] - self.upto[week]


class Week(NamedTuple):
    """Cents of one week: due on paper, expected, and the mean."""

    due: int
    expected: tuple
    mean: float


class Spread(NamedTuple):
    """Mean, variance and third central moment of a sum."""

    mean: float
    variance: float
    third: float


def fan(items, weeks, together=TOGETHER, beside=None, levels=LEVELS):
    """[:class:`Week`] of some items.

    :param beside: [:class:`Spread`] of what else comes in each week, independent of the
        items; None: nothing
    """
    by_customer = {}
    for item in items:
        by_customer.setdefault(item.customer, []).append(item)
    found = []
    for week in range(weeks):
        due = sum(item.amount for item in items if item.due == week)
        active = [
            [one for one in own if one.chance(week) > _TINY]
            for own in by_customer.values()
        ]
        active = [own for own in active if own]
        extra = beside[week] if beside else None
        mean = math.fsum(
            item.amount * item.chance(week) for own in active for item in own
        )
        expected = _quantiles(active, week, together, extra, levels)
        found.append(Week(due, expected, mean + (extra.mean if extra else 0.0)))
    return found


def divided(items, week, amount):
    """[cents]: how much of the week's ``amount`` each item stands for, in proportion to
    what is expected of it on average. They add up to the amount."""
    # whole numbers, so that the running totals are exact
    weights = [round(item.amount * item.chance(week) * 10_000) for item in items]
    if not any(weights):
        return [0] * len(items)
    return share(amount, weights)


# -- the sum of the customers ----------------------------------------------------------


def _quantiles(active, week, together, extra, levels):
    spreads = [_spread(own, week, together) for own in active]
    order = sorted(range(len(active)), key=lambda n: -spreads[n].variance)
    total, rest = {0: 1.0}, []
    for position, number in enumerate(order):
        own = active[number]
        if position < EXACT and (len(own) <= COMBINED or len(active) == 1):
            one = _distribution(own, week, together)
            total = _thinned(_added(total, one), KEPT_OF_ALL)
        else:
            rest.append(spreads[number])
    if extra:
        rest.append(extra)
    if rest:
        ceiling = sum(item.amount for own in active for item in own)
        points = _points(rest, math.inf if extra else ceiling)
        total = _thinned(_added(total, points), KEPT_OF_ALL)
    return tuple(_at(total, level) for level in levels)


def _at(values, level):
    """The smallest value up to which there is that much probability."""
    upto = 0.0
    for value in sorted(values):
        upto += values[value]
        if upto >= level - 1e-9:
            return round(value)
    return round(max(values))


def _added(first, second):
    total = {}
    for one, chance in first.items():
        for other, odds in second.items():
            value = one + other
            total[value] = total.get(value, 0.0) + chance * odds
    return total


def _thinned(values, count):
    """At most so many values, with the same mean: what lies between two places is
    divided between them."""
    if len(values) <= count:
        return values
    low, high = min(values), max(values)
    step = (high - low) / (count - 1)
    kept = {}
    for value, chance in values.items():
        place = (value - low) / step
        left = min(int(place), count - 2)
        part = place - left
        for number, odds in ((left, (1 - part) * chance), (left + 1, part * chance)):
            if odds:
                at = low + number * step
                kept[at] = kept.get(at, 0.0) + odds
    return kept


# -- one customer ----------------------------------------------------------------------


def _distribution(own, week, together):
    """{cents: probability} that a customer pays in a week."""
    apart = {0: 1.0}
    for item in own:
        chance = item.chance(week)
        apart = _thinned(
            _added(apart, {0: 1 - chance, item.amount: chance}), KEPT_OF_ALL
        )
    if len(own) == 1:
        return apart
    mixed = {value: odds * (1 - together) for value, odds in apart.items()}
    for value, odds in _as_one(own, week):
        mixed[value] = mixed.get(value, 0.0) + odds * together
    return _thinned(mixed, KEPT_OF_ONE if len(own) > 4 else KEPT_OF_ALL)


def _as_one(own, week):
    """[(cents, probability)] where all of a customer's items are as late as the same
    share of such items."""
    edges = []
    for item in own:
        start, end = item.upto[week], item.upto[week + 1]
        edges += [(start, item.amount), (end, -item.amount)]
    edges.sort()
    value, before, found = 0, 0.0, []
    for place, change in edges:
        if place > before:
            found.append((value, place - before))
            before = place
        value += change
    if before < 1:
        found.append((0, 1 - before))
    return found


def _spread(own, week, together):
    mean = variance = third = 0.0
    for item in own:
        chance = item.chance(week)
        amount = item.amount
        mean += amount * chance
        part = amount * amount * chance * (1 - chance)
        variance += part
        third += part * amount * (1 - 2 * chance)
    if len(own) > 1 and together:
        joint = _as_one(own, week)
        squares = math.fsum(odds * (value - mean) ** 2 for value, odds in joint)
        cubes = math.fsum(odds * (value - mean) ** 3 for value, odds in joint)
        variance += together * (squares - variance)
        third += together * (cubes - third)
    return Spread(mean, variance, third)


def _points(spreads, ceiling):
    """{cents: probability}: a few values that stand for a sum of many."""
    mean = math.fsum(one.mean for one in spreads)
    variance = math.fsum(one.variance for one in spreads)
    if variance <= 0:
        return {round(mean): 1.0}
    deviation = math.sqrt(variance)
    skew = math.fsum(one.third for one in spreads) / deviation**3
    skew = min(max(skew, -1.0), 1.0)
    points = {}
    for number in range(POINTS):
        place = _NORMAL.inv_cdf((number + 0.5) / POINTS)
        # the gamma distribution's quantiles, by Cornish and Fisher to the skewness
        place += (place * place - 1) * skew / 6
        value = min(max(round(mean + deviation * place), 0), ceiling)
        points[value] = points.get(value, 0.0) + 1 / POINTS
    return points
