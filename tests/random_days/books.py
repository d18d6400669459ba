# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tables say of some products, read by SQL alone."""

import copy
from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

OPEN = ("waiting", "confirmed", "partially_available", "assigned")


class Place(NamedTuple):
    """A location: the warehouse that it lies in, and what it is used for."""

    id: int
    warehouse: int | None
    usage: str
    name: str

    @property
    def shelf(self):
        return self.usage == "internal" and self.warehouse is not None

    @property
    def inside(self):
        return self.warehouse is not None and self.usage in ("internal", "view")


class Quant(NamedTuple):
    id: int
    product: int
    place: int
    lot: int | None
    quantity: float
    reserved: float
    removal: datetime | None
    expires: bool


class Move(NamedTuple):
    id: int
    product: int
    quantity: float  # in the product's unit
    reserved: float  # likewise; of a done move, what was moved
    state: str
    date: datetime
    deadline: datetime | None
    source: int
    dest: int
    final: int
    line: int | None  # promise line
    part: int
    picking: int | None
    picking_name: str | None
    printed: bool
    picked: bool
    procure: str
    sale_line: int | None
    purchase_line: int | None
    production: int | None
    returned: int | None  # the move that it brings back
    refund: bool
    owner: int | None


class Claim(NamedTuple):
    id: int
    line: int
    product: int
    warehouse: int
    quantity: float
    date: datetime
    planned: bool
    until: datetime


class Line(NamedTuple):
    """A promise's line."""

    id: int
    promise: int
    product: int
    quantity: float
    factor: float  # product units in one unit of the line
    warehouse: int | None
    requested: datetime | None
    first: datetime | None
    promised: datetime | None
    ship: datetime | None
    material: datetime | None
    replenish_by: datetime | None
    transit: float
    delivered: float
    delivered_date: datetime | None
    short: bool
    at_risk: bool
    feasible: datetime | None
    cause: str | None
    status: str | None
    kept_first: bool
    kept_latest: bool
    kept_requested: bool
    manual: bool


class Promise(NamedTuple):
    id: int
    name: str
    state: str
    until: datetime | None
    promised: datetime | None
    user: int | None


class SaleLine(NamedTuple):
    id: int
    order: int
    product: int
    quantity: float
    delivered: float
    promise_line: int | None
    promised: datetime | None
    state: str


class Order(NamedTuple):
    id: int
    name: str
    state: str
    promise: int | None
    commitment: datetime | None


_LINES = """
SELECT l.id, l.promise_id, l.product_id, l.quantity::float8,
       (u.factor / base.factor)::float8, l.warehouse_id,
       l.requested_date, l.first_promised_date, l.promised_date,
       l.ship_date, l.material_date, l.replenish_by,
       COALESCE(l.transit_days, 0)::float8,
       COALESCE(l.delivered_quantity, 0)::float8, l.delivered_date,
       COALESCE(l.closed_short, false), COALESCE(l.at_risk, false),
       l.feasible_date, l.risk_cause, l.status,
       COALESCE(l.kept_first, false), COALESCE(l.kept_latest, false),
       COALESCE(l.kept_requested, false), COALESCE(l.is_manual, false)
  FROM delivery_promise_line l
  JOIN uom_uom u ON u.id = l.product_uom_id
  JOIN product_product p ON p.id = l.product_id
  JOIN product_template t ON t.id = p.product_tmpl_id
  JOIN uom_uom base ON base.id = t.uom_id
 WHERE l.product_id = ANY(%s)
"""


