"""The lines that a run is about, as the promising functions take them."""

from typing import NamedTuple

from odoo import fields, models

from odoo.addons.stock_promise.models.delivery_promise_engine_check import (
    CheckedLine,
    CheckedRequest,
)
from odoo.addons.stock_promise.models.own_context import own
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES
from odoo.addons.stock_promise.promising.allocation_rules import Customer
from odoo.addons.stock_promise.promising.values import Claim
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)


class Unit(NamedTuple):
    """Lines that get their dates together, with all that a run has to know of them."""

    lines: models.BaseModel
    strategy: str
    #: ``CheckedRequest`` of the open quantities
    request: CheckedRequest
    #: ``Line`` of the promising functions
    wanted: tuple
    #: ``Claim`` of what the lines have now, and of replenishments they count on
    claims: tuple
    planned: tuple
    #: open moves of the lines
    moves: models.BaseModel
    #: why it is not given anything, in words
    left_out: str | bool = False
    #: parallel to the lines, where a part will do: ((date, quantity), …) that each has
    parts: tuple = ()


def make_units(run, strategies):
    """What gets its date together: a line, or all lines delivered at once."""
    lines = run.env["delivery.promise.line"].union(*strategies)
    open_moves = moves_by_line(run, lines)
    units, by_request = [], {}
    for promise, group in lines.grouped("promise_id").items():
        parts = [group] if promise.shipping_policy == "one" else list(group)
        request = prepare_request(run, promise)
        for part in parts:
            unit = Unit(
                lines=part,
                strategy=strategies[part[0]],
                request=request._replace(
                    lines=tuple(prepare_line(run, line) for line in part)
                ),
                wanted=(),
                claims=(),
                planned=(),
                # sudo: as in moves_by_line
                moves=run.env["stock.move"]
                .sudo()
                .union(*(open_moves[line] for line in part)),
            )
            units.append(unit)
            by_request.setdefault(request, []).append(len(units) - 1)
    # Kits and ways to the customer are looked up once for all of the same kind.
    engine = run.env["delivery.promise.engine"]
    for request, numbers in by_request.items():
        checked = [line for n in numbers for line in units[n].request.lines]
        wanted = engine._promising_lines(request._replace(lines=tuple(checked)))
        for number in numbers:
            count = len(units[number].lines)
            units[number] = units[number]._replace(wanted=tuple(wanted[:count]))
            wanted = wanted[count:]
    return [with_parts(run, unit) for unit in units]


def with_parts(run, unit):
    """The unit with what each line has, where that is not all or nothing."""
    if not unit.request.partial and not any(
        line.promised_quantity and not line.promised_date for line in unit.lines
    ):
        return unit
    return unit._replace(
        parts=tuple(
            parts(run, line, checked)
            for line, checked in zip(unit.lines, unit.request.lines, strict=True)
        )
    )


def parts(run, line, checked):
    """((date, quantity in the product's unit), …) that a line has and that is not
    delivered yet."""
    # sudo: dates and quantities count, whoever may read where they come from
    deliveries = sorted(
        (fields.Datetime.to_datetime(part["delivery_date"]), part["quantity"])
        for part in line.sudo().schedule or ()
        if part["delivery_date"]
    )
    sent, parts = line.delivered_quantity, {}
    for date, quantity in deliveries:
        left = max(quantity - max(sent, 0.0), 0.0)
        sent -= quantity
        if left:
            parts[date] = parts.get(date, 0.0) + left
    in_product_unit = checked.product_quantity / checked.quantity
    return tuple((date, quantity * in_product_unit) for date, quantity in parts.items())


def prepare_request(run, promise):
    """The ``CheckedRequest`` of a promise, without lines."""
    partner = promise._get_destination_partner()
    values = dict.fromkeys(CheckedRequest._fields, False)
    values.update(
        partner=partner,
        company=promise.company_id,
        warehouse=promise.warehouse_id,
        shipping_policy=promise.shipping_policy,
        priority=promise.priority,
        allow_split=promise.allow_split,
        # an order's deliveries ask for the whole
        partial=promise.partial and promise.state == "held",
        lines=(),
        customer_class=run.env["delivery.promise.class"]._of_partner(
            partner, promise.company_id
        ),
    )
    return CheckedRequest(**values)


def prepare_line(run, line):
    """What is still to be delivered, as a ``CheckedLine``."""
    asked = line._prepare_remaining_line()
    remaining = asked["quantity"]
    return CheckedLine(
        product=line.product_id,
        quantity=remaining,
        uom=line.product_uom_id,
        product_quantity=line.product_uom_id._compute_quantity(
            remaining, line.product_id.uom_id, rounding_method="HALF-UP"
        ),
        requested=line.requested_date or None,
        latest=line.latest_date or None,
        warehouse=line.warehouse_id or line.promise_id.warehouse_id,
        reference=line.reference,
        # a first delivery was made already
        minimum_first=0.0 if line.delivered_quantity else line.minimum_first,
        route_ids=tuple(sorted(asked["route_ids"])),
        option_ids=tuple(sorted(asked["no_variant_value_ids"])),
        **line._open_parts(),
    )


def moves_by_line(run, lines):
    # sudo: the moves of an order follow its promise, whoever may read moves
    return {
        line: line.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        for line in lines
    }


