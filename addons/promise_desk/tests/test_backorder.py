"""Orders follow what backorder processing gives them."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.sale_stock_promise.tests.common import NOW, SalePromiseCase


@tagged("post_install", "-at_install")
class TestBackorderOfOrders(SalePromiseCase):
    def test_orders_and_their_deliveries_get_the_dates_of_the_run(self):
        planner = self._user("so_planner", "stock_promise.group_promise_manager")
        self._receipt(self.product, 10, 7)
        loser = self._order((self.product, 10))
        loser.action_confirm()
        winner = self._order((self.product, 10))
        winner.action_confirm()
        winner.sudo().promise_id.priority = "3"
        later = NOW + timedelta(days=7)
        self.assertEqual((loser.commitment_date, winner.commitment_date), (NOW, later))
        run = (
            self.env["delivery.promise.backorder"]
            .with_user(planner)
            .create(
                {
                    "product_ids": [Command.set(self.product.ids)],
                    "rule_ids": [
                        Command.create({"priority": "3", "strategy": "win"}),
                        Command.create({"sequence": 20, "strategy": "lose"}),
                    ],
                }
            )
        )
        run.action_compute()
        with trap_jobs() as trap:
            run.action_apply()
            trap.perform_enqueued_jobs()
        self.assertEqual(run.group_ids.mapped("state"), ["done"])
        self.assertEqual((loser.commitment_date, winner.commitment_date), (later, NOW))
        won, lost = (
            order.sudo().order_line.move_ids.ensure_one() for order in (winner, loser)
        )
        self.assertEqual((won.date_deadline, lost.date_deadline), (NOW, later))
        self.assertEqual((won.state, won.quantity), ("assigned", 10))
        self.assertEqual(lost.quantity, 0)

    def _run(self, **values):
        planner = self.env["res.users"].search(
            [("login", "=", "so_planner2")]
        ) or self._user("so_planner2", "stock_promise.group_promise_manager")
        run = (
            self.env["delivery.promise.backorder"]
            .with_user(planner)
            .create(
                {
                    "product_ids": [Command.set(self.product.ids)],
                    "rule_ids": [
                        Command.create({"priority": "3", "strategy": "win"}),
                        Command.create({"sequence": 20, "strategy": "lose"}),
                    ],
                    **values,
                }
            )
        )
        run.action_compute()
        with trap_jobs() as trap:
            run.action_apply()
            trap.perform_enqueued_jobs()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(run.group_ids.mapped("state"), ["done"])
        return run

    def test_an_order_that_loses_its_date_keeps_none(self):
        self._receipt(self.product, 10, 7)
        loser = self._order((self.product, 10), (self.other, 1))
        loser.action_confirm()
        winner = self._order((self.product, 10))
        winner.action_confirm()
        winner.sudo().promise_id.priority = "3"
        self.env.cr.flush()
        self._run(lose_gets_rest=False)
        line, dated = loser.order_line
        promise = loser.sudo().promise_id
        self.assertFalse(loser.commitment_date)
        self.assertEqual((line.promised_date, dated.promised_date), (False, NOW))
        self.assertEqual(line.sudo().promise_line_id.status, "at_risk")
        self.assertEqual(promise.risk_activity_id.user_id, self.seller)
        self.assertGreater(line.sudo().move_ids.date_deadline, NOW + timedelta(days=1))
        self.assertEqual(dated.sudo().move_ids.date_deadline, NOW)
        self.assertTrue(
            loser.message_ids.filtered(lambda note: "Brake Disc" in note.body)
        )
        self._stock(self.product, 10)
        loser.sudo().promise_id.action_repromise()
        self.assertEqual(loser.commitment_date, NOW)

    def test_a_lead_and_its_quotation_follow_what_a_run_makes_of_the_hold(self):
        for rest in (True, False):
            with self.subTest(rest=rest):
                product = self.product = self._product(f"Rotor {rest}", 10)
                self._receipt(product, 10, 7)
                lead = (
                    self.env["crm.lead"]
                    .with_user(self.seller)
                    .create(
                        {
                            "name": "Rotors",
                            "type": "opportunity",
                            "partner_id": self.partner.id,
                            "company_id": self.company.id,
                            "promise_line_ids": [
                                Command.create(
                                    {"product_id": product.id, "quantity": 10}
                                )
                            ],
                        }
                    )
                )
                lead.action_hold_promise()
                order = self.env["sale.order"].browse(lead.create_quotation())
                self.assertEqual(lead.promised_date, NOW)
                self.assertEqual(order.commitment_date, NOW)
                winner = self._order((product, 10))
                winner.action_confirm()
                winner.sudo().promise_id.priority = "3"
                self.env.cr.flush()
                self._run(lose_gets_rest=rest)
                later = NOW + timedelta(days=7) if rest else False
                self.assertEqual(lead.promise_line_ids.promised_date, later)
                self.assertEqual(lead.promised_date, later)
                self.assertEqual(order.commitment_date, later)
                self.assertEqual(order.order_line.promised_date, later)
