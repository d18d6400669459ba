"""Confirming an order: its hold turns into its own moves, or it is promised then."""

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong

from ..models.marks import WATCHED
from . import adjusting, dates, ending

# sudo below: whoever may confirm an order takes its own promise with it


def hold_has_consent(order, promise, lines):
    """Whether the hold was made for just what the customer agrees to."""
    consent = order._promise_consent()
    return all(promise[name] == given for name, given in consent.items()) and all(
        line._minimum_first_asked().get("minimum_first", 0.0)
        == line.promise_line_id.minimum_first
        for line in lines.sudo()  # sudo: the order's own hold
    )


def promise_before_moves(order):
    """The claim is dropped and the moves that follow in this transaction take
    its place, on its dates."""
    order.ensure_one()
    # sudo: a customer or a shop confirms too; the promise is the order's own
    promise = order.sudo().promise_id
    if promise.state == "held" and take_hold(order, promise):
        return
    if promise.state == "held" and not order._promise_is_shared():
        # It could not be taken: what the order asks for now counts, once.
        promise._release(order.env._("%s was confirmed without this hold.", order.name))
    if promise:
        ending.forget_promise(
            order,
            order.env._(
                "%(promise)s holds nothing any more (%(state)s).",
                promise=promise.name,
                state=dict(promise._fields["state"]._description_selection(order.env))[
                    promise.state
                ],
            ),
        )
    policy = order.company_id.sudo().promise_confirm_policy  # sudo: as above
    if not order._promise_lines():
        return
    if policy == "auto":
        promise_automatically(order)
    elif policy == "warn":
        warn_of_dates(order)


def take_hold(order, promise):
    """Make the hold the order's. False when it ended in the meantime."""
    lines = order._promise_lines()
    if not lines:
        return False
    match_hold_lines(order, promise, lines)
    request = order._prepare_promise_request(lines)
    try:
        promise._lock_request(request)
    except WaitedTooLong:
        raise
    except UserError as error:
        order.message_post(body=adjusting.promise_failure(order, error))
        return False
    # While one waits, it may have ended, or been promised for other days.
    promise.line_ids.invalidate_recordset()
    promise.invalidate_recordset()
    if promise.state != "held":
        return False
    exact = hold_covers(order, promise, lines)
    try:
        with order.env.cr.savepoint():
            promise._confirm()
            if not exact:
                promise.write(order._promise_consent())
                line_vals = lines._prepare_promise_line_vals()
                answer = adjusting.rerecord_promise(order, promise, request, line_vals)
                # a day that was over before anybody ordered was not missed
                promise.line_ids.missed_date = False
    except WaitedTooLong:
        raise
    except UserError as error:
        # The order goes on, whoever confirms it; without this hold.
        order.message_post(body=adjusting.promise_failure(order, error))
        return False
    if not exact:
        adjusting.link_by_reference(order, promise, lines)
        (promise.line_ids - lines.sudo().promise_line_id).unlink()
        post_missed(order, lines, answer)
    promise.write({"partner_id": order.partner_id.id, "origin": order.name})
    take_from_others(order, promise)
    dates.set_promised_commitment(order, promise)
    return True


def match_hold_lines(order, promise, lines):
    """Tie lines to a hold that was made elsewhere: the same goods, in the same
    quantity, first; then the same goods."""
    lines = lines.sudo().with_context(**WATCHED)
    free = promise.line_ids - lines.promise_line_id
    for same_quantity in (True, False):
        for line in lines:
            if line.promise_line_id in promise.line_ids:
                continue
            found = next(
                (
                    held
                    for held in free
                    if held.product_id == line.product_id
                    and held.product_uom_id == line.product_uom_id
                    and same_quantity <= (held.quantity == line.product_uom_qty)
                ),
                free.browse(),
            )
            if found:
                line.promise_line_id = found
                free -= found


