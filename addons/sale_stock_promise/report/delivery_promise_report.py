from odoo import api, fields, models
from odoo.tools import SQL


class DeliveryPromiseReport(models.Model):
    _inherit = "delivery.promise.report"
    _depends = {"sale.order": ["promise_id", "state", "team_id"]}

    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        groups="sales_team.group_sale_salesman",
        help="The confirmed order that has taken the promise.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )

    @api.model
    def _fact_columns(self):
        return {
            **super()._fact_columns(),
            "sale_order_id": SQL("sale_order.id"),
            "team_id": SQL("sale_order.team_id"),
        }

    @api.model
    def _from(self):
        """Quotations may share a hold; one order has taken it."""
        return SQL(
            "%s LEFT JOIN LATERAL (SELECT o.id, o.team_id FROM sale_order o"
            " WHERE o.promise_id = p.id AND o.state = 'sale'"
            " ORDER BY o.id LIMIT 1) sale_order ON TRUE",
            super()._from(),
        )
