from odoo import models


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _history_documents(self):
        """A promise that belongs to one order follows it."""
        documents = super()._history_documents()
        for promise in self:
            # sudo: who may not read the order does not see its name either
            orders = promise.sudo().sale_order_ids
            if len(orders) == 1:
                documents.setdefault(promise, orders)
        return documents

    def _risk_candidates(self):
        """Who sold it."""
        # sudo: the order may be a colleague's
        return [*super()._risk_candidates(), *self.sudo().sale_order_ids.user_id]

    def _get_customer_url(self):
        """The order on the portal."""
        order = self.sudo().sale_order_ids[:1]  # sudo: it is the customer's own
        if not order:
            return super()._get_customer_url()
        return order.get_base_url() + order.get_portal_url()
