# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Past cases by group, the old ones counting less: from them the distribution of
lateness for a new case, as a curve. See ``docs/confidence.md``."""

import bisect
import math

# Weights are relative to a reference day; past this many half-lives they are rebased
# so that neither long histories nor a mistyped year can overflow a float.
_REBASE = 500
_EPSILON = 1e-12


class Mixture:
    """The pooled distribution for some keys, and where it is from.

    ``curve`` as :func:`product_limit` gives it; ``source``, ``count`` and ``share``
    as in an Estimate; ``recent`` is how many cases of today all cases are worth.
    """

    __slots__ = ("count", "curve", "recent", "share", "source")

    def __init__(self, curve, source, count, share, recent):
        self.curve = curve
        self.source = source
        self.count = count
        self.share = share
        self.recent = recent

    def days(self, level):
        """The lateness that ``level`` of such cases do not exceed."""
        return read(self.curve, level)


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


class Pool:
    """The cases known by now, under one half-life.

    ``rows`` are (planned day, day of arrival or None, keys, batch), days as ordinals,
    and belong to the caller, who tells what happens in the order of days.
    """

    def __init__(self, rows, half_life, pooling):
        self._rows = rows
        self._half_life = half_life
        self._pooling = pooling
        self._groups = {}
        self._base = None
        self._today = None
        self._mixtures = {}

    def move_to(self, day):
        """It is the morning of ``day``."""
        self._today = day
        self._mixtures = {}

    def overdue(self, position):
        """A row's planned day has passed and it is not here."""
        planned, _arrived, keys, _batch = self._rows[position]
        weight = self._weight(planned)
        for group in self._groups_of(keys):
            group.overdue[position] = weight
            group.total += weight
            group.count += 1

    def arrive(self, position):
        """A row has come."""
        planned, arrived, keys, _batch = self._rows[position]
        late = arrived > planned
        weight = None if late else self._weight(arrived)
        for group in self._groups_of(keys):
            if late:
                weight = group.overdue.pop(position)
            else:
                group.total += weight
                group.count += 1
            lateness = arrived - planned
            group.arrived[lateness] = group.arrived.get(lateness, 0.0) + weight

    def cases_a_day(self, day):
        """How many cases there are on a day like this, by those of late."""
        recent = self._recent(self._groups[None], day)
        return recent * math.log(2) / self._half_life

    def mixture(self, keys, batch, apart):
        """The :class:`Mixture` for these keys, without the rows at ``apart``: those
        of this batch."""
        ident = keys, batch if apart else None
        if ident not in self._mixtures:
            self._mixtures[ident] = self._mix(keys, apart)
        return self._mixtures[ident]

    def _mix(self, keys, apart):
        arrived, overdue = {}, {}
        left = 1.0
        recent = source = count = share = 0
        for name in _names(keys):
            group = self._groups.get(name)
            if group and apart:
                group = self._without(group, name, apart)
            if not group or group.total <= 0:
                continue
            recent = self._recent(group, self._today)
            part = left
            if name is not None:
                part *= recent / (recent + self._pooling) if recent else 0.0
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
        return Mixture(product_limit(arrived, overdue), source, count, share, recent)

    def _groups_of(self, keys):
        for name in _names(keys):
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = _Group()
            yield group

    def _weight(self, day):
        """2 ** (age in half-lives), relative to a day that moves along with time."""
        if self._base is None:
            self._base = day
        doublings = (day - self._base) / self._half_life
        if doublings > _REBASE:
            shift = math.floor(doublings)
            for group in self._groups.values():
                group.rebase(shift)
            self._base += shift * self._half_life
            doublings -= shift
        return 2.0**doublings if doublings > -1000 else 0.0

    def _recent(self, group, day):
        """How many cases of a day the group's cases are worth."""
        age = (day - self._base) / self._half_life
        return group.total * 2.0 ** -max(age, -_REBASE) if age < 1000 else 0.0

    def _without(self, group, name, positions):
        """A copy of the group without the cases at these positions."""
        rest = _Group()
        rest.arrived, rest.overdue = dict(group.arrived), dict(group.overdue)
        rest.total, rest.count = group.total, group.count
        for position in positions:
            planned, arrived, keys, _batch = self._rows[position]
            if name not in _names(keys):
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


def _names(keys):
    for rank, key in enumerate(keys):
        if key:
            yield rank, key
    yield None


def product_limit(arrived, overdue):
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


def read(curve, level):
    """The smallest lateness with at least ``level`` up to it, else the largest."""
    if not curve:
        return 0
    place = bisect.bisect_left(curve, (level - _EPSILON, -math.inf))
    return curve[min(place, len(curve) - 1)][1]
