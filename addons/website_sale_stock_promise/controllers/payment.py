"""Before any charge, in the request that makes it, the goods are looked at and held."""

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.sale.controllers.portal import CustomerPortal
from odoo.addons.sale.controllers.portal import PaymentPortal as SalePaymentPortal
from odoo.addons.website_sale.controllers.cart import Cart
from odoo.addons.website_sale.controllers.main import WebsiteSale
from odoo.addons.website_sale.controllers.payment import PaymentPortal

from ..shop import words
from ..shop.cart_dates import CartDates
from ..shop.cart_hold import CartHold, is_being_paid


def begin_claim():
    """The first line of a request that claims goods: see ``_begin_claim``."""
    request.env["delivery.promise"].sudo()._begin_claim()  # sudo: it reads nothing


def cart_hold(order):
    website = order.website_id or request.env["website"].get_current_website()
    address = website._promise_address_key(request.httprequest.remote_addr)
    return CartHold(order, website, address)


def look(order, is_charged):
    """:meth:`CartHold.look`; None where others are buying the same for too long.

    What is held and said is committed at once, and the lock is free again: nobody waits
    for a page to be drawn, or for the answer of a payment provider.
    """
    try:
        outcome = cart_hold(order).look(is_charged)
    except WaitedTooLong:
        request.env.cr.rollback()
        return None
    # A hold that is there does not depend on what follows in this request.
    request.env.cr.commit()  # pylint: disable=invalid-commit
    begin_claim()
    return outcome


def refusal(order):
    """Look before a charge.

    :return: what the customer reads instead, or nothing where they may pay
    """
    outcome = look(order, is_charged=True)
    if outcome is None:
        return words.busy(request.env)
    if outcome.refused:
        return "\n".join(outcome.refused)
    if outcome.moved:
        return "\n".join((*outcome.moved, words.accept(request.env)))
    return ""


def not_paid(message):
    """Processing values of a payment that was not made. They are no exception: that
    would take the warnings at the lines with it."""
    return {"state": "error", "state_message": message}


class ShopPayment(PaymentPortal):
    @route()
    def shop_payment_transaction(self, order_id, access_token, **kwargs):
        """Hold, then charge. Our lock is taken before the provider is called, in a
        transaction that nobody's commit can make fail afterwards."""
        begin_claim()
        order = self._promised_order(order_id, access_token)
        if order and (message := refusal(order)):
            return not_paid(message)
        return super().shop_payment_transaction(order_id, access_token, **kwargs)

    def _promised_order(self, order_id, access_token):
        """The quotation, if the customer may pay it; what is wrong else is said by
        whoever is asked next."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return None
        if order.state not in ("draft", "sent"):
            return None
        return order


class PortalPayment(SalePaymentPortal):
    @route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        begin_claim()
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            order = None
        if order and order.state in ("draft", "sent") and (message := refusal(order)):
            return not_paid(message)
        return super().portal_order_transaction(order_id, access_token, **kwargs)


class PortalSignature(CustomerPortal):
    @route()
    def portal_quote_accept(
        self, order_id, access_token=None, name=None, signature=None
    ):
        begin_claim()
        token = access_token or request.httprequest.args.get("access_token")
        try:
            order = self._document_check_access("sale.order", order_id, token)
        except (AccessError, MissingError):
            order = None
        if order and signature and order._has_to_be_signed():
            if message := refusal(order):
                return {"error": message}
        return super().portal_quote_accept(order_id, access_token, name, signature)


class ShopCheckout(WebsiteSale):
    @route()
    def shop_payment(self, **post):
        """From here on the goods are held."""
        begin_claim()
        order = request.cart
        if order and not self._check_cart_and_addresses(order):
            outcome = look(order, is_charged=False)
            if outcome and outcome.refused:
                return request.redirect("/shop/cart")
            if outcome and outcome.moved:
                # by paying they accept it
                order.shop_warning = "\n".join(outcome.moved)
        return super().shop_payment(**post)

    @route()
    def shop_payment_validate(self, sale_order_id=None, **post):
        """An order of zero is confirmed here, without any transaction."""
        begin_claim()
        order = request.cart
        if (
            order
            and order.state == "draft"
            and not order.amount_total
            and not order.get_portal_last_transaction()
        ):
            if message := refusal(order):
                order = request.cart
                order.shop_warning = message
                return request.redirect("/shop/cart")
        return super().shop_payment_validate(sale_order_id=sale_order_id, **post)


class ShopStatus(PaymentPostProcessing):
    @route()
    def poll_status(self, **kwargs):
        """Orders are confirmed here: they wait for each other instead of failing."""
        begin_claim()
        transaction = self._get_monitored_transaction()
        if transaction and not transaction.is_post_processed:
            try:
                transaction.sale_order_ids._lock_before_confirming()
            except WaitedTooLong:
                request.env.cr.rollback()
                # The page asks again.
                return {
                    "provider_code": transaction.provider_code,
                    "state": "draft",
                    "landing_route": transaction.landing_route,
                }
        return super().poll_status(**kwargs)


class ShopCart(Cart):
    def _cart_values(self, **post):
        """What the cart says is what its customer knows."""
        values = super()._cart_values(**post)
        if order := request.cart:
            dates = CartDates(order)
            values["promise_dates"] = dates.told()
            dates.note()
        return values

    @route()
    def cart(self, **post):
        """Whoever takes up another cart gives back what the one before has held."""
        before = request.session.get("sale_order_id")
        response = super().cart(**post)
        after = request.session.get("sale_order_id")
        if before and before != after:
            # sudo: it was the visitor's own cart until now
            old = request.env["sale.order"].sudo().browse(before).exists()
            promise = old.promise_id
            if promise.website_id and old._has_live_hold() and not is_being_paid(old):
                promise._release()
        return response
