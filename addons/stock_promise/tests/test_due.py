"""A line is due on its first and requested day, and on the latest promise that was in
force when its day ended: promising a late line again makes no figure better."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestDue(PromiseCase):
    def setUp(self):
        super().setUp()
        self.on_hand(10)
        frozen = freeze_time(NOW)
        self.clock = frozen.start()
        self.addCleanup(frozen.stop)

    def _ordered(self, days=2, **values):
        """A line that an order has taken, promised for so many days ahead, and its
        delivery."""
        promise = self.hold(self.line(4, requested_date=self.moment(days)), **values)
        promise.sudo()._confirm()
        line = promise.line_ids.sudo()
        move = self.delivery(4, days, promise_line_id=line.id)
        return line, move

    def _row(self, line):
        self.env.flush_all()
        return self.env["delivery.promise.report"].search(
            [("promise_line_id", "=", line.id)]
        )

    def _at(self, days):
        self.env.flush_all()
        self.clock.move_to(self.moment(days))
        self.env.invalidate_all()

    def _deliver(self, move, days):
        self._at(days)
        self.done(move)

    def test_promised_again_after_its_day_it_stays_due(self):
        line, move = self._ordered()
        self._at(4)
        self.assertEqual(line.status, "late")
        line.promise_id.with_user(self.user).action_repromise()
        self.assertEqual(line.promised_date, self.moment(4))
        self.assertEqual(line.missed_date, self.moment(2))
        row = self._row(line)
        self.assertEqual(row.due_date, self.moment(2))
        self.assertEqual(
            (row.on_time_latest, row.on_time_first, row.on_time_requested), (0, 0, 0)
        )
        self.assertEqual(row.outcome, "overdue")
        self._deliver(move, 4)
        self.assertEqual((line.status, line.kept_latest), ("broken", False))
        self.assertEqual(self._row(line).outcome, "late")

    def test_promised_again_before_its_day_ended_the_new_day_counts(self):
        self.on_hand(-10)
        receipt = self.receipt(6, 2)
        line, move = self._ordered()
        receipt.date = self.moment(5)
        line.promise_id.with_user(self.user).action_repromise()
        self.assertEqual(line.promised_date, self.moment(5))
        self.assertFalse(line.missed_date)
        self.done(receipt)
        self._deliver(move, 5)
        self.assertEqual((line.status, line.kept_first), ("kept", False))
        row = self._row(line)
        self.assertEqual((row.on_time_latest, row.on_time_first), (1, 0))

    def test_the_first_day_missed_is_the_one_that_counts(self):
        line, __ = self._ordered()
        for day in (4, 6, 8):
            self._at(day)
            line.promise_id.with_user(self.user).action_repromise()
        self.assertEqual(line.missed_date, self.moment(2))
        self.assertEqual(line.first_promised_date, self.moment(2))

    def test_what_was_late_once_is_not_kept_when_more_is_ordered(self):
        line, move = self._ordered()
        self._deliver(move, 4)
        self.assertEqual(line.status, "broken")
        line.sudo().write({"quantity": 6, "promised_date": self.moment(9)})
        more = self.delivery(2, 9, promise_line_id=line.id)
        line._update_delivery()
        self.assertEqual(line.status, "on_time")
        self._deliver(more, 8)
        self.assertEqual(line.status, "broken")

    def test_called_off_before_its_day_it_is_outside(self):
        line, move = self._ordered()
        line.promise_id._release()
        move._action_cancel()
        self._at(4)
        self.assertEqual(self._row(line).outcome, "cancelled")
        self.assertEqual(self._decided(line), (0, None))

    def test_called_off_after_its_day_it_was_due(self):
        line, move = self._ordered()
        self._at(4)
        line.promise_id._release()
        move._action_cancel()
        self.assertEqual(self._decided(line), (1, 0))

    def _decided(self, line):
        """(how many lines are decided by the latest promise, how many were kept)"""
        self.env.flush_all()
        (found,) = self.env["delivery.promise.report"]._read_group(
            [("promise_line_id", "=", line.id)],
            [],
            ["on_time_latest:count", "on_time_latest:sum"],
        )
        return found[0], found[1] if found[0] else None
