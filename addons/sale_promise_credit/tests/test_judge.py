"""The policy as plain Python."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..credit.policy import judge
from ..credit.values import Exposure, Terms

TODAY = date(2030, 3, 4)


@tagged("post_install", "-at_install")
class TestJudge(BaseCase):
    def _judge(
        self, amount=100.0, limit=1000.0, paid=0.0, owed=0.0, terms=None, **known
    ):
        return judge(
            Terms(**{"action": "wait", **(terms or {})}),
            Exposure(open=owed, **known),
            limit,
            amount,
            TODAY,
            paid,
        )

    def test_to_the_cent(self):
        self.assertEqual(self._judge(100.0, owed=900.0).state, "ok")
        self.assertEqual(self._judge(100.01, owed=900.0).state, "waiting")

    def test_actions(self):
        for action, state in (
            ("ignore", "ok"),
            ("warn", "warned"),
            ("no_hold", "no_hold"),
            ("wait", "waiting"),
            ("refuse", "refused"),
        ):
            found = self._judge(owed=1000.0, terms={"action": action})
            self.assertEqual(found.state, state)

    def test_no_limit_and_no_credit(self):
        self.assertEqual(self._judge(limit=None, owed=1e9).state, "ok")
        found = self._judge(limit=0.0)
        self.assertEqual(found.reasons[0].code, "no_credit")

    def test_small_amounts_pass(self):
        terms = {"grace_amount": 50.0, "oldest_days": 1}
        known = {"owed": 2000.0, "terms": terms, "oldest": date(2029, 1, 1)}
        self.assertEqual(self._judge(50.0, **known).state, "ok")
        self.assertEqual(self._judge(50.01, **known).state, "waiting")

    def test_what_is_paid_needs_no_credit(self):
        self.assertEqual(self._judge(100.0, owed=1e6, paid=100.0).state, "ok")
        self.assertEqual(self._judge(100.0, owed=1e6, paid=99.0).state, "waiting")

    def test_overdue_amount_days_share_and_oldest(self):
        late = {"late": 60.0, "uncovered": 100.0, "oldest": date(2030, 2, 2)}
        for terms, code in (
            ({"overdue_amount": 59.0}, "overdue_amount"),
            ({"overdue_amount": 60.0}, None),
            ({"overdue_days": 5}, "overdue_days"),
            ({"overdue_days": 5, "overdue_amount": 70.0}, None),
            ({"overdue_share": 59.0}, "overdue_share"),
            ({"overdue_share": 60.0}, None),
            ({"oldest_days": 29}, "oldest_item"),
            ({"oldest_days": 30}, None),
        ):
            with self.subTest(terms):
                found = self._judge(terms=terms, **late)
                codes = [reason.code for reason in found.reasons]
                self.assertEqual(codes, [code] if code else [])
