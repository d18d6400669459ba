from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-04 10:00:00")
class TestAccountCallCenter(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.firma = cls.env["res.partner"].create(
            {"name": "Firma", "phone": "+49 30 1234567", "is_company": True}
        )
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna", "phone": "+49 30 123456712", "parent_id": cls.firma.id}
        )
        company = {
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
        }
        cls.employee = cls.env["res.users"].create(
            {"name": "Employee", "login": "cc_acc_employee", **company}
        )
        cls.biller = cls.env["res.users"].create(
            {
                "name": "Biller",
                "login": "cc_acc_biller",
                "group_ids": [(6, 0, cls.env.ref("account.group_account_invoice").ids)],
                **company,
            }
        )

    def _invoice(self, due, amount=100.0, partner=None, move_type="out_invoice"):
        invoice = self.init_invoice(
            move_type,
            partner=partner or self.anna,
            invoice_date=due,
            amounts=[amount],
        )
        invoice.invoice_payment_term_id = False
        invoice.invoice_date_due = due
        invoice.action_post()
        return invoice

    def _section(self, user, code="invoices"):
        context = (
            self.env["phone.call"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company.ids)
            .caller_context("res.partner", self.anna.id)
        )
        return next((s for s in context["sections"] if s["code"] == code), None)

    def test_section_shows_open_and_overdue_invoices_of_the_company(self):
        open_ = self._invoice("2026-06-01")
        overdue = self._invoice("2026-04-01", partner=self.firma)
        paid = self._invoice("2026-04-02")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        bill = self._invoice("2026-04-03", move_type="in_invoice")
        section = self._section(self.biller)
        lines = {r["id"]: r for r in section["records"]}
        self.assertEqual(list(lines), [overdue.id, open_.id])
        self.assertNotIn(bill.id, lines)
        self.assertEqual(lines[overdue.id]["badge"], "Overdue")
        self.assertEqual(lines[overdue.id]["level"], "danger")
        self.assertEqual(lines[open_.id]["badge"], "Open")
        self.assertEqual(lines[open_.id]["invoice_date_due"], "2026-06-01")
        self.assertIn("100", lines[open_.id]["amount_residual"])

    def test_alert_adds_up_all_that_is_overdue(self):
        for day in range(1, 13):
            self._invoice(f"2026-04-{day:02}", amount=100.0)
        section = self._section(self.biller)
        self.assertEqual(len(section["records"]), 10)
        self.assertEqual(len(section["alerts"]), 1)
        self.assertIn("12", section["alerts"][0]["message"])
        self.assertIn("1,200", section["alerts"][0]["message"])

    def test_credit_note_is_not_overdue(self):
        self._invoice("2026-04-01", move_type="out_refund")
        section = self._section(self.biller)
        self.assertEqual(section["records"][0]["badge"], "Credit note")
        self.assertEqual(section["alerts"], [])

    def test_no_section_without_a_right_to_read_invoices(self):
        self._invoice("2026-04-01")
        self.assertIsNone(self._section(self.employee))

    def _credit_levels(self):
        self.env.flush_all()
        self.env.invalidate_all()
        # no right to read invoices is needed to be warned
        section = self._section(self.employee, "credit")
        return [alert["level"] for alert in section["alerts"]]

    def test_whoever_sells_is_told_that_the_credit_limit_is_used_up(self):
        self.company.account_use_credit_limit = True
        self.firma.with_company(self.company).credit_limit = 100
        self.assertEqual(self._credit_levels(), [])
        self._invoice("2026-06-01", amount=150.0)
        self.assertEqual(self._credit_levels(), ["danger"])
        self.firma.with_company(self.company).credit_limit = 1000
        self.assertEqual(self._credit_levels(), [])

    def test_companies_without_credit_limits_are_not_told(self):
        if "sale.credit.policy" in self.env:
            self.skipTest("the credit policy says whether limits count")
        self.company.account_use_credit_limit = False
        self.firma.with_company(self.company).credit_limit = 100
        self._invoice("2026-06-01", amount=150.0)
        self.assertEqual(self._credit_levels(), [])
