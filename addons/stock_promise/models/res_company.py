from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_overdue_supply = fields.Selection(
        [
            ("ignore", "Do not count it: it has no known date"),
            ("today", "Expect it today"),
            ("days", "Expect it after some days"),
        ],
        string="Overdue Receipts",
        default="ignore",
        required=True,
        help="What a receipt or manufacturing order counts for whose date has passed "
        "and that has not arrived.",
    )
    promise_overdue_days = fields.Integer(
        string="Days until Overdue Receipts Are Expected", default=3
    )
    promise_count_returns = fields.Boolean(
        string="Count Customer Returns",
        help="Promise goods that customers are still to send back.",
    )
    promise_exclude_owner = fields.Boolean(
        string="Leave Out Goods of Other Owners",
        help="Do not promise stock that belongs to somebody else (consignment). "
        "Odoo itself reserves stock of any owner.",
    )
    promise_receipt_ships = fields.Selection(
        [("same", "The same day"), ("next", "The next working day")],
        string="Received Goods Can Ship",
        default="same",
        required=True,
    )
    promise_hold_hours = fields.Float(
        string="Hold Duration",
        default=24.0,
        help="Hours for which a hold keeps its quantities when nothing else is said.",
    )
    promise_hold_hours_max = fields.Float(
        string="Longest Hold",
        default=72.0,
        help="The most hours a user may hold for at once, or extend by. "
        "Administrators of promises are exempt. 0 for no limit.",
    )
    promise_extensions_max = fields.Integer(
        string="Extensions of a Hold",
        default=2,
        help="How often a user may extend a hold. "
        "Administrators of promises are exempt.",
    )
    promise_hold_value_max = fields.Monetary(
        string="Highest Value of Holds",
        default=0.0,
        help="The sales value, at list prices, of all goods that a user may hold at "
        "the same time, in one promise or in several. Of what is promised in part, the "
        "part counts. Administrators of promises are exempt. 0 for no limit.",
    )

    promise_otif_late_days = fields.Integer(
        string="Days Late That Are on Time",
        help="For OTIF: so many days after the promised day still count.",
    )
    promise_otif_limit_early = fields.Boolean(
        string="Too Early Is Not on Time",
        help="For OTIF: a delivery before the window does not count. Otherwise any "
        "earlier day does.",
    )
    promise_otif_early_days = fields.Integer(
        string="Days Early That Are on Time",
        help="For OTIF: so many days before the promised day count.",
    )
    promise_risk_user_id = fields.Many2one(
        "res.users",
        string="Promises at Risk Without a Responsible",
        help="Who is told of a promise at risk that has neither a responsible nor a "
        "salesperson.",
    )
    promise_tell_customers = fields.Boolean(
        string="Tell Customers of Moved Dates",
        help="Customers who want it get a mail when the promised date of an order "
        "moves to another day.",
    )
    promise_tell_minutes = fields.Integer(
        string="Minutes before a Moved Date Is Told",
        default=15,
        help="What is changed again within this time is told once.",
    )
    promise_tell_template_id = fields.Many2one(
        "mail.template",
        string="Mail about a Moved Date",
        domain=[("model", "=", "delivery.promise")],
        help="Empty: the one that comes with the app.",
    )
    promise_confidence = fields.Selection(
        [
            ("off", "No"),
            ("dates", "Yes, where there is enough history"),
            ("say", "Yes, and say so where there is too little history"),
        ],
        string="How Sure a Date Is",
        default="dates",
        required=True,
        help="Beside each promised date, show the days by which half and nine in ten "
        "of such deliveries have come.",
    )
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

    _promise_otif_days_positive = models.Constraint(
        "CHECK (promise_otif_late_days >= 0 AND promise_otif_early_days >= 0)",
        "The days of the OTIF window cannot be negative.",
    )
    _promise_overdue_days_positive = models.Constraint(
        "CHECK (promise_overdue_days >= 0)",
        "The days until overdue receipts are expected cannot be negative.",
    )
    _promise_hold_hours_positive = models.Constraint(
        "CHECK (promise_hold_hours > 0)", "A hold lasts longer than 0 hours."
    )
    _promise_limits_positive = models.Constraint(
        "CHECK (promise_hold_hours_max >= 0 AND promise_extensions_max >= 0"
        " AND promise_hold_value_max >= 0)",
        "The limits of holds cannot be negative.",
    )
    _promise_tell_minutes_positive = models.Constraint(
        "CHECK (promise_tell_minutes >= 0)",
        "The minutes before a moved date is told cannot be negative.",
    )
    _promise_policy_positive = models.Constraint(
        "CHECK (promise_horizon_days >= 0 AND promise_fence_days >= 0"
        " AND promise_max_deliveries >= 0 AND promise_min_delivery >= 0)",
        "The promising horizon, the planning time fence and the limits of partial"
        " deliveries cannot be negative.",
    )

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | (
            self.env["delivery.promise.engine"]._company_facts()
        )
