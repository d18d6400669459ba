from odoo import api, models
from odoo.tools import SQL


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _credit_prices(self):
        """After the quotations' prices, those of the opportunity."""
        self.env["crm.lead.promise.line"].flush_model(
            ["promise_line_id", "currency_id", "credit_price"]
        )
        return [
            *super()._credit_prices(),
            SQL(
                """(
                SELECT (wanted.credit_price * worth.factor)::numeric
                  FROM crm_lead_promise_line wanted
                  JOIN worth ON worth.id = wanted.currency_id
                 WHERE wanted.promise_line_id = line.id LIMIT 1)"""
            ),
        ]
