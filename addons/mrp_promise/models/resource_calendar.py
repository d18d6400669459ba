"""Hours of work centres that change after something was promised for them."""

from odoo import api, models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _promise_planned_lines(self):
        """What is still to be made in work centres that work by this calendar."""
        # sudo: whoever changes the hours may not see the work centre
        centres = (
            self.env["mrp.workcenter"]
            .sudo()
            .search([("resource_calendar_id", "=", self.id)])
        )
        return super()._promise_planned_lines() | centres._promise_planned_lines()


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._closed_centres()._promise_plans_changed()
        return leaves

    def write(self, vals):
        centres = self._closed_centres()
        result = super().write(vals)
        (centres | self._closed_centres())._promise_plans_changed()
        return result

    def unlink(self):
        centres = self._closed_centres()
        result = super().unlink()
        centres._promise_plans_changed()
        return result

    def _closed_centres(self):
        """Work centres that are closed meanwhile, but not by a work order, which is
        planned in such a leave."""
        resources = self.filtered(lambda leave: leave.time_type == "leave").resource_id
        if not resources:
            return self.env["mrp.workcenter"]
        # sudo: as above
        return (
            self.env["mrp.workcenter"]
            .sudo()
            .search([("resource_id", "in", resources.ids)])
            .with_env(self.env)
        )
