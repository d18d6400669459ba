"""An order gives its promise up: cancelled, set back to a quotation, deleted."""

from ..models.marks import WATCHED


def end_promise(orders, reason, forget=False):
    """Give back what these orders hold or were promised.

    :param forget: whether they do not rest on it any more
    """
    for order in orders:
        # sudo: whoever may cancel the order gives its goods back
        promise = order.sudo().promise_id
        if not promise:
            continue
        if order._promise_is_shared():
            forget_promise(order)
            continue
        release_promise(promise, reason)
        if forget:
            forget_promise(order)


def release_promise(promise, reason):
    """Release a promise that is still in force."""
    if promise.state in ("held", "confirmed"):
        promise._release(reason)


def forget_promise(orders, message=None):
    """Loosen the link; the promise itself stays as it is."""
    order = orders.with_context(**WATCHED)
    # sudo: the link is written by the engine alone
    order.order_line.sudo().promise_line_id = False
    order.promise_id = False
    if message:
        orders.message_post(body=message)
