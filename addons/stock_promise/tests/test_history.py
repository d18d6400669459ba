"""Every promised date is kept, with who changed it and why."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestHistory(PromiseCase):
    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def changes(self, record):
        self.settle()
        record.invalidate_recordset(["history_ids"])
        return record.history_ids.with_user(self.user)

    def test_first_promise_is_recorded_with_its_author(self):
        self.on_hand(5)
        change = self.changes(self.hold(self.line(5)))
        self.assertEqual(len(change), 1)
        self.assertFalse(change.old_date)
        self.assertEqual(change.new_date, change.line_id.promised_date)
        self.assertEqual((change.cause, change.user_id), ("hold", self.user))

    def test_promising_again_records_the_old_and_the_new_date(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        old = promise.promised_date
        self.settle()
        receipt.date = self.moment(17)
        promise.with_user(self.manager).action_repromise()
        change = self.changes(promise)[0]
        self.assertEqual((change.old_date, change.days), (old, 7))
        self.assertEqual(change.new_date, promise.promised_date)
        self.assertEqual((change.cause, change.user_id), ("repromise", self.manager))
        self.assertEqual(promise.line_ids.moved_count, 1)

    def test_same_date_again_is_no_change(self):
        self.receipt(5, 10)
        promise = self.hold(self.line(5))
        self.settle()
        promise.action_repromise()
        self.assertEqual(len(self.changes(promise)), 1)

    def test_dates_of_a_draft_are_not_promised(self):
        self.on_hand(5)
        promise = self.Promise.create(
            {"line_ids": [(0, 0, {"product_id": self.product.id, "quantity": 5})]}
        )
        promise.action_simulate()
        self.assertFalse(self.changes(promise))
        promise.action_hold()
        change = self.changes(promise)
        self.assertEqual((change.old_date, change.cause), (False, "hold"))

    def test_hold_again_goes_on_from_what_was_promised_last(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        first = promise.promised_date
        self.settle()
        promise.action_release()
        receipt.date = self.moment(15)
        promise.action_simulate()
        self.settle()
        promise.action_hold()
        change = self.changes(promise)[0]
        self.assertEqual((change.old_date, change.days), (first, 5))

    def test_several_changes_of_one_transaction_are_one(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        self.settle()
        for days in (12, 14, 17):
            receipt.date = self.moment(days)
            promise.action_repromise()
        changes = self.changes(promise)
        self.assertEqual(changes.mapped("days"), [7, 0])

    def test_cause_of_a_caller_is_kept_with_document_and_words(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        self.settle()
        receipt.date = self.moment(17)
        promise._with_cause("backorder", self.product, "Run 12").action_repromise()
        change = self.changes(promise)[0]
        self.assertEqual((change.cause, change.reason), ("backorder", "Run 12"))
        self.assertEqual(
            (change.cause_model, change.cause_res_id),
            ("product.product", self.product.id),
        )

    def test_document_is_named_only_to_who_may_read_it(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        self.settle()
        receipt.date = self.moment(17)
        promise._with_cause("backorder", receipt).action_repromise()
        change = self.changes(promise)[0]
        self.assertFalse(change.document)
        self.assertFalse(change.action_open_document())
        stock_user = self._create_user("history_stock", "stock.group_stock_user")
        self.assertTrue(change.with_user(stock_user).document)

    def test_many_lines_are_one_insert(self):
        self.on_hand(1000)
        promise = self.hold(*[self.line(1) for __ in range(50)])
        self.settle()
        lines = promise.line_ids.sudo()
        for line in lines:
            line.promised_date = self.moment(9)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["delivery.promise"]._write_history()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 12)
        self.assertEqual(len(self.changes(promise)), 100)

    def test_nobody_writes_history(self):
        self.on_hand(5)
        change = self.changes(self.hold(self.line(5)))
        for user in (self.user, self.manager):
            with self.assertRaises(AccessError):
                change.with_user(user).reason = "It was me"
            with self.assertRaises(AccessError):
                change.with_user(user).unlink()

    def test_history_of_another_company_is_not_seen(self):
        self.on_hand(5)
        change = self.changes(self.hold(self.line(5)))
        other = self.env["res.company"].create({"name": "Others Ltd"})
        stranger = self._create_user(
            "history_stranger", "stock_promise.group_promise_manager", other
        )
        History = self.env["delivery.promise.history"].with_user(stranger)
        History = History.with_context(allowed_company_ids=other.ids)
        self.assertFalse(History.search([("id", "=", change.id)]))
        with self.assertRaises(AccessError):
            change.with_user(stranger).read(["new_date"])
