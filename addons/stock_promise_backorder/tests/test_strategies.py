"""Each strategy, on the worked example of docs/backorder-processing.md and alone."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
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

    def test_a_result_is_dropped_to_choose_anew(self):
        self.example()
        run = self.computed()
        run.action_change()
        self.assertFalse(run.line_ids)
        self.assertFalse(run.group_ids)
        self.assertEqual(run.state, "draft")

    # -- who takes part ----------------------------------------------------------------

    def test_promises_that_no_rule_fits_are_left_as_they_are(self):
        self.on_hand(10)
        self.receipt(10, 7)
        stranger = self.hold(self.line(10, requested_date=self.moment(1)))
        winner = self.promise("win", 10)
        run = self.computed()
        self.assertEqual(self.result(run), {winner: (7, 7, "same")})
        self.assertNotIn(stranger, run.line_ids.promise_id)
        self.assertTrue(run.line_ids.unmet)
        self.assertIn("requested date", run.line_ids.note)

    def test_notes_are_read_in_the_readers_language(self):
        self._speak_french(
            stock_promise_backorder={
                "It cannot be on the requested date, even as a Win.": "Trop tard.",
                "Stopped by %s.": "Interrompu par %s.",
            }
        )
        self.receipt(10, 7)
        self.promise("win", 10)
        run = self.computed()
        run.group_ids.sudo().message_said = {
            "message": "Stopped by Ann.",
            "said": ["sentence", "stock_promise_backorder", "Stopped by %s.", ["Ann"]],
        }
        french = run.with_context(lang="fr_FR")
        self.assertEqual(french.line_ids.note, "Trop tard.")
        self.assertEqual(french.group_ids.message, "Interrompu par Ann.")
        self.assertIn("requested date", run.line_ids.note)

    def test_first_rule_that_fits_counts(self):
        self.on_hand(10)
        promise = self.promise("lose", 10, priority="3")
        run = self.run_for()
        run.rule_ids = [
            Command.create({"sequence": 1, "priority": "3", "strategy": "win"})
        ]
        run.action_compute()
        self.assertEqual(run.line_ids.promise_id, promise)
        self.assertEqual(run.line_ids.strategy, "win")

    def test_rule_by_customer_class(self):
        gold = self.env["delivery.promise.class"].create({"name": "Gold"})
        self.on_hand(10)
        self.receipt(10, 7)
        loser = self.promise("lose", 10)
        self.customer.promise_class_id = gold
        winner = self.hold(
            self.line(10, requested_date=self.moment(1)), partner_id=self.customer.id
        )
        run = self.run_for()
        run.rule_ids = [Command.create({"class_id": gold.id, "strategy": "win"})]
        run.action_compute()
        self.assertEqual(
            self.result(run), {winner: (7, 1, "gains"), loser: (1, 7, "loses")}
        )

    def test_chosen_by_product_warehouse_and_date(self):
        other = self._create_product("Other")
        self.on_hand(10)
        self.on_hand(10, product=other)
        early = self.promise("win", 2, days=1)
        late = self.promise("win", 2, days=9)
        another = self.promise("win", 2, days=1, product=other)
        today = self.moment(0).date()
        for values, expected in (
            ({}, early | late | another),
            ({"product_ids": self.product.ids}, early | late),
            ({"category_ids": other.categ_id.ids}, early | late | another),
            ({"warehouse_ids": self.warehouse.ids}, early | late | another),
            ({"date_to": today + timedelta(days=5)}, early | another),
            ({"date_from": today + timedelta(days=5)}, late),
        ):
            with self.subTest(values):
                self.assertEqual(self.computed(**values).line_ids.promise_id, expected)

    def test_nothing_that_fits_is_said(self):
        with self.assertRaisesRegex(UserError, "No promise in force"):
            self.computed()

    def test_what_is_being_picked_is_left_out(self):
        self.on_hand(10)
        self.receipt(10, 7)
        loser, winner = self.promise("lose", 10), self.promise("win", 10)
        line = loser.line_ids.with_env(self.env)
        move = self.order(10, 1, promise_line_id=line.id)
        loser.sudo()._confirm()
        move.picked = True
        result = self.result(self.computed())
        self.assertEqual(result[loser], (1, 1, "left_out"))
        self.assertEqual(result[winner], (7, 7, "same"))

    def test_dates_set_by_hand_are_left_out(self):
        self.on_hand(10)
        self.receipt(10, 7)
        loser, winner = self.promise("lose", 10), self.promise("win", 10)
        loser.line_ids.with_user(self.manager).set_promised_date(
            self.moment(2), "Agreed on the phone"
        )
        result = self.result(self.computed())
        self.assertEqual(result[loser], (2, 2, "left_out"))
        self.assertEqual(result[winner], (7, 7, "same"))

    # -- what the company keeps back ---------------------------------------------------

    def test_safety_stock_is_for_who_may_have_it(self):
        self.on_hand(10)
        self.receipt(24, 7)
        first = self.promise("redistribute", 10, days=1)
        second = self.promise("redistribute", 10, days=1, priority="3")
        third = self.promise("win", 10, days=1, priority="0")
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "product_min_qty": 4,
                "product_max_qty": 4,
                "company_id": self.company.id,
            }
        )
        self.company.promise_safety_stock = "orderpoint"
        self.company.promise_safety_priority = "2"
        result = self.result(self.computed())
        self.assertEqual(result[third], (7, 7, "same"), "6 are not enough")
        self.assertEqual(result[second], (7, 1, "gains"))
        self.assertEqual(result[first][2], "loses")

    # -- shares of classes -------------------------------------------------------------

    def test_a_win_respects_what_is_kept_for_another_class(self):
        gold = self.env["delivery.promise.class"].create({"name": "Gold"})
        self.on_hand(10)
        self.receipt(10, 7)
        loser, winner = self.promise("lose", 10), self.promise("win", 10)
        self.env["delivery.promise.allocation"].create(
            {
                "class_id": gold.id,
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "company_id": self.company.id,
                "quantity": 4,
                "date_from": self.moment(0).date(),
                "date_to": self.moment(20).date(),
            }
        )
        result = self.result(self.computed())
        self.assertEqual(result[winner][1], 7, "only 6 are for everybody now")
        self.assertEqual(result[loser], (1, 1, "same"))

    def test_quota_of_a_class_is_given_out_once(self):
        bronze = self.env["delivery.promise.class"].create({"name": "Bronze"})
        self.on_hand(20)
        customers = [self.customer_for("redistribute") for __ in range(3)]
        for customer in customers:
            customer.promise_class_id = bronze
        promises = [
            self.hold(
                self.line(5, requested_date=self.moment(1)), partner_id=customer.id
            )
            for customer in customers
        ]
        self.env["delivery.promise.allocation"].create(
            {
                "kind": "quota",
                "class_id": bronze.id,
                "product_id": self.product.id,
                "company_id": self.company.id,
                "quantity": 10,
                "date_from": self.moment(0).date(),
                "date_to": self.moment(9).date(),
            }
        )
        self.on_hand(-12)  # 8 are left: who can keep his goods keeps them
        self.receipt(20, 3)
        result = self.result(self.computed())
        self.assertEqual([result[promise][1] for promise in promises], [1, 3, 10])
