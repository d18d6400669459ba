"""The lines of one request, put on timelines and calendars.

Lines are served in the order in which they are asked for, and each takes what it
was given before the next one is looked at: two lines of one request never get
the same unit.
"""

from collections import ChainMap, defaultdict
from math import floor

from .policy import differ, largest_part, limit_shipments, within_horizon
from .values import Claim, Confirmation, Piece, Shortage, Source


def allocate(lines, timelines, schedules, one_delivery=False, planner=None, rules=None):
    """Promise the lines of a request.

    :param lines: list of :class:`~.values.Line`
    :param timelines: {(product, warehouse): Timeline}; what is promised is taken
        from them
    :param schedules: {warehouse: Schedule}
    :param one_delivery: all lines arrive together, with the slowest
    :param planner: :class:`~.replenish.Planner` that is asked where known supply does
        not suffice, or only later than it could be replenished
    :param rules: :class:`~.allocation_rules.Allocation`, what the customer's class may
        take, already applied to ``timelines``
    :return: list of :class:`~.values.Confirmation`, parallel to ``lines``
    """
    confirmations = []
    to_order = planner.to_order if planner else ()
    for line in lines:
        schedule = schedules[line.warehouse_id]
        confirmation = _try(line, timelines, schedule, planner, rules)
        if line.partial and not confirmation.pieces and not confirmation.closed:
            confirmation = _confirm_part(
                line, timelines, schedule, planner, rules, confirmation
            )
        _take(confirmation, timelines, to_order)
        if rules:
            rules.take(confirmation.claims)
        confirmations.append(confirmation)
    if one_delivery:
        confirmations = _parts_together(
            lines, confirmations, timelines, schedules, to_order, rules
        )
    return confirmations


def _try(line, timelines, schedule, planner, rules, keep=True):
    """Confirm a line; what is planned for it stays planned if it has a date."""
    mark = planner and planner.mark()
    confirmation = _confirm(line, timelines, schedule, planner, rules)
    if planner and not (keep and confirmation.pieces):
        planner.take_back(mark)
    return confirmation


def _confirm_part(line, timelines, schedule, planner, rules, refusal):
    """The largest part that can be promised, or the refusal of the whole."""

    def attempt(part):
        return _try(part, timelines, schedule, planner, rules, keep=False)

    part = largest_part(line, attempt)
    if part is None:
        return refusal
    confirmation = _try(part, timelines, schedule, planner, rules)
    return confirmation._replace(short=line.quantity - part.quantity)


def _take(confirmation, timelines, to_order):
    for claim in confirmation.claims:
        key = claim.product_id, claim.warehouse_id
        # What comes to order is replenished in full: it takes nothing from anybody.
        if key not in to_order:
            timelines[key].take(claim.day, claim.quantity)


def _give_back(confirmation, timelines, to_order):
    for claim in confirmation.claims:
        key = claim.product_id, claim.warehouse_id
        if key not in to_order:
            timelines[key].give_back(claim.day, claim.quantity)


def _needs(line):
    """{product: units of it in one unit of the line}: a part that stands twice in
    a kit is needed twice. Goods whose stock is not kept need nothing."""
    needs = defaultdict(float)
    for component in line.components:
        if component.tracked:
            needs[component.product_id] += component.ratio
    return dict(needs)


def _target(line, schedule):
    """The shipment to aim for: the first possible one, or the last that still
    arrives when the customer asked for it. None where there is no working time."""
    target = schedule.earliest_ship(line.lead_days)
    arrival = max(filter(None, (line.requested, line.beside)), default=None)
    if target is not None and arrival:
        wished = schedule.latest_ship(arrival, line.transit_days, line.carrier)
        if wished:
            target = max(target, wished)
    return target


def _confirm(line, timelines, schedule, planner=None, rules=None):
    target = _target(line, schedule)
    if target is None:
        return Confirmation(closed=True)
    mark = planner and planner.mark()
    to_order = planner.to_order if planner else ()
    confirmation = _confirm_for(target, line, timelines, schedule, planner, rules)
    while confirmation.pieces and _expires(confirmation, timelines, to_order):
        # What is there in time will be gone when the rest is: look from then on.
        later, target = target, confirmation.ship
        if planner:
            planner.take_back(mark)
        if target <= later:
            shortage = _shortage(line, _needs(line), timelines, planner)
            return Confirmation(shortage=shortage)
        confirmation = _confirm_for(target, line, timelines, schedule, planner, rules)
    return confirmation


