"""Applying a result: in the background, under the lock of holds, all or nothing for the
products that belong together."""

from datetime import timedelta

from odoo.exceptions import UserError

from odoo.addons.stock_promise.promising.words import Terms

from . import computing
from .units import make_units

_lt = Terms(__name__)
#: How often a job is tried again that others have overtaken at the same time.
MAX_RETRIES = 20


def apply_result(group):
    """Promise what the run came to, if it is still what was shown."""
    group.ensure_one()
    run = group.run_id
    run.check_access("write")
    rows = group.line_ids.filtered(lambda row: row.outcome != "left_out")
    lock(group, rows)
    check_open(group, rows)
    processed = computing.process(
        run, {row.promise_line_id: row.strategy for row in rows}
    )
    by_line = {row.promise_line_id: row for row in rows}
    changed = []
    for units in processed.groups:
        for unit in units:
            demand, outcome = processed.results[tuple(unit.lines.ids)]
            check_unchanged(group, unit, demand, outcome, by_line, processed)
            if computing.changes(run, demand, outcome):
                changed.append((unit, outcome))
    promises = run.env["delivery.promise"].union(
        *(unit.lines.promise_id for unit, __ in changed)
    )
    before = {promise: promise.promised_date for promise in promises}
    for unit, outcome in changed:
        write_unit(group, unit, outcome, processed)
    write_claims(group, changed)
    promises.filtered(lambda each: each.state == "confirmed")._follow_dates()
    for promise in promises.filtered(lambda each: each.state == "held"):
        promise._follow_held_date(before[promise])
    # after the orders, whose own date goes to all of their moves
    for unit, outcome in changed:
        if outcome.waits and unit.lines.promise_id.state == "confirmed":
            let_wait(group, unit, outcome, processed)
    reserve(group, changed)


def lock(group, rows):
    """What is claimed for these lines is locked as for a hold of them."""
    run = group.run_id
    engine = group.env["delivery.promise.engine"]
    units = make_units(run, {row.promise_line_id: row.strategy for row in rows})
    product_ids = {
        component.product_id
        for unit in units
        for line in unit.wanted
        for component in line.components
        if component.tracked
    }
    # sudo: the lock carries no data; what lines have counts, whoever may read it
    product_ids |= set(rows.sudo().promise_id.claim_ids.product_id.ids)
    for unit in units:
        product_ids |= set(unit.moves.product_id.ids)
    group.env["delivery.promise.lock"].sudo()._acquire(
        engine._replenishment_closure(product_ids)
    )


def check_open(group, rows):
    """Refuse what is not as it was when the result was computed."""
    engine = group.env["delivery.promise.engine"]
    for row in rows:
        line = row.promise_line_id
        if (
            row.promise_id.state not in ("held", "confirmed")
            or line.delivered_date
            or line.closed_short
        ):
            raise UserError(
                engine._say(
                    _lt(
                        "%(promise)s for %(product)s is not open any more. Compute"
                        " a new run.",
                        promise=row.promise_id.name,
                        product=engine._product(row.product_id),
                    )
                )
            )
        remaining = line._prepare_remaining_line()["quantity"]
        if row.product_uom_id.compare(remaining, row.quantity):
            raise UserError(
                engine._say(
                    _lt(
                        "%(promise)s has another open quantity of %(product)s by"
                        " now. Compute a new run.",
                        promise=row.promise_id.name,
                        product=engine._product(row.product_id),
                    )
                )
            )


def check_unchanged(group, unit, demand, outcome, by_line, processed):
    """Refuse an outcome that is not the one that was shown, day by day."""
    engine = group.env["delivery.promise.engine"]
    for line, checked, date, quantity in zip(
        unit.lines,
        unit.request.lines,
        outcome.after(demand),
        outcome.quantities(demand),
        strict=True,
    ):
        row = by_line[line]
        quantity *= checked.quantity / checked.product_quantity
        schedule = processed.schedules[
            (line.warehouse_id or row.promise_id.warehouse_id).id
        ]
        shown, now = row.date_after or None, date or None
        if (
            unit.left_out
            or (shown and schedule.day(shown)) != (now and schedule.day(now))
            or row.product_uom_id.compare(row.quantity_after, quantity)
        ):
            said = in_words(group, row.quantity_after, shown, line, schedule)
            found = unit.left_out or in_words(group, quantity, now, line, schedule)
            raise UserError(
                engine._say(
                    _lt(
                        "%(promise)s, %(product)s: %(now)s instead of %(shown)s,"
                        " since supply or demand has changed. Compute a new run.",
                        promise=row.promise_id.name,
                        product=engine._product(row.product_id),
                        now=found,
                        shown=said,
                    )
                )
            )


