"""Whatever changes on a quotation that holds goods, or on a promised order, changes
its claim at once: one adjustment for each order, whoever writes how many lines."""

import logging

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own

from ..models.marks import WATCHED
from . import confirming, dates, ending
from .customer_change import CustomerChange

_logger = logging.getLogger(__name__)

# sudo below: whoever may change an order changes its own promise with it


def adjust_changed(order, before):
    """Compare with what was and adjust what changed."""
    order.ensure_one()
    after = order._promise_keys()
    if not order._has_live_hold():
        # The deliveries of an order go on as they were planned.
        after["choices"] = before["choices"]
    if after == before:
        return
    lines = order._promise_lines()
    requested = None
    if after["date"] != before["date"]:
        requested = order.commitment_date
    elif after["header"] == before["header"]:
        lines = lines.filtered(
            lambda line: any(
                before[name].get(line.id) != after[name].get(line.id)
                for name in ("lines", "choices")
            )
        )
    adjust_promise(order, lines, requested)


def adjust_promise(order, lines, requested=None):
    """Bring the claim up to what the order says.

    :param lines: the lines that changed
    :param requested: the date now asked for by all lines; None: unchanged
    """
    order.ensure_one()
    # sudo: whoever may change the order changes its claim with it
    promise = order.sudo().promise_id
    if order._has_live_hold():
        if order._promise_is_shared():
            leave_shared_hold(order, promise, lines)
        else:
            promise._follow_quotation(order, requested)
    elif order._has_confirmed_promise():
        adjust_confirmed(order, promise, lines, requested)
    elif order.state == "sale":
        confirming.promise_automatically(order)


def adjust_hold(order, promise, requested=None):
    """Let the hold of a quotation follow it, or refuse the change."""
    lines = order._promise_lines()
    if not lines:
        ending.release_promise(
            promise, order.env._("Nothing is left on %s to hold.", order.name)
        )
        return
    if is_changed_by_customer(order):
        CustomerChange(order, promise).follow()
        return
    try:
        rehold_promise(
            order, promise, order._prepare_promise_request(lines, requested), lines
        )
    except WaitedTooLong:
        raise
    except UserError as error:
        raise UserError(
            order.env._(
                "%(order)s cannot be changed like this, because the goods that it"
                " holds (%(promise)s) would have to change with it. Release the"
                " hold first, or choose another quantity or date.\n%(why)s",
                order=order.name,
                promise=promise.name,
                why=error.args[0],
            )
        ) from error
    promise.write(
        {
            "partner_id": order.partner_id.id,
            "shipping_policy": order.picking_policy,
            **order._promise_consent(),
            "warehouse_id": order.warehouse_id.id or promise.warehouse_id.id,
        }
    )
    link_by_reference(order, promise, lines)


def rehold_promise(order, promise, request, lines):
    """The hold for a request, without what this order itself quotes.

    :param lines: the order's lines that the request is for
    """
    return promise.with_context(promise_asking_order_ids=own(tuple(order.ids)))._rehold(
        request, lines._prepare_promise_line_vals()
    )


def is_changed_by_customer(order):
    """Whether the customer, or somebody of the public, does what is done now: on
    the portal, by paying, in a shop."""
    # superuser mode or not, it is the user of the request who reads the answer
    return not order.env.user._is_internal()


def error_for_customers(order, error):
    """What a customer reads instead of an error made for employees: that names
    stock, documents and what an employee could do about it."""
    order.ensure_one()
    _logger.info("%s: a customer's change was refused: %s", order.name, error)
    return UserError(
        order.env._(
            "This change cannot be made online at the moment. Please contact us and"
            " we will make it for you."
        )
    )


def leave_shared_hold(order, promise, lines):
    """The hold is not this quotation's to change: say so, and that its changed
    lines rest on nothing until it is confirmed."""
    changed = lines.filtered("promise_line_id")
    # sudo: the link is written by the engine alone
    lines.sudo().with_context(**WATCHED).promise_line_id = False
    names = (changed or lines).mapped("product_id.display_name")
    order.message_post(
        body=order.env._(
            "%(promise)s is shared with other documents, so what it holds was not"
            " changed. %(products)s: no longer covered by it on this quotation."
            " When this quotation is confirmed, its quantities and dates are"
            " looked up again.",
            promise=promise.name,
            products=", ".join(dict.fromkeys(names)) or order.env._("Lines"),
        )
    )


