# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When an open instalment will be paid, and how sure that is.

Plain Python: no ORM, no third-party library. From a history of instalments, each with
its due date and the day it was paid or none yet, :class:`Payments` gives the
distribution of the lateness of a new one: a :class:`Forecast`, with the days after the
due date by which a share of such instalments is paid. See ``docs/payments.md``.

Five steps:

1. each customer has a level of their own (how late they usually are), a mean in which
   old cases count less, outliers count less, and which leans on all customers' mean
   where there are few cases;
2. a customer's spread leans in the same way on the spread within all customers;
3. what was disputed is paid later by a shift that all customers share; how often a
   customer disputes leans on how often all do. An open instalment is a mixture of
   both, unless it is known whether it is disputed;
4. the shape of what is left (lateness less level, by spread) is that of earlier
   answers, all customers together, what is not paid yet counted as "later than today"
   (Kaplan-Meier): so a drift of all customers is followed;
5. the 90 % level is corrected by how often earlier answers were kept
   (adaptive conformal inference), as for deliveries.

Nothing is used that was not known on the morning of the question (``as_of``): an
instalment is known when it was invoiced before that day, its payment and whether it was
disputed when it was paid before that day.
"""

import bisect
import math
from collections.abc import Hashable, Iterable
from datetime import date
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

from .history import MAX_DAYS, is_sensible
from .level import CorrectedLevel, check_level

_NORMAL = NormalDist()
_EPSILON = 1e-12
#: What all customers share is computed for every seventh day.
_WEEK = 7
#: A customer's spread is at least that many days: dates are whole days.
_LEAST_SPREAD = 0.5
#: Beyond all experience a share of this size is paid in a time that grows with
#: the time already waited: it halves when that doubles.
_TAIL = 0.02
_TAIL_DAYS = 30
#: What all customers share is read from what was due at least that many days ago.
_SETTLED = 30
_ROUNDS = 4


class Payment(NamedTuple):
    """One instalment and what came of it.

    :param customer: who pays; any hashable value
    :param invoiced: the day from which on it is known
    :param due: the day by which it should be paid
    :param paid: the day on which it was paid in full; None while it is not
    :param disputed: whether the customer objected; used of what is paid alone
    """

    customer: Hashable
    invoiced: date
    due: date
    paid: date | None
    disputed: bool = False


class Settings(NamedTuple):
    """The few numbers of the method, chosen on one year of real invoices; see
    ``docs/payments.md``.

    :param half_life: days after which a case counts half for a customer's level
    :param freedom: degrees of freedom of the t-distribution by which outliers count
        less for the level
    :param dispute_pooling: cases at which a customer's share of disputes counts as
        much as that of all
    :param disputed_spread: how much wider the lateness of what was disputed spreads
    :param spread_pooling: the same as dispute_pooling for the customer's spread
    :param shape_half_life: days after which an earlier answer counts half for the shape
    :param shape_pooling: earlier answers at which the shape counts as much as the
        normal distribution
    :param minimum: instalments due for a month below which there is no answer
    :param gain: step of the level's correction for each answer kept or missed
    :param damping: bound of the steps of all answers under way together
    :param corrected: the levels that are corrected
    """

    half_life: float = 120.0
    freedom: float = 5.0
    dispute_pooling: float = 1.0
    disputed_spread: float = 1.15
    spread_pooling: float = 10.0
    shape_half_life: float = 120.0
    shape_pooling: float = 20.0
    minimum: int = 10
    gain: float = 0.005
    damping: float = 1.0
    corrected: tuple[float, ...] = (0.9,)


class Part(NamedTuple):
    """One of the distributions that a forecast mixes: its weight, where its middle
    is (days after the due date), and its spread."""

    weight: float
    middle: float
    spread: float


class Forecast:
    """The distribution of an instalment's lateness, in days after its due date.

    ``count`` is how many paid instalments of the customer's own it rests on.
    """

    __slots__ = ("_levels", "_parts", "_passed", "_shape", "count")

    def __init__(self, parts, shape, levels, count, passed=None):
        self._parts = parts
        self._shape = shape
        self._levels = levels
        self._passed = passed
        self.count = count

    def days(self, level: float) -> int:
        """The smallest number of days after the due date (negative: before it) by
        whose end a share ``level`` of such instalments is paid.

        A level that is corrected (0.9) is looked up at its corrected value. What
        would be later than 730 days is 730.
        """
        used = self._levels.get(check_level(level), level)
        low, high = -MAX_DAYS, MAX_DAYS
        if self._passed is not None:
            low = min(max(low, self._passed + 1), high)
        while low < high:
            middle = (low + high) // 2
            if self.share(middle) >= used - _EPSILON:
                high = middle
            else:
                low = middle + 1
        return low

    def share(self, days: float) -> float:
        """The share of such instalments that is paid by the end of that day (days
        after the due date), 0 to 1."""
        if self._passed is None:
            return 1 - self._open(days)
        if days <= self._passed:
            return 0.0
        before = self._open(self._passed)
        return 1 - self._open(days) / before if before > 0 else 1.0

    def own(self) -> dict:
        """What is the customer's own of it, as plain values that JSON can keep; see
        :func:`restored`."""
        parts = [[round(value, 4) for value in part] for part in self._parts]
        return {"parts": parts, "count": self.count}

    def later_than(self, days: int) -> "Forecast":
        """The same for an instalment known not to be paid by the end of that day
        (days after the due date): for what is open today, ``days`` is yesterday."""
        passed = days if self._passed is None else max(days, self._passed)
        return Forecast(self._parts, self._shape, self._levels, self.count, passed)

    def _open(self, days):
        """The share that is still open after that day."""
        still = 0.0
        for weight, middle, spread in self._parts:
            past = days + 0.5 - middle
            left = 1 - self._shape.share(past / spread)
            tail = _TAIL * _TAIL_DAYS / (_TAIL_DAYS + max(past, 0.0))
            still += weight * min(max(left, tail), 1.0)
        return still


class Shape:
    """A distribution of what is left of lateness, in spreads from the middle."""

    def __init__(self, places, shares):
        self._places = places
        self._shares = shares

    def values(self, at_most=400):
        """(places, shares) as plain values, thinned where they are many."""
        step = -(-len(self._places) // at_most)
        chosen = sorted({*range(0, len(self._places), step), len(self._places) - 1})
        return (
            [round(self._places[place], 4) for place in chosen],
            [round(self._shares[place], 6) for place in chosen],
        )

    def share(self, place):
        """The share up to a place, linear between the known ones."""
        places, shares = self._places, self._shares
        after = bisect.bisect_right(places, place)
        if after == 0:
            return 0.0
        if after == len(places):
            return shares[-1] * (1 - _EPSILON) if place > places[-1] else shares[-1]
        left, right = places[after - 1], places[after]
        part = (place - left) / (right - left) if right > left else 1.0
        return shares[after - 1] + (shares[after] - shares[after - 1]) * part


def restored(shared: dict, own: dict, disputed: bool | None = None) -> Forecast:
    """The forecast that was kept as plain values.

    :param shared: of :meth:`Payments.shared`
    :param own: of :meth:`Forecast.own`, of the same day
    :param disputed: as in :meth:`Payments.forecast`
    """
    parts = [Part(*part) for part in own["parts"]]
    if disputed is not None:
        weights = (1 - disputed, int(disputed))
        parts = [
            part._replace(weight=float(weight))
            for part, weight in zip(parts, weights, strict=True)
        ]
    levels = dict(shared["levels"])
    shape = Shape(shared["places"], shared["shares"])
    return Forecast(tuple(parts), shape, levels, own["count"])


@cache
def _normal_places(count=40):
    return [_NORMAL.inv_cdf((index + 0.5) / count) for index in range(count)]


def shape_of(left, waiting, prior):
    """Kaplan and Meier's estimate of the shape.

    :param left: [(place, weight)] of what is paid
    :param waiting: [(place, weight)] of what is only known to be beyond its place
    :param prior: the weight of the normal distribution
    """
    places = _normal_places()
    events = [(place, True, prior / len(places)) for place in places]
    events += [(place, True, weight) for place, weight in left]
    events += [(place, False, weight) for place, weight in waiting]
    # At the same place: paid first, as what waits is beyond it.
    events.sort(key=lambda event: (event[0], not event[1]))
    at_risk = math.fsum(weight for _place, _paid, weight in events)
    open_share = 1.0
    found, shares = [], []
    for place, paid, weight in events:
        if paid and at_risk > _EPSILON:
            open_share *= max(0.0, 1 - weight / at_risk)
            if found and found[-1] == place:
                shares[-1] = 1 - open_share
            else:
                found.append(place)
                shares.append(1 - open_share)
        at_risk -= weight
    return Shape(found, shares)


class _Common(NamedTuple):
    """What all customers share, as known on some morning."""

    middle: float  # mean level of the customers
    apart: float  # variance of the customers' levels
    within: float  # variance of lateness within a customer
    later: float  # how much later what was disputed is paid
    disputes: float  # share of what is disputed


class _Row(NamedTuple):
    """A payment in ordinals of days."""

    customer: Hashable
    invoiced: int
    due: int
    paid: int | None
    disputed: bool

    def lateness(self, day):
        """Its lateness as known on the morning of a day, or None."""
        if self.paid is None or self.paid >= day:
            return None
        return self.paid - self.due


class Payments:
    """Past instalments, asked for when new ones will be paid.

    Questions in the order of ``as_of`` are cheap: the state moves forward. A question
    about an earlier day than the last one starts again from the first row.

    :param rows: :class:`Payment` values in any order; those with dates that cannot be
        meant (see :func:`.history.is_sensible`) are left out
    :param settings: the numbers of the method
    :param answer_from: the shape and the correction learn from the instalments
        invoiced from this day on; None: from all. They forget what is a year old, so
        a large history may start late.
    """

    def __init__(
        self,
        rows: Iterable[Payment],
        settings: Settings | None = None,
        answer_from: date | None = None,
    ):
        self.settings = settings or Settings()
        if min(self.settings.half_life, self.settings.shape_half_life) <= 0:
            raise ValueError("A half-life must be positive.")
        for level in self.settings.corrected:
            check_level(level)
        self._rows = sorted(
            (
                _Row(
                    row.customer,
                    row.invoiced.toordinal(),
                    row.due.toordinal(),
                    row.paid and row.paid.toordinal(),
                    bool(row.disputed),
                )
                for row in rows
                if is_sensible(row.due, row.paid) and is_sensible(row.due, row.invoiced)
            ),
            key=lambda row: row.invoiced,
        )
        self._of_customer: dict[Hashable, list[_Row]] = {}
        for row in self._rows:
            self._of_customer.setdefault(row.customer, []).append(row)
        self._answer_from = answer_from.toordinal() if answer_from else 0
        self._restart()

    def forecast(
        self, customer: Hashable, as_of: date, disputed: bool | None = None
    ) -> Forecast | None:
        """The distribution of the lateness of an instalment that is open on a day.

        :param customer: whose; one without a history gets what all have in common
        :param as_of: only what was known on the morning of that day is used
        :param disputed: whether it is disputed; None: not known
        :return: None with less history than the minimum
        """
        self._advance(as_of.toordinal())
        parts, count = self._parts(customer, disputed)
        if not parts:
            return None
        return Forecast(parts, self._shape, self._used_levels(), count)

    def shared(self, as_of: date) -> dict | None:
        """What all forecasts of a day share, as plain values that JSON can keep; see
        :func:`restored`. None with less history than the minimum."""
        self._advance(as_of.toordinal())
        if self._common is None:
            return None
        places, shares = self._shape.values()
        levels = [[level, used] for level, used in self._used_levels().items()]
        return {"places": places, "shares": shares, "levels": levels}

    # -- state -----------------------------------------------------------------------

    def _restart(self):
        settings = self.settings
        self._today = None
        self._next = 0
        self._answers = []  # (row, parts) of earlier questions
        self._levels = {
            level: CorrectedLevel(level, settings.gain, settings.damping)
            for level in settings.corrected
        }
        self._common = self._shape = self._week = None

    def _advance(self, day):
        """Bring the state to the morning of a day, asking for all past instalments on
        the way as they would have been asked for."""
        if self._today is not None and day < self._today:
            self._restart()
        while self._next < len(self._rows) and self._rows[self._next].invoiced < day:
            row = self._rows[self._next]
            self._next += 1
            if row.invoiced >= self._answer_from:
                self._move_to(row.invoiced)
                self._answer(row)
        self._move_to(day)

    def _move_to(self, day):
        if day == self._today:
            return
        self._today = day
        week = day - day % _WEEK
        if week != self._week:
            self._week = week
            self._common = self._common_on(week)
            self._shape = self._shape_on(week)
        paid = [(row.due, row.paid) for row, _parts in self._answers]
        for level in self._levels.values():
            level.judge(day, paid, self._cases_a_day)

    def _cases_a_day(self, day):
        """How many instalments were invoiced a day, of late."""
        half_life = self.settings.shape_half_life
        since = day - 2 * half_life
        recent = 0
        for row, _parts in reversed(self._answers):
            if row.invoiced < since:
                break
            recent += row.invoiced < day
        first = self._answers[0][0].invoiced if self._answers else day
        return recent / max(day - max(first, since), 1)

    def _answer(self, row):
        parts, count = self._parts(row.customer, None)
        if not parts:
            return
        position = len(self._answers)
        self._answers.append((row, parts))
        forecast = Forecast(parts, self._shape, self._used_levels(), count)
        for level, corrected in self._levels.items():
            promised = row.due + forecast.days(level)
            corrected.answered(
                self._today, position, promised, promised + 1 - self._today
            )

    def _used_levels(self):
        return {level: corrected.used for level, corrected in self._levels.items()}

    # -- what all customers share ------------------------------------------------------

    def _common_on(self, day):
        """What all customers share, from what was due well before a day."""
        known = {}
        for customer, rows in self._of_customer.items():
            cases = []
            for row in rows:
                # Of what was due of late only the early payments are known.
                if row.due > day - _SETTLED:
                    continue
                lateness = row.lateness(day)
                if lateness is None:
                    cases.append((day - row.due, False))
                else:
                    cases.append((lateness, row.disputed))
            if cases:
                known[customer] = cases
        everything = sorted(late for cases in known.values() for late, _d in cases)
        if len(everything) < self.settings.minimum:
            return None
        # What is paid years late would decide alone how far customers spread.
        edge = len(everything) // 50
        lowest, highest = everything[edge], everything[-1 - edge]

        def clipped(late):
            return min(max(late, lowest), highest)

        squares = freedom = shifted = shifts = disputes = 0.0
        levels = []
        for cases in known.values():
            plain = [clipped(late) for late, disputed in cases if not disputed]
            disputes += len(cases) - len(plain)
            if not plain:
                continue
            level = math.fsum(plain) / len(plain)
            levels.append((level, len(plain)))
            squares += math.fsum((late - level) ** 2 for late in plain)
            freedom += len(plain) - 1
            if len(plain) < len(cases) and len(plain) > 1:
                late = [clipped(late) - level for late, disputed in cases if disputed]
                shifted += math.fsum(late)
                shifts += len(late)
        if not levels:  # everything was disputed: then that is what is usual
            levels = [(math.fsum(everything) / len(everything), len(everything))]
        middle = math.fsum(level for level, _count in levels) / len(levels)
        total = math.fsum((level - middle) ** 2 for level, _count in levels)
        total /= max(len(levels) - 1, 1)
        # Half of it all, as good as five cases, where nobody has paid twice.
        within = (squares + 5 * total / 2) / (freedom + 5)
        within = max(within, _LEAST_SPREAD**2)
        by_chance = math.fsum(within / count for _level, count in levels) / len(levels)
        return _Common(
            middle,
            max(total - by_chance, within / 10),
            within,
            shifted / (shifts + 5),
            (disputes + 1) / (len(everything) + 2),
        )

    def _shape_on(self, day):
        """The shape of what was left of earlier answers, as known on a day."""
        left, waiting = [], []
        for row, parts in self._answers:
            weight = 2.0 ** (-(day - row.invoiced) / self.settings.shape_half_life)
            if row.invoiced >= day or weight < 1e-3:
                continue
            lateness = row.lateness(day)
            if lateness is not None:
                _weight, middle, spread = parts[row.disputed]
                left.append(((lateness - middle) / spread, weight))
                continue
            # Whether it is disputed is not known: as likely as now, when it has not
            # been paid so far.
            passed = day - 0.5 - row.due
            odds = [
                part.weight * (1 - _NORMAL.cdf((passed - part.middle) / part.spread))
                for part in parts
            ]
            whole = math.fsum(odds)
            for part, odd in zip(parts, odds, strict=True):
                share = odd / whole if whole > _EPSILON else part.weight
                waiting.append(((passed - part.middle) / part.spread, weight * share))
        return shape_of(left, waiting, self.settings.shape_pooling)

    # -- one customer ----------------------------------------------------------------

    def _parts(self, customer, disputed):
        """((not disputed, disputed) parts of a forecast, cases that they rest on)."""
        common = self._common
        if common is None:
            return (), 0
        settings, day = self.settings, self._today
        cases = []  # (lateness or days passed, whether paid, disputed, weight)
        paid = disputes = 0
        for row in self._of_customer.get(customer, ()):
            if row.invoiced >= day:
                break
            weight = 2.0 ** (-(day - row.invoiced) / settings.half_life)
            lateness = row.lateness(day)
            if lateness is None:
                cases.append((day - 0.5 - row.due, False, False, weight))
            else:
                paid += 1
                disputes += row.disputed
                cases.append((lateness, True, row.disputed, weight))
        pooling = settings.dispute_pooling
        chance = (disputes + pooling * common.disputes) / (paid + pooling)
        middle, spread, known = self._own(cases, chance)
        # The level is itself known from some cases only.
        spread = math.sqrt(spread**2 + common.within / known)
        if disputed is not None:
            chance = float(disputed)
        later = middle + common.later
        parts = (
            Part(1 - chance, middle, spread),
            Part(chance, later, spread * settings.disputed_spread),
        )
        return parts, paid

    def _own(self, cases, chance):
        """(level, spread, cases the level is worth) of a customer: a mean under a
        t-distribution, what is not paid put where it is to be expected."""
        common, settings = self._common, self.settings
        prior = common.within / common.apart
        middle, spread = common.middle, math.sqrt(common.within)
        freedom = settings.freedom
        known = prior
        for _round in range(_ROUNDS):
            weights = prior
            total = prior * common.middle
            squares = settings.spread_pooling * common.within
            counted = settings.spread_pooling
            for place, is_paid, disputed, weight in cases:
                if not is_paid:
                    share, expected = self._still_open(place, middle, spread, chance)
                    weight *= 1 - share  # what was not to be paid yet tells nothing
                    weights += weight
                    total += weight * expected
                    continue
                level = place - common.later * disputed
                off = (level - middle) / spread
                weight *= (freedom + 1) / (freedom + off * off)
                weights += weight
                total += weight * level
                squares += weight * (level - middle) ** 2
                counted += weight
            middle = total / weights
            spread = max(math.sqrt(squares / counted), _LEAST_SPREAD)
            known = weights
        return middle, spread, known

    def _still_open(self, passed, middle, spread, chance):
        """(share open after so many days, the level to be expected of them)."""
        later = self._common.later
        plain = (passed - middle) / spread
        disputed = (passed - middle - later) / spread
        shares = (
            (1 - chance) * (1 - _NORMAL.cdf(plain)),
            chance * (1 - _NORMAL.cdf(disputed)),
        )
        whole = sum(shares)
        if whole < 1e-6:
            return 0.0, passed
        densities = (1 - chance) * _NORMAL.pdf(plain) + chance * _NORMAL.pdf(disputed)
        return whole, middle + spread * densities / whole
