"""What is being made is late where its components are."""

from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.delivery_promise_risk import Need
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES

#: as many levels of manufacturing orders are followed
MAX_LEVELS = 5


class Waiting(NamedTuple):
    """A component that a manufacturing order waits for."""

    #: the move of what is made
    move_id: int
    product_id: int
    finished: datetime
    quantity: float
    #: the move of the component
    raw_id: int
    component_id: int
    date: datetime
    needed: float


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _resting_on(self, product_ids):
        """What is being made of these products, on all levels."""
        product_ids = super()._resting_on(product_ids)
        self.env["stock.move"].flush_model(
            ["product_id", "state", "production_id", "raw_material_production_id"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE made (product_id) AS (
                    SELECT unnest(%(products)s::int[])
                     UNION
                    SELECT finished.product_id
                      FROM made
                      JOIN stock_move raw ON raw.product_id = made.product_id
                       AND raw.state IN %(states)s
                       AND raw.raw_material_production_id IS NOT NULL
                      JOIN stock_move finished
                        ON finished.production_id = raw.raw_material_production_id
                       AND finished.state IN %(states)s
                )
                SELECT product_id FROM made
                """,
                products=list(product_ids),
                states=OPEN_STATES,
            )
        )
        return sorted(product_id for (product_id,) in rows)

    @api.model
    def _late_supplies(self, keys, schedules, level=0):
        """What is made of components that come later than it is to be begun is there as
        much later. Components of which nothing is known to come may still be ordered:
        they say nothing."""
        late = super()._late_supplies(keys, schedules)
        (warehouse_id,) = {warehouse_id for __, warehouse_id in keys}
        waiting = self._waiting_components(keys)
        if not waiting or level > MAX_LEVELS:
            return late
        engine = self.env["delivery.promise.engine"]
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        schedule, needs = schedules[warehouse_id], {}
        for row in waiting:
            day = schedule.day(row.date)
            key = row.component_id, warehouse_id
            needs.setdefault(key, {})[row.raw_id] = Need(
                0, row.raw_id, day, day, row.needed
            )
        loaded = engine._load(set(needs), schedules, warehouse.company_id)
        deeper = self._late_supplies(set(needs), schedules, level + 1)
        there = {}
        for key, own in needs.items():
            pegs = self._peg_needs(
                loaded.timelines[key],
                loaded.pairs[key],
                list(own.values()),
                (),
                warehouse.company_id,
                {},
                deeper.get(key, {}),
            )
            for raw_id, need in own.items():
                day = pegs[raw_id].day
                if day is not None:
                    there[raw_id] = day - max(need.day, schedule.today)
        for row in waiting:
            delay = there.get(row.raw_id, 0)
            if delay <= 0:
                continue
            key, day = (row.product_id, warehouse_id), schedule.day(row.finished)
            known = late.setdefault(key, {}).get(row.move_id)
            later = max(day, schedule.today) + delay
            if not known or known[2] < later:
                late[key][row.move_id] = day, row.quantity, later
        return late

    @api.model
    def _waiting_components(self, keys):
        """Rows of components that open manufacturing orders of these products wait
        for."""
        Move = self.env["stock.move"]
        Move.flush_model(["state", "date", "product_qty", "location_id", "product_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT finished.id, finished.product_id, finished.date,
                       finished.product_qty::float8, raw.id, raw.product_id, raw.date,
                       raw.product_qty::float8
                  FROM stock_move finished
                  JOIN stock_location final ON final.id
                       = COALESCE(finished.location_final_id, finished.location_dest_id)
                  JOIN stock_move raw
                    ON raw.raw_material_production_id = finished.production_id
                   AND raw.state IN ('waiting', 'confirmed', 'partially_available')
                  JOIN stock_location source ON source.id = raw.location_id
                   AND source.warehouse_id = final.warehouse_id
                  JOIN product_product product ON product.id = raw.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.is_storable
                 WHERE finished.product_id = ANY(%(products)s)
                   AND finished.production_id IS NOT NULL
                   AND finished.state IN %(states)s
                   AND final.warehouse_id = ANY(%(warehouses)s)
                """,
                products=list({product_id for product_id, __ in keys}),
                warehouses=list({warehouse_id for __, warehouse_id in keys}),
                states=OPEN_STATES,
            )
        )
        return [Waiting(*row) for row in rows]


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _products_of_causes(self):
        """What is being made rests on its components, too."""
        products = super()._products_of_causes()
        every = self.env["product.product"].union(*products.values())
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE made (product_id, part_id) AS (
                    SELECT id, id FROM unnest(%(products)s::int[]) AS product (id)
                     UNION
                    SELECT made.product_id, raw.product_id
                      FROM made
                      JOIN stock_move finished ON finished.product_id = made.part_id
                       AND finished.production_id IS NOT NULL
                       AND finished.state IN %(states)s
                      JOIN stock_move raw
                        ON raw.raw_material_production_id = finished.production_id
                       AND raw.state IN %(states)s
                )
                SELECT product_id, part_id FROM made
                """,
                products=every.ids,
                states=OPEN_STATES,
            )
        )
        parts = {}
        for product_id, part_id in rows:
            parts.setdefault(product_id, set()).add(part_id)
        return {
            line: own.union(
                *(own.browse(parts.get(product_id, ())) for product_id in own.ids)
            )
            for line, own in products.items()
        }
