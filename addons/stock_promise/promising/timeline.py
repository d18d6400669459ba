"""Supply and demand of one product in one warehouse, over days.

    projected(t) = on hand + supply up to t - demand up to t
    ATP(t)       = min over s >= t of projected(s)

This is cumulative available to promise with look-ahead: what is promised for a
day never takes from an order already accepted for a later one. (APICS
dictionary, "available-to-promise"; the same rule is what Dynamics 365 Inventory
Visibility and JD Edwards "cumulative ATP" compute.)

What is only planned, and ordered for one need, is different: until it is there, nobody
takes goods that others need later in the hope that it will replace them. It counts from
its own day on, and for that need alone.

Days are ordinals (``date.toordinal``) of the warehouse's own calendar day.
Supply and demand of a day both count at its end.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import accumulate
from operator import add
from typing import NamedTuple


class Supply(NamedTuple):
    """What arrives on a day. ``at`` is the moment of the last arrival."""

    quantity: float
    at: object
    kind: str = "receipt"
    origin: object = None
    #: nobody has ordered it yet
    planned: bool = False


class Day(NamedTuple):
    """A row of a profile."""

    day: int
    supply: float
    demand: float
    projected: float
    available: float


class Timeline:
    """Projected balance and available to promise.

    :param on_hand: quantity on the shelf now
    :param today: ordinal of the warehouse's day; whatever is dated before counts
        on it (what overdue supply counts for is decided before it is added)
    :param precision: the smallest quantity that matters
    """

    def __init__(self, on_hand=0.0, today=0, precision=1e-6):
        self.on_hand = on_hand
        self.today = today
        self.epsilon = precision / 2
        self.supplies = defaultdict(list)
        self._supply = defaultdict(float)
        self._demand = defaultdict(float)
        #: {day: quantity} of what is planned: all of it, what nobody has taken, and, by
        #: the day on which it is needed, what is taken; none of it is counted above
        self._planned = defaultdict(float)
        self._unused = defaultdict(float)
        self._used = defaultdict(float)
        #: {(day, quantity): [[(day, part of it) of what is planned]]}
        self._taken = defaultdict(list)
        self._levels = None
        #: [(day, quantity, reserved part of it)] of goods that have to go by a day
        self._expiries = []
        #: how much of all that is on hand is reserved, where goods expire
        self.reserved = 0.0
        #: what is on hand, but kept from whoever asks
        self.kept_back = 0.0
        #: [(why, quantity)] of supply that was left out
        self.withheld = []

    # -- what is known ---------------------------------------------------------

    def add_supply(
        self, day, quantity, at=None, kind="receipt", origin=None, planned=False
    ):
        """Count a supply.

        :param planned: nobody has ordered it yet: it is there for what is taken
            (:meth:`take`) on its day or later, and lets nobody have anything sooner
        """
        day = max(day, self.today)
        self.supplies[day].append(Supply(quantity, at, kind, origin, planned))
        if planned:
            self._planned[day] += quantity
            self._unused[day] += quantity
        else:
            self._supply[day] += quantity
        self._levels = None

    def drop_supply(self, day):
        """Take back the supply that was added last on ``day``."""
        day = max(day, self.today)
        supply = self.supplies[day].pop()
        if supply.planned:
            self._planned[day] -= supply.quantity
            self._unused[day] -= supply.quantity
        else:
            self._supply[day] -= supply.quantity
        self._levels = None

    def take(self, day, quantity):
        """Count what a need takes that was promised: of what is planned as much as is
        there and nobody's, the rest of what is known."""
        day, left, parts = max(day, self.today), quantity, []
        for on in sorted(self._unused, reverse=True) if self._planned else ():
            part = min(self._unused[on], left)
            if on <= day and part > 0:
                self._unused[on] -= part
                self._used[day] += part
                parts.append((on, part))
                left -= part
        self._taken[day, quantity].append(parts)
        self.add_demand(day, left)

    def give_back(self, day, quantity):
        """Undo a :meth:`take`."""
        day, left = max(day, self.today), quantity
        for on, part in self._taken[day, quantity].pop():
            self._unused[on] += part
            self._used[day] -= part
            left -= part
        self.add_demand(day, -left)

    def keep_back(self, quantity):
        """Keep a quantity from being promised, from now on and for good: as if that
        much less were on hand, so that what comes fills it up first."""
        self.on_hand -= quantity
        self.kept_back += quantity
        self._levels = None

    def withhold(self, origin, quantity, why=None):
        """Leave out a part of the supply that was added with an origin."""
        wanted = quantity
        for day, supplies in self.supplies.items():
            for index, supply in enumerate(supplies):
                if supply.origin != origin or quantity <= self.epsilon:
                    continue
                part = min(supply.quantity, quantity)
                quantity -= part
                supplies[index] = supply._replace(quantity=supply.quantity - part)
                self._supply[day] -= part
                self._levels = None
        if quantity < wanted:
            self.withheld.append((why, wanted - quantity))

    def add_demand(self, day, quantity):
        """Count a demand; a negative quantity takes one back."""
        self._demand[max(day, self.today)] += quantity
        self._levels = None

    def add_demands(self, quantities):
        """Count many demands: {day: quantity}."""
        today, demand = self.today, self._demand
        for day, quantity in quantities.items():
            if quantity:
                demand[day if day > today else today] += quantity
        self._levels = None

    def add_expiry(self, day, quantity, reserved=0.0):
        """Count goods on hand that are removed on ``day`` if nobody has taken them
        before. What is reserved is not removed."""
        self._expiries.append((max(day, self.today - 1), quantity, reserved))
        self._levels = None

    def add_expiries(self, expiries, reserved):
        """Count goods that are removed.

        :param expiries: {day: (quantity, reserved part of it)}
        :param reserved: how much of all that is on hand is reserved
        """
        self.reserved = reserved
        for day, (quantity, kept) in expiries.items():
            self.add_expiry(day, quantity, kept)

    @property
    def perishable(self):
        """Whether less may be available on a later day than on an earlier one."""
        return bool(self._expiries)

    def demands(self):
        """[(day, quantity)] of everything that leaves, overdue ones today."""
        if not self._used:
            return list(self._demand.items())
        days = {**self._demand, **self._used}
        return [(day, self._leaves(day)) for day in days]

    def _leaves(self, day):
        return self._demand.get(day, 0.0) + self._used.get(day, 0.0)

    # -- what follows from it --------------------------------------------------

    def _compile(self):
        """(days, projected, available) of what is known; for who takes it, what is
        planned is available, too. One entry for the shelf as it is now, dated before
        today, and one for each day on which something happens."""
        if self._levels is None:
            days = [self.today - 1]
            projected = [self.on_hand]
            balance = self.on_hand
            lost = self._lost() if self._expiries else {}
            supply, demand = self._supply.get, self._demand.get
            unused = {
                day: part for day, part in self._unused.items() if part > self.epsilon
            }
            for day in sorted({*self._supply, *self._demand, *lost, *unused}):
                if day < self.today:
                    continue  # removed before today: nothing else is dated so
                balance += supply(day, 0.0) - demand(day, 0.0)
                days.append(day)
                projected.append(balance)
            available = list(accumulate(reversed(projected), min))
            available.reverse()
            if unused:
                # No look ahead: it lets nobody have anything before.
                there = accumulate(unused.get(day, 0.0) for day in days)
                available = list(map(add, available, there))
            if lost:
                # What is taken on a day is no longer removed on a later one: of what
                # is lost, only that counts which is lost by then.
                gone = 0.0
                for index, day in enumerate(days):
                    gone = lost.get(day, gone)
                    projected[index] -= gone
                    available[index] -= gone
            self._levels = days, projected, available
        return self._levels

    def _lost(self):
        """{day: quantity removed up to then}. Goods that expire first leave first; what
        is reserved is taken from the goods that it is reserved of."""
        lost, gone, quantity, reserved = {}, 0.0, 0.0, 0.0
        for day, part, kept in sorted(self._expiries):
            quantity += part
            reserved += kept
            taken = sum(need for on, need in self.demands() if on < day)
            # Others' reservations do not empty these shelves.
            taken = max(taken - (self.reserved - reserved), reserved)
            gone = lost[day] = max(gone, quantity - taken)
        return lost

    def _index(self, day):
        return max(bisect_right(self._compile()[0], day) - 1, 0)

    def projected(self, day):
        """The balance at the end of ``day``."""
        planned = sum(part for on, part in self._planned.items() if on <= day)
        used = sum(part for on, part in self._used.items() if on <= day)
        return self._compile()[1][self._index(day)] + planned - used

    def available(self, day):
        """What can still be promised for ``day``; negative when what is already
        promised from that day on cannot be met."""
        return self._compile()[2][self._index(day)]

    def final(self):
        """What can be promised once everything known has happened."""
        return self._compile()[2][-1]

    def earliest(self, quantity, day=None):
        """The first day on which ``quantity`` can be promised.

        :param day: it is taken on this day at the earliest: goods that expire before
            do not count
        :return: today's predecessor for what needs nothing but the shelf, an
            ordinal day, or None where no known supply suffices
        """
        days, __, available = self._compile()
        wanted = quantity - self.epsilon
        if not self._expiries:
            # ``available`` never falls from one day to the next: a binary search.
            index = bisect_left(available, wanted)
            return days[index] if index < len(days) else None
        first = 0
        if day is not None and self.available(day) < wanted:
            first = self._index(day) + 1
        for index in range(first, len(days)):
            if available[index] >= wanted:
                return days[index]
        return None

    def gaps(self, day):
        """[(day, change)] of what is lacking from ``day`` on for those served already:
        it grows where balances fall below nothing and shrinks where they recover. What
        is planned for others makes none of it good."""
        changes, lacking = [], 0.0
        days, projected, __ = self._compile()
        for index in range(self._index(day), len(days)):
            change = max(-projected[index], 0.0) - lacking
            if abs(change) > self.epsilon:
                changes.append((max(days[index], day), change))
                lacking += change
        return changes

    def steps(self):
        """[(day, available)], each day on which more becomes available."""
        steps = []
        days, __, available = self._compile()
        for day, level in zip(days, available, strict=True):
            if not steps or level > steps[-1][1]:
                steps.append((day, level))
        return steps

    def arrival(self, day):
        """The moment of the last arrival on ``day``, None where none is known."""
        moments = [supply.at for supply in self.supplies.get(day, ()) if supply.at]
        return max(moments, default=None)

    def sources(self, quantity):
        """Which shelf and which receipts ``quantity`` is taken from, in the order
        in which they become available.

        :return: [(day or None for the shelf, quantity)]
        """
        taken, parts = 0.0, []
        for day, level in self.steps():
            usable = min(level, quantity) - taken
            if usable > self.epsilon:
                parts.append((None if day < self.today else day, usable))
                taken += usable
        return parts

    def profile(self, first, last):
        """One :class:`Day` for each day from ``first`` to ``last``. Days before
        today show the shelf as it is: the past is not reconstructed."""
        return [
            Day(
                day,
                self._supply.get(day, 0.0) + self._planned.get(day, 0.0),
                self._leaves(day),
                self.projected(day),
                self.available(day),
            )
            for day in range(first, last + 1)
        ]
