from odoo import fields, models


class PhoneCallSubject(models.Model):
    """What a call was about. A customer who calls again about the same was not helped
    at the first contact."""

    _name = "phone.call.subject"
    _description = "Subject of a Phone Call"
    _inherit = ["company.guard"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    is_complaint = fields.Boolean(
        "Complaint",
        help="Whoever talks to the customer next is told, until a call about it has an "
        "outcome that solves it.",
    )
