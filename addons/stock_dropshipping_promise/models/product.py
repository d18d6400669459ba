from odoo import api, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        if any("route_ids" in vals for vals in vals_list):
            self.env.registry.clear_cache()  # _drop_ship_facts
        return templates

    def write(self, vals):
        result = super().write(vals)
        if "route_ids" in vals:
            self.env.registry.clear_cache()  # _drop_ship_facts
        return result


class ProductCategory(models.Model):
    _inherit = "product.category"

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        self.env.registry.clear_cache()  # _drop_ship_facts
        return categories

    def write(self, vals):
        result = super().write(vals)
        if not {"route_ids", "parent_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # _drop_ship_facts
        return result
