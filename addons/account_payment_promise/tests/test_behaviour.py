"""How customers pay, and when open instalments are expected."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time

from ..paying import books
from .common import TODAY, PaymentCase


@tagged("post_install", "-at_install")
class TestBehaviour(PaymentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._history(cls.customer, late=12)
        cls._history(cls.other, late=-5)
        cls.Behaviour._renew_all(cls.company)

    def _expected(self, invoice):
        item = self._item(invoice)
        self.env.invalidate_all()
        return item.expected_payment_50, item.expected_payment_90

    def test_who_pays_late_is_expected_late_as_soon_as_it_is_posted(self):
        late = self._invoice(partner=self.customer)
        early = self._invoice(partner=self.other)
        middle, nine = self._expected(late)
        due = late.invoice_date_due
        self.assertAlmostEqual((middle - due).days, 12, delta=2)
        self.assertGreaterEqual(nine, middle)
        self.assertEqual(
            (late.expected_payment_50, late.expected_payment_90), (middle, nine)
        )
        middle, _nine = self._expected(early)
        self.assertAlmostEqual((middle - early.invoice_date_due).days, -5, delta=2)

    def test_a_customer_without_a_history_is_expected_like_all(self):
        new = self.env["res.partner"].create({"name": "New"})
        middle, nine = self._expected(self._invoice(partner=new))
        due = TODAY + timedelta(days=30)
        self.assertTrue(-6 <= (middle - due).days <= 14)
        self.assertGreater(nine, middle)
        self.assertEqual(new.payment_behaviour()["invoices"], 0)
        self.assertIs(new.payment_behaviour()["days_50"], False)

    def test_what_is_paid_drafted_or_not_an_invoice_has_no_dates(self):
        invoice = self._invoice()
        self.assertTrue(all(self._expected(invoice)))
        entry = self._pay(invoice)
        self.assertEqual(self._expected(invoice), (False, False))
        self.assertFalse(invoice.expected_payment_50)
        entry.line_ids.remove_move_reconcile()
        self.assertTrue(all(self._expected(invoice)))
        self.assertTrue(invoice.expected_payment_50)
        invoice.button_draft()
        self.assertEqual(self._expected(invoice), (False, False))
        note = self._credit(self._invoice(200), 50)
        self.assertFalse(note.expected_payment_50)

    def test_an_overdue_item_is_expected_from_today_on(self):
        invoice = self._invoice(day=TODAY - timedelta(days=200))
        middle, nine = self._expected(invoice)
        self.assertGreaterEqual(middle, TODAY)
        self.assertGreaterEqual(nine, middle)

    def test_each_instalment_has_its_dates_and_the_invoice_the_last_ones(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50}),
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": 60}
                    ),
                ],
            }
        )
        invoice = self._invoice(post=False)
        invoice.invoice_payment_term_id = terms
        invoice.action_post()
        items = self._item(invoice).sorted("date_maturity")
        self.assertEqual(len(items), 2)
        days = [(i.expected_payment_50 - i.date_maturity).days for i in items]
        self.assertAlmostEqual(days[0], 12, delta=2)
        self.assertAlmostEqual(days[1], 12, delta=2)
        self.assertEqual(invoice.expected_payment_50, items[1].expected_payment_50)

    def test_a_dispute_moves_the_dates_and_its_end_moves_them_back(self):
        for invoice in self.env["account.move"].search(
            [("partner_id", "=", self.customer.id), ("payment_state", "=", "paid")],
            limit=4,
        ):
            # disputed ones were paid later by a month
            self.env["account.payment.dispute"].create(
                {"move_id": invoice.id, "reason": "price"}
            ).action_withdraw()
        invoice = self._invoice()
        before = self._expected(invoice)
        row = self.Behaviour.search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "=", self.customer.id),
            ]
        )
        own = row.own
        own["parts"][1][1] += 30  # what was disputed is paid 30 days later
        row.sudo().own = dict(own)
        dispute = self.env["account.payment.dispute"].create(
            {"move_id": invoice.id, "reason": "goods", "answer": "You are right."}
        )
        self.assertGreater(self._expected(invoice)[0], before[0] + timedelta(days=20))
        dispute.action_accept()
        self.assertEqual(self._expected(invoice)[0], before[0])

    def test_payment_behaviour_in_numbers_and_words(self):
        found = self.customer.with_user(self.bookkeeper).payment_behaviour()
        self.assertEqual(set(found), {"invoices", "days_50", "days_90", "text"})
        self.assertEqual(found["invoices"], 12)
        self.assertIsInstance(found["days_50"], float)
        self.assertAlmostEqual(found["days_50"], 12, delta=2)
        self.assertIn(f"{found['days_50']:.0f} days after the due date", found["text"])
        early = self.other.with_user(self.reader).payment_behaviour()
        self.assertIn("days before the due date", early["text"])
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.customer.id}
        )
        self.assertEqual(branch.payment_behaviour(), self.customer.payment_behaviour())

    def test_payment_behaviour_needs_rights(self):
        employee = self._employee("plain", "base.group_user")
        with self.assertRaises(AccessError):
            self.customer.with_user(employee).payment_behaviour()

    def test_nobody_enters_expected_dates(self):
        item = self._item(self._invoice())
        with self.assertRaises(AccessError):
            item.with_user(self.bookkeeper).write({"expected_payment_50": TODAY})
        with self.assertRaises(AccessError):
            item.move_id.with_user(self.bookkeeper).write(
                {"expected_payment_90": TODAY}
            )

    def test_a_bookkeeper_posts_in_the_form_and_sees_the_dates(self):
        form = Form(
            self.env["account.move"]
            .with_user(self.bookkeeper)
            .with_context(default_move_type="out_invoice")
        )
        form.partner_id = self.customer
        form.invoice_date = TODAY
        with form.invoice_line_ids.new() as line:
            line.name = "Parts"
            line.price_unit = 10
        invoice = form.save()
        invoice.action_post()
        with Form(invoice) as form:
            self.assertTrue(form.expected_payment_50)

    def test_the_job_goes_on_where_it_was_and_needs_no_second_run(self):
        invoice = self._invoice()
        self.env.cr.execute(
            "UPDATE account_move_line SET expected_payment_50 = NULL"
            " WHERE move_id = %s",
            [invoice.id],
        )
        row = self.Behaviour._renew_statistics(self.company, again=True)
        self.assertEqual(row.renewed_until, 0)
        self.assertEqual(self.Behaviour._renew_statistics(self.company), row)
        while self.Behaviour._renew_slice(row):
            pass
        self.assertTrue(self._expected(invoice)[0])
        self.assertGreaterEqual(row.renewed_until, self._item(invoice).id)
        with freeze_time(TODAY + timedelta(days=100)):
            self.Behaviour._renew_all(self.company)
            self.assertGreaterEqual(
                self._expected(invoice)[0], TODAY + timedelta(days=100)
            )

    def test_little_history_gives_no_dates(self):
        data = self.setup_other_company()
        company = data["company"]
        self.Behaviour._renew_all(company)
        self.assertFalse(self.Behaviour._forecasts(company, [self.customer.id]))


@tagged("post_install", "-at_install")
class TestBooks(PaymentCase):
    """What counts as a payment, and when."""

    def _known(self, invoice):
        self.env.flush_all()
        books.flush(self.env)
        found = books.payments(
            self.env, self.company, fields.Date.to_date("2000-01-01")
        )
        found = [
            row for row in found if row.customer == invoice.commercial_partner_id.id
        ]
        return [row.paid for row in found]

    def _day(self, days):
        return TODAY + timedelta(days=days)

    def test_the_last_payment_is_the_day_of_the_whole(self):
        invoice = self._invoice(day=self._day(-40))
        self._pay(invoice, 40, self._day(-9))
        self.assertEqual(self._known(invoice), [None])
        self._pay(invoice, day=self._day(-2))
        self.assertEqual(self._known(invoice), [self._day(-2)])

    def test_a_credit_note_is_no_payment(self):
        invoice = self._invoice(day=self._day(-40))
        self._credit(invoice)
        self.assertEqual(self._known(invoice), [])
        invoice = self._invoice(day=self._day(-40))
        self._pay(invoice, 40, self._day(-9))
        self._credit(invoice, day=self._day(-1))
        self.assertEqual(self._known(invoice), [self._day(-9)])

    def test_a_write_off_is_no_payment(self):
        general = self.company_data["default_journal_misc"]
        invoice = self._invoice(day=self._day(-40))
        entry = self._entry(general, self._item(invoice), -100, self._day(-3))
        self._match(invoice, entry)
        self.assertTrue(self._item(invoice).reconciled)
        self.assertEqual(self._known(invoice), [None])

    def test_a_discount_written_off_leaves_the_payments_day(self):
        general = self.company_data["default_journal_misc"]
        invoice = self._invoice(day=self._day(-40))
        self._pay(invoice, 98, self._day(-30))
        entry = self._entry(general, self._item(invoice), -2, self._day(-1))
        self._match(invoice, entry)
        self.assertEqual(self._known(invoice), [self._day(-30)])

    def test_odoos_own_payment_is_one(self):
        invoice = self._invoice(day=self._day(-40))
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"payment_date": self._day(-4)})._create_payments()
        self.assertEqual(self._known(invoice), [self._day(-4)])