class Books:
    """A reading of all that concerns some products, at one moment.

    :param connection: psycopg2 connection, autocommitting
    :param products: ids, the components of kits and bills among them
    :param now: the moment, UTC
    """

    def __init__(self, connection, products, now):
        self.now = now
        self.products = sorted(products)
        self._connection = connection
        with connection.cursor() as cursor:
            # all of it from one snapshot
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._cursor = cursor
            try:
                self._read()
            finally:
                cursor.execute("COMMIT")
                self._cursor = None

    def at(self, now):
        """The same reading at a later moment, at which the tables say the same."""
        later = copy.copy(self)
        later.now = now
        return later

    @property
    def claims(self):
        """What holds claim that have not ended."""
        return [claim for claim in self.held if claim.until > self.now]

    def lines_now(self):
        """The promises' lines, read again."""
        with self._connection.cursor() as cursor:
            cursor.execute(_LINES, [self.products])
            return {row[0]: Line(*row) for row in cursor.fetchall()}

    def rows(self, statement, *parameters):
        self._cursor.execute(statement, parameters)
        return self._cursor.fetchall()

    def _read(self):
        self._read_places()
        self.quants = [
            Quant(*row)
            for row in self.rows(
                """
                SELECT q.id, q.product_id, q.location_id, q.lot_id,
                       COALESCE(q.quantity, 0)::float8,
                       COALESCE(q.reserved_quantity, 0)::float8, q.removal_date,
                       COALESCE(t.use_expiration_date, false)
                  FROM stock_quant q
                  JOIN product_product p ON p.id = q.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 WHERE q.product_id = ANY(%s)
                """,
                self.products,
            )
        ]
        self.moves = {
            row[0]: Move(*row)
            for row in self.rows(
                """
                SELECT m.id, m.product_id, m.product_qty::float8,
                       CASE WHEN m.product_uom_qty > 0 AND m.product_uom <> t.uom_id
                            THEN (m.quantity * m.product_qty / m.product_uom_qty)
                            ELSE m.quantity END::float8,
                       m.state, m.date, m.date_deadline, m.location_id,
                       m.location_dest_id,
                       COALESCE(m.location_final_id, m.location_dest_id),
                       m.promise_line_id, COALESCE(m.promise_part, 0), m.picking_id,
                       k.name, COALESCE(k.printed, false), COALESCE(m.picked, false),
                       m.procure_method, m.sale_line_id, m.purchase_line_id,
                       m.production_id, m.origin_returned_move_id,
                       COALESCE(m.to_refund, false), m.restrict_partner_id
                  FROM stock_move m
                  LEFT JOIN stock_picking k ON k.id = m.picking_id
                  JOIN product_product p ON p.id = m.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 WHERE m.product_id = ANY(%s)
                """,
                self.products,
            )
        }
        self.origins = defaultdict(set)  # move -> moves that bring for it
        self.purchase_for = defaultdict(set)
        for dest, origin in self.rows(
            """
            SELECT r.move_dest_id, r.move_orig_id FROM stock_move_move_rel r
              JOIN stock_move m ON m.id = r.move_dest_id WHERE m.product_id = ANY(%s)
            """,
            self.products,
        ):
            self.origins[dest].add(origin)
        self.held = [
            Claim(*row)
            for row in self.rows(
                """
                SELECT c.id, c.line_id, c.product_id, c.warehouse_id,
                       c.quantity::float8, c.date, COALESCE(c.planned, false),
                       p.hold_until
                  FROM delivery_promise_claim c
                  JOIN delivery_promise p ON p.id = c.promise_id
                 WHERE c.product_id = ANY(%s) AND p.state = 'held'
                """,
                self.products,
            )
        ]
        self.lines = {row[0]: Line(*row) for row in self.rows(_LINES, self.products)}
        self.promises = {
            row[0]: Promise(*row)
            for row in self.rows(
                """
                SELECT id, name, state, hold_until, promised_date, user_id
                  FROM delivery_promise WHERE id = ANY(%s)
                """,
                sorted({line.promise for line in self.lines.values()}),
            )
        }
        self.sellers = defaultdict(list)  # product -> days that its vendors need
        for product, delay in self.rows(
            """
            SELECT p.id, s.delay FROM product_supplierinfo s
              JOIN product_product p ON p.product_tmpl_id = s.product_tmpl_id
             WHERE p.id = ANY(%s) ORDER BY s.sequence, s.id
            """,
            self.products,
        ):
            self.sellers[product].append(delay)
        self.active = {
            id_
            for (id_,) in self.rows(
                "SELECT id FROM product_product WHERE id = ANY(%s) AND active",
                self.products,
            )
        }
        self.line_counts = dict(
            self.rows(
                "SELECT promise_id, count(*) FROM delivery_promise_line"
                " WHERE promise_id = ANY(%s) GROUP BY promise_id",
                sorted(self.promises),
            )
        )
        self.sale_lines = {
            row[0]: SaleLine(*row)
            for row in self.rows(
                """
                SELECT l.id, l.order_id, l.product_id,
                       l.product_uom_qty::float8, COALESCE(l.qty_delivered, 0)::float8,
                       l.promise_line_id, l.promised_date, l.state
                  FROM sale_order_line l
                 WHERE l.product_id = ANY(%s)
                """,
                self.products,
            )
        }
        self.orders = {
            row[0]: Order(*row)
            for row in self.rows(
                "SELECT id, name, state, promise_id, commitment_date FROM sale_order"
                " WHERE id = ANY(%s)",
                sorted({line.order for line in self.sale_lines.values()}),
            )
        }

    def _read_places(self):
        self.warehouses = {}
        paths = []
        for id_, name, path, zone in self.rows(
            """
            SELECT w.id, w.code, v.parent_path,
                   COALESCE(c.tz, a.tz, o.tz, 'UTC')
              FROM stock_warehouse w
              JOIN stock_location v ON v.id = w.view_location_id
              LEFT JOIN resource_calendar c ON c.id = w.promise_calendar_id
              LEFT JOIN res_partner a ON a.id = w.partner_id
              JOIN res_company y ON y.id = w.company_id
              LEFT JOIN res_partner o ON o.id = y.partner_id
            """
        ):
            self.warehouses[id_] = (name, zone)
            paths.append((path, id_))
        paths.sort(key=lambda pair: -len(pair[0]))
        self.places = {}
        for id_, path, usage, name in self.rows(
            "SELECT id, parent_path, usage, complete_name FROM stock_location"
        ):
            warehouse = next((w for view, w in paths if path.startswith(view)), None)
            self.places[id_] = Place(id_, warehouse, usage, name)

    # -- small questions ----------------------------------------------------------

    def open_moves(self):
        return [move for move in self.moves.values() if move.state in OPEN]

    def leaves(self, move):
        """The warehouse whose demand a move is, or None."""
        source, final = self.home(move.source), self.home(move.final)
        return source if source != final else None

    def enters(self, move):
        """The warehouse whose supply a move is, or None."""
        source, final = self.home(move.source), self.home(move.final)
        return final if source != final else None

    def home(self, place):
        """The warehouse inside of which a place lies, where goods belong to it."""
        found = self.places[place]
        return found.warehouse if found.inside else None
