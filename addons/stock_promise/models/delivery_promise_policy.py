"""What the customer agrees to, on the promise and its lines."""

from odoo import fields, models


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    partial = fields.Boolean(
        string="Promise a Part",
        help="The customer agrees: where not everything can be promised, what can be "
        "is, and the rest has no date.",
    )


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    minimum_first = fields.Float(
        string="At Least First",
        digits="Product Unit",
        help="The smallest first delivery that is of use to the customer, where "
        "partial deliveries or a part of the quantity are accepted. 0 for any.",
    )
    promised_quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="How much of the quantity has a date.",
    )

    _minimum_first_positive = models.Constraint(
        "CHECK (minimum_first >= 0)",
        "The smallest first delivery cannot be negative.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"promised_quantity"}

    def _claimed_fields(self):
        return super()._claimed_fields() | {"minimum_first"}
