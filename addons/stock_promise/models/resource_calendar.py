"""Working hours and closures that dates were promised for."""

from odoo import api, models


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


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._promise_hours_changed()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        (calendars | self.calendar_id)._promise_hours_changed()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars.exists()._promise_hours_changed()
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._closed_calendars()._promise_hours_changed()
        return leaves

    def write(self, vals):
        calendars = self._closed_calendars()
        result = super().write(vals)
        (calendars | self._closed_calendars())._promise_hours_changed()
        return result

    def unlink(self):
        calendars = self._closed_calendars()
        result = super().unlink()
        calendars.exists()._promise_hours_changed()
        return result

    def _closed_calendars(self):
        """Calendars on which nobody works meanwhile. A day off of one person or machine
        closes none; without a calendar it closes all of the company."""
        closures = self.filtered(lambda leave: not leave.resource_id)
        everywhere = closures.filtered(lambda leave: not leave.calendar_id)
        calendars = closures.calendar_id
        if everywhere:
            # sudo: promises rest on hours that whoever closes a day may not see
            calendars |= (
                self.env["resource.calendar"]
                .sudo()
                .search([("company_id", "in", [False, *everywhere.company_id.ids])])
                .with_env(self.env)
            )
        return calendars
