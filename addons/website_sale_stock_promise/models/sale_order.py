from datetime import timedelta

from odoo import fields, models

from odoo.addons.sale_stock_promise.orders import confirming

from ..shop.cart_dates import CartDates
from ..shop.confirmation import ShopConfirmation


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # -- what the shop's pages say -----------------------------------------------------

    def _get_shop_dates(self):
        """``{"lines": {line id: sentence}, "whole": text or False}`` for the pages of
        the shop."""
        return CartDates(self).told()

    def _get_shop_method_dates(self, carriers):
        """{delivery method id: when all of the cart is there} at checkout."""
        return CartDates(self).by_carrier(carriers)

    # -- the hold of a cart ----------------------------------------------------------

    def _keep_hold_for_payment(self):
        """Keep the goods for as long as the website waits for a payment that is on
        its way."""
        for order in self:
            # sudo: the payment decides, whoever brings the news of it
            promise = order.sudo().promise_id
            website = order.website_id or promise.website_id
            hours = website.promise_pending_hours
            until = fields.Datetime.now() + timedelta(hours=hours)
            if hours and promise.hold_until and until > promise.hold_until:
                promise.hold_until = until

    def _lock_before_confirming(self):
        """Wait for the goods before anything is written.

        :raises WaitedTooLong: others are buying them for too long
        """
        for order in self:
            lines = order._promise_lines()
            if order.state in ("draft", "sent") and lines:
                order._promise_model()._lock_request(
                    order._prepare_promise_request(lines)
                )

    # -- confirming --------------------------------------------------------------------

    def _action_confirm(self):
        """What was told and paid for is compared with what could be kept; the order
        goes on in any case."""
        told = {order: ShopConfirmation(order) for order in self if order.website_id}
        result = super()._action_confirm()
        for order, confirmation in told.items():
            # Whoever was told a date in the shop gets one, whatever others get.
            if confirmation.told and not order.promise_id:
                confirming.promise_automatically(order)
            confirmation.tell()
        return result
