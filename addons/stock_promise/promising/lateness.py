# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How late a planned date turns out to be, and how sure that is.

Plain Python: no ORM, no third-party library. From a history of planned and actual
dates it gives, for a new planned date, the lateness in days that a chosen share of
the cases does not exceed: the date at 50 % and the date at 90 %.

Four steps, each explained with its source in ``docs/confidence.md``:

1. every past case counts less the older it is (exponential decay);
2. the empirical distributions of the groups a case belongs to, from fine to coarse,
   are pooled: a group with little history leans on the next coarser one;
3. what is overdue and not yet here counts as "later than today" (Kaplan-Meier);
4. the level asked for is corrected by how often earlier answers were kept
   (adaptive conformal inference).

Nothing is used that was not known at the moment of the question (``as_of``): a case
counts as arrived when it arrived before that day, as overdue when it was planned
before that day and has not arrived, and not at all otherwise.
"""

import bisect
import heapq
import math
from collections.abc import Hashable, Iterable
from datetime import date
from typing import NamedTuple

# Weights are relative to a reference day; past this many half-lives they are rebased
# so that neither long histories nor a mistyped year can overflow a float.
_REBASE = 500
_EPSILON = 1e-12
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
    :param pooling: cases (recent ones) at which a group counts as much as its parent
    :param minimum: arrived cases below which there is no answer
    :param gain: step of the level's correction for each answer kept or missed
    :param damping: bound of the steps of all answers under way together
    :param corrected: the levels that are corrected
    """

    half_life: float = 90.0
    pooling: float = 20.0
    minimum: int = 30
    gain: float = 0.01
    damping: float = 1.0
    corrected: tuple[float, ...] = (0.9,)


class Score(NamedTuple):
    """How a level's dates did on the rows judged."""

    level: float
    judged: int
    kept: float
    loss: float
    unanswered: int


class _Alone(NamedTuple):
    """The batch of a case that belongs to none."""

    position: int


class _Group:
    """The known cases of one group: weights by lateness, and the overdue ones."""

    __slots__ = ("arrived", "count", "overdue", "total")

    def __init__(self):
        self.arrived = {}  # lateness in days: weight
        self.overdue = {}  # position of the row: weight
        self.total = 0.0
        self.count = 0

    def rebase(self, doublings):
        for weights in (self.arrived, self.overdue):
            for key, weight in weights.items():
                weights[key] = math.ldexp(weight, -doublings)
        self.total = math.ldexp(self.total, -doublings)


def pinball(level, actual, predicted):
    """The loss that the true quantile minimises, in the unit of its arguments."""
    if actual > predicted:
        return level * (actual - predicted)
    return (1 - level) * (predicted - actual)


def check_level(level):
    """Return the level, or say what a level is."""
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, exclusive: {level!r}")
    return level


