"""What could be made, by Odoo's own bills of materials and work centres."""

from collections import defaultdict
from math import ceil

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.stock_promise.promising.replenish import Option

#: More lots of a bill's batch size than this are planned as if the rest were one.
MAX_BATCHES = 50


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _rule_option(self, rule, product, warehouse, quantity, days, schedules):
        if rule.action != "manufacture":
            return super()._rule_option(
                rule, product, warehouse, quantity, days, schedules
            )
        company = rule.company_id or warehouse.company_id
        bill = rule._get_matching_bom(product, company, {})
        if not bill:
            return None
        here = schedules[warehouse.id]
        picking_type = bill.picking_type_id or rule.picking_type_id
        place = picking_type.default_location_src_id.warehouse_id or warehouse
        before = self._steps_to_production(product, warehouse)
        after = days + self._steps_to_shelf(
            product, picking_type.default_location_dest_id, warehouse
        )
        exploded, finished = {}, {}

        def explode(needed):
            if needed not in exploded:
                exploded[needed] = tuple(
                    (part.id, place.id, total)
                    for part, total in self._bill_parts(bill, product, needed).items()
                )
            return exploded[needed]

        def ready(start, needed):
            if (start, needed) not in finished:
                begin = here.after(start, before)
                end = begin and self._made(bill, product, needed, begin, here)
                finished[start, needed] = end and here.after(end, after)
            return finished[start, needed]

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
        )

    # -- the bill ----------------------------------------------------------------------

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

    def _bill_parts(self, bill, product, quantity):
        """{component whose stock is kept: quantity in its unit}"""
        totals = defaultdict(float)
        for lot in self._bill_lots(bill, product, quantity):
            lines = bill.explode(
                product, lot / bill.product_qty, picking_type=bill.picking_type_id
            )[1]
            for line, data in lines:
                part = line.product_id
                if part.is_storable and data["qty"] > 0:
                    totals[part] += line.product_uom_id._compute_quantity(
                        data["qty"], part.uom_id, round=False
                    )
        return totals

    def _made(self, bill, product, quantity, start, schedule):
        """When a quantity is finished that is begun at ``start``: after the bill's
        manufacturing lead time, and not before its operations have found room in their
        work centres. None where they never do."""
        end = schedule.after(start, bill.produce_delay)
        if end is None or not bill.operation_ids:
            return end
        # sudo: the load of a work centre decides the date whoever asks for it
        planning = self.env["report.mrp.report_bom_structure"].sudo()
        taken = defaultdict(list)
        for lot in self._bill_lots(bill, product, quantity):
            try:
                slots = planning._simulate_bom_planning(
                    bill, product, start, lot, simulated_leaves_per_workcenter=taken
                )
            except UserError:
                # no room in the next 700 days, or a work centre without hours
                return None
            end = max([end, *(slot["date_finished"] for slot in slots.values())])
        return end

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
        """Components of components, in one query; a bill that needs itself ends it."""
        product_ids = super()._replenishment_closure(product_ids)
        self.env["mrp.bom"].flush_model(["active", "product_id", "product_tmpl_id"])
        self.env["mrp.bom.line"].flush_model(["bom_id", "product_id"])
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
                )
                SELECT product_id FROM closure
                """,
                list(product_ids),
            )
        )
        return {product_id for (product_id,) in rows}

    # -- in words ----------------------------------------------------------------------

    def _source_message(self, kind, quantity, origin, day):
        if kind != "manufacture":
            return super()._source_message(kind, quantity, origin, day)
        return self.env._(
            "%(quantity)s to be made, there on %(date)s", quantity=quantity, date=day
        )

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
        hint = self.env._(
            "%s is to be made, but has no bill of materials: add one to the product.",
            product.display_name,
        )
        return "no_bill", f"{message} {hint}"
