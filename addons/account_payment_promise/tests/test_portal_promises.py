"""A customer says in the portal by when they pay, or what is wrong."""

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestPortalPromises(PaymentCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env, login="harbour", groups="base.group_portal", name="Harbour"
        )
        cls.portal.partner_id.parent_id = cls.customer
        cls.stranger = new_test_user(
            cls.env, login="hill", groups="base.group_portal", name="Hill"
        )
        cls.invoice = cls._invoice()
        cls.invoice.message_subscribe(cls.portal.partner_id.ids)

    def _post(self, path, login="harbour", **values):
        self.authenticate(login, login)
        values["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(
            f"/my/invoices/{self.invoice.id}/{path}", data=values, allow_redirects=False
        )

    def test_a_customer_promises_to_pay_their_own_invoice(self):
        self._post("promise_to_pay", day="2025-06-12", amount="60")
        promise = self.invoice.payment_promise_ids
        self.assertEqual((promise.amount, promise.channel), (60, "portal"))
        self.assertEqual(promise.partner_id, self.customer)
        self.assertEqual(str(promise.date), "2025-06-12")
        self._post("promise_to_pay", day="2025-06-13")
        self.assertEqual(self.invoice.payment_promise_ids, promise)

    def test_a_customer_disputes_their_own_invoice(self):
        self._post("dispute", reason="goods", description="Broken glass")
        dispute = self.invoice.payment_dispute_ids
        self.assertEqual((dispute.reason, dispute.state), ("goods", "open"))
        self.assertEqual(dispute.description, "Broken glass")

    def test_what_makes_no_sense_is_refused_without_an_error(self):
        for values in (
            {},
            {"day": "soon"},
            {"day": "2025-06-01"},
            {"day": "2035-06-01"},
            {"day": "2025-06-12", "amount": "-5"},
            {"day": "2025-06-12", "amount": "nan"},
            {"day": "2025-06-12", "amount": "inf"},
            {"day": "2025-06-12", "amount": "1000"},
        ):
            with self.subTest(values=values):
                answer = self._post("promise_to_pay", **values)
                self.assertEqual(answer.status_code, 303)
        self._post("dispute", reason="other")
        self._post("dispute", reason="nonsense", description="x")
        self.assertFalse(self.invoice.payment_promise_ids)
        self.assertFalse(self.invoice.payment_dispute_ids)

    def test_another_customer_can_do_nothing(self):
        self._post("promise_to_pay", "hill", day="2025-06-12")
        self._post("dispute", "hill", reason="goods", description="x")
        self.assertFalse(self.invoice.payment_promise_ids)
        self.assertFalse(self.invoice.payment_dispute_ids)

    def test_the_page_shows_the_forms_and_what_was_said(self):
        self.authenticate("harbour", "harbour")
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn("When will you pay?", page)
        self._post("promise_to_pay", day="2025-06-12")
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn("You have promised to pay", page)
        self.assertNotIn("When will you pay?", page)
