"""What a client puts into the context decides nothing about an order's promise."""

from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import SalePromiseCase


@tagged("post_install", "-at_install")
class TestForgedContext(SalePromiseCase):
    def test_claim_follows_whatever_a_client_calls_watched(self):
        order = self._order((self.product, 4))
        order.action_hold_promise()
        line = order.order_line
        call_kw(
            line.browse(),
            "write",
            [line.ids, {"product_uom_qty": 6}],
            {"context": {"promise_watched": True}},
        )
        self.assertEqual(order.promise_id.line_ids.quantity, 6)
        self.assertEqual(self._atp(self.product), 4)

    def test_confirmed_promise_follows_too(self):
        order = self._order((self.product, 4))
        order.action_confirm()
        call_kw(
            order.browse(),
            "write",
            [
                order.ids,
                {"order_line": [[1, order.order_line.id, {"product_uom_qty": 6}]]},
            ],
            {"context": {"promise_watched": True}},
        )
        self.assertEqual(order.sudo().promise_id.line_ids.quantity, 6)

    def test_nobody_says_which_quotations_do_not_count(self):
        self._order((self.product, 4))
        other = self._order((self.product, 8))
        request = {"lines": [{"product_id": self.product.id, "quantity": 1}]}
        Promise = self.env["delivery.promise"].with_user(self.seller)
        plain = call_kw(Promise, "simulate", [request], {})
        self.assertEqual(plain["lines"][0]["quoted_elsewhere"], 12)
        for forged in (other.ids, "all", 12, [["x"]], {"x": 1}, [10**12]):
            answer = call_kw(
                Promise,
                "simulate",
                [request],
                {"context": {"promise_asking_order_ids": forged}},
            )
            self.assertEqual(answer, plain)