def link_by_reference(order, promise, lines):
    """Tie the order's lines to the lines of the promise that name them."""
    by_reference = {line.reference: line for line in promise.line_ids}
    for line in lines.with_context(**WATCHED):
        promise_line = by_reference.get(line._promise_reference())
        if promise_line and line.sudo().promise_line_id != promise_line:
            # sudo: the link is written by the engine alone
            line.sudo().promise_line_id = promise_line.id


def adjust_confirmed(order, promise, lines, requested=None):
    """New dates for what changed; the rest keeps its own, unless all is to be
    delivered at once."""
    check_promised_warehouse(order, promise)
    drop_settled_lines(order, promise)
    if order.picking_policy == "one" and lines:
        lines = order._promise_lines()
    pending = lines.filtered(lambda line: line._is_delivery_due())
    shrink_delivered_lines(order, lines - pending)
    if pending:
        promise.write({"state": "confirmed", **order._promise_consent()})
        promise_pending(order, promise, pending, requested)
    dates.set_promised_commitment(order, promise)
    promise._update_done()


def promise_pending(order, promise, lines, requested):
    """Promise anew what is still to be delivered of these lines."""
    request, line_vals = prepare_pending_request(order, lines, requested)
    moves = lines._promised_moves()
    before = {line: line.sudo().promise_line_id.promised_date for line in lines}
    try:
        answer = rerecord_promise(order, promise, request, line_vals, moves)
    except WaitedTooLong:
        raise
    except UserError as error:
        # The order goes on; what is due is due on the date that was promised.
        order.message_post(body=promise_failure(order, error))
        for line in lines.sudo().filtered("promise_line_id"):
            line.promise_line_id._reduce(line.product_uom_qty)
        lines.sudo().promise_line_id._update_delivery()
        return
    link_by_reference(order, promise, lines)
    check_promised_again(order, lines, answer, before, requested)
    lines._plan_promised_moves()
    # what was delivered of less is not delivered of more
    lines.sudo().promise_line_id._update_delivery()


def rerecord_promise(order, promise, request, line_vals=None, moves=()):
    """New dates on the lines of the request, without the order's own moves."""
    return promise.with_context(
        promise_asking_order_ids=own(tuple(order.ids))
    )._rerecord(request, line_vals, [move.id for move in moves])


def prepare_pending_request(order, lines, requested):
    """What is still to be delivered of the lines. What was promised before is
    what is asked for: an order's date does not move without need."""
    request = order._prepare_promise_request(lines, requested)
    line_vals = []
    # sudo: the order's own promise
    for line, request_line in zip(lines.sudo(), request["lines"], strict=True):
        promise_line = line.promise_line_id
        wished = requested
        if requested is None:
            wished = promise_line.promised_date or promise_line.requested_date
            if promise_line._parts() or any(order._promise_consent().values()):
                # That is the last part's; earlier ones are wanted, too.
                wished = promise_line.requested_date
            line_vals.append({"requested_date": promise_line.requested_date})
        else:
            line_vals.append({"requested_date": requested})
        line_vals[-1]["quantity"] = line.product_uom_qty
        line_vals[-1]["minimum_first"] = request_line.get("minimum_first", 0.0)
        delivered = line._promise_delivered()
        if delivered:
            # a first delivery was made already
            request_line.pop("minimum_first", None)
        request_line.update(
            quantity=line.product_uom_qty - delivered,
            requested_date=wished and fields.Datetime.to_string(wished),
        )
    for vals, own_vals in zip(
        line_vals, lines._prepare_promise_line_vals(), strict=True
    ):
        vals.update(own_vals)
    return request, line_vals


def check_promised_again(order, lines, answer, before, requested):
    """Refuse a date that cannot be kept; say what moved."""
    moved = []
    for line, found in zip(lines, answer["lines"], strict=True):
        promised = fields.Datetime.to_datetime(found["promised_date"])
        earlier = before[line]
        late = not promised or line._is_later_day(promised, requested)
        if requested and earlier and late:
            why = "; ".join(reason["message"] for reason in found["reasons"])
            raise UserError(
                order.env._(
                    "%(order)s cannot be delivered by %(date)s. %(product)s:"
                    " %(possible)s %(why)s",
                    order=order.name,
                    date=format_datetime(order.env, requested, dt_format="short"),
                    product=line.product_id.display_name,
                    possible=(
                        order.env._(
                            "possible from %s.",
                            format_datetime(order.env, promised, dt_format="short"),
                        )
                        if promised
                        else order.env._("no date is known.")
                    ),
                    why=why,
                )
            )
        if not promised or line._is_later_day(promised, earlier):
            moved.append((line, promised))
    if moved:
        post_unkept(order, moved)


