from zoneinfo import ZoneInfo

from odoo import models

from odoo.addons.stock_promise.models.own_context import owned
from odoo.addons.stock_promise.promising.schedule import Carrier


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _transit_days(self, warehouse, partner):
        time = self._transit_time(warehouse, partner)
        return time.days if time else super()._transit_days(warehouse, partner)

    def _transit_carrier(self, warehouse, partner):
        carrier = self._promise_carrier(warehouse.company_id, partner)
        calendar = carrier.promise_calendar_id
        # What nobody carries for days needs nobody's working days.
        if not calendar or self._transit_days(warehouse, partner) <= 0:
            return super()._transit_carrier(warehouse, partner)
        return Carrier(ZoneInfo(calendar.tz or "UTC"), self._working_time(calendar))

    def _transit_time(self, warehouse, partner):
        # sudo: how long it takes decides the date whoever asks for it
        return (
            self.env["delivery.transit.time"]
            .sudo()
            ._find(
                self._promise_carrier(warehouse.company_id, partner),
                partner.sudo(),
                warehouse.company_id,
            )
        )

    def _promise_carrier(self, company, partner):
        """Who carries: named by the document that asks (context), else the usual one
        of the address or its company."""
        # sudo: as above
        Carrier = self.env["delivery.carrier"].sudo()
        asked = owned(self.env, "promise_carrier_id")
        carrier = Carrier
        if asked:
            carrier = Carrier.browse(asked).exists()
        if not carrier:
            address = partner.sudo().with_company(company)
            carrier = (
                address.property_delivery_carrier_id
                or address.commercial_partner_id.property_delivery_carrier_id
            )
        return carrier.filtered(lambda found: found.company_id <= company)
