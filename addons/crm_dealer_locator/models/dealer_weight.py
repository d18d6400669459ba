from odoo import fields, models


class DealerWeight(models.Model):
    _inherit = "dealer.weight"

    won = fields.Float("Wins Everything", default=4.0)

    def _weight_fields(self):
        return (*super()._weight_fields(), "won")
