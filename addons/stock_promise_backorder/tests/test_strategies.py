"""Each strategy, on the worked example of docs/backorder-processing.md and alone."""

from odoo.tests import tagged

from .common import BackorderCase


@tagged("post_install", "-at_install")
class TestStrategies(BackorderCase):
    def example(self):
        """Six customers want 10 tomorrow; 10 arrive now and then."""
        self.on_hand(15)
        self.delivery(5, 30)  # not part of any run
        for day in (3, 7, 10, 14, 21):
            self.receipt(10, day)
        return {
            "Lose": self.promise("lose", 10),
            "Fill": self.promise("fill", 10),
            "Redistribute 1": self.promise("redistribute", 10),
            "Redistribute 2": self.promise("redistribute", 10, priority="2"),
            "Gain": self.promise("gain", 10),
            "Win": self.promise("win", 10),
        }

    def test_worked_example(self):
        promises = self.example()
        result = self.result(self.computed())
        self.assertEqual(
            {name: result[promise] for name, promise in promises.items()},
            {
                "Lose": (1, 21, "loses"),
                "Fill": (3, 14, "loses"),
                "Redistribute 1": (7, 10, "loses"),
                "Redistribute 2": (10, 7, "gains"),
                "Gain": (14, 3, "gains"),
                "Win": (21, 1, "gains"),
            },
        )

    def test_totals_of_the_worked_example(self):
        self.example()
        run = self.computed()
        self.assertEqual(
            (run.gains_count, run.days_gained, run.loses_count, run.days_lost),
            (3, 34, 3, 34),
        )
        self.assertEqual(run.state, "computed")

    def test_nothing_is_promised_by_computing(self):
        promises = self.example()
        before = {
            promise: (promise.promised_date, promise.claim_ids.mapped("date"))
            for promise in promises.values()
        }
        self.computed()
        for promise in promises.values():
            self.assertEqual(
                (promise.promised_date, promise.claim_ids.mapped("date")),
                before[promise],
            )
