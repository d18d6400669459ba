"""The company's policy, and what a customer agrees to, on the way from a request to its
answer: safety stock, horizon, planning time fence, deliveries, parts.

What is switched off costs no query: settings are read from the company, which is read
anyway.
"""

from odoo import api, models
from odoo.tools import SQL

from ..promising.words import Terms
from .delivery_promise_engine_explain import SOURCES
from .own_context import own, owned

_lt = Terms(__name__)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    # -- the request -----------------------------------------------------------------

    @api.model
    def _check_request(self, request, archived=False):
        checked = super()._check_request(request, archived)
        if "partial" in request:
            checked = checked._replace(partial=self._checked_bool(request, "partial"))
        return checked

    def _checked_line(self, number, line, *args):
        checked = super()._checked_line(number, line, *args)
        first = line.get("minimum_first")
        if first is None or first is False:
            return checked
        problem = False
        if isinstance(first, bool) or not isinstance(first, (int, float)):
            problem = self._say(_lt("must be a number."))
        elif not first >= 0:  # what is not a number at all is not, either
            problem = self._say(_lt("must not be less than 0."))
        elif first > checked.quantity:
            problem = self._say(_lt("is more than the quantity."))
        if problem:
            self._refuse_line(number, "minimum_first", problem)
        return checked._replace(minimum_first=float(first))

    def _product_fields(self):
        return [*super()._product_fields(), "promise_min_delivery"]

    # -- what is promised --------------------------------------------------------------

    @api.model
    def _compute_request(self, request, *args, **kwargs):
        policy = self._supply_policy(request)
        engine = self
        if policy:
            engine = self.with_context(promise_supply_policy=own(policy))
        return super(DeliveryPromiseEngine, engine)._compute_request(
            request, *args, **kwargs
        )

    def _supply_policy(self, request):
        """Names of the rules by which supply does not count for this request. They
        apply to new promises alone: neither to what is promised already, nor to the
        profile of a product.

        :return: tuple of str, empty where all supply counts
        """
        # sudo: the settings count for everybody who may ask for a date
        company = request.company.sudo()
        if (
            company.promise_safety_stock == "orderpoint"
            and request.priority < company.promise_safety_priority
        ):
            return ("safety_stock",)
        return ()

    @api.model
    def _load(self, wanted, schedules, company, *args, **kwargs):
        loaded = super()._load(wanted, schedules, company, *args, **kwargs)
        policy = owned(self.env, "promise_supply_policy")
        if policy and wanted:
            self._apply_supply_policy(policy, wanted, loaded, schedules, company)
        return loaded

    def _apply_supply_policy(self, policy, wanted, loaded, schedules, company):
        """Take out of timelines what does not count, one statement for all of them.

        :param policy: what :meth:`_supply_policy` returned
        :param wanted: set of (product id, warehouse id) of ``loaded.timelines``
        """
        if "safety_stock" in policy:
            for key, quantity in self._safety_stock(wanted).items():
                loaded.timelines[key].keep_back(quantity)

    def _safety_stock(self, wanted):
        """{(product id, warehouse id): quantity} that reordering rules want to be there
        at least. A rule for a location includes those for the locations below it."""
        self.env["stock.warehouse.orderpoint"].flush_model(
            ["product_id", "warehouse_id", "location_id", "product_min_qty", "active"]
        )
        self.env["stock.location"].flush_model(["parent_path"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH rule AS (
                    SELECT orderpoint.id, orderpoint.product_id,
                           orderpoint.warehouse_id, orderpoint.product_min_qty,
                           location.parent_path
                      FROM stock_warehouse_orderpoint orderpoint
                      JOIN stock_location location
                        ON location.id = orderpoint.location_id
                     WHERE orderpoint.active
                       AND orderpoint.product_min_qty > 0
                       AND orderpoint.product_id = ANY(%s)
                       AND orderpoint.warehouse_id = ANY(%s)
                )
                SELECT product_id, warehouse_id, SUM(product_min_qty)::float8
                  FROM rule
                 WHERE NOT EXISTS (
                       SELECT FROM rule above
                        WHERE above.product_id = rule.product_id
                          AND above.warehouse_id = rule.warehouse_id
                          AND above.id <> rule.id
                          AND starts_with(rule.parent_path, above.parent_path))
                 GROUP BY product_id, warehouse_id
                """,
                sorted({product_id for product_id, __ in wanted}),
                sorted({warehouse_id for __, warehouse_id in wanted}),
            )
        )
        return {
            (product_id, warehouse_id): quantity
            for product_id, warehouse_id, quantity in rows
            if (product_id, warehouse_id) in wanted
        }

    def _promising_lines(self, request):
        lines = super()._promising_lines(request)
        # sudo: as in _supply_policy
        company = request.company.sudo()
        splits = request.allow_split and request.shipping_policy == "direct"
        values = {}
        if company.promise_horizon_days:
            values["horizon"] = company.promise_horizon_days
        if request.partial:
            values["partial"] = True
        if splits and company.promise_max_deliveries:
            values["max_deliveries"] = company.promise_max_deliveries
        return [
            line._replace(**values, **self._line_limits(checked, company, splits))
            if values or splits or checked.minimum_first
            else line
            for line, checked in zip(lines, request.lines, strict=True)
        ]

    def _line_limits(self, checked, company, splits):
        limits = {}
        if splits:
            limits["min_delivery"] = (
                checked.product.product_tmpl_id.promise_min_delivery
                or company.promise_min_delivery
            )
        if checked.minimum_first:
            in_product_unit = checked.product_quantity / checked.quantity
            limits["min_first"] = checked.minimum_first * in_product_unit
        return limits

    @api.model
    def _planner(self, request, *args, **kwargs):
        planner = super()._planner(request, *args, **kwargs)
        if planner:
            # sudo: as in _supply_policy
            planner.fence = request.company.sudo().promise_fence_days
        return planner

    # -- the answer --------------------------------------------------------------------

    @api.model
    def _answer(self, request, lines, confirmations, loaded, schedules):
        answer = super()._answer(request, lines, confirmations, loaded, schedules)
        # sudo: as in _supply_policy
        fence = request.company.sudo().promise_fence_days
        bound = fence or owned(self.env, "promise_supply_policy")
        for checked, line, confirmation, entry in zip(
            request.lines, lines, confirmations, answer["lines"], strict=True
        ):
            if confirmation.short:
                # The contract: a date is that of the whole quantity.
                entry.update(
                    dict.fromkeys(
                        ("promised_date", "ship_date", "date_50", "date_90"), False
                    ),
                    on_time=False,
                )
                answer["promised_date"] = False
                entry["promised_quantity"] = confirmation.quantity * (
                    checked.quantity / checked.product_quantity
                )
            else:
                entry["promised_quantity"] = (
                    checked.quantity if confirmation.pieces else 0.0
                )
            if bound or confirmation.limited or confirmation.short:
                reasons = [
                    {"code": code, "message": message}
                    for code, message in self._policy_reasons(
                        checked,
                        line,
                        confirmation,
                        loaded,
                        schedules[checked.warehouse.id].today + fence
                        if fence
                        else None,
                    )
                ]
                self._insert_reasons(entry["reasons"], reasons)
        return answer

    def _insert_reasons(self, reasons, more):
        """Add reasons after those that say where the goods come from."""
        place = len(reasons)
        while place and reasons[place - 1]["code"] not in (*SOURCES, "no_supply"):
            place -= 1
        place = place or len(reasons)
        reasons[place:place] = more

    def _reasons(self, checked, line, confirmation, schedule, *args):
        if confirmation.beyond:
            yield "horizon", self._horizon_message(line, schedule)
            return
        yield from super()._reasons(checked, line, confirmation, schedule, *args)

    def _horizon_message(self, line, schedule):
        last = schedule.today + line.horizon
        values = {
            "date": self._calendar_day(last),
            "days": line.horizon,
        }
        if line.requested and schedule.day(line.requested) > last:
            return self._say(
                _lt(
                    "Nothing is promised for later than %(date)s, %(days)s days ahead;"
                    " ask again when the date that is wanted is nearer.",
                    **values,
                )
            )
        return self._say(
            _lt(
                "Nothing is promised for later than %(date)s, %(days)s days ahead; this"
                " could be there only after that.",
                **values,
            )
        )

    def _policy_reasons(self, checked, line, confirmation, loaded, fence_end):
        """[(code, sentence)] of the rules that have a part in a line's date.

        :param fence_end: day on which the planning time fence ends, or None
        """
        if self._misses_supply(confirmation):
            yield from self._kept_back_reasons(checked, line, loaded)
        if any(
            claim.quantity < 0 and claim.day == fence_end
            for claim in confirmation.planned
        ):
            yield (
                "planning_time_fence",
                self._say(
                    _lt(
                        "nothing that is still to be ordered is promised before %s",
                        self._calendar_day(fence_end),
                    )
                ),
            )
        if confirmation.limited:
            yield "split_limits", self._split_message(checked, line)
        if confirmation.short:
            unit = checked.product.uom_id
            yield (
                "partial",
                self._say(
                    _lt(
                        "%(part)s of %(whole)s are promised; the rest has no date yet",
                        part=self._quantity(confirmation.quantity, unit),
                        whole=self._quantity(checked.product_quantity, unit),
                    )
                ),
            )

    def _misses_supply(self, confirmation):
        """Whether a line is not simply taken from the shelf."""
        return (
            confirmation.shortage
            or confirmation.short
            or any(
                source.kind != "stock"
                for piece in confirmation.pieces
                for source in piece.sources
            )
        )

    def _kept_back_reasons(self, checked, line, loaded):
        for component in line.components:
            key = component.product_id, line.warehouse_id
            timeline = loaded.timelines.get(key)
            if not component.tracked or not timeline or not timeline.kept_back:
                continue
            product = self._same_fetch(checked.product, component.product_id)
            message = self._say(
                _lt(
                    "%s kept back as safety stock",
                    self._quantity(timeline.kept_back, product.uom_id),
                )
            )
            yield "safety_stock", self._of_part(checked, product, message)

    def _split_message(self, checked, line):
        unit = checked.product.uom_id
        limits = []
        if line.max_deliveries:
            limits.append(
                self._say(_lt("%s deliveries at most", line.max_deliveries))
                if line.max_deliveries > 1
                else self._say(_lt("one delivery"))
            )
        if line.min_delivery:
            limits.append(
                self._say(
                    _lt("%s at least each", self._quantity(line.min_delivery, unit))
                )
            )
        if line.min_first:
            limits.append(
                self._say(
                    _lt("%s at least first", self._quantity(line.min_first, unit))
                )
            )
        return self._join(", ", limits)
