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
    # What is remembered of a record is put into the record cache of the transaction,
    # where whoever reads the field finds it.

    def _prime_user(self):
        """Of the user: his company, whose language dates are written in."""
        user = self.env.user
        company_id = self._user_company_id(user.id)
        user._fields["company_id"]._insert_cache(user, [company_id])
        self._prime_company(user.company_id)

    @api.model
    @tools.ormcache("user_id")
    def _user_company_id(self, user_id):
        # sudo: in which company somebody works is asked for himself
        return self.env["res.users"].sudo().browse(user_id).company_id.id

    def _prime_company(self, company):
        """Of a company: its settings. The record has very many fields, and each request
        needs a few of them."""
        for name, value in self._company_values(company.id).items():
            company._fields[name]._insert_cache(company, [value])
        partner = company.partner_id
        lang = self._company_language(company.id)
        partner._fields["lang"]._insert_cache(partner, [lang])

    @api.model
    @tools.ormcache("company_id")
    def _company_language(self, company_id):
        # sudo: a company's language is no secret of its address
        company = self.env["res.company"].sudo().browse(company_id)
        return company.partner_id.lang or None

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
        """Of units of measure: what quantities are converted and named by."""
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

    # -- routes --------------------------------------------------------------------

    def _prime_routes(self, warehouse):
        """Of a warehouse: its routes and their rules, as far as Odoo's choice of a rule
        looks at all of them."""
        for (model, record_id), values in self._route_values(warehouse.id).items():
            record = self.env[model].browse(record_id)
            for name, value in values.items():
                record._fields[name]._insert_cache(record, [value])

    @api.model
    @tools.ormcache("warehouse_id")
    def _route_values(self, warehouse_id):
        # sudo: routes decide the date whoever asks for it
        warehouse = self.env["stock.warehouse"].sudo().browse(warehouse_id)
        warehouses = warehouse | warehouse.resupply_wh_ids
        routes = warehouses.route_ids
        values = {}
        for records, names in (
            (warehouse, ("resupply_wh_ids",)),
            (warehouses, ("active", "route_ids")),
            (routes, ("active", "rule_ids")),
            (routes.rule_ids, ("active", "action")),
        ):
            for record in records:
                known = values.setdefault((record._name, record.id), {})
                for name in names:
                    field = record._fields[name]
                    known[name] = field.convert_to_cache(record[name], record)
        return values


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

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            self._promise_hours_changed()
        return result

    def _promise_hours_changed(self):
        """These calendars have other hours than before."""
        for calendar in self:
            Promise = self.env["delivery.promise"]
            Promise._hours_changed(calendar._promise_warehouses(), calendar)
            Promise._plans_changed(calendar._promise_planned_lines(), calendar)

    def _promise_planned_lines(self):
        """Promise lines whose goods are still to be ordered or made by this calendar;
        hook for bridges."""
        self.ensure_one()
        return self.env["delivery.promise.line"]

    def _promise_warehouses(self):
        """Warehouses whose dates rest on this calendar; hook for bridges."""
        self.ensure_one()
        # sudo: whoever changes the hours may not see the warehouse
        return (
            self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            .search([("promise_calendar_id", "=", self.id)])
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if not {"name", "tz", "lang"}.isdisjoint(vals) and self._is_warehouse_address():
            self.env["delivery.promise.fact"]._forget_facts()
        return result

    def _is_warehouse_address(self):
        """Whether one of these is the address of a company or of a warehouse, whose
        name, zone and language are remembered."""
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
