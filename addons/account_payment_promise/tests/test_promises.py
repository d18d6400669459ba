"""Promises to pay: kept, partly kept and broken by themselves."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from .common import TODAY, PaymentCase


@tagged("post_install", "-at_install")
class TestPromises(PaymentCase):
    def _morning(self, days):
        return freeze_time(TODAY + timedelta(days=days))

    def test_paid_by_the_day_is_kept(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        self.assertEqual(promise.state, "open")
        self._pay(invoice, day=TODAY + timedelta(days=3))
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 100))

    def test_paid_in_parts_by_the_day_is_kept(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        self._pay(invoice, 60)
        self.assertEqual((promise.state, promise.amount_paid), ("open", 60))
        self._pay(invoice, day=TODAY + timedelta(days=10))
        self.assertEqual(promise.state, "kept")

    def test_the_day_itself_is_in_time_and_the_day_after_is_not(self):
        invoice, late = self._invoice(), self._invoice()
        promise, missed = self._promised(invoice), self._promised(late)
        with self._morning(11):
            self._pay(late, day=TODAY + timedelta(days=11))
            # booked later, paid in time
            self._pay(invoice, day=TODAY + timedelta(days=10))
        self.assertEqual(promise.state, "kept")
        self.assertEqual((missed.state, missed.amount_paid), ("broken", 0))

    def test_what_was_not_paid_is_broken_when_the_day_is_over(self):
        promise = self._promised(self._invoice())
        part = self._invoice()
        partly = self._promised(part)
        self._pay(part, 30)
        with self._morning(10):
            self.Promise._settle_due()
            self.assertEqual((promise | partly).mapped("state"), ["open", "open"])
        with self._morning(11):
            self.Promise._settle_due()
        self.assertEqual(promise.state, "broken")
        self.assertEqual(partly.state, "partly")

    def test_a_payment_that_is_undone_breaks_it_and_a_new_match_mends_it(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        entry = self._pay(invoice)
        self.assertEqual(promise.state, "kept")
        entry.line_ids.remove_move_reconcile()
        self.assertEqual((promise.state, promise.amount_paid), ("broken", 0))
        self.assertTrue(promise.bounced)
        self._match(invoice, entry)
        self.assertEqual(promise.state, "kept")

    def test_undone_by_mistake_it_is_open_again_by_a_click(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        self._pay(invoice).line_ids.remove_move_reconcile()
        promise.with_user(self.bookkeeper).action_renew()
        self.assertEqual((promise.state, promise.bounced), ("open", False))

    def test_what_was_paid_before_does_not_count(self):
        invoice = self._invoice()
        self._pay(invoice, 60)
        promise = self._promised(invoice)
        self.assertEqual((promise.amount, promise.amount_paid), (40, 0))
        with self._morning(11):
            self.Promise._settle_due()
        self.assertEqual(promise.state, "broken")

    def test_a_payment_counts_for_the_earliest_promise_alone(self):
        invoice = self._invoice()
        first = self._promised(invoice, 50, days=5)
        second = self._promised(invoice, 50, days=20)
        self._pay(invoice, 50)
        self.assertEqual((first | second).mapped("state"), ["kept", "open"])
        self._pay(invoice, 50)
        self.assertEqual(second.state, "kept")

    def test_a_withdrawn_promise_leaves_its_payment_to_the_next(self):
        invoice = self._invoice()
        first = self._promised(invoice, 50, days=5)
        second = self._promised(invoice, 50, days=20)
        self._pay(invoice, 50)
        first.with_user(self.bookkeeper).action_withdraw()
        self.assertEqual((first | second).mapped("state"), ["cancelled", "kept"])

    def test_a_credit_note_takes_its_place_and_a_write_off_does_not(self):
        invoice, written = self._invoice(), self._invoice()
        promise, other = self._promised(invoice), self._promised(written)
        self._credit(invoice)
        general = self.company_data["default_journal_misc"]
        self._match(written, self._entry(general, self._item(written), -100, TODAY))
        with self._morning(11):
            self.Promise._settle_due()
        self.assertEqual((promise | other).mapped("state"), ["lapsed", "broken"])

    def test_part_credited_and_the_rest_paid_is_kept(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        self._credit(invoice, 30)
        self._pay(invoice)
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 70))

    def test_the_follow_up_is_on_the_day_and_ends_with_the_payment(self):
        invoice = self._invoice()
        promise = self._promised(invoice)
        self.assertEqual(promise.activity_ids.date_deadline, promise.date)
        self.assertEqual(promise.activity_ids.user_id, self.bookkeeper)
        promise.date = TODAY + timedelta(days=15)
        self.assertEqual(promise.activity_ids.date_deadline, TODAY + timedelta(days=15))
        self._pay(invoice)
        self.assertFalse(promise.activity_ids)

    def test_broken_ones_are_followed_still(self):
        promise = self._promised(self._invoice())
        with self._morning(11):
            self.Promise._settle_due()
        self.assertTrue(promise.activity_ids)

    def test_they_are_counted_for_the_customer(self):
        kept, broken = self._invoice(), self._invoice()
        self._promised(kept)
        self._promised(broken)
        self._pay(kept)
        with self._morning(11):
            self.Promise._settle_due()
        self._promised(self._invoice(partner=self.other))
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        for partner in self.customer | branch:
            partner = partner.with_user(self.bookkeeper)
            self.assertEqual(partner.payment_promise_count, 2)
            self.assertEqual(partner.payment_promises_kept, 1)
            self.assertEqual(partner.payment_promises_broken, 1)

    def test_what_a_bookkeeper_enters_in_the_form(self):
        invoice = self._invoice()
        action = invoice.with_user(self.bookkeeper).action_promise_payment()
        form = Form(
            self.Promise.with_user(self.bookkeeper).with_context(**action["context"])
        )
        self.assertEqual(form.amount, 100)
        form.date = TODAY + timedelta(days=4)
        promise = form.save()
        self.assertEqual(promise.line_ids, self._item(invoice))
        self.assertEqual(invoice.payment_promise_count, 1)
        self.assertIn("Harbour Motors: ", promise.display_name)

    def test_nobody_enters_what_became_of_it(self):
        promise = self._promised(self._invoice())
        with self.assertRaises(AccessError):
            promise.write({"state": "kept"})
        with self.assertRaises(AccessError):
            self._promised(self._invoice(), state="kept")
        with self.assertRaises(AccessError):
            promise.with_user(self.reader).action_withdraw()

    def test_what_was_said_stands_once_the_day_is_over(self):
        promise = self._promised(self._invoice())
        with self._morning(11):
            self.Promise._settle_due()
            with self.assertRaises(UserError):
                promise.date = TODAY + timedelta(days=30)

    def test_what_cannot_be_promised_is_refused(self):
        invoice = self._invoice()
        with self.assertRaises(ValidationError):
            self._promised(invoice, days=-1)
        with self.assertRaises(ValidationError):
            self._promised(invoice, line_ids=False)
        with self.assertRaises(ValidationError):
            self._promised(invoice, partner_id=self.other.id)
        revenue = invoice.invoice_line_ids
        with self.assertRaises(ValidationError):
            self._promised(invoice, line_ids=[Command.set(revenue.ids)])

    def test_another_companys_promise_is_not_seen(self):
        promise = self._promised(self._invoice())
        other = self.setup_other_company()["company"]
        stranger = self._employee("stranger", "account.group_account_invoice")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.assertFalse(self.Promise.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            promise.with_user(stranger).action_withdraw()
