# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A level such as 90 %, corrected by what came of the answers given at it.

Adaptive conformal inference (Gibbs and Candès, 2021), for outcomes that are known
days after their answers; see ``docs/confidence.md``."""

import heapq

#: The chance of a miss in use is at least this part of the nominal one, and
LEAST_MISSES = 1 / 3
#: at most so many times it.
MOST_MISSES = 3.5
#: An on-time date becomes an early one if its misses are at most so many times it.
EARLY_MISSES = 1.25


def check_level(level):
    """Return the level, or say what a level is."""
    if not 0 < level < 1:
        raise ValueError(f"A level lies between 0 and 1, exclusive: {level!r}")
    return level


class CorrectedLevel:
    """The level in use instead of ``level``.

    :param gain: step for each answer kept or missed
    :param damping: bound of the steps of all answers under way together
    """

    def __init__(self, level, gain, damping):
        self.level = self.used = check_level(level)
        self._gain = gain
        self._damping = damping
        allowed = 1 - level
        # With most cases exactly on time it would else run off, since no level makes
        # a date kept in fewer cases than arrive on that very day.
        self._highest = 1 - allowed * LEAST_MISSES
        self._lowest = max(1 - allowed * MOST_MISSES, level / 2)
        self._early = max(1 - allowed * EARLY_MISSES, self._lowest)
        self._answers = []  # heap: day promised, position of the row
        self._delay = None  # days from an answer to its outcome, on average

    def days(self, mixture):
        """The answer for a case with this distribution."""
        days = mixture.days(self.level)
        if self.used == self.level:
            return days
        # The correction may turn "on the planned day" into "before it" only where
        # nearly as many come by then: to be kept less often, not to be senseless.
        bound = min(days, 0, mixture.days(self._early))
        return max(mixture.days(self.used), bound)

    def answered(self, day, position, promised, wait):
        """A row was promised for a day when asked on ``day``; its outcome takes so
        many days, as far as one can tell."""
        # Judged when the promised day has passed, not when the goods are here: kept
        # answers would else be heard of sooner than missed ones.
        heapq.heappush(self._answers, (max(promised, day) + 1, position, promised))
        if self._delay is None:
            self._delay = wait
        self._delay += (wait - self._delay) / 100

    def judge(self, day, rows, cases_a_day):
        """Move the level by the answers whose day has passed on the morning of
        ``day``, those of one day together.

        :param rows: (planned day, day of arrival or None, …) by position
        :param cases_a_day: what a day has of them, a function of the day
        """
        while self._answers and self._answers[0][0] <= day:
            morning = self._answers[0][0]
            surplus = 0.0  # misses above what the level allows
            while self._answers and self._answers[0][0] == morning:
                _morning, position, promised = heapq.heappop(self._answers)
                arrived = rows[position][1]
                missed = arrived is None or arrived > promised
                surplus += missed - (1 - self.level)
            # With many answers under way full steps for each would overshoot before
            # the first effect is seen, and swing.
            under_way = max(cases_a_day(morning) * self._delay, 1)
            gain = min(self._gain, self._damping / under_way)
            moved = self.used + gain * surplus
            self.used = min(self._highest, max(self._lowest, moved))
