"""Disputes of invoices: owner, answer, end."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, PaymentCase


@tagged("post_install", "-at_install")
class TestDisputes(PaymentCase):
    def _disputed(self, invoice, **values):
        return self.Dispute.with_user(self.bookkeeper).create(
            {"move_id": invoice.id, "reason": "price", "amount": 20, **values}
        )

    def test_a_dispute_has_an_owner_a_day_and_ends_with_an_answer(self):
        dispute = self._disputed(self._invoice())
        self.assertEqual((dispute.state, dispute.opened_on), ("open", TODAY))
        self.assertEqual(dispute.partner_id, self.customer)
        self.assertEqual(dispute.activity_ids.user_id, self.bookkeeper)
        with self.assertRaises(UserError):
            dispute.action_refuse()
        dispute.answer = "The price is that of the order."
        dispute.action_refuse()
        self.assertEqual((dispute.state, dispute.closed_on), ("refused", TODAY))
        self.assertFalse(dispute.activity_ids)

    def test_one_open_dispute_for_an_invoice(self):
        invoice = self._invoice()
        first = self._disputed(invoice)
        self.assertEqual(self.customer.payment_dispute_count, 1)
        first.action_withdraw()
        self.assertTrue(self._disputed(invoice))

    def test_the_state_is_set_by_the_buttons_alone(self):
        dispute = self._disputed(self._invoice())
        with self.assertRaises(UserError):
            dispute.write({"state": "accepted"})
        with self.assertRaises(UserError):
            self._disputed(self._invoice(), state="accepted")
        with self.assertRaises(AccessError):
            dispute.with_user(self.reader).action_withdraw()

    def test_only_posted_invoices_are_disputed(self):
        with self.assertRaises(ValidationError):
            self._disputed(self._invoice(post=False))
        note = self._credit(self._invoice())
        with self.assertRaises(ValidationError):
            self._disputed(note)

    def test_what_a_bookkeeper_enters_in_the_form(self):
        invoice = self._invoice()
        action = invoice.with_user(self.bookkeeper).action_dispute()
        form = Form(
            self.Dispute.with_user(self.bookkeeper).with_context(**action["context"])
        )
        form.reason = "goods"
        dispute = form.save()
        self.assertEqual((dispute.move_id, dispute.amount), (invoice, 100))
