"""Orders that are open and have no promise: they are promised what they have.

So it is when the addon comes to a running company, and for what was confirmed meanwhile
by servers that did not know the addon yet.
"""

import logging

from psycopg2 import DataError, IntegrityError

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .marks import WATCHED

_logger = logging.getLogger(__name__)


def open_order_ids(env):
    """Confirmed orders with goods that are still to go to the customer, without a
    promise, in companies that promise every order."""
    env.flush_all()
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT line.order_id
              FROM stock_move move
              JOIN sale_order_line line ON line.id = move.sale_line_id
              JOIN sale_order quotation ON quotation.id = line.order_id
              JOIN res_company company ON company.id = quotation.company_id
              JOIN stock_location final
                ON final.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE move.state IN
                   ('waiting', 'confirmed', 'partially_available', 'assigned')
               AND final.usage = 'customer'
               AND quotation.state = 'sale' AND quotation.promise_id IS NULL
               AND company.promise_confirm_policy = 'auto'
             ORDER BY line.order_id
            """
        )
    )
    return [row[0] for row in rows]


def try_to_promise(orders):
    """Promise them, unless somebody else is just changing one of them. Of one that
    cannot be promised as it is, the others are promised all the same.

    :return: whether all were promised
    """
    try:
        with orders.env.cr.savepoint():
            promise_open_orders(orders)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        return False
    except (UserError, IntegrityError, DataError) as error:
        orders.env.transaction.clear()
        if len(orders) > 1:
            promised = [try_to_promise(order) for order in orders]
            return all(promised)
        # its goods are of another company, say: somebody has to look at it
        _logger.info("Order %s has no promise: %s", orders.id, error)
        return False
    return True


def promise_open_orders(orders):
    env = orders.env
    promises = (
        env["delivery.promise"]
        .with_context(tracking_disable=True, mail_create_nosubscribe=True)
        .create([_prepare_promise(order) for order in orders])
    )
    for order, promise in zip(orders, promises, strict=True):
        order = order.with_context(**WATCHED, tracking_disable=True)
        order.promise_id = promise
        by_reference = {line.reference: line for line in promise.line_ids}
        for line in _open_lines(order):
            line.promise_line_id = by_reference[line._promise_reference()]
    env.flush_all()
    env.execute_query(
        SQL(
            """
            UPDATE stock_move move
               SET promise_line_id = line.promise_line_id
              FROM sale_order_line line
             WHERE line.id = move.sale_line_id AND line.order_id = ANY(%s)
               AND line.promise_line_id IS NOT NULL AND move.state <> 'cancel'
            RETURNING move.id
            """,
            orders.ids,
        )
    )
    env.invalidate_all()
    partial = orders.order_line.filtered("qty_delivered").promise_line_id
    partial._update_delivery()


def _open_lines(order):
    return order._promise_lines().filtered(
        lambda line: any(move.state not in ("done", "cancel") for move in line.move_ids)
    )


def _prepare_promise(order):
    return {
        **order._prepare_promise_values(),
        "company_id": order.company_id.id,
        "warehouse_id": order.warehouse_id.id,
        "shipping_policy": order.picking_policy,
        "state": "confirmed",
        "line_ids": [
            Command.create(_prepare_line(line, sequence))
            for sequence, line in enumerate(_open_lines(order), 1)
        ],
    }


def _prepare_line(line, sequence):
    moves = line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
    ship = max((date for date in moves.mapped("date_deadline") if date), default=False)
    planned = max(moves.mapped("date"), default=fields.Datetime.now())
    promised = line.order_id.commitment_date or ship or planned
    return {
        "sequence": sequence,
        "reference": line._promise_reference(),
        "product_id": line.product_id.id,
        "quantity": line.product_uom_qty,
        "product_uom_id": line.product_uom_id.id,
        "warehouse_id": line._promise_warehouse().id,
        "lead_days": line.customer_lead,
        "requested_date": line.order_id.commitment_date,
        "first_promised_date": promised,
        "promised_date": promised,
        "ship_date": ship or planned,
        "material_date": planned,
    }
