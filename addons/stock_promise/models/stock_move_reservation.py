"""Reservation follows promises.

Stock Odoo reserves for whoever is confirmed first: an order for January takes the last
pieces from one promised for today. Here a move leaves what an earlier-dated promise
needs, and what has no date leaves what all promises need. What is reserved stays where
it is, unless the rules of ``promising.reservation`` give it to a promise that ranks
before. Products without promises in force are reserved as ever.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..promising.reservation import PROMISED, rank_of
from .own_context import own, owned
from .shelves import Shelves, is_dated_sql
from .stock_move import OPEN_STATES
from .stock_move_part import REST


class ReservationGuard:
    """What may be reserved, for the time of one reservation run.

    A rank is that of :func:`~..promising.reservation.rank_of`: whoever has the smaller
    one goes first. Dates that have passed count today.
    """

    def __init__(self, zones, today):
        self.zones = zones
        self.today = today
        #: {product: {location: quantity there that nobody has reserved}}
        self.free = defaultdict(lambda: defaultdict(float))
        #: {(product, warehouse): {need key: (rank, quantity not reserved yet, path of
        #: the location that it is taken from)}}
        self.needs = defaultdict(dict)
        #: {location: its path}
        self.paths = {}

    def rank(self, moment, warehouse_id, line_id, dated=True):
        day = max(self.zones[warehouse_id].day(moment), self.today[warehouse_id])
        return rank_of(day, line_id, dated)

    def free_below(self, product_id, path):
        return sum(
            quantity
            for location, quantity in self.free[product_id].items()
            if self.paths[location].startswith(path)
        )

    def room(self, key, path, rank, need_key):
        """What a move of this rank may reserve below a location."""
        free = self.free_below(key[0], path)
        earlier, elsewhere = 0.0, set()
        for other, (other_rank, quantity, other_path) in self.needs[key].items():
            if other == need_key or other_rank >= rank:
                continue
            if other_path.startswith(path):
                earlier += quantity
            elif path.startswith(other_path):
                # It may be served from beside this place, too.
                earlier += quantity
                elsewhere.add(other_path)
        if elsewhere:
            everywhere = self.free_below(key[0], min(elsewhere, key=len))
            earlier -= everywhere - free
        return max(free - max(earlier, 0.0), 0.0)

    def reserved(self, key, path, need_key, quantity):
        places = self.free[key[0]]
        left = quantity
        for location in sorted(places):
            if self.paths[location].startswith(path) and places[location] > 0:
                part = min(places[location], left)
                places[location] -= part
                left -= part
        if need_key in self.needs[key]:
            rank, needed, place = self.needs[key][need_key]
            self.needs[key][need_key] = rank, max(needed - quantity, 0.0), place


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        guard = None if force_qty else self._promise_guard()
        if not guard:
            return super()._action_assign(force_qty=force_qty)
        losers = self._take_back_reservations(guard)
        # Whoever goes first is served first, in whatever order they were chosen.
        result = super(
            StockMove,
            self._in_order_of_promises(guard).with_context(promise_guard=own(guard)),
        )._action_assign(force_qty=force_qty)
        if losers:
            # What is left over goes back to those it was taken from.
            losers.with_context(promise_guard=None)._action_assign()
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
        path, need_key = self.location_id.parent_path, self._promise_need_key()
        room = guard.room(key, path, self._promise_rank(guard), need_key)
        unit = self.product_id.uom_id
        if unit.compare(room, need) < 0:
            need = room
        if unit.compare(need, 0) <= 0:
            return 0.0
        taken = super()._update_reserved_quantity(
            need, location_id, lot_id, package_id, owner_id, strict
        )
        guard.reserved(key, path, need_key, taken)
        return taken

    def _is_to_order(self):
        """Whether goods come for one of these moves from elsewhere than the shelf, or
        from another of them."""
        return any(
            move.move_orig_ids - self or move.procure_method == "make_to_order"
            for move in self
            if not move.move_orig_ids & self
        )

    def _reserve_as_planned(self):
        """Reserve those whose goods are reserved by now without anybody's doing."""
        today = fields.Date.context_today(self)
        self.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and (
                    move.picking_type_id.reservation_method == "at_confirm"
                    or (move.reservation_date and move.reservation_date <= today)
                )
            )
        )._action_assign()

    def _prepare_move_line_vals(self, quantity=None, reserved_quant=None):
        vals = super()._prepare_move_line_vals(
            quantity=quantity, reserved_quant=reserved_quant
        )
        if reserved_quant:
            # Odoo has found these goods, nobody has chosen them.
            vals["promise_chosen"] = False
        return vals

    # -- steps -----------------------------------------------------------------------

    def _promise_guard_key(self):
        warehouse = self.location_id.warehouse_id
        return warehouse and (self.product_id.id, warehouse.id)

    def _promise_need_key(self):
        return "move", self.id

    def _promise_rank(self, guard):
        """The rank by which this move reserves."""
        self.ensure_one()
        # sudo: who comes first does not depend on who may read promises
        line = self.sudo().promise_line_id
        dated = self.promise_part > 0 or (
            self.promise_part != REST and bool(line.promised_date)
        )
        return guard.rank(self.date, self.location_id.warehouse_id.id, line.id, dated)

    def _in_order_of_promises(self, guard):
        """The promised ones first, in their order; the others in the order given."""
        shelf = self._promise_from_shelf()
        ranks = [(move._promise_rank(guard), move.id) for move in shelf]
        promised = sorted(rank for rank in ranks if rank[0][1] == PROMISED)
        first = self.browse([id_ for __, id_ in promised])
        return first + (self - first)

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

    def _promise_firm_quantities(self):
        """{id: how much of what the move has reserved cannot be given up}, in the
        product's unit: what is being picked, what was brought for it, and lots that
        somebody has chosen."""
        firm = {}
        for move in self:
            if move._is_being_sent() or move.move_orig_ids:
                firm[move.id] = move.product_qty
                continue
            firm[move.id] = sum(
                line.quantity_product_uom
                for line in move.move_line_ids
                if line.picked or line._is_chosen()
            )
        return firm

    def _promise_guard(self, moves=None):
        """A :class:`ReservationGuard`, or None where no promise competes.

        :param moves: that are ranked, whether or not they reserve anything
        """
        ranked = moves
        moves = self._promise_from_shelf() if ranked is None else ranked
        if not moves:
            return None
        warehouses = moves.location_id.warehouse_id
        rows = self._promise_needs(moves.product_id.ids, warehouses.ids)
        if not rows and ranked is None:
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
        for kind, id_, line_id, product_id, warehouse_id, date, quantity, path in rows:
            key = product_id, warehouse_id
            rank = guard.rank(date, warehouse_id, line_id)
            guard.needs[key][kind, id_] = rank, quantity, path
        self._promise_free(guard, warehouses)
        return guard

    def _promise_free(self, guard, warehouses):
        Quant = self.env["stock.quant"].sudo()  # sudo: the shelf is what it is
        products = {product_id for product_id, __ in guard.needs}
        for product, location, quantity, reserved in Quant._read_group(
            [
                ("product_id", "in", list(products)),
                ("location_id.warehouse_id", "in", warehouses.ids),
                ("location_id.usage", "=", "internal"),
            ],
            ["product_id", "location_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        ):
            guard.paths[location.id] = location.parent_path
            guard.free[product.id][location.id] = quantity - reserved

    @api.model
    def _promise_needs(self, product_ids, warehouse_ids):
        """What promises in force with a date still need from the shelf: [(kind, id,
        line, product, warehouse, date, quantity, path of the location)], in one
        query."""
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
        Promise = self.env["delivery.promise"]
        Promise.flush_model(["state", "hold_until"])
        self.env["delivery.promise.line"].flush_model(["promised_date"])
        self.env["delivery.promise.claim"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT 'claim', claim.id, claim.line_id, claim.product_id,
                       claim.warehouse_id, claim.date, claim.quantity::float8,
                       location.parent_path
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                  JOIN stock_warehouse warehouse ON warehouse.id = claim.warehouse_id
                  JOIN stock_location location ON location.id = warehouse.lot_stock_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND claim.warehouse_id = ANY(%(warehouses)s)
                   AND claim.quantity > 0
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                UNION ALL
                SELECT 'move', move.id, move.promise_line_id, move.product_id,
                       location.warehouse_id, move.date,
                       (move.product_qty * GREATEST(1 - COALESCE(move.quantity, 0)
                        / NULLIF(move.product_uom_qty, 0), 0))::float8,
                       location.parent_path
                  FROM stock_move move
                  JOIN delivery_promise_line line ON line.id = move.promise_line_id
                  JOIN stock_location location ON location.id = move.location_id
                 WHERE move.product_id = ANY(%(products)s)
                   AND %(dated)s
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
                dated=is_dated_sql(),
            )
        )

    def _take_back_reservations(self, guard):
        """Let promised moves that would go short take what they may of what others
        have reserved.

        :return: those who have lost something
        """
        short = defaultdict(list)
        for move in self._promise_from_shelf():
            key = move._promise_guard_key()
            rank = move._promise_rank(guard)
            if key not in guard.needs or rank[1] != PROMISED:
                continue
            need_key = move._promise_need_key()
            need = guard.needs[key].get(need_key, (rank, 0.0))[1]
            path = move.location_id.parent_path
            missing = need - guard.room(key, path, rank, need_key)
            if move.product_id.uom_id.compare(missing, 0) > 0:
                short[key].append((rank, move, missing))
        losers = self.browse()
        # sudo: whoever confirms, moves of any team give way
        shelves = Shelves(self.env["delivery.promise"].sudo().env)
        for warehouse in self.env["stock.warehouse"].browse({key[1] for key in short}):
            keys = {key for key in short if key[1] == warehouse.id}
            for __, loser, quantity in shelves.to_move(
                warehouse.sudo(), {key: short[key] for key in keys}
            ):
                losers |= self.browse(loser)._give_up_reserved(guard, quantity)
        return losers

    def _promise_kept_from(self):
        """[(move, quantity in the product's unit, promise lines)] of goods that lie
        there and that nobody has reserved, which these moves do not get since promises
        that come first need them."""
        moves = self._promise_from_shelf()
        guard = moves._promise_guard()
        kept = []
        for move in moves if guard else ():
            key = move._promise_guard_key()
            path, unit = move.location_id.parent_path, move.product_id.uom_id
            rank, need_key = move._promise_rank(guard), move._promise_need_key()
            missing = move.product_qty - move.product_uom._compute_quantity(
                move.quantity, unit, rounding_method="HALF-UP"
            )
            free = min(guard.free_below(key[0], path), missing)
            quantity = free - guard.room(key, path, rank, need_key)
            if unit.compare(quantity, 0) > 0:
                lines = [
                    other_rank[2]
                    for other, (other_rank, needed, __) in guard.needs[key].items()
                    if other != need_key and other_rank < rank and needed > 0
                ]
                # sudo: whose they are is told to those alone who may read it
                lines = self.env["delivery.promise.line"].sudo().browse(lines)
                kept.append((move, quantity, lines))
        return kept

    def _give_up_reserved(self, guard, quantity):
        """Unreserve a quantity, in the product's unit: what was reserved last first."""
        # sudo: as in _take_back_reservations
        move = self.sudo()
        unit = move.product_id.uom_id
        key = move._promise_guard_key()
        places = guard.free[key[0]]
        lines = move.move_line_ids.filtered(
            lambda line: not line.picked and not line._is_chosen()
        )
        freed = 0.0
        for line in lines.sorted("id", reverse=True):
            part = min(line.quantity_product_uom, quantity - freed)
            if unit.compare(part, 0) <= 0:
                break
            guard.paths[line.location_id.id] = line.location_id.parent_path
            places[line.location_id.id] += part
            freed += part
            if unit.compare(part, line.quantity_product_uom) >= 0:
                line.unlink()
            else:
                line.quantity -= unit._compute_quantity(
                    part, line.product_uom_id, rounding_method="HALF-UP"
                )
        move._recompute_state()
        need_key = move._promise_need_key()
        rank = move._promise_rank(guard)
        if rank[1] == PROMISED:
            needed = guard.needs[key].get(need_key, (rank, 0.0))[1]
            path = move.location_id.parent_path
            guard.needs[key][need_key] = rank, needed + freed, path
        return self
