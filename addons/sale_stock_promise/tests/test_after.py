"""What can be done about an order's dates after it was confirmed."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NOW, SalePromiseCase


@tagged("post_install", "-at_install")
class TestAfterTheOrder(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls._user("so_planner", "sales_team.group_sale_manager")
        cls.receipt = cls._receipt(cls.product, 10, 6)

    def _confirmed(self):
        order = self._order((self.product, 15))
        order.action_confirm()
        self.env.cr.flush()
        return order

    def _wizard(self, action, user=None):
        return (
            self.env[action["res_model"]]
            .with_user(user or self.seller)
            .browse(action["res_id"])
        )

    def test_seller_sees_the_outcome_and_promises_an_order_again(self):
        order = self._confirmed()
        self.receipt.date = NOW + timedelta(days=9)
        self.env.cr.flush()
        self.assertEqual(order.order_line.promise_status, "at_risk")
        wizard = self._wizard(order.action_promise_again())
        self.assertEqual((wizard.row_ids.outcome, wizard.row_ids.days), ("later", 3))
        self.assertEqual(order.commitment_date, NOW + timedelta(days=6), "only shown")
        wizard.action_apply()
        self.assertEqual(order.commitment_date, NOW + timedelta(days=9))
        self.assertEqual(order.order_line.promise_status, "on_time")

    def test_planner_sets_the_date_of_a_line_and_the_order_follows(self):
        order = self._confirmed()
        action = order.with_user(self.planner).order_line.action_set_promise_by_hand()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.planner)
            .with_context(**action["context"])
            .create({"promised_date": NOW + timedelta(days=10), "reason": "Holiday"})
        )
        wizard.action_apply()
        self.assertEqual(order.commitment_date, NOW + timedelta(days=10))
        self.assertTrue(order.order_line.promise_is_manual)
        move = order.order_line.sudo().move_ids
        self.assertEqual(move.date_deadline, NOW + timedelta(days=10))

    def test_seller_does_not_set_dates_by_hand(self):
        order = self._confirmed()
        with self.assertRaises(AccessError):
            order.order_line.promise_line_id.set_promised_date(
                NOW + timedelta(days=10), "I want to"
            )

    def test_order_without_a_promise_says_so(self):
        order = self._order((self.service, 1))
        order.action_confirm()
        with self.assertRaises(UserError):
            order.action_promise_again()

    def test_nobody_responsible_the_seller_is_told_of_a_risk(self):
        order = self._confirmed()
        promise = order.sudo().promise_id
        promise.user_id = False
        self.receipt.date = NOW + timedelta(days=9)
        self.env.cr.flush()
        self.assertEqual(promise.activity_ids.user_id, self.seller)

    def test_order_that_takes_the_goods_is_named_as_the_cause(self):
        order = self._confirmed()
        line = order.sudo().promise_id.line_ids
        self.company.promise_confirm_policy = "free"
        rival = self._order((self.product, 8))
        rival.action_confirm()
        self.env.cr.flush()
        self.assertEqual(line.risk_cause, "demand")
        self.assertEqual((line.risk_model, line.risk_res_id), ("sale.order", rival.id))
