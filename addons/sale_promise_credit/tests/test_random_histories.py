"""Exposure equals an independent sum over random histories, to the cent.

What is done is written down as it is done, in plain numbers; no field of Odoo's is read
to add it up. ``CREDIT_HISTORIES`` for more of them, ``CREDIT_SEED`` for others.
"""

import os
import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command

from .common import NOW, CreditCase

HISTORIES = int(os.environ.get("CREDIT_HISTORIES", "3"))
SEED = int(os.environ.get("CREDIT_SEED", "7"))
STEPS = 14
RATES = {"own": Decimal(1), "foreign": Decimal(2)}


def cents(amount):
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


class Ledger:
    """What is owed, by hand: open items, drafts, orders, holds."""

    def __init__(self):
        self.items = Decimal(0)
        self.drafts = {}
        #: {order: [price with tax, ordered, invoiced, rate, down payments]}
        self.orders = {}
        self.holds = {}

    def total(self):
        orders = Decimal(0)
        for price, ordered, invoiced, rate, down in self.orders.values():
            rest = cents(price * (ordered - invoiced) / rate)
            orders += max(rest - down, Decimal(0))
        return (
            self.items + sum(self.drafts.values()) + orders + sum(self.holds.values())
        )


class TestRandomHistories(CreditCase):
    def setUp(self):
        super().setUp()
        self.product.write({"taxes_id": self.tax, "invoice_policy": "order"})
        self.other.invoice_policy = "order"
        self.writeoff = self.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", self.company.id)],
            limit=1,
        )
        self.write_off_journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )

    def _steps(self):
        return [
            self._step_invoice,
            self._step_invoice,
            self._step_draft,
            self._step_refund,
            self._step_pay,
            self._step_pay_on_account,
            self._step_bounce,
            self._step_write_off,
            self._step_discount,
            self._step_order,
            self._step_order,
            self._step_invoice_order,
            self._step_down_payment,
            self._step_hold,
            self._step_release,
            self._step_other_company,
        ]

    def test_it_is_what_was_written_down(self):
        for number in range(HISTORIES):
            self.random = random.Random(SEED * 1000 + number)
            self.customer = self.env["res.partner"].create(
                {"name": f"History {number}", "is_company": True}
            )
            self.person = self.env["res.partner"].create(
                {"name": "Person", "parent_id": self.customer.id}
            )
            self.ledger = Ledger()
            self.invoices, self.payments = {}, []
            done = []
            for __ in range(STEPS):
                step = self.random.choice(self._steps())
                step()
                done.append(step.__name__)
                found = self._exposure(self.customer)["exposure"]
                self.assertEqual(
                    cents(found), cents(self.ledger.total()), f"{number}: {done}"
                )
            self._look_from_elsewhere()

    def _look_from_elsewhere(self):
        known = self._exposure(self.customer)
        second = self._second_company()
        for user in (self.manager, self.bookkeeper):
            self.assertEqual(self._exposure(self.customer, user), known)
        for ids in ((self.company | second).ids, (second | self.company).ids):
            self.assertEqual(
                self._exposure(self.customer, self.env.user, allowed_company_ids=ids),
                known,
            )

    # -- steps: what is done, and what is written down of it -------------------------

    def _amount(self):
        return cents(self.random.randint(500, 90000) / 100)

    def _partner(self):
        return self.random.choice((self.customer, self.person))

    def _in_a_currency(self):
        name = self.random.choice(list(RATES))
        currency = {"own": self.currency, "foreign": self.foreign}[name]
        return currency, RATES[name]

    def _step_invoice(self):
        currency, rate = self._in_a_currency()
        amount = self._amount()
        invoice = self._invoice(
            float(amount),
            self._partner(),
            days=self.random.randint(-40, 40),
            currency_id=currency.id,
        )
        own = cents(amount / rate)
        self.invoices[invoice] = own
        self.ledger.items += own

    def _step_draft(self):
        currency, rate = self._in_a_currency()
        amount = self._amount()
        invoice = self._invoice(
            float(amount), self._partner(), post=False, currency_id=currency.id
        )
        self.ledger.drafts[invoice] = cents(amount / rate)

    def _step_refund(self):
        amount = self._amount()
        self._invoice(float(amount), self._partner(), move_type="out_refund")
        self.ledger.items -= amount

    def _an_open_invoice(self):
        found = [invoice for invoice, amount in self.invoices.items() if amount > 5]
        return self.random.choice(found) if found else None

    def _step_pay(self):
        invoice = self._an_open_invoice()
        if invoice:
            amount = cents(
                self.invoices[invoice] * self.random.choice((1, Decimal("0.4")))
            )
            payment = self._pay(float(amount), invoices=invoice, partner=self.customer)
            self.invoices[invoice] -= amount
            self.ledger.items -= amount
            self.payments.append((payment, amount, invoice))

    def _step_pay_on_account(self):
        amount = self._amount()
        payment = self._pay(float(amount), partner=self._partner())
        self.ledger.items -= amount
        self.payments.append((payment, amount, None))

    def _step_bounce(self):
        if not self.payments:
            return
        payment, amount, invoice = self.payments.pop()
        payment.move_id.line_ids.remove_move_reconcile()
        payment.move_id.button_draft()
        payment.move_id.button_cancel()
        self.ledger.items += amount
        if invoice:
            self.invoices[invoice] += amount

    def _written_off(self, share):
        invoice = self._an_open_invoice()
        if not invoice:
            return
        amount = cents(self.invoices[invoice] * share)
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        move = self.env["account.move"].create(
            {
                "journal_id": self.write_off_journal.id,
                "date": NOW.date(),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.customer.id,
                            "credit": float(amount),
                        }
                    ),
                    Command.create(
                        {"account_id": self.writeoff.id, "debit": float(amount)}
                    ),
                ],
            }
        )
        move._post()
        if invoice.currency_id == self.currency:
            (move.line_ids.filtered("credit") | receivable).reconcile()
        self.invoices[invoice] -= amount
        self.ledger.items -= amount

    def _step_write_off(self):
        self._written_off(Decimal(1))

    def _step_discount(self):
        """A cash discount that the customer has taken."""
        self._written_off(Decimal("0.02"))

    def _step_order(self):
        rate = self._in_a_currency()[1]
        price, quantity = self._amount(), self.random.randint(1, 6)
        product = self.random.choice((self.product, self.other))
        order = self._order(
            (product, quantity),
            partner_id=self._partner().id,
            **({"pricelist_id": self.prices.id} if rate == 2 else {}),
        )
        order.order_line.price_unit = float(price)
        held = self.random.random() < 0.5
        if held:
            order.action_hold_promise()
        taxed = price * (Decimal("1.25") if product == self.product else 1)
        total = cents(cents(taxed * quantity) / rate)
        unit = cents(taxed * quantity) / quantity
        if held and self.random.random() < 0.5:
            self.ledger.holds[order] = total
        else:
            self._confirm(order)
            self.ledger.orders[order] = [unit, quantity, 0, rate, Decimal(0)]

    def _step_invoice_order(self):
        found = [
            order
            for order, (__, ordered, invoiced, __, down) in self.ledger.orders.items()
            if not invoiced and not down
        ]
        if not found:
            return
        order = self.random.choice(found)
        invoice = order.sudo()._create_invoices()
        price, ordered, __, rate, __ = self.ledger.orders[order]
        self.ledger.orders[order][2] = ordered
        amount = cents(cents(price * ordered) / rate)
        if self.random.random() < 0.5:
            invoice._post()
            self.ledger.items += amount
        else:
            self.ledger.drafts[invoice] = amount

    def _step_down_payment(self):
        found = [
            order
            for order, (price, ordered, invoiced, rate, down) in (
                self.ledger.orders.items()
            )
            if not invoiced and not down and rate == 1 and price * ordered > 20
        ]
        if not found:
            return
        order = self.random.choice(found)
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create(
            {"advance_payment_method": "fixed", "fixed_amount": 12.5}
        ).create_invoices()
        order.sudo().invoice_ids._post()
        self.ledger.orders[order][4] = Decimal("12.50")
        self.ledger.items += Decimal("12.50")

    def _step_hold(self):
        quantity = self.random.randint(1, 9)
        answer = (
            self.env["delivery.promise"]
            .with_user(self.seller)
            .hold(
                {
                    "partner_id": self._partner().id,
                    "company_id": self.company.id,
                    "hold_hours": 5,
                    "lines": [{"product_id": self.product.id, "quantity": quantity}],
                }
            )
        )
        promise = self.env["delivery.promise"].browse(answer["promise_id"])
        self.ledger.holds[promise] = Decimal("125.00") * quantity

    def _step_release(self):
        if self.ledger.holds:
            document = self.random.choice(list(self.ledger.holds))
            del self.ledger.holds[document]
            if document._name == "sale.order":
                document.action_release_promise()
            else:
                document.action_release()

    # -- another company, whose figures are its own ----------------------------------

    def _second_company(self):
        if not getattr(self, "second", None):
            self.second = self.env["res.company"].create({"name": "Second"})
            self.env.user.company_ids |= self.second
            self.env["account.chart.template"].try_loading(
                "generic_coa", company=self.second, install_demo=False
            )
        return self.second

    def _step_other_company(self):
        second = self._second_company()
        self.env["account.move"].with_company(second).create(
            {
                "move_type": "out_invoice",
                "partner_id": self._partner().id,
                "company_id": second.id,
                "invoice_date": NOW.date() - timedelta(3),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Elsewhere",
                            "price_unit": float(self._amount()),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )._post()
