"""Reservation follows promises.

Stock Odoo reserves for whoever is confirmed first: an order for January takes the last
pieces from one promised for today. Here a move leaves what an earlier-dated promise
needs, and a promised move takes back what later-dated ones have reserved. Products
without promises in force are reserved as ever.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .own_context import own, owned
from .stock_move import OPEN_STATES
from .stock_move_part import REST


class ReservationGuard:
    """What may be reserved, for the time of one reservation run.

    A rank is (day, 0 for a promise and 1 for the rest, promise line): whoever has the
    smaller one goes first. Dates that have passed count today.
    """

    def __init__(self, zones, today):
        self.zones = zones
        self.today = today
        #: {(product, warehouse): quantity on the shelf that nobody has reserved}
        self.free = defaultdict(float)
        #: {(product, warehouse): {need key: (rank, quantity not reserved yet)}}
        self.needs = defaultdict(dict)

    def rank(self, moment, warehouse_id, line_id):
        day = max(self.zones[warehouse_id].day(moment), self.today[warehouse_id])
        return day, 0 if line_id else 1, line_id or 0

    def room(self, key, rank, need_key):
        """What a move of this rank may reserve."""
        earlier = sum(
            quantity
            for other, (other_rank, quantity) in self.needs[key].items()
            if other != need_key and other_rank < rank
        )
        return max(self.free[key] - earlier, 0.0)

    def reserved(self, key, need_key, quantity):
        self.free[key] -= quantity
        if need_key in self.needs[key]:
            rank, needed = self.needs[key][need_key]
            self.needs[key][need_key] = rank, max(needed - quantity, 0.0)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        guard = None if force_qty else self._promise_guard()
        if not guard:
            return super()._action_assign(force_qty=force_qty)
        taken_back = self._take_back_reservations(guard)
        result = super(
            StockMove, self.with_context(promise_guard=own(guard))
        )._action_assign(force_qty=force_qty)
        if taken_back:
            # What is left over goes back to those it was taken from.
            taken_back.with_context(promise_guard=None)._action_assign()
        return result

    def _update_reserved_quantity(
        self,
        need,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=True,
    ):
        guard = owned(self.env, "promise_guard")
        key = self._promise_guard_key() if guard else None
        if not key or self.move_orig_ids or key not in guard.needs:
            return super()._update_reserved_quantity(
                need, location_id, lot_id, package_id, owner_id, strict
            )
        rank = guard.rank(self.date, key[1], self._promised_line_id())
        need = min(need, guard.room(key, rank, self._promise_need_key()))
        if self.product_id.uom_id.compare(need, 0) <= 0:
            return 0.0
        taken = super()._update_reserved_quantity(
            need, location_id, lot_id, package_id, owner_id, strict
        )
        guard.reserved(key, self._promise_need_key(), taken)
        return taken

    # -- steps -----------------------------------------------------------------------

    def _promise_guard_key(self):
        warehouse = self.location_id.warehouse_id
        return warehouse and (self.product_id.id, warehouse.id)

    def _promise_need_key(self):
        return "move", self.id

    def _promise_from_shelf(self):
        """Moves that would reserve what lies in a warehouse for anybody."""
        return self.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and not move.picked
                and not move.move_orig_ids
                and move.product_id.is_storable
                and move.location_id.warehouse_id
            )
        )

    def _promise_guard(self):
        """A :class:`ReservationGuard`, or None where no promise competes."""
        moves = self._promise_from_shelf()
        if not moves:
            return None
        warehouses = moves.location_id.warehouse_id
        rows = self._promise_needs(moves.product_id.ids, warehouses.ids)
        if not rows:
            return None
        # sudo: calendars and settings count for whoever reserves
        schedules = {}
        engine = self.env["delivery.promise.engine"]
        now = fields.Datetime.now()
        for warehouse in warehouses.sudo():
            schedules |= engine._schedules(warehouse, warehouse.company_id, now)
        guard = ReservationGuard(
            schedules, {id_: schedule.today for id_, schedule in schedules.items()}
        )
        for kind, id_, line_id, product_id, warehouse_id, date, quantity in rows:
            key = product_id, warehouse_id
            rank = guard.rank(date, warehouse_id, line_id)
            guard.needs[key][kind, id_] = rank, quantity
        self._promise_free(guard, warehouses)
        return guard

    def _promise_free(self, guard, warehouses):
        Quant = self.env["stock.quant"].sudo()  # sudo: the shelf is what it is
        products = [product_id for product_id, __ in guard.needs]
        for warehouse in warehouses:
            for product, quantity, reserved in Quant._read_group(
                [
                    ("product_id", "in", products),
                    ("location_id", "child_of", warehouse.view_location_id.id),
                    ("location_id.usage", "=", "internal"),
                ],
                ["product_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            ):
                guard.free[product.id, warehouse.id] = quantity - reserved

    @api.model
    def _promise_needs(self, product_ids, warehouse_ids):
        """What promises in force still need from the shelf:
        [(kind, id, line, product, warehouse, date, quantity)], in one query."""
        self.env["stock.move"].flush_model(
            [
                "promise_line_id",
                "promise_part",
                "state",
                "date",
                "product_qty",
                "quantity",
                "picked",
            ]
        )
        self.env["delivery.promise"].flush_model(["state", "hold_until"])
        self.env["delivery.promise.claim"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT 'claim', claim.id, claim.line_id, claim.product_id,
                       claim.warehouse_id, claim.date, claim.quantity::float8
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND claim.warehouse_id = ANY(%(warehouses)s)
                   AND claim.quantity > 0
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                UNION ALL
                SELECT 'move', move.id, move.promise_line_id, move.product_id,
                       location.warehouse_id, move.date,
                       (move.product_qty * GREATEST(1 - COALESCE(move.quantity, 0)
                        / NULLIF(move.product_uom_qty, 0), 0))::float8
                  FROM stock_move move
                  JOIN stock_location location ON location.id = move.location_id
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.promise_line_id IS NOT NULL
                   AND COALESCE(move.promise_part, 0) <> %(rest)s
                   AND move.state IN %(states)s
                   AND location.usage = 'internal'
                   AND location.warehouse_id = ANY(%(warehouses)s)
                   AND move.procure_method = 'make_to_stock'
                   AND NOT EXISTS (SELECT FROM stock_move_move_rel link
                                    WHERE link.move_dest_id = move.id)
                """,
                products=product_ids,
                warehouses=warehouse_ids,
                now=fields.Datetime.now(),
                states=OPEN_STATES,
                rest=REST,
            )
        )

    def _take_back_reservations(self, guard):
        """Unreserve later-dated moves where a promised one would go short."""
        taken_back = self.browse()
        promised = self._promise_from_shelf().filtered(
            lambda move: move._promised_line_id()
        )
        for move in promised.sorted(
            lambda move: guard.rank(
                move.date, move.location_id.warehouse_id.id, move._promised_line_id()
            )
        ):
            key = move._promise_guard_key()
            if key not in guard.needs:
                continue
            rank = guard.rank(move.date, key[1], move._promised_line_id())
            need = guard.needs[key].get(move._promise_need_key(), (rank, 0.0))[1]
            missing = need - guard.room(key, rank, move._promise_need_key())
            unit = move.product_id.uom_id
            if unit.compare(missing, 0) <= 0:
                continue
            for other in move._later_reserved(guard, key, rank):
                if unit.compare(missing, 0) <= 0:
                    break
                freed = other.product_uom._compute_quantity(other.quantity, unit)
                other._do_unreserve()
                guard.free[key] += freed
                if other._promised_line_id():
                    guard.needs[key][other._promise_need_key()] = (
                        guard.rank(other.date, key[1], other._promised_line_id()),
                        other.product_qty,
                    )
                missing -= freed
                taken_back |= other
        return taken_back

    def _later_reserved(self, guard, key, rank):
        """Reserved moves of the same shelf that can wait, the latest first. Those
        that are being picked keep what they have."""
        product_id, warehouse_id = key
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        # sudo: whoever confirms, later moves of any team give way
        reserved = self.sudo().search(
            [
                ("product_id", "=", product_id),
                ("state", "in", ("assigned", "partially_available")),
                ("location_id", "child_of", warehouse.view_location_id.id),
                ("picked", "=", False),
                ("picking_id.printed", "=", False),
                ("move_orig_ids", "=", False),
                ("id", "not in", self.ids),
            ]
        )
        ranked = [
            (guard.rank(move.date, warehouse_id, move._promised_line_id()), move)
            for move in reserved
        ]
        return [
            move
            for other_rank, move in sorted(
                ranked, key=lambda pair: (pair[0], pair[1].id), reverse=True
            )
            if other_rank > rank
        ]
