from collections import defaultdict
from functools import partial
from math import ceil, floor

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.stock_promise.promising.replenish import Option
from odoo.addons.stock_promise.promising.timeline import Day
from odoo.addons.stock_promise.promising.values import Hours
from odoo.addons.stock_promise.promising.words import Terms

from .delivery_promise import CLAIM
from .work_load import WorkLoad, serve

_lt = Terms(__name__)
#: More lots of a bill's batch size than this are planned as if the rest were one.
MAX_BATCHES = 50
#: As many other bills of a product are tried.
MAX_BILLS = 3
#: where the hours are kept that one request takes of work centres
LOAD = "delivery_promise_work_load"


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _explode(self, wanted, company):
        exploded = super()._explode(wanted, company)
        templates = self._kit_templates()
        products = self.env["product.product"].union(
            *(pair[0] for pair in wanted if pair[0].product_tmpl_id.id in templates)
        )
        if not products:
            return exploded
        # sudo: a kit consists of the same parts whoever sells it
        kits = (
            self.env["mrp.bom"]
            .sudo()
            ._bom_find(products, company_id=company.id, bom_type="phantom")
        )
        for each in wanted:
            product = each[0]
            if kits.get(product):
                parts = self._kit_parts(kits[product], *each)
                if parts:
                    exploded[each] = parts
        return exploded

    @api.model
    @tools.ormcache()
    def _kit_templates(self):
        """Templates of which some variant may be a kit, in some company."""
        self.env["mrp.bom"].flush_model(["active", "type", "product_tmpl_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT product_tmpl_id FROM mrp_bom"
                " WHERE type = 'phantom' AND active"
            )
        )
        return frozenset(id_ for (id_,) in rows)

    @api.model
    def _kit_parts(self, kit, product, quantity, option_ids=()):
        """((component, quantity for one kit), …): what Odoo's own explosion takes for
        the whole quantity, which it rounds up to whole units of each component.

        :param option_ids: chosen values of attributes that create no variant
        """
        # sudo: as in _explode
        options = self.env["product.template.attribute.value"].sudo()
        times = product.uom_id._compute_quantity(
            quantity / kit.product_qty, kit.product_uom_id, round=False
        )
        totals = defaultdict(float)
        exploded = kit.explode(
            product, times, never_attribute_values=options.browse(option_ids)
        )
        for bom_line, data in exploded[1]:
            component = bom_line.product_id
            if component.type == "consu" and data["qty"]:
                totals[component] += bom_line.product_uom_id._compute_quantity(
                    data["qty"], component.uom_id, round=False
                )
        return tuple(
            (component.with_env(self.env), total / quantity)
            for component, total in totals.items()
        )

    @api.model
    def _profile(self, products, warehouse, first, last):
        """A kit has as much as its scarcest component allows."""
        exploded = self._explode(
            {(product, 1.0) for product in products}, warehouse.company_id
        )
        wanted = []
        for product in products:
            parts = exploded.get((product, 1.0))
            wanted += [part for part, __ in parts] if parts else [product]
        profile = super()._profile(list(dict.fromkeys(wanted)), warehouse, first, last)
        result = {}
        for product in products:
            parts = exploded.get((product, 1.0))
            tracked = [pair for pair in parts or () if pair[0].is_storable]
            if tracked:
                result[product.id] = self._kit_days(tracked, profile)
            elif product.id in profile:
                result[product.id] = profile[product.id]
            else:
                result[product.id] = [
                    Day(day.day, 0.0, 0.0, 0.0, 0.0) for day in profile[parts[0][0].id]
                ]
        return result

    def _kit_days(self, parts, profile):
        def whole(days, name):
            return float(
                min(
                    floor(getattr(day, name) / ratio + 1e-9)
                    for day, (__, ratio) in zip(days, parts, strict=True)
                )
            )

        return [
            # what arrives and leaves is that of the parts, each on its own profile
            Day(
                days[0].day,
                0.0,
                0.0,
                whole(days, "projected"),
                whole(days, "available"),
            )
            for days in zip(*(profile[part.id] for part, __ in parts), strict=True)
        ]

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

    @api.model
    @tools.ormcache()
    def _has_work_centres(self):
        self.env["mrp.workcenter"].flush_model()
        return bool(self.env.execute_query(SQL("SELECT 1 FROM mrp_workcenter LIMIT 1")))

    @api.model
    def _promised_hours(self, centres, ignore_promises=()):
        """Hours that count as taken because they are promised, in one statement; a
        second one where orders wait for their production to be planned.

        :param centres: list of work centres
        :param ignore_promises: ids of promises whose own hours do not count
        :return: {work centre: [(start, end)]}
        """
        # sudo: what is promised is taken, whoever asks
        Claim = self.env[CLAIM].sudo()
        Claim._flush_live()
        # What is being made for a promise needs its hours, whatever else it gets.
        stays = ignore_promises and (
            Claim.search([("promise_id", "in", list(ignore_promises))])
            ._with_production()
            .ids
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hours.workcenter_id, hours.date_from, hours.date_to, hours.since,
                       hours.line_id, hours.making, hours.product_id, hours.warehouse_id
                  FROM delivery_promise_workcenter_claim hours
                  JOIN delivery_promise promise ON promise.id = hours.promise_id
                  JOIN delivery_promise_line line ON line.id = hours.line_id
                 WHERE hours.workcenter_id = ANY(%(centres)s)
                   AND hours.date_to > %(now)s
                   AND (hours.promise_id <> ALL(%(ignored)s)
                        OR hours.id = ANY(%(stays)s))
                   AND %(live)s
                """,
                centres=[centre.id for centre in centres],
                now=fields.Datetime.now(),
                ignored=list(ignore_promises),
                stays=stays or [],
                live=Claim._live_condition(),
            )
        )
        ordered = {row[6:] for row in rows if row[3]}
        waiting = ordered and self._waiting_makings(ordered)
        found, by_id = {}, {centre.id: centre for centre in centres}
        for centre_id, start, end, since, *name, __, __ in rows:
            if not since or tuple(name) in waiting:
                found.setdefault(by_id[centre_id], []).append((start, end))
        return found

    def _waiting_makings(self, keys):
        """What was ordered and has to be made, and no planned production stands for.

        :param keys: {(product id, warehouse id)}
        :return: {(line id, number)}
        """
        self._flush_productions()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hours.product_id, hours.warehouse_id, hours.since,
                       hours.line_id, hours.making, hours.quantity
                  FROM delivery_promise_workcenter_claim hours
                  JOIN delivery_promise promise ON promise.id = hours.promise_id
                  JOIN delivery_promise_line line ON line.id = hours.line_id
                 WHERE hours.product_id = ANY(%(products)s) AND hours.since IS NOT NULL
                   AND promise.state = 'confirmed' AND %(open)s
                 UNION
                SELECT production.product_id, place.warehouse_id,
                       production.create_date, NULL, production.id,
                       production.product_uom_qty
                  FROM mrp_production production
                  JOIN stock_location place ON place.id = production.location_dest_id
                 WHERE production.product_id = ANY(%(products)s)
                   AND production.state NOT IN ('draft', 'done', 'cancel')
                   AND NOT EXISTS (
                       SELECT FROM mrp_workorder work
                        WHERE work.production_id = production.id
                          AND work.state NOT IN ('done', 'cancel')
                          AND work.leave_id IS NULL)
                """,
                products=list({product_id for product_id, __ in keys}),
                open=self.env[CLAIM]._ordered_condition(),
            )
        )
        waiting = set()
        for key in keys:
            makings, planned = [], []
            for product_id, warehouse_id, since, line_id, number, quantity in rows:
                if (product_id, warehouse_id) != key:
                    continue
                if line_id:
                    makings.append((since, (line_id, number), quantity))
                else:
                    planned.append((since, quantity))
            waiting.update(serve(makings, planned))
        return waiting

    def _flush_productions(self):
        self.env["mrp.production"].flush_model(
            ["product_id", "location_dest_id", "state", "product_uom_qty"]
        )
        self.env["mrp.workorder"].flush_model(["production_id", "state", "leave_id"])
        self.env["stock.location"].flush_model(["warehouse_id"])