class History:
    """Past planned and actual dates, asked for the lateness of a new one.

    Questions in the order of ``as_of`` are cheap: the state moves forward. A question
    about an earlier day than the last one starts again from the first row.

    :param rows: the observations, in any order
    :param settings: the numbers of the method
    :param notice: how many days before its planned date a case is asked about; only
        for the correction, which replays the questions of the past
    :param calibrate_from: replay only the questions planned from this day on; None
        replays all. The correction forgets in some hundred answers, so a large
        history may start it late.
    """

    def __init__(self, rows: Iterable, settings=None, notice=0, calibrate_from=None):
        self.settings = settings or Settings()
        if self.settings.half_life <= 0 or self.settings.pooling < 0:
            raise ValueError("half_life must be positive, pooling not negative.")
        for level in self.settings.corrected:
            check_level(level)
        if notice < 0:
            raise ValueError("The notice is a number of days, not negative.")
        self._rows = []
        self._events = []
        first = calibrate_from.toordinal() if calibrate_from else None
        self._batches = {}
        for position, (scheduled, actual, keys, batch) in enumerate(rows):
            planned = scheduled.toordinal()
            arrived = actual.toordinal() if actual else None
            if batch is None:
                batch = _Alone(position)
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
        return self._levels.get(level, level)

    # -- state ------------------------------------------------------------------

    def _restart(self):
        self._groups = {}
        self._levels = {level: level for level in self.settings.corrected}
        self._delays = {}  # level: days from an answer to its outcome, on average
        self._answers = []  # heap: day promised, row, level
        self._next = 0
        self._today = None
        self._base = None
        self._arrivals = 0
        self._mixtures = {}

    def _advance(self, day):
        """Bring the state to the morning of ``day``: all that was known before it."""
        if self._today is not None and day < self._today:
            self._restart()
        events = self._events
        while self._next < len(events) and events[self._next][0] < day:
            moment, kind, position = events[self._next]
            self._next += 1
            if kind == _ANNOUNCE:
                self._move_to(moment)
                self._announce(position)
            else:
                self._happen(kind, position)
        self._move_to(day)

    def _move_to(self, day):
        if day != self._today:
            self._today = day
            self._mixtures = {}
            self._judge(day)

    def _happen(self, kind, position):
        planned, arrived, keys, _batch = self._rows[position]
        late = arrived is None or arrived > planned
        weight = self._weight(planned if late else arrived)
        if kind == _ARRIVE:
            self._arrivals += 1
        for name in self._names(keys):
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = _Group()
            if kind == _OVERDUE:
                group.overdue[position] = weight
            elif late:
                weight = group.overdue.pop(position)
            if kind == _OVERDUE or not late:
                group.total += weight
                group.count += 1
            if kind == _ARRIVE:
                lateness = arrived - planned
                group.arrived[lateness] = group.arrived.get(lateness, 0.0) + weight

    def _weight(self, day):
        """2 ** (age in half-lives), relative to a day that moves along with time."""
        if self._base is None:
            self._base = day
        doublings = (day - self._base) / self.settings.half_life
        if doublings > _REBASE:
            shift = math.floor(doublings)
            for group in self._groups.values():
                group.rebase(shift)
            self._base += shift * self.settings.half_life
            doublings -= shift
        return 2.0**doublings if doublings > -1000 else 0.0

    def _recent(self, group):
        """How many cases of today the group's cases are worth."""
        age = (self._today - self._base) / self.settings.half_life
        return group.total * 2.0 ** -max(age, -_REBASE) if age < 1000 else 0.0

    @staticmethod
    def _names(keys):
        for rank, key in enumerate(keys):
            if key:
                yield rank, key
        yield None

    # -- the correction -----------------------------------------------------------

    def _announce(self, position):
        """Answer for a past row as it would have been answered then."""
        planned, _arrived, keys, batch = self._rows[position]
        for level in self._levels:
            estimate = self._ask(level, keys, batch)
            if estimate:
                # Judged when the promised day has passed, not when the goods are here:
                # kept answers would else be heard of sooner than missed ones.
                heapq.heappush(
                    self._answers, (planned + estimate.days, position, level)
                )
                plain = _read(self._mixture(keys, batch)[0], level)
                delay = planned + max(plain, 0) + 1 - self._today
                known = self._delays.get(level, delay)
                self._delays[level] = known + (delay - known) / 100

    def _judge(self, day):
        """Move each level by the answers whose day has passed (Gibbs and Candès)."""
        if not self._answers:
            return
        a_day = self._recent(self._groups[None]) * math.log(2)
        a_day /= self.settings.half_life
        while self._answers and self._answers[0][0] < day:
            promised, position, level = heapq.heappop(self._answers)
            arrived = self._rows[position][1]
            missed = arrived is None or arrived > promised
            # The outcome comes days later. With many answers under way full steps
            # for each would overshoot before the first effect is seen, and swing.
            under_way = a_day * self._delays[level]
            gain = min(self.settings.gain, self.settings.damping / max(under_way, 1))
            allowed = 1 - level
            moved = self._levels[level] + gain * (missed - allowed)
            # The chance of a miss stays between a third and three times the nominal
            # one: with most cases exactly on time it would else run off, since no
            # level makes a date kept in fewer cases than arrive on that very day.
            highest = 1 - allowed / 3
            lowest = max(1 - 3 * allowed, level / 2)
            self._levels[level] = min(highest, max(lowest, moved))

    # -- the answer ---------------------------------------------------------------

    def _ask(self, level, keys, batch):
        curve, source, count, share, recent = self._mixture(keys, batch)
        # Fewer than p / (1 - p) cases cannot tell a quantile at p: even the largest
        # of n cases is only exceeded with chance 1 / (n + 1).
        if self._arrivals < self.settings.minimum or recent < level / (1 - level):
            return None
        days = _read(curve, level)
        used = self._levels.get(level, level)
        if used != level:
            # The correction may not turn "on the planned day" into "before it".
            days = max(_read(curve, used), min(days, 0))
        return Estimate(days, count, source, share)

    def _mixture(self, keys, batch):
        """The pooled distribution for these keys as a curve, and where it is from."""
        apart = self._known_of(batch)
        ident = keys, batch if apart else None
        if ident in self._mixtures:
            return self._mixtures[ident]
        arrived, overdue = {}, {}
        left = 1.0
        recent = source = count = share = 0
        for name in self._names(keys):
            group = self._groups.get(name)
            if group and apart:
                group = self._without(group, name, apart)
            if not group or group.total <= 0:
                continue
            recent = self._recent(group)
            part = left
            if name is not None:
                part *= recent / (recent + self.settings.pooling) if recent else 0.0
            left -= part
            if part > share:
                share, count = part, group.count
                source = len(keys) if name is None else name[0]
            scale = part / group.total
            for lateness, weight in group.arrived.items():
                arrived[lateness] = arrived.get(lateness, 0.0) + scale * weight
            for position, weight in group.overdue.items():
                # Not here yesterday: later than the days that have passed.
                passed = self._today - 1 - self._rows[position][0]
                overdue[passed] = overdue.get(passed, 0.0) + scale * weight
        answer = (_curve(arrived, overdue), source, count, share, recent)
        self._mixtures[ident] = answer
        return answer

    def _known_of(self, batch):
        """The cases of a batch that are part of the state by now."""
        return [
            position
            for position in self._batches.get(batch, ())
            if min(filter(None, self._rows[position][:2])) < self._today
        ]

    def _without(self, group, name, positions):
        """A copy of the group without the cases at these positions."""
        rest = _Group()
        rest.arrived, rest.overdue = dict(group.arrived), dict(group.overdue)
        rest.total, rest.count = group.total, group.count
        for position in positions:
            planned, arrived, keys, _batch = self._rows[position]
            if name not in self._names(keys):
                continue
            rest.count -= 1
            weight = rest.overdue.pop(position, None)
            if weight is None:
                weight = self._weight(min(planned, arrived))
                rest.arrived[arrived - planned] -= weight
            rest.total -= weight
        if not rest.count:
            return None
        # What is left of a subtraction that should have left nothing.
        dust = _EPSILON * group.total
        rest.arrived = {late: w for late, w in rest.arrived.items() if w > dust}
        return rest


