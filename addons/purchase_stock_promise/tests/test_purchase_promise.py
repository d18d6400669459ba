from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestPurchasePromise(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor, cls.rival = cls.env["res.partner"].create(
            [{"name": "Steel Mill"}, {"name": "Quick Steel"}]
        )
        cls.company.days_to_purchase = 0

    @classmethod
    def sells(cls, vendor, delay, product=None, **values):
        return cls.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": (product or cls.product).product_tmpl_id.id,
                "delay": delay,
                "company_id": cls.company.id,
                **values,
            }
        )

    def order_from(self, vendor, quantity, days, confirm=True):
        # an order makes its vendor one of the product, with no delay at all
        self.sells(vendor, 30)
        order = self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": quantity,
                            "date_planned": self.moment(days),
                        }
                    )
                ],
            }
        )
        if confirm:
            order.button_confirm()
        return order

    def reason(self, answer, code):
        reasons = {r["code"]: r["message"] for r in answer["lines"][0]["reasons"]}
        self.assertIn(code, reasons)
        return reasons[code]

    # -- when -----------------------------------------------------------------------

    def test_what_is_not_there_is_bought_with_the_delay_of_the_vendor(self):
        self.sells(self.vendor, 5)
        self.assertEqual(self.promised(4), NOW + timedelta(days=5))

    def test_days_to_purchase_come_before_the_delay(self):
        self.sells(self.vendor, 5)
        self.company.days_to_purchase = 2
        self.assertEqual(self.promised(4), NOW + timedelta(days=7))

    def test_receipt_in_several_steps_takes_the_days_of_its_rules(self):
        self.sells(self.vendor, 5)
        self.warehouse.reception_steps = "three_steps"
        pushes = self.warehouse.reception_route_id.rule_ids.filtered(
            lambda rule: rule.action == "push"
        )
        self.assertEqual(len(pushes), 2)
        pushes.delay = 1
        self.assertEqual(self.promised(4), NOW + timedelta(days=7))

    def test_only_the_shortfall_is_bought(self):
        self.sells(self.vendor, 5)
        self.on_hand(6)
        line = self.ask(self.line(10))["lines"][0]
        self.assertEqual(
            [(part["quantity"], part["source"]) for part in line["schedule"]],
            [(6.0, "stock"), (4.0, "purchase")],
        )

    def test_a_receipt_that_comes_sooner_is_waited_for(self):
        self.sells(self.vendor, 5)
        self.receipt(4, 3)
        line = self.ask(self.line(4))["lines"][0]
        self.assertEqual([part["source"] for part in line["schedule"]], ["receipt"])
        self.assertEqual(self.promised(4), self.moment(3))

    def test_buying_is_sooner_than_a_late_receipt(self):
        self.sells(self.vendor, 5)
        self.receipt(4, 20)
        self.assertEqual(self.promised(4), NOW + timedelta(days=5))

    def test_nobody_gets_what_was_bought_for_a_hold(self):
        self.sells(self.vendor, 5)
        self.hold(self.line(4))
        self.assertEqual(self.atp(0, 5, 30), [0, 0, 0])
        line = self.ask(self.line(3))["lines"][0]
        self.assertEqual(
            [(part["quantity"], part["source"]) for part in line["schedule"]],
            [(3.0, "purchase")],
        )

    def test_hours_of_the_warehouse_apply_to_what_arrives(self):
        self.warehouse.promise_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Weekdays",
                "tz": "UTC",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        self.sells(self.vendor, 4)  # there on a Saturday
        self.assertEqual(self.promised(4), self.moment(6, 8))

    # -- from whom ------------------------------------------------------------------

    def test_vendor_is_the_one_odoo_would_choose_for_the_quantity(self):
        self.sells(self.vendor, 9, min_qty=1, price=10)
        self.sells(self.vendor, 3, min_qty=10, price=8)
        self.assertEqual(self.promised(9), NOW + timedelta(days=9))
        self.assertEqual(self.promised(10), NOW + timedelta(days=3))

    def test_price_break_goes_by_what_is_short_not_by_what_is_wanted(self):
        self.sells(self.vendor, 9, min_qty=1, price=10)
        self.sells(self.vendor, 3, min_qty=10, price=8)
        self.on_hand(6)
        self.assertEqual(self.promised(10), NOW + timedelta(days=9))

    def test_vendor_first_in_sequence_is_chosen(self):
        self.sells(self.rival, 2, sequence=2)
        self.sells(self.vendor, 5, sequence=1)
        self.assertEqual(self.promised(4), NOW + timedelta(days=5))

    def test_shortfall_under_every_minimum_is_bought_at_the_smallest_one(self):
        self.sells(self.vendor, 5, min_qty=100, sequence=1)
        self.sells(self.rival, 8, min_qty=20, sequence=2)
        self.assertEqual(self.promised(4), NOW + timedelta(days=8))

    def test_minimum_is_compared_in_one_unit(self):
        self.sells(self.vendor, 5, min_qty=2, product_uom_id=self.dozen.id, sequence=1)
        self.sells(self.rival, 8, min_qty=20, sequence=2)
        self.assertEqual(self.promised(4), NOW + timedelta(days=8))
        self.assertEqual(self.promised(24), NOW + timedelta(days=5))

    def test_price_that_is_not_in_force_does_not_count(self):
        self.sells(self.rival, 2, sequence=1, date_end=NOW.date() - timedelta(days=1))
        self.sells(self.vendor, 5, sequence=2)
        self.assertEqual(self.promised(4), NOW + timedelta(days=5))

    def test_vendor_of_another_company_does_not_sell_to_this_one(self):
        other = self.env["res.company"].create({"name": "Axles Ltd"})
        self.sells(self.vendor, 5, company_id=other.id)
        self.assertFalse(self.promised(4))

    # -- orders and requests for quotation ------------------------------------------

    def test_request_for_quotation_is_no_supply(self):
        self.order_from(self.vendor, 10, 3, confirm=False)
        self.assertEqual(self.promised(4), NOW + timedelta(days=30))

    def test_confirmed_order_is_supply_on_the_date_of_its_line(self):
        self.order_from(self.vendor, 10, 3)
        self.assertEqual(self.promised(4), self.moment(3))

    # -- in words -------------------------------------------------------------------

    def test_reason_names_vendor_and_day(self):
        self.sells(self.vendor, 5)
        answer = self.ask(self.line(4))
        self.assertEqual(
            self.reason(answer, "purchase"),
            "4 Units to be bought from Steel Mill, there on 11/29/2026",
        )
        self.assertEqual(answer["lines"][0]["schedule"][0]["origin"], "Steel Mill")

    def test_order_behind_a_receipt_is_named_to_who_may_read_it(self):
        order = self.order_from(self.vendor, 10, 3)
        buyer = self._create_user(
            "promise_buyer",
            "stock_promise.group_promise_user,purchase.group_purchase_user",
        )
        answer = self.Promise.with_user(buyer).simulate({"lines": [self.line(4)]})
        self.assertEqual(answer["lines"][0]["schedule"][0]["origin"], order.name)
        self.assertIn(order.name, self.reason(answer, "receipt"))

    def test_order_behind_a_receipt_is_not_named_to_others(self):
        order = self.order_from(self.vendor, 10, 3)
        self.assertFalse(
            self.env["purchase.order"].with_user(self.user).has_access("read")
        )
        answer = self.ask(self.line(4))
        self.assertNotIn(order.name, str(answer))
        self.assertEqual(
            answer["promised_date"], fields.Datetime.to_string(self.moment(3))
        )

    def test_a_promise_names_an_order_only_to_readers_who_may_read_it(self):
        order = self.order_from(self.vendor, 10, 3)
        buyer = self._create_user(
            "promise_buyer",
            "stock_promise.group_promise_user,purchase.group_purchase_user",
        )
        answer = self.Promise.with_user(buyer).hold({"lines": [self.line(4)]})
        lines = self.env["delivery.promise"].browse(answer["promise_id"]).line_ids
        named, neutral = lines.with_user(buyer), lines.with_user(self.user)
        self.assertIn(order.name, named.message)
        self.assertEqual(named.schedule[0]["origin"], order.name)
        self.assertNotIn(order.name, f"{neutral.message} {neutral.schedule}")
        self.assertIn("an incoming receipt", neutral.message)
        (row,) = neutral.read(["reasons", "schedule", "message"])
        self.assertNotIn(order.name, str(row))
        with self.assertRaises(AccessError):
            neutral.read(["answer"])

    def test_no_vendor_is_said(self):
        answer = self.ask(self.line(4))
        self.assertFalse(answer["promised_date"])
        self.assertIn("has no vendor in force", self.reason(answer, "no_supply"))

    def test_no_vendor_in_force_is_said(self):
        self.sells(self.vendor, 5, date_end=NOW.date() - timedelta(days=1))
        answer = self.ask(self.line(4))
        self.assertFalse(answer["promised_date"])
        self.assertIn("has no vendor in force", self.reason(answer, "no_vendor"))
        with self.assertRaisesRegex(UserError, "vendor in force"):
            self.hold(self.line(4))

    # -- to order -------------------------------------------------------------------

    def test_goods_on_order_are_bought_whatever_is_in_stock(self):
        self.sells(self.vendor, 5)
        self.on_hand(50)
        route = self.env.ref("stock.route_warehouse0_mto")
        route.active = True
        self.product.route_ids = route
        line = self.ask(self.line(4))["lines"][0]
        self.assertEqual(
            [(part["quantity"], part["source"]) for part in line["schedule"]],
            [(4.0, "purchase")],
        )
        self.assertEqual(self.promised(4), NOW + timedelta(days=5))

    def test_goods_on_order_take_nothing_from_anybody(self):
        self.sells(self.vendor, 5)
        self.on_hand(3)
        route = self.env.ref("stock.route_warehouse0_mto")
        route.active = True
        self.product.route_ids = route
        self.hold(self.line(4), self.line(2))
        self.assertEqual(self.atp(0, 5, 30), [3, 3, 3])

    def test_goods_on_order_without_a_vendor_have_no_date(self):
        self.on_hand(50)
        route = self.env.ref("stock.route_warehouse0_mto")
        route.active = True
        self.product.route_ids = route
        self.assertFalse(self.promised(4))
