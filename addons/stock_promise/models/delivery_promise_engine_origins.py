"""Where supply comes from, by the names of those documents that the caller may
read."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from .delivery_promise_engine_replenish import ORIGINS
from .stock_move import OPEN_STATES


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _origin_key(self, source, warehouse_id):
        """(product, days, warehouse) under which a receipt is looked up; None for the
        shelf."""
        if source.kind == "stock":
            return None
        # a vendor's place past the warehouse has its id, negated
        return source.product_id, source.origin, abs(warehouse_id)

    def _origins(self, request, confirmations, schedules):
        """{origin key: name} of the receipts that are named in the answer and that
        the caller may read. One query for all of them."""
        keys = {
            (source.product_id, source.origin, claim.warehouse_id)
            for confirmation in confirmations
            for piece in confirmation.pieces
            for source in piece.sources
            for claim in confirmation.claims
            if source.kind == "receipt" and claim.product_id == source.product_id
        }
        names = self._planned_origins(confirmations)
        if not keys:
            return names
        found = self._origin_moves(keys, schedules, request.company)
        readable = self._readable_origins(
            self.env["stock.move"].browse(
                [move_id for moves in found.values() for move_id in moves]
            )
        )
        for key, move_ids in found.items():
            labels = {readable[id_]: None for id_ in move_ids if id_ in readable}
            if labels:
                names[key] = self._all_named(list(labels)[:3])
        return names

    def _planned_origins(self, confirmations):
        """{origin key: name} of who replenishes, where the caller may read it."""
        names = {}
        for confirmation in confirmations:
            warehouse_id = confirmation.claims and confirmation.claims[0].warehouse_id
            for piece in confirmation.pieces:
                for source in piece.sources:
                    if source.kind in ("stock", "receipt") or not source.origin:
                        continue
                    model, record_id = source.origin
                    record = self.env[model].browse(record_id)
                    if record.has_access("read"):
                        key = self._origin_key(source, warehouse_id)
                        names[key] = self._named(record)
        return names

    def _origin_moves(self, keys, schedules, company):
        """{key: move ids} of the receipts behind these (product, days, warehouse).
        Within a request it is looked up once, for their names and for how sure they
        are."""
        remembered = self.env.cr.cache.get(ORIGINS, {})
        asked = frozenset(keys)
        if asked not in remembered:
            remembered[asked] = self._find_origin_moves(keys, schedules, company)
        return remembered[asked]

    def _find_origin_moves(self, keys, schedules, company):
        wanted = [
            (
                product_id,
                schedules[warehouse_id].midnight(day),
                schedules[warehouse_id].midnight(day + 1),
                (product_id, (day,), warehouse_id),
            )
            for product_id, origin, warehouse_id in keys
            for day in origin or ()
        ]
        if not wanted:
            return {}
        products, starts, ends, known_as = map(list, zip(*wanted, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.number, move.id, move.location_id,
                       COALESCE(move.location_final_id, move.location_dest_id)
                  FROM unnest(%(products)s::int[], %(starts)s::timestamp[],
                              %(ends)s::timestamp[]) WITH ORDINALITY
                       AS wanted (product_id, starts, ends, number)
                  JOIN stock_move move ON move.product_id = wanted.product_id
                   AND move.state IN %(states)s
                   AND move.date >= wanted.starts AND move.date < wanted.ends
                 WHERE NOT EXISTS (
                       -- made to order: this receipt is somebody's already
                       SELECT FROM stock_move_move_rel link
                         JOIN stock_move dest ON dest.id = link.move_dest_id
                        WHERE link.move_orig_id = move.id
                          AND dest.procure_method = 'make_to_order'
                          AND dest.state IN %(states)s)
                 ORDER BY move.date, move.id
                """,
                products=products,
                starts=starts,
                ends=ends,
                states=OPEN_STATES,
            )
        )
        # sudo: the company's setting decides what counts, whoever asks
        ways = self._empty_ledger({key[2] for key in keys}, company.sudo())
        found = defaultdict(list)
        for number, move_id, place, target in rows:
            key = known_as[number - 1]
            source, final, counts = ways.way(place, target)
            if counts and final == key[2] and source != final:
                found[key].append(move_id)
        return found

    def _readable_origins(self, moves):
        """{move id: name of its document}, of those that the caller may read.
        Bridges name the order behind the receipt."""
        pickings = self.env["stock.picking"]
        if not pickings.has_access("read"):
            return {}
        # sudo: only to get from the moves to the pickings, whose rights are checked
        moves = moves.sudo()
        moves.fetch(self._origin_fields())
        by_move = {move.id: move.picking_id.id for move in moves}
        allowed = pickings.search_fetch(
            [("id", "in", [id_ for id_ in by_move.values() if id_])], ["name"]
        )
        names = {picking.id: self._named(picking, picking.name) for picking in allowed}
        return {
            move_id: names[picking_id]
            for move_id, picking_id in by_move.items()
            if picking_id in names
        }

    def _origin_fields(self):
        """Fields of moves that lead to the documents that they are named by."""
        return ["picking_id"]
