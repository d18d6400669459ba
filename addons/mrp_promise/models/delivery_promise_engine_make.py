"""What could be made, by Odoo's own bills of materials and work centres."""

from collections import defaultdict
from functools import partial
from math import ceil

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.stock_promise.promising.replenish import Option
from odoo.addons.stock_promise.promising.values import Hours
from odoo.addons.stock_promise.promising.words import Terms

from .work_load import WorkLoad

_lt = Terms(__name__)
#: More lots of a bill's batch size than this are planned as if the rest were one.
MAX_BATCHES = 50
#: As many other bills of a product are tried.
MAX_BILLS = 3
#: where the hours are kept that one request takes of work centres
LOAD = "delivery_promise_work_load"


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _planner(self, request, lines, loaded, schedules):
        """What is made for one line of a request is in the way of what is made for
        another, and for others: they share the hours of work centres."""
        scope, cache = loaded.scope, self.env.cr.cache
        ignored = scope.ignore_promises if scope.ignore_hours else ()
        load = WorkLoad(partial(self._promised_hours, ignore_promises=ignored))
        load.options = self._options_to_make(request)
        cache[LOAD] = load
        try:
            return super()._planner(request, lines, loaded, schedules)
        finally:
            cache.pop(LOAD, None)

    @api.model
    def _options_to_make(self, request):
        """{(product id, warehouse id): value ids} of what Odoo makes with the options
        of its order line: only what is made to order gets to know of them, not what a
        reordering rule has made. Lines with other options of the same product are
        planned with the parts of all of them."""
        chosen = defaultdict(set)
        for line in request.lines:
            if line.option_ids:
                chosen[line.product.id, line.warehouse.id].update(line.option_ids)
        if not chosen:
            return {}
        to_order = self._to_order_keys(chosen, request.company)
        return {key: sorted(ids) for key, ids in chosen.items() if key in to_order}

    def _rule_option(self, rule, product, warehouse, quantity, days, schedules):
        if rule.action != "manufacture":
            return super()._rule_option(
                rule, product, warehouse, quantity, days, schedules
            )
        company = rule.company_id or warehouse.company_id
        bill = rule._get_matching_bom(product, company, {})
        if not bill:
            return None
        load = self.env.cr.cache.get(LOAD) or WorkLoad(self._promised_hours)
        options = [
            self._bill_option(
                way, rule, product, warehouse, quantity, days, schedules, load
            )
            for way in (bill, *self._other_bills(bill, rule, product, company))
        ]
        first, *others = [option for option in options if option] or [None]
        return first and first._replace(others=tuple(others))

    def _bill_option(
        self, bill, rule, product, warehouse, quantity, days, schedules, load
    ):
        """The option that one bill of materials stands for, or None.

        :param load: :class:`~.work_load.WorkLoad` of the request
        """
        # What it consists of is read together with the other bills of this level.
        bill = bill.with_prefetch(product.bom_ids._prefetch_ids)
        here = schedules[warehouse.id]
        picking_type = bill.picking_type_id or rule.picking_type_id
        place = picking_type.default_location_src_id.warehouse_id or warehouse
        before = self._steps_to_production(product, warehouse)
        after = days + self._steps_to_shelf(
            product, picking_type.default_location_dest_id, warehouse
        )
        exploded, finished = {}, {}
        options = load.options.get((product.id, warehouse.id), ())

        def explode(needed):
            if needed not in exploded:
                exploded[needed] = tuple(
                    (part.id, place.id, total)
                    for part, total in self._bill_parts(
                        bill, product, needed, options
                    ).items()
                )
            return exploded[needed]

        def work(start, needed):
            """(when it is on the shelf or None, slots of work centres)"""
            name = start, needed, load.state if bill.operation_ids else 0
            if name not in finished:
                begin = here.after(start, before)
                end, slots = None, []
                if begin:
                    end, slots = self._made(
                        bill, product, needed, begin, here, load.taken()
                    )
                finished[name] = end and here.after(end, after), slots
            return finished[name]

        def ready(start, needed):
            return work(start, needed)[0]

        def reserve(start, needed):
            slots = work(start, needed)[1]
            hours = [Hours(centre.id, begin, end) for centre, begin, end in slots]
            return hours, load.take((bill.id, start, needed), slots)

        if bill.operation_ids:
            centres = bill.operation_ids.workcenter_id
            load.expect(centres | centres.alternative_workcenter_ids)
        earliest = here.after(here.start, bill.days_to_prepare_mo)
        if earliest is None:
            return None
        return Option(
            "manufacture",
            ready,
            tuple(
                (part, where, total / quantity)
                for part, where, total in explode(quantity)
            ),
            ("mrp.bom", bill.id),
            explode,
            earliest,
            reserve if bill.operation_ids else None,
        )

    # -- the bill ----------------------------------------------------------------------

    def _other_bills(self, bill, rule, product, company):
        """Further bills by which the product can be made here, in Odoo's order."""
        return product.bom_ids.filtered(
            lambda other: (
                other != bill
                and other.type == "normal"
                and other.product_id in (product, product.browse())
                and other.company_id in (company, company.browse())
                and other.picking_type_id
                in (rule.picking_type_id, rule.picking_type_id.browse())
            )
        ).sorted(lambda other: (other.sequence, other.product_id.id, other.id))[
            :MAX_BILLS
        ]

    def _bill_lots(self, bill, product, quantity):
        """Quantities, in the bill's unit, of the manufacturing orders that Odoo makes
        for a quantity of the product."""
        wanted = product.uom_id._compute_quantity(
            quantity, bill.product_uom_id, round=False
        )
        if not bill.enable_batch_size:
            return [wanted]
        batch = bill.batch_size
        count = max(ceil(wanted / batch - 1e-9), 1)
        lots = [batch] * min(count, MAX_BATCHES)
        lots[-1] += batch * (count - len(lots))
        return lots

    def _bill_parts(self, bill, product, quantity, option_ids=()):
        """{component whose stock is kept: quantity in its unit}

        :param option_ids: chosen values of attributes that create no variant
        """
        # sudo: as bills are read here
        options = self.env["product.template.attribute.value"].sudo()
        totals = defaultdict(float)
        for lot in self._bill_lots(bill, product, quantity):
            lines = bill.explode(
                product,
                lot / bill.product_qty,
                picking_type=bill.picking_type_id,
                never_attribute_values=options.browse(option_ids),
            )[1]
            for line, data in lines:
                part = line.product_id
                if part.is_storable and data["qty"] > 0:
                    totals[part] += line.product_uom_id._compute_quantity(
                        data["qty"], part.uom_id, round=False
                    )
        return totals

    def _made(self, bill, product, quantity, start, schedule, taken):
        """(when a quantity is finished that is begun at ``start``, slots of work
        centres): after the bill's manufacturing lead time, and not before its
        operations have found room in their work centres. None where they never do.

        :param taken: {work centre: [(start, end)]} that are not free any more
        """
        end = schedule.after(start, bill.produce_delay)
        if end is None or not bill.operation_ids:
            return end, []
        # sudo: the load of a work centre decides the date whoever asks for it
        planning = self.env["report.mrp.report_bom_structure"].sudo()
        slots = []
        for lot in self._bill_lots(bill, product, quantity):
            try:
                found = planning._simulate_bom_planning(
                    bill, product, start, lot, simulated_leaves_per_workcenter=taken
                )
            except UserError:
                # no room in the next 700 days, or a work centre without hours
                return None, []
            for slot in found.values():
                end = max(end, slot["date_finished"])
                slots.append(
                    (slot["workcenter"], slot["date_start"], slot["date_finished"])
                )
        return end, slots

    def _steps_to_production(self, product, warehouse):
        """Days for which components are picked before production."""
        if warehouse.manufacture_steps == "mrp_one_step":
            return 0.0
        rules = product._get_rules_from_location(
            product.property_stock_production, route_ids=warehouse.pbm_route_id
        )
        return sum(
            rule.delay
            for rule in rules
            if rule.action in ("pull", "pull_push")
            and rule.route_id == warehouse.pbm_route_id
        )

    # -- what a claim locks ------------------------------------------------------------

    @api.model
    def _replenishment_closure(self, product_ids):
        """Components of components, and by negative ids the work centres that make
        them, in one query; a bill that needs itself ends it."""
        product_ids = super()._replenishment_closure(product_ids)
        self.env["mrp.bom"].flush_model(["active", "product_id", "product_tmpl_id"])
        self.env["mrp.bom.line"].flush_model(["bom_id", "product_id"])
        self.env["mrp.routing.workcenter"].flush_model(
            ["active", "bom_id", "workcenter_id"]
        )
        self.env["mrp.workcenter"].flush_model(["alternative_workcenter_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE closure (product_id) AS (
                    SELECT unnest(%s::int[])
                    UNION
                    SELECT line.product_id
                      FROM closure
                      JOIN product_product product ON product.id = closure.product_id
                      JOIN mrp_bom bill
                        ON bill.product_tmpl_id = product.product_tmpl_id
                       AND (bill.product_id IS NULL OR bill.product_id = product.id)
                       AND bill.active
                      JOIN mrp_bom_line line ON line.bom_id = bill.id
                ), centre (id) AS (
                    SELECT operation.workcenter_id
                      FROM mrp_routing_workcenter operation
                      JOIN mrp_bom bill ON bill.id = operation.bom_id AND bill.active
                      JOIN product_product product
                        ON product.product_tmpl_id = bill.product_tmpl_id
                     WHERE operation.active
                       AND product.id IN (SELECT product_id FROM closure)
                )
                SELECT product_id FROM closure
                 UNION
                SELECT -id FROM centre
                 UNION
                SELECT -other.alternative_workcenter_id
                  FROM mrp_workcenter_alternative_rel other
                  JOIN centre ON centre.id = other.workcenter_id
                """,
                list(product_ids),
            )
        )
        return {product_id for (product_id,) in rows}

    # -- in words ----------------------------------------------------------------------

    def _source_message(self, kind, quantity, origin, day):
        if kind != "manufacture":
            return super()._source_message(kind, quantity, origin, day)
        return self._say(
            _lt(
                "%(quantity)s to be made, there on %(date)s",
                quantity=quantity,
                date=day,
            )
        )

    def _reasons(self, checked, line, confirmation, *args):
        """Whoever makes it has to know if not the usual bill is meant."""
        yield from super()._reasons(checked, line, confirmation, *args)
        bill_ids = {
            source.origin[1]: None
            for piece in confirmation.pieces
            for source in piece.sources
            if source.kind == "manufacture" and source.origin
        }
        # sudo: which bill is the usual one; names are shown by the caller's rights
        Bill = self.env["mrp.bom"].sudo()
        product = checked.product.sudo()
        for bill in Bill.browse(bill_ids):
            if bill.product_tmpl_id != product.product_tmpl_id:
                continue  # a part of a kit
            company = checked.warehouse.company_id
            usual = Bill._bom_find(product, company_id=company.id, bom_type="normal")
            if bill != usual[product]:
                yield self._reason("other_bill", *self._other_bill(bill.sudo(False)))

    def _other_bill(self, bill):
        """What is said of a bill that is not the usual one, by its name for those who
        may read it, and without."""
        neutral = self._say(
            _lt("made by another bill of materials, which is sooner than the usual one")
        )
        if not bill.has_access("read"):
            return neutral, None
        named = self._say(
            _lt(
                "made by the bill of materials %s, which is sooner than the usual one",
                self._named(bill),
            )
        )
        return named, neutral

    def _shortage_reason(self, checked, shortage):
        code, message = super()._shortage_reason(checked, shortage)
        # sudo: whether it can be made decides the date whoever asks for it
        product = self._same_fetch(checked.product, shortage.product_id).sudo()
        warehouse = checked.warehouse.sudo()
        if shortage.warehouse_id:
            warehouse = warehouse.browse(abs(shortage.warehouse_id))
        rule, __ = self._replenishing_rule(product, warehouse)
        if rule.action != "manufacture" or rule._get_matching_bom(
            product, rule.company_id or warehouse.company_id, {}
        ):
            return code, message
        hint = self._say(
            _lt(
                "%s is to be made, but has no bill of materials: add one to the"
                " product.",
                self._product(product),
            )
        )
        return "no_bill", self._join(" ", (message, hint))
