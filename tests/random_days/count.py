# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The independent count: what a warehouse can promise, and whose goods come when.

Plain Python over :class:`~.books.Books`. It is written from the documentation of what
counts, piece by piece and day by day, and shares nothing with the engine. Settings are
those that the played company has: overdue receipts do not count, returns do not, goods
of any owner do, what arrives on a day can leave on it.
"""

from collections import defaultdict
from datetime import date, timedelta, timezone
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

SMALL = 1e-4
DAY = timedelta(days=1)
#: whoever orders has so long to do it, even where it has to be done at once
GRACE = timedelta(days=1)


@cache
def local_day(moment, zone):
    return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone)).date()


class Balance(NamedTuple):
    """At the end of a day."""

    projected: float
    available: float


class Need(NamedTuple):
    """What somebody needs of a product, at the latest on a day."""

    day: date
    promised: bool
    line: int | None
    quantity: float
    move: int | None  # None: a claim of a hold
    reserved: float
    waits_for: tuple  # moves that bring just its goods

    @property
    def rank(self):
        return self.day, not self.promised, self.line or 0


class Count:
    """One reading of the tables, counted.

    :param books: :class:`~.books.Books`
    """

    def __init__(self, books):
        self.books = books
        self.now = books.now

    def day(self, moment, warehouse):
        return local_day(moment, self.books.warehouses[warehouse][1])

    def today(self, warehouse):
        return self.day(self.now, warehouse)

    def pairs_known(self):
        """(product, warehouse) of which anything is known."""
        books, found = self.books, set()
        for quant in books.quants:
            if books.places[quant.place].shelf:
                found.add((quant.product, books.places[quant.place].warehouse))
        for move in books.open_moves():
            for warehouse in (books.leaves(move), books.enters(move)):
                if warehouse:
                    found.add((move.product, warehouse))
        for claim in books.claims:
            found.add((claim.product, claim.warehouse))
        return sorted(found)

    # -- flows --------------------------------------------------------------------

    def on_hand(self, product, warehouse):
        return sum(quant.quantity for quant in self._shelf_quants(product, warehouse))

    def _shelf_quants(self, product, warehouse):
        return [
            quant
            for quant in self.books.quants
            if quant.product == product
            and self.books.places[quant.place].shelf
            and self.books.places[quant.place].warehouse == warehouse
        ]

    def sources(self, move):
        """Open moves that bring goods for a move, through any number of steps."""
        found, todo = set(), [move]
        while todo:
            for origin in self.books.origins.get(todo.pop(), ()):
                if origin not in found and origin in self.books.moves:
                    found.add(origin)
                    todo.append(origin)
        return found

    def pairs(self, product, warehouse):
        """[(delivery, receipt, quantity)] of what is made to order: each receipt serves
        the deliveries that it was ordered for, the earliest first."""
        books = self.books
        links = []
        moves = [m for m in books.open_moves() if m.product == product]
        brings = {m.id: m for m in moves if books.enters(m) == warehouse}
        for move in moves:
            if books.leaves(move) != warehouse:
                continue
            links += [
                (move, brings[origin])
                for origin in self.sources(move.id)
                if origin in brings
            ]
        links.sort(
            key=lambda pair: (
                self.day(pair[0].date, warehouse),
                pair[0].id,
                self.day(pair[1].date, warehouse),
                pair[1].id,
            )
        )
        wanted, coming, result = {}, {}, []
        for out, into in links:
            left = wanted.get(out.id, out.quantity)
            there = coming.get(into.id, into.quantity)
            common = min(left, there)
            wanted[out.id], coming[into.id] = left - common, there - common
            result.append((out, into, common))
        return result

    def flows(self, product, warehouse):
        """(on hand, {day: supply}, {day: demand}), pairs of what is made to order left
        out on both sides; overdue demand on today, overdue supply left out."""
        books, today = self.books, self.today(warehouse)
        supply, demand = defaultdict(float), defaultdict(float)
        less = defaultdict(float)
        for out, into, quantity in self.pairs(product, warehouse):
            less["out", out.id] += quantity
            less["in", into.id] += quantity
        for move in books.open_moves():
            if move.product != product:
                continue
            day = self.day(move.date, warehouse)
            if books.leaves(move) == warehouse:
                demand[max(day, today)] += move.quantity - less["out", move.id]
            if (
                books.enters(move) == warehouse
                and books.places[move.source].usage != "customer"
                and day >= today
            ):
                supply[day] += move.quantity - less["in", move.id]
        for claim in books.claims:
            if (claim.product, claim.warehouse) == (product, warehouse):
                day = self.day(claim.date, warehouse)
                demand[max(day, today)] += claim.quantity
        return self.on_hand(product, warehouse), supply, demand

    def removals(self, product, warehouse):
        """[(day, quantity, reserved)] of lots that leave the shelf on a day."""
        return sorted(
            (self.day(quant.removal, warehouse), quant.quantity, quant.reserved)
            for quant in self._shelf_quants(product, warehouse)
            if quant.expires and quant.removal and quant.quantity > 0
        )

    def profile(self, product, warehouse, days):
        """[Balance] of ``days`` days from today on. The smallest balance of all later
        days counts, those after the last day asked for too."""
        on_hand, supply, demand = self.flows(product, warehouse)
        today = self.today(warehouse)
        last = max([today + days * DAY, *supply, *demand]) + DAY
        balances, balance, day = [], on_hand, today
        while day <= last:
            balance += supply.get(day, 0.0) - demand.get(day, 0.0)
            balances.append(balance)
            day += DAY
        least, result = balances[-1], []
        for balance in reversed(balances):
            least = min(least, balance)
            result.append(Balance(balance, least))
        return result[::-1][:days]

    # -- whose goods come when ----------------------------------------------------

    def needs(self, product, warehouse):
        """[:class:`Need`] of a product, in the order in which they are served: by day,
        promises before the rest, an older line before a younger one."""
        books, today = self.books, self.today(warehouse)
        own = defaultdict(list)
        for out, into, quantity in self.pairs(product, warehouse):
            if quantity > SMALL:
                own[out.id].append(into)
        found = []
        for move in books.open_moves():
            if move.product != product or books.leaves(move) != warehouse:
                continue
            found.append(
                Need(
                    self.rank(move)[0],
                    bool(move.line),
                    move.line,
                    move.quantity,
                    move.id,
                    move.reserved,
                    tuple(own.get(move.id, ())),
                )
            )
        found += [
            Need(
                max(self.day(claim.date, warehouse), today),
                True,
                claim.line,
                claim.quantity,
                None,
                0.0,
                (),
            )
            for claim in books.claims
            if claim.quantity > 0
            and (claim.product, claim.warehouse) == (product, warehouse)
        ]
        return sorted(found, key=lambda need: (need.rank, need.move or 0))

    def rank(self, move):
        """By what a move comes before others: its day, promises before the rest of a
        day, older lines first. What has no date comes last."""
        warehouse = self.books.leaves(move)
        day = max(self.day(move.date, warehouse), self.today(warehouse))
        line = self.books.lines.get(move.line)
        if line and not line.promised:
            day = date.max
        return day, not move.line, move.line or 0

    def free(self, product, warehouse):
        """What lies on the shelf and is reserved for nobody."""
        return sum(
            quant.quantity - quant.reserved
            for quant in self._shelf_quants(product, warehouse)
        )

    def sourced(self):
        """Moves whose goods come from moves before them."""
        return {move for move, origins in self.books.origins.items() if origins}

    def comes(self, product, warehouse):
        """[(day, quantity)] of what is there and what comes, in order."""
        today = self.today(warehouse)
        on_hand, supply, __ = self.flows(product, warehouse)
        found = [(today, on_hand)]
        found += [(day, quantity) for day, quantity in supply.items() if quantity > 0]
        found += [
            # what a hold counts on being bought or made
            (max(self.day(claim.date, warehouse), today), -claim.quantity)
            for claim in self.books.claims
            if claim.quantity < 0
            and (claim.product, claim.warehouse) == (product, warehouse)
        ]
        return sorted(found)

    def late(self, product, warehouse):
        """{line: in words why its goods come after the day on which they are needed,
        or False}. Those who rank before are served first, by whatever comes first."""
        today = self.today(warehouse)
        comes = self.comes(product, warehouse)
        wanted, found = 0.0, {}
        paired = {}
        for out, into, quantity in self.pairs(product, warehouse):
            if quantity > SMALL:
                paired.setdefault(out.id, []).append((into, quantity))
        for need in self.needs(product, warehouse):
            quantity, day = need.quantity, self.needed_on(need, warehouse)
            days = []
            for into, part in paired.get(need.move, ()):
                arrives = self.day(into.date, warehouse)
                days.append(arrives if arrives >= today else None)
                quantity -= part
            if quantity > SMALL:
                wanted += quantity
                there = _reached(comes, wanted)
                days.append(there)
                if self.can_be_ordered(need.line) and (there is None or there > day):
                    # what is still to be ordered takes nothing from others
                    by_then = sum(part for on, part in comes if on <= day)
                    wanted -= min(max(wanted - by_then, 0.0), quantity)
            if not need.line:
                continue
            said = False
            if None in days:
                said = f"no known supply for {need.quantity:g}"
            elif days and max(days) > day:
                said = f"needed on {day}, there on {max(days)}"
            if said or need.line not in found:
                found[need.line] = said
        return found

    def needed_on(self, need, warehouse):
        """The day by which it has to be there for what was promised, however the
        delivery is planned."""
        line = self.books.lines.get(need.line)
        moves = {move.id: move for move in self.books.open_moves()}
        move = moves.get(need.move)
        if not line or not move or move.part or not line.material:
            return need.day
        return max(self.day(line.material, warehouse), self.today(warehouse))

    def can_be_ordered(self, line_id):
        """Whether what is missing of a line can still be ordered in time."""
        line = self.books.lines.get(line_id)
        return bool(line and line.replenish_by and line.replenish_by > self.now - GRACE)

    def postponed(self, line):
        """In words, which deliveries of a line are planned after the day on which they
        would have to leave."""
        books, found = self.books, []
        if not line.ship:
            return found
        for move in books.open_moves():
            if move.line != line.id or move.part or move.returned:
                continue
            warehouse = books.leaves(move)
            if not warehouse:
                continue
            planned, ship = (
                self.day(move.date, warehouse),
                self.day(line.ship, warehouse),
            )
            if planned > max(ship, self.today(warehouse)):
                found.append(f"leaves on {planned}, promised to leave on {ship}")
        return found


def _reached(comes, wanted):
    """The day on which so many have come, or None."""
    total = 0.0
    for day, part in comes:
        total += part
        if total >= wanted - SMALL:
            return day
    return None
