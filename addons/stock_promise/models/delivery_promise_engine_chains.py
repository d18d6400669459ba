"""Chains made to order: which delivery has a receipt of its own. Looked for only where
an open move of a request's products is made to order."""

from collections import defaultdict
from itertools import chain

from odoo import models
from odoo.tools import SQL

from .stock_move import OPEN_STATES


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _fetch_chains(self, scope):
        """The rows of :meth:`_statement`, and one of kind ``pair`` for each delivery
        and receipt of the same chain, with the columns ``supply_id, supply_day,
        supply_quantity`` in addition."""
        return self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE
                zone (warehouse_id, tz) AS (
                    SELECT * FROM unnest(%(warehouses)s::int[], %(zones)s::text[])
                ),
                inside AS MATERIALIZED (%(inside)s),
                moves AS NOT MATERIALIZED (%(moves)s),
                %(upward)s
                SELECT known.*, NULL::int, NULL::int, NULL::float8
                  FROM (%(statement)s) known
                UNION ALL
                %(pairs)s
                """,
                warehouses=scope.warehouse_ids,
                zones=[str(scope.zones[id_]) for id_ in scope.warehouse_ids],
                inside=self._inside_query(),
                moves=self._moves_query(scope),
                upward=self._upward_queries(),
                statement=self._statement(scope),
                pairs=self._pairs_query(scope),
            )
        )

    def _inside_query(self):
        """The locations of :meth:`_places`, of nested warehouses of the inner one."""
        return SQL(
            """
            SELECT DISTINCT ON (location.id)
                   location.id AS location_id, zone.warehouse_id, zone.tz
              FROM zone
              JOIN stock_warehouse warehouse ON warehouse.id = zone.warehouse_id
              JOIN stock_location top ON top.id = warehouse.view_location_id
              JOIN stock_location location
                ON starts_with(location.parent_path, top.parent_path)
             WHERE location.usage IN ('internal', 'view')
             ORDER BY location.id, length(top.parent_path) DESC
            """
        )

    def _moves_query(self, scope):
        """Single open moves that enter or leave a warehouse."""
        return SQL(
            """
            SELECT move.id, move.product_id, move.product_qty AS quantity, move.date,
                   move.procure_method, move.location_id,
                   source.warehouse_id AS from_id, source.tz AS from_tz,
                   final.warehouse_id AS to_id, final.tz AS to_tz
              FROM stock_move move %(picking)s
              LEFT JOIN inside source ON source.location_id = move.location_id
              LEFT JOIN inside final ON final.location_id
                   = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE source.warehouse_id IS DISTINCT FROM final.warehouse_id
               AND %(open)s
            """,
            picking=self._open_join(scope),
            open=self._open_condition(scope),
        )

    def _upward_queries(self):
        """From an open delivery up through what feeds it, to the open receipt at the
        top."""
        return SQL(
            """
            upward (demand_id, move_id) AS (
                SELECT moves.id, link.move_orig_id
                  FROM moves
                  JOIN stock_move_move_rel link ON link.move_dest_id = moves.id
                 WHERE moves.procure_method = 'make_to_order'
                   AND moves.from_id IS NOT NULL
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

    def _pairs_query(self, scope):
        returns = SQL()
        if not scope.company.promise_count_returns:
            returns = SQL("AND source.usage <> 'customer'")
        return SQL(
            """
            SELECT 'pair', demand.product_id, demand.from_id, demand.id, NULL,
                   timezone(demand.from_tz, timezone('UTC', demand.date))::date
                   - DATE '0001-01-01' + 1,
                   NULL, demand.quantity::float8, true, supply.id,
                   timezone(supply.to_tz, timezone('UTC', supply.date))::date
                   - DATE '0001-01-01' + 1,
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
        )

    def _coming(self, keys, loaded, schedules):
        """{(product, warehouse): [(day, quantity, moment)]} of what was ordered for the
        moves of a scope that do not count, since they are promised again: their own
        receipts that are still open, and what of these was received and reserved. Of a
        receipt that several orders share, the others have their part.

        :param keys: (product, warehouse) of what is made to order
        :param loaded: ``Loaded``
        """
        scope = loaded.scope
        moves = scope.ignore_moves
        if not keys or not moves:
            return {}
        others = defaultdict(float)
        for pairs in loaded.pairs.values():
            for __, quantity, supply_id in chain.from_iterable(pairs.values()):
                others[supply_id] += quantity
        self.env["stock.move"].flush_model(["quantity", "product_uom_qty"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE own AS (
                    SELECT move.id, move.product_id, source.warehouse_id, move.date,
                           move.product_qty * COALESCE(move.quantity, 0)
                           / NULLIF(move.product_uom_qty, 0) AS reserved
                      FROM stock_move move
                      JOIN stock_location source ON source.id = move.location_id
                     WHERE move.id = ANY(%(moves)s)
                       AND move.procure_method = 'make_to_order'
                       AND move.state IN %(states)s
                ),
                upward (move_id) AS (
                    SELECT link.move_orig_id
                      FROM own
                      JOIN stock_move_move_rel link ON link.move_dest_id = own.id
                    UNION
                    SELECT link.move_orig_id
                      FROM upward
                      JOIN stock_move feed ON feed.id = upward.move_id
                       AND feed.state IN %(states)s
                      JOIN stock_move_move_rel link ON link.move_dest_id = feed.id
                )
                SELECT product_id, warehouse_id, %(now)s, reserved::float8, 0
                  FROM own WHERE reserved > 0
                UNION ALL
                SELECT supply.product_id, final.warehouse_id, supply.date,
                       supply.product_qty::float8, supply.id
                  FROM upward
                  JOIN stock_move supply ON supply.id = upward.move_id
                   AND supply.state IN %(states)s
                  JOIN stock_location source ON source.id = supply.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(supply.location_final_id, supply.location_dest_id)
                   AND final.usage IN ('internal', 'view')
                 WHERE source.warehouse_id IS DISTINCT FROM final.warehouse_id
                """,
                moves=list(moves),
                states=OPEN_STATES,
                now=scope.now,
            )
        )
        coming = defaultdict(list)
        for product_id, warehouse_id, moment, quantity, supply_id in sorted(
            rows, key=lambda row: row[2]
        ):
            quantity -= others[supply_id]
            if quantity <= 0:
                continue
            schedule = schedules.get(warehouse_id)
            day = schedule and self._overdue_day(
                schedule.day(moment), schedule.today, scope.company
            )
            if day is not None and (product_id, warehouse_id) in keys:
                coming[product_id, warehouse_id].append((day, quantity, moment))
        return coming
