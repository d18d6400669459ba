"""The statistics can be imported where only Odoo's base is installed; their rules are
tested without Odoo, in the repository's folder ``tests``."""

from datetime import date, timedelta

from odoo.tests import TransactionCase

from odoo.addons.promise_statistics.punctuality.payments import Payment, Payments


class TestPaymentsInstalled(TransactionCase):
    def test_a_customer_who_always_pays_ten_days_late_is_expected_to(self):
        start = date(2024, 1, 1)
        rows = []
        for week in range(40):
            invoiced = start + timedelta(weeks=week)
            due = invoiced + timedelta(days=14)
            rows.append(Payment("late", invoiced, due, due + timedelta(days=10)))
            rows.append(Payment("punctual", invoiced, due, due))
        history = Payments(rows)
        late = history.forecast("late", start + timedelta(weeks=45))
        punctual = history.forecast("punctual", start + timedelta(weeks=45))
        self.assertAlmostEqual(late.days(0.5), 10, delta=1)
        self.assertAlmostEqual(punctual.days(0.5), 0, delta=1)
