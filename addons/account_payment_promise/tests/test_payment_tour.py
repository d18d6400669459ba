from odoo.tests import HttpCase, tagged

from .common import PaymentCase


@tagged("post_install", "-at_install")
class TestPaymentTour(PaymentCase, HttpCase):
    def test_a_bookkeeper_notes_a_promise_on_an_invoice(self):
        invoice = self._invoice()
        action = self.env.ref("account.action_move_out_invoice_type")
        self.start_tour(
            f"/odoo/action-{action.id}/{invoice.id}",
            "account_payment_promise_tour",
            login="bookkeeper",
        )
        self.assertEqual(invoice.payment_promise_ids.amount, 100)
