"""The shelf of a warehouse: who needs what from it and has what reserved, what lies
beside it, and who may take over what."""

from collections import defaultdict
from typing import NamedTuple

from odoo import fields
from odoo.tools import SQL

from ..promising.reservation import Need, Pegging, rank_of
from .risk import supplies_by_day
from .stock_move import OPEN_STATES
from .stock_move_part import REST


class ShelfDemand(NamedTuple):
    """What is needed from a shelf, in the product's unit."""

    #: 0: it belongs to no promise
    line_id: int
    product_id: int
    warehouse_id: int
    #: ordinal, as it is planned
    day: int
    #: ordinal, as it was promised
    wanted: int
    quantity: float
    #: of a hold's claim the id, negated
    move_id: int
    location_id: int | None
    reserved: float
    #: whether the line, or this part of it, has a date
    dated: bool
    by_hand: bool


class Aside(NamedTuple):
    """What lies in a warehouse where its deliveries cannot take it."""

    quantity: float
    #: [(day, quantity)] from which they can
    arrivals: list
    place_id: int


def is_dated_sql():
    """Whether what a move brings has a date: ``move``, with its ``line``."""
    return SQL(
        "COALESCE(move.promise_part > 0 OR (COALESCE(move.promise_part, 0) <> %s"
        " AND line.promised_date IS NOT NULL), false)",
        REST,
    )


