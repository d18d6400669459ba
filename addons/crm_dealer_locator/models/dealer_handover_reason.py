from odoo import fields, models


class DealerHandoverReason(models.Model):
    _name = "dealer.handover.reason"
    _description = "Reason of a Dealer"
    _order = "used_for, sequence, id"

    name = fields.Char(required=True, translate=True)
    used_for = fields.Selection(
        [("decline", "Declining"), ("lost", "Lost")], default="decline", required=True
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
