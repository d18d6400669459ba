from odoo import models
from odoo.http import request

from ..shop.cart_hold import UNDER_WAY

#: of the request that is served: the orders that it has charged already
CHARGED = "promise_charged_order_ids"


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _update_state(self, allowed_states, target_state, state_message):
        """What a cart holds follows its payment, in the payment's own transaction,
        whoever brings the news."""
        updated = super()._update_state(allowed_states, target_state, state_message)
        # sudo: a provider's message comes from nobody who may write promises
        orders = updated.sudo().sale_order_ids.filtered(
            lambda order: order._has_live_hold()
        )
        for order in orders:
            promise = order.promise_id
            if target_state in UNDER_WAY:
                order._keep_hold_for_payment()
            elif promise.website_id and not order.transaction_ids.filtered(
                lambda other: other.state in UNDER_WAY
            ):
                promise._release(self.env._("The payment has failed."))
        return updated

    def _send_payment_request(self):
        """A request that is run again after its charge charges once: the provider has
        been asked, under the same reference, and will tell."""
        orders = self.sale_order_ids
        if request and orders:
            charged = request.__dict__.setdefault(CHARGED, set())
            if charged & set(orders.ids):
                self._set_pending(
                    state_message=self.env._("We wait for the payment provider.")
                )
                return None
            charged.update(orders.ids)
        return super()._send_payment_request()
