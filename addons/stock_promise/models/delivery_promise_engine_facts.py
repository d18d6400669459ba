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
        if records._remembered():
            self._forget_facts()
        return records

    def write(self, vals):
        matters = not self._promise_facts or not self._promise_facts.isdisjoint(vals)
        before = matters and self._remembered()
        result = super().write(vals)
        if matters and (before or self._remembered()):
            self._forget_facts()
        return result

    def unlink(self):
        remembered = self._remembered()
        result = super().unlink()
        if remembered:
            self._forget_facts()
        return result

    def _remembered(self):
        """Those of these records that the engine could remember."""
        return self

    def _forget_facts(self):
        """Drop what is remembered, here and, when this transaction is committed, in
        every other worker."""
        self.env.registry.clear_cache()


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    # -- settings ------------------------------------------------------------------

    def _prime_company(self, company):
        """Put a company's settings into this transaction's record cache, from memory:
        the record has very many fields, and each request needs a few of them."""
        for name, value in self._company_values(company.id).items():
            company._fields[name]._insert_cache(company, [value])

    @api.model
    @tools.ormcache("company_id")
    def _company_values(self, company_id):
        # sudo: company settings decide what counts, whoever asks
        company = self.env["res.company"].sudo().browse(company_id)
        return {
            name: company._fields[name].convert_to_cache(company[name], company)
            for name in self._company_facts()
        }

    @api.model
    def _company_facts(self):
        """Fields of companies that a computation reads: all of its own, and what it
        needs of Odoo's."""
        names = {"name", "parent_path", "partner_id"}
        for name, field in self.env["res.company"]._fields.items():
            if name.startswith("promise_") and field.store and field.column_type:
                names.add(name)
        return names

    def _prime_units(self, units):
        """The same for units of measure."""
        for unit in units:
            for name, value in self._unit_values(unit.id, self.env.lang).items():
                unit._fields[name]._insert_cache(unit, [value])

    @api.model
    @tools.ormcache("unit_id", "lang")
    def _unit_values(self, unit_id, lang):
        # sudo: a unit's name and factor are no secret
        unit = self.env["uom.uom"].sudo().with_context(lang=lang).browse(unit_id)
        unit.fetch(["name", "factor", "parent_path"])
        return {name: unit[name] for name in ("name", "factor", "parent_path")}

    # -- warehouses ----------------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _default_warehouse_id(self, company_id):
        # sudo: which warehouse is a company's first is no secret of the warehouse
        warehouses = self.env["stock.warehouse"].sudo()
        return warehouses.search([("company_id", "=", company_id)], limit=1).id

    @api.model
    @tools.ormcache("warehouse_id")
    def _zone_name(self, warehouse_id):
        """The time zone in which a warehouse's days begin and end."""
        # sudo: the zone counts for everybody who may ask for a date
        warehouse = self.env["stock.warehouse"].sudo().browse(warehouse_id)
        return (
            warehouse.promise_calendar_id.tz
            or warehouse.partner_id.tz
            or warehouse.company_id.partner_id.tz
            or "UTC"
        )

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


class ResCompany(models.Model):
    _inherit = "res.company"

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | (
            self.env["delivery.promise.engine"]._company_facts()
        )


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "delivery.promise.fact"]


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "delivery.promise.fact"]

    _promise_facts = frozenset({"location_id", "usage", "active"})


class StockRoute(models.Model):
    _name = "stock.route"
    _inherit = ["stock.route", "delivery.promise.fact"]


class StockRule(models.Model):
    _name = "stock.rule"
    _inherit = ["stock.rule", "delivery.promise.fact"]


class UomUom(models.Model):
    _name = "uom.uom"
    _inherit = ["uom.uom", "delivery.promise.fact"]


class ResourceCalendar(models.Model):
    _name = "resource.calendar"
    _inherit = ["resource.calendar", "delivery.promise.fact"]

    _promise_facts = frozenset({"tz"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals and self._is_warehouse_address():
            self.env["delivery.promise.fact"]._forget_facts()
        return result

    def _is_warehouse_address(self):
        """Whether a warehouse's days could depend on the zone of one of these."""
        # sudo: whoever may write the address may not see the warehouse
        return bool(
            self.env["res.company"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("partner_id", "in", self.ids)], limit=1)
            or self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("partner_id", "in", self.ids)], limit=1)
        )
