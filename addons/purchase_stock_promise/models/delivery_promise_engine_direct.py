"""What a vendor brings to where it is needed, past the warehouse.

Such goods have a place of their own: its key is the id of the warehouse that asks,
negated. Nothing is ever in stock there, no hours but the vendor's count there, and
nothing of it is claimed.
"""

from odoo import models

from odoo.addons.stock_promise.promising.schedule import Schedule


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _schedules(self, warehouses, company, now):
        schedules = super()._schedules(warehouses, company, now)
        for warehouse in warehouses:
            here = schedules[warehouse.id]
            past = schedules[-warehouse.id] = Schedule(now, here.zone)
            # after the cut-off nobody orders from the vendor before tomorrow
            past.start = here.start
        return schedules

    def _to_order_keys(self, keys, company, options=None):
        shelves = {key for key in keys if key[1] > 0}
        return super()._to_order_keys(shelves, company, options)

    def _replenishment_options(self, wanted, company, schedules):
        shelves = {key: wanted[key] for key in wanted if key[1].id > 0}
        options = super()._replenishment_options(shelves, company, schedules)
        for product, place in wanted.keys() - shelves.keys():
            option = self._purchase_option(
                product,
                place.browse(-place.id),
                wanted[product, place],
                company.sudo(),  # sudo: as in _browse_keys
                schedules,
            )
            if option:
                options[product.id, place.id] = option
        return options
