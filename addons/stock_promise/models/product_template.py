from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    promise_min_delivery = fields.Float(
        string="Smallest Partial Delivery",
        digits="Product Unit",
        help="No partial delivery of an order line is smaller, in the product's unit. "
        "0 for what the company's settings say.",
    )
    promise_substitute_ids = fields.One2many(
        "delivery.promise.substitute", "product_tmpl_id", string="Substitutes"
    )

    _promise_min_delivery_positive = models.Constraint(
        "CHECK (promise_min_delivery >= 0)",
        "The smallest partial delivery cannot be negative.",
    )
