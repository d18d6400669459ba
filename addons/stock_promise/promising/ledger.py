"""Rows of stock, moves and claims, added up by what they mean for a warehouse."""

from collections import defaultdict


class Flows:
    """What is known of one product in one warehouse, by ordinal days."""

    __slots__ = (
        "chains",
        "demand",
        "expiries",
        "moments",
        "on_hand",
        "quoted",
        "reserved",
        "supply",
    )

    def __init__(self):
        self.on_hand = self.quoted = 0.0
        self.supply, self.demand = defaultdict(float), defaultdict(float)
        #: {day: the last arrival on it}
        self.moments = {}
        #: [(demand's day, its quantity, its move, supply's move, its day, its
        #: quantity)] of what was made to order
        self.chains = []
        #: {day: [quantity, reserved part of it]} of goods that are removed on a day
        self.expiries = defaultdict(lambda: [0.0, 0.0])
        #: how much of all that is on hand is reserved, where goods expire
        self.reserved = 0.0

    def add(self, row):
        """Add a row that names the warehouse."""
        kind, __, __, target, __, day, at, quantity = row[:8]
        if kind == "demand":
            self.demand[day] += quantity
        elif kind == "supply":
            self.arrives(day, quantity, at)
        elif kind == "on_hand":
            self.on_hand += quantity
        elif kind == "quoted":
            self.quoted += quantity
        elif kind == "pair":
            self.chains.append((day, quantity, target, *row[9:]))

    def arrives(self, day, quantity, at):
        self.supply[day] += quantity
        known = self.moments.get(day)
        self.moments[day] = max(at, known) if known else at


class Ledger:
    """Adds up rows of ``kind, product, place, target, tz, day, at, quantity`` and
    whether something is made to order.

    - ``quant``: in the location ``place``;
    - ``move``: from the location ``place`` to the location ``target``;
    - ``expiry``: in the location ``place``, removed on ``day``; ``reserved``: what of
      it is reserved, without a day of what is never removed;
    - ``on_hand``, ``supply``, ``demand``, ``quoted``: in the warehouse ``place``;
    - ``taken``: by a class of customers, of the rule ``target``;
    - ``pair``: a delivery (the move ``target``) from the warehouse ``place`` and, in
      further columns, the receipt that was ordered for it.

    A row with a ``tz`` counts in warehouses of that time zone only.

    :param wanted: (product, warehouse) of which anything is to be known
    :param places: {warehouse: (depth, {location inside: whether goods lie there})}; of
        nested warehouses the deeper one has a location
    :param zones: {warehouse: name of its time zone}
    :param returns: locations from which nothing counts as supply
    """

    def __init__(self, wanted, places, zones, returns=()):
        self.flows = {key: Flows() for key in wanted}
        self.places = [
            (places[warehouse][1], warehouse)
            for warehouse in sorted(places, key=lambda id_: -places[id_][0])
        ]
        self.zones = zones
        self.returns = returns
        self._ways = {}
        #: {(rule, product): quantity} of shares of classes of customers
        self.taken = {}

    def add(self, rows):
        for row in rows:
            kind, product, place, target, tz, day, at, quantity = row[:8]
            if kind == "move":
                source, final, counts = self.way(place, target)
                if source == final:
                    continue
                if counts and (flow := self._flow(product, final, tz)):
                    flow.arrives(day, quantity, at)
                if source and (flow := self._flow(product, source, tz)):
                    flow.demand[day] += quantity
            elif kind == "quant":
                warehouse, on_hand = self._home(place)
                if on_hand and (flow := self._flow(product, warehouse)):
                    flow.on_hand += quantity
            elif kind == "taken":
                self.taken[target, product] = quantity
            elif kind in ("expiry", "reserved"):
                self._add_expiry(kind, product, place, tz, day, quantity)
            elif flow := self._flow(product, place, tz):
                flow.add(row)

    def way(self, place, target):
        """(warehouse left, warehouse entered, whether what enters it counts), the same
        for very many moves."""
        way = self._ways.get((place, target))
        if way is None:
            source, final = self._home(place)[0], self._home(target)[0]
            way = source, final, bool(final) and place not in self.returns
            self._ways[place, target] = way
        return way

    def _add_expiry(self, kind, product, place, tz, day, quantity):
        warehouse, on_hand = self._home(place)
        flow = on_hand and self._flow(product, warehouse, tz)
        if not flow:
            return
        if kind == "reserved":
            flow.reserved += quantity
        if day is not None:
            flow.expiries[day][kind == "reserved"] += quantity

    def _flow(self, product, warehouse, tz=None):
        if tz is None or tz == self.zones.get(warehouse):
            return self.flows.get((product, warehouse))
        return None

    def _home(self, location):
        """(the warehouse that a location is inside of, whether goods lie there)"""
        for inside, warehouse in self.places:
            if location in inside:
                return warehouse, inside[location]
        return None, False
