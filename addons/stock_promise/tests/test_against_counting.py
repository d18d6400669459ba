"""Random stock, moves and holds, against a count of every day one by one."""

import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import NOW, PromiseCase

DAYS = 20


@tagged("post_install", "-at_install")
class TestAgainstCounting(PromiseCase):
    def count(self, on_hand, events, day):
        """The balance at the end of a day, and the smallest one from it on."""
        balances = [
            on_hand + sum(quantity for at, quantity in events if at <= later)
            for later in range(day, DAYS + 5)
        ]
        return balances[0], min(balances)

    def expected_day(self, day, quantity, overdue, late):
        if day >= 0 or quantity < 0:
            return max(day, 0)
        return {"ignore": None, "today": 0, "days": late}[overdue]

    def test_profiles_and_promises_of_random_worlds(self):
        promised = 0
        for seed in range(30):
            draw = random.Random(seed)
            with self.subTest(seed=seed):
                promised += self.check(draw, seed)
        self.assertGreater(promised, 20)

    def check(self, draw, seed):
        product = self._create_product(f"Random {seed}")
        overdue = draw.choice(["ignore", "today", "days"])
        late = draw.randint(0, 4)
        self.company.write(
            {"promise_overdue_supply": overdue, "promise_overdue_days": late}
        )
        on_hand = draw.randint(-5, 20)
        if on_hand:
            self.on_hand(on_hand, product)
        events = []
        for __ in range(draw.randint(0, 8)):
            day, quantity = draw.randint(-4, 14), draw.randint(1, 12)
            if draw.random() < 0.5:
                self.receipt(quantity, day, product)
            else:
                self.delivery(quantity, day, product)
                quantity = -quantity
            day = self.expected_day(day, quantity, overdue, late)
            if day is not None:
                events.append((day, quantity))
        promised = 0
        for __ in range(4):
            self.assertEqual(
                [
                    (row["projected"], row["available_to_promise"])
                    for row in self.profile(range(DAYS), product)
                ],
                [self.count(on_hand, events, day) for day in range(DAYS)],
            )
            quantity = draw.randint(1, 15)
            wished = draw.choice([None, draw.randint(1, 15)])
            first = next(
                (
                    day
                    for day in range(DAYS)
                    if self.count(on_hand, events, day)[1] >= quantity
                ),
                None,
            )
            line = self.line(quantity, product)
            if wished is not None:
                line["requested_date"] = fields.Datetime.to_string(
                    NOW + timedelta(days=wished)
                )
            if first is None:
                with self.assertRaises(UserError):
                    self.hold(line)
                continue
            day = max(first, wished or 0)
            promise = self.hold(line)
            self.assertEqual(promise.promised_date.date(), self.moment(day).date())
            events.append((day, -quantity))
            promised += 1
        return promised
