from odoo import models


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
