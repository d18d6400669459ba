"""What becomes of a line that is promised, and what it is found from."""

from collections import defaultdict
from typing import NamedTuple


class Risk(NamedTuple):
    """What becomes of a line, in ordinal days."""

    wanted: int
    #: None: no known supply
    possible: int | None
    #: days by which all of the line is later than wanted; a part alone may be more so
    later: int | None = None
    #: its goods would be there, but somebody has planned it for a later day
    put_off: bool = False
    #: nothing is to be ordered for it any more
    ordered: bool = True
    #: the location in which the goods lie, where deliveries cannot take them
    place_id: int | None = None

    def worse(self, other):
        """The worse of two risks of the same line."""
        worst = max(
            self,
            other,
            key=lambda risk: (
                risk.possible is None,
                (risk.possible or 0) - risk.wanted,
            ),
        )
        return worst._replace(ordered=self.ordered and other.ordered)


class Settled(NamedTuple):
    """Who has the goods of one product, once everybody has taken what they may."""

    #: {move id: how much of it is on the shelf in its name}
    reserved: dict
    #: [(move id, day, quantity, kind of its rank)] of demand that nobody watches
    others: list
    #: ids of moves that are watched but have no date
    undated: set


#: where it does not matter who has what is on the shelf
NOBODY = Settled({}, [], set())


class Need(NamedTuple):
    """Goods that a promise in force needs, in ordinal days."""

    line_id: int
    #: an open move; of a hold its claim, with the id negated
    move_id: int
    #: when they leave the shelf, as it is planned
    day: int
    #: when they have to, for what was promised
    wanted: int
    quantity: float
    #: made to order, and nothing is ordered yet
    unordered: bool = False


def worst_risk(pegged, today):
    """:class:`Risk` of a line.

    :param pegged: [(:class:`Need`, Peg)] of its goods and parts
    """
    ordered = all(rests.ordered for __, rests in pegged)
    found = []
    for need, rests in pegged:
        wanted = max(need.wanted, today)
        if rests.day is None:
            return Risk(wanted, None, ordered=ordered)
        # What is planned for later goes later, whenever the goods are there.
        possible = max(rests.day, need.day)
        put_off = need.day > max(rests.day, wanted)
        found.append((possible - wanted, possible, wanted, put_off))
    __, possible, wanted, put_off = max(found)
    last = max(entry[1] for entry in found)
    later = last - max(need.wanted for need, __ in pegged)
    return Risk(wanted, possible, max(later, 0), put_off, ordered)


def supplies_by_day(timeline, pairs, late_supplies):
    """{day: quantity} of what is on its way for anybody, what is known to be late
    on its later day."""
    supplies = defaultdict(float)
    for day, arrivals in timeline.supplies.items():
        supplies[day] += sum(supply.quantity for supply in arrivals)
    taken = defaultdict(float)
    for own in pairs.values():
        for __, quantity, supply_id in own:
            taken[supply_id] += quantity
    for supply_id, (day, quantity, later) in late_supplies.items():
        part = min(quantity - taken[supply_id], supplies[max(day, timeline.today)])
        if part > timeline.epsilon and day >= timeline.today:
            supplies[day] -= part
            supplies[later] += part
    return supplies
