from datetime import timedelta

from .common import NOW, SalePromiseCase


class TestCancel(SalePromiseCase):
    def test_cancelling_a_quotation_releases(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_cancel()
        self.assertEqual(order.promise_id.state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_cancelling_an_order_releases_and_breaks_nothing(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_confirm()
        promise = order.promise_id
        order.sudo().action_cancel()
        self.assertEqual(promise.state, "released")
        self.assertEqual(self._atp(self.product), 10)
        self.assertFalse(promise.line_ids.status)

    def test_set_back_to_a_quotation_it_holds_nothing(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_cancel()
        order.action_draft()
        self.assertFalse(order.promise_id)
        self.assertFalse(order.order_line.promised_date)
        order.action_hold_promise()
        self.assertEqual(self._atp(self.product), 4)

    def test_set_back_the_customers_wish_is_the_delivery_date_again(self):
        wished = NOW + timedelta(days=1)
        self._receipt(self.product, 5, days=4)
        free = self._order((self.product, 2))
        dated = self._order((self.product, 12), commitment_date=wished)
        for order in (free, dated):
            order.action_confirm()
            order.sudo().action_cancel()
            order.action_draft()
        self.assertFalse(free.commitment_date)
        self.assertEqual(dated.commitment_date, wished)

    def test_a_sent_quotation_set_back_releases(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_quotation_sent()
        order.action_draft()
        self.assertEqual(self._atp(self.product), 10)

    def test_deleting_a_quotation_releases(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        promise = order.promise_id
        order.sudo().unlink()
        self.assertEqual(promise.state, "released")
        self.assertEqual(self._atp(self.product), 10)

    def test_an_order_can_be_confirmed_again(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_confirm()
        order.sudo().action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertEqual(self._atp(self.product), 4)

    def test_one_of_two_who_share_does_not_release(self):
        order = self._order((self.product, 6))
        order.action_hold_promise()
        other = self._order((self.product, 6))
        other.promise_id = order.promise_id
        other.action_cancel()
        self.assertEqual(order.promise_id.state, "held")
        self.assertFalse(other.promise_id)
        self.assertEqual(self._atp(self.product), 4)
        order.action_cancel()
        self.assertEqual(self._atp(self.product), 10)
