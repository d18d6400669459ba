"""Shares of a product for classes of customers.

A *protection* keeps a quantity for a class. What the class has not taken of it counts
as demand of the period's first day for everybody else: as if the class had ordered it.
What is promised to others for a later day would be missing all the same, so nothing
comes back at the end of the period; only when the rule itself has ended, by the
calendar, is the rest everybody's.

A *quota* is the most that a class may take in a period. It never brings goods, it only
keeps them back: what the quota does not let out leaves after the period.

Both count what the class takes on the day on which it must be on the shelf.
"""

from collections import defaultdict
from math import floor, inf
from typing import NamedTuple

#: a hundred millionth of a unit is nobody's
SMALL = 1e-8


class Rule(NamedTuple):
    """A share of one product. Days are ordinals, the last one included."""

    id: int
    kind: str
    class_id: int
    quantity: float
    first: int
    last: int
    #: the first day on which the rule is over
    ends: int
    product_id: int
    #: None for all warehouses together
    warehouse_id: int | None = None
    #: the rank of the protected class, where those before it are not bound; else None
    rank: int | None = None


class Customer(NamedTuple):
    """Whose request it is. The smaller rank goes first."""

    class_id: int | None = None
    rank: int | None = None


class Held(NamedTuple):
    """What a rule keeps back."""

    rule_id: int
    product_id: int
    quantity: float


class Quota:
    """What is left of a quota, while a request takes from it."""

    def __init__(self, rule, taken=0.0):
        self.rule = rule
        self.left = rule.quantity - taken

    def covers(self, day):
        return self.rule.first <= day <= self.rule.last


class Allocation:
    """The rules that bind one request.

    :param customer: :class:`Customer` who asks
    """

    def __init__(self, customer=None):
        self.customer = customer or Customer()
        #: {(product, warehouse): [Held]} of what is kept for others
        self.kept = defaultdict(list)
        self._quotas = {}
        self._by_key = defaultdict(list)

    def apply(self, rules, taken, timelines):
        """Count what is kept for others on the timelines, and note the quotas.

        :param rules: list of :class:`Rule`
        :param taken: {(rule, product): quantity that the rule's class has taken}
        :param timelines: {(product, warehouse): Timeline} that no rule was applied to
        """
        by_product = defaultdict(list)
        for rule in rules:
            by_product[rule.product_id].append(rule)
        for key, timeline in timelines.items():
            for rule in by_product.get(key[0], ()):
                if rule.warehouse_id in (None, key[1]) and timeline.today < rule.ends:
                    self._apply(rule, taken, key, timeline)

    def _apply(self, rule, taken, key, timeline):
        own = rule.class_id == self.customer.class_id
        name = rule.id, rule.product_id
        if rule.kind == "quota":
            if own:
                if name not in self._quotas:
                    self._quotas[name] = Quota(rule, taken.get(name, 0.0))
                self._by_key[key].append(self._quotas[name])
        elif not own and self._binds(rule):
            rest = rule.quantity - taken.get(name, 0.0)
            if rest > timeline.epsilon:
                timeline.add_demand(rule.first, rest)
                self.kept[key].append(Held(rule.id, rule.product_id, rest))

    def _binds(self, rule):
        """Whether the asking class has to respect a protection."""
        ranks = rule.rank, self.customer.rank
        return None in ranks or ranks[1] >= ranks[0]

    # -- while a request is promised ------------------------------------------------

    def take(self, claims, sign=1):
        for claim in claims:
            key = claim.product_id, claim.warehouse_id
            for quota in self._by_key.get(key, ()):
                if quota.covers(claim.day):
                    quota.left -= sign * claim.quantity

    def gate(self, needs, warehouse, schedule):
        """:class:`Gate` of a line, or None where no quota binds it.

        :param needs: {product: units of it in one unit of the line}
        """
        quotas = [
            (quota, ratio)
            for product, ratio in needs.items()
            for quota in self._by_key.get((product, warehouse), ())
        ]
        return Gate(quotas, schedule) if quotas else None

    def keeps(self, needs, warehouse, quantity, timelines, day):
        """What is kept for others, where a line cannot be served on ``day`` because
        of it: list of :class:`Held`."""
        keeping = []
        for product, ratio in needs.items():
            key = product, warehouse
            kept = self.kept.get(key)
            if kept:
                timeline = timelines[key]
                available = timeline.available(day)
                there = available + sum(held.quantity for held in kept)
                if (
                    available < quantity * ratio - timeline.epsilon
                    and there > max(available, 0.0) + timeline.epsilon
                ):
                    keeping += kept
        return keeping


class Gate:
    """Lets out what the quotas of a line allow, the rest after their periods."""

    def __init__(self, quotas, schedule):
        self.quotas = quotas
        self.schedule = schedule
        #: {rule and product: Held} of the quotas that kept something back
        self.closed = {}

    def admit(self, shipments, step=None):
        """Put off what the quotas do not let out.

        The earliest first is best: what is taken sooner is counted in periods that end
        sooner, or in the same.

        :param shipments: [(moment, quantity)] in order, which may leave later as well
        :param step: the smallest part that may be sent on its own; None where all
            leaves at once
        :return: as ``shipments``; a moment of None where nobody ever works
        """
        used = dict.fromkeys((quota for quota, __ in self.quotas), 0.0)
        waiting, events, admitted = 0.0, list(shipments), {}
        while events:
            ship, quantity = events.pop(0)
            waiting += quantity
            if ship is None:
                admitted[None] = waiting
                break
            day = self.schedule.day(self.schedule.needed(ship))
            part = self._part(used, day, waiting, step)
            if part:
                admitted[ship] = admitted.get(ship, 0.0) + part
                waiting -= part
                for quota, ratio in self.quotas:
                    if quota.covers(day):
                        used[quota] += part * ratio
            if waiting > SMALL:
                later = self._reopened(used, ship, day, waiting, step)
                following = events[0][0] if events else None
                if later is None or following is None or following > later:
                    events.insert(0, (later, 0.0))
            else:
                waiting = 0.0
        return list(admitted.items())

    def _units(self, quota, ratio, used):
        return max(quota.left - used[quota], 0.0) / ratio

    def _part(self, used, day, waiting, step):
        """How much of what waits may leave on a day."""
        units = min(
            (
                self._units(quota, ratio, used)
                for quota, ratio in self.quotas
                if quota.covers(day)
            ),
            default=inf,
        )
        if units >= waiting - SMALL:
            return waiting
        # floats: as in the splitting of a line
        return floor(units / step + 1e-9) * step if step else 0.0

    def _reopened(self, used, ship, day, waiting, step):
        """The first shipment after the quotas that let nothing more out."""
        least = min(step or waiting, waiting)
        last = day
        for quota, ratio in self.quotas:
            units = self._units(quota, ratio, used)
            if quota.covers(day) and units < least * (1 - 1e-9) - SMALL / 2:
                last = max(last, quota.rule.last)
                rule = quota.rule
                self.closed.setdefault(
                    (rule.id, rule.product_id),
                    Held(rule.id, rule.product_id, max(quota.left, 0.0)),
                )
        schedule = self.schedule
        return schedule.slot(max(ship, schedule.midnight(last + 1) + schedule.security))
