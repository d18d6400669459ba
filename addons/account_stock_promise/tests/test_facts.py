import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import TODAY, CashCase

DATES = (
    "order_date",
    "promised_date",
    "shipped_date",
    "delivered_date",
    "invoice_date",
    "due_date",
    "paid_date",
)
AMOUNTS = (
    "amount_ordered",
    "amount_delivered",
    "amount_invoiced",
    "amount_paid",
    "amount_cleared",
    "amount_open",
)


def cents(amount):
    return round(amount * 100)


def told(rows):
    """What a person compares: dates and cents, in any order; what is nothing is not
    told."""
    counted = Counter()
    for row in rows:
        key = (
            row["sale_line_id"],
            row["stage"],
            row["invoice_line_id"],
            row["instalment_id"],
            *(row[name] for name in DATES if name != "promised_date"),
        )
        amounts = [cents(row[name]) for name in AMOUNTS]
        if any(amounts):
            for name, amount in zip(AMOUNTS, amounts, strict=True):
                counted[key, name] += amount
    return {key: amount for key, amount in counted.items() if amount}


@tagged("post_install", "-at_install")
class TestFacts(CashCase):
    def test_a_line_from_order_to_cash_has_each_day_once(self):
        order = self.order([(self.product, 4, 100.0)])
        self.on(TODAY + timedelta(days=2))
        self.deliver(order, [4])
        self.on(TODAY + timedelta(days=3))
        invoice = self.invoice(order)
        self.on(TODAY + timedelta(days=40))
        self.pay(self.instalments(invoice), 476.0)
        self.Renewal._renew_now()
        row = self.stored(order)
        self.assertEqual(len(row), 1)
        self.assertEqual(row.stage, "paid")
        self.assertEqual(row.order_date, TODAY)
        self.assertEqual(row.shipped_date, TODAY + timedelta(days=2))
        self.assertEqual(row.invoice_date, TODAY + timedelta(days=3))
        self.assertEqual(row.due_date, TODAY + timedelta(days=33))
        self.assertEqual(row.paid_date, TODAY + timedelta(days=40))
        self.assertEqual(row.amount_ordered, 476.0)
        self.assertEqual(row.amount_paid, 476.0)
        report = self.env["promise.cash.report"].with_user(self.bookkeeper)
        line = report.search([("sale_order_id", "=", order.id)])
        self.assertEqual(
            (line.days_to_ship, line.days_of_terms, line.days_overdue),
            (2.0, 30.0, 7.0),
        )
        self.assertEqual(line.days_in_all, 40.0)

    def test_parts_instalments_and_payments_do_not_multiply(self):
        """Two deliveries, two invoices in halves, three payments: the line counts
        once."""
        order = self.order([(self.product, 3, 33.33)], self.halves)
        self.deliver(order, [1])
        first = self.invoice(order)
        self.pay(self.instalments(first)[0], 10.0)
        self.pay(self.instalments(first), 20.0)
        self.on(TODAY + timedelta(days=5))
        self.deliver(order, [2])
        second = self.invoice(order)
        self.pay(self.instalments(second)[1], 7.77)
        self.Renewal._renew_now()
        rows = self.stored(order)
        self.assertEqual(sum(rows.mapped("quantity")), 3.0)
        self.assertEqual(cents(sum(rows.mapped("amount_ordered"))), 11899)
        invoices = first + second
        self.assertEqual(
            cents(sum(rows.mapped("amount_invoiced"))),
            cents(sum(invoices.mapped("amount_total"))),
        )
        self.assertEqual(cents(sum(rows.mapped("amount_paid"))), 3777)
        for item in self.instalments(first) + self.instalments(second):
            own = rows.filtered(lambda row, item=item: row.instalment_id == item)
            self.assertEqual(
                cents(sum(own.mapped("amount_open"))), cents(item.amount_residual)
            )

    def test_what_is_paid_and_undone_is_open_again(self):
        order = self.order([(self.product, 1, 100.0)])
        self.deliver(order, [1])
        invoice = self.invoice(order)
        self.pay(self.instalments(invoice), 119.0)
        self.Renewal._renew_now()
        self.assertEqual(self.stored(order).stage, "paid")
        self.instalments(invoice).remove_move_reconcile()
        self.Renewal._renew_now()
        self.assertEqual(self.stored(order).stage, "open")
        invoice.button_draft()
        self.Renewal._renew_now()
        self.assertEqual(self.stored(order).stage, "delivered")
        invoice.unlink()
        self.Renewal._renew_now()
        self.assertEqual(self.stored(order).amount_delivered, 119.0)

    def test_only_what_has_changed_is_written_again(self):
        orders = self.order([(self.product, 1, 10.0)])
        orders += self.order([(self.product, 1, 20.0)])
        self.Renewal._renew_now()
        # what this transaction wrote is older than what comes: nothing else is open
        self.env.flush_all()
        for table in (
            "sale_order",
            "sale_order_line",
            "stock_move",
            "delivery_promise_line",
            "account_move",
            "account_move_line",
            "account_partial_reconcile",
        ):
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET write_date = '2000-01-01' RETURNING id",
                    SQL.identifier(table),
                )
            )
        self.env.invalidate_all()
        before = {order: self.stored(order).ids for order in orders}
        self.Renewal._renew_now()
        self.assertEqual({order: self.stored(order).ids for order in orders}, before)
        orders[1].order_line.price_unit = 30.0
        self.env.flush_all()
        self.Renewal._renew_now()
        self.assertEqual(self.stored(orders[0]).ids, before[orders[0]])
        self.assertEqual(self.stored(orders[1]).amount_ordered, 35.7)

    def test_a_credit_note_is_no_payment(self):
        order = self.order([(self.product, 2, 100.0)])
        self.deliver(order, [2])
        invoice = self.invoice(order)
        self.credit(invoice, [1])
        rows = self.facts(order)
        sums = {name: cents(sum(row[name] for row in rows)) for name in AMOUNTS}
        self.assertEqual(sums["amount_ordered"], 23800)
        self.assertEqual(sums["amount_invoiced"], 11900)
        self.assertEqual(sums["amount_paid"], 0)
        self.assertEqual(sums["amount_open"], 11900)
        # what was credited may be invoiced again
        waiting = [row for row in rows if row["stage"] == "delivered"]
        self.assertEqual(cents(sum(row["amount_ordered"] for row in waiting)), 11900)

    def test_sums_are_those_of_the_books_in_random_histories(self):
        chance = random.Random(20300304)
        orders, days = self.env["sale.order"], []
        term = [self.terms, self.halves, self._term([(33.33, 5), (66.67, 60)])]
        for number in range(8):
            day = TODAY + timedelta(days=5 * number)
            self.on(day)
            orders += self.order(
                [
                    (product, chance.randint(1, 5), chance.choice((0.07, 33.33, 19.99)))
                    for product in (self.product, self.other)
                ],
                chance.choice(term),
            )
            for order in orders[-4:]:
                self._something(chance, order)
            self.env.flush_all()
            known = [row for order in orders for row in self.facts(order)]
            days.append((day, told(known)))
        self._check_books(orders)
        # each day as it was known then, from what is dated by it
        for day, then in days:
            again = [row for order in orders for row in self.facts(order, day)]
            self.assertEqual(told(again), then, day)

    def _something(self, chance, order):
        """The first of the things that can happen to an order, in random order."""
        deeds = [self._some_delivery, self._some_invoice, self._some_payment]
        chance.shuffle(deeds)
        if chance.random() < 0.3:
            deeds.insert(0, self._some_credit)
        any(deed(chance, order) for deed in deeds)

    def _some_delivery(self, chance, order):
        left = [line.product_uom_qty - line.qty_delivered for line in order.order_line]
        quantities = [chance.randint(0, max(int(quantity), 0)) for quantity in left]
        under_way = any(
            picking.state not in ("done", "cancel") for picking in order.picking_ids
        )
        if under_way and any(quantities):
            self.deliver(order, quantities)
            return True
        return False

    def _some_invoice(self, chance, order):
        if order.invoice_status != "to invoice":
            return False
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today()
        invoice.action_post()
        return True

    def _some_payment(self, chance, order):
        owed = self._owed(order)
        if not owed:
            return False
        if chance.random() < 0.3:
            self.pay(owed, round(sum(owed.mapped("amount_residual")), 2))
        else:
            item = chance.choice(list(owed))
            part = max(round(item.amount_residual * chance.random(), 2), 0.01)
            self.pay(item, part, chance.choice((self.bank, self.bank, self.misc)))
        return True

    def _some_credit(self, chance, order):
        invoices = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.amount_residual
        )
        for invoice in invoices[:1]:
            quantities = [
                chance.randint(0, int(line.quantity))
                for line in invoice.invoice_line_ids
            ]
            if any(quantities):
                self.credit(invoice, quantities)
                return True
        return False

    def _owed(self, order):
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
        return self.instalments(posted).filtered(
            lambda item: not item.reconciled and item.amount_residual > 0
        )

    def _check_books(self, orders):
        """Counted from the documents, without the engine."""
        self.Renewal._renew_now()
        for order in orders:
            rows = self.stored(order)
            self.assertEqual(
                cents(sum(rows.mapped("amount_ordered"))), cents(order.amount_total)
            )
        invoices = orders.invoice_ids.filtered(lambda move: move.state == "posted")
        rows = self.Fact.search([("sale_order_id", "in", orders.ids)])
        self.assertGreater(len(invoices), 4)
        for invoice in invoices:
            own = rows.filtered(lambda row, invoice=invoice: row.invoice_id == invoice)
            self.assertEqual(
                cents(sum(own.mapped("amount_invoiced"))),
                cents(invoice.amount_total_signed),
            )
            for item in self.instalments(invoice):
                part = own.filtered(lambda row, item=item: row.instalment_id == item)
                self.assertEqual(
                    cents(sum(part.mapped("amount_open"))), cents(item.amount_residual)
                )
                paid = sum(
                    match.amount * (1 if item.balance > 0 else -1)
                    for match in item.matched_debit_ids + item.matched_credit_ids
                    if (match.debit_move_id + match.credit_move_id - item).journal_id
                    == self.bank
                )
                self.assertEqual(cents(sum(part.mapped("amount_paid"))), cents(paid))
        self.assertGreater(sum(rows.mapped("amount_paid")), 0)
        self.assertGreater(sum(rows.mapped("amount_open")), 0)
