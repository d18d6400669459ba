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


def peg(on_hand, today, supplies, demands, epsilon=1e-6, planned=()):
    """{key: :class:`Peg`} of the demands that have a key.

    The k-th demand is met on the first day on which cumulative supply reaches
    cumulative demand up to and including k. What one lacks and will still be ordered is
    taken from nobody that comes after it.

    :param supplies: [(day, quantity)] of what is on its way
    :param demands: [:class:`Demand`] in the order in which they are served
    :param planned: [(day, quantity)] that holds count on being ordered: whoever is
        short may rest on it, as in what is promised
    """
    totals, days = [on_hand], [today]
    for day, quantity in sorted(supplies):
        totals.append(totals[-1] + quantity)
        days.append(max(day, today))

    def there(day):
        return totals[max(bisect_right(days, day) - 1, 0)]

    pool = _Pool(planned)
    needed, to_order, found = 0.0, 0.0, {}
    for demand in demands:
        needed += demand.quantity
        index = bisect_left(totals, needed - to_order - epsilon)
        day = days[index] if index < len(days) else None
        ordered = day is not None
        if day is None or day > demand.wanted:
            missing = needed - to_order - there(demand.wanted)
            missing = min(missing, demand.quantity)
            if demand.grace and (day is None or not demand.own_late(missing)):
                day, ordered = demand.wanted, False
            else:
                sooner = pool.first(demand.wanted, needed - to_order - epsilon, there)
                if sooner is None or (day is not None and day <= sooner):
                    missing = 0.0
                else:
                    missing = min(needed - to_order - there(sooner), demand.quantity)
                    day, ordered = sooner, False
            to_order += missing
            pool.use(missing)
        if demand.key is not None:
            found[demand.key] = Peg(day, ordered)
    return found


class _Pool:
    """What holds count on being ordered, as far as nobody rests on it."""

    def __init__(self, planned):
        self.planned = sorted(planned)
        self.used = 0.0

    def use(self, quantity):
        self.used += quantity

    def first(self, wanted, quantity, there):
        """The first day from ``wanted`` on by which so much is there or ordered, None
        where it never is.

        :param there: callable(day) -> what is known to be there by then
        """
        total = -self.used
        for index, (day, part) in enumerate(self.planned):
            total += part
            following = self.planned[index + 1 : index + 2]
            day = max(day, wanted)
            if following and max(following[0][0], wanted) == day:
                continue
            if total > 0 and there(day) + total >= quantity:
                return day
        return None
