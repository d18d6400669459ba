"""The delivery date of an order is that of its promise."""

from ..models.marks import WATCHED
from . import adjusting


def restore_promised_deadlines(orders):
    """The moves of promised lines have their own dates again."""
    for order in orders:
        if not order._has_confirmed_promise():
            continue
        order.order_line._plan_promised_moves()


def set_promised_commitment(orders, promise):
    """The order's delivery date is the promised arrival of its last line."""
    promised = promise.promised_date
    for order in orders:
        if promised and not order._is_same_promise_day(promised, order.commitment_date):
            order.with_context(**WATCHED).commitment_date = promised


def lose_promised_commitment(orders, lost):
    """What was promised for a day and is not any more leaves no date behind.

    :param lost: the lines of the promise that have no date any more
    """
    for order in orders.filtered("commitment_date"):
        order.with_context(**WATCHED).commitment_date = False
        lines = order.order_line.filtered(
            lambda line: line.sudo().promise_line_id in lost
        )
        adjusting.post_unkept(order, [(line, False) for line in lines])


def restore_wished_date(orders):
    """What was promised is not what the customer asks for the next time."""
    for order in orders:
        # sudo: the order's own promise
        promise = order.sudo().promise_id
        if promise and order._is_same_promise_day(
            order.commitment_date, promise.promised_date
        ):
            wished = promise.line_ids.mapped("requested_date")
            order.with_context(**WATCHED).commitment_date = all(wished) and max(
                wished, default=False
            )
