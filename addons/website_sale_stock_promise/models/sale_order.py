from datetime import timedelta

from odoo import fields, models

from ..shop.cart_dates import CartDates
from ..shop.cart_hold import shrink
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

    def _adjust_hold(self, promise, requested=None):
        """What a cart holds only shrinks while its customer is shopping: it is looked
        at again before they pay."""
        if promise.website_id:
            shrink(self, promise)
            return
        super()._adjust_hold(promise, requested)

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

    # -- confirming --------------------------------------------------------------------

    def _action_confirm(self):
        """What was told and paid for is compared with what could be kept; the order
        goes on in any case."""
        told = {order: ShopConfirmation(order) for order in self if order.website_id}
        result = super()._action_confirm()
        for confirmation in told.values():
            confirmation.tell()
        return result

    def _promise_before_moves(self):
        result = super()._promise_before_moves()
        # Whoever was told a date in the shop gets one, whatever others get.
        if (
            self.website_id
            and not self.promise_id
            and any(self.order_line.mapped("shop_promise_told"))
        ):
            self._promise_automatically()
        return result
