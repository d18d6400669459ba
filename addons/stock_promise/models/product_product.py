from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    promise_line_ids = fields.One2many(
        "delivery.promise.line",
        "product_id",
        string="Promises",
        domain=[("promise_id.state", "in", ("held", "confirmed"))],
    )
