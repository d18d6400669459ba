"""The picture of a line's date shows its own claim among those of others."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestTimeline(PromiseCase):
    def timeline(self, line):
        return line.with_user(self.user).get_promise_timeline()

    def test_a_hold_is_drawn_on_the_day_it_takes_the_goods(self):
        self.on_hand(10)
        wished = NOW + timedelta(days=20)
        answer = self.Promise.hold(
            {"lines": [self.line(4, requested_date=fields.Datetime.to_string(wished))]}
        )
        line = self.env["delivery.promise"].browse(answer["promise_id"]).line_ids
        timeline = self.timeline(line)
        (product,) = timeline["products"]
        self.assertEqual(product["id"], self.product.id)
        (claim,) = product["claims"]
        self.assertEqual((claim["quantity"], claim["counted"]), (4.0, True))
        self.assertEqual(claim["date"], fields.Date.to_string(line.material_date))
        self.assertEqual(timeline["warehouse_id"], self.warehouse.id)
        self.assertGreaterEqual(timeline["days"], 34)
        self.assertEqual(timeline["reasons"], [r["message"] for r in line.reasons])

    def test_what_is_only_looked_up_is_not_counted(self):
        self.on_hand(10)
        promise = self.env["delivery.promise"].create(
            {
                "warehouse_id": self.warehouse.id,
                "line_ids": [
                    fields.Command.create(
                        {"product_id": self.product.id, "quantity": 3}
                    )
                ],
            }
        )
        promise.action_simulate()
        (product,) = promise.line_ids.get_promise_timeline()["products"]
        self.assertEqual(
            [(claim["quantity"], claim["counted"]) for claim in product["claims"]],
            [(3.0, False)],
        )

    def test_goods_without_stock_keeping_have_nothing_to_draw(self):
        product = self.env["product.product"].create(
            {"name": "Grease", "type": "consu", "is_storable": False}
        )
        promise = self.env["delivery.promise"].create(
            {"line_ids": [fields.Command.create({"product_id": product.id})]}
        )
        self.assertEqual(promise.line_ids.get_promise_timeline()["products"], [])

    def test_who_may_not_read_promises_gets_no_picture(self):
        promise = self.env["delivery.promise"].create(
            {"line_ids": [fields.Command.create({"product_id": self.product.id})]}
        )
        stranger = new_test_user(self.env, "timeline_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            promise.line_ids.with_user(stranger).get_promise_timeline()
