from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestFinancialRiskCallCenter(AccountTestInvoicingCommon):
    def _levels(self):
        self.env.flush_all()
        self.env.invalidate_all()
        company = self.company_data["company"]
        context = (
            self.env["phone.call"]
            .with_user(self.employee)
            .with_context(allowed_company_ids=company.ids)
            .caller_context("res.partner", self.anna.id)
        )
        section = next(s for s in context["sections"] if s["code"] == "credit")
        return [alert["level"] for alert in section["alerts"]]

    def test_caller_over_his_limit_is_told_about_without_amounts(self):
        company = self.company_data["company"]
        self.firma = self.env["res.partner"].create(
            {"name": "Firma", "phone": "+49 30 1234567", "is_company": True}
        )
        self.anna = self.env["res.partner"].create(
            {"name": "Anna", "phone": "+49 30 123456712", "parent_id": self.firma.id}
        )
        self.employee = self.env["res.users"].create(
            {
                "name": "Employee",
                "login": "cc_risk_employee",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
            }
        )
        self.assertEqual(self._levels(), [])
        self.firma.with_company(company).write(
            {
                "risk_invoice_open_include": True,
                "risk_invoice_unpaid_include": True,
                "credit_limit": 100,
            }
        )
        invoice = self.init_invoice("out_invoice", partner=self.anna, amounts=[150.0])
        # the wheel asks before an invoice that exceeds the limit is posted
        company.allow_overrisk_invoice_validation = True
        invoice.action_post()
        self.assertEqual(self._levels(), ["danger"])
        self.firma.with_company(company).credit_limit = 1000
        self.assertEqual(self._levels(), [])
