"""A planner's way through a run, in a browser."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestBackorderTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = new_test_user(
            cls.env,
            login="tour_planner",
            groups="base.group_user,stock_promise.group_promise_manager",
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Tour Brake Disc", "type": "consu", "is_storable": True}
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 10.0
        )
        receipt = cls.env["stock.move"].create(
            {
                "product_id": cls.product.id,
                "product_uom_qty": 10,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.warehouse.lot_stock_id.id,
                "picking_type_id": cls.warehouse.in_type_id.id,
                "date": fields.Datetime.now() + timedelta(days=7),
            }
        )
        receipt._action_confirm(merge=False)
        cls.loser = cls._hold("Tour Loser", "0")
        cls.winner = cls._hold("Tour Winner", "3")

    @classmethod
    def _hold(cls, name, priority):
        Promise = cls.env["delivery.promise"].with_user(cls.planner)
        answer = Promise.hold(
            {
                "partner_id": cls.env["res.partner"].create({"name": name}).id,
                "priority": priority,
                "lines": [
                    {
                        "product_id": cls.product.id,
                        "quantity": 10,
                        "requested_date": fields.Datetime.to_string(
                            fields.Datetime.now() + timedelta(days=2)
                        ),
                    }
                ],
            }
        )
        return Promise.browse(answer["promise_id"])

    def test_planner_applies_a_run(self):
        before = self.winner.promised_date
        Group = self.registry["delivery.promise.backorder.group"]
        with patch.object(Group, "with_delay", lambda group, **options: group):
            self.start_tour(
                "/odoo/backorder-processing",
                "stock_promise_backorder_apply",
                login="tour_planner",
            )
        self.env.invalidate_all()
        self.assertLess(self.winner.promised_date, before)
        self.assertGreater(self.loser.promised_date, self.winner.promised_date)

    def test_planner_stops_a_run(self):
        before = self.winner.promised_date
        self.start_tour(
            "/odoo/backorder-processing",
            "stock_promise_backorder_stop",
            login="tour_planner",
        )
        self.env.invalidate_all()
        self.assertEqual(self.winner.promised_date, before)
