from odoo import models


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _vendor_ready(self, seller, start, days):
        """By the vendor's calendar, as the purchase order will be planned."""
        vendor = seller.partner_id
        if not vendor.factory_calendar_id:
            return super()._vendor_ready(seller, start, days)
        # False where the calendar has no working days ahead
        return vendor.supplier_plan_days(start, days) or None