def in_words(group, quantity, date, line, schedule):
    """What a line gets: a date, and how much of it if that is not the whole."""
    engine = group.env["delivery.promise.engine"]
    if not date:
        return engine._say(_lt("no date"))
    day = engine._local_date(date, schedule)
    unit = line.product_uom_id
    whole = line._prepare_remaining_line()["quantity"]
    if not unit.compare(quantity, whole):
        return day
    return engine._say(
        _lt(
            "%(quantity)s of %(whole)s on %(date)s",
            quantity=engine._quantity(quantity, unit),
            whole=engine._quantity(whole, unit),
            date=day,
        )
    )


def write_unit(group, unit, outcome, processed):
    engine = group.env["delivery.promise.engine"]
    promise = unit.lines.promise_id
    promise.check_access("write")
    promise._follow_class(unit.request)
    lines = unit.lines._with_cause("backorder", group.run_id)
    before = {line: line.promised_date for line in lines}
    if outcome.confirmations:
        answer = engine._answer(
            unit.request,
            unit.wanted,
            outcome.confirmations,
            processed.loaded,
            processed.schedules,
        )
        lines._write_answer(answer, list(outcome.confirmations))
    else:
        # sudo: dates are written by the engine alone
        lines.sudo().write(prepare_no_date(group))
    if promise.state == "confirmed":
        unit.lines._update_move_dates()
    lost = unit.lines.filtered(lambda line: before[line] and not line.promised_date)
    lost._note_lost_date(group.run_id)


def prepare_no_date(group):
    """Values of a line whose goods others get."""
    engine = group.env["delivery.promise.engine"]
    reason = {
        "code": "backorder",
        "message": engine._say(
            _lt("its goods went to others in %s", group.run_id.name)
        ),
    }
    return {
        "promised_date": False,
        "promised_quantity": 0.0,
        "undated_quantity": 0.0,
        "ship_date": False,
        "material_date": False,
        "replenish_by": False,
        "hours_delay": 0,
        "plan_delay": 0,
        "answer": {"schedule": False, "reasons": engine._keep([reason])},
    }


def write_claims(group, changed):
    """Replace the claims of these lines; other lines of a hold keep theirs."""
    held = [
        (line, confirmation)
        for unit, outcome in changed
        if unit.lines.promise_id.state == "held"
        for line, confirmation in zip(
            unit.lines,
            outcome.confirmations or [None] * len(unit.lines),
            strict=True,
        )
    ]
    # sudo: claims are written by the engine alone
    Claim = group.env["delivery.promise.claim"].sudo()
    Claim.search([("line_id", "in", [line.id for line, __ in held])]).unlink()
    Claim.create(
        [
            {
                "line_id": line.id,
                "promise_id": line.promise_id.id,
                "product_id": claim.product_id,
                "warehouse_id": claim.warehouse_id,
                "quantity": claim.quantity,
                "date": claim.at,
                "planned": planned,
            }
            for line, confirmation in held
            if confirmation
            for planned, claims in (
                (False, confirmation.claims),
                (True, confirmation.planned),
            )
            for claim in claims
            # past the warehouse there is no stock to claim
            if claim.warehouse_id > 0
        ]
    )
    for unit, outcome in changed:
        unit.lines._write_hours(outcome.confirmations or [None] * len(unit.lines))


def let_wait(group, unit, outcome, processed):
    """An order without a date asks for its goods after everything that is known."""
    for move in unit.moves:
        warehouse = move.location_id.warehouse_id
        if warehouse.id not in processed.schedules:
            continue
        schedule = processed.schedules[warehouse.id]
        date = move.date
        if schedule.day(date) < outcome.waits:
            date = schedule.midnight(outcome.waits) + timedelta(hours=12)
        # what nobody promises any more is due when it is planned
        move._plan_for(date, date)


def reserve(group, changed):
    """Whoever gets goods from the shelf now takes them back from those who wait."""
    for unit, __ in changed:
        # sudo in the moves: the goods of an order follow its promise
        unit.moves._reserve_as_planned()
