"""From the promises that a run is about to what they would have after it."""

from datetime import datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.stock_promise.models.own_context import without_defaults
from odoo.addons.stock_promise.promising.allocation import allocate
from odoo.addons.stock_promise.promising.allocation_rules import Allocation
from odoo.addons.stock_promise.promising.words import Terms

from ..processing.groups import connected
from ..processing.parts import compare
from ..processing.shares import Shares
from ..processing.strategies import STRATEGIES, Demand, Outcome, Processing
from .units import (
    add_schedules,
    leave_out,
    load_without,
    make_units,
    unit_keys,
    with_claims,
)

_lt = Terms(__name__)
#: A run of more lines is split by the planner: by product, by date.
MAX_LINES = 20000
#: after every date that can be promised
LATEST = datetime(9999, 1, 1)


class Processed(NamedTuple):
    """What a computation came to."""

    #: [[Unit]]: those that share products
    groups: list
    #: {ids of the unit's lines: (Demand, Outcome)}
    results: dict
    loaded: NamedTuple
    schedules: dict


def compute_result(run):
    """Replace the result by a new one."""
    run.ensure_one()
    strategies = chosen_lines(run)
    if not strategies:
        raise UserError(
            run.env._(
                "No promise in force fits: choose other products, dates or strategies."
            )
        )
    if len(strategies) > MAX_LINES:
        raise UserError(
            run.env._(
                "%(count)s lines are more than the %(maximum)s that can be"
                " processed at once: choose fewer products, or a shorter time.",
                count=len(strategies),
                maximum=MAX_LINES,
            )
        )
    processed = process(run, strategies)
    # sudo: results are written by the computation alone; the right to the run was
    # checked by the button
    run = without_defaults(run.sudo())
    run.line_ids.unlink()
    run.group_ids.unlink()
    Group = run.env["delivery.promise.backorder.group"]
    for number, units in enumerate(processed.groups, 1):
        lines = [
            vals
            for unit in sorted(units, key=lambda unit: serving_order(run, unit))
            for vals in prepare_result_lines(run, unit, processed)
        ]
        for sequence, vals in enumerate(lines, 1):
            vals.update(run_id=run.id, sequence=sequence)
        products = run.env["product.product"].union(
            *(unit.lines.product_id for unit in units)
        )
        Group.create(
            {
                "run_id": run.id,
                "sequence": number,
                "name": group_name(run, products),
                "product_ids": [Command.set(products.ids)],
                "state": group_state(run, lines),
                "line_ids": [Command.create(vals) for vals in lines],
            }
        )
    run.write({"stage": "computed", "computed_date": fields.Datetime.now()})


def serving_order(run, unit):
    return STRATEGIES.index(unit.strategy), rank(run, unit)


def group_name(run, products):
    names = products.sorted("id").mapped("display_name")
    if len(names) > 3:
        return run.env._(
            "%(names)s and %(count)s more",
            names=", ".join(names[:3]),
            count=len(names) - 3,
        )
    return ", ".join(names)


def group_state(run, lines):
    if run.unmet_policy == "refuse" and any(line["unmet"] for line in lines):
        return "unmet"
    if any(line["changes"] for line in lines):
        return "pending"
    return "same"


def prepare_result_lines(run, unit, processed):
    """Values of the result lines of a unit."""
    engine = run.env["delivery.promise.engine"]
    demand, outcome = processed.results[tuple(unit.lines.ids)]
    result = []
    for line, checked, before, date, had, has in zip(
        unit.lines,
        unit.request.lines,
        demand.before,
        outcome.after(demand),
        demand.quantities,
        outcome.quantities(demand),
        strict=True,
    ):
        kind, days = "left_out", 0
        if not unit.left_out:
            schedule = processed.schedules[checked.warehouse.id]
            kind, days = compare_dates(run, before, date, schedule)
            if date and before and unit.parts and compare([had], [has]):
                # more or less of it, whenever
                kind = "gains" if has > had else "loses"
        in_line_unit = checked.quantity / checked.product_quantity
        note = (
            unit.left_out
            or unmet_note(run, unit, outcome)
            or part_note(run, line, had * in_line_unit, has * in_line_unit)
        )
        result.append(
            {
                "promise_line_id": line.id,
                "strategy": unit.strategy,
                "quantity": checked.quantity,
                "product_uom_id": checked.uom.id,
                "requested_date": line.requested_date,
                "date_before": before or False,
                "date_after": date or False,
                "quantity_before": had * in_line_unit,
                "quantity_after": has * in_line_unit,
                "days": days,
                "outcome": kind,
                "unmet": outcome.unmet,
                "changes": changes(run, demand, outcome),
                "note_said": note and engine._keep_text(note),
            }
        )
    return result


