from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models

#: The hour after which an order starts on the next working day, in a new warehouse.
CUTOFF = 14.0


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "delivery.promise.fact"]

    promise_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Shipping Hours",
        check_company=True,
        help="Working hours in which goods leave this warehouse, with its public "
        "holidays. Empty: it ships at any time.",
    )
    promise_cutoff = fields.Float(
        string="Cut-off Time",
        help="An order after this hour starts on the next working day. "
        "0 for no cut-off.",
    )

    _promise_cutoff_hour = models.Constraint(
        "CHECK (promise_cutoff >= 0 AND promise_cutoff < 24)",
        "The cut-off time is an hour of the day, between 0:00 and 23:59.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        company = self.env["res.company"].browse(values.get("company_id"))
        shipping = self._prepare_promise_shipping_vals(company or self.env.company)
        return {
            **{name: shipping[name] for name in shipping if name in fields_list},
            **values,
        }

    @api.model_create_multi
    def create(self, vals_list):
        # Not field defaults: those would be given to the warehouses that were there
        # before this addon, whose promises would move.
        company = self.env["res.company"]
        for vals in vals_list:
            chosen = company.browse(vals.get("company_id")) or self.env.company
            shipping = self._prepare_promise_shipping_vals(chosen)
            for name in shipping.keys() - vals.keys():
                vals[name] = shipping[name]
        return super().create(vals_list)

    @api.model
    def _prepare_promise_shipping_vals(self, company):
        """When a new warehouse of a company ships: on the company's working days, with
        a cut-off early enough to pick and pack. A company without working hours has a
        warehouse that ships at any time."""
        calendar = company.resource_calendar_id
        if not calendar:
            return {"promise_calendar_id": False, "promise_cutoff": 0.0}
        return {"promise_calendar_id": calendar.id, "promise_cutoff": CUTOFF}

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("promise_calendar_id", "promise_cutoff")):
            for warehouse in self:
                self.env["delivery.promise"]._hours_changed(warehouse, warehouse)
        return result

    def _promise_zone(self):
        """The time zone in which this warehouse's days begin and end."""
        self.ensure_one()
        return ZoneInfo(self.env["delivery.promise.engine"]._zone_name(self.id))

    def _promise_day(self, moment):
        """The day of a moment in this warehouse, a date; that of UTC without one.

        :param moment: naive, in UTC
        """
        # sudo: the time zone counts, whoever asks
        warehouse = self.sudo()
        zone = warehouse._promise_zone() if warehouse else timezone.utc
        return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()
