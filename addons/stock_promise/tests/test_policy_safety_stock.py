"""Safety stock: the minimum of the reordering rules, kept back from new promises below
a chosen priority."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestSafetyStock(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(10)
        cls.company.promise_safety_stock = "orderpoint"
        cls.minimum = cls._create_minimum(4)

    @classmethod
    def _create_minimum(cls, quantity, location=None, product=None):
        return cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": (product or cls.product).id,
                "warehouse_id": cls.warehouse.id,
                "location_id": (location or cls.stock).id,
                "product_min_qty": quantity,
                "product_max_qty": quantity,
                "trigger": "manual",
            }
        )

    def codes(self, quantity, **values):
        answer = self.ask(self.line(quantity), **values)
        return [reason["code"] for reason in answer["lines"][0]["reasons"]]

    def test_safety_stock_is_kept_back(self):
        self.assertEqual(self.promised(6), NOW)
        self.assertFalse(self.promised(7))

    def test_a_promise_of_the_priority_may_take_it(self):
        for priority, date in {"0": False, "1": False, "2": NOW, "3": NOW}.items():
            with self.subTest(priority=priority):
                answer = self.ask(self.line(10), priority=priority)
                self.assertEqual(bool(answer["promised_date"]), bool(date))
        self.company.promise_safety_priority = "4"
        self.assertFalse(self.ask(self.line(10), priority="3")["promised_date"])

    def test_the_reason_names_the_quantity_kept_back(self):
        line = self.ask(self.line(7))["lines"][0]
        self.assertEqual(
            [reason["code"] for reason in line["reasons"]],
            ["no_supply", "safety_stock"],
        )
        self.assertIn(
            "4 Units kept back as safety stock", line["reasons"][1]["message"]
        )
        with self.assertRaisesRegex(UserError, "kept back as safety stock"):
            self.hold(self.line(7))
        self.receipt(5, 3)
        self.assertEqual(self.codes(7), ["stock", "receipt", "safety_stock"])
        self.assertEqual(self.codes(6), ["stock"], "it makes no difference")

    def test_every_later_day_keeps_it(self):
        self.delivery(3, 5)
        self.assertEqual(self.promised(3), NOW)
        self.assertFalse(self.promised(4), "3 + 4 + 4 are more than 10")
        self.receipt(2, 8)
        self.assertEqual(self.promised(4), self.moment(8))

    def test_what_comes_fills_it_up_first(self):
        self.minimum.product_min_qty = 12
        self.receipt(5, 3)
        self.assertFalse(self.promised(4))
        self.assertEqual(self.promised(3), self.moment(3))

    def test_holds_given_before_count_as_before(self):
        self.company.promise_safety_stock = "none"
        promise = self.hold(self.line(8))
        self.company.promise_safety_stock = "orderpoint"
        self.env["delivery.promise"]._watch(self.product.ids)
        self.assertEqual(promise.status, "on_time")
        self.assertFalse(self.promised(1))
        self.assertEqual(
            self.ask(self.line(2), priority="3")["promised_date"],
            self.ask(self.line(2), priority="2")["promised_date"],
        )

    def test_a_promise_is_not_at_risk_because_of_safety_stock(self):
        promise = self.hold(self.line(6))
        self.minimum.product_min_qty = 9
        self.env["delivery.promise"]._watch(self.product.ids)
        self.assertEqual(promise.status, "on_time")

    def test_the_profile_shows_what_is_there(self):
        self.assertEqual(self.atp(0), [10])

    def test_a_rule_for_a_shelf_is_part_of_the_rule_for_its_warehouse(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id, "usage": "internal"}
        )
        self._create_minimum(3, shelf)
        self.assertEqual(self.promised(6), NOW)
        self.minimum.product_min_qty = 0
        self.assertEqual(self.promised(7), NOW)
        self.assertFalse(self.promised(8))
        self.minimum.active = False
        self.assertFalse(self.promised(8))

    def test_rules_of_another_warehouse_or_archived_ones_do_not_count(self):
        other = self.env["stock.warehouse"].create(
            {"name": "Other", "code": "OTH", "company_id": self.company.id}
        )
        self.minimum.copy(
            {"warehouse_id": other.id, "location_id": other.lot_stock_id.id}
        )
        self.assertEqual(self.promised(6), NOW)
        self.minimum.active = False
        self.assertEqual(self.promised(10), NOW)

    def test_goods_brought_from_another_warehouse_leave_its_safety_stock(self):
        other = self.env["stock.warehouse"].create(
            {
                "name": "Other",
                "code": "OTH",
                "company_id": self.company.id,
                "resupply_wh_ids": self.warehouse.ids,
            }
        )
        self.product.route_ids = other.resupply_route_ids
        self.assertTrue(self.promised(6, warehouse_id=other.id))
        self.assertFalse(self.promised(7, warehouse_id=other.id))

    def test_switched_off_it_costs_no_query(self):
        request = {"lines": [self.line(3)]}
        self.company.promise_safety_stock = "none"
        self.Promise.simulate(request)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.Promise.simulate(request)
        off = self.env.cr.sql_log_count - before
        self.company.promise_safety_stock = "orderpoint"
        self.Promise.simulate(request)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.Promise.simulate(request)
        self.assertEqual(self.env.cr.sql_log_count - before, off + 1)
