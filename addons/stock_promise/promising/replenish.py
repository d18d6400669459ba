"""Capable to promise: what is not there and not on its way can be bought, made or
brought from another warehouse.

Only the shortfall is replenished, and what is ordered for it counts from the day on
which it is there: nobody empties the shelf before in the hope that it comes. What a
replenishment is made from is promised in turn, from its own stock, receipts and
replenishment, through as many levels as there are; what one of them was given, no other
gets.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from .timeline import Timeline
from .values import Claim, Shortage


class Option(NamedTuple):
    """How a product can be replenished in a warehouse.

    :param kind: purchase, manufacture or transfer
    :param ready: callable(start, quantity) -> when the quantity is on the shelf, for a
        start at that moment; None where it never is
    :param components: ((product, warehouse, quantity for one unit), …) that have to be
        on the shelf at the start
    :param origin: who or what replenishes, for the explanation; a callable(quantity)
        where that depends on how much it is
    :param explode: callable(quantity) -> ((product, warehouse, quantity of it), …)
        where components do not go by the unit: batches, parts rounded up to a whole
    :param earliest: the moment before which it cannot start
    :param reserve: callable(start, quantity) that keeps for this replenishment what
        others could take as well: the hours of work centres. It returns these
        :class:`~.values.Hours` and what gives them back
    :param others: further options, which are taken where this one is later
    """

    kind: str
    ready: Callable
    components: tuple = ()
    origin: object = None
    explode: Callable | None = None
    earliest: datetime | None = None
    reserve: Callable | None = None
    others: tuple = ()

    def needs(self, quantity):
        """((product, warehouse, quantity of it), …) for a quantity."""
        if self.explode:
            return self.explode(quantity)
        return tuple(
            (product, warehouse, quantity * ratio)
            for product, warehouse, ratio in self.components
        )

    def source(self, quantity):
        """Who or what replenishes a quantity."""
        return self.origin(quantity) if callable(self.origin) else self.origin


class Planner:
    """Replenishes timelines, and takes back what turns out to be of no use.

    :param timelines: {(product, warehouse): Timeline}
    :param schedules: {warehouse: Schedule}
    :param options: {(product, warehouse): Option}
    :param to_order: keys that are never taken from stock: each need of them is
        replenished for itself
    :param coming: {key: [(day, quantity, moment)]} of what was ordered for this request
        before, of keys that are replenished for each need alone
    """

    def __init__(self, timelines, schedules, options, to_order=(), coming=None):
        self.timelines = timelines
        self.schedules = schedules
        self.options = options
        self.to_order = to_order
        self.coming = {key: list(parts) for key, parts in (coming or {}).items()}
        #: {key: Shortage} of what kept a replenishment from being planned
        self.lacking = {}
        #: {key: [(day, change in what orders taken before are short of)]}
        self._filled = {}
        self._undo = []
        self._under_way = []
        #: days from today before whose end nothing new is on the shelf
        self.fence = 0

    # -- keeping and taking back ----------------------------------------------------

    def mark(self):
        return len(self._undo)

    def take_back(self, mark):
        """Undo everything planned since ``mark``."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def _take(self, timeline, day, quantity):
        timeline.take(day, quantity)
        self._undo.append(partial(timeline.give_back, day, quantity))

    def _give_back(self, timeline, day, quantity):
        timeline.give_back(day, quantity)
        self._undo.append(partial(timeline.take, day, quantity))

    def _shift(self, timeline, day, quantity):
        """Count a demand that nobody has promised: negative, for less of it."""
        timeline.add_demand(day, quantity)
        self._undo.append(partial(timeline.add_demand, day, -quantity))

    def _supply(self, key, day, quantity, at, option):
        timeline, source = self.timelines[key], option.source(quantity)
        timeline.add_supply(day, quantity, at, option.kind, source, planned=True)
        self._undo.append(lambda: timeline.drop_supply(day))

    # -- planning ---------------------------------------------------------------------

    def cover(self, key, quantity, day):
        """Plan what makes ``quantity`` available sooner than known supply does, if it
        is not available on ``day``.

        :return: list of :class:`~.values.Claim`: what is taken from components, and
            with a negative quantity what will be there because of it
        """
        timeline, option = self.timelines[key], self.options.get(key)
        if option is None or timeline.available(day) >= quantity - timeline.epsilon:
            return []
        known = timeline.earliest(quantity, day)
        best = self._best_shortfall(key, option, quantity, day)
        if best is None or (known is not None and known <= best[0]):
            return []
        first, shortfall = best
        return self._replenish(key, option, shortfall, max(day, first))[1]

    def _best_shortfall(self, key, option, quantity, wanted_day):
        """(day, quantity to replenish) that gives ``quantity`` soonest, but no sooner
        than it is wanted: what is available by then is not replenished.

        The more is replenished the later it is ready, the less the sooner the rest is
        there: the best is where the two meet, found by bisection.
        """
        timeline = self.timelines[key]
        there = max(timeline.available(wanted_day), 0.0)
        steps = [(wanted_day, there)]
        steps += [
            (day, level)
            for day, level in timeline.steps()
            if day > wanted_day and there < level < quantity - timeline.epsilon
        ]
        tried = {}

        def attempt(index):
            """(day the replenishment is ready, first day for the whole quantity)."""
            if index not in tried:
                mark = self.mark()
                shortfall = quantity - steps[index][1]
                moment, __ = self._replenish(key, option, shortfall, None)
                first = timeline.earliest(quantity, wanted_day)
                tried[index] = None
                if moment and first is not None:
                    tried[index] = self.schedules[key[1]].day(moment), first
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
            (max(found[1], wanted_day), quantity - steps[index][1])
            for index in {low, max(low - 1, 0)}
            if (found := attempt(index))
        ]
        return min(candidates, default=None)

    def order(self, key, quantity, day):
        """Replenish ``quantity`` for one need alone, wanted on ``day``; nothing of it
        comes from stock, nobody else gets any of it. Only what was not ordered for it
        before is ordered.

        :return: (:class:`~.timeline.Timeline` of this need, claims), the timeline
            empty where it cannot be replenished
        """
        shared = self.timelines[key]
        own = Timeline(0.0, shared.today, shared.epsilon * 2)
        for on, part, at in self._take_coming(key, quantity):
            own.add_supply(on, part, at, origin=(on,))
            quantity -= part
        option = self.options.get(key)
        if option is None or quantity <= own.epsilon:
            return own, []
        # Nobody chooses: the order itself starts the chain, in the usual way.
        option = option._replace(others=())
        self.timelines[key] = own
        try:
            __, claims = self._replenish(key, option, quantity, day)
        finally:
            self.timelines[key] = shared
        # Whatever undoes the plan later works on the timeline that it was made on.
        return own, claims

    def _take_coming(self, key, quantity):
        """[(day, quantity, moment)] of what was ordered before, up to a quantity."""
        taken = []
        known = self.coming.get(key, [])
        for index, (day, there, at) in enumerate(known):
            part = min(there, quantity)
            if part > 0:
                taken.append((day, part, at))
                quantity -= part
                known[index] = day, there - part, at
                self._undo.append(partial(known.__setitem__, index, (day, there, at)))
        return taken

    def _replenish(self, key, option, quantity, wanted_day):
        """Take the components, and put the result on the shelf; in another way than
        the usual one where that is sooner, and the usual one not in time.

        :param wanted_day: the day from which it is wanted: a replenishment that would
            be ready before starts as much later; None for as soon as possible
        :return: (moment it is ready or None, claims)
        """
        if not option.others:
            return self._replenish_by(key, option, quantity, wanted_day)
        best, lacking = None, None
        for way in (option, *option.others):
            mark = self.mark()
            moment, __ = self._replenish_by(key, way, quantity, wanted_day)
            self.take_back(mark)
            if way is option:
                lacking = self.lacking.get(key)
            day = moment and self.schedules[key[1]].day(moment)
            if moment and (best is None or day < best[0]):
                best = day, way
            if best and wanted_day is not None and best[0] <= wanted_day:
                break
        if best is None and lacking:
            self.lacking[key] = lacking  # what the usual way lacks
        return self._replenish_by(
            key, best[1] if best else option, quantity, wanted_day
        )

    def _replenish_by(self, key, option, quantity, wanted_day):
        mark, schedule = self.mark(), self.schedules[key[1]]
        if self.fence:
            wanted_day = max(wanted_day or 0, schedule.today + self.fence)
        self._under_way.append(key)
        try:
            begin, moment, claims, hours = self._plan(
                option, quantity, schedule, wanted_day
            )
        finally:
            self._under_way.pop()
        if moment and self.fence:
            moment = max(moment, schedule.midnight(schedule.today + self.fence))
        if not moment:
            self.take_back(mark)
            return None, []
        day = schedule.day(moment)
        self._fill_gap(key, day)
        self._supply(key, day, quantity, moment, option)
        claims.append(Claim(key[0], key[1], -quantity, day, moment, begin, hours))
        return moment, claims

    def _fill_gap(self, key, day):
        """Orders taken before may be short already. They are replenished as this one
        is, but not out of what is ordered for it: from ``day`` on they count as served
        for as long as they are short, whatever else is replenished."""
        timeline, before = self.timelines[key], self._filled.get(key, ())
        for other, gap in before:
            self._shift(timeline, other, gap)
        first = min([day, *(other for other, __ in before)])
        self._filled[key] = timeline.gaps(first)
        self._undo.append(lambda: self._filled.update({key: before}))
        for other, gap in self._filled[key]:
            self._shift(timeline, other, -gap)

    def _plan(self, option, quantity, schedule, wanted_day):
        """What :meth:`_attempt` gives, not before it is wanted where it can be ready on
        that day."""
        mark = self.mark()
        start = max(schedule.start, option.earliest or schedule.start)
        found = begin, moment, *__ = self._attempt(option, quantity, start)
        if not moment or wanted_day is None or not option.components:
            return found
        late = wanted_day - schedule.day(moment)
        if late <= 0:
            return found
        first = schedule.day(begin)
        while late > 0:
            self.take_back(mark)
            later = max(schedule.midnight(first + late), start)
            found = begin, moment, *__ = self._attempt(option, quantity, later)
            over = schedule.day(moment) - wanted_day if moment else late
            if over <= 0:
                return found
            # Where nobody works for days, a later start costs more than its delay.
            late -= over
        self.take_back(mark)
        return self._attempt(option, quantity, start)

    def _attempt(self, option, quantity, start):
        """(when it begins, when it is ready or None, claims on components, hours)"""
        begin, claims = self._obtain(option, quantity, start)
        moment, hours = begin and option.ready(begin, quantity), ()
        if moment and option.reserve:
            hours, give_back = option.reserve(begin, quantity)
            self._undo.append(give_back)
        return begin, moment, claims, tuple(hours)

    def _obtain(self, option, quantity, start):
        """Take the components of a replenishment that starts at ``start`` or later.

        :return: (when all of them are there, claims), or (None, [])
        """
        planned, taken, moment = [], [], start
        for product, warehouse, needed in option.needs(quantity):
            key = product, warehouse
            schedule, timeline = self.schedules[warehouse], self.timelines[key]
            day = schedule.day(start)
            if key in self._under_way:
                # Two places that bring from each other: what one is short of, the
                # other cannot get from there.
                self._note_lack(key, needed, timeline)
                return None, []
            if key in self.to_order:
                timeline, claims = self.order(key, needed, day)
            else:
                claims = self.cover(key, needed, day)
            planned += claims
            first = timeline.earliest(needed, day)
            if first is None:
                self._note_lack(key, needed, timeline)
                return None, []
            if first >= day:
                moment = max(moment, schedule.material(first, timeline.arrival(first)))
            # taken at once, so that no other part of the same plan gets it
            day = max(first, day)
            self._take(timeline, day, needed)
            taken.append((key, timeline, day, needed))
        # All are needed at the start, which is that of the slowest.
        for key, timeline, day, needed in taken:
            last = self.schedules[key[1]].day(moment)
            if last > day:
                self._give_back(timeline, day, needed)
                self._take(timeline, last, needed)
            planned.append(Claim(*key, needed, max(last, day), moment))
        return moment, planned

    def _note_lack(self, key, needed, timeline):
        """Remember what was missing first, at the very bottom."""
        user = self._under_way[-1]
        lack = self.lacking.get(key)
        if lack is None:
            lack = Shortage(key[0], needed, timeline.final(), key[1])
        self.lacking[user] = lack
