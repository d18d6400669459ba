from collections import defaultdict
from math import floor

from odoo import api, models, tools
from odoo.tools import SQL

from odoo.addons.stock_promise.promising.timeline import Day


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
