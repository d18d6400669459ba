"""The customer's class as a dimension of the report."""

from odoo import api, fields, models
from odoo.tools import SQL


class DeliveryPromiseReport(models.Model):
    _inherit = "delivery.promise.report"
    _depends = {"delivery.promise": ["promise_class_id"]}

    promise_class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        readonly=True,
        help="The class of the customer when this was promised.",
    )

    @api.model
    def _fact_columns(self):
        return {
            **super()._fact_columns(),
            "promise_class_id": SQL("p.promise_class_id"),
        }