class Shelves:
    """What is on the shelves of warehouses, for whoever promises, watches and reserves.

    :param env: one that may read moves, claims and calendars
    """

    def __init__(self, env):
        self.env = env
        self.engine = env["delivery.promise.engine"]

    def schedules(self, warehouse):
        """{warehouse id: its schedule}"""
        return self.engine._schedules(
            warehouse, warehouse.company_id, fields.Datetime.now()
        )

    def load(self, warehouse, keys):
        """(what is known of these products, schedule of their warehouse)"""
        schedules = self.schedules(warehouse)
        loaded = self.engine._load(keys, schedules, warehouse.company_id)
        return loaded, schedules[warehouse.id]

    def open_demand(self, product_ids):
        """[:class:`ShelfDemand`] of promises in force: the claims of holds, the open
        moves of orders; and of what else has goods reserved. What has no date is
        planned after all that is known, but it may have goods."""
        self.env["delivery.promise"].flush_model(["state", "hold_until"])
        self.env["delivery.promise.claim"].flush_model()
        self.env["delivery.promise.line"].flush_model(
            ["promised_date", "is_manual", "material_date"]
        )
        self.env["stock.move"].flush_model(
            [
                "promise_line_id",
                "promise_part",
                "state",
                "date",
                "product_qty",
                "product_uom_qty",
                "quantity",
                "location_id",
                "location_dest_id",
                "location_final_id",
            ]
        )
        found = self.env.execute_query(
            SQL(
                """
                SELECT claim.line_id, claim.product_id, claim.warehouse_id, claim.date,
                       claim.date, claim.quantity::float8, -claim.id, NULL::int,
                       0::float8, true, false
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND claim.quantity > 0
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                UNION ALL
                SELECT COALESCE(move.promise_line_id, 0), move.product_id,
                       source.warehouse_id, move.date,
                       CASE WHEN COALESCE(move.promise_part, 0) = 0
                            THEN COALESCE(line.material_date, move.date)
                            ELSE move.date END,
                       move.product_qty::float8, move.id, move.location_id,
                       CASE WHEN source.usage = 'internal'
                             AND move.state IN ('assigned', 'partially_available')
                            THEN move.product_qty * LEAST(COALESCE(move.quantity, 0)
                                 / NULLIF(move.product_uom_qty, 0), 1)
                            ELSE 0 END::float8,
                       %(dated)s, COALESCE(line.is_manual, false)
                  FROM stock_move move
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.is_storable
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                  LEFT JOIN delivery_promise_line line
                    ON line.id = move.promise_line_id
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.state IN %(states)s
                   AND (move.promise_line_id IS NOT NULL
                        OR move.state IN ('assigned', 'partially_available'))
                   AND source.warehouse_id IS NOT NULL
                   AND source.usage IN ('internal', 'view')
                   AND (final.warehouse_id IS DISTINCT FROM source.warehouse_id
                        OR final.usage NOT IN ('internal', 'view'))
                """,
                products=list(product_ids),
                now=fields.Datetime.now(),
                states=OPEN_STATES,
                dated=is_dated_sql(),
            )
        )
        zones = {}
        for warehouse in self.env["stock.warehouse"].browse({row[2] for row in found}):
            zones |= self.schedules(warehouse)
        return [
            ShelfDemand(
                *row[:3],
                zones[row[2]].day(row[3]),
                zones[row[2]].day(row[4]),
                *row[5:],
            )
            for row in found
        ]

    def pegging(self, key, demands, loaded, supplies):
        """The :class:`Pegging` of a product in a warehouse, by the ids of moves. What
        waits for a receipt of its own is left out, as far as that brings it.

        :param demands: [:class:`ShelfDemand`] of it
        :param loaded: ``Loaded``
        :param supplies: [(day, quantity)] of what is on its way for anybody
        """
        timeline, pairs = loaded.timelines[key], loaded.pairs[key]
        today = timeline.today
        needs, supplies = [], list(supplies)
        others = dict(timeline.demands())
        for demand in demands:
            own = sum(quantity for __, quantity, __ in pairs.get(demand.move_id, ()))
            left = demand.quantity - own
            if left <= timeline.epsilon:
                continue
            day = max(demand.day, today)
            others[day] = others.get(day, 0.0) - left
            rank = rank_of(day, demand.line_id, demand.dated)
            needs.append(
                Need(
                    demand.move_id,
                    (*rank, abs(demand.move_id)),
                    max(demand.wanted, today),
                    left,
                    reserved=demand.reserved,
                    by_hand=demand.by_hand,
                )
            )
        for day, quantity in others.items():
            if quantity < -timeline.epsilon:
                # what a hold counts on being bought or made
                supplies.append((day, -quantity))
            elif quantity > timeline.epsilon:
                needs.append(Need(("other", day), (*rank_of(day), 0), day, quantity))
        return Pegging(timeline.on_hand, today, supplies, needs, timeline.epsilon)

    def with_firm(self, pegging):
        """The same, with what cannot be given up: looked up only where somebody lacks
        what others have reserved."""
        reserved = [need.key for need in pegging.needs if need.reserved > 0]
        moves = self.env["stock.move"].browse(reserved)
        return pegging.with_firm(moves._promise_firm_quantities())

    def settled(self, key, demands, loaded, late):
        """The :class:`Pegging` of a product once everybody has taken what they may.

        :param demands: [:class:`ShelfDemand`] of it
        :param late: of all products of its warehouse that are looked at, see
            ``_late_supplies``
        """
        supplies = supplies_by_day(
            loaded.timelines[key],
            loaded.pairs[key],
            late.get(key, {}),
        )
        pegging = self.pegging(key, demands, loaded, supplies.items())
        if pegging.is_late():
            pegging = self.with_firm(pegging)
            pegging.settle()
        return pegging

    def put_aside(self, asides, loaded):
        """Let the timelines know of goods that lie beside the shelf: they arrive."""
        for key, aside in asides.items():
            timeline = loaded.timelines[key]
            timeline.on_hand -= aside.quantity
            for day, quantity in aside.arrivals:
                timeline.add_supply(day, quantity)

    def to_move(self, warehouse, short):
        """What promised moves may take of what others have reserved.

        :param short: {(product id, warehouse id): [(rank, move, quantity that it
            cannot reserve)]}
        :return: [(id of the taker, id of the loser, quantity in the product's unit)]
        """
        takers = {move.id for group in short.values() for __, move, __ in group}
        by_key = defaultdict(list)
        for demand in self.open_demand([product_id for product_id, __ in short]):
            key = demand.product_id, demand.warehouse_id
            if key in short:
                by_key[key].append(demand)
        keys = {
            key
            for key, demands in by_key.items()
            if any(each.reserved and each.move_id not in takers for each in demands)
        }
        moved = []
        if not keys:
            return moved
        Promise = self.env["delivery.promise"]
        loaded, schedule = self.load(warehouse, keys)
        self.put_aside(self.aside(warehouse, keys, by_key, schedule.today), loaded)
        late = Promise._late_supplies(keys, {warehouse.id: schedule})
        for key in keys:
            supplies = supplies_by_day(
                loaded.timelines[key], loaded.pairs[key], late.get(key, {})
            )
            pegging = self.with_firm(
                self.pegging(key, by_key[key], loaded, supplies.items())
            )
            for __, move, quantity in sorted(short[key], key=lambda each: each[0]):
                moved += [
                    (move.id, loser, taken)
                    for loser, taken in pegging.take(move.id, quantity)
                ]
        return moved

    def aside(self, warehouse, keys, by_key, today):
        """{key: :class:`Aside`} of goods that lie in the warehouse but not where its
        deliveries take them from: at the dock, or packed for somebody who cancelled.
        They count for what is promised, for somebody will put them away: on the day of
        the transfer that is planned for it, else tomorrow at the earliest."""
        stock = warehouse.lot_stock_id
        company = warehouse.company_id
        owner = SQL()
        if company.promise_exclude_owner:
            owner = SQL(
                "AND (quant.owner_id IS NULL OR quant.owner_id = %s)",
                company.partner_id.id,
            )
        self.env["stock.quant"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT quant.product_id, location.id, location.parent_path,
                       SUM(quant.quantity)::float8
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                 WHERE quant.product_id = ANY(%s)
                   AND location.warehouse_id = %s AND location.usage = 'internal'
                   AND NOT starts_with(location.parent_path, %s) %s
                 GROUP BY quant.product_id, location.id
                HAVING SUM(quant.quantity) > 0
                 ORDER BY location.id
                """,
                sorted({product_id for product_id, __ in keys}),
                warehouse.id,
                stock.parent_path,
                owner,
            )
        )
        if not rows:
            return {}
        Location = self.env["stock.location"]
        lying = defaultdict(list)
        for product_id, location_id, path, quantity in rows:
            key = product_id, warehouse.id
            sources = Location.browse(
                {demand.location_id for demand in by_key[key] if demand.location_id}
            )
            if key in keys and not any(
                path.startswith(source.parent_path)
                for source in sources
                if not stock.parent_path.startswith(source.parent_path)
            ):
                lying[key].append((location_id, path, quantity))
        return self._with_plans(lying, stock, today)

    def _with_plans(self, lying, stock, today):
        """As :meth:`aside`, with what is planned for goods that lie aside.

        :param lying: {key: [(location id, its path, quantity)]}
        """
        above = set(map(int, stock.parent_path.split("/")[:-1]))
        places = {
            int(id_)
            for found in lying.values()
            for __, path, __ in found
            for id_ in path.split("/")[:-1]
        } - above
        warehouse = stock.warehouse_id
        schedules = self.schedules(warehouse)
        plans = defaultdict(list)
        # sudo: what is planned counts, whoever may see moves
        for move in (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "in", [product_id for product_id, __ in lying]),
                    ("location_id", "in", list(places)),
                    ("state", "in", OPEN_STATES),
                ],
                order="date, id",
            )
        ):
            final = move.location_final_id or move.location_dest_id
            inside = final.warehouse_id == warehouse and final.usage == "internal"
            day = schedules[warehouse.id].day(move.date)
            plans[move.product_id.id, warehouse.id].append(
                (inside, day if day >= today else today + 1, move.product_qty)
            )
        asides = {}
        for key, found in lying.items():
            left = sum(quantity for __, __, quantity in found)
            left -= sum(quantity for inside, __, quantity in plans[key] if not inside)
            aside, arrivals = left, []
            for inside, day, quantity in plans[key]:
                if inside and left > 0:
                    arrivals.append((day, min(quantity, left)))
                    left -= quantity
            if left > 0:
                arrivals.append((today + 1, left))
            if aside > 0:
                asides[key] = Aside(aside, arrivals, found[0][0])
        return asides
