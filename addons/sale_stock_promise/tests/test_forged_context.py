"""What a client puts into the context decides nothing about an order's promise."""

from odoo.exceptions import AccessError, UserError, ValidationError
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

    # -- which promise an order rests on -------------------------------------------

    def _hold_of_a_colleague(self):
        colleague = self._user("forged_colleague", "sales_team.group_sale_salesman")
        Promise = self.env["delivery.promise"].with_user(colleague)
        answer = Promise.hold(
            {
                "partner_id": self.partner.id,
                "lines": [{"product_id": self.product.id, "quantity": 4}],
            }
        )
        return Promise.browse(answer["promise_id"])

    def test_hold_of_a_colleague_is_not_taken_by_a_link(self):
        promise = self._hold_of_a_colleague()
        order = self._order((self.product, 4))
        for method, arguments in (
            ("write", [order.ids, {"promise_id": promise.id}]),
            (
                "create",
                [{"partner_id": self.partner.id, "promise_id": promise.id}],
            ),
        ):
            with self.assertRaises(AccessError):
                call_kw(order.browse(), method, arguments, {})
        made = call_kw(
            order.browse(),
            "create",
            [{"partner_id": self.partner.id, "company_id": self.company.id}],
            {
                "context": {
                    "default_promise_id": promise.id,
                    "allowed_company_ids": self.company.ids,
                }
            },
        )
        self.assertFalse(order.browse(made).sudo().promise_id)
        self.assertEqual(promise.state, "held")

    def test_promise_of_an_order_is_not_exchanged(self):
        order, other = (self._order((self.product, 4)) for __ in "ab")
        (order | other).action_confirm()
        with self.assertRaises(UserError):
            order.promise_id = other.promise_id

    def test_line_rests_on_its_order_s_promise_alone(self):
        order, other = (self._order((self.product, 4)) for __ in "ab")
        (order | other).action_hold_promise()
        foreign = other.sudo().promise_id.line_ids
        # a client chooses no link at all, our own code none but the order's
        with self.assertRaises(AccessError):
            order.order_line.promise_line_id = foreign.id
        with self.assertRaises(ValidationError):
            order.sudo().order_line.promise_line_id = foreign.id
        with self.assertRaises(AccessError):
            self._order(
                (self.product, 1),
                order_line=[
                    (
                        0,
                        0,
                        {"product_id": self.product.id, "promise_line_id": foreign.id},
                    )
                ],
            )
