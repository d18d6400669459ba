from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        self.env["delivery.promise"]._touch_products(quants.product_id.ids)
        return quants

    def write(self, vals):
        result = super().write(vals)
        if "quantity" in vals:
            self.env["delivery.promise"]._touch_products(self.product_id.ids)
        return result
