"""Who may win and who may lose when goods are given out anew.

Each demand chosen for a run has a strategy, which says what may happen to the date it
has now:

    win           on the requested date, with goods of all that may lose
    gain          never later than now; earlier where possible
    redistribute  earlier or later
    fill          never earlier than now; later where others took its goods
    lose          never earlier than now, and the last to be served

They are served in this order, and within a strategy by their rank. What a demand of
the strategies ``redistribute``, ``fill`` and ``lose`` has now is free for those before
it. What a ``gain`` has now is never free for others, not even for a ``win``.

What is not chosen for the run keeps what it has: it is part of the timelines.

Where a part will do (see :mod:`.parts`), who has less than he wants may get more, and
who loses may keep a part.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from .parts import capped, compare, is_never_worse, parts_of, quantities

WIN = "win"
GAIN = "gain"
REDISTRIBUTE = "redistribute"
FILL = "fill"
LOSE = "lose"
#: the order in which they are served
STRATEGIES = (WIN, GAIN, REDISTRIBUTE, FILL, LOSE)

#: A day on which nothing can arrive is passed over, but not for ever.
TRIES = 31


class Demand(NamedTuple):
    """Lines that get their dates together: one line, or all open lines of a promise
    that is delivered at once."""

    key: object
    strategy: str
    #: ``Line`` of the promising functions, for the open quantities
    lines: tuple
    #: parallel to ``lines``: the date that each has now, or None
    before: tuple[datetime | None, ...]
    #: ``Claim`` of what the lines have now
    claims: tuple = ()
    #: ``Claim`` of replenishments that they count on: negative for what these bring
    planned: tuple = ()
    #: ``Customer`` of the rules of shares
    customer: object = None
    #: ((product, warehouse), day, quantity) of what the company's policy keeps from it:
    #: what it has already it may keep
    withheld: tuple = ()
    #: the smaller is served first within the strategy
    rank: tuple = ()
    one_delivery: bool = False
    #: an order goes on asking for its goods, also when it has no date
    stays: bool = False
    #: parallel to ``lines``, where a part will do: ((date, quantity), …) that each has
    parts: tuple = ()
    #: an order of which a part is promised and which asks for the whole all the same:
    #: it keeps its part, or gets the whole
    keeps: bool = False

    @property
    def partial(self):
        return bool(self.parts)

    @property
    def has_date(self):
        """Whether there is something to lose."""
        if self.partial:
            return any(self.parts)
        return None not in self.before

    @property
    def quantities(self):
        """Parallel to the lines: how much of each has a date."""
        if self.partial:
            return quantities(self.parts)
        return tuple(
            0.0 if date is None else line.quantity
            for line, date in zip(self.lines, self.before, strict=True)
        )


class Outcome(NamedTuple):
    """What a run gives to a demand."""

    #: parallel to the lines; empty where all stays as it is
    confirmations: tuple = ()
    #: whether everything stays as it is
    kept: bool = False
    #: whether the strategy's promise could not be kept: a win that is late, a gain
    #: whose own goods are not there any more
    unmet: bool = False
    #: the day on which goods without a date are asked for from now on
    waits: int | None = None

    def after(self, demand):
        """The dates after the run, parallel to the demand's lines."""
        if self.kept:
            return demand.before
        if not self.confirmations:
            return (None,) * len(demand.lines)
        return tuple(confirmation.promised for confirmation in self.confirmations)

    def quantities(self, demand):
        """How much of each line has a date after the run."""
        if self.kept:
            return demand.quantities
        if not self.confirmations:
            return (0.0,) * len(demand.lines)
        return tuple(confirmation.quantity for confirmation in self.confirmations)


class Given(NamedTuple):
    """What was taken from the timelines for a demand."""

    #: the planner's, before anything was replenished for it
    mark: object
    confirmations: tuple

    @property
    def dates(self):
        return [confirmation.promised for confirmation in self.confirmations]

    @property
    def claims(self):
        return [claim for each in self.confirmations for claim in each.claims]


