"""What no client writes on a run, whatever its rights."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import BackorderCase


@tagged("post_install", "-at_install")
class TestGuard(BackorderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env.user.company_ids |= cls.other

    def test_stage_and_company_are_not_written_by_a_client(self):
        self.on_hand(5)
        self.promise("redistribute", 5)
        run = self.computed()
        for vals in (
            {"stage": "draft"},
            {"stage": "applied"},
            {"company_id": self.other.id},
            {"computed_date": False},
            {"user_id": self.user.id, "stage": "computed"},
        ):
            with self.assertRaises(AccessError, msg=vals):
                call_kw(run.browse(), "write", [run.ids, vals], {})
        self.assertEqual(run.stage, "computed")
        self.assertEqual(run.company_id, self.company)

    def test_stage_is_not_given_with_a_new_run(self):
        with self.assertRaises(AccessError):
            self.run_for(stage="applied")
        run_id = call_kw(
            self.Run,
            "create",
            [{}],
            {
                "context": {
                    "allowed_company_ids": self.company.ids,
                    "default_stage": "applied",
                    "default_computed_date": "2026-11-24 09:00:00",
                }
            },
        )
        run = self.Run.browse(run_id)
        self.assertEqual((run.stage, run.computed_date), ("draft", False))

    def test_choices_stay_what_was_computed_from_them(self):
        self.on_hand(5)
        self.promise("redistribute", 5)
        run = self.computed()
        for vals in (
            {"product_ids": [Command.set(self.product.ids)]},
            {"unmet_policy": "refuse"},
            {"rule_ids": [Command.clear()]},
        ):
            with self.assertRaisesRegex(UserError, "has a result", msg=vals):
                run.write(vals)
        rule = run.rule_ids[0]
        with self.assertRaisesRegex(UserError, "has a result"):
            rule.strategy = "win"
        with self.assertRaisesRegex(UserError, "has a result"):
            rule.unlink()
        with self.assertRaisesRegex(UserError, "has a result"):
            rule.create({"run_id": run.id, "strategy": "win"})
        run.action_change()
        run.unmet_policy = "refuse"
        run.rule_ids[0].strategy = "lose"

    def test_rule_is_not_put_into_a_run_of_another_company(self):
        theirs = (
            self.env["delivery.promise.backorder"]
            .with_context(allowed_company_ids=self.other.ids)
            .create({"rule_ids": []})
        )
        self.assertEqual(theirs.company_id, self.other)
        run = self.run_for()
        with self.assertRaises(AccessError):
            run.rule_ids[0].run_id = theirs.id
        with self.assertRaises(AccessError):
            run.rule_ids.create({"run_id": theirs.id, "strategy": "win"})
        with self.assertRaises(AccessError):
            self.run_for(company_id=self.other.id)

    def test_user_of_promises_sees_no_run(self):
        run = self.run_for()
        for method in (
            "action_compute",
            "action_apply",
            "action_stop",
            "action_change",
        ):
            with self.assertRaises(AccessError, msg=method):
                call_kw(run.browse().with_user(self.user), method, [run.ids], {})

    def test_odd_choices_are_no_traceback(self):
        self.on_hand(5)
        self.promise("redistribute", 5)
        run = self.run_for(date_from="9999-12-31", date_to="0001-01-01")
        with self.assertRaisesRegex(UserError, "No promise in force fits|Promised"):
            run.action_compute()
        run = self.run_for(date_to="9999-12-31", date_from="0001-01-01")
        run.action_compute()
        self.assertEqual(run.line_count, 1)
