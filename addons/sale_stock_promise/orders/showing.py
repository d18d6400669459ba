"""What the form of a quotation says of its dates."""

from odoo import fields
from odoo.tools import format_datetime


def get_promise_alert(order, answer):
    """Why the typed delivery date cannot be kept, or False."""
    order.ensure_one()
    wished = order.commitment_date
    if not wished:
        return False
    possible = fields.Datetime.to_datetime(answer["promised_date"])
    if not possible:
        missing = [
            order.env["product.product"].browse(line["product_id"]).display_name
            for line in answer["lines"]
            if not line["promised_quantity"]
        ]
        if not missing:
            return order.env._(
                "Not all of what is ordered can be promised: a part has no date."
            )
        return order.env._(
            "No date can be promised for %(products)s: no supply is known that"
            " would suffice.",
            products=", ".join(dict.fromkeys(missing)),
        )
    if order._promise_day(wished) < order._promise_day(possible):
        return order.env._(
            "The delivery date cannot be kept: it is possible from %(date)s.",
            date=format_datetime(order.env, possible, dt_format="short"),
        )
    return False


def get_not_stocked(order, answer):
    """Say which products are promised because nobody counts them, or False."""
    order.ensure_one()
    names = [
        line.product_id.display_name
        for line, found in zip(order._promise_lines(), answer["lines"], strict=True)
        if any(reason["code"] == "untracked" for reason in found["reasons"])
    ]
    if not names:
        return False
    return order.env._(
        "Promised without looking at stock, because it is not tracked: %s",
        ", ".join(dict.fromkeys(names)),
    )


def promise_notification(order):
    """The warning of an onchange."""
    return {
        "warning": {
            "type": "notification",
            "title": order.env._("This date cannot be promised"),
            "message": order.promise_alert,
        }
    }
