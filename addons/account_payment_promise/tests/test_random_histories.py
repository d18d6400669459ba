"""Random histories against a plain count, which knows nothing of the engine's code.

``PROMISE_FUZZ=20`` plays twenty times as many.
"""

import os
import random
from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .common import TODAY, PaymentCase

ROUNDS = 3 * int(os.environ.get("PROMISE_FUZZ", "1"))
STEPS = 14


@tagged("post_install", "-at_install")
class TestRandomHistories(PaymentCase):
    def test_what_became_of_promises_agrees_with_a_plain_count(self):
        for seed in range(ROUNDS):
            with self.subTest(seed=seed):
                self._play(random.Random(seed))

    def _play(self, chance):
        invoices = [self._invoice(chance.randint(20, 200)) for _number in range(2)]
        matched = []  # [entry, invoice, whether a payment, amount, day]
        promises = []  # [record, what was matched before]
        undone = []
        for day in range(STEPS):
            with freeze_time(TODAY + timedelta(days=day)):
                self._step(chance, day, invoices, matched, promises, undone)
                self.Promise._settle_due()
                self._compare(day, matched, promises, undone)

    def _step(self, chance, day, invoices, matched, promises, undone):
        invoice = chance.choice(invoices)
        left = invoice.amount_residual
        kind = chance.choice(
            ["promise", "pay", "pay", "credit", "write off", "undo", "again", "wait"]
        )
        today = TODAY + timedelta(days=day)
        if kind == "promise" and left > 1:
            amount = chance.choice([left, round(left / 2, 2)])
            ahead = chance.randint(0, 6)
            promise = self._promised(invoice, amount, days=day + ahead)
            promises.append((promise, invoice, list(matched)))
        elif kind in ("pay", "credit", "write off") and left > 1:
            amount = chance.choice([left, round(left / 3, 2)])
            # What was paid some days ago is booked today.
            when = today - timedelta(days=chance.choice([0, 0, 3]))
            if kind == "pay":
                entry = self._pay(invoice, amount, when)
            elif kind == "credit":
                entry = self._credit(invoice, amount, when)
            else:
                general = self.company_data["default_journal_misc"]
                entry = self._entry(general, self._item(invoice), -amount, when)
                self._match(invoice, entry)
            matched.append((entry, invoice, kind, amount, when))
        elif kind == "undo" and matched:
            place = chance.randrange(len(matched))
            entry, invoice, *_rest = taken = matched.pop(place)
            account = self._item(invoice).account_id
            before = self._count(day, [*matched, taken], promises, ())
            entry.line_ids.filtered(
                lambda line: line.account_id == account
            ).remove_move_reconcile()
            after = self._count(day, matched, promises, ())
            for promise, _invoice, _known in promises:
                if after[promise][0] < before[promise][0] - 0.001:
                    undone.append(promise)

    def _count(self, day, matched, promises, undone):
        """{promise: (paid, state)}: euro by euro, in the order of what was matched."""
        today = TODAY + timedelta(days=day)
        found = {promise: [0, 0] for promise, _invoice, _known in promises}
        order = sorted(promises, key=lambda row: (row[0].date, row[0].id))
        by_day = sorted(enumerate(matched), key=lambda pair: (pair[1][4], pair[0]))
        for _place, event in by_day:
            _entry, invoice, kind, amount, when = event
            if kind == "write off":
                continue
            cents = round(amount * 100)
            for promise, its_invoice, known in order:
                got, credited = found[promise]
                missing = round(promise.amount * 100) - got - credited
                fits = its_invoice == invoice and event not in known
                if fits and when <= promise.date and missing > 0:
                    part = min(cents, missing)
                    found[promise][kind == "credit"] += part
                    cents -= part
        outcomes = {}
        for promise, (got, credited) in found.items():
            wanted = round(promise.amount * 100) - credited
            if wanted <= 0:
                state = "lapsed"
            elif got >= wanted:
                state = "kept"
            elif today <= promise.date and promise not in undone:
                state = "open"
            else:
                state = "partly" if got else "broken"
            outcomes[promise] = got / 100, state
        return outcomes

    def _compare(self, day, matched, promises, undone):
        for promise, outcome in self._count(day, matched, promises, undone).items():
            self.assertEqual(promise.state, outcome[1], f"day {day}")
            self.assertAlmostEqual(promise.amount_paid, outcome[0], places=2)