def _expires(confirmation, timelines, to_order=()):
    """Whether goods are claimed for a day on which they will have been removed."""
    taken = defaultdict(float)
    for claim in sorted(confirmation.claims, key=lambda claim: claim.day):
        key = claim.product_id, claim.warehouse_id
        timeline = timelines[key]
        if timeline.perishable and key not in to_order:
            taken[claim.product_id] += claim.quantity
            left = timeline.available(claim.day) - taken[claim.product_id]
            if left < -timeline.epsilon:
                return True
    return False


def _confirm_for(target, line, timelines, schedule, planner, rules):
    """The confirmation of a line that ships at ``target`` at the earliest."""
    needs = _needs(line)
    key = line.warehouse_id
    kept, gate = (), None
    if rules:
        day = schedule.day(schedule.needed(target))
        to_order = planner.to_order if planner else ()
        stored = {part: needs[part] for part in needs if (part, key) not in to_order}
        kept = tuple(rules.keeps(stored, key, line.quantity, timelines, day))
        gate = rules.gate(needs, key, schedule)
        if gate and not line.split:
            [(target, __)] = gate.admit([(target, line.quantity)])
            if target is None:
                return Confirmation(closed=True)
    planned, timelines = _planned(line, needs, timelines, schedule, target, planner)
    day = schedule.day(schedule.needed(target))
    parts = _parts(line, needs, timelines, day)
    if parts is None:
        return Confirmation(
            shortage=_shortage(line, needs, timelines, planner), kept=kept
        )
    pieces, claims = [], []
    sources = _Sources(needs, timelines, key)
    there = _shipments(parts, line, target, needs, timelines, schedule)
    unlimited = there
    if gate:
        unlimited = gate.admit(there, line.step if line.split else None)
    shipments = _limited(line, unlimited, there, gate)
    for ship, quantity in shipments:
        if ship is None:
            return Confirmation(closed=True)
        needed = schedule.needed(ship)
        arrival = schedule.arrival(ship, line.transit_days, line.carrier)
        if arrival is None:
            return Confirmation(closed=True)
        arrival = max(arrival, line.beside or arrival)
        pieces.append(
            Piece(
                quantity,
                needed,
                ship,
                arrival,
                sources.take(quantity),
            )
        )
        for product, ratio in needs.items():
            day = schedule.day(needed)
            claims.append(Claim(product, key, quantity * ratio, day, needed))
    confirmation = Confirmation(
        tuple(pieces),
        tuple(claims),
        planned=tuple(planned),
        kept=kept,
        quotas=tuple(gate.closed.values()) if gate else (),
        limited=differ(shipments, unlimited, line.step),
    )
    return within_horizon(line, schedule, confirmation)


def _limited(line, shipments, there, gate):
    """Shipments of a line that may be split, within the limits to their number and
    size. What quotas would not let out in this way goes at once, when they do.

    :param there: shipments without quotas
    """
    if (
        not (line.split and line.limited)
        or len(shipments) < 2
        or any(ship is None for ship, __ in shipments)
    ):
        return shipments
    limited = limit_shipments(
        shipments,
        line.step,
        line.max_deliveries,
        line.min_delivery,
        line.min_first,
    )
    if gate and differ(gate.admit(limited, line.step), limited, line.step):
        return gate.admit([(there[-1][0], line.quantity)])
    return limited


def _planned(line, needs, timelines, schedule, target, planner):
    """(claims of what is replenished for a line, timelines that know of it)"""
    planned, own = [], {}
    if planner:
        day = schedule.day(schedule.needed(target))
        for product, ratio in needs.items():
            key, quantity = (product, line.warehouse_id), line.quantity * ratio
            if key in planner.to_order:
                own[key], claims = planner.order(key, quantity, day)
            else:
                claims = planner.cover(key, quantity, day)
            planned += claims
    return planned, ChainMap(own, timelines) if own else timelines


