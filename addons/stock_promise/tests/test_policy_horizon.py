"""How far ahead is promised, and from which day on what is not ordered yet."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestHorizon(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(4)
        cls.company.promise_horizon_days = 10

    def only_reason(self, *lines, **values):
        (reason,) = self.ask(*lines, **values)["lines"][0]["reasons"]
        return reason

    def test_beyond_the_horizon_there_is_no_date_and_the_reason_says_so(self):
        self.receipt(5, 10)
        self.assertEqual(self.promised(9), self.moment(10))
        self.receipt(5, 11)
        self.assertFalse(self.promised(10))
        reason = self.only_reason(self.line(10))
        self.assertEqual(reason["code"], "horizon")
        self.assertIn("12/04/2026, 10 days ahead", reason["message"])
        with self.assertRaisesRegex(UserError, "10 days ahead"):
            self.hold(self.line(10))

    def test_without_a_horizon_every_date_is_given(self):
        self.receipt(5, 400)
        self.company.promise_horizon_days = 0
        self.assertEqual(self.promised(9), self.moment(400))

    def test_the_day_of_arrival_counts(self):
        self.product.sale_delay = 10
        self.assertEqual(self.promised(1), self.moment(10))
        self.product.sale_delay = 11
        self.assertFalse(self.promised(1))

    def test_a_requested_date_beyond_the_horizon_is_not_promised(self):
        self.assertTrue(self.promised(1, requested_date=self.moment(10)))
        reason = self.only_reason(self.line(1, requested_date=self.moment(11)))
        self.assertIn("ask again when", reason["message"])

    def test_a_line_without_a_date_takes_nothing_from_the_next(self):
        self.receipt(5, 11)
        lines = self.ask(self.line(9), self.line(4))["lines"]
        self.assertFalse(lines[0]["promised_date"])
        self.assertEqual(lines[1]["promised_date"], fields.Datetime.to_string(NOW))

    def test_nothing_new_inside_the_planning_time_fence(self):
        other = self.env["stock.warehouse"].create(
            {
                "name": "Other",
                "code": "OTH",
                "company_id": self.company.id,
                "resupply_wh_ids": self.warehouse.ids,
            }
        )
        self.product.route_ids = other.resupply_route_ids
        self.assertEqual(self.promised(4, warehouse_id=other.id), NOW)
        self.company.promise_fence_days = 5
        line = self.ask(self.line(4, warehouse_id=other.id))["lines"][0]
        end = fields.Datetime.to_string(self.moment(5, 0))
        self.assertEqual(line["promised_date"], end)
        codes = [reason["code"] for reason in line["reasons"]]
        self.assertEqual(codes[:2], ["transfer", "planning_time_fence"])
        self.assertIn("11/29/2026", line["reasons"][1]["message"])

    def test_what_is_on_its_way_counts_inside_the_fence(self):
        self.company.promise_fence_days = 9
        self.receipt(5, 3)
        line = self.ask(self.line(9))["lines"][0]
        self.assertEqual(
            line["promised_date"], fields.Datetime.to_string(self.moment(3))
        )
        self.assertNotIn(
            "planning_time_fence", [reason["code"] for reason in line["reasons"]]
        )
