"""Lines that the vendor sends straight to the customer."""

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.stock_promise.models.stock_move import OPEN_STATES
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _promising_lines(self, request):
        """Drop-shipped lines are served from past the warehouse (see
        ``purchase_stock_promise``), by the vendor's time alone."""
        lines = super()._promising_lines(request)
        routes, templates, categories = self._drop_ship_facts(request.company.id)
        if (
            not templates
            and not categories
            and not any(
                routes.intersection(checked.route_ids) for checked in request.lines
            )
        ):
            return lines
        products, found, schedules = self._drop_ship_products(lines), {}, None
        result = []
        for line, checked in zip(lines, request.lines, strict=True):
            straight = set()
            for part in line.components:
                product = products[part.product_id]
                if (
                    product.product_tmpl_id.id in templates
                    or product.categ_id.id in categories
                    or checked.route_ids
                ) and self._is_drop_shipped(
                    product, checked.warehouse, checked.route_ids, found
                ):
                    straight.add(part.product_id)
            if straight and straight == {part.product_id for part in line.components}:
                line = self._drop_shipped_line(line)
            elif straight:
                # calendars are read once for all lines
                schedules = schedules or self._schedules(
                    self.env["stock.warehouse"].union(
                        *(each.warehouse for each in request.lines)
                    ),
                    request.company,
                    fields.Datetime.now(),
                )
                line = self._partly_drop_shipped_line(
                    line,
                    checked,
                    {id_: products[id_] for id_ in straight},
                    request.company,
                    schedules,
                )
            result.append(line)
        return result

    def _drop_ship_products(self, lines):
        # sudo: routes decide the date whoever asks for it
        products = self.env["product.product"].sudo()
        products = products.browse(
            {part.product_id for line in lines for part in line.components}
        )
        return {product.id: product for product in products}

    def _drop_shipped_line(self, line):
        return line._replace(
            warehouse_id=-line.warehouse_id,
            # the vendor has it or not, whether or not we would count it
            components=tuple(
                component._replace(tracked=True) for component in line.components
            ),
            lead_days=0.0,
            transit_days=0.0,
            carrier=None,
        )

    def _partly_drop_shipped_line(self, line, checked, straight, company, schedules):
        """A kit of which the vendor sends some parts: they take nothing of ours, and
        the kit is complete when they are there, too.

        :param straight: {id: product} of what the vendor sends; what is read of one
            is read of the other lines' products, too
        :param schedules: {warehouse id: Schedule}
        """
        warehouse = checked.warehouse.sudo()  # sudo: as in _drop_ship_products
        start = schedules[-warehouse.id].start
        coming = dict(checked.coming)
        components, moments = [], []
        for part in line.components:
            if part.product_id in straight:
                needed = part.ratio * line.quantity
                moment = coming.get(part.product_id)
                if not moment:
                    option = self._purchase_option(
                        straight[part.product_id],
                        warehouse,
                        needed,
                        company.sudo(),  # sudo: as in _drop_ship_products
                        schedules,
                    )
                    moment = option and option.ready(start, needed)
                if not moment:
                    # Nobody sells it: it is what the line has no date for.
                    return self._drop_shipped_line(line._replace(components=(part,)))
                moments.append(moment)
            components.append(
                part._replace(tracked=part.tracked and part.product_id not in straight)
            )
        return line._replace(
            components=tuple(components),
            beside=max(moments) if moments else None,
        )

    @api.model
    @tools.ormcache("company_id")
    def _drop_ship_facts(self, company_id):
        """(routes that drop-ship, product templates on them, categories on them):
        mostly nothing, which every request has to know."""
        # sudo: as in _drop_ship_products
        rules = (
            self.env["stock.rule"]
            .sudo()
            .search(
                [
                    ("action", "=", "buy"),
                    ("location_dest_id.usage", "=", "customer"),
                    ("company_id", "in", (False, company_id)),
                    ("route_id.active", "=", True),
                ]
            )
        )
        on_routes = [("route_ids", "in", rules.route_id.ids)]
        templates = self.env["product.template"].sudo().with_context(active_test=False)
        categories = self.env["product.category"].sudo().search(on_routes)
        return (
            frozenset(rules.route_id.ids),
            frozenset(templates.search(on_routes).ids),
            frozenset(categories.search([("id", "child_of", categories.ids)]).ids),
        )

    def _is_drop_shipped(self, part, warehouse, own, found):
        """Whether Odoo would buy a part of a line for the customer.

        :param own: ids of the routes of the order line
        :param found: {routes: whether they drop-ship}, filled as lines are looked at
        """
        warehouse = warehouse.sudo()  # sudo: as in _drop_ship_products
        key = own, self._possible_routes(part, warehouse)
        if key not in found:
            found[key] = self._drop_ships(part, warehouse, own)
        return found[key]

    def _drop_ships(self, product, warehouse, own=None):
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _drop_ship_products
        rule = Rule._get_rule(
            product,
            self._need_location(product, False),
            {
                "warehouse_id": warehouse,
                "company_id": warehouse.company_id,
                "route_ids": self.env["stock.route"].sudo().browse(own or ()),
            },
        )
        return rule.action == "buy" and rule.location_dest_id.usage == "customer"

    # -- what is on its way already ----------------------------------------------------

    @api.model
    def _supply_queries(self, scope):
        """For an order that asks again: what its own vendor is about to deliver, when
        it was said last."""
        queries = super()._supply_queries(scope)
        if not scope.ignore_moves or min(scope.warehouse_ids) > 0:
            return queries
        self.env["stock.move"].flush_model(["promise_line_id"])
        join, tz = self._clock(scope)
        return [
            *queries,
            SQL(
                """
                SELECT 'supply', move.product_id, -line.warehouse_id, NULL::int,
                       %(tz)s AS tz, %(day)s AS day, MAX(move.date),
                       SUM(move.product_qty)::float8, false
                  FROM stock_move move
                  JOIN delivery_promise_line line ON line.id = move.promise_line_id
                  JOIN stock_location source ON source.id = move.location_id
                   AND source.usage = 'supplier'
                       %(join)s
                 WHERE move.id = ANY(%(moves)s) AND move.product_id = ANY(%(products)s)
                   AND move.state IN %(states)s
                 GROUP BY move.product_id, line.warehouse_id, tz, day
                """,
                tz=tz,
                day=self._day(SQL("move.date"), scope),
                join=join,
                moves=scope.ignore_moves,
                products=scope.product_ids,
                states=OPEN_STATES,
            ),
        ]

    @api.model
    def _planner(self, request, lines, loaded, schedules):
        """What a vendor is about to deliver is not bought once more, however late it
        is: only what its own purchase order does not cover."""
        planner = super()._planner(request, lines, loaded, schedules)
        if planner and loaded.scope.ignore_moves:
            wanted = self._wanted_keys(lines)
            for key, option in planner.options.items():
                if key[1] < 0:
                    left = wanted[key] - loaded.timelines[key].final()
                    planner.options[key] = self._up_to(left, option)
        return planner

    def _up_to(self, limit, option):
        """An option that replenishes no more than a quantity."""

        def ready(start, quantity):
            if quantity > limit + 1e-6:
                return None
            return option.ready(start, quantity)

        return option._replace(ready=ready)

    # -- in words ----------------------------------------------------------------------

    def _reasons(self, checked, line, confirmation, schedule, quoted, origins, wished):
        yield from super()._reasons(
            checked, line, confirmation, schedule, quoted, origins, wished
        )
        if line.warehouse_id < 0 and confirmation.pieces:
            yield (
                "drop_ship",
                self._say(_lt("delivered by the vendor, straight to the customer")),
            )
        elif line.beside and confirmation.pieces:
            yield (
                "drop_ship",
                self._say(
                    _lt(
                        "a part is delivered by its vendor, straight to the customer,"
                        " on %s",
                        self._calendar_day(schedule.day(line.beside)),
                    )
                ),
            )

    def _shortage_reason(self, checked, shortage):
        if shortage.warehouse_id or not self._lacks_vendor(checked, shortage):
            return super()._shortage_reason(checked, shortage)
        product = self._same_fetch(checked.product, shortage.product_id)
        company = checked.warehouse.sudo().company_id  # sudo: as in _browse_keys
        today = fields.Date.context_today(self)
        if self._unknown_seller(product.sudo(), today, company):
            return "no_vendor", self._no_seller_message(product, today, company)
        return (
            "no_vendor",
            self._say(
                _lt(
                    "%s is to be delivered by its vendor, straight to the customer, but"
                    " has no vendor in force: add one to the product.",
                    self._product(product),
                )
            ),
        )

    def _lacks_vendor(self, checked, shortage):
        warehouse = checked.warehouse.sudo()  # sudo: as in _drop_ship_products
        __, templates, categories = self._drop_ship_facts(warehouse.company_id.id)
        if not templates and not categories:
            return False
        product = self._same_fetch(checked.product, shortage.product_id).sudo()
        return (
            product.product_tmpl_id.id in templates or product.categ_id.id in categories
        ) and self._drop_ships(product, warehouse)
