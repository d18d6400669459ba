"""What could be bought, made or brought from another warehouse, along Odoo's own
routes. Bridges know how to buy and to make; bringing needs nothing but stock."""

from contextlib import contextmanager

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..promising.replenish import Option, Planner

#: More levels than any bill of materials has; a longer chain is a mistake in it.
MAX_LEVELS = 30
#: where the receipts that one request has found are kept
ORIGINS = "delivery_promise_origins"


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _planner(self, request, lines, loaded, schedules):
        """A planner for what a request finds short, or None where nothing is.

        What replenishments are made from is loaded level by level, one statement for
        each, into the timelines of ``loaded``.

        :param loaded: ``Loaded``; gets the components' timelines
        :param schedules: {warehouse id: Schedule}; gets those of source warehouses
        """
        wanted = self._wanted_keys(lines)
        to_order = self._to_order_keys(wanted, request.company)
        options, level = {}, dict(wanted)
        for __ in range(MAX_LEVELS):
            short = {
                key: wanted[key]
                for key in level
                if key in to_order or self._is_short(key, wanted[key], loaded)
            }
            if not short:
                break
            found = self._replenishment_options(
                self._browse_keys(
                    {key: short[key] for key in short if key not in options}
                ),
                request.company,
                schedules,
            )
            # What is known of a component by now is enough to plan it; only what
            # this level adds is passed on.
            level = self._component_keys(
                {
                    key: level[key] if key in options else quantity
                    for key, quantity in short.items()
                },
                options | found,
            )
            options |= found
            self._check_cycles(options)
            new = {key for key in level if key not in wanted}
            to_order |= self._to_order_keys(new, request.company, options)
            for key, quantity in level.items():
                wanted[key] = wanted.get(key, 0.0) + quantity
            self._load_components(level, loaded, schedules, request.company)
        if not options and not to_order:
            return None
        coming = self._coming(to_order, loaded, schedules)
        return Planner(loaded.timelines, schedules, options, to_order, coming)

    def _wanted_keys(self, lines):
        """{(product, warehouse): quantity} of all lines together."""
        wanted = {}
        for line in lines:
            for component in line.components:
                if component.tracked:
                    key = component.product_id, line.warehouse_id
                    quantity = line.quantity * component.ratio
                    wanted[key] = wanted.get(key, 0.0) + quantity
        return wanted

    def _is_short(self, key, quantity, loaded):
        timeline = loaded.timelines[key]
        return timeline.available(timeline.today) < quantity - timeline.epsilon

    def _component_keys(self, short, options):
        """{key: quantity} of the next level."""
        level = {}
        for key, quantity in short.items():
            if key in options:
                for option in (options[key], *options[key].others):
                    for product_id, warehouse_id, needed in option.needs(quantity):
                        component = product_id, warehouse_id
                        level[component] = level.get(component, 0.0) + needed
        return level

    def _check_cycles(self, options):
        """Refuse goods that are made out of themselves, however far down."""
        parts = {}
        for (product_id, __), option in options.items():
            if option.kind != "transfer":
                parts.setdefault(product_id, set()).update(
                    component[0] for component in option.components
                )
        clear = set()
        for product_id in parts:
            self._check_cycle(product_id, parts, [], clear)

    def _check_cycle(self, product_id, parts, path, clear):
        if product_id in path:
            # sudo: the names of the products are all that is told
            products = self.env["product.product"].sudo()
            circle = [*path[path.index(product_id) :], product_id]
            raise UserError(
                self.env._(
                    "The bills of materials need each other in a circle, so nothing"
                    " of it can ever be made: %s. Correct one of these bills.",
                    " → ".join(
                        product.display_name for product in products.browse(circle)
                    ),
                )
            )
        if product_id not in clear:
            for part in parts.get(product_id, ()):
                self._check_cycle(part, parts, [*path, product_id], clear)
            clear.add(product_id)

    def _load_components(self, wanted, loaded, schedules, company):
        missing = set(wanted) - set(loaded.timelines)
        if not missing:
            return
        warehouses = self.env["stock.warehouse"].browse({key[1] for key in missing})
        new = warehouses.filtered(lambda warehouse: warehouse.id not in schedules)
        schedules |= self._schedules(new, company, fields.Datetime.now())
        more = self._load(
            missing,
            {id_: schedules[id_] for id_ in warehouses.ids},
            company,
            ignore_promises=loaded.scope.ignore_promises,
            ignore_moves=loaded.scope.ignore_moves,
            allocation=loaded.scope.allocation,
        )
        loaded.timelines.update(more.timelines)

    def _browse_keys(self, keys):
        # sudo: routes, vendors and bills decide the date whoever asks for it
        Product = self.env["product.product"].sudo()
        Warehouse = self.env["stock.warehouse"].sudo()
        products = Product.browse({key[0] for key in keys})
        warehouses = Warehouse.browse({key[1] for key in keys})
        return {
            (product.with_prefetch(products.ids), warehouse): keys[
                product.id, warehouse.id
            ]
            for product in products
            for warehouse in warehouses
            if (product.id, warehouse.id) in keys
        }

    # -- hooks for bridges ------------------------------------------------------------

    def _replenishment_options(self, wanted, company, schedules):
        """How products can be replenished, each by the rule that Odoo itself would
        follow.

        :param wanted: {(product, warehouse): quantity}, records in superuser mode
        :param schedules: {warehouse id: Schedule}
        :return: {(product id, warehouse id): Option}
        """
        options = {}
        for (product, warehouse), quantity in wanted.items():
            rule, days = self._replenishing_rule(product, warehouse)
            if rule:
                option = self._rule_option(
                    rule, product, warehouse, quantity, days, schedules
                )
                if option:
                    options[product.id, warehouse.id] = option
        return options

    def _rule_option(self, rule, product, warehouse, quantity, days, schedules):
        """The option that a rule stands for, or None.

        :param quantity: the most that would be replenished
        :param days: days between the end of the rule's own work and the shelf
        """
        source = rule.location_src_id.warehouse_id
        if rule.action not in ("pull", "pull_push") or not source:
            return None
        here = schedules[warehouse.id]

        def ready(start, __):
            return here.after(start, days)

        return Option(
            "transfer",
            ready,
            ((product.id, source.id, 1.0),),
            ("stock.warehouse", source.id),
        )

    # -- rules -------------------------------------------------------------------------

    def _to_order_keys(self, keys, company, options=None):
        """Those (product, warehouse) whose goods are never taken from stock, but come
        through a chain of their own each time (make to order).

        :param options: given for components, which go into production instead of to
            the customer
        """
        if not keys:
            return set()
        # sudo: as in _browse_keys
        Rule = self.env["stock.rule"].sudo()
        warehouses = self.env["stock.warehouse"].sudo().browse({key[1] for key in keys})
        rules = Rule.browse(self._to_order_rule_ids(tuple(warehouses._ids)))
        if not rules:
            return set()
        routes, found = rules.route_id, set()
        for product, warehouse in self._browse_keys(dict.fromkeys(keys)):
            if not routes & (
                product.route_ids
                | product.categ_id.total_route_ids
                | warehouse.route_ids
            ):
                continue
            location = self._need_location(product, options is not None)
            values = {"warehouse_id": warehouse, "company_id": company}
            for __ in range(MAX_LEVELS):
                rule = Rule._get_rule(product, location, values)
                if rule in rules:
                    found.add((product.id, warehouse.id))
                    break
                if rule.procure_method != "make_to_order":
                    break
                # one of several steps inside the warehouse
                location = rule.location_src_id
        return found

    @api.model
    @tools.ormcache("warehouse_ids")
    def _to_order_rule_ids(self, warehouse_ids):
        """Rules of active routes that take goods out of these warehouses' stock, to
        order. Mostly there are none, which every request has to find out."""
        for model, names in {
            "stock.rule": [
                "active",
                "action",
                "procure_method",
                "route_id",
                "location_src_id",
            ],
            "stock.route": ["active"],
            "stock.warehouse": ["lot_stock_id"],
            "stock.location": ["parent_path"],
        }.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT rule.id
                  FROM stock_rule rule
                  JOIN stock_route route ON route.id = rule.route_id
                  JOIN stock_location source ON source.id = rule.location_src_id
                  JOIN stock_warehouse warehouse ON warehouse.id = ANY(%s)
                  JOIN stock_location shelf ON shelf.id = warehouse.lot_stock_id
                 WHERE rule.active AND route.active
                   AND rule.procure_method = 'make_to_order'
                   AND rule.action IN ('pull', 'pull_push')
                   AND starts_with(source.parent_path, shelf.parent_path)
                """,
                list(warehouse_ids),
            )
        )
        return tuple(row[0] for row in rows)

    def _need_location(self, product, is_component):
        """Where the goods are wanted: with the customer, or as parts in production."""
        if is_component:
            return product.property_stock_production
        return self.env.ref("stock.stock_location_customers").sudo()

    def _possible_routes(self, product, warehouse):
        """Ids of all routes that Odoo's choice of a rule depends on: most products
        share them, and the choice takes a query for each step."""
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _browse_keys
        self._prime_routes(warehouse)
        warehouses = warehouse | warehouse.resupply_wh_ids
        return (
            product.product_tmpl_id.route_ids._ids,
            product.product_tmpl_id.categ_id.total_route_ids._ids,
            tuple(
                route.id
                for route in warehouses.route_ids
                if Rule._filter_warehouse_routes(product, warehouses, route)
            ),
        )

    def _replenishing_rule(self, product, warehouse):
        """(the rule that brings goods from outside the warehouse, days of the steps
        from there to the shelf), as Odoo resolves routes."""
        routes = self._possible_routes(product, warehouse)
        rule_id, days = self._rule_of_routes(product, warehouse, routes)
        return self.env["stock.rule"].sudo().browse(rule_id), days

    @api.model
    @tools.ormcache("warehouse.id", "routes")
    def _rule_of_routes(self, product, warehouse, routes):
        rule, days = self._find_replenishing_rule(product, warehouse)
        return rule.id, days

    @contextmanager
    def _remember_rules(self):
        """Within this block each receipt is looked for once."""
        cache = self.env.cr.cache
        cache[ORIGINS] = {}
        try:
            yield
        finally:
            cache.pop(ORIGINS, None)

    def _find_replenishing_rule(self, product, warehouse):
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _browse_keys
        location, days, of = warehouse.lot_stock_id, 0.0, warehouse
        for __ in range(MAX_LEVELS):
            rule = Rule._get_rule(
                product, location, {"warehouse_id": of, "company_id": of.company_id}
            )
            if not rule:
                return Rule, 0.0
            if rule.action not in ("pull", "pull_push"):
                return rule, days
            days += rule.delay
            source = rule.location_src_id
            if source.warehouse_id and source.warehouse_id != warehouse:
                return rule, days
            if rule.procure_method == "make_to_stock":
                return Rule, 0.0
            location = source
            if not source.warehouse_id:
                # between two warehouses it is the other one's turn
                of = rule.route_id.supplier_wh_id or of
        return Rule, 0.0

    def _steps_to_shelf(self, product, location, warehouse):
        """Days from where goods come in, or are finished, to the shelf."""
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _browse_keys
        shelf, days = warehouse.lot_stock_id, 0.0
        values = {"warehouse_id": warehouse, "company_id": warehouse.company_id}
        for __ in range(MAX_LEVELS):
            if not location or location._child_of(shelf):
                break
            rule = Rule._get_push_rule(product, location, values)
            if not rule:
                break
            days += rule.delay
            location = rule.location_dest_id
        return days
