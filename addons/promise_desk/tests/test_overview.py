import ast
import json
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import PromiseDeskCommon


@tagged("post_install", "-at_install")
class TestOverview(PromiseDeskCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._new_user(
            "promise_boss",
            "sales_team.group_sale_manager,stock_promise.group_promise_manager",
        )

    def overview(self, days=90):
        overviews = self.env["promise.desk.overview"].with_user(self.boss)
        return overviews.with_company(self.company).get_overview(days)

    def test_what_is_asked_for_stands_beside_what_is_free(self):
        self.lead.promise_line_ids.quantity = 14
        self.lead.probability = 50
        (row,) = self.overview()["pipeline"]
        self.assertEqual(row["product_id"], self.product.id)
        self.assertEqual((row["quantity"], row["expected"], row["leads"]), (14, 7, 1))
        self.assertEqual((row["available"], row["later"], row["short"]), (10, 10, 4))

    def test_what_is_held_is_no_further_need(self):
        self._hold()
        self.assertEqual(self.overview()["pipeline"], [])

    def test_holds_are_counted_with_their_value(self):
        # what the customer is offered counts, not what the product costs by now
        self.lead.promise_line_ids.price_unit = 25.0
        self.product.lst_price = 99.0
        promise = self._hold()
        holds = self.overview()["holds"]
        self.assertEqual((holds["count"], holds["amount"]), (1, 50.0))
        self.assertEqual((holds["ending"], holds["expired_count"]), (0, 0))
        promise.sudo().hold_until = fields.Datetime.now() - timedelta(minutes=1)
        holds = self.overview()["holds"]
        self.assertEqual((holds["count"], holds["expired_count"]), (0, 1))
        self.assertEqual(holds["expired_amount"], 50.0)

    def _order(self, quantity, promised, count=1):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Garage"}).id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": quantity}
                    )
                    for __ in range(count)
                ],
            }
        )
        order.action_confirm()
        order.promise_id.line_ids.sudo().write({"promised_date": promised})
        return order

    def test_shares_are_of_the_lines_whose_day_is_over(self):
        now = fields.Datetime.now()
        kept, missed, __ = (
            self._order(1, now + timedelta(days=2)),
            self._order(1, now - timedelta(days=5)),
            self._order(1, now + timedelta(days=5)),
        )
        kept.picking_ids.button_validate()
        # a request of its own reads what time has made of it
        self.env.flush_all()
        self.env.invalidate_all()
        overview = self.overview()
        self.assertEqual(overview["kept"]["lines"], 1)
        self.assertEqual(overview["kept"]["on_time_latest"], 0.0)
        self.assertEqual(sum(week["late"] for week in overview["kept"]["weeks"]), 1)
        self.assertEqual(overview["risk"]["late"], 1)
        (line,) = overview["risk"]["lines"]
        self.assertEqual(line["promise_id"], missed.promise_id.id)
        self.assertEqual(line["status"], "late")

    def test_a_tile_counts_what_its_list_shows(self):
        now = fields.Datetime.now()
        late = self._order(1, now - timedelta(days=5), count=2)
        # a line late and one at risk: one customer to call
        self.assertEqual(len(late.promise_id.line_ids), 2)
        risky = self._order(1, now + timedelta(days=5))
        risky.promise_id.line_ids.sudo().at_risk = True
        self._order(1, now + timedelta(days=5))
        self._hold()
        expired = self._order(1, now + timedelta(days=5)).promise_id.sudo()
        expired.write({"state": "expired", "hold_until": now - timedelta(days=100)})
        self.env.flush_all()
        self.env.invalidate_all()
        overview = self.overview()
        risk = overview["risk"]
        self.assertEqual((risk["late"], risk["at_risk"]), (1, 1))
        for model, block, name, count in (
            ("delivery.promise", "risk", "domain", 2),
            ("delivery.promise", "holds", "domain", overview["holds"]["count"]),
            (
                "delivery.promise",
                "holds",
                "expired_domain",
                overview["holds"]["expired_count"],
            ),
            ("delivery.promise.report", "kept", "domain", overview["kept"]["lines"]),
        ):
            with self.subTest(block=block, name=name):
                # as a client gets it
                domain = json.loads(json.dumps(overview[block][name]))
                records = self.env[model].with_user(self.boss)
                self.assertEqual(records.search_count(domain), count)
        self.assertEqual(overview["holds"]["expired_count"], 0)
        self.assertEqual(self.overview(365)["holds"]["expired_count"], 1)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "promise_desk.delivery_promise_action_call_back"
        )
        shown = self.env["delivery.promise"].with_user(self.boss)
        self.assertEqual(
            shown.search(ast.literal_eval(action["domain"])), (late | risky).promise_id
        )

    def test_nothing_measured_is_not_a_share_of_zero(self):
        kept = self.overview()["kept"]
        self.assertEqual((kept["lines"], kept["on_time_latest"]), (0, False))

    def test_it_is_for_who_manages_promises(self):
        overviews = self.env["promise.desk.overview"].with_user(self.salesman)
        with self.assertRaises(AccessError):
            overviews.get_overview(90)

    def test_a_period_that_is_not_offered_is_refused(self):
        for days in (7, "90", None, -1, True):
            with self.assertRaises(ValidationError):
                self.overview(days)

    def test_a_manager_goes_from_a_figure_to_its_promises(self):
        self._hold()
        self._order(1, fields.Datetime.now() - timedelta(days=5))
        self.boss.group_ids += self.env.ref("call_center.group_call_center_agent")
        self.start_tour(
            "/odoo/promise-overview", "promise_desk_overview", login=self.boss.login
        )