def with_claims(run, unit, schedules):
    """The unit with what it has now: a hold's claims, an order's moves."""
    rows = [
        (
            claim.planned,
            claim.product_id,
            claim.warehouse_id,
            claim.quantity,
            claim.date,
        )
        # sudo: what a hold takes counts, whoever may read claims
        for claim in unit.lines.promise_id.sudo().claim_ids
        if claim.line_id in unit.lines and claim.promise_id.state == "held"
    ]
    rows += [
        (
            False,
            move.product_id,
            move.location_id.warehouse_id,
            move.product_qty,
            move.date,
        )
        for move in unit.moves
        if takes_from_shelf(run, move)
    ]
    add_schedules(run, {row[2] for row in rows}, schedules)
    claims = {True: [], False: []}
    for planned, product, warehouse, quantity, date in rows:
        day = schedules[warehouse.id].day(date)
        claims[planned].append(Claim(product.id, warehouse.id, quantity, day, date))
    return unit._replace(claims=tuple(claims[False]), planned=tuple(claims[True]))


def add_schedules(run, warehouses, schedules):
    new = {each for each in warehouses if each.id not in schedules}
    if new:
        schedules |= run.env["delivery.promise.engine"]._schedules(
            new, next(iter(new)).company_id, fields.Datetime.now()
        )


def takes_from_shelf(run, move):
    """Whether a move counts as demand: it leaves its warehouse for good."""
    source = move.location_id
    final = move.location_final_id or move.location_dest_id
    return (
        move.state in OPEN_STATES
        and move.product_id.is_storable
        and source.warehouse_id
        and source.usage in ("internal", "view")
        and (
            final.warehouse_id != source.warehouse_id
            or final.usage not in ("internal", "view")
        )
    )


def unit_keys(run, unit):
    """{(product, warehouse)} that a unit takes from, now or after the run."""
    keys = {
        (component.product_id, line.warehouse_id)
        for line in unit.wanted
        for component in line.components
        if component.tracked
    }
    return keys | {
        (claim.product_id, claim.warehouse_id)
        for claim in (*unit.claims, *unit.planned)
    }


def leave_out(run, units, loaded):
    """Mark those whose goods cannot go to anybody else."""
    to_order = {move_id for pairs in loaded.pairs.values() for move_id in pairs}
    result = []
    for unit in units:
        reason = reason_to_leave_out(run, unit, to_order)
        result.append(unit._replace(left_out=reason) if reason else unit)
    return result


def reason_to_leave_out(run, unit, to_order):
    """Why a unit keeps what it has, or False."""
    say = run.env["delivery.promise.engine"]._say
    if any(line.is_manual for line in unit.lines):
        return say(_lt("Its date was set by hand."))
    if any(move.picked for move in unit.moves):
        return say(_lt("It is being picked."))
    if not to_order.isdisjoint(unit.moves.ids):
        return say(_lt("Its goods were ordered for it alone (make to order)."))
    return False


def load_without(run, units, keys, schedules, company, shares=None):
    """(timelines without what these units have now, {policy: what it withholds})

    :param shares: ``Shares`` that get to know the rules of customers' classes
    """
    engine = run.env["delivery.promise.engine"]
    lines = run.env["delivery.promise.line"].union(*(unit.lines for unit in units))
    chosen = set(lines.ids)
    held = lines.promise_id.filtered(lambda promise: promise.state == "held")
    moves = run.env["stock.move"].union(*(unit.moves for unit in units))
    ignored = {"ignore_promises": held.ids, "ignore_moves": moves.ids}
    loaded = engine._load(keys, schedules, company, allocation=shares, **ignored)
    withheld = find_withheld(run, units, loaded, schedules, company, **ignored)
    # Of a hold, all claims are left out; its lines that are not chosen keep theirs.
    for claim in held.sudo().claim_ids:  # sudo: as in with_claims
        key = claim.product_id.id, claim.warehouse_id.id
        if claim.line_id.id not in chosen and key in loaded.timelines:
            day = schedules[key[1]].day(claim.date)
            loaded.timelines[key].add_demand(day, claim.quantity)
            if shares and not claim.planned:
                shares.count(
                    Customer(claim.promise_id.promise_class_id.id),
                    [Claim(*key, claim.quantity, day, claim.date)],
                )
    return loaded, withheld


def find_withheld(run, units, loaded, schedules, company, **ignored):
    """{policy: what it keeps from those that it is for}: one more statement for
    each policy, mostly none.

    :param loaded: what was loaded without any
    """
    engine = run.env["delivery.promise.engine"]
    result = {(): ()}
    for policy in {engine._supply_policy(unit.request) for unit in units}:
        if policy not in result:
            less = engine.with_context(promise_supply_policy=own(policy))._load(
                set(loaded.timelines), schedules, company, **ignored
            )
            result[policy] = tuple(
                (key, day, quantity)
                for key, timeline in loaded.timelines.items()
                for day, quantity in missing(run, timeline, less.timelines[key])
            )
    return result


def missing(run, timeline, less):
    """[(day, quantity)] of what one timeline has and the other has not."""
    missing = {timeline.today: timeline.on_hand - less.on_hand}
    for day, supplies in timeline.supplies.items():
        rest = sum(each.quantity for each in less.supplies.get(day, ()))
        quantity = sum(each.quantity for each in supplies) - rest
        missing[day] = missing.get(day, 0.0) + quantity
    return [
        (day, quantity)
        for day, quantity in missing.items()
        if abs(quantity) > timeline.epsilon
    ]
