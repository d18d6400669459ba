from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    promise_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Carrier's Working Days",
        check_company=True,
        help="Days on the way count on these working days, without their public "
        "holidays. Empty: every day of the week counts.",
    )
    transit_time_ids = fields.One2many(
        "delivery.transit.time", "carrier_id", string="Transit Times"
    )

    def write(self, vals):
        result = super().write(vals)
        if "promise_calendar_id" in vals:
            for carrier in self:
                self.env["delivery.promise"]._hours_changed(
                    carrier._promise_warehouses(), carrier
                )
        return result

    def _promise_warehouses(self):
        """Warehouses from which this carrier may be sent."""
        # sudo: dates rest on the carrier whoever changes it
        return (
            self.env["stock.warehouse"]
            .sudo()
            .search(
                [("company_id", "in", self.company_id.ids)] if self.company_id else []
            )
        )


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _promise_warehouses(self):
        # sudo: as above
        carriers = (
            self.env["delivery.carrier"]
            .sudo()
            .search([("promise_calendar_id", "=", self.id)])
        )
        return (
            super()
            ._promise_warehouses()
            .union(*(carrier._promise_warehouses() for carrier in carriers))
        )
