"""The values that the promising functions take and return."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple


def goods(product, quantity, option_ids=()):
    """What is exploded: (product, quantity), and where the product was chosen with
    values of attributes that create no variant, their ids."""
    if option_ids:
        return product, quantity, tuple(sorted(option_ids))
    return product, quantity


class Component(NamedTuple):
    """What one unit of a line takes from the shelf.

    A plain product has a single component, itself, with ratio 1; a kit has one
    for each of its parts. Quantities are in the component's own unit.
    """

    product_id: int
    ratio: float
    #: false for goods whose stock is not kept: always there after the lead time
    tracked: bool = True


class Line(NamedTuple):
    """One line of a request, checked, in units of the product."""

    warehouse_id: int
    components: tuple[Component, ...]
    quantity: float
    #: the smallest part of the quantity that may be sent on its own
    step: float = 1.0
    requested: datetime | None = None
    #: days between the order and the earliest shipment (the customer lead time)
    lead_days: float = 0.0
    #: days from leaving the warehouse to the customer
    transit_days: float = 0.0
    split: bool = False
    #: :class:`~.schedule.Carrier` in whose working days the transit counts
    carrier: object = None
    #: how many deliveries at most where it may be split; 0 for any number
    max_deliveries: int = 0
    #: the smallest delivery, unless it is the only one
    min_delivery: float = 0.0
    #: the smallest first delivery
    min_first: float = 0.0
    #: days from today; nothing is promised for later ones
    horizon: int | None = None
    #: a part will do where the whole cannot be promised
    partial: bool = False
    #: when the customer has those parts that come another way: the rest is meant to
    #: be there then, and it is not complete before
    beside: datetime | None = None

    @property
    def limited(self):
        return self.max_deliveries or self.min_delivery or self.min_first


class Source(NamedTuple):
    """Where a part of a confirmation comes from.

    ``day`` is an ordinal day of the warehouse, or ``None`` for what is on the
    shelf; ``origin`` is whatever the supply was added with.
    """

    product_id: int
    quantity: float
    kind: str
    day: int | None = None
    origin: object = None


class Hours(NamedTuple):
    """Working time of a work centre that a replenishment takes."""

    centre_id: int
    start: datetime
    end: datetime


class Claim(NamedTuple):
    """A quantity of a component that a confirmation takes on a day."""

    product_id: int
    warehouse_id: int
    quantity: float
    day: int
    at: datetime
    #: of what is brought (a negative quantity): when its replenishment begins
    begin: datetime | None = None
    #: of what is made: the hours of work centres that this takes
    hours: tuple[Hours, ...] = ()


class Piece(NamedTuple):
    """A part of a line that ships at once."""

    quantity: float
    #: when the goods must be on the shelf
    material: datetime
    ship: datetime
    arrival: datetime
    sources: tuple[Source, ...]


class Shortage(NamedTuple):
    """The component that keeps a line from being promised, and how much of it
    could be had at the very end of what is known."""

    product_id: int
    wanted: float
    available: float
    #: where it is missing, if not where the line is delivered from
    warehouse_id: int | None = None


class Confirmation(NamedTuple):
    """The answer to one line. Without pieces there is no date."""

    pieces: tuple[Piece, ...] = ()
    claims: tuple[Claim, ...] = ()
    #: what the replenishment of the shortfall takes from components, and with a
    #: negative quantity what it brings
    planned: tuple[Claim, ...] = ()
    shortage: Shortage | None = None
    #: working time was asked for but the calendar has none
    closed: bool = False
    #: could be promised, but the customer wants all at once and another line has
    #: no date
    waits: bool = False
    #: what is kept for other classes of customers, without which there would be more
    kept: tuple = ()
    #: quotas of the customer's class that put a part off
    quotas: tuple = ()
    #: could be promised, but only for a day beyond the horizon
    beyond: bool = False
    #: what was left out because only a part can be promised
    short: float = 0.0
    #: other deliveries than without limits to their number and size
    limited: bool = False
    #: when the line alone would be there, where the customer wants all at once
    alone: datetime | None = None

    @property
    def quantity(self):
        return sum(piece.quantity for piece in self.pieces)

    @property
    def promised(self):
        return max((piece.arrival for piece in self.pieces), default=None)

    @property
    def ship(self):
        return max((piece.ship for piece in self.pieces), default=None)

    @property
    def material(self):
        return max((piece.material for piece in self.pieces), default=None)

    @property
    def latest_start(self):
        """The last moment at which everything can still begin that has to be bought,
        made or brought, None where nothing has to. What is ready before it is wanted
        may begin as much later."""
        wanted = defaultdict(list)
        for claim in (*self.claims, *self.planned):
            if claim.quantity > 0:
                wanted[claim.product_id, claim.warehouse_id].append(claim.at)
        starts = []
        for claim in self.planned:
            if claim.quantity < 0 and claim.begin:
                uses = wanted[claim.product_id, claim.warehouse_id]
                first = min((at for at in uses if at >= claim.at), default=claim.at)
                starts.append(claim.begin + (first - claim.at))
        return min(starts, default=None)