def changes(run, demand, outcome):
    """Whether anything is to be written for an outcome."""
    if outcome.kept:
        return False
    if outcome.confirmations or any(demand.before):
        return True
    if demand.stays:
        return any(claim.day < outcome.waits for claim in demand.claims)
    return bool(demand.claims)


def compare_dates(run, before, after, schedule):
    """(outcome, days gained) of a line, by the warehouse's days."""
    if not after:
        return ("no_date", 0)
    if not before:
        return ("gains", 0)
    days = schedule.day(before) - schedule.day(after)
    if not days:
        return ("same", 0)
    return ("gains" if days > 0 else "loses", days)


def unmet_note(run, unit, outcome):
    if not outcome.unmet:
        return False
    say = run.env["delivery.promise.engine"]._say
    if unit.strategy == "win":
        return say(_lt("It cannot be on the requested date, even as a Win."))
    return say(_lt("Its goods are not there any more: it keeps its date, at risk."))


def part_note(run, line, had, has):
    """How much has a date before and after, where that is not all or nothing."""
    whole = line._prepare_remaining_line()["quantity"]
    unit = line.product_uom_id
    if all(
        unit.is_zero(quantity) or not unit.compare(quantity, whole)
        for quantity in (had, has)
    ):
        return False
    engine = run.env["delivery.promise.engine"]
    return engine._say(
        _lt(
            "A part: of %(whole)s, %(before)s had a date before, %(after)s after.",
            whole=engine._quantity(whole, unit),
            before=engine._quantity(had, unit),
            after=engine._quantity(has, unit),
        )
    )


def chosen_lines(run):
    """{promise line: strategy} of everything that the run is about."""
    run.ensure_one()
    lines = run.env["delivery.promise.line"].search(chosen_domain(run), order="id")
    strategies = {}
    for promise, group in lines.grouped("promise_id").items():
        strategy = run.rule_ids._strategy_for(promise)
        if not strategy:
            continue
        if promise.shipping_policy == "one":
            # What is delivered at once gets its date at once.
            group = promise.line_ids.filtered(
                lambda line: not line.delivered_date and not line.closed_short
            )
        strategies |= dict.fromkeys(group, strategy)
    return strategies


def chosen_domain(run):
    domain = [
        ("company_id", "=", run.company_id.id),
        ("promise_id.state", "in", ("held", "confirmed")),
        ("delivered_date", "=", False),
        ("closed_short", "=", False),
    ]
    if run.product_ids:
        domain.append(("product_id", "in", run.product_ids.ids))
    if run.category_ids:
        domain.append(("product_id.categ_id", "child_of", run.category_ids.ids))
    if run.warehouse_ids:
        domain.append(("warehouse_id", "in", run.warehouse_ids.ids))
    dates = []
    if run.date_from:
        dates.append(("promised_date", ">=", midnight(run, run.date_from)))
    if run.date_to:
        end = min(run.date_to, LATEST.date()) + timedelta(days=1)
        dates.append(("promised_date", "<", midnight(run, end)))
    if not run.without_date:
        dates.append(("promised_date", "!=", False))
        return domain + dates
    if dates:
        dates = [
            "|",
            ("promised_date", "=", False),
            *(["&"] * (len(dates) - 1)),
            *dates,
        ]
    return domain + dates


