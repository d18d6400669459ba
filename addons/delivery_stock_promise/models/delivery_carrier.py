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
