"""What every request has to know and what hardly ever changes, kept in memory: which
locations a warehouse has, its time zone, which rules order goods each time anew.

All of it is dropped, in every worker, when a record changes that it was read from: see
``delivery.promise.fact``.
"""

from odoo import api, models, tools
from odoo.tools import SQL


class DeliveryPromiseFact(models.AbstractModel):
    """Records from which the engine remembers something."""

    _name = "delivery.promise.fact"
    _description = "What Order Promising Remembers"

    #: Fields from which something is remembered; none: whatever is written counts.
    _promise_facts = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._forget_facts()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not self._promise_facts or not self._promise_facts.isdisjoint(vals):
            self._forget_facts()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_facts()
        return result

    def _forget_facts(self):
        """Drop what is remembered, here and, when this transaction is committed, in
        every other worker."""
        self.env.registry.clear_cache()


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    @tools.ormcache("warehouse_id")
    def _places(self, warehouse_id):
        """Locations that are inside a warehouse: below its view, and of a usage in
        which goods are on hand. A transit or loss location below the view is not.

        :return: (depth of the warehouse's view, {location id: whether goods can lie
            there})
        """
        self._flush_places()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT location.id, location.usage, top.parent_path
                  FROM stock_warehouse warehouse
                  JOIN stock_location top ON top.id = warehouse.view_location_id
                  JOIN stock_location location
                    ON starts_with(location.parent_path, top.parent_path)
                 WHERE warehouse.id = %s
                   AND location.usage IN ('internal', 'view')
                """,
                warehouse_id,
            )
        )
        depth = len(rows[0][2]) if rows else 0
        return depth, {id_: usage == "internal" for id_, usage, __ in rows}

    @api.model
    @tools.ormcache()
    def _customer_places(self):
        """Locations of customers: what comes from there is a return."""
        self._flush_places()
        rows = self.env.execute_query(
            SQL("SELECT id FROM stock_location WHERE usage = 'customer'")
        )
        return frozenset(id_ for (id_,) in rows)

    def _flush_places(self):
        self.env["stock.location"].flush_model(["parent_path", "usage"])
        self.env["stock.warehouse"].flush_model(["view_location_id"])


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "delivery.promise.fact"]

    _promise_facts = frozenset({"location_id", "usage", "active"})
