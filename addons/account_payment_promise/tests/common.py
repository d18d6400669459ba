from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tests.common import freeze_time

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

TODAY = date(2025, 6, 2)


class PaymentCase(AccountTestInvoicingCommon):
    """A company with customers, invoices and payments; bookkeepers by their roles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.company = cls.company_data["company"]
        cls.bank = cls.company_data["default_journal_bank"]
        cls.customer = cls.env["res.partner"].create({"name": "Harbour Motors"})
        cls.other = cls.env["res.partner"].create({"name": "Hill Garage"})
        cls.bookkeeper = cls._employee("bookkeeper", "account.group_account_invoice")
        cls.reader = cls._employee("reader", "account.group_account_readonly")
        cls.Promise = cls.env["account.payment.promise"]
        cls.Dispute = cls.env["account.payment.dispute"]
        cls.Behaviour = cls.env["account.payment.behaviour"]

    @classmethod
    def _employee(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=f"base.group_user,{groups}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _invoice(cls, amount=100.0, partner=None, day=TODAY, terms=30, post=True):
        """An invoice without taxes, due so many days after its day."""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": day,
                "invoice_date_due": day + timedelta(days=terms),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Parts", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _item(cls, invoice):
        return invoice._instalments()

    @classmethod
    def _pay(cls, invoice, amount=None, day=TODAY):
        """Money in the bank, matched with the invoice; returns the bank's entry."""
        item = cls._item(invoice)[:1]
        amount = amount or sum(cls._item(invoice).mapped("amount_residual"))
        entry = cls._entry(cls.bank, item, -amount, day)
        cls._match(invoice, entry)
        return entry

    @classmethod
    def _entry(cls, journal, item, amount, day):
        """A posted entry with an amount on the item's account."""
        against = (
            journal.default_account_id or cls.company_data["default_account_expense"]
        )
        entry = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Receivable",
                            "partner_id": item.partner_id.id,
                            "account_id": item.account_id.id,
                            "balance": amount,
                        }
                    ),
                    Command.create(
                        {"name": "Other", "account_id": against.id, "balance": -amount}
                    ),
                ],
            }
        )
        entry.action_post()
        return entry

    @classmethod
    def _match(cls, invoice, entry):
        account = cls._item(invoice).account_id
        lines = cls._item(invoice) | entry.line_ids.filtered(
            lambda line: line.account_id == account
        )
        lines.filtered(lambda line: not line.reconciled).reconcile()

    @classmethod
    def _credit(cls, invoice, amount=None, day=TODAY):
        """A credit note, matched with the invoice."""
        note = cls.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": invoice.partner_id.id,
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Parts",
                            "price_unit": amount or invoice.amount_residual,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        note.action_post()
        lines = (cls._item(invoice) | note.line_ids).filtered(
            lambda line: line.account_id == cls._item(invoice).account_id
        )
        lines.reconcile()
        return note

    @classmethod
    def _history(cls, partner, late, count=12, amount=50.0):
        """Paid invoices, each late by some days, the last due two months ago."""
        for number in range(count):
            day = TODAY - timedelta(days=100 + 15 * number)
            invoice = cls._invoice(amount, partner, day)
            paid = day + timedelta(days=30 + late + number % 3 - 1)
            cls._pay(invoice, day=paid)

    def _promised(self, invoice, amount=None, days=10, user=None, **values):
        items = self._item(invoice)
        return self.Promise.with_user(user or self.bookkeeper).create(
            {
                "partner_id": invoice.commercial_partner_id.id,
                "company_id": invoice.company_id.id,
                "currency_id": invoice.currency_id.id,
                "amount": amount or invoice.amount_residual,
                "date": TODAY + timedelta(days=days),
                "line_ids": [Command.set(items.ids)],
                **values,
            }
        )
