"""One statement for all products and warehouses of a request: quants, open moves,
chains made to order, held promises and quotations, all from one snapshot."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

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


class Loaded(NamedTuple):
    timelines: dict
    #: {(product, warehouse): quantity in quotations that hold nothing}
    quoted: dict
    #: {(product, warehouse): {delivery move: [days of its own receipts]}}, of chains
    #: made to order
    pairs: dict
    scope: Scope


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _load(self, wanted, schedules, company, ignore_promises=(), ignore_moves=()):
        """Timelines of many products in one query.

        :param wanted: set of (product id, warehouse id)
        :param schedules: {warehouse id: Schedule}
        :return: :class:`Loaded`, with an entry for each wanted pair
        """
        # sudo: company settings decide what counts, whoever asks
        company = company.sudo()
        scope = Scope(
            product_ids=sorted({product for product, __ in wanted}),
            warehouse_ids=sorted({warehouse for __, warehouse in wanted}),
            company=company,
            ignore_promises=list(ignore_promises),
            ignore_moves=list(ignore_moves),
            now=fields.Datetime.now(),
        )
        rows = defaultdict(list)
        for row in self._fetch(scope, schedules):
            rows[row[1], row[2]].append(row)
        loaded = Loaded({}, {}, {}, scope)
        for key in wanted:
            timeline, quoted, pairs = self._net(
                rows.get(key, ()), schedules[key[1]], company
            )
            loaded.timelines[key] = timeline
            loaded.quoted[key] = quoted
            loaded.pairs[key] = pairs
        return loaded

    def _fetch(self, scope, schedules):
        if not scope.product_ids or not scope.warehouse_ids:
            return []
        for model, names in self._flushed_fields().items():
            self.env[model].flush_model(names)
        # Sorting a hundred thousand moves of one product on disk, since they seem not
        # to fit into the memory of a default configuration, would double the time.
        self.env.cr.execute(
            SQL(
                "SELECT set_config('work_mem', %(least)s, true)"
                " WHERE pg_size_bytes(current_setting('work_mem'))"
                " < pg_size_bytes(%(least)s)",
                least=WORK_MEMORY,
            )
        )
        parts = [
            *self._supply_queries(scope),
            *self._demand_queries(scope),
            *self._quoted_queries(scope),
        ]
        return self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE
                zone (warehouse_id, tz) AS (
                    SELECT * FROM unnest(%(warehouses)s::int[], %(zones)s::text[])
                ),
                inside AS MATERIALIZED (%(inside)s),
                open_move AS NOT MATERIALIZED (%(open_move)s),
                flow AS MATERIALIZED (%(flow)s),
                moves AS NOT MATERIALIZED (%(moves)s),
                %(pairs)s
                %(parts)s
                """,
                warehouses=scope.warehouse_ids,
                zones=[str(schedules[id_].zone) for id_ in scope.warehouse_ids],
                inside=self._inside_query(),
                open_move=self._open_move_query(scope),
                flow=self._flow_query(),
                moves=self._moves_query(),
                pairs=self._pairs_queries(),
                parts=SQL(" UNION ALL ").join(parts),
            )
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

    def _inside_query(self):
        """Locations that are inside a warehouse: below its view, and of a usage in
        which goods are on hand. A transit or loss location below the view is not."""
        return SQL(
            """
            SELECT DISTINCT ON (location.id)
                   location.id AS location_id, zone.warehouse_id, zone.tz,
                   location.usage
              FROM zone
              JOIN stock_warehouse warehouse ON warehouse.id = zone.warehouse_id
              JOIN stock_location top ON top.id = warehouse.view_location_id
              JOIN stock_location location
                ON location.parent_path LIKE top.parent_path || '%%'
             WHERE location.usage IN ('internal', 'view')
             ORDER BY location.id, length(top.parent_path) DESC
            """
        )

    def _open_move_query(self, scope):
        """Open moves of the products, wherever they go."""
        owner = SQL()
        if scope.company.promise_exclude_owner:
            # A transfer's owner is written on its moves when they are done.
            owner = SQL(
                "AND COALESCE(move.restrict_partner_id, picking.owner_id, %(own)s)"
                " = %(own)s",
                own=scope.company.partner_id.id,
            )
        ignored = SQL()
        if scope.ignore_moves:
            ignored = SQL("AND move.id <> ALL(%s)", scope.ignore_moves)
        return SQL(
            """
            SELECT move.id, move.product_id, move.product_qty AS quantity, move.date,
                   move.procure_method, move.location_id,
                   COALESCE(move.location_final_id, move.location_dest_id) AS final_id
              FROM stock_move move
              LEFT JOIN stock_picking picking ON picking.id = move.picking_id
             WHERE move.product_id = ANY(%(products)s)
               AND move.state IN %(states)s
               %(ignored)s
               %(owner)s
            """,
            products=scope.product_ids,
            states=OPEN_STATES,
            ignored=ignored,
            owner=owner,
        )

    def _flow_query(self):
        """Open moves summed up by day and by where they go from and to: one pass
        over them, before anything is joined to them, since a product may have very
        many. A move has a row for each of the time zones asked for, mostly one."""
        return SQL(
            """
            SELECT open_move.product_id, open_move.location_id, open_move.final_id,
                   clock.tz,
                   timezone(clock.tz, timezone('UTC', open_move.date))::date AS day,
                   MAX(open_move.date) AS at,
                   SUM(open_move.quantity)::float8 AS quantity,
                   bool_or(open_move.procure_method = 'make_to_order') AS to_order
              FROM open_move
             CROSS JOIN (SELECT DISTINCT tz FROM zone) clock
             GROUP BY open_move.product_id, open_move.location_id,
                      open_move.final_id, clock.tz, day
            """
        )

    def _moves_query(self):
        """Single open moves that enter or leave a warehouse."""
        return SQL(
            """
            SELECT open_move.*, source.warehouse_id AS from_id, source.tz AS from_tz,
                   final.warehouse_id AS to_id, final.tz AS to_tz
              FROM open_move
              LEFT JOIN inside source ON source.location_id = open_move.location_id
              LEFT JOIN inside final ON final.location_id = open_move.final_id
             WHERE source.warehouse_id IS DISTINCT FROM final.warehouse_id
            """
        )

    def _pairs_queries(self):
        """Chains made to order: from an open delivery up through what feeds it, to
        the open receipt at the top."""
        return SQL(
            """
            upward (demand_id, move_id) AS (
                SELECT moves.id, link.move_orig_id
                  FROM moves
                  JOIN stock_move_move_rel link ON link.move_dest_id = moves.id
                 WHERE moves.procure_method = 'make_to_order'
                   AND moves.from_id IS NOT NULL
                   AND (SELECT bool_or(to_order) FROM flow)
                UNION
                SELECT upward.demand_id, link.move_orig_id
                  FROM upward
                  JOIN stock_move feed ON feed.id = upward.move_id
                   AND feed.state IN %s
                  JOIN stock_move_move_rel link ON link.move_dest_id = feed.id
            ),
            chained AS MATERIALIZED (
                SELECT moves.*
                  FROM moves
                 WHERE moves.id IN (SELECT demand_id FROM upward
                                    UNION SELECT move_id FROM upward)
            )
            """,
            OPEN_STATES,
        )

    @api.model
    def _supply_queries(self, scope):
        """Parts of the statement that bring quantities into a warehouse.

        Each selects ``kind, product_id, warehouse_id, day, at, quantity, demand_id,
        supply_id, supply_day, supply_quantity`` and may refer to ``zone``,
        ``inside``, ``flow``, ``moves`` and ``upward``. Kinds: on_hand, supply, pair.
        """
        owner = SQL()
        if scope.company.promise_exclude_owner:
            owner = SQL(
                "AND (quant.owner_id IS NULL OR quant.owner_id = %s)",
                scope.company.partner_id.id,
            )
        returns = SQL()
        if not scope.company.promise_count_returns:
            returns = SQL("AND source.usage <> 'customer'")
        return [
            SQL(
                """
                SELECT 'on_hand', quant.product_id, inside.warehouse_id,
                       NULL::date, NULL::timestamp,
                       COALESCE(SUM(quant.quantity), 0)::float8,
                       NULL::int, NULL::int, NULL::date, NULL::float8
                  FROM stock_quant quant
                  JOIN inside ON inside.location_id = quant.location_id
                   AND inside.usage = 'internal'
                 WHERE quant.product_id = ANY(%s) %s
                 GROUP BY quant.product_id, inside.warehouse_id
                """,
                scope.product_ids,
                owner,
            ),
            SQL(
                """
                SELECT 'supply', flow.product_id, final.warehouse_id, flow.day,
                       flow.at, flow.quantity,
                       NULL::int, NULL::int, NULL::date, NULL::float8
                  FROM flow
                  JOIN inside final ON final.location_id = flow.final_id
                   AND final.tz = flow.tz
                  JOIN stock_location source ON source.id = flow.location_id
                  LEFT JOIN inside ON inside.location_id = source.id
                 WHERE inside.warehouse_id IS DISTINCT FROM final.warehouse_id %s
                """,
                returns,
            ),
            SQL(
                """
                SELECT 'pair', demand.product_id, demand.from_id,
                       timezone(demand.from_tz, timezone('UTC', demand.date))::date,
                       NULL::timestamp, demand.quantity::float8, demand.id, supply.id,
                       timezone(supply.to_tz, timezone('UTC', supply.date))::date,
                       supply.quantity::float8
                  FROM upward
                  JOIN chained demand ON demand.id = upward.demand_id
                  JOIN chained supply ON supply.id = upward.move_id
                   AND supply.to_id = demand.from_id
                   AND supply.product_id = demand.product_id
                  JOIN stock_location source ON source.id = supply.location_id
                 WHERE true %s
                """,
                returns,
            ),
        ]

    @api.model
    def _demand_queries(self, scope):
        """Parts of the statement that take quantities out of a warehouse: kind
        ``demand``, columns as in :meth:`_supply_queries`."""
        return [
            SQL(
                """
                SELECT 'demand', flow.product_id, source.warehouse_id, flow.day,
                       NULL::timestamp, flow.quantity,
                       NULL::int, NULL::int, NULL::date, NULL::float8
                  FROM flow
                  JOIN inside source ON source.location_id = flow.location_id
                   AND source.tz = flow.tz
                  LEFT JOIN inside final ON final.location_id = flow.final_id
                 WHERE source.warehouse_id IS DISTINCT FROM final.warehouse_id
                """
            ),
            SQL(
                """
                SELECT 'demand', claim.product_id, claim.warehouse_id,
                       timezone(zone.tz, timezone('UTC', claim.date))::date AS day,
                       NULL::timestamp, SUM(claim.quantity)::float8,
                       NULL::int, NULL::int, NULL::date, NULL::float8
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                  JOIN zone ON zone.warehouse_id = claim.warehouse_id
                 WHERE claim.product_id = ANY(%s)
                   AND promise.state = 'held' AND promise.hold_until > %s
                   AND promise.id <> ALL(%s)
                 GROUP BY claim.product_id, claim.warehouse_id, day
                """,
                scope.product_ids,
                scope.now,
                scope.ignore_promises,
            ),
        ]

    @api.model
    def _quoted_queries(self, scope):
        """Parts that say how much is being quoted without a hold: kind ``quoted``,
        not deducted. Without sales there is none."""
        return []

    # -- netting ---------------------------------------------------------------------

    def _net(self, rows, schedule, company):
        """(Timeline, quoted, pairs) of one product in one warehouse from its rows."""
        on_hand = quoted = 0.0
        supply, demand, moments = defaultdict(float), defaultdict(float), {}
        chains = []
        for row in rows:
            kind, __, __, day, at, quantity = row[:6]
            if kind == "demand":
                demand[day] += quantity
            elif kind == "supply":
                supply[day] += quantity
                moments[day] = max(at, moments.get(day, at))
            elif kind == "on_hand":
                on_hand += quantity
            elif kind == "quoted":
                quoted += quantity
            elif kind == "pair":
                chains.append((day, quantity, *row[6:]))
        pairs = self._net_chains(chains, supply, demand) if chains else {}
        today = schedule.today
        timeline = Timeline(on_hand, today, precision=1e-4)
        for day, quantity in demand.items():
            if quantity:
                timeline.add_demand(day.toordinal(), quantity)
        for day, quantity in supply.items():
            if quantity <= timeline.epsilon:
                continue
            planned = day.toordinal()
            expected = self._overdue_day(planned, today, company)
            if expected is not None:
                at = moments.get(day) if expected == planned else None
                timeline.add_supply(expected, quantity, at, origin=(planned,))
        return timeline, quoted, pairs

    @staticmethod
    def _net_chains(chains, supply, demand):
        """A chain made to order nets against itself: neither its receipt nor its
        delivery is anybody else's.

        :return: {delivery move: [days of its own receipts]}
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
            pairs[demand_id].append(supply_day.toordinal())
        return dict(pairs)