def check_promised_warehouse(order, promise):
    """The deliveries of a confirmed order leave from where they were planned."""
    for line in order._promise_lines():
        # sudo: the order's own promise and moves
        promise_line = line.sudo().promise_line_id
        is_open = any(
            move.state not in ("done", "cancel") for move in line.sudo().move_ids
        )
        if (
            promise_line.warehouse_id
            and is_open
            and promise_line.warehouse_id != line._promise_warehouse()
        ):
            raise UserError(
                order.env._(
                    "%(product)s of %(order)s is promised from %(warehouse)s, and"
                    " its delivery is planned there. To deliver from another"
                    " warehouse, cancel the order and set it back to a quotation.",
                    product=line.product_id.display_name,
                    order=order.name,
                    warehouse=promise_line.warehouse_id.display_name,
                )
            )


def drop_settled_lines(order, promise):
    """Nothing more is promised of a line that was set to 0."""
    lines = order.order_line.sudo().filtered(
        lambda line: line.promise_line_id and not line._is_promisable()
    )
    delivered = lines.filtered("qty_delivered")
    for line in delivered:
        line.promise_line_id._reduce(line.qty_delivered)
    delivered.promise_line_id._update_delivery()
    called_off = (lines - delivered).promise_line_id
    # Called off after its day was over, it stays a promise that was not kept.
    now = fields.Datetime.now()
    late = called_off.filtered(
        lambda line: (line.late_from and line.late_from <= now) or line.missed_date
    )
    late.filtered(lambda line: not line.cancelled_date)._note_cancelled()
    late._update_delivery()
    (called_off - late).unlink()


def shrink_delivered_lines(order, lines):
    """Less was ordered than before, and all of it is delivered already."""
    # sudo: the order's own promise
    for line in lines.sudo():
        if line.promise_line_id:
            line.promise_line_id._reduce(line.product_uom_qty)
    lines.sudo().promise_line_id._update_delivery()


def promise_exchange(order, wanted):
    """Promise goods that are sent for others that come back: a quantity that is
    due anew, beside what was promised and delivered before.

    :param wanted: [(order line, quantity, unit)]
    :return: the promise lines, in their order; none where nothing was promised
    """
    order.ensure_one()
    # sudo: who takes goods back makes the promise that follows from it
    order = order.sudo()
    promise = order.promise_id
    if not order._has_confirmed_promise():
        return promise.line_ids.browse()
    # the promise is in force again
    state, promise.state = promise.state, "confirmed"
    count = sum("/exchange/" in (line.reference or "") for line in promise.line_ids)
    lines, line_vals = [], []
    for number, (line, quantity, uom) in enumerate(wanted, count + 1):
        asked = line._prepare_promise_line(False, quantity)
        asked.pop("minimum_first", None)
        asked["uom_id"] = uom.id
        asked["reference"] = f"{line._promise_reference()}/exchange/{number}"
        lines.append(asked)
        line_vals += line._prepare_promise_line_vals()
    request = {
        **order._prepare_promise_request(order.order_line.browse()),
        "lines": lines,
    }
    try:
        rerecord_promise(order, promise, request, line_vals)
    except WaitedTooLong:
        raise
    except UserError as error:
        # The goods are exchanged; no date is promised for them.
        promise.state = state
        order.message_post(body=promise_failure(order, error))
        return promise.line_ids.browse()
    by_reference = {line.reference: line for line in promise.line_ids}
    dates.set_promised_commitment(order, promise)
    return promise.line_ids.browse(
        [by_reference[line["reference"]].id for line in lines]
    )


def promise_failure(order, error):
    """The note on an order that goes on without a date."""
    return order.env._(
        "No delivery date was promised for this order: %s", error.args[0]
    )


def post_unkept(order, moved, wished=None):
    """Note the lines whose date is later than wanted, or unknown."""
    rows = [
        order.env._(
            "%(product)s: %(date)s",
            product=line.product_id.display_name,
            date=line._promise_in_words(promised),
        )
        for line, promised in moved
    ]
    if wished:
        text = order.env._(
            "Not everything can be delivered by %(date)s. What is possible: %(rows)s",
            date=order.order_line[:1]._promise_local_date(wished),
            rows="; ".join(rows),
        )
    else:
        text = order.env._(
            "Not everything can be delivered as planned. What is possible: %(rows)s",
            rows="; ".join(rows),
        )
    order.message_post(body=text)
