"""What could be bought, made or brought from another warehouse, along Odoo's own
routes. Bridges know how to buy and to make; bringing needs nothing but stock."""

from odoo import api, fields, models

from ..promising.replenish import Option, Planner

#: More levels than any bill of materials has; a longer chain is a mistake in it.
MAX_LEVELS = 30


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
        short = self._short_keys(lines, loaded)
        options = {}
        for __ in range(MAX_LEVELS):
            if not short:
                break
            found = self._replenishment_options(
                self._browse_keys(short), request.company, schedules
            )
            options |= found
            short = self._component_keys(short, found, options)
            self._load_components(short, loaded, schedules, request.company)
            short = {
                key: quantity
                for key, quantity in short.items()
                if loaded.timelines[key].available(loaded.timelines[key].today)
                < quantity
            }
        return Planner(loaded.timelines, schedules, options) if options else None

    def _short_keys(self, lines, loaded):
        """{(product, warehouse): quantity} wanted in all and not available today."""
        wanted = {}
        for line in lines:
            for component in line.components:
                if component.tracked:
                    key = component.product_id, line.warehouse_id
                    quantity = line.quantity * component.ratio
                    wanted[key] = wanted.get(key, 0.0) + quantity
        return {
            key: quantity
            for key, quantity in wanted.items()
            if loaded.timelines[key].available(loaded.timelines[key].today) < quantity
        }

    def _component_keys(self, short, found, options):
        """{key: quantity} of the next level."""
        level = {}
        for key, option in found.items():
            for product_id, warehouse_id, ratio in option.components:
                component = product_id, warehouse_id
                if component not in options:
                    quantity = short[key] * ratio
                    level[component] = level.get(component, 0.0) + quantity
        return level

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

    def _replenishing_rule(self, product, warehouse):
        """(the rule that brings goods from outside the warehouse, days of the steps
        from there to the shelf), as Odoo resolves routes."""
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _browse_keys
        location, days, of = warehouse.lot_stock_id, 0.0, warehouse
        for __ in range(MAX_LEVELS):
            rule = Rule._get_rule(product, location, {"warehouse_id": of})
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
