from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.http import root
from odoo.tests import new_test_user, tagged

from .common import ShopCase

TRANSACTION = "odoo.addons.payment.models.payment_transaction.PaymentTransaction"


class Conflict(SerializationFailure):
    pgcode = "40001"


@tagged("post_install", "-at_install")
class TestCartHold(ShopCase):
    def _held(self, product):
        lines = self.env["delivery.promise.line"].search(
            [("product_id", "=", product.id), ("promise_id.state", "=", "held")]
        )
        return sum(lines.mapped("quantity"))

    def _open_payment_page(self, cart, login=None):
        self._shop_with(cart, login)
        answer = self.url_open("/shop/payment", allow_redirects=False)
        cart.invalidate_recordset()
        return answer

    def test_looking_holds_nothing_and_the_payment_page_does(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        self.assertEqual(self.url_open("/shop/cart").status_code, 200)
        self._ask((self.product, 4))
        self.assertFalse(cart.promise_id)
        self.assertEqual(self._open_payment_page(cart).status_code, 200)
        self.assertEqual(cart.promise_id.state, "held")
        self.assertEqual(cart.promise_id.website_id, self.website)
        minutes = (cart.promise_id.hold_until - fields.Datetime.now()).total_seconds()
        self.assertLessEqual(minutes, 15 * 60)
        self.assertEqual(self._held(self.product), 4)

    def test_a_shopper_does_not_compete_with_their_own_hold(self):
        cart = self._cart((self.product, 10))
        for __ in range(2):
            self._open_payment_page(cart)
            self.assertEqual(self._held(self.product), 10)
        line = self._ask((self.product, 10))["result"]["lines"][0]
        self.assertEqual(line["availability"], "in_stock")
        self.authenticate(None, None)
        line = self._ask((self.product, 1))["result"]["lines"][0]
        self.assertEqual(line["availability"], "no_date")

    def test_the_page_alone_does_not_prolong_without_end(self):
        cart = self._cart((self.product, 4))
        self.website.promise_hold_minutes_max = 20
        self._open_payment_page(cart)
        since = cart.promise_id.shop_held_since
        for minutes in (10, 12, 14):
            cart.promise_id.shop_held_since = since - timedelta(minutes=minutes)
            self._open_payment_page(cart)
        longest = cart.promise_id.shop_held_since + timedelta(minutes=20)
        self.assertLessEqual(
            cart.promise_id.hold_until, max(longest, since + timedelta(minutes=16))
        )

    def test_a_payment_holds_whoever_skipped_the_page(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        self.assertEqual(self._pay(cart)["state"], "draft")
        self.assertEqual(self._held(self.product), 4)

    def test_the_last_piece_went_before_the_payment(self):
        product = self._product("Last", 1, allow_out_of_stock_order=False)
        first, second = self._cart((product, 1)), self._cart((product, 1))
        self._shop_with(first)
        self._pay(first)
        self._shop_with(second)
        answer = self._pay(second)
        self.assertEqual(answer["state"], "error")
        self.assertIn("no longer available", answer["state_message"])
        self.assertFalse(second.transaction_ids)
        # committed, and shown at the line
        self.assertIn("no longer available", second.order_line[0].shop_warning)
        page = self.url_open("/shop/payment")
        self.assertTrue(page.url.endswith("/shop/cart"))
        self.assertIn("no longer available", page.text)

    def test_a_later_date_is_accepted_first(self):
        product = self._product("Wheel", 1)
        self._receipt(product, 5, 8)
        first, second = self._cart((product, 1)), self._cart((product, 1))
        second.order_line.filtered(
            "product_id.is_storable"
        ).shop_promise_told = fields.Date.today()
        self._shop_with(first)
        self._pay(first)
        self._shop_with(second)
        answer = self._pay(second)
        self.assertEqual(answer["state"], "error")
        self.assertIn("no longer on", answer["state_message"])
        self.assertFalse(second.transaction_ids)
        # held meanwhile, on the new day
        self.assertEqual(self._held(product), 2)
        self.assertEqual(self._pay(second)["state"], "draft")

    def test_a_request_that_runs_again_charges_once(self):
        cart = self._cart((self.product, 4))
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "payment_details": "1234",
                "partner_id": self.guest.id,
                "provider_ref": "ref",
            }
        )
        charged, conflicts = [], [Conflict]
        values_of = self.registry["payment.transaction"]._get_processing_values

        def charge(transaction):
            # the goods are held before the provider is asked
            self.assertEqual(self._held(self.product), 4)
            charged.append(transaction.reference)

        def values(transaction):
            if conflicts:
                raise conflicts.pop()
            return values_of(transaction)

        self._shop_with(cart)
        with (
            patch(f"{TRANSACTION}._send_payment_request", charge),
            patch.object(
                self.registry["payment.transaction"], "_get_processing_values", values
            ),
        ):
            answer = self._pay(
                cart, flow="token", token_id=token.id, payment_method_id=None
            )
        self.assertEqual(charged, [self._transaction(cart).reference])
        self.assertEqual(answer["state"], "pending")
        self.assertEqual(self._held(self.product), 4)

    def test_a_failed_payment_frees_at_once(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        for fail in ("_set_error", "_set_canceled"):
            self._pay(cart)
            self.assertEqual(self._held(self.product), 4)
            getattr(self._transaction(cart), fail)("Declined")
            self.assertEqual(self._held(self.product), 0)
        self._pay(cart)
        self.assertEqual(self._held(self.product), 4)

    def test_a_payment_that_is_waited_for_holds_longer(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        self._pay(cart)
        self.website.promise_pending_hours = 5
        self._transaction(cart)._set_pending()
        hours = (cart.promise_id.hold_until - fields.Datetime.now()).total_seconds()
        self.assertAlmostEqual(hours / 3600, 5, delta=0.1)

    def test_a_paid_cart_takes_its_hold(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        self._pay(cart)
        transaction = self._transaction(cart)
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(cart.state, "sale")
        self.assertEqual(cart.promise_id.state, "confirmed")
        self.assertEqual(self._held(self.product), 0)

    def test_paid_after_the_hold(self):
        product = self._product("Slow", 1)
        self._receipt(product, 5, 8)
        first, second = self._cart((product, 1)), self._cart((product, 1))
        self._shop_with(first)
        self._pay(first)
        # sudo: time goes by
        first.promise_id.hold_until = fields.Datetime.now() - timedelta(minutes=1)
        self._shop_with(second)
        self._pay(second)
        self.assertEqual(second.promise_id.promised_date.date(), fields.Date.today())
        self.env.invalidate_all()
        transaction = self._transaction(first)
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(first.state, "sale")
        self.assertEqual(
            first.promise_id.promised_date.date(),
            fields.Date.today() + timedelta(days=8),
        )
        self.assertIn("refund", first.activity_ids.summary)
        told = first.message_ids.filtered(lambda m: self.guest in m.partner_ids)
        self.assertIn("no longer on", str(told.mapped("body")))

    def test_a_newer_cart_of_the_same_customer_takes_over(self):
        user = new_test_user(
            self.env, "shopper", groups="base.group_portal", password="shopper"
        )
        user.partner_id.write(
            {
                "street": "Grand-Rue 2",
                "city": "Namur",
                "zip": "5000",
                "phone": "+3281000001",
                "email": "shopper@example.com",
                "country_id": self.belgium.id,
            }
        )
        old = self._cart((self.product, 10), partner=user.partner_id)
        self._open_payment_page(old, "shopper")
        self.assertEqual(old.promise_id.state, "held")
        new = self._cart((self.product, 8), partner=user.partner_id)
        self._open_payment_page(new, "shopper")
        self.assertEqual(new.promise_id.state, "held")
        self.assertEqual(old.promise_id.state, "released")
        # not from one that is being paid
        self._pay(new)
        third = self._cart((self.product, 10), partner=user.partner_id)
        self._open_payment_page(third, "shopper")
        self.assertEqual(new.promise_id.state, "held")
        self.assertFalse(third.promise_id)

    def test_what_has_no_date_is_sold_beside_what_is_held(self):
        """Odoo sells it out of stock; the page says that no date is known."""
        rare = self._product("Rare")
        cart = self._cart((self.product, 4), (rare, 1))
        self._shop_with(cart)
        self.assertEqual(self._pay(cart)["state"], "draft")
        self.assertEqual(cart.promise_id.line_ids.product_id, self.product)
        self._transaction(cart)._set_done()
        self._transaction(cart)._post_process()
        self.assertEqual(cart.state, "sale")
        self.assertEqual(len(cart.promise_id.line_ids), 2)
        self.assertFalse(cart.activity_ids)

    def test_guests_take_over_from_nobody(self):
        first, second = self._cart((self.product, 10)), self._cart((self.product, 8))
        self._open_payment_page(first)
        self._open_payment_page(second)
        self.assertEqual(first.promise_id.state, "held")
        self.assertFalse(second.promise_id)

    def test_editing_a_held_cart_shrinks_and_never_raises(self):
        cart = self._cart((self.product, 6), (self._product("Pad", 5), 2))
        self._open_payment_page(cart)
        disc, pad = cart.order_line.filtered("product_id.is_storable")
        for quantity, held in ((8, 6), (3, 3), (9, 3)):
            answer = self._post("/shop/cart/update", line_id=disc.id, quantity=quantity)
            self.assertNotIn("error", answer)
            self.assertEqual(self._held(self.product), held)
        self._post("/shop/cart/update", line_id=pad.id, quantity=0)
        self.assertEqual(cart.promise_id.line_ids.product_id, self.product)
        self._open_payment_page(cart)
        self.assertEqual(self._held(self.product), 9)
        self._post("/shop/cart/update", line_id=disc.id, quantity=0)
        self.assertEqual(self._held(self.product), 0)

    def test_a_merged_cart_leaves_its_hold(self):
        old, new = self._cart((self.product, 6)), self._cart((self.product, 1))
        self._open_payment_page(old)
        self._open_payment_page(new)
        page = self.url_open(
            f"/shop/cart?id={old.id}&access_token={old.access_token}"
            "&revive_method=merge"
        )
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self._held(self.product), 1)
        self.assertEqual(self._open_payment_page(new).status_code, 200)
        self.assertEqual(self._held(self.product), 7)

    def test_a_recovered_cart_gives_back_what_the_other_held(self):
        old, new = self._cart((self.product, 6)), self._cart((self.product, 4))
        self._open_payment_page(new)
        self.url_open(
            f"/shop/cart?id={old.id}&access_token={old.access_token}"
            "&revive_method=squash"
        )
        self.assertEqual(self._held(self.product), 0)

    def test_limits_of_a_cart_and_of_an_address(self):
        self.website.promise_cart_value_max = 300
        big = self._cart((self.product, 4))
        self.assertEqual(self._open_payment_page(big).status_code, 200)
        self.assertFalse(big.promise_id)
        self.website.promise_cart_value_max = 0
        others = self.env["delivery.promise"].search_count(
            [("website_id", "=", self.website.id), ("state", "=", "held")]
        )
        self.website.promise_address_holds_max = others + 1
        first, second = self._cart((self.product, 2)), self._cart((self.product, 2))
        self._open_payment_page(first)
        self._open_payment_page(second)
        self.assertTrue(first.promise_id)
        self.assertFalse(second.promise_id)

    def test_an_order_of_zero_is_looked_at_too(self):
        gift = self._product("Gift", 1, list_price=0.0, allow_out_of_stock_order=False)
        first, second = self._cart((gift, 1)), self._cart((gift, 1))
        for cart, state in ((first, "sale"), (second, "draft")):
            self._shop_with(cart)
            self.url_open("/shop/payment/validate")
            cart.invalidate_recordset()
            self.assertEqual(cart.state, state)

    def test_portal_payment_and_signature(self):
        product = self._product("Last", 1, allow_out_of_stock_order=False)
        orders = [
            self._cart(
                (product, 1),
                website_id=False,
                warehouse_id=self.warehouse.id,
                require_signature=True,
            )
            for __ in range(3)
        ]
        for order in orders:
            order.action_quotation_sent()
        paid, signed, late = orders
        self.authenticate(None, None)

        def pay(order):
            return self._post(
                f"/my/orders/{order.id}/transaction",
                access_token=order.access_token,
                provider_id=self.provider.id,
                payment_method_id=self.method.id,
                token_id=None,
                amount=order.amount_total,
                flow="direct",
                tokenization_requested=False,
                landing_route="/my",
            )["result"]

        self.assertEqual(pay(paid)["state"], "draft")
        self.assertEqual(self._held(product), 1)
        self.assertEqual(pay(late)["state"], "error")
        answer = self._post(
            f"/my/orders/{signed.id}/accept",
            access_token=signed.access_token,
            name="Guest",
            signature="R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
        )
        self.assertIn("no longer available", answer["result"]["error"])
        self.assertFalse(signed.signature)

    # -- what the pages say ----------------------------------------------------------

    def test_cart_checkout_payment_and_confirmation_say_the_same_date(self):
        late = self._product("Wheel")
        self._receipt(late, 5, 8)
        slow = self.carrier.copy({"name": "Slow Boat", "is_published": True})
        self.env["delivery.transit.time"].create({"days": 5, "carrier_id": slow.id})
        cart = self._cart((self.product, 4), (late, 2))
        self._shop_with(cart)
        lines = cart.order_line.filtered("product_id.is_storable")
        dates = cart._get_shop_dates()
        page = self.url_open("/shop/cart").text
        for line in lines:
            self.assertIn(dates["lines"][line.id], page)
        self.assertIn(dates["whole"], page)
        today = fields.Date.today()
        self.assertEqual(
            lines.mapped("shop_promise_told"), [today, today + timedelta(days=8)]
        )
        checkout = self.url_open("/shop/checkout").text
        methods = cart._get_shop_method_dates(self.carrier | slow)
        self.assertNotEqual(methods[slow.id], methods[self.carrier.id])
        for text in methods.values():
            self.assertIn(text, checkout)
        payment = self._open_payment_page(cart).text
        self.assertIn(dates["whole"], payment)
        self._pay(cart)
        self._transaction(cart)._set_done()
        self._transaction(cart)._post_process()
        self.session["sale_last_order_id"] = cart.id
        root.session_store.save(self.session)
        confirmation = self.url_open("/shop/confirmation").text
        self.assertIn(dates["whole"], confirmation)
        self.assertIn("o_promise_confirmed", confirmation)

    def test_another_quantity_is_another_date(self):
        cart = self._cart((self.product, 4))
        self._shop_with(cart)
        self.url_open("/shop/cart")
        line = cart.order_line.filtered("product_id.is_storable")
        self.assertTrue(line.shop_promise_told)
        self._post("/shop/cart/update", line_id=line.id, quantity=5)
        self.assertFalse(line.shop_promise_told)
