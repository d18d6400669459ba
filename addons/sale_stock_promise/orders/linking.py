"""Which promise an order rests on is not a client's to choose: it would release, extend
or take what a colleague holds, by a quotation of its own."""

from odoo.exceptions import AccessError, UserError

from odoo.addons.stock_promise.models.own_context import owned


def linked_by_client(orders, vals):
    """Those of these orders that would rest on another promise than before; it is
    checked once they do."""
    if "promise_id" not in vals or not is_client_linking(orders):
        return orders.browse()
    linked = orders.filtered(
        # sudo: only compared
        lambda order: order.sudo().promise_id.id != (vals["promise_id"] or False)
    )
    if linked:
        check_readable_promise(orders, vals["promise_id"])
    for order in linked:
        if order.state not in ("draft", "sent"):
            raise UserError(
                orders.env._(
                    "%s is confirmed: its promise goes with it and cannot be"
                    " exchanged.",
                    order.name,
                )
            )
    return linked


def is_client_linking(orders):
    """Whether a client says what an order rests on, and not this addon."""
    return not orders.env.su and not owned(orders.env, "promise_watched")


def check_readable_promise(orders, promise_id):
    """Asked first: what does not fit is said by name."""
    if not promise_id:
        return
    promise = orders.env["delivery.promise"].browse(promise_id)
    if not (promise.exists() and promise.has_access("read")):
        raise AccessError(
            orders.env._(
                "The promise that you name is not there, or you may not read it."
            )
        )


def check_linked_promise(orders):
    """Refuse what these orders rest on by now if it is a colleague's."""
    for order in orders:
        # sudo: whose it is decides, not what may be read of it
        promise = order.sudo().promise_id.with_env(orders.env)
        if promise and not order._may_rest_on_promise(promise):
            # sudo: its name, to say what is wrong; nothing else of it
            raise AccessError(
                orders.env._(
                    "%(order)s cannot rest on %(promise)s, which is a colleague's.",
                    order=order.name,
                    promise=promise.sudo().name,
                )
            )
