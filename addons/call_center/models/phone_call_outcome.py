from odoo import fields, models


class PhoneCallOutcome(models.Model):
    """How a call ended, as the agent says it after hanging up."""

    _name = "phone.call.outcome"
    _description = "Outcome of a Phone Call"
    _inherit = ["company.guard"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    is_solved = fields.Boolean(
        "Solved", help="Nothing is left to do: an open complaint is settled."
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Next Activity",
        ondelete="set null",
        domain=[("res_model", "=", False)],
        help="Proposed to the agent who chooses this outcome.",
    )
    activity_days = fields.Integer(
        "In Days", default=1, help="When the proposed activity is due."
    )

    _days_positive = models.Constraint(
        "CHECK (activity_days >= 0)", "The next activity cannot be due before the call."
    )
