"""The dates of parts are on record like those of the whole."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_parts import PartsCase


@tagged("post_install", "-at_install")
class TestHistoryOfParts(PartsCase):
    def again(self, record):
        """Promised again by a seller, and the end of that transaction."""
        self.settle()
        record.with_user(self.user).action_repromise()
        self.settle()
        record.invalidate_recordset(["history_ids"])

    def words(self, record):
        record.invalidate_recordset(["history_ids"])
        changes = record.history_ids.with_user(self.user).sorted("id")
        return changes.mapped("parts_message")

    def test_a_part_that_moved_is_a_change_though_the_whole_has_its_date(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.settle()
        whole = promise.promised_date
        self.first.date = self.moment(6)
        self.again(promise)
        self.assertEqual(promise.promised_date, whole)
        self.assertEqual(
            self.words(promise),
            [
                "6 on 11/27/2026, 4 on 12/04/2026",
                "6 on 11/27/2026, 4 on 12/04/2026 → 6 on 11/30/2026, 4 on 12/04/2026",
            ],
        )
        change = promise.history_ids.sorted("id")[1]
        self.assertEqual((change.old_date, change.new_date), (whole, whole))
        self.assertEqual((change.cause, change.user_id), ("repromise", self.user))
        self.assertEqual(promise.line_ids.moved_count, 1)
        self.assertIn(
            change,
            change.search(["|", ("old_date", "!=", False), ("parts_moved", "=", True)]),
        )

    def test_the_same_parts_again_are_no_change(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.again(promise)
        self.assertEqual(len(promise.history_ids), 1)

    def test_there_and_back_in_one_transaction_is_no_change(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.settle()
        for days in (6, 8, 3):
            self.first.date = self.moment(days)
            promise.with_user(self.user).action_repromise()
        self.settle()
        promise.invalidate_recordset(["history_ids"])
        self.assertEqual(len(promise.history_ids), 1)

    def test_a_part_and_no_date_for_the_whole_is_on_record_from_the_first(self):
        self.last.product_uom_qty = 1
        promise = self.hold(self.line(10), partial=True, allow_split=True)
        self.settle()
        self.first.date = self.moment(6)
        self.again(promise)
        first = "6 on 11/27/2026, 1 on 12/04/2026; no date for 3"
        self.assertEqual(
            self.words(promise),
            [first, f"{first} → 6 on 11/30/2026, 1 on 12/04/2026; no date for 3"],
        )
        self.assertFalse(any(promise.history_ids.mapped("new_date")))
        self.assertEqual(promise.line_ids.moved_count, 1)

    def test_what_is_promised_whole_has_no_parts(self):
        promise = self.hold(self.line(10))
        self.last.date = self.moment(12)
        self.again(promise)
        self.assertEqual(self.words(promise), [False, False])

    def test_what_was_delivered_has_not_moved(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.done(self.first)
        self.deliver(moves[0], 3)
        self.env.flush_all()
        self.again(line.promise_id)
        self.assertEqual(line.delivered_quantity, 6)
        self.assertEqual(len(line.promise_id.history_ids), 1)

    def test_consent_taken_back_is_a_change(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.settle()
        promise.sudo().allow_split = False
        self.again(promise)
        self.assertEqual(
            self.words(promise)[1],
            "6 on 11/27/2026, 4 on 12/04/2026 → 10 on 12/04/2026",
        )

    def test_nobody_writes_parts(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.settle()
        with self.assertRaises(AccessError):
            promise.history_ids.with_user(self.manager).new_parts = False
        with self.assertRaises(AccessError):
            promise.line_ids.with_user(self.manager).first_parts = False

    def test_many_lines_are_no_more_queries(self):
        def queries(count):
            products = [
                self._create_product(f"Part {n} of {count}") for n in range(count)
            ]
            firsts = self.env["stock.move"]
            for product in products:
                firsts |= self.receipt(6, 3, product_id=product.id)
                self.receipt(4, 10, product_id=product.id)
            promise = self.hold(
                *[self.line(10, product_id=product.id) for product in products],
                allow_split=True,
            )
            self.settle()
            firsts.date = self.moment(6)
            self.settle()
            promise.with_user(self.user).action_repromise()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["delivery.promise"].sudo()._write_history()
            self.env.flush_all()
            self.assertEqual(len(promise.line_ids.history_ids), 2 * count)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(7))

    # -- measured by what was promised first -------------------------------------------

    def test_promising_again_does_not_clear_what_was_promised_first(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.first.date = self.moment(6)
        self.again(line.promise_id)
        self.done(self.first)
        self.deliver(moves[0], 6)
        self.last.date = self.moment(10)
        self.done(self.last)
        self.deliver(moves[1], 10)
        self.assertEqual((line.status, line.kept_latest), ("kept", True))
        self.assertFalse(line.kept_first, "6 were promised for day 3")
        report = self.env["delivery.promise.report"].search(
            [("promise_line_id", "=", line.id)]
        )
        self.assertEqual((report.on_time_first, report.on_time_latest), (0.0, 1.0))

    def test_promised_again_after_a_late_part_it_stays_late_by_the_first(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.done(self.first)
        self.deliver(moves[0], 4)
        self.again(line.promise_id)
        self.done(self.last)
        self.deliver(line.move_ids - moves[0], 10)
        self.assertFalse(line.kept_first)

    def test_parts_on_the_days_promised_first_keep_it(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.done(self.first)
        self.deliver(moves[0], 3)
        self.done(self.last)
        self.deliver(moves[1], 10)
        self.assertTrue(line.kept_first)

    def test_what_was_first_promised_whole_is_measured_by_the_whole(self):
        line, moves = self.confirmed(self.line(10))
        line.promise_id.sudo().allow_split = True
        self.again(line.promise_id)
        moves = line.move_ids.sorted("date")
        self.assertEqual(moves.mapped("product_qty"), [6, 4])
        self.done(self.first | self.last)
        self.deliver(moves[0], 4)
        self.deliver(moves[1], 10)
        self.assertEqual((line.kept_first, line.kept_latest), (True, False))
