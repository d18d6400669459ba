"""What is shown is promised, or nothing of it."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import BackorderCase


@tagged("post_install", "-at_install")
class TestApply(BackorderCase):
    def scarce(self, product=None):
        """10 on the shelf, held for who may lose, 10 more next week for who wins."""
        product = product or self.product
        self.on_hand(10, product=product)
        self.receipt(10, 7, product=product)
        loser = self.promise("lose", 10, product=product)
        winner = self.promise("win", 10, product=product)
        return loser, winner

    def apply(self, run):
        with trap_jobs() as trap:
            run.action_apply()
            trap.perform_enqueued_jobs()
        return run

    def order_for(self, promise):
        """An order takes a hold over: its moves claim the goods."""
        line = promise.line_ids.with_env(self.env)
        moves = self.order(
            line.quantity,
            self.day(line.ship_date),
            product=line.product_id,
            promise_line_id=line.id,
        )
        promise.sudo()._confirm()
        line.sudo()._update_move_dates()
        return moves

    # -- what is promised --------------------------------------------------------------

    def test_holds_get_the_dates_that_were_shown(self):
        loser, winner = self.scarce()
        run = self.apply(self.computed())
        self.assertEqual(self.day(winner.promised_date), 1)
        self.assertEqual(self.day(loser.promised_date), 7)
        self.assertEqual(run.group_ids.state, "done")
        self.assertEqual(run.state, "done")

    def test_claims_of_holds_move_with_their_dates(self):
        loser, winner = self.scarce()
        self.apply(self.computed())
        self.assertEqual(self.day(winner.claim_ids.date), 1)
        self.assertEqual(self.day(loser.claim_ids.date), 7)
        self.assertEqual(self.atp(1, 7), [0.0, 0.0])

    def test_moves_of_orders_move_with_their_dates(self):
        loser, winner = self.scarce()
        lost, won = self.order_for(loser), self.order_for(winner)
        self.apply(self.computed())
        self.assertEqual((self.day(won.date), self.day(won.date_deadline)), (1, 1))
        self.assertEqual((self.day(lost.date), self.day(lost.date_deadline)), (7, 7))

    def test_winner_takes_the_reserved_goods_of_the_loser(self):
        loser, winner = self.scarce()
        lost, won = self.order_for(loser), self.order_for(winner)
        lost._action_assign()
        self.assertEqual(lost.state, "assigned")
        self.apply(self.computed())
        self.assertEqual((won.state, won.quantity), ("assigned", 10))
        self.assertEqual(lost.quantity, 0)

    def test_first_promise_stays_on_record(self):
        loser, __ = self.scarce()
        self.apply(self.computed())
        self.assertEqual(self.day(loser.line_ids.first_promised_date), 1)

    def test_history_names_the_run(self):
        loser, __ = self.scarce()
        self.env.cr.flush()
        run = self.apply(self.computed())
        self.env.cr.flush()
        change = loser.line_ids.history_ids[0]
        self.assertEqual(change.cause, "backorder")
        self.assertEqual((change.cause_model, change.cause_res_id), (run._name, run.id))
        self.assertEqual(change.user_id, self.manager)

    def test_what_is_delivered_stays(self):
        self.on_hand(10)
        self.receipt(10, 7)
        loser, winner = self.promise("lose", 10), self.promise("win", 6)
        lost = self.order_for(loser)
        self.order_for(winner)
        self.done(lost, 4)
        run = self.apply(self.computed())
        row = run.line_ids.filtered(lambda row: row.promise_id == loser)
        self.assertEqual((row.quantity, row.outcome), (6, "loses"))
        self.assertEqual(loser.line_ids.delivered_quantity, 4)
        self.assertEqual(self.day(lost.date), 0, "what is done keeps its date")
        self.assertEqual(self.day(winner.promised_date), 1)

    def test_other_lines_of_a_hold_keep_their_claims(self):
        other = self._create_product("Other")
        self.on_hand(5, product=other)
        self.on_hand(10)
        self.receipt(10, 7)
        loser = self.hold(
            self.line(10, requested_date=self.moment(1)),
            self.line(5, product=other, requested_date=self.moment(1)),
            partner_id=self.customer_for("lose").id,
        )
        self.promise("win", 10)
        self.apply(self.computed(product_ids=self.product.ids))
        days = {claim.product_id: self.day(claim.date) for claim in loser.claim_ids}
        self.assertEqual(days, {self.product: 7, other: 1})

    # -- no date at all ----------------------------------------------------------------

    def test_hold_that_loses_everything_holds_nothing(self):
        loser, __ = self.scarce()
        self.apply(self.computed(lose_gets_rest=False))
        self.assertFalse(loser.line_ids.promised_date)
        self.assertFalse(loser.claim_ids)
        self.assertEqual(loser.line_ids.status, "at_risk")
        self.assertEqual(self.atp(7), [10.0])

    def test_order_without_a_date_waits_after_all_that_is_known(self):
        loser, winner = self.scarce()
        lost, won = self.order_for(loser), self.order_for(winner)
        self.delivery(0.5, 9)
        self.on_hand(0.5)
        self.apply(self.computed(lose_gets_rest=False))
        self.assertFalse(loser.line_ids.promised_date)
        self.assertEqual((self.day(lost.date), self.day(lost.date_deadline)), (9, 9))
        self.assertEqual(won.quantity, 10)

    def test_a_lost_date_is_a_risk_with_cause_and_activity_until_there_is_one(self):
        loser, winner = self.scarce()
        lost = self.order_for(loser)
        self.order_for(winner)
        self.env.cr.flush()
        run = self.apply(self.computed(lose_gets_rest=False))
        self.env.cr.flush()
        line = loser.line_ids
        self.assertEqual((line.status, line.at_risk), ("at_risk", True))
        self.assertEqual(line.risk_cause, "backorder")
        self.assertEqual((line.risk_model, line.risk_res_id), (run._name, run.id))
        self.assertEqual(line.risk_user_id, self.manager)
        self.assertIn(run.name, line.risk_message)
        activity = loser.risk_activity_id
        self.assertEqual(activity.user_id, loser.user_id)
        self.assertIn("no date any more", activity.note)
        self.assertIn("given to others", activity.note)
        # more goods than anybody needs are no date by themselves
        self.receipt(50, 3)
        self.env.cr.flush()
        self.env["delivery.promise"]._watch(self.product.ids)
        self.assertEqual(line.risk_cause, "backorder")
        self.assertTrue(loser.risk_activity_id)
        loser.with_user(self.manager).action_repromise()
        self.env.cr.flush()
        self.assertEqual((line.status, line.risk_cause), ("on_time", False))
        self.assertFalse(loser.risk_activity_id)
        self.assertEqual(self.day(lost.date_deadline), 3)

    def test_a_hold_that_loses_its_date_is_a_risk_too(self):
        loser, __ = self.scarce()
        self.apply(self.computed(lose_gets_rest=False))
        self.env.cr.flush()
        self.assertEqual(loser.line_ids.risk_cause, "backorder")
        self.assertTrue(loser.risk_activity_id)
        loser.with_user(self.user).action_release()
        self.env.cr.flush()
        self.assertFalse(loser.risk_activity_id)

    # -- all or nothing ----------------------------------------------------------------

    def test_one_job_for_each_product(self):
        self.scarce()
        self.scarce(self._create_product("Other"))
        run = self.computed()
        with trap_jobs() as trap:
            run.action_apply()
            trap.assert_jobs_count(2)
        self.assertEqual(run.state, "applying")

    def test_products_of_a_joint_delivery_belong_together(self):
        other = self._create_product("Other")
        self.on_hand(10)
        self.on_hand(10, product=other)
        joint = self.hold(
            self.line(10, requested_date=self.moment(1)),
            self.line(10, product=other, requested_date=self.moment(1)),
            partner_id=self.customer_for("lose").id,
            shipping_policy="one",
        )
        self.receipt(10, 7)
        winner = self.promise("win", 10)
        run = self.computed()
        self.assertEqual(len(run.group_ids), 1)
        self.apply(run)
        self.assertEqual(self.day(winner.promised_date), 1)
        self.assertEqual(
            {self.day(d) for d in joint.line_ids.mapped("promised_date")}, {7}
        )

    def test_changed_world_refuses_all_of_a_product_and_nothing_of_another(self):
        other = self._create_product("Other")
        loser, winner = self.scarce()
        __, other_winner = self.scarce(other)
        run = self.computed()
        self.delivery(5, 1)
        self.apply(run)
        states = {group.product_ids: group.state for group in run.group_ids}
        self.assertEqual(states, {self.product: "refused", other: "done"})
        self.assertEqual(self.day(loser.promised_date), 1)
        self.assertEqual(self.day(winner.promised_date), 7)
        self.assertEqual(self.day(other_winner.promised_date), 1)
        message = run.group_ids.filtered(lambda group: group.state == "refused").message
        self.assertIn("supply or demand has changed", message)
        self.assertEqual(run.failed_count, 1)

    def test_released_promise_refuses_its_product(self):
        loser, winner = self.scarce()
        run = self.computed()
        loser.action_release()
        self.apply(run)
        self.assertEqual(run.group_ids.state, "refused")
        self.assertIn("not open any more", run.group_ids.message)
        self.assertEqual(self.day(winner.promised_date), 7)

    def test_applying_takes_the_lock_of_holds(self):
        self.scarce()
        run = self.computed()
        bucket = self.product.id % 1024 + 1
        lock = self.env["delivery.promise.lock"].browse(bucket)
        before = lock.version
        self.apply(run)
        lock.invalidate_recordset()
        self.assertEqual(lock.version, before + 1)

    def test_unexpected_failure_is_told_on_the_run(self):
        self.scarce()
        run = self.computed()
        with trap_jobs():
            run.action_apply()
        run.group_ids._note_failure(exc_name="ValueError", exc_message="boom")
        self.assertEqual(run.group_ids.state, "failed")
        self.assertIn("boom", run.group_ids.message)
        self.assertEqual(run.state, "done")

    # -- stopping ----------------------------------------------------------------------

    def test_stop_leaves_what_has_not_begun(self):
        __, winner = self.scarce()
        __, other_winner = self.scarce(self._create_product("Other"))
        run = self.computed()
        with trap_jobs() as trap:
            run.action_apply()
            trap.enqueued_jobs[0].perform()
            self.assertEqual((run.finished_count, run.todo_count), (1, 2))
            self.assertEqual(run.progress, 50)
            run.action_stop()
            trap.perform_enqueued_jobs()
        self.assertEqual(run.group_ids.mapped("state"), ["done", "stopped"])
        self.assertEqual(self.day(winner.promised_date), 1)
        self.assertEqual(self.day(other_winner.promised_date), 7)
        self.assertEqual(run.state, "done")

    def test_nothing_to_stop_is_said(self):
        self.scarce()
        run = self.computed()
        with self.assertRaisesRegex(UserError, "under way"):
            run.action_stop()

    # -- who and when ------------------------------------------------------------------

    def test_nothing_is_applied_twice(self):
        self.scarce()
        run = self.apply(self.computed())
        with self.assertRaisesRegex(UserError, "applied already"):
            run.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            run.action_compute()

    def test_nothing_to_apply_is_said(self):
        self.on_hand(10)
        self.promise("win", 10)
        with self.assertRaisesRegex(UserError, "changes no date"):
            self.computed().action_apply()

    def test_a_user_may_not_even_look(self):
        self.scarce()
        run = self.computed()
        with self.assertRaises(AccessError):
            run.with_user(self.user).read(["name"])
        with self.assertRaises(AccessError):
            self.Run.with_user(self.user).create({})

    def test_a_planner_cannot_write_results(self):
        self.scarce()
        run = self.computed()
        with self.assertRaises(AccessError):
            run.line_ids.date_after = self.moment(3)
        with self.assertRaises(AccessError):
            run.group_ids.state = "done"

    def test_planner_of_another_company_sees_nothing(self):
        self.scarce()
        run = self.computed()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user(
            "elsewhere", "stock_promise.group_promise_manager", company
        )
        Run = self.Run.with_user(stranger).with_context(allowed_company_ids=company.ids)
        self.assertFalse(Run.search([("id", "=", run.id)]))
