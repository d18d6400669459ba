from odoo import fields, models


class HelpdeskTicketCategory(models.Model):
    _inherit = "helpdesk.ticket.category"

    is_complaint = fields.Boolean(
        "Complaints",
        help="Whoever talks to the customer is told of open tickets of this category.",
    )
