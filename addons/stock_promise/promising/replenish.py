"""Capable to promise: what is not there and not on its way can be bought, made or
brought from another warehouse.

Only the shortfall is replenished. What a replenishment is made from is promised in
turn, from its own stock, receipts and replenishment, through as many levels as there
are; what one of them was given, no other gets.
"""

from collections.abc import Callable
from typing import NamedTuple

from .values import Claim


class Option(NamedTuple):
    """How a product can be replenished in a warehouse.

    :param kind: purchase, manufacture or transfer
    :param ready: callable(start, quantity) -> when the quantity is on the shelf, for a
        start at that moment; None where it never is
    :param components: ((product, warehouse, quantity for one unit), …) that have to be
        on the shelf at the start
    :param origin: who or what replenishes, for the explanation
    """

    kind: str
    ready: Callable
    components: tuple = ()
    origin: object = None


class Planner:
    """Replenishes timelines, and takes back what turns out to be of no use.

    :param timelines: {(product, warehouse): Timeline}
    :param schedules: {warehouse: Schedule}
    :param options: {(product, warehouse): Option}
    """

    def __init__(self, timelines, schedules, options):
        self.timelines = timelines
        self.schedules = schedules
        self.options = options
        self._undo = []
        self._under_way = []

    # -- keeping and taking back ----------------------------------------------------

    def mark(self):
        return len(self._undo)

    def take_back(self, mark):
        """Undo everything planned since ``mark``."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def _demand(self, key, day, quantity):
        timeline = self.timelines[key]
        timeline.add_demand(day, quantity)
        self._undo.append(lambda: timeline.add_demand(day, -quantity))

    def _supply(self, key, day, quantity, at, option):
        timeline = self.timelines[key]
        timeline.add_supply(day, quantity, at, option.kind, option.origin)
        self._undo.append(lambda: timeline.drop_supply(day))

    # -- planning ---------------------------------------------------------------------

    def cover(self, key, quantity, day):
        """Plan what makes ``quantity`` available sooner than known supply does, if it
        is not available on ``day``.

        :return: list of :class:`~.values.Claim`: what is taken from components, and
            with a negative quantity what will be there because of it
        """
        timeline, option = self.timelines[key], self.options.get(key)
        if (
            option is None
            or key in self._under_way
            or timeline.available(day) >= quantity - timeline.epsilon
        ):
            return []
        known = timeline.earliest(quantity)
        best = self._best_shortfall(key, option, quantity)
        if best is None or (known is not None and known <= best[0]):
            return []
        first, shortfall = best
        return self._replenish(key, option, shortfall, max(day, first))[1]

    def _best_shortfall(self, key, option, quantity):
        """(day, quantity to replenish) that gives ``quantity`` soonest.

        The more is replenished the later it is ready, the less the sooner the rest is
        there: the best is where the two meet, found by bisection.
        """
        timeline = self.timelines[key]
        steps = [(timeline.today - 1, 0.0)]
        steps += [
            (day, level)
            for day, level in timeline.steps()
            if 0 < level < quantity - timeline.epsilon
        ]
        tried = {}

        def attempt(index):
            """(day the replenishment is ready, first day for the whole quantity)."""
            if index not in tried:
                mark = self.mark()
                shortfall = quantity - steps[index][1]
                moment, __ = self._replenish(key, option, shortfall, None)
                tried[index] = moment and (
                    self.schedules[key[1]].day(moment),
                    timeline.earliest(quantity),
                )
                self.take_back(mark)
            return tried[index]

        low, high = 0, len(steps) - 1
        while low < high:
            middle = (low + high) // 2
            found = attempt(middle)
            if found and steps[middle][0] >= found[0]:
                high = middle
            else:
                low = middle + 1
        candidates = [
            (found[1], quantity - steps[index][1])
            for index in {low, max(low - 1, 0)}
            if (found := attempt(index))
        ]
        return min(candidates, default=None)

    def _replenish(self, key, option, quantity, wanted_day):
        """Take the components, and put the result on the shelf.

        :param wanted_day: the day from which it is wanted: a replenishment that would
            be ready before starts as much later; None for as soon as possible
        :return: (moment it is ready or None, claims)
        """
        mark, schedule = self.mark(), self.schedules[key[1]]
        self._under_way.append(key)
        try:
            start, claims = self._obtain(option, quantity, schedule.start)
            moment = start and option.ready(start, quantity)
            if moment and wanted_day is not None:
                late = wanted_day - schedule.day(moment)
                if late > 0 and option.components:
                    later = schedule.midnight(schedule.day(start) + late)
                    self.take_back(mark)
                    start, claims = self._obtain(option, quantity, later)
                    moment = start and option.ready(start, quantity)
        finally:
            self._under_way.pop()
        if not moment:
            self.take_back(mark)
            return None, []
        day = schedule.day(moment)
        gap = -self.timelines[key].available(day)
        self._supply(key, day, quantity, moment, option)
        if gap > 0:
            # Orders taken before are short already. They are replenished as this one
            # is, but not out of what is ordered for it.
            self._supply(key, day, gap, moment, option)
        claims.append(Claim(key[0], key[1], -quantity, day, moment))
        return moment, claims

    def _obtain(self, option, quantity, start):
        """Take the components of a replenishment that starts at ``start`` or later.

        :return: (when all of them are there, claims), or (None, [])
        """
        claims, moment = [], start
        for product, warehouse, ratio in option.components:
            key, needed = (product, warehouse), quantity * ratio
            schedule, timeline = self.schedules[warehouse], self.timelines[key]
            day = schedule.day(start)
            claims += self.cover(key, needed, day)
            first = timeline.earliest(needed)
            if first is None:
                return None, []
            if first > day:
                moment = max(moment, schedule.material(first, timeline.arrival(first)))
            # taken at once, so that no other part of the same plan gets it
            self._demand(key, max(first, day), needed)
            claims.append(Claim(product, warehouse, needed, max(first, day), start))
        # All are needed at the start, which is that of the slowest.
        moved = []
        for claim in claims:
            if claim.quantity > 0 and claim.at == start and moment > start:
                schedule = self.schedules[claim.warehouse_id]
                day = max(claim.day, schedule.day(moment))
                key = claim.product_id, claim.warehouse_id
                self._demand(key, claim.day, -claim.quantity)
                self._demand(key, day, claim.quantity)
                claim = claim._replace(day=day, at=moment)
            moved.append(claim)
        return moment, moved
