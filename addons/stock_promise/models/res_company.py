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
