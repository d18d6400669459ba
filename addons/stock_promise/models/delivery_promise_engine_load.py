"""One statement for all products and warehouses of a request: quants, open moves, held
promises and quotations, all from one snapshot.

It is kept so simple that PostgreSQL has little to plan: what belongs to a warehouse is
told apart afterwards, by the locations that are remembered of it.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..promising.clock import offsets
from ..promising.ledger import Ledger
from ..promising.timeline import Timeline
from .stock_move import OPEN_STATES

WORK_MEMORY = "32MB"


class Scope(NamedTuple):
    """What the parts of the statement may refer to."""

    product_ids: list
    warehouse_ids: list
    company: models.BaseModel
    ignore_promises: list
    ignore_moves: list
    now: datetime
    #: {warehouse id: time zone}
    zones: dict
    #: whether these promises keep no hours of work centres, either
    ignore_hours: bool = True
    #: :class:`~..promising.allocation_rules.Rule` of these products
    rules: tuple = ()
    #: :class:`~..promising.allocation_rules.Allocation` of the request, or None
    allocation: object = None


class Loaded(NamedTuple):
    timelines: dict
    #: {(product, warehouse): quantity in quotations that hold nothing}
    quoted: dict
    #: {(product, warehouse): {delivery move: [(day, quantity, move) of its own
    #: receipts]}}, of chains made to order
    pairs: dict
    scope: Scope


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _load(
        self,
        wanted,
        schedules,
        company,
        ignore_promises=(),
        ignore_moves=(),
        allocation=None,
    ):
        """Timelines of many products in one query.

        :param wanted: set of (product id, warehouse id)
        :param schedules: {warehouse id: Schedule}
        :param allocation: what the customer's class may take; applied to the timelines
        :return: :class:`Loaded`, with an entry for each wanted pair
        """
        warehouse_ids = sorted({warehouse for __, warehouse in wanted})
        scope = Scope(
            product_ids=sorted({product for product, __ in wanted}),
            warehouse_ids=warehouse_ids,
            # sudo: company settings decide what counts, whoever asks
            company=company.sudo(),
            ignore_promises=list(ignore_promises),
            ignore_moves=list(ignore_moves),
            now=fields.Datetime.now(),
            zones={id_: schedules[id_].zone for id_ in warehouse_ids},
            allocation=allocation,
        )
        if allocation:
            rules = self._allocation_rules(scope.company, scope.product_ids)
            scope = scope._replace(rules=tuple(rules))
        loaded = Loaded({}, {}, {}, scope)
        ledger = self._ledger(wanted, scope)
        for key, flow in ledger.flows.items():
            loaded.timelines[key], loaded.pairs[key] = self._net(
                flow, schedules[key[1]], scope.company
            )
            loaded.quoted[key] = flow.quoted
        if scope.rules:
            allocation.apply(scope.rules, ledger.taken, loaded.timelines)
        return loaded

    def _ledger(self, wanted, scope):
        """:class:`Ledger` of all that is wanted."""
        zones = {id_: str(zone) for id_, zone in scope.zones.items()}
        ledger = self._empty_ledger(scope.warehouse_ids, scope.company, wanted, zones)
        if wanted:
            ledger.add(self._fetch(scope))
        return ledger

    def _empty_ledger(self, warehouse_ids, company, wanted=(), zones=()):
        """One that knows the locations of these warehouses."""
        returns = () if company.promise_count_returns else self._customer_places()
        places = {id_: self._places(id_) for id_ in warehouse_ids}
        return Ledger(wanted, places, zones, returns)

    def _fetch(self, scope):
        for model, names in self._flushed_fields().items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(
            SQL("%s; %s", self._memory_statement(), self._statement(scope))
        )
        if any(row[-1] for row in rows):
            # Some of it is made to order: the same once more, and which of it belongs
            # together, from one snapshot.
            rows = self._fetch_chains(scope)
        return rows

    def _memory_statement(self):
        """A hundred thousand moves of one product that seem not to fit into the memory
        of a default configuration would be sorted on disk, in twice the time."""
        return SQL(
            "SELECT set_config('work_mem', %(least)s, true)"
            " WHERE pg_size_bytes(current_setting('work_mem'))"
            " < pg_size_bytes(%(least)s)",
            least=WORK_MEMORY,
        )

    def _statement(self, scope):
        return SQL(" UNION ALL ").join(
            [
                self._on_hand_query(scope),
                self._open_moves_query(scope),
                *self._supply_queries(scope),
                *self._demand_queries(scope),
                *self._quoted_queries(scope),
                *self._taken_queries(scope),
            ]
        )

    def _flushed_fields(self):
        return {
            "stock.quant": ["product_id", "location_id", "quantity", "owner_id"],
            "stock.move": [
                "product_id",
                "location_id",
                "location_dest_id",
                "location_final_id",
                "state",
                "date",
                "product_qty",
                "procure_method",
                "restrict_partner_id",
                "picking_id",
                "move_orig_ids",
                "move_dest_ids",
            ],
            "stock.picking": ["owner_id"],
            "stock.location": ["parent_path", "usage"],
            "stock.warehouse": ["view_location_id"],
            "delivery.promise": ["state", "hold_until"],
            "delivery.promise.claim": [
                "promise_id",
                "product_id",
                "warehouse_id",
                "quantity",
                "date",
            ],
        }

    # -- parts of the statement ------------------------------------------------------
    # Each selects kind, product_id, place_id, target_id, tz, day, at, quantity and
    # to_order, which make a row of the ledger.

    def _day(self, moment, scope):
        """The ordinal day of a moment in UTC, in the zone of all warehouses of a scope.
        Where they have several zones, the statement has a column ``clock.tz``."""
        zones = {str(zone): zone for zone in scope.zones.values()}
        if len(zones) > 1:
            local = SQL("timezone(clock.tz, timezone('UTC', %s))", moment)
        else:
            local = self._local_moment(moment, *zones.values(), scope.now)
        return SQL("(%s)::date - DATE '0001-01-01' + 1", local)

    def _local_moment(self, moment, zone, now):
        """``moment`` on the clocks of a zone. PostgreSQL's own conversion takes longer
        than to read the row, so that it is left to moments that are years away."""
        ahead = offsets(zone, now.year)
        if len(ahead) == 1 and not ahead[0][1]:
            return moment  # UTC, or what has been so for years
        cases = [
            SQL("WHEN %s < %s THEN %s + %s", moment, until, moment, offset)
            for until, offset in ahead
            # the clocks of the last months are those of what is overdue
            if until > now - timedelta(days=200)
        ]
        slowly = SQL("timezone(%s, timezone('UTC', %s))", str(zone), moment)
        begin = datetime(now.year, 1, 1)
        past = [until for until, __ in ahead if until <= now - timedelta(days=200)]
        return SQL(
            "CASE WHEN %s < %s THEN %s %s ELSE %s END",
            moment,
            max([begin, *past]),
            slowly,
            SQL(" ").join(cases),
            slowly,
        )

    def _clock(self, scope):
        """What a part has to be joined with for the days of its zones."""
        zones = sorted({str(zone) for zone in scope.zones.values()})
        if len(zones) < 2:
            return SQL(), SQL("NULL::text")
        return SQL("CROSS JOIN unnest(%s::text[]) AS clock (tz)", zones), SQL(
            "clock.tz"
        )

    def _on_hand_query(self, scope):
        owner = SQL()
        if scope.company.promise_exclude_owner:
            owner = SQL(
                "AND (quant.owner_id IS NULL OR quant.owner_id = %s)",
                scope.company.partner_id.id,
            )
        return SQL(
            """
            SELECT 'quant' AS kind, quant.product_id, quant.location_id AS place_id,
                   NULL::int AS target_id, NULL::text AS tz, NULL::int AS day,
                   NULL::timestamp AS at,
                   COALESCE(SUM(quant.quantity), 0)::float8 AS quantity,
                   false AS to_order
              FROM stock_quant quant
             WHERE quant.product_id = ANY(%s) %s
             GROUP BY quant.product_id, quant.location_id
            """,
            scope.product_ids,
            owner,
        )

    def _open_moves_query(self, scope):
        """Open moves summed up by day and by where they go from and to, since a
        product may have very many. A move has a row for each of the time zones asked
        for, mostly one."""
        join, tz = self._clock(scope)
        return SQL(
            """
            SELECT 'move', move.product_id, move.location_id,
                   COALESCE(move.location_final_id, move.location_dest_id) AS final_id,
                   %(tz)s AS tz, %(day)s AS day, MAX(move.date),
                   SUM(move.product_qty)::float8,
                   bool_or(move.procure_method = 'make_to_order')
              FROM stock_move move %(join)s %(picking)s
             WHERE %(open)s
             GROUP BY move.product_id, move.location_id, final_id, tz, day
            """,
            day=self._day(SQL("move.date"), scope),
            open=self._open_condition(scope),
            tz=tz,
            join=join,
            picking=self._open_join(scope),
        )

    def _open_join(self, scope):
        if scope.company.promise_exclude_owner:
            return SQL(
                "LEFT JOIN stock_picking picking ON picking.id = move.picking_id"
            )
        return SQL()

    def _open_condition(self, scope):
        """Which moves are open, and count."""
        conditions = [
            SQL("move.product_id = ANY(%s)", scope.product_ids),
            SQL("move.state IN %s", OPEN_STATES),
        ]
        if scope.company.promise_exclude_owner:
            # A transfer's owner is written on its moves when they are done.
            conditions.append(
                SQL(
                    "COALESCE(move.restrict_partner_id, picking.owner_id, %(own)s)"
                    " = %(own)s",
                    own=scope.company.partner_id.id,
                )
            )
        if scope.ignore_moves:
            conditions.append(SQL("move.id <> ALL(%s)", scope.ignore_moves))
        return SQL(" AND ").join(conditions)

    @api.model
    def _supply_queries(self, scope):
        """More parts that bring quantities into a warehouse: kinds ``on_hand`` and
        ``supply``, with the warehouse as ``place_id``."""
        return []

    @api.model
    def _demand_queries(self, scope):
        """Parts that take quantities out of a warehouse beside open moves: kind
        ``demand``, with the warehouse as ``place_id``; of goods that expire,
        ``expiry`` and ``reserved``, with the location as ``place_id``."""
        join, tz = self._clock(scope)
        return [
            SQL(
                """
                SELECT 'demand', claim.product_id, claim.warehouse_id, NULL::int,
                       %(tz)s AS tz, %(day)s AS day, NULL::timestamp,
                       SUM(claim.quantity)::float8, false
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                       %(join)s
                 WHERE claim.product_id = ANY(%(products)s)
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                   AND promise.id <> ALL(%(ignored)s)
                 GROUP BY claim.product_id, claim.warehouse_id, tz, day
                """,
                tz=tz,
                day=self._day(SQL("claim.date"), scope),
                join=join,
                products=scope.product_ids,
                now=scope.now,
                ignored=scope.ignore_promises,
            ),
        ]

    @api.model
    def _quoted_queries(self, scope):
        """Parts that say how much is being quoted without a hold: kind ``quoted``,
        with the warehouse as ``place_id``; not deducted. Without sales there is none.
        """
        return []

    # -- netting ---------------------------------------------------------------------

    def _net(self, flow, schedule, company):
        """(Timeline, pairs) of one product in one warehouse."""
        supply, demand, moments = flow.supply, flow.demand, flow.moments
        pairs = self._net_chains(flow.chains, supply, demand) if flow.chains else {}
        today = schedule.today
        timeline = Timeline(flow.on_hand, today, precision=1e-4)
        timeline.add_demands(demand)
        if flow.expiries:
            timeline.add_expiries(flow.expiries, flow.reserved)
        for day, quantity in supply.items():
            if quantity <= timeline.epsilon:
                continue
            expected = day
            if day < today:
                expected = self._overdue_day(day, today, company)
            if expected is not None:
                at = moments.get(day) if expected == day else None
                timeline.add_supply(expected, quantity, at, origin=(day,))
        return timeline, pairs

    @staticmethod
    def _net_chains(chains, supply, demand):
        """A chain made to order nets against itself: neither its receipt nor its
        delivery is anybody else's.

        :return: {delivery move: [(day, quantity, move) of its own receipts]}
        """
        left, pairs = {}, defaultdict(list)
        # Of a receipt that several orders share, the earliest of them is served first.
        chains.sort(key=lambda chain: (chain[0], chain[2], chain[4], chain[3]))
        for day, quantity, demand_id, supply_id, supply_day, supply_quantity in chains:
            wanted = left.get(("demand", demand_id), quantity)
            coming = left.get(("supply", supply_id), supply_quantity)
            common = min(wanted, coming)
            left["demand", demand_id] = wanted - common
            left["supply", supply_id] = coming - common
            demand[day] -= common
            supply[supply_day] -= common
            if common > 0:
                pairs[demand_id].append((supply_day, common, supply_id))
        return dict(pairs)
