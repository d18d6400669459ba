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
