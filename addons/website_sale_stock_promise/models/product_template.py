from odoo import fields, models

from ..shop import listed


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _get_additionnal_combination_info(
        self, product_or_template, quantity, uom, date, website
    ):
        """No figure of the stock beyond what the website tells."""
        found = super()._get_additionnal_combination_info(
            product_or_template, quantity, uom, date, website
        )
        cap = website.sudo().promise_told_max  # sudo: a setting of the website
        for name in ("free_qty", "max_combo_quantity"):
            if cap and found.get(name, 0.0) > cap:
                found[name] = cap
        return found

    def _to_markup_data(self, website):
        """Availability and delivery of the offers as they really are, all variants in
        one request."""
        data = super()._to_markup_data(website)
        variants = self.product_variant_ids if "hasVariant" in data else None
        entries = data.get("hasVariant", [data])
        products = (variants or self.product_variant_id)[: len(entries)]
        if not products or self.type == "service":
            return data
        found = listed.found(website, products)
        today = website._promise_warehouse()._promise_day(fields.Datetime.now())
        for product, entry in zip(products, entries, strict=False):
            if "offers" in entry and found[product]["availability"] != "not_stocked":
                entry["offers"].update(listed.offer(website, found[product], today))
        return data
