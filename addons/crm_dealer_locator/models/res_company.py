from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dealer_answer_minutes = fields.Integer(
        "Dealers Answer Within",
        default=120,
        help="Minutes of the dealer's opening hours. Afterwards the next is asked.",
    )
    dealer_most_asked = fields.Integer(
        "Dealers Asked at Most",
        default=3,
        help="So many dealers are asked one after the other; then a person decides.",
    )

    _dealer_answer_minutes_positive = models.Constraint(
        "CHECK (dealer_answer_minutes > 0 AND dealer_answer_minutes <= 43200)",
        "Dealers answer within at least 1 minute and at most 30 days (43,200 minutes).",
    )
    _dealer_most_asked_positive = models.Constraint(
        "CHECK (dealer_most_asked > 0)", "At least one dealer is asked."
    )