def _parts(line, needs, timelines, first):
    """[(day, quantity)]: what becomes available when, up to the whole line, or
    None where known supply does not suffice. Without splitting, the whole on the
    day of its last unit.

    :param first: the day of the first shipment; what has expired by then is not there
    """
    if not needs:
        return [(None, line.quantity)]
    lots = [
        (timelines[product, line.warehouse_id], ratio)
        for product, ratio in needs.items()
    ]
    days = [timeline.earliest(line.quantity * ratio, first) for timeline, ratio in lots]
    if None in days:
        return None
    last = max(days)
    if not line.split:
        return [(last, line.quantity)]
    parts, taken = [], 0.0
    for day in sorted({day for timeline, __ in lots for day, __ in timeline.steps()}):
        if day >= last:
            break
        units = min(
            timeline.available(max(day, first) if timeline.perishable else day) / ratio
            for timeline, ratio in lots
        )
        # floats: a third of a kit must not cost a whole one
        units = floor(units / line.step + 1e-9) * line.step
        units = min(units, line.quantity)
        if units - taken > line.step / 2:
            parts.append((day, units - taken))
            taken = units
    if line.quantity - taken > line.step / 1e6:
        parts.append((last, line.quantity - taken))
    return parts


def _shipments(parts, line, target, needs, timelines, schedule):
    """[(ship, quantity)] in order; parts that leave at the same moment are one."""
    shipments, sent = {}, 0.0
    first = schedule.day(schedule.needed(target))
    for day, quantity in parts:
        ship, sent = target, sent + quantity
        if day is not None:
            # Of the components, only those wait for the arrivals of this day that
            # do not suffice without them.
            arrival = max(
                (
                    moment
                    for product, ratio in needs.items()
                    if (timeline := timelines[product, line.warehouse_id])
                    and timeline.earliest(sent * ratio, first) == day
                    and (moment := timeline.arrival(day))
                ),
                default=None,
            )
            ready = schedule.earliest_ship(
                line.lead_days, schedule.material(day, arrival)
            )
            ship = ready and max(ready, target)
        shipments[ship] = shipments.get(ship, 0.0) + quantity
    return list(shipments.items())


class _Sources:
    """Deals the sources of a line out to its pieces, in order."""

    def __init__(self, needs, timelines, warehouse):
        self.needs = needs
        self.timelines = {product: timelines[product, warehouse] for product in needs}
        self.given = dict.fromkeys(needs, 0.0)

    def take(self, quantity):
        sources = []
        for product, ratio in self.needs.items():
            timeline = self.timelines[product]
            start = self.given[product]
            end = start + quantity * ratio
            self.given[product] = end
            reached = 0.0
            for day, amount in timeline.sources(end):
                reached += amount
                part = min(amount, reached - start)
                if part > timeline.epsilon:
                    sources += _named(timeline, product, day, part)
        return tuple(sources)


def _named(timeline, product, day, quantity):
    """A part of a confirmation by the supplies of its day, those that were there
    first first."""
    if day is None:
        return [Source(product, quantity, "stock")]
    named = []
    for supply in timeline.supplies[day]:
        part = min(supply.quantity, quantity)
        if part > timeline.epsilon:
            named.append(Source(product, part, supply.kind, day, supply.origin))
            quantity -= part
    if quantity > timeline.epsilon and named:
        # what another line of the request was already given by the same supply
        named[-1] = named[-1]._replace(quantity=named[-1].quantity + quantity)
    return named


def _shortage(line, needs, timelines, planner=None):
    """The component that is furthest from sufficing; where it could be replenished if
    only something else were there, that."""
    missing = []
    for product, ratio in needs.items():
        wanted = line.quantity * ratio
        available = timelines[product, line.warehouse_id].final()
        missing.append((wanted - available, Shortage(product, wanted, available)))
    shortage = max(missing)[1]
    lack = planner and planner.lacking.get((shortage.product_id, line.warehouse_id))
    return lack or shortage


def _parts_together(lines, confirmations, timelines, schedules, to_order, rules):
    """All lines together; where a part will do, those of which anything is there."""
    indexes = range(len(lines))
    if any(line.partial for line in lines):
        indexes = [index for index in indexes if confirmations[index].pieces]
    chosen = [
        lines[index]._replace(quantity=confirmations[index].quantity)
        if confirmations[index].short
        else lines[index]
        for index in indexes
    ]
    result = list(confirmations)
    if chosen:
        moved = _together(
            chosen,
            [confirmations[index] for index in indexes],
            timelines,
            schedules,
            to_order,
            rules,
        )
        for index, line, confirmation in zip(indexes, chosen, moved, strict=True):
            # Quotas may have put the common date off.
            schedule = schedules[line.warehouse_id]
            result[index] = within_horizon(line, schedule, confirmation)
    return result