class Processing:
    """One run.

    :param timelines: {(product, warehouse): Timeline} without what the chosen demands
        have now; what is given out is taken from them
    :param schedules: {warehouse: Schedule}
    :param allocate: the promising functions' ``allocate``
    :param planner: ``Planner`` that replenishes what is short
    :param shares: :class:`~.shares.Shares` that customers' classes have, or None
    :param rest: whether a ``lose`` gets what is left, or nothing
    """

    def __init__(
        self, timelines, schedules, allocate, planner=None, shares=None, rest=True
    ):
        self.timelines = timelines
        self.schedules = schedules
        self.allocate = allocate
        self.planner = planner
        self.shares = shares
        self.rest = rest

    def run(self, demands):
        """{key of the demand: Outcome}"""
        demands = sorted(
            demands, key=lambda each: (STRATEGIES.index(each.strategy), each.rank)
        )
        for demand in demands:
            if demand.keeps or (demand.strategy == GAIN and demand.has_date):
                self._put(demand)
        serve = {
            WIN: self._win,
            GAIN: self._gain,
            REDISTRIBUTE: self._redistribute,
            FILL: self._fill,
            LOSE: self._lose,
        }
        outcomes = {
            demand.key: (
                self._whole_or_keep if demand.keeps else serve[demand.strategy]
            )(demand)
            for demand in demands
        }
        for demand in demands:
            outcomes[demand.key] = self._wait(demand, outcomes[demand.key])
        return outcomes

    # -- strategies ----------------------------------------------------------------

    def _win(self, demand):
        outcome = self._redistribute(demand)
        after = self._day(demand, outcome.after(demand))
        # The date it would have if everything were on the shelf: the requested one, or
        # the first that the way to the customer allows.
        ideal = self._day(demand, self._ideal(demand))
        whole = [line.quantity for line in demand.lines]
        return outcome._replace(
            unmet=ideal is not None
            and (
                after is None
                or after > ideal
                or (demand.partial and compare(whole, outcome.quantities(demand)) < 0)
            )
        )

    def _gain(self, demand):
        if not demand.has_date:
            return self._redistribute(demand)
        self._put(demand, -1)
        given = self._give(demand)
        if self._is_better(demand, given) and self._is_safe(demand, given):
            return Outcome(given.confirmations)
        self._take_back(demand, given)
        fits = self._fits(demand)
        self._put(demand)
        return Outcome(kept=True, unmet=not fits)

    def _redistribute(self, demand):
        given = self._give(demand)
        if not demand.has_date or self._is_better(demand, given):
            return self._outcome(demand, given)
        # What is no better than what it has is not worth a change.
        self._take_back(demand, given)
        if self._fits(demand):
            self._put(demand)
            return Outcome(kept=True)
        return self._outcome(demand, self._give(demand))

    def _fill(self, demand):
        if not demand.has_date:
            return Outcome()
        if self._fits(demand):
            self._put(demand)
            return Outcome(kept=True)
        latest = max(date for date in demand.before if date)
        for days in range(TRIES):
            earliest = latest + timedelta(days=days)
            given = self._give(
                demand,
                [
                    line._replace(requested=max(line.requested or earliest, earliest))
                    for line in demand.lines
                ],
                more=False,
            )
            if not self._is_earlier(demand, given.dates):
                return self._outcome(demand, given)
            self._take_back(demand, given)
        return Outcome()

    def _lose(self, demand):
        return self._fill(demand) if self.rest else Outcome()

    def _whole_or_keep(self, demand):
        """The order's deliveries ask for the whole, whatever is promised of it: what it
        asks for is kept for it, and it is given the whole where that is there."""
        if demand.strategy in (FILL, LOSE):
            return Outcome(kept=True)
        self._put(demand, -1)
        given = self._give(demand)
        if None not in given.dates and (
            demand.strategy != GAIN or self._is_safe(demand, given)
        ):
            return Outcome(given.confirmations)
        self._take_back(demand, given)
        self._put(demand)
        return Outcome(kept=True, unmet=demand.strategy == WIN)

    # -- steps ---------------------------------------------------------------------

    def _outcome(self, demand, given):
        if (
            not any(given.dates)
            if demand.partial and not demand.keeps
            else None in given.dates
        ):
            self._take_back(demand, given)
            return Outcome()
        return Outcome(given.confirmations)

    def _give(self, demand, lines=None, more=True):
        """The best dates that there are, taken from the timelines.

        :param more: whether of a promise of a part more may be given than it has
        """
        lines = list(lines or demand.lines)
        wanted = [line.quantity for line in lines]
        if demand.partial and not more:
            lines = [
                capped(line, min(line.quantity, quantity))
                for line, quantity in zip(lines, demand.quantities, strict=True)
            ]
        mark = self.planner and self.planner.mark()
        with self._bound(demand) as rules:
            found = self.allocate(
                [line for line in lines if line.quantity],
                self.timelines,
                self.schedules,
                one_delivery=demand.one_delivery,
                planner=self.planner,
                **({"rules": rules} if rules else {}),
            )
        nothing, found = type(found[0])(), iter(found)
        confirmations = [next(found) if line.quantity else nothing for line in lines]
        if demand.partial and not more:
            confirmations = [
                confirmation._replace(short=quantity - confirmation.quantity)
                if confirmation.pieces
                else confirmation
                for quantity, confirmation in zip(wanted, confirmations, strict=True)
            ]
        given = Given(mark, tuple(confirmations))
        self._count(demand, given.claims)
        return given

    def _take_back(self, demand, given):
        to_order = self.planner.to_order if self.planner else ()
        for claim in given.claims:
            key = claim.product_id, claim.warehouse_id
            if key not in to_order:
                self.timelines[key].give_back(claim.day, claim.quantity)
        self._count(demand, given.claims, -1)
        if self.planner:
            self.planner.take_back(given.mark)

    def _put(self, demand, sign=1):
        """Count what a demand has now."""
        self._change((*demand.claims, *demand.planned), sign)
        self._count(demand, demand.claims, sign)

    def _change(self, claims, sign=1):
        to_order = self.planner.to_order if self.planner else ()
        for claim in claims:
            key = claim.product_id, claim.warehouse_id
            if key not in to_order:
                self.timelines[key].add_demand(claim.day, sign * claim.quantity)

    @contextmanager
    def _bound(self, demand):
        """Within this block, the timelines are those that a demand may take from."""
        for key, day, quantity in demand.withheld:
            self.timelines[key].add_demand(day, quantity)
        try:
            if self.shares:
                with self.shares.bind(demand.customer, self.timelines) as rules:
                    yield rules
            else:
                yield None
        finally:
            for key, day, quantity in demand.withheld:
                self.timelines[key].add_demand(day, -quantity)

    def _count(self, demand, claims, sign=1):
        if self.shares:
            self.shares.count(demand.customer, claims, sign)

    def _fits(self, demand):
        """Whether it can have again what it has now, nobody else's goods being
        touched. Shares that nobody has taken do not count against what was promised."""
        put, fits = [], True
        # What a hold counts on being bought or made comes first.
        for claim in sorted(
            (*demand.claims, *demand.planned), key=lambda claim: claim.quantity
        ):
            timeline = self.timelines[claim.product_id, claim.warehouse_id]
            if claim.quantity > timeline.available(claim.day) + timeline.epsilon:
                fits = False
                break
            self._change([claim])
            put.append(claim)
        self._change(put, -1)
        return fits

    def _wait(self, demand, outcome):
        """An order without a date waits for what nobody knows of yet: after everything
        that is known, where it is in nobody's way."""
        if not demand.stays or outcome.kept or outcome.confirmations:
            return outcome
        day = None
        for claim in demand.claims:
            timeline = self.timelines[claim.product_id, claim.warehouse_id]
            days = [each for each, __ in timeline.demands()]
            day = max(day or 0, claim.day, timeline.today, *timeline.supplies, *days)
        self._change([claim._replace(day=day) for claim in demand.claims])
        return outcome._replace(waits=day)

    # -- comparing dates -----------------------------------------------------------

    def _day(self, demand, dates):
        """The day of the last date, as an ordinal; None if one has no date. Where a
        part will do, the last of those that have one."""
        if None in dates and not (demand.partial and any(dates)):
            return None
        return max(
            self.schedules[line.warehouse_id].day(date)
            for line, date in zip(demand.lines, dates, strict=True)
            if date
        )

    def _is_earlier(self, demand, dates):
        before, after = self._day(demand, demand.before), self._day(demand, dates)
        return after is not None and (before is None or after < before)

    def _is_better(self, demand, given):
        """More of it has a date, or the same has an earlier one."""
        more = 0
        if demand.partial:
            has = [confirmation.quantity for confirmation in given.confirmations]
            more = compare(demand.quantities, has)
        return more > 0 or (more == 0 and self._is_earlier(demand, given.dates))

    def _is_safe(self, demand, given):
        """Whether nothing comes later than now."""
        if not demand.partial:
            return True
        return is_never_worse(
            demand.parts,
            parts_of(given.confirmations),
            lambda number, date: self.schedules[demand.lines[number].warehouse_id].day(
                date
            ),
        )

    def _ideal(self, demand):
        """The dates if nothing were missing."""
        confirmations = self.allocate(
            [
                line._replace(
                    components=tuple(
                        component._replace(tracked=False)
                        for component in line.components
                    )
                )
                for line in demand.lines
            ],
            self.timelines,
            self.schedules,
            one_delivery=demand.one_delivery,
        )
        return [each.promised for each in confirmations]
