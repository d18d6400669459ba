from datetime import timedelta

from odoo import Command, fields

from odoo.addons.sale_stock_promise.tests.common import NOW, SalePromiseCase

MANAGER = "account_financial_risk.group_account_financial_risk_manager"


class CreditCase(SalePromiseCase):
    """A company with books, a customer with a limit of 1,000, and people: a
    salesperson, a bookkeeper, a credit manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.company.account_price_include = "tax_excluded"
        # the chart gives its tax to products that are there
        (cls.product | cls.other | cls.service).taxes_id = False
        cls.company.account_sale_tax_id = False
        cls.currency = cls.company.currency_id
        cls.manager = cls._user(
            "credit_manager", f"{MANAGER},account.group_account_user"
        )
        cls.bookkeeper = cls._user("credit_books", "account.group_account_invoice")
        cls.partner.write({"credit_limit": 1000.0, "is_company": True})
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ida Lindholm", "parent_id": cls.partner.id}
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "25 %",
                "amount": 25.0,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "tax_group_id": cls.env["account.tax.group"]
                .create({"name": "Test", "company_id": cls.company.id})
                .id,
            }
        )
        cls.bank = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )
        cls.foreign = cls.env["res.currency"].create(
            {"name": "XTS", "symbol": "x", "rounding": 0.01}
        )
        # 2 of it for 1 of the company's
        cls.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 2.0,
                "currency_id": cls.foreign.id,
                "company_id": cls.company.id,
            }
        )
        cls.prices = cls.env["product.pricelist"].create(
            {
                "name": "Foreign",
                "currency_id": cls.foreign.id,
                "company_id": cls.company.id,
            }
        )
        cls._stock(cls.product, 1000)
        cls._stock(cls.other, 1000)

    @classmethod
    def _policy(cls, action="wait", **values):
        """What counts for all customers of the company from now on."""
        cls.company.credit_confirm = "sentence"
        return cls.env["sale.credit.policy"].create(
            {"company_id": cls.company.id, "action": action, **values}
        )

    def _invoice(self, amount, partner=None, days=30, post=True, **values):
        """An invoice that is due in so many days."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.partner).id,
                "company_id": self.company.id,
                "invoice_date": NOW.date(),
                "invoice_date_due": NOW.date() + timedelta(days),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            invoice._post()
        return invoice

    def _pay(self, amount, partner=None, invoices=None, **values):
        """Money from the customer; allocated to invoices, or not."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.partner).id,
                "amount": amount,
                "journal_id": self.bank.id,
                "date": NOW.date(),
                **values,
            }
        )
        payment.action_post()
        if not payment.move_id:
            payment._generate_journal_entry()
            payment.move_id._post()
        if invoices:
            lines = (payment.move_id | invoices).line_ids.filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                )
            )
            lines.reconcile()
        return payment

    def _exposure(self, partner=None, user=None, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        partner = (partner or self.partner).with_user(user or self.manager)
        return partner.with_context(**context).credit_exposure(self.company.id)

    def assertOwed(self, amount, partner=None):
        self.assertAlmostEqual(self._exposure(partner)["exposure"], amount, 2)

    def _confirm(self, order, user=None):
        """Confirm as a salesperson does on the screen."""
        order.with_user(user or self.seller).action_confirm()
        return order.state == "sale"

    def _today(self):
        return fields.Date.today()
