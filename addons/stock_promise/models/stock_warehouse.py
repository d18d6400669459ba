from zoneinfo import ZoneInfo

from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

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

    def _promise_zone(self):
        """The time zone in which this warehouse's days begin and end."""
        self.ensure_one()
        return ZoneInfo(self.env["delivery.promise.engine"]._zone_name(self.id))
