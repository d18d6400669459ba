"""Each way past the policy is tried, as whoever could try it."""

from odoo import Command
from odoo.exceptions import AccessError, UserError

from .common import CreditCase


class TestNothingPasses(CreditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy("refuse")

    def _over(self, **values):
        return self._order((self.product, 11), **values)

    def assertStopped(self, order, call):
        with self.assertRaises(UserError):
            call()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn(order.state, ("draft", "sent"))

    def test_a_context_key_from_a_client(self):
        order = self._over()
        for context in ({"bypass_risk": True}, {"default_credit_cleared": 1e9}):
            forged = order.with_context(**context)
            self.assertStopped(order, forged.action_confirm)

    def test_writing_the_state(self):
        order = self._over()
        self.assertStopped(order, lambda: order.write({"state": "sale"}))

    def test_writing_what_the_desk_keeps(self):
        order = self._over()
        for vals in ({"credit_cleared": 1e9}, {"credit_state": "approved"}):
            with self.assertRaises(AccessError):
                order.write(vals)

    def test_importing_a_confirmed_order(self):
        model = self.env["sale.order"].with_user(self.seller)
        vals = {
            "partner_id": self.partner.id,
            "company_id": self.company.id,
            "state": "sale",
            "order_line": [
                Command.create({"product_id": self.product.id, "product_uom_qty": 11})
            ],
        }
        for context in ({}, {"default_credit_cleared": 1e9, "bypass_risk": True}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                model.with_context(**context).create(vals)

    def test_a_copy_has_no_credit_of_its_own(self):
        order = self._order((self.product, 10))
        self._confirm(order)
        copy = order.copy()
        self.assertFalse(copy.sudo().credit_cleared)
        self.assertStopped(copy, copy.action_confirm)

    def test_cancelled_and_confirmed_again_is_asked_again(self):
        order = self._order((self.product, 10))
        self._confirm(order)
        # sudo: stock does not let salespeople cancel what lies in a batch
        order.sudo()._action_cancel()
        order.action_draft()
        self._invoice(500.0)
        self.assertStopped(order, order.action_confirm)

    def test_the_window_s_button_needs_the_right(self):
        self.company.credit_confirm = "window"
        self.partner.risk_sale_order_limit = 100.0
        order = self._over()
        action = order.action_confirm()
        self.assertEqual(action["res_model"], "partner.risk.exceeded.wiz")
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertStopped(order, window.with_user(self.seller).button_continue)
        # nor by a window of one's own making
        own = window.with_user(self.seller).create(
            {
                "partner_id": self.partner.id,
                "origin_reference": f"sale.order,{order.id}",
                "continue_method": "action_confirm",
            }
        )
        self.assertStopped(order, own.button_continue)
        with self.assertRaises(AccessError):
            own.is_passed = True

    def test_who_has_the_right_goes_on_in_the_window_and_it_is_kept(self):
        self.company.credit_confirm = "window"
        self.partner.risk_sale_order_limit = 100.0
        self.manager.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        order = self._over().with_user(self.manager)
        action = order.action_confirm()
        window = order.env[action["res_model"]].browse(action["res_id"])
        window.button_continue()
        self.assertEqual(order.state, "sale")
        log = self.env["sale.credit.log"].search([("action", "=", "window")], limit=1)
        self.assertEqual((log.user_id, log.document), (self.manager, order.name))

    def test_the_window_calls_nothing_else(self):
        order = self._over()
        window = (
            self.env["partner.risk.exceeded.wiz"]
            .with_user(self.manager)
            .create(
                {
                    "origin_reference": f"sale.order,{order.id}",
                    "continue_method": "unlink",
                }
            )
        )
        self.assertStopped(order, window.button_continue)

    def test_a_signature_on_the_portal_is_not_kept_where_it_is_refused(self):
        portal = self._user("credit_portal", "base.group_portal")
        order = self._over().with_user(portal).sudo()

        def sign():
            order.write({"signed_by": "Ida", "signature": b"R0lGODlhAQABAAAAACw="})
            order._validate_order()

        self.assertStopped(order, sign)
        self.assertFalse(order.signed_by)

    def _transaction(self, order, state, amount):
        provider = self.env["payment.provider"].create(
            {"name": "Test", "code": "none", "company_id": self.company.id}
        )
        method = self.env.ref("payment.payment_method_unknown")
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"{order.name}-{state}",
                "amount": amount,
                "currency_id": self.currency.id,
                "partner_id": self.partner.id,
                "sale_order_ids": [Command.set(order.ids)],
                "state": state,
            }
        )

    def test_money_that_has_not_come_is_no_payment(self):
        """Cash on delivery confirms while it is pending."""
        order = self._over()
        self._transaction(order, "pending", 1100.0)
        order.sudo().action_confirm()
        self.assertEqual((order.state, order.credit_state), ("draft", "waiting"))

    def test_what_is_paid_online_needs_no_credit(self):
        self._invoice(1000.0)
        order = self._over()
        self._transaction(order, "done", 1100.0)._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")

    def test_what_is_paid_in_part_needs_the_rest(self):
        self._invoice(1000.0)
        order = self._over()
        order.write({"require_payment": True, "prepayment_percent": 0.1})
        transaction = self._transaction(order, "done", 200.0)
        transaction._check_amount_and_confirm_order()
        self.assertEqual((order.state, order.credit_state), ("draft", "waiting"))

    def test_a_confirmed_order_that_grows(self):
        order = self._order((self.product, 9), (self.other, 1))
        self._confirm(order)
        line = order.order_line[0]
        for grow in (
            lambda: line.write({"product_uom_qty": 10}),
            lambda: line.write({"price_unit": 130.0}),
            lambda: order.write({"order_line": [(1, line.id, {"price_unit": 130.0})]}),
            lambda: order.write(
                {"order_line": [(0, 0, {"product_id": self.other.id})]}
            ),
            lambda: (
                self.env["sale.order.line"]
                .with_user(self.seller)
                .create({"order_id": order.id, "product_id": self.other.id})
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                grow()
            self.env.invalidate_all()
        # what one line loses another one may gain
        order.write(
            {
                "order_line": [
                    (1, line.id, {"product_uom_qty": 8}),
                    (1, order.order_line[1].id, {"product_uom_qty": 2}),
                ]
            }
        )
        line.product_uom_qty = 7

    def test_a_confirmed_order_that_somebody_else_is_to_pay(self):
        order = self._order((self.product, 5))
        self._confirm(order)
        poor = self.env["res.partner"].create({"name": "Poor"})
        poor.with_company(self.company).credit_none = True
        with self.assertRaises(UserError):
            order.partner_invoice_id = poor

    def test_invoicing_what_was_delivered_is_never_blocked(self):
        order = self._order((self.product, 10))
        self._confirm(order)
        self._deliver(order.picking_ids)
        self._invoice(500.0)
        self.partner.credit_limit = 1.0
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_the_invoice_window_is_not_passed_by_a_context(self):
        self._invoice(2000.0)
        invoice = self._invoice(100.0, post=False)
        action = invoice.with_context(bypass_risk=True).action_post()
        self.assertEqual(action["res_model"], "partner.risk.exceeded.wiz")
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.env.user.group_ids += self.env.ref(
            "account_financial_risk.group_account_financial_risk_manager"
        )
        window.button_continue()
        self.assertEqual(invoice.state, "posted")

    def test_promises_keep_who_owes_and_whether_it_waits(self):
        order = self._order((self.product, 1))
        order.action_hold_promise()
        promise = order.promise_id.with_user(self.seller)
        for vals in (
            {"credit_state": "approved"},
            {"credit_entity_id": self.contact.id},
        ):
            with self.assertRaises(AccessError):
                promise.write(vals)
        with self.assertRaises(UserError):
            promise.line_ids.write({"credit_unit": 0.01})
