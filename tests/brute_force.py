# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Order promising by trial: every hour is tried, every day is counted.

A second opinion for the tests. It shares nothing with the addon: no formula, no
function, no data type. For each line it walks through the hours from now on, and
asks of each: could the goods leave in this hour, without any demand that is known
already going short on any later day? It is slow, and short enough to be read.
"""

from datetime import datetime, time, timedelta, timezone
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SMALL = 1e-6


@cache
def _local_date(moment, zone):
    return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).date()


class Place(NamedTuple):
    """A warehouse. ``hours`` is {weekday: (opens, closes)} in local time."""

    zone: str = "UTC"
    hours: dict | None = None
    closed: frozenset = frozenset()
    cutoff: float | None = None
    security: float = 0.0
    next_day: bool = False

    def date(self, moment):
        return _local_date(moment, self.zone)

    def utc(self, date, hour=0):
        local = datetime.combine(date, time(hour), ZoneInfo(self.zone))
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def days_later(self, moment, number):
        """So many working days later, at the same hour if that day has it."""
        if self.hours is None or not number:
            return moment + number * DAY
        date, left = self.date(moment), None
        while True:
            if date.weekday() in self.hours and date not in self.closed:
                opens, closes = (
                    self.utc(date, hour) for hour in self.hours[date.weekday()]
                )
                if left is None and closes > moment:
                    begins = max(opens, moment).replace(tzinfo=timezone.utc)
                    hour = begins.astimezone(ZoneInfo(self.zone)).hour
                    left = number
                elif left is not None:
                    left -= 1
                    if not left:
                        return min(max(self.utc(date, hour), opens), closes)
            date += DAY

    def shifts(self, moment):
        """The opening hours that ``moment`` may lie in."""
        if self.hours is None:
            return [(moment - DAY, moment + DAY)]
        shifts = []
        for offset in (-1, 0, 1):
            date = self.date(moment) + offset * DAY
            if date.weekday() in self.hours and date not in self.closed:
                opens, closes = self.hours[date.weekday()]
                shifts.append((self.utc(date, opens), self.utc(date, closes)))
        return shifts


class Goods(NamedTuple):
    """What is known of a product in a place."""

    on_hand: float = 0.0
    #: [(moment, quantity)]
    supplies: tuple = ()
    #: [(date, quantity)]
    demands: tuple = ()
    #: kept back from whoever asks
    safety: float = 0.0


class Ask(NamedTuple):
    """A line: ``parts`` is ((product, units of it in one unit of the line), …)."""

    place: str
    parts: tuple
    quantity: float
    step: float = 1.0
    requested: datetime | None = None
    lead: float = 0.0
    transit: float = 0.0
    split: bool = False
    #: deliveries at most, the smallest delivery, the smallest first one
    most: int = 0
    least: float = 0.0
    first: float = 0.0
    #: a part will do
    partial: bool = False
    #: days from today; later ones are not promised
    horizon: int | None = None


class Reply(NamedTuple):
    #: [(ship, quantity)]
    pieces: tuple = ()
    promised: datetime | None = None


class World:
    """What is known at a moment, and what was promised since."""

    def __init__(self, now, places, goods, days=45):
        self.now = now
        self.places = places
        self.goods = goods
        self.days = days
        #: [(product, place, date, quantity)]
        self.promised = []
        self._cache = {}

    # -- counting ------------------------------------------------------------------

    def balances(self, product, name):
        """{date: balance at the end of the day}, counted day by day; under None
        what is on the shelf now."""
        place, goods = self.places[name], self.goods[product, name]
        today = place.date(self.now)
        balance = goods.on_hand
        result = {None: balance}
        for offset in range(self.days):
            date = today + offset * DAY

            def falls(on, date=date):
                return on == date or (date == today and on < today)

            balance += sum(q for at, q in goods.supplies if falls(place.date(at)))
            balance -= sum(q for on, q in goods.demands if falls(on))
            balance -= sum(
                q
                for claimed, where, on, q in self.promised
                if (claimed, where) == (product, name) and falls(on)
            )
            result[date] = balance
        return result

    def harmless(self, product, name, date, quantity):
        """Whether all that is known can still be met, from ``date`` on, when
        ``quantity`` leaves on it. None: when it is taken from the shelf now."""
        key = product, name, date, round(quantity, 9)
        if key not in self._cache:
            if (product, name) not in self._cache:
                self._cache[product, name] = self.balances(product, name)
            balances = self._cache[product, name]
            days = [day for day in balances if day is not None]
            later = [balances[day] for day in days if date is None or day >= date]
            if date is None:
                later.append(balances[None])
            least = self.goods[product, name].safety - SMALL
            self._cache[key] = all(left - quantity > least for left in later)
        return self._cache[key]

    def promise(self, product, name, date, quantity):
        self.promised.append((product, name, date, quantity))
        self._cache.clear()

    # -- can it leave at this moment? ----------------------------------------------

    def begins(self, place):
        """The moment from which work on a new order can begin."""
        if place.cutoff is not None:
            zone = ZoneInfo(place.zone)
            local = self.now.replace(tzinfo=timezone.utc).astimezone(zone)
            if local.hour + local.minute / 60 >= place.cutoff:
                return place.utc(place.date(self.now) + DAY)
        return self.now

    def needed(self, place, ship):
        """When the goods of a shipment lie on the shelf: the security days before."""
        return max(ship - timedelta(days=place.security), self.now)

    def ready(self, ask, ship, quantity):
        """The moment from which ``quantity`` could leave, judged for a shipment at
        ``ship``; None if it would make somebody else go short."""
        place = self.places[ask.place]
        security = timedelta(days=place.security)
        begins = self.begins(place)
        bounds = [place.days_later(begins, ask.lead), begins + security]
        date = place.date(self.needed(place, ship))
        today = place.date(self.now)
        before = None if date == today else date - DAY
        for product, units in together(ask.parts).items():
            goods = self.goods[product, ask.place]
            if self.harmless(product, ask.place, before, quantity * units):
                continue  # it is there already when the day begins
            if place.next_day:
                return None
            if not self.harmless(product, ask.place, date, quantity * units):
                return None
            arrivals = [
                at
                for at, __ in goods.supplies
                if place.date(at) == date or (date == today and place.date(at) < date)
            ]
            bounds.append(max([*arrivals, self.now]) + security)
        return max(bounds)

    def can_leave(self, ask, ship, quantity):
        place = self.places[ask.place]
        for opens, closes in place.shifts(ship):
            if opens <= ship <= closes:
                # at the very end of work leaves only what could a moment before
                moment = ship - MINUTE if ship == closes else ship
                ready = self.ready(ask, moment, quantity)
                if ready is not None and ready <= moment:
                    return True
        return False

    # -- promising -----------------------------------------------------------------

    def hours(self):
        return [self.now + hour * HOUR for hour in range((self.days - 3) * 24)]

    def shipments(self, ask):
        """[(ship, quantity)] of one line: as early as possible, or, with a requested
        date, as late as still arrives by then."""
        transit = timedelta(days=ask.transit)
        hours = self.hours()
        if not ask.split:
            best = None
            for hour in hours:
                in_time = ask.requested and hour + transit <= ask.requested
                if best and not in_time:
                    break
                if self.can_leave(ask, hour, ask.quantity):
                    best = hour
                    if not in_time:
                        break
            return [(best, ask.quantity)] if best else []
        start = self.now
        if ask.requested:
            empty = ask._replace(parts=())
            start = max(
                (
                    hour
                    for hour in hours
                    if hour + transit <= ask.requested
                    and self.can_leave(empty, hour, 0)
                ),
                default=self.now,
            )
        sent, pieces = 0.0, []
        for hour in hours:
            if hour < start:
                continue
            while sent < ask.quantity - SMALL:
                # the most that could have left by now, whole steps at a time
                total = min(self._steps(sent, ask), ask.quantity)
                most = None
                while True:
                    if not self.can_leave(ask, hour, total):
                        break
                    most = total
                    if total >= ask.quantity:
                        break
                    total = min(total + ask.step, ask.quantity)
                if most is None:
                    # the odd rest leaves with the last whole step or later
                    break
                pieces.append((hour, most - sent))
                sent = most
                break
        return pieces if sent >= ask.quantity - SMALL else []

    def limited_shipments(self, ask):
        """(the fewest unit-hours of waiting, the fewest deliveries that cost no more):
        every way to deal whole steps out to the hours in which more is there is tried,
        those that break a limit are thrown away. None where there is no date."""
        there = self.shipments(ask)
        if not there:
            return None
        totals, sent = [], 0.0
        for __, quantity in there:
            sent += quantity
            totals.append(sent)
        hours = [(hour - self.now) / HOUR for hour, __ in there]
        best = None
        for sizes in deals(totals, ask.step):
            sizes = [(hour, size) for hour, size in zip(hours, sizes, strict=True)]
            sizes = [(hour, size) for hour, size in sizes if size > SMALL]
            if len(sizes) > 1 and (
                (ask.most and len(sizes) > ask.most)
                or any(size < ask.least - SMALL for __, size in sizes)
                or sizes[0][1] < ask.first - SMALL
            ):
                continue
            if sizes[-1][0] != hours[-1] and hours[-1] > sizes[-1][0]:
                continue  # cannot be: the last unit is there no sooner
            waiting = sum(hour * size for hour, size in sizes)
            if best is None or (waiting, len(sizes)) < (best[0] - SMALL, best[1]):
                best = waiting, len(sizes)
            elif waiting < best[0] + SMALL:
                best = min(waiting, best[0]), min(len(sizes), best[1])
        return best

    def largest_part(self, ask):
        """The most whole steps of a line, or the whole, that have a date within the
        horizon: every number is tried, from the top."""
        last = None
        if ask.horizon is not None:
            today = self.places[ask.place].date(self.now)
            last = today + ask.horizon * DAY
        quantity, transit = ask.quantity, timedelta(days=ask.transit)
        while quantity > SMALL:
            pieces = self.shipments(ask._replace(quantity=quantity))
            if pieces:
                arrival = max(hour for hour, __ in pieces) + transit
                if last is None or self.places[ask.place].date(arrival) <= last:
                    return quantity if quantity >= ask.first - SMALL else 0.0
            if not ask.partial:
                return 0.0
            steps = round(quantity / ask.step)
            steps -= steps * ask.step > quantity - SMALL
            quantity = steps * ask.step
        return 0.0

    @staticmethod
    def _steps(sent, ask):
        return round(sent / ask.step) * ask.step + ask.step

    def reply(self, ask):
        """Promise one line, and count it as promised from now on."""
        pieces = self.shipments(ask)
        place = self.places[ask.place]
        for ship, quantity in pieces:
            date = place.date(self.needed(place, ship))
            for product, units in together(ask.parts).items():
                self.promise(product, ask.place, date, quantity * units)
        if not pieces:
            return Reply()
        arrival = max(ship for ship, __ in pieces) + timedelta(days=ask.transit)
        return Reply(tuple(pieces), arrival)

    def replies(self, asks, one_delivery=False):
        replies = [self.reply(ask) for ask in asks]
        if one_delivery:
            dates = [reply.promised for reply in replies]
            common = None if None in dates else max(dates)
            return [Reply((), common) for __ in replies]
        return replies


def deals(totals, step, sent=0.0):
    """Every list of sizes, one for each of ``totals``: whole steps, the last whatever
    is left, their sums never above the total of their place."""
    if len(totals) == 1:
        yield [totals[0] - sent]
        return
    size = 0.0
    while sent + size <= totals[0] + SMALL:
        for rest in deals(totals[1:], step, sent + size):
            yield [size, *rest]
        size += step


def together(parts):
    """{product: units}, a part that stands twice counted twice."""
    units = {}
    for product, number in parts:
        units[product] = units.get(product, 0) + number
    return units


def available(on_hand, supplies, demands, first, last):
    """[(projected, available to promise)] for each day number, counted one by one;
    the future is looked at until nothing happens any more."""
    end = max([last, *supplies, *demands])
    rows = []
    for day in range(first, last + 1):
        balances = []
        for later in range(day, end + 1):
            balance = on_hand
            for passed in range(first, later + 1):
                balance += supplies.get(passed, 0) - demands.get(passed, 0)
            balances.append(balance)
        rows.append((balances[0], min(balances)))
    return rows
