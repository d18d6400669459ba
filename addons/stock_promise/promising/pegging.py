"""Which supply each demand rests on, and whether what is missing can still be ordered.

Demands are served in their order, each by what arrives first. Days are ordinals.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple


class Demand(NamedTuple):
    """A quantity that leaves the shelf.

    :param key: names it in the answer; None for what nobody watches
    :param wanted: the day by which it has to be there
    :param grace: what is missing can still be ordered in time
    :param own_late: callable(quantity) -> whether so much that comes too late is on its
        way for this demand, so that nothing is to be ordered any more
    """

    key: object
    wanted: int
    quantity: float
    grace: bool = False
    own_late: object = None


class Peg(NamedTuple):
    """What a demand rests on.

    :param day: the day on which all of it is there, None where nothing known suffices
    :param ordered: all of it is on the shelf or on its way
    """

    day: int | None
    ordered: bool


def peg(on_hand, today, supplies, demands, epsilon=1e-6):
    """{key: :class:`Peg`} of the demands that have a key.

    The k-th demand is met on the first day on which cumulative supply reaches
    cumulative demand up to and including k. What one lacks and will still be ordered is
    taken from nobody that comes after it.

    :param supplies: [(day, quantity)] of what is on its way
    :param demands: [:class:`Demand`] in the order in which they are served
    """
    totals, days = [on_hand], [today]
    for day, quantity in sorted(supplies):
        totals.append(totals[-1] + quantity)
        days.append(max(day, today))
    needed, to_order, found = 0.0, 0.0, {}
    for demand in demands:
        needed += demand.quantity
        index = bisect_left(totals, needed - to_order - epsilon)
        day = days[index] if index < len(days) else None
        ordered = day is not None
        if demand.grace and (day is None or day > demand.wanted):
            by_then = totals[max(bisect_right(days, demand.wanted) - 1, 0)]
            missing = min(needed - to_order - by_then, demand.quantity)
            if day is None or not demand.own_late(missing):
                to_order += missing
                day, ordered = demand.wanted, False
        if demand.key is not None:
            found[demand.key] = Peg(day, ordered)
    return found
