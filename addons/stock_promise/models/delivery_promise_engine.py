"""request -> check -> load -> net -> allocate -> schedule -> answer.

The engine is an abstract model so that bridges can extend it by inheritance; what it
computes it leaves to plain Python in ``promising``.
"""

from datetime import timedelta, timezone
from typing import NamedTuple

from odoo import api, fields, models

from ..promising.allocation import allocate
from ..promising.schedule import Schedule, WorkingTime
from ..promising.values import Component, Line


class Computation(NamedTuple):
    """An answer and what it was made from."""

    request: NamedTuple
    answer: dict
    confirmations: list


class DeliveryPromiseEngine(models.AbstractModel):
    _name = "delivery.promise.engine"
    _description = "Order Promising Engine"

    # -- what the promise asks for -----------------------------------------------

    @api.model
    def _compute_request(self, request, ignore_promises=(), ignore_moves=(), shifts=()):
        """Answer a checked request.

        :param request: ``CheckedRequest``
        :param ignore_promises: ids of held promises whose claims do not count
        :param ignore_moves: ids of open moves that do not count
        :param shifts: [((product id, warehouse id), day, quantity)] of demand that
            counts in addition, or with a negative quantity does not
        :return: :class:`Computation`
        """
        now = fields.Datetime.now()
        lines = self._promising_lines(request)
        wanted = {
            (component.product_id, line.warehouse_id)
            for line in lines
            for component in line.components
            if component.tracked
        }
        schedules = self._schedules(
            {line.warehouse for line in request.lines}, request.company, now
        )
        loaded = self._load(
            wanted | {(line.product.id, line.warehouse.id) for line in request.lines},
            schedules,
            request.company,
            ignore_promises=ignore_promises,
            ignore_moves=ignore_moves,
            allocation=self._allocation(request),
        )
        for key, day, quantity in shifts:
            if key in loaded.timelines:
                loaded.timelines[key].add_demand(day, quantity)
        with self._remember_rules():
            confirmations = allocate(
                lines,
                loaded.timelines,
                schedules,
                one_delivery=request.shipping_policy == "one",
                planner=self._planner(request, lines, loaded, schedules),
                rules=loaded.scope.allocation,
            )
            answer = self._answer(request, lines, confirmations, loaded, schedules)
            if request.alternatives:
                self._add_alternatives(
                    request, confirmations, answer, loaded, schedules
                )
        return Computation(request, answer, confirmations)

    @api.model
    def _locked_keys(self, request):
        """What a claim for the request has to lock: every product that it could
        take from."""
        lines = self._promising_lines(request)
        return self._replenishment_closure(
            {
                component.product_id
                for line in lines
                for component in line.components
                if component.tracked
            }
        )

    # -- hooks for bridges ---------------------------------------------------------

    def _explode(self, wanted, company):
        """What products are taken from the shelf as.

        :param wanted: set of :func:`~..promising.values.goods`
        :return: {goods: ((component, its quantity for one product), …)}
            in the components' own units; missing where a product is itself the
            component
        """
        return {}

    def _security_days(self, company):
        """Days for which goods lie ready before they ship."""
        return 0.0

    def _transit_days(self, warehouse, partner):
        """Days from the warehouse to the customer; 0 where they are not known."""
        return 0.0

    def _transit_carrier(self, warehouse, partner):
        """:class:`~..promising.schedule.Carrier` in whose working days these days
        count, or nothing where every day of the week counts."""
        return False

    def _delivered_by(self, carrier, partner):
        """The carrier as the customer sees it: bridges may make it wait at the door
        (:class:`~..promising.schedule.Windows`)."""
        return carrier

    def _lead_days(self, product):
        """Days between an order and its earliest shipment."""
        return product.product_tmpl_id.sale_delay

    def _replenishment_closure(self, product_ids):
        """These products and all that could be taken to replenish them: what a claim
        for them has to lock. What else it has to lock has negative ids."""
        return product_ids

    def _promise_priority(self, promise):
        """What decides between promises of the same day: the greater first."""
        return int(promise.priority or 0)

    # -- lines and calendars -------------------------------------------------------

    def _promising_lines(self, request):
        exploded = self._explode(
            {line.goods for line in request.lines}, request.company
        )
        transit = {
            warehouse: (
                self._transit_days(warehouse, request.partner),
                self._delivered_by(
                    self._transit_carrier(warehouse, request.partner),
                    request.partner,
                ),
            )
            for warehouse in {line.warehouse for line in request.lines}
        }
        now = fields.Datetime.now()
        lines = []
        for line in request.lines:
            parts = (exploded and exploded.get(line.goods)) or ((line.product, 1.0),)
            found = Line(
                warehouse_id=line.warehouse.id,
                components=tuple(
                    Component(product.id, ratio, product.product_tmpl_id.is_storable)
                    for product, ratio in parts
                ),
                quantity=line.product_quantity,
                step=self._split_step(line),
                requested=(
                    line.requested if line.requested and line.requested > now else None
                ),
                lead_days=(
                    self._lead_days(line.product)
                    if line.lead_days is None
                    else line.lead_days
                ),
                transit_days=transit[line.warehouse][0],
                carrier=transit[line.warehouse][1],
                split=request.allow_split and request.shipping_policy == "direct",
            )
            lines.append(self._less_ahead(found, dict(line.ahead)))
        return lines

    def _less_ahead(self, line, ahead):
        """Parts of a kit that are with the customer already are not needed again."""
        if not ahead:
            return line
        components = []
        for part in line.components:
            needed = part.ratio * line.quantity
            less = min(ahead.get(part.product_id, 0.0), needed)
            if less:
                ahead[part.product_id] -= less
            if needed - less > 1e-6:
                components.append(part._replace(ratio=(needed - less) / line.quantity))
        return line._replace(components=tuple(components))

    def _split_step(self, line):
        """Whoever orders whole units (dozens, packs) gets whole units at a time."""
        if float(line.quantity).is_integer():
            return line.product_quantity / line.quantity
        return line.product.uom_id.rounding

    def _schedules(self, warehouses, company, now):
        # sudo: working hours and settings count for everybody who may ask for a date
        company = company.sudo()
        return {
            warehouse.id: Schedule(
                now,
                warehouse.sudo()._promise_zone(),
                working=self._working_time(warehouse.sudo().promise_calendar_id),
                security_days=self._security_days(company),
                cutoff=warehouse.sudo().promise_cutoff or None,
                next_day=company.promise_receipt_ships == "next",
            )
            for warehouse in warehouses
        }

    def _working_time(self, calendar):
        if not calendar:
            return None

        def load(start, end):
            intervals = calendar._work_intervals_batch(
                start.replace(tzinfo=timezone.utc), end.replace(tzinfo=timezone.utc)
            )[False]
            return [
                (
                    first.astimezone(timezone.utc).replace(tzinfo=None),
                    last.astimezone(timezone.utc).replace(tzinfo=None),
                )
                for first, last, __ in intervals
            ]

        return WorkingTime(load)

    # -- the profile ---------------------------------------------------------------

    @api.model
    def _profile(self, products, warehouse, first, last):
        """{product id: [Day]} for the days from ``first`` to ``last``."""
        schedules = self._schedules(
            warehouse, warehouse.company_id, fields.Datetime.now()
        )
        loaded = self._load(
            {(product.id, warehouse.id) for product in products},
            schedules,
            warehouse.company_id,
        )
        return {
            product.id: loaded.timelines[product.id, warehouse.id].profile(
                first.toordinal(), last.toordinal()
            )
            for product in products
        }

    # -- who is at risk ------------------------------------------------------------

    @api.model
    def _overdue_day(self, day, today, company):
        """The day on which overdue supply counts, or None where it does not."""
        if day >= today:
            return day
        if company.promise_overdue_supply == "today":
            return today
        if company.promise_overdue_supply == "days":
            return today + company.promise_overdue_days
        return None

    @api.model
    def _hold_until(self, hours, company):
        hours = hours or company.sudo().promise_hold_hours
        return fields.Datetime.now() + timedelta(hours=hours)