def hold_covers(order, promise, lines):
    """Whether the hold is for exactly what is confirmed."""
    held = lines.sudo().promise_line_id
    wished = order.commitment_date
    today = order._promise_day(fields.Datetime.now())
    return (
        held == promise.line_ids
        # what was held for a day that is over is promised for another one
        and not any(
            line.promised_date and order._promise_day(line.promised_date) < today
            for line in held
        )
        and len(held) == len(lines)
        and promise.shipping_policy == order.picking_policy
        and hold_has_consent(order, promise, lines)
        and all(
            # The date of the whole promise, as a lead hands it over, is no wish.
            not wished
            or any(
                line._is_same_day(wished, date)
                for date in (
                    promise.promised_date,
                    line.requested_date,
                    line.promised_date,
                )
                if date
            )
            for line in held
        )
        and all(
            line._promise_key()
            == (
                line.promise_line_id.product_id.id,
                line.promise_line_id.quantity,
                line.promise_line_id.product_uom_id.id,
                line.promise_line_id.warehouse_id.id,
                line.promise_line_id.lead_days,
            )
            and line._promise_choices()
            == {
                "route_ids": line.promise_line_id.route_ids.sorted("id").ids,
                "no_variant_value_ids": (
                    line.promise_line_id.no_variant_value_ids.sorted("id").ids
                ),
            }
            for line in lines.sudo()
        )
        and hold_arrives(order, held)
    )


def hold_arrives(order, held):
    """Whether what is held, sent when it was planned, is with this order's address
    on the days that were promised: the address, the carrier or the way may be
    others by now."""
    engine = order._promise_model().env["delivery.promise.engine"]
    partner = order._promise_partner()
    schedules = engine._schedules(
        held.warehouse_id, order.company_id, fields.Datetime.now()
    )
    for line in held:
        warehouse = line.warehouse_id
        if not line.ship_date or not line.promised_date or line.is_manual:
            continue
        arrival = schedules[warehouse.id].arrival(
            line.ship_date,
            engine._transit_days(warehouse, partner),
            engine._delivered_by(engine._transit_carrier(warehouse, partner), partner),
        )
        if not line._is_same_day(arrival, line.promised_date):
            return False
    return True


def take_from_others(order, promise):
    """Who shared the hold has none any more, and is told."""
    # sudo: the other quotation may be a colleague's
    for other in promise.sudo().sale_order_ids - order.sudo():
        if other.state in ("draft", "sent"):
            ending.forget_promise(
                other,
                order.env._(
                    "%(order)s was confirmed and has taken what %(promise)s held"
                    " for both. This quotation holds nothing any more.",
                    order=order.name,
                    promise=promise.name,
                ),
            )


def promise_automatically(order):
    """Record what can be promised now, under the lock."""
    lines = order._promise_lines()
    if not lines:
        return
    request = order._prepare_promise_request(lines)
    moves = lines._promised_moves()
    wished = order.commitment_date
    try:
        # sudo: a customer or a shop confirms too
        promise, answer = (
            order._promise_model()
            .sudo()
            ._record(
                request,
                vals=order._prepare_promise_values(),
                line_vals=lines._prepare_promise_line_vals(),
                ignore_moves=moves.ids,
            )
        )
    except WaitedTooLong:
        raise
    except UserError as error:
        order.message_post(body=adjusting.promise_failure(order, error))
        return
    order._set_promise(promise, lines)
    lines._plan_promised_moves()
    post_missed(order, lines, answer, wished)
    dates.set_promised_commitment(order, promise)


def post_missed(order, lines, answer, wished=None):
    """Note what cannot be delivered on the day that was wished."""
    wished = wished or order.commitment_date
    missed = []
    for line, found in zip(lines, answer["lines"], strict=True):
        promised = fields.Datetime.to_datetime(found["promised_date"])
        if not promised or line._is_later_day(promised, wished):
            missed.append((line, promised))
    if missed:
        adjusting.post_unkept(order, missed, wished)


def warn_of_dates(order):
    """Say in the chatter which lines cannot be there when Odoo plans them."""
    lines = order._promise_lines()
    try:
        # sudo: a customer or a shop confirms too
        answer = order.sudo()._simulate_promise(lines)
    except UserError as error:
        order.message_post(body=adjusting.promise_failure(order, error))
        return
    missed = []
    for line, found in zip(lines, answer["lines"], strict=True):
        promised = fields.Datetime.to_datetime(found["promised_date"])
        planned = order.commitment_date or line._expected_date()
        if not promised or line._is_later_day(promised, planned):
            missed.append((line, promised))
    if missed:
        adjusting.post_unkept(order, missed, order.commitment_date)


def promises_on_confirmation(order):
    """Whether something is promised when the order is confirmed."""
    order.ensure_one()
    return bool(order._promise_lines()) and (
        order._has_live_hold()
        # sudo: the policy is the company's
        or order.company_id.sudo().promise_confirm_policy == "auto"
    )
