"""Who has goods on the shelf in their name, who may take them over, and when everybody
is served.

Needs are served in the order of their ranks. What is reserved stays where it is. It
moves to a promise that ranks before and has a date, if the one that loses it is still
served on its day, or has no day; or if a person has set the taker's date by hand.
"""

from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

#: the kinds of a rank: within a day promises go first
PROMISED, PLAIN, UNDATED = 0, 1, 2
#: the day of what has no date: after every day
NO_DAY = 10**9


def rank_of(day, line_id=0, dated=True):
    """The rank of a need: the smaller goes first.

    :param day: the day on which it has to be on the shelf, an ordinal
    :param line_id: the promise line that it is for, 0 for none
    :param dated: false for the need of a line without a date
    """
    if line_id and not dated:
        return NO_DAY, UNDATED, line_id
    return day, PROMISED if line_id else PLAIN, line_id


class Need(NamedTuple):
    """Goods that somebody needs from the shelf, in the product's unit."""

    key: object
    rank: tuple
    #: the day on which it has to be there, not before today
    day: int
    quantity: float
    #: how much of it is reserved
    reserved: float = 0.0
    #: how much of that cannot be given up: it is being picked, its lot was chosen
    firm: float = 0.0
    #: a person has set its date: it takes what it needs, whoever is late then
    by_hand: bool = False

    @property
    def kind(self):
        return self.rank[1]


class Pegging:
    """The needs of one product in one warehouse, and what they are served from.

    :param shelf: what lies there now, reserved or not
    :param today: ordinal of the warehouse's day
    :param supplies: [(day, quantity)] of what arrives
    :param needs: [:class:`Need`]
    """

    def __init__(self, shelf, today, supplies, needs, epsilon=1e-6):
        self.today = today
        self.epsilon = epsilon
        self.needs = sorted(needs, key=lambda need: need.rank)
        self.reserved = [min(need.reserved, need.quantity) for need in self.needs]
        self._fit_to_shelf(shelf)
        free = shelf - sum(self.reserved)
        arrivals = sorted((max(day, today), quantity) for day, quantity in supplies)
        self._days = [today, *(day for day, __ in arrivals)]
        self._totals = list(
            accumulate((quantity for __, quantity in arrivals), initial=free)
        )
        self._index = {need.key: index for index, need in enumerate(self.needs)}
        self._sum_up()

    def _fit_to_shelf(self, shelf):
        """Whatever is reserved beyond what lies there serves nobody: the last of all
        are without."""
        excess = sum(self.reserved) - max(shelf, 0.0)
        for index in range(len(self.needs) - 1, -1, -1):
            if excess <= self.epsilon:
                break
            less = min(excess, self.reserved[index])
            self.reserved[index] -= less
            excess -= less

    def _sum_up(self):
        #: what those up to and including a need still have to get
        self._wanted = list(
            accumulate(
                need.quantity - reserved
                for need, reserved in zip(self.needs, self.reserved, strict=True)
            )
        )

    def _open(self, index):
        return self.needs[index].quantity - self.reserved[index]

    def _missing(self, index):
        """How much a need lacks on its day; 0 where it is served."""
        if self._open(index) <= self.epsilon:
            return 0.0
        served = bisect_left(self._days, max(self.needs[index].day, self.today) + 1)
        lack = self._wanted[index] - self._totals[served - 1]
        return min(lack, self._open(index)) if lack > self.epsilon else 0.0

    def _may_lose(self, index):
        """Whether a need may lose what it has to one that ranks before it: what these
        two and those between them still have to get does not change by that."""
        need = self.needs[index]
        if need.kind == UNDATED:
            return True
        served = bisect_left(self._days, max(need.day, self.today) + 1)
        return self._wanted[index] - self._totals[served - 1] <= self.epsilon

    def take(self, key, quantity):
        """Take over what others have reserved, from the last of them on.

        :param key: of the need that takes
        :param quantity: how much it wants at most
        :return: [(key of the loser, quantity)]
        """
        taker = self._index.get(key)
        if taker is None or self.needs[taker].kind != PROMISED:
            return []
        quantity = min(quantity, self._open(taker))
        taken = self._take_from(taker, quantity, self._may_lose)
        if self.needs[taker].by_hand and (missing := self._missing(taker)):
            # Whoever has set this date has decided that others are late.
            quantity -= sum(part for __, part in taken)
            taken += self._take_from(taker, min(quantity, missing), lambda index: True)
        return taken

    def _take_from(self, taker, quantity, allowed):
        taken = []
        for index in range(len(self.needs) - 1, taker, -1):
            if quantity <= self.epsilon:
                break
            part = min(self.reserved[index] - self.needs[index].firm, quantity)
            if part <= self.epsilon or not allowed(index):
                continue
            self.reserved[index] -= part
            self.reserved[taker] += part
            quantity -= part
            taken.append((self.needs[index].key, part))
            self._sum_up()
        return taken

    def settle(self, ordering=()):
        """Let each promise that is late take what it may.

        :param ordering: keys of those for which what is missing will be ordered in
            time: they take nothing
        :return: [(key of the taker, key of the loser, quantity)]
        """
        moved = []
        for index, need in enumerate(self.needs):
            if need.kind != PROMISED or need.key in ordering:
                continue
            if missing := self._missing(index):
                moved += [
                    (need.key, loser, quantity)
                    for loser, quantity in self.take(need.key, missing)
                ]
        return moved

    def with_firm(self, quantities):
        """The same pegging, where some of what is reserved cannot be given up.

        :param quantities: {key: how much of it}
        """
        self.needs = [
            need._replace(firm=quantities.get(need.key, need.firm))
            for need in self.needs
        ]
        return self

    def is_late(self, ordering=()):
        """Whether a promise is not served on its day.

        :param ordering: as for :meth:`settle`
        """
        return any(
            need.kind == PROMISED and need.key not in ordering and self._missing(index)
            for index, need in enumerate(self.needs)
        )

    def days(self):
        """{key: the day on which a need is served, None where nothing known does}"""
        return {need.key: self._day(index) for index, need in enumerate(self.needs)}

    def _day(self, index):
        if self._open(index) <= self.epsilon:
            return self.today
        found = bisect_left(self._totals, self._wanted[index] - self.epsilon)
        return self._days[found] if found < len(self._days) else None
