from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _promise_planned_lines(self):
        """What is still to be bought of a vendor who works by this calendar."""
        lines = super()._promise_planned_lines()
        # sudo: whoever changes the hours may not see the vendor
        vendors = self.env["res.partner"].sudo()
        if vendors.search_count([("factory_calendar_id", "=", self.id)], limit=1):
            lines |= lines._to_be_ordered(self.company_id)
        return lines


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "factory_calendar_id" in vals:
            for vendor in self:
                self.env["delivery.promise"]._plans_changed(
                    self.env["delivery.promise.line"]._to_be_ordered(vendor.company_id),
                    vendor,
                )
        return result
