"""What a company allows of a promise: its safety stock, how far ahead and how soon it
promises, and in how many deliveries."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_safety_stock = fields.Selection(
        [
            ("none", "Promise it like any other stock"),
            ("orderpoint", "Keep back the minimum of the reordering rules"),
        ],
        string="Safety Stock",
        default="none",
        required=True,
        help="Whether the minimum quantity of a warehouse's reordering rules is kept "
        "back when dates are promised. It is never kept from what is promised already.",
    )
    promise_safety_priority = fields.Selection(
        [
            ("1", "Low priority and above"),
            ("2", "High priority and above"),
            ("3", "Very high priority"),
            ("4", "Nobody"),
        ],
        string="Safety Stock Is For",
        default="2",
        required=True,
        help="Promises of this priority may take the safety stock.",
    )
    promise_horizon_days = fields.Integer(
        string="Promising Horizon",
        help="How many days ahead a delivery is promised. Whatever could only be with "
        "the customer later gets no date. 0 for any date.",
    )
    promise_fence_days = fields.Integer(
        string="Planning Time Fence",
        help="For so many days from today nothing is promised that is still to be "
        "bought, made or brought from another warehouse: such goods are there on the "
        "day the fence ends, or later. 0 for no fence.",
    )
    promise_max_deliveries = fields.Integer(
        string="Most Deliveries of a Line",
        help="In how many deliveries a line may be sent, where the customer accepts "
        "partial deliveries. 0 for any number.",
    )
    promise_min_delivery = fields.Float(
        string="Smallest Partial Delivery",
        digits="Product Unit",
        help="No partial delivery of a line is smaller, in the product's unit, unless "
        "the product says otherwise. 0 for any size.",
    )

    _promise_policy_positive = models.Constraint(
        "CHECK (promise_horizon_days >= 0 AND promise_fence_days >= 0"
        " AND promise_max_deliveries >= 0 AND promise_min_delivery >= 0)",
        "The promising horizon, the planning time fence and the limits of partial"
        " deliveries cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promise_safety_stock = fields.Selection(
        related="company_id.promise_safety_stock", readonly=False
    )
    promise_safety_priority = fields.Selection(
        related="company_id.promise_safety_priority", readonly=False
    )
    promise_horizon_days = fields.Integer(
        related="company_id.promise_horizon_days", readonly=False
    )
    promise_fence_days = fields.Integer(
        related="company_id.promise_fence_days", readonly=False
    )
    promise_max_deliveries = fields.Integer(
        related="company_id.promise_max_deliveries", readonly=False
    )
    promise_min_delivery = fields.Float(
        related="company_id.promise_min_delivery", readonly=False
    )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    promise_min_delivery = fields.Float(
        string="Smallest Partial Delivery",
        digits="Product Unit",
        help="No partial delivery of an order line is smaller, in the product's unit. "
        "0 for what the company's settings say.",
    )

    _promise_min_delivery_positive = models.Constraint(
        "CHECK (promise_min_delivery >= 0)",
        "The smallest partial delivery cannot be negative.",
    )