def _curve(arrived, overdue):
    """Kaplan and Meier's estimate: [(share arrived by then, lateness)], ascending.

    ``overdue`` are cases known only to be later than their key.
    """
    at_risk = sum(arrived.values()) + sum(overdue.values())
    pending = sorted(overdue.items(), reverse=True)
    remaining = 1.0
    curve = []
    for lateness in sorted(arrived):
        while pending and pending[-1][0] < lateness:
            at_risk -= pending.pop()[1]
        if at_risk > _EPSILON:
            remaining *= max(0.0, 1 - arrived[lateness] / at_risk)
        at_risk -= arrived[lateness]
        curve.append((1 - remaining, lateness))
    return curve


def _read(curve, level):
    """The smallest lateness with at least ``level`` up to it, else the largest."""
    if not curve:
        return 0
    place = bisect.bisect_left(curve, (level - _EPSILON, -math.inf))
    return curve[min(place, len(curve) - 1)][1]


def split(rows, start):
    """The rows to fit on (planned and arrived before ``start``), and those to judge.

    Rows not arrived at all are in neither: nothing can be said of them yet.
    """
    fitted, judged = [], []
    for row in rows:
        if row.actual is not None:
            before = row.scheduled < start and row.actual < start
            (fitted if before else judged).append(row)
    return fitted, judged


def score(level, rows, answers):
    """Judge one level's answers (days, or None) against what came."""
    check_level(level)
    kept = judged = unanswered = 0
    losses = []
    for row, days in zip(rows, answers, strict=True):
        if days is None:
            unanswered += 1
            continue
        lateness = (row.actual - row.scheduled).days
        judged += 1
        kept += lateness <= days
        losses.append(pinball(level, lateness, days))
    if not judged:
        return Score(level, 0, 0.0, 0.0, unanswered)
    return Score(level, judged, kept / judged, math.fsum(losses) / judged, unanswered)


def replay(rows, start, levels=(0.9, 0.5), settings=None, notice=0, frozen=False):
    """What would have been answered for past rows, at the time.

    Every row not planned and arrived before ``start`` is asked about as of the day
    ``notice`` days before its planned one: only what was known by then is used, and
    nothing of its own batch.
    ``frozen`` asks about all of them as of ``start`` instead, from the rows planned
    and arrived before it.

    :return: [(row, one Estimate or None for each level)], by planned date
    """
    rows = [
        row if row.batch is not None else row._replace(batch=_Alone(position))
        for position, row in enumerate(rows)
    ]
    fitted, judged = split(rows, start)
    history = History(fitted if frozen else rows, settings, notice)
    answers = []
    for row in sorted(judged, key=lambda row: row.scheduled):
        day = start.toordinal() if frozen else row.scheduled.toordinal() - notice
        as_of = date.fromordinal(max(day, 1))
        asked = tuple(
            history.quantile(level, row.keys, as_of, row.batch) for level in levels
        )
        answers.append((row, asked))
    return answers


def backtest(rows, start, levels=(0.9, 0.5), settings=None, notice=0, frozen=False):
    """Judge what ``replay`` gives by what came: one Score for each level."""
    levels = tuple(levels)
    answers = replay(rows, start, levels, settings, notice, frozen)
    judged = [row for row, _asked in answers]
    return [
        score(level, judged, [asked[i] and asked[i].days for _row, asked in answers])
        for i, level in enumerate(levels)
    ]
