"""What the policy makes of holds, and what is said to whom."""

from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .common import NOW, CreditCase


class TestPolicy(CreditCase):
    def _request(self, quantity=11, **values):
        return {
            "partner_id": self.contact.id,
            "company_id": self.company.id,
            "lines": [{"product_id": self.product.id, "quantity": quantity}],
            **values,
        }

    def _promises(self, user=None):
        return self.env["delivery.promise"].with_user(user or self.seller)

    def test_within_the_limit_it_is_ok(self):
        self._policy("refuse")
        answer = self._promises().hold(self._request(10))
        self.assertEqual(answer["credit"], {"state": "ok", "reasons": []})

    def test_simulate_says_what_hold_would(self):
        for action, state in (
            ("ignore", "ok"),
            ("warn", "warned"),
            ("no_hold", "no_hold"),
            ("wait", "waiting"),
            ("refuse", "refused"),
        ):
            policy = self._policy(action)
            with self.subTest(action):
                answer = self._promises().simulate(self._request())
                self.assertEqual(answer["credit"]["state"], state)
                self.assertTrue(answer["promised_date"])
            policy.active = False

    def test_without_a_policy_it_is_only_said(self):
        answer = self._promises().hold(self._request())
        self.assertEqual(answer["credit"]["state"], "warned")
        self.assertEqual(answer["state"], "held")

    def test_no_hold_and_refuse_hold_nothing(self):
        for action in ("no_hold", "refuse"):
            policy = self._policy(action)
            with self.subTest(action), self.assertRaises(UserError):
                self._promises().hold(self._request())
            policy.active = False
        self.assertOwed(0.0)

    def test_what_waits_keeps_its_goods_or_not(self):
        policy = self._policy("wait")
        before = self._atp(self.product)
        answer = self._promises().hold(self._request())
        self.assertEqual(
            (answer["state"], answer["credit"]["state"]), ("held", "waiting")
        )
        self.assertEqual(self._atp(self.product), before - 11)
        # it has no credit yet, and takes none from others
        self.assertOwed(0.0)
        policy.keep_goods = False
        answer = self._promises().hold(self._request())
        self.assertEqual(
            (answer["state"], answer["hold_until"], answer["credit"]["state"]),
            ("draft", False, "waiting"),
        )
        self.assertEqual(self._atp(self.product), before - 11)
        promise = self.env["delivery.promise"].browse(answer["promise_id"])
        self.assertEqual(promise.credit_state, "waiting")
        self.assertEqual(promise.credit_request_ids.amount, 1100.0)

    def test_a_hold_that_grows_is_looked_at_again(self):
        self._policy("refuse")
        order = self._order((self.product, 9))
        order.action_hold_promise()
        with self.assertRaises(UserError):
            order.order_line.product_uom_qty = 11
        order.order_line.product_uom_qty = 10
        self.assertEqual(order.promise_state, "held")

    def test_a_class_has_its_own_policy(self):
        self._policy("refuse")
        good = self.env["delivery.promise.class"].create({"name": "Good"})
        self.env["sale.credit.policy"].create(
            {"company_id": self.company.id, "class_id": good.id, "action": "ignore"}
        )
        with self.assertRaises(UserError):
            self._promises().hold(self._request())
        self.partner.promise_class_id = good
        answer = self._promises().hold(self._request())
        self.assertEqual(answer["credit"]["state"], "ok")

    def test_what_is_overdue_counts_by_tolerated_days(self):
        self._invoice(100.0, days=-10)
        self._policy("wait", overdue_days=10)
        self.assertEqual(
            self._promises().simulate(self._request(1))["credit"]["state"], "ok"
        )
        self._tick(days=1)
        found = self._promises().simulate(self._request(1))["credit"]
        self.assertEqual(found["state"], "waiting")
        self.assertEqual(found["reasons"][0]["code"], "overdue_days")

    def test_amounts_only_for_who_may_see_them(self):
        self._policy("wait")
        seller = self._promises().simulate(self._request())["credit"]["reasons"]
        self.assertEqual(seller[0]["code"], "over_limit")
        self.assertNotIn("1,000", seller[0]["message"])
        self.manager.group_ids += self.env.ref("stock_promise.group_promise_user")
        found = self._promises(self.manager).simulate(self._request())
        self.assertIn("1,000", found["credit"]["reasons"][0]["message"])

    def test_orders_confirmed_together_count_together(self):
        self._policy("wait")
        orders = self.env["sale.order"].union(
            *(self._order((self.product, 4)) for __ in range(3))
        )
        other = self._order(
            (self.product, 4),
            partner_id=self.env["res.partner"].create({"name": "O"}).id,
        )
        both = (orders | other).with_user(self.seller)
        action = both.action_confirm()
        self.assertEqual(
            orders.mapped("state") + other.mapped("state"),
            ["sale", "sale", "draft", "sale"],
        )
        self.assertEqual(orders[2].credit_state, "waiting")
        self.assertEqual(action["tag"], "display_notification")

    def test_refusing_one_does_not_stop_the_others(self):
        self._policy("refuse")
        orders = self._order((self.product, 11)) | self._order((self.product, 3))
        orders.with_user(self.seller).action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft", "sale"])

    def test_a_quotation_s_own_hold_counts_once(self):
        self._policy("refuse")
        order = self._order((self.product, 10))
        order.action_hold_promise()
        self.assertTrue(self._confirm(order))
        self.assertOwed(1000.0)

    def test_who_gets_the_invoice_owes_it(self):
        self._policy("refuse")
        other = self.env["res.partner"].create({"name": "Pays for All"})
        order = self._order((self.product, 11), partner_invoice_id=other.id)
        order.action_hold_promise()
        self.assertOwed(0.0)
        self.assertOwed(1100.0, other)
        self.assertTrue(self._confirm(order))

    def test_the_customer_is_told_what_happens_next(self):
        self._policy("wait")
        portal = self._user("credit_portal", "base.group_portal")
        order = self._order((self.product, 11))
        order.with_user(portal).sudo()._validate_order()
        self.assertEqual((order.state, order.credit_state), ("draft", "waiting"))
        text = order.with_user(portal).sudo().credit_message
        self.assertIn("before we confirm it", text)
        self.assertNotIn("limit", text)
        self.assertIn("limit", order.with_user(self.seller).credit_message)

    def test_a_customer_who_is_refused_reads_no_reason(self):
        self._policy("refuse")
        portal = self._user("credit_portal", "base.group_portal")
        order = self._order((self.product, 11))
        with self.assertRaises(UserError) as refused:
            order.with_user(portal).sudo()._validate_order()
        self.assertIn("contact us", str(refused.exception))
        self.assertNotIn("limit", str(refused.exception))

    def test_what_is_due_after_the_horizon_needs_no_credit_yet(self):
        self._policy("refuse")
        self.company.credit_horizon_days = 30
        order = self._order((self.product, 11), commitment_date=NOW + timedelta(40))
        self.assertTrue(self._confirm(order))

    def test_policies_are_the_company_s_and_the_manager_s(self):
        policy = self._policy("warn")
        policy.with_user(self.manager).action = "wait"
        self.assertFalse(
            self.env["sale.credit.policy"].with_user(self.seller).has_access("read")
        )
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["sale.credit.policy"].create(
                {"company_id": self.company.id, "action": "refuse"}
            )

    def test_small_orders_pass(self):
        self._policy("refuse", grace_amount=100.0)
        self._invoice(2000.0)
        self.assertTrue(self._confirm(self._order((self.product, 1))))
        with self.assertRaises(UserError):
            self._confirm(self._order((self.product, 2)))

    def test_the_same_key_gives_the_same_answer(self):
        self._policy("wait")
        first = self._promises().hold(self._request(idempotency_key="k"))
        again = self._promises().hold(self._request(idempotency_key="k"))
        self.assertEqual(again["promise_id"], first["promise_id"])
        self.assertEqual(again["credit"]["state"], "waiting")

    def test_services_owe_as_well(self):
        self._policy("refuse")
        order = self._order((self.service, 1))
        order.order_line.write({"price_unit": 1500.0, "tax_ids": [Command.clear()]})
        with self.assertRaises(UserError):
            self._confirm(order)
