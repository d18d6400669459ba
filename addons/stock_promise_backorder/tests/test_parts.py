"""Promises of a part take part: they get more where there is more, and lose a part."""

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import BackorderCase


@tagged("post_install", "-at_install")
class TestParts(BackorderCase):
    def part(self, strategy, quantity, days=1, **head):
        """A hold of what there is of a quantity."""
        return self.hold(
            self.line(quantity, requested_date=self.moment(days)),
            partner_id=self.customer_for(strategy).id,
            partial=True,
            **head,
        )

    def apply(self, run):
        with trap_jobs() as trap:
            run.action_apply()
            trap.perform_enqueued_jobs()
        return run

    def quantities(self, run):
        """{promise: (quantity before, after, day before, after, outcome)}"""
        return {
            line.promise_id: (
                line.quantity_before,
                line.quantity_after,
                self.day(line.date_before),
                self.day(line.date_after),
                line.outcome,
            )
            for line in run.line_ids
        }

    def test_part_becomes_the_whole_when_there_is_more(self):
        self.on_hand(6)
        promise = self.part("redistribute", 10)
        line = promise.line_ids
        self.assertEqual((line.promised_quantity, line.promised_date), (6, False))
        self.on_hand(4)
        run = self.computed()
        self.assertEqual(self.quantities(run), {promise: (6, 10, 1, 1, "gains")})
        self.assertIn("6 Units had a date before, 10 Units after", run.line_ids.note)
        self.apply(run)
        self.assertEqual(run.group_ids.state, "done")
        self.assertEqual(line.promised_quantity, 10)
        self.assertEqual(self.day(line.promised_date), 1)
        self.assertEqual(sum(promise.claim_ids.mapped("quantity")), 10)

    def test_part_becomes_a_greater_part(self):
        self.on_hand(6)
        promise = self.part("gain", 10)
        self.on_hand(2)
        run = self.apply(self.computed())
        self.assertEqual(self.quantities(run), {promise: (6, 8, 1, 1, "gains")})
        line = promise.line_ids
        self.assertEqual((line.promised_quantity, line.promised_date), (8, False))
        self.assertEqual(sum(promise.claim_ids.mapped("quantity")), 8)

    def test_who_loses_keeps_what_is_left(self):
        self.on_hand(6)
        loser = self.part("lose", 10)
        self.receipt(4, 7)
        winner = self.promise("win", 4)
        self.assertEqual(self.day(winner.promised_date), 7)
        run = self.computed()
        self.assertEqual(
            self.quantities(run),
            {winner: (4, 4, 7, 1, "gains"), loser: (6, 6, 1, 7, "loses")},
        )
        run.action_change()
        run.unlink()
        # without the receipt there is less for him
        self.delivery(4, 8)
        run = self.computed()
        self.assertEqual(self.quantities(run)[loser], (6, 2, 1, 1, "loses"))
        self.apply(run)
        self.assertEqual(run.group_ids.state, "done")
        self.assertEqual(loser.line_ids.promised_quantity, 2)
        self.assertEqual(sum(loser.claim_ids.mapped("quantity")), 2)
        self.assertEqual(self.day(winner.promised_date), 1)
        self.assertEqual(self.atp(0), [0])

    def test_of_what_is_lost_no_rest_is_left(self):
        self.on_hand(6)
        loser = self.part("lose", 10)
        line = loser.line_ids
        self.assertEqual(line.undated_quantity, 4)
        self.delivery(6, 8)
        run = self.apply(self.computed(lose_gets_rest=False))
        self.assertEqual(self.quantities(run)[loser][:2], (6, 0))
        self.assertEqual((line.promised_quantity, line.undated_quantity), (0, 0))

    def test_another_part_than_was_shown_is_refused(self):
        self.on_hand(6)
        promise = self.part("redistribute", 10)
        self.on_hand(4)
        run = self.computed()
        self.hold(self.line(1))
        self.apply(run)
        self.assertEqual(run.group_ids.state, "refused")
        self.assertIn("9 Units of 10 Units", run.group_ids.message)
        self.assertEqual(promise.line_ids.promised_quantity, 6)

    def ordered(self, strategy):
        """An order for 10, of which 6 are promised."""
        self.on_hand(6)
        promise = self.part(strategy, 10)
        line = promise.line_ids.with_env(self.env)
        promise.sudo()._confirm()
        moves = self.order(10, 1, promise_line_id=line.id)
        line.sudo()._update_move_dates()
        return promise, moves

    def test_order_keeps_its_part_until_there_is_the_whole(self):
        promise, moves = self.ordered("redistribute")
        run = self.computed()
        self.assertEqual(self.quantities(run), {promise: (6, 6, 1, 1, "same")})
        self.assertEqual(run.group_ids.state, "same")
        self.receipt(4, 5)
        run = self.apply(self.computed())
        self.assertEqual(self.quantities(run), {promise: (6, 10, 1, 5, "gains")})
        self.assertEqual(run.group_ids.state, "done")
        self.assertEqual(self.day(promise.promised_date), 5)
        self.assertEqual([self.day(date) for date in moves.mapped("date")], [5])

    def test_nobody_takes_the_part_of_an_order(self):
        promise, __ = self.ordered("lose")
        self.receipt(20, 7)
        winner = self.promise("win", 4)
        run = self.computed()
        self.assertEqual(self.quantities(run)[promise], (6, 6, 1, 1, "same"))
        self.assertEqual(self.quantities(run)[winner][3], 7)