def _together(lines, confirmations, timelines, schedules, to_order, rules=None):
    """All lines on the date of the slowest; none where one has no date."""
    if any(confirmation.promised is None for confirmation in confirmations):
        for confirmation in confirmations:
            _give_back(confirmation, timelines, to_order)
        return [
            confirmation
            if confirmation.promised is None
            else Confirmation(waits=True, alone=confirmation.promised)
            for confirmation in confirmations
        ]
    common, earliest = _common(lines, confirmations, schedules, rules)
    result, expired = [], []
    for index, (line, confirmation) in enumerate(
        zip(lines, confirmations, strict=True)
    ):
        schedule = schedules[line.warehouse_id]
        ship = _ship_by(line, schedule, common, earliest[index])
        needed = schedule.needed(ship)
        day = schedule.day(needed)
        # Available to promise never falls with time: what could be claimed for
        # an earlier day can be claimed for this one.
        moved = confirmation._replace(
            pieces=(
                Piece(
                    line.quantity,
                    needed,
                    ship,
                    common,
                    tuple(
                        source
                        for piece in confirmation.pieces
                        for source in piece.sources
                    ),
                ),
            ),
            claims=tuple(
                claim._replace(day=day, at=needed)
                for claim in _merged(confirmation.claims)
            ),
            alone=confirmation.promised,
        )
        _give_back(confirmation, timelines, to_order)
        if _expires(moved, timelines, to_order):
            expired.append(index)
        _take(moved, timelines, to_order)
        result.append(moved)
    if expired:
        for moved in result:
            _give_back(moved, timelines, to_order)
        return [
            Confirmation(shortage=_shortage(line, _needs(line), timelines))
            if index in expired
            else Confirmation(waits=True)
            for index, line in enumerate(lines)
        ]
    return result


def _ship_by(line, schedule, common, earliest):
    """The last shipment that is there by ``common``, but not before ``earliest``."""
    ship = schedule.latest_ship(common, line.transit_days, line.carrier)
    return max(ship, earliest) if ship else earliest


def _common(lines, confirmations, schedules, rules):
    """(the date of the slowest line, the earliest shipment of each line). With quotas
    it is the first such date on which they let all lines out together."""
    common = max(confirmation.promised for confirmation in confirmations)
    earliest = [confirmation.ship for confirmation in confirmations]
    if not rules:
        return common, earliest
    for confirmation in confirmations:
        rules.take(confirmation.claims, -1)
    while put_off := _put_off(lines, confirmations, schedules, rules, common, earliest):
        index, later, closed = put_off
        line = lines[index]
        arrival = schedules[line.warehouse_id].arrival(
            later, line.transit_days, line.carrier
        )
        common = max(common, arrival or later)
        earliest[index] = later
        confirmations[index] = confirmations[index]._replace(quotas=closed)
    return common, earliest


def _put_off(lines, confirmations, schedules, rules, common, earliest):
    """(line, its next shipment, quotas) of the first line that the quotas do not let
    out for a date, or None where all of them have taken what they need."""
    taken = []
    for index, line in enumerate(lines):
        schedule = schedules[line.warehouse_id]
        ship = _ship_by(line, schedule, common, earliest[index])
        gate = rules.gate(_needs(line), line.warehouse_id, schedule)
        if gate:
            [(later, __)] = gate.admit([(ship, line.quantity)])
            if later is not None and later > ship:
                rules.take(taken, -1)
                return index, later, tuple(gate.closed.values())
        day = schedule.day(schedule.needed(ship))
        claims = _merged(confirmations[index].claims)
        claims = [claim._replace(day=day) for claim in claims]
        rules.take(claims)
        taken += claims
    return None


def _merged(claims):
    """One claim for each product and warehouse."""
    merged = {}
    for claim in claims:
        key = claim.product_id, claim.warehouse_id
        if key in merged:
            claim = claim._replace(quantity=claim.quantity + merged[key].quantity)
        merged[key] = claim
    return merged.values()
