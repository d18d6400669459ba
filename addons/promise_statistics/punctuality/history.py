# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How late a planned date turns out to be, and how sure that is.

Plain Python: no ORM, no third-party library. From a history of planned and actual
dates it gives, for a new planned date, the lateness in days that a chosen share of
the cases does not exceed: the date at 50 % and the date at 90 %.

Four steps, each explained with its source in ``docs/confidence.md``; the first three
are ``pool``, the last is ``level``:

1. every past case counts less the older it is (exponential decay);
2. the empirical distributions of the groups a case belongs to, from fine to coarse,
   are pooled: a group with little history leans on the next coarser one;
3. what is overdue and not yet here counts as "later than today" (Kaplan-Meier);
4. the level asked for is corrected by how often earlier answers were kept
   (adaptive conformal inference).

Nothing is used that was not known at the moment of the question (``as_of``): a case
counts as arrived when it arrived before that day, as overdue when it was planned
before that day and has not arrived, and not at all otherwise. ``backtest``
judges the method on the past.
"""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import NamedTuple

from .level import CorrectedLevel, check_level
from .pool import Pool

#: what is further from its planned day than this was typed wrong, in either date
MAX_DAYS = 730
#: and so was what lies outside of these
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
# Within a day: questions first (they know the days before only), then what happened.
_ANNOUNCE, _OVERDUE, _ARRIVE = 0, 1, 2


class Observation(NamedTuple):
    """One planned date and what came of it.

    ``keys`` go from the finest group to the coarsest; a falsy key is unknown and
    skipped. "Everything" is always added as the last resort and is not to be given.
    ``actual`` is None while it has not arrived. ``batch`` names what moves together,
    say a shipment: when the past is replayed, a case is answered without the others
    of its batch, since one part's early arrival gives away all of it.
    """

    scheduled: date
    actual: date | None
    keys: tuple[Hashable, ...]
    batch: Hashable = None


def is_sensible(scheduled: date, actual: date | None) -> bool:
    """Whether both dates can be meant. Years such as 1970 and 2999 stand for "unknown"
    and "never", and a few of them would decide what is said of all others."""
    for day in (scheduled, actual or scheduled):
        if not EARLIEST <= day < LATEST:
            return False
    return actual is None or abs((actual - scheduled).days) <= MAX_DAYS


def sensible(rows: Iterable) -> list:
    """The rows whose dates can be meant; see :func:`is_sensible`."""
    return [row for row in rows if is_sensible(row[0], row[1])]


class Estimate(NamedTuple):
    """The lateness not exceeded at a level, and what it rests on.

    ``source`` is the index in ``keys`` of the group with the greatest say, or
    ``len(keys)`` for "everything"; ``count`` is how many past cases that group has,
    and ``share`` (0 to 1) how much of the answer comes from it.
    """

    days: int
    count: int
    source: int
    share: float


class Settings(NamedTuple):
    """The few numbers of the method; chosen on 2006-2012, see docs/confidence.md.

    :param half_life: days after which a case counts half
    :param middle_half_life: the same for levels up to a half: the middle of a
        distribution is known from fewer cases than its edge, and so from newer ones
    :param pooling: cases (recent ones) at which a group counts as much as its parent
    :param minimum: arrived cases below which there is no answer
    :param gain: step of the level's correction for each answer kept or missed
    :param damping: bound of the steps of all answers under way together
    :param corrected: the levels that are corrected
    """

    half_life: float = 90.0
    middle_half_life: float = 60.0
    pooling: float = 20.0
    minimum: int = 30
    gain: float = 0.01
    damping: float = 1.0
    corrected: tuple[float, ...] = (0.9,)

    def half_life_of(self, level):
        return self.half_life if level > 0.5 else self.middle_half_life


class Alone(NamedTuple):
    """The batch of a case that belongs to none."""

    position: int


class History:
    """Past planned and actual dates, asked for the lateness of a new one.

    Questions in the order of ``as_of`` are cheap: the state moves forward. A question
    about an earlier day than the last one starts again from the first row.

    :param rows: the observations, in any order; those that are not :func:`sensible`
        are left out
    :param settings: the numbers of the method
    :param notice: how many days before its planned date a case is asked about; only
        for the correction, which replays the questions of the past
    :param calibrate_from: replay only the questions planned from this day on; None
        replays all. The correction forgets in some hundred answers, so a large
        history may start it late.
    """

    def __init__(self, rows: Iterable, settings=None, notice=0, calibrate_from=None):
        self.settings = settings or Settings()
        half_lives = self.settings.half_life, self.settings.middle_half_life
        if min(half_lives) <= 0 or self.settings.pooling < 0:
            raise ValueError("half_life must be positive, pooling not negative.")
        for level in self.settings.corrected:
            check_level(level)
        if notice < 0:
            raise ValueError("The notice is a number of days, not negative.")
        self._rows = []
        self._events = []
        first = calibrate_from.toordinal() if calibrate_from else None
        self._batches = {}
        for position, (scheduled, actual, keys, batch) in enumerate(sensible(rows)):
            planned = scheduled.toordinal()
            arrived = actual.toordinal() if actual else None
            if batch is None:
                batch = Alone(position)
            self._rows.append((planned, arrived, tuple(keys), batch))
            self._batches.setdefault(batch, []).append(position)
            if self.settings.corrected and (first is None or planned >= first):
                self._events.append((planned - notice, _ANNOUNCE, position))
            if arrived is None or arrived > planned:
                self._events.append((planned, _OVERDUE, position))
            if arrived is not None:
                self._events.append((arrived, _ARRIVE, position))
        self._events.sort()
        arrivals = (day for day, kind, _position in self._events if kind == _ARRIVE)
        self._end = max(arrivals, default=0) + 1
        self._restart()

    def quantile(self, level, keys, as_of=None, batch=None):
        """The lateness that ``level`` of such cases do not exceed, or None.

        None means too little history: fewer arrived cases than the minimum, or too
        few recent ones to tell this level at all.

        :param level: between 0 and 1, e.g. 0.9
        :param keys: the groups of the new case, from fine to coarse, as in the rows
        :param as_of: the day of the question; only what happened before it counts.
            None: the day after the last arrival.
        :param batch: the cases of this batch are left out
        """
        check_level(level)
        self._advance(as_of.toordinal() if as_of else self._end)
        return self._ask(level, tuple(keys), batch)

    def corrected_level(self, level):
        """The level in use for ``level`` after the correction, at the last question."""
        return self._levels[level].used if level in self._levels else level

    # -- state ------------------------------------------------------------------

    def _restart(self):
        settings = self.settings
        self._levels = {
            level: CorrectedLevel(level, settings.gain, settings.damping)
            for level in settings.corrected
        }
        self._pools = {}
        for half_life in {settings.half_life, settings.middle_half_life}:
            self._pools[half_life] = Pool(self._rows, half_life, settings.pooling)
        self._next = 0
        self._today = None
        self._arrivals = 0

    def _pool(self, level):
        return self._pools[self.settings.half_life_of(level)]

    def _advance(self, day):
        """Bring the state to the morning of ``day``: all that was known before it."""
        if self._today is not None and day < self._today:
            self._restart()
        events = self._events
        while self._next < len(events) and events[self._next][0] < day:
            moment, kind, position = events[self._next]
            self._next += 1
            self._move_to(moment)
            if kind == _ANNOUNCE:
                self._announce(position)
            else:
                self._arrivals += kind == _ARRIVE
                for pool in self._pools.values():
                    if kind == _ARRIVE:
                        pool.arrive(position)
                    else:
                        pool.overdue(position)
        self._move_to(day)

    def _move_to(self, day):
        if day == self._today:
            return
        self._today = day
        for pool in self._pools.values():
            pool.move_to(day)
        for level, corrected in self._levels.items():
            corrected.judge(day, self._rows, self._pool(level).cases_a_day)

    def _announce(self, position):
        """Answer for a past row as it would have been answered then."""
        planned, _arrived, keys, batch = self._rows[position]
        for level, corrected in self._levels.items():
            mixture = self._mixture(level, keys, batch)
            if self._is_enough(level, mixture):
                promised = planned + corrected.days(mixture)
                plain = planned + max(mixture.days(level), 0)
                wait = plain + 1 - self._today
                corrected.answered(self._today, position, promised, wait)

    # -- the answer ---------------------------------------------------------------

    def _ask(self, level, keys, batch):
        mixture = self._mixture(level, keys, batch)
        if not self._is_enough(level, mixture):
            return None
        days = self._days(level, mixture)
        for higher in self._levels:
            # What half of the cases keep is never later than what nine in ten do.
            if level < higher and self._pool(higher) is not self._pool(level):
                days = min(days, self._days(higher, self._mixture(higher, keys, batch)))
        return Estimate(days, mixture.count, mixture.source, mixture.share)

    def _days(self, level, mixture):
        if level in self._levels:
            return self._levels[level].days(mixture)
        return mixture.days(level)

    def _is_enough(self, level, mixture):
        # Fewer than p / (1 - p) cases cannot tell a quantile at p: even the largest
        # of n cases is only exceeded with chance 1 / (n + 1).
        enough = level / (1 - level)
        return self._arrivals >= self.settings.minimum and mixture.recent >= enough

    def _mixture(self, level, keys, batch):
        known = [
            position
            for position in self._batches.get(batch, ())
            if min(filter(None, self._rows[position][:2])) < self._today
        ]
        return self._pool(level).mixture(keys, batch, known)
