"""The measures of promises, by order and sales team."""

from .common import SalePromiseCase


class TestReport(SalePromiseCase):
    def test_order_that_took_the_promise_and_its_team(self):
        manager = self._user("so_manager", "sales_team.group_sale_manager")
        team = self.env["crm.team"].create(
            {"name": "Workshops", "company_id": self.company.id}
        )
        Report = self.env["delivery.promise.report"].with_user(manager)
        order = self._order((self.product, 3), team_id=team.id)
        order.action_hold_promise()
        self.assertFalse(Report.search([]).sale_order_id)
        order.action_confirm()
        self._deliver(order.picking_ids)
        groups = Report._read_group(
            [], ["sale_order_id", "team_id", "user_id"], ["otif_latest:avg"]
        )
        self.assertEqual(groups, [(order, team, self.seller, 1.0)])
