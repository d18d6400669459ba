from odoo import models

from ..shop import listed


class ProductFeed(models.Model):
    _inherit = "product.feed"

    def _prepare_gmc_items(self):
        """Availability and its date, of all products in a few requests."""
        items = super()._prepare_gmc_items()
        found = listed.found(self.website_id, self.env["product.product"].union(*items))
        for product, item in items.items():
            if found[product]["availability"] != "not_stocked":
                item.update(listed.feed(found[product]))
        return items
