import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..ranking.values import Weights

MAX_KM = 1000


class DealerWeight(models.Model):
    """What each criterion is worth, in kilometres, for one purpose."""

    _name = "dealer.weight"
    _inherit = "company.guard"
    _description = "Weights of the Ranking"
    _order = "purpose, company_id"
    _rec_name = "purpose"

    purpose = fields.Selection(
        [("sale", "Sale"), ("service", "Service"), ("warranty", "Warranty")],
        required=True,
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    history = fields.Float("Knows This Customer", default=15.0)
    complaint = fields.Float("Each Complaint Costs", default=5.0)
    level = fields.Float("Each Service Level Above", default=3.0)
    load = fields.Float("Full Load Costs", default=5.0)
    open = fields.Float("Open Now", default=10.0)
    language = fields.Float("Speaks the Language", default=5.0)
    acceptance = fields.Float("Accepts Everything", default=4.0)
    response = fields.Float("Answers Fast", default=8.0)
    response_hours = fields.Float(
        "Fast Is Within",
        default=1.0,
        help="Hours of opening time. Twice as long is worth half as much.",
    )

    _purpose_unique = models.UniqueIndex(
        "(purpose, COALESCE(company_id, 0))",
        "This company has weights for this purpose already.",
    )

    def _weight_fields(self):
        """Names of the fields that are worth kilometres, those of bridges included."""
        return Weights._fields

    @api.constrains(lambda self: self._weight_fields())
    def _check_weights(self):
        for weight in self:
            for name in weight._weight_fields():
                value = weight[name]
                least = 0.01 if name == "response_hours" else 0
                if not math.isfinite(value) or not least <= value <= MAX_KM:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be a number from %(least)s to %(most)s.",
                            field=self._fields[name]._description_string(self.env),
                            least=least,
                            most=MAX_KM,
                        )
                    )

    @api.model
    def _weights_of(self, purpose):
        """The Weights of the user's company, else those for all companies."""
        row = self._row_of(purpose)
        if not row:
            return Weights()
        return Weights(*(row[name] for name in Weights._fields))

    @api.model
    def _row_of(self, purpose):
        rows = self.search_fetch(
            [
                ("purpose", "=", purpose),
                ("company_id", "in", [False, self.env.company.id]),
            ]
        )
        return rows.sorted(lambda one: not one.company_id)[:1]
