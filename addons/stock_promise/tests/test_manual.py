"""A planner sets a date by hand; promising again replaces it, one or many at once."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.base.models.ir_cron import IrCron

from .common import NOW, PromiseCase


class PlannedCase(PromiseCase):
    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def by_hand(self, lines, days, reason="By air"):
        lines.with_user(self.manager).set_promised_date(self.moment(days), reason)
        self.settle()

    def ordered(self, quantity, **values):
        """A confirmed promise with its delivery, as an order has it."""
        promise = self.hold(self.line(quantity, **values))
        promise._confirm()
        line = promise.line_ids
        move = self.delivery(quantity, 0, promise_line_id=line.id)
        line._update_move_dates()
        self.settle()
        return promise, move


@tagged("post_install", "-at_install")
class TestManual(PlannedCase):
    def test_later_date_is_marked_with_its_reason_and_its_goods_stay_free(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        self.by_hand(line, 6, "Customer is on holiday")
        self.assertEqual(line.promised_date, self.moment(6))
        self.assertTrue(line.is_manual)
        self.assertEqual(line.manual_reason, "Customer is on holiday")
        self.assertEqual(line.status, "on_time")
        self.receipt(3, 4)
        self.assertEqual(self.atp(0, 6), [3, 3])
        self.assertEqual(line.promise_id.claim_ids.date, self.moment(6))

    def test_earlier_date_than_possible_is_at_risk_at_once(self):
        self.receipt(5, 10)
        line = self.hold(self.line(5)).line_ids
        possible = line.promised_date
        self.by_hand(line, 4)
        self.assertEqual((line.status, line.feasible_date), ("at_risk", possible))
        self.assertEqual((line.risk_cause, line.risk_user_id), ("manual", self.manager))

    def test_earlier_date_puts_others_at_risk_and_says_so(self):
        self.on_hand(5)
        self.receipt(5, 10)
        first = self.hold(self.line(5, requested_date="2026-12-01 09:00:00"))
        second = self.hold(self.line(5, requested_date="2026-12-08 09:00:00"))
        self.settle()
        self.assertEqual(first.line_ids.status, "on_time")
        self.by_hand(second.line_ids, 3)
        self.assertEqual(second.line_ids.status, "on_time")
        self.assertEqual(first.line_ids.status, "at_risk")
        self.assertEqual(first.line_ids.risk_cause, "manual")
        self.assertEqual(
            (first.line_ids.risk_model, first.line_ids.risk_res_id),
            (second._name, second.id),
        )

    def test_moves_of_an_order_follow(self):
        self.on_hand(5)
        promise, move = self.ordered(5)
        self.by_hand(promise.line_ids, 6)
        self.assertEqual(move.date, self.moment(6))
        self.assertEqual(move.date_deadline, self.moment(6))
        self.assertEqual(promise.promised_date, self.moment(6))

    def test_date_by_hand_is_watched(self):
        receipt = self.receipt(5, 5)
        line = self.hold(self.line(5)).line_ids
        self.by_hand(line, 7)
        receipt.date = self.moment(9)
        self.settle()
        self.assertEqual((line.status, line.risk_cause), ("at_risk", "slipped"))

    def test_all_lines_that_go_together_get_the_date(self):
        other = self._create_product("Other")
        self.on_hand(5)
        self.on_hand(5, other)
        promise = self.hold(self.line(5), self.line(5, other), shipping_policy="one")
        self.by_hand(promise.line_ids[0], 6)
        self.assertEqual(
            set(promise.line_ids.mapped("promised_date")), {self.moment(6)}
        )

    def test_history_says_who_and_why(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        self.settle()
        self.by_hand(line, 6, "By sea")
        change = line.history_ids.sorted("id")[-1]
        self.assertEqual(
            (change.cause, change.reason, change.user_id),
            ("manual", "By sea", self.manager),
        )

    def test_promising_again_replaces_it_and_clears_the_mark(self):
        self.on_hand(5)
        promise = self.hold(self.line(5))
        computed = promise.promised_date
        self.by_hand(promise.line_ids, 6)
        self.assertTrue(promise.has_manual)
        promise.with_user(self.user).action_repromise()
        self.assertEqual(promise.promised_date, computed)
        self.assertFalse(promise.line_ids.is_manual or promise.line_ids.manual_reason)

    def test_only_an_administrator_of_promises_may(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        with self.assertRaises(AccessError):
            line.with_user(self.user).set_promised_date(self.moment(6), "Because")
        with self.assertRaises(AccessError):
            line.with_user(self.manager).is_manual = True

    def test_reason_and_a_future_date_are_needed(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids.with_user(self.manager)
        for date, reason in (
            (self.moment(6), " "),
            (self.moment(6), False),
            (False, "Because"),
            ("next week", "Because"),
            (12, "Because"),
            (NOW - timedelta(days=1), "Because"),
        ):
            with self.assertRaises(UserError):
                line.set_promised_date(date, reason)

    def test_program_gives_the_date_as_text(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids.with_user(self.manager)
        self.assertTrue(line.set_promised_date("2026-11-30 09:00:00", "Holiday"))
        self.assertEqual(line.promised_date, self.moment(6))

    def test_what_is_not_in_force_is_refused(self):
        self.on_hand(5)
        promise = self.hold(self.line(5))
        promise.action_release()
        with self.assertRaises(UserError):
            self.by_hand(promise.line_ids, 6)

    def test_archived_product_gets_a_date_all_the_same(self):
        self.on_hand(5)
        promise, move = self.ordered(5)
        self.product.active = False
        self.by_hand(promise.line_ids, 6)
        self.assertEqual(promise.promised_date, self.moment(6))
        self.assertEqual(move.date, self.moment(6))

    def test_line_without_a_warehouse_is_refused_in_words(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        line.sudo().write({"warehouse_id": False, "promised_date": self.moment(0)})
        with self.assertRaisesRegex(UserError, "no warehouse"):
            self.by_hand(line, 6)

    def test_wizard_says_what_is_possible_before(self):
        self.receipt(5, 10)
        promise = self.hold(self.line(5))
        action = promise.with_user(self.manager).action_set_by_hand()
        form = Form(
            self.env["delivery.promise.manual"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        self.assertEqual(form.possible_date, promise.promised_date)
        self.assertFalse(form.is_early)
        form.promised_date = self.moment(4)
        self.assertTrue(form.is_early)
        form.reason = "Vendor sends it by air"
        form.save().action_apply()
        self.assertEqual(promise.promised_date, self.moment(4))

    def test_filter_finds_them(self):
        self.on_hand(5)
        promise = self.hold(self.line(2))
        plain = self.hold(self.line(2))
        self.by_hand(promise.line_ids, 6)
        found = self.Promise.search([("has_manual", "=", True)])
        self.assertIn(promise, found)
        self.assertNotIn(plain, found)
        self.assertIn(plain, self.Promise.search([("has_manual", "=", False)]))


@tagged("post_install", "-at_install")
class TestAgain(PlannedCase):
    def wizard(self, promises, user=None):
        action = promises.with_user(user or self.user).action_promise_again()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(user or self.user)

    def test_outcome_is_shown_and_nothing_is_changed_by_looking(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        old = promise.promised_date
        receipt.date = self.moment(17)
        self.settle()
        wizard = self.wizard(promise)
        row = wizard.row_ids
        self.assertEqual((row.outcome, row.days, row.selected), ("later", 7, True))
        self.assertIn("→", row.detail)
        self.settle()
        self.assertEqual(promise.promised_date, old)
        self.assertEqual(promise.line_ids.status, "at_risk")
        self.assertEqual(len(promise.history_ids), 1)
        wizard.action_apply()
        self.assertEqual(promise.promised_date, row.new_date)

    def test_each_sees_what_those_before_it_were_given(self):
        receipt = self.receipt(4, 10)
        promises = self.hold(self.line(2)) + self.hold(self.line(2))
        self.settle()
        self.on_hand(2)
        rows = self.wizard(promises).row_ids
        self.assertEqual(rows.mapped("outcome"), ["earlier", "same"])
        self.assertTrue(receipt)

    def test_what_has_no_date_stays_and_says_why(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        receipt._action_cancel()
        self.settle()
        wizard = self.wizard(promise)
        self.assertEqual(wizard.row_ids.outcome, "failed")
        self.assertIn("Nothing was held", wizard.row_ids.detail)
        wizard.row_ids.selected = True
        wizard.action_apply()
        self.assertIn("not possible", promise.sudo().message_ids[0].body)

    def test_dates_by_hand_are_not_replaced_unless_chosen(self):
        self.on_hand(5)
        promise = self.hold(self.line(5))
        self.by_hand(promise.line_ids, 6)
        wizard = self.wizard(promise)
        self.assertFalse(wizard.row_ids.selected)
        self.assertTrue(wizard.row_ids.has_manual)
        wizard.action_apply()
        self.assertEqual(promise.promised_date, self.moment(6))
        wizard.row_ids.selected = True
        self.assertTrue(wizard.has_manual)
        wizard.action_apply()
        self.assertFalse(promise.has_manual)

    def test_many_are_left_to_a_job_on_behalf_of_who_asked(self):
        receipt = self.receipt(30, 10)
        promises = self.Promise
        for __ in range(21):
            promises += self.hold(self.line(1))
        self.settle()
        receipt.date = self.moment(12)
        self.settle()
        self.wizard(promises, self.manager).action_apply()
        self.assertEqual(promises.again_user_id, self.manager)
        promises[:1].with_user(self.user).action_stop_again()
        with patch.object(IrCron, "_commit_progress", return_value=60.0):
            self.env["delivery.promise"]._cron_promise_again()
        self.settle()
        self.assertFalse(promises.again_user_id)
        self.assertEqual(promises[:1].line_ids.status, "at_risk", "it was stopped")
        moved = promises[1:].line_ids
        self.assertEqual(set(moved.mapped("status")), {"on_time"})
        last = moved[0].history_ids.sorted("id")[-1]
        self.assertEqual((last.cause, last.user_id), ("repromise", self.manager))

    def test_who_lost_the_right_does_not_stop_the_others(self):
        self.on_hand(5)
        promises = self.hold(self.line(1)) + self.hold(self.line(2))
        promises[0].sudo().again_user_id = new_test_user(self.env, "again_former")
        promises[1].sudo().again_user_id = self.manager
        with patch.object(IrCron, "_commit_progress", return_value=60.0):
            self.env["delivery.promise"]._cron_promise_again()
        self.assertFalse(promises.again_user_id)
        self.assertIn("not possible", promises[0].sudo().message_ids[0].body)

    def test_promises_of_others_are_refused(self):
        self.on_hand(5)
        promise = self.hold(self.line(5), user=self.manager)
        with self.assertRaises(AccessError):
            self.wizard(promise, self.user)

    def test_outcome_is_for_whoever_asked(self):
        self.on_hand(5)
        wizard = self.wizard(self.hold(self.line(5)))
        with self.assertRaises(AccessError):
            wizard.row_ids.with_user(self.manager).read(["detail"])

    def test_only_what_is_in_force(self):
        self.on_hand(5)
        promise = self.hold(self.line(5))
        promise.action_release()
        with self.assertRaises(UserError):
            self.wizard(promise)

    def test_lines_lead_to_their_promises(self):
        self.on_hand(5)
        promise = self.hold(self.line(2), self.line(2))
        action = promise.line_ids.with_user(self.user).action_promise_again()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.row_ids.promise_id, promise)
        self.assertEqual(wizard.row_ids.outcome, "same")
