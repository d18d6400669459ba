from odoo import api, models

from odoo.addons.stock_promise.models.own_context import own


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.depends("carrier_id")
    def _compute_promise_possible(self):
        return super()._compute_promise_possible()

    def _promise_header_key(self):
        """Another carrier may take longer."""
        # sudo: only compared
        return (*super()._promise_header_key(), self.sudo().carrier_id.id)

    def _promise_model(self):
        # sudo: who carries is the order's own
        carrier = self.sudo().carrier_id._origin
        return super()._promise_model().with_context(promise_carrier_id=own(carrier.id))
