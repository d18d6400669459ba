"""Receipts of purchase orders that their vendor has not acknowledged."""

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import PromiseCase


@tagged("post_install", "-at_install")
class TestAcknowledged(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Steel Mill"})
        cls.product.purchase_ok = False
        cls.on_hand(2)
        cls.company.promise_count_unacknowledged = False

    def buy(self, quantity, days, product=None):
        product = product or self.product
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "date_planned": self.moment(days),
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        # Nothing is bought anew: it is about what is on its way.
        product.product_tmpl_id.seller_ids.unlink()
        return order

    def reasons(self, quantity, user=None, **values):
        Promise = self.Promise.with_user(user or self.user)
        answer = Promise.simulate({"lines": [self.line(quantity)], **values})
        return {r["code"]: r["message"] for r in answer["lines"][0]["reasons"]}

    def test_a_receipt_counts_once_its_vendor_acknowledges_it(self):
        order = self.buy(5, 3)
        self.assertFalse(self.promised(7))
        order.action_acknowledge()
        self.assertEqual(self.promised(7), self.moment(3))

    def test_by_default_it_counts_at_once(self):
        self.assertTrue(
            self.env["res.company"].create({"name": "New"}).promise_count_unacknowledged
        )
        self.company.promise_count_unacknowledged = True
        self.buy(5, 3)
        self.assertEqual(self.promised(7), self.moment(3))

    def test_the_reason_names_the_order_to_those_who_may_read_it(self):
        order = self.buy(5, 3)
        message = self.reasons(7)["not_acknowledged"]
        self.assertIn("5 Units from an incoming receipt", message)
        self.assertIn("11/27/2026", message)
        self.assertNotIn(order.name, message)
        buyer = self._create_user(
            "promise_buyer",
            "stock_promise.group_promise_user,purchase.group_purchase_user",
        )
        self.assertIn(order.name, self.reasons(7, buyer)["not_acknowledged"])
        self.assertNotIn("not_acknowledged", self.reasons(2))

    def test_of_two_orders_of_a_day_the_one_acknowledged_counts_and_is_named(self):
        self.buy(5, 3)
        known = self.buy(4, 3)
        known.action_acknowledge()
        self.assertEqual(self.promised(6), self.moment(3))
        self.assertFalse(self.promised(7))
        buyer = self._create_user(
            "promise_buyer",
            "stock_promise.group_promise_user,purchase.group_purchase_user",
        )
        self.assertTrue(
            self.reasons(6, buyer)["receipt"].startswith(f"4 Units from {known.name},")
        )

    def test_receipts_without_a_purchase_order_count(self):
        self.receipt(5, 3)
        self.assertEqual(self.promised(7), self.moment(3))

    def test_overdue_receipts_that_count_must_be_acknowledged_too(self):
        self.company.promise_overdue_supply = "today"
        order = self.buy(5, -3)
        self.assertFalse(self.promised(7))
        order.action_acknowledge()
        self.assertTrue(self.promised(7))

    def test_receipts_in_several_steps_count_once_acknowledged(self):
        self.warehouse.reception_steps = "three_steps"
        order = self.buy(5, 3)
        self.assertFalse(self.promised(7))
        order.action_acknowledge()
        self.assertTrue(self.promised(7))

    def test_a_promise_given_on_it_before_is_not_at_risk(self):
        self.company.promise_count_unacknowledged = True
        self.buy(5, 3)
        promise = self.hold(self.line(7))
        self.company.promise_count_unacknowledged = False
        self.env["delivery.promise"]._watch(self.product.ids)
        self.assertEqual(promise.status, "on_time")
        self.assertEqual(self.atp(3), [0], "the profile shows what is known")

    def test_the_first_receipt_acknowledges_the_rest(self):
        order = self.buy(5, 3)
        picking = order.picking_ids
        picking.move_ids.quantity = 3
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertTrue(order.acknowledged)
        self.assertTrue(self.promised(7))

    def test_what_is_ordered_for_a_delivery_stays_with_it(self):
        """Made to order: 4 are delivered from a receipt of 6, which nobody has
        acknowledged. The delivery takes nothing from the 2 on hand; the 2 that come in
        addition do not count yet."""
        delivery = self.delivery(4, 6)
        order = self.buy(6, 3)
        order.picking_ids.move_ids.move_dest_ids = delivery
        delivery.procure_method = "make_to_order"
        self.assertEqual(self.promised(2), fields.Datetime.now())
        self.assertFalse(self.promised(3))
        order.action_acknowledge()
        self.assertEqual(self.promised(4), self.moment(3))

    def test_counting_all_costs_no_query(self):
        request = {"lines": [self.line(1)]}
        counts = {}
        for counted in (False, True):
            self.company.promise_count_unacknowledged = counted
            self.Promise.simulate(request)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Promise.simulate(request)
            counts[counted] = self.env.cr.sql_log_count - before
        self.assertEqual(counts[False], counts[True] + 1)
