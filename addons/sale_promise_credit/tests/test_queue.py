"""The queue: who decides, what is kept, and what goes on by itself."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import NOW, CreditCase


class TestQueue(CreditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy("wait")

    def _waiting(self, quantity=11, **values):
        """An order that waits, and its request as the manager sees it."""
        order = self._order((self.product, quantity), **values)
        order.action_confirm()
        self.assertEqual((order.state, order.credit_state), ("draft", "waiting"))
        return order, order.sudo().credit_request_ids.with_user(self.manager)

    def _decide(self, request, kind="approve", **values):
        action = getattr(
            request,
            {
                "approve": "action_approve",
                "refuse": "action_refuse",
                "down_payment": "action_ask_down_payment",
            }[kind],
        )()
        window = request.env[action["res_model"]].browse(action["res_id"])
        window.write(values)
        window.action_decide()

    def test_the_queue_says_what_is_at_stake(self):
        order, request = self._waiting()
        self._invoice(50.0, days=-1)
        request.invalidate_recordset()
        self.assertEqual(
            (request.amount, request.exposure, request.credit_limit, request.overdue),
            (1100.0, 50.0, 1000.0, 50.0),
        )
        self.assertEqual((request.user_id, request.document), (self.seller, order.name))
        self.assertIn(self.manager.partner_id, request.message_partner_ids)

    def test_approved_it_goes_on_and_who_waits_is_told(self):
        order, request = self._waiting()
        self._decide(request, note="Good customer")
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.credit_state)
        self.assertIn("Good customer", "".join(order.message_ids.mapped("body")))
        told = order.message_ids.notified_partner_ids | order.message_ids.partner_ids
        self.assertIn(self.seller.partner_id, told)
        log = self.env["sale.credit.log"].search(
            [("request_id", "=", request.id), ("action", "=", "approved")]
        )
        self.assertEqual(
            (log.user_id, log.exposure, log.credit_limit, log.amount),
            (self.manager, 0.0, 1000.0, 1100.0),
        )

    def test_nobody_decides_about_their_own(self):
        self.manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        __, request = self._waiting(user=self.manager, user_id=self.manager.id)
        with self.assertRaises(UserError):
            request.action_approve()
        other = self._order((self.product, 12), user_id=self.seller.id)
        other.with_user(self.manager).sudo().action_request_credit()

    def test_only_managers_decide(self):
        __, request = self._waiting()
        for user in (self.seller, self.bookkeeper):
            with self.assertRaises(AccessError):
                request.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                self.env["sale.credit.decision"].with_user(user).create({})
        for vals in ({"state": "approved"}, {"approved_amount": 1e9}):
            with self.assertRaises(AccessError):
                request.with_user(self.manager).write(vals)

    def test_the_log_is_not_edited(self):
        __, request = self._waiting()
        log = request.sudo().log_ids
        self.assertTrue(log)
        for user in (self.manager, self.env.user):
            with self.assertRaises(UserError):
                log.with_user(user).write({"note": "x"})
            with self.assertRaises(UserError):
                log.with_user(user).unlink()

    def test_refused_it_stays_and_is_told(self):
        order, request = self._waiting()
        self._decide(request, "refuse", note="Pay first")
        self.assertEqual((order.state, order.credit_state), ("draft", "refused"))
        self.assertIn("Pay first", order.with_user(self.seller).credit_message)

    def test_a_down_payment_is_asked_for_on_the_quotation(self):
        order, request = self._waiting()
        self._decide(request, "down_payment", amount=550.0)
        self.assertTrue(order.require_payment)
        self.assertAlmostEqual(order.prepayment_percent, 0.5)
        self.assertEqual(request.state, "down_payment")

    def test_an_approval_ends(self):
        order = self._order((self.product, 11))
        order.action_request_credit()
        request = order.sudo().credit_request_ids.with_user(self.manager)
        self._decide(request, until=NOW.date() + timedelta(2))
        self.assertEqual(order.credit_state, "approved")
        self._tick(days=3)
        self.env["sale.credit.request"]._cron_expire()
        self.assertEqual(order.credit_state, "waiting")
        order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_an_approval_is_for_its_amount(self):
        order = self._order((self.product, 11))
        order.action_request_credit()
        request = order.sudo().credit_request_ids.with_user(self.manager)
        self._decide(request, amount=1100.0)
        order.order_line.product_uom_qty = 12
        order.action_confirm()
        self.assertEqual(order.state, "draft")
        order.order_line.product_uom_qty = 11
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_an_order_grows_within_what_was_approved(self):
        order = self._order((self.product, 5))
        self._confirm(order)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 11
        self.env.invalidate_all()
        order.action_request_credit()
        request = order.sudo().credit_request_ids.with_user(self.manager)
        self._decide(request, amount=1100.0)
        order.order_line.product_uom_qty = 11
        with self.assertRaises(UserError):
            order.order_line.product_uom_qty = 12

    def test_a_payment_lets_what_waits_go_on_in_order_of_priority(self):
        invoice = self._invoice(900.0)
        low, __ = self._waiting(6)
        high, request = self._waiting(6)
        request.sudo().priority = "3"
        with trap_jobs() as trap:
            self._pay(900.0, invoices=invoice)
            trap.assert_enqueued_job(
                self.env["sale.credit.request"].sudo()._look_again,
                args=(self.company.id, self.partner.id),
            )
            trap.perform_enqueued_jobs()
        self.assertEqual((high.state, low.state), ("sale", "draft"))
        self.assertEqual(low.credit_state, "waiting")

    def test_a_raised_limit_lets_a_hold_go_on_with_the_dates_of_then(self):
        self.policy.keep_goods = False
        order = self._order((self.product, 11))
        order.action_hold_promise()
        promise = order.promise_id
        self.assertEqual((promise.state, promise.credit_state), ("draft", "waiting"))
        first = promise.promised_date
        self._tick(days=2)
        with trap_jobs() as trap:
            self.partner.credit_limit = 2000.0
            trap.perform_enqueued_jobs()
        self.assertEqual((promise.state, promise.credit_state), ("held", False))
        self.assertGreater(promise.promised_date, first)

    def test_a_lowered_limit_makes_holds_wait_the_last_first(self):
        first = self._order((self.product, 4))
        first.action_hold_promise()
        last = self._order((self.product, 4))
        last.action_hold_promise()
        with trap_jobs() as trap:
            self.partner.credit_limit = 500.0
            trap.perform_enqueued_jobs()
        self.assertEqual(
            (first.promise_id.credit_state, last.promise_id.credit_state),
            (False, "waiting"),
        )

    def test_what_was_approved_on_a_payment_that_comes_back_waits_again(self):
        self._invoice(900.0)
        payment = self._pay(900.0)
        order = self._order((self.product, 11))
        order.action_request_credit()
        request = order.sudo().credit_request_ids.with_user(self.manager)
        self._decide(request)
        self.assertEqual(order.credit_state, "approved")
        with trap_jobs() as trap:
            payment.move_id.button_draft()
            payment.move_id.button_cancel()
            trap.perform_enqueued_jobs()
        self.assertEqual(order.credit_state, "waiting")

    def test_a_hold_that_is_released_waits_no_more(self):
        order = self._order((self.product, 11))
        order.action_hold_promise()
        request = order.sudo().promise_id.credit_request_ids
        self.assertEqual(request.state, "waiting")
        order.action_release_promise()
        self.assertEqual(request.state, "withdrawn")

    def test_salespeople_see_what_they_wait_for(self):
        __, request = self._waiting()
        colleague = self._user("credit_colleague", "sales_team.group_sale_salesman")
        self.assertTrue(request.with_user(self.seller).has_access("read"))
        self.assertFalse(request.with_user(colleague).has_access("read"))
        with self.assertRaises(AccessError):
            request.with_user(self.seller).read(["exposure"])