def midnight(run, day):
    """The moment, in UTC, at which a day begins for the planner."""
    zone = ZoneInfo(run.env.user.tz or "UTC")
    local = datetime.combine(day, time.min, zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


def process(run, strategies):
    """Give out anew what these lines have.

    :param strategies: {promise line: strategy}; of one company
    :return: :class:`Processed`
    """
    engine = run.env["delivery.promise.engine"]
    company = next(iter(strategies)).company_id
    units = make_units(run, strategies)
    schedules = engine._schedules(
        {line.warehouse for unit in units for line in unit.request.lines},
        company,
        fields.Datetime.now(),
    )
    units = [with_claims(run, unit, schedules) for unit in units]
    keys = {key for unit in units for key in unit_keys(run, unit)}
    add_schedules(
        run, run.env["stock.warehouse"].browse({key[1] for key in keys}), schedules
    )
    units = leave_out(run, units, engine._load(keys, schedules, company))
    chosen = [unit for unit in units if not unit.left_out]
    shares = chosen and engine._allocation(chosen[0].request) and Shares(Allocation)
    loaded, withheld = load_without(
        run, chosen, keys, schedules, company, shares or None
    )
    groups, results = [units], {}
    if chosen:
        wanted = [line for unit in chosen for line in unit.wanted]
        with engine._remember_rules():
            planner = engine._planner(
                chosen[0].request,
                wanted,
                # Who keeps what he has keeps his hours of work centres.
                loaded._replace(scope=loaded.scope._replace(ignore_hours=False)),
                schedules,
            )
        groups = grouped(run, units, planner)
        demands = [
            make_demand(run, unit)._replace(
                withheld=withheld[engine._supply_policy(unit.request)]
            )
            for unit in chosen
        ]
        outcomes = Processing(
            loaded.timelines,
            schedules,
            allocate,
            planner,
            shares,
            rest=run.lose_gets_rest,
        ).run(demands)
        results = {demand.key: (demand, outcomes[demand.key]) for demand in demands}
    for unit in units:
        if unit.left_out:
            demand = make_demand(run, unit)
            results[demand.key] = demand, Outcome(kept=True)
    return Processed(groups, results, loaded, schedules)


def make_demand(run, unit):
    engine = run.env["delivery.promise.engine"]
    promise = unit.lines.promise_id
    return Demand(
        key=tuple(unit.lines.ids),
        strategy=unit.strategy,
        lines=unit.wanted,
        before=dates_before(run, unit),
        parts=unit.parts,
        keeps=bool(unit.parts) and not unit.request.partial,
        claims=unit.claims,
        planned=unit.planned,
        customer=getattr(engine._allocation(unit.request), "customer", None),
        rank=rank(run, unit),
        one_delivery=promise.shipping_policy == "one",
        stays=promise.state == "confirmed",
    )


def dates_before(run, unit):
    """Parallel to the lines: the date that each has, of a part that of its last
    delivery."""
    if unit.parts:
        return tuple(
            max((date for date, __ in parts), default=None) for parts in unit.parts
        )
    return tuple(line.promised_date or None for line in unit.lines)


def rank(run, unit):
    promise = unit.lines.promise_id
    priority = -run.env["delivery.promise.engine"]._promise_priority(promise)
    # Whoever asked for no date wants it as soon as possible.
    requested = min(line.requested_date or promise.create_date for line in unit.lines)
    promised = min(line.promised_date or LATEST for line in unit.lines)
    age = promise.create_date, promise.id, unit.lines[0].sequence, unit.lines[0].id
    return {
        "class": (
            # without a class, after those with one
            (0, promise.promise_class_id._promise_rank())
            if promise.promise_class_id
            else (1, 0),
            priority,
            requested,
            *age,
        ),
        "priority": (priority, requested, *age),
        "requested": (requested, priority, *age),
        "created": age,
        "promised": (promised, priority, *age),
    }[run.sort_by]


def grouped(run, units, planner):
    """[[Unit]]: those that share goods, or what these are made from."""
    links = []
    for key, option in (planner.options if planner else {}).items():
        links += [
            (key, (product_id, warehouse_id))
            for product_id, warehouse_id, __ in option.needs(1.0)
        ]
    by_number = connected(
        {number: unit_keys(run, unit) for number, unit in enumerate(units)}, links
    )
    return [[units[number] for number in numbers] for numbers in by_number]
