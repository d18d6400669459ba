"""What every request has to know and what hardly ever changes, kept in memory: which
locations a warehouse has, its time zone, which rules order goods each time anew.

All of it is dropped, in every worker, when a record changes that it was read from: see
``delivery.promise.fact``.
"""

from odoo import api, models, tools
from odoo.tools import SQL


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
