from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW

from .common import DropshippingCase


@tagged("post_install", "-at_install")
class TestDropshippingPromise(DropshippingCase):
    # -- when ------------------------------------------------------------------

    def test_vendor_decides_about_the_date(self):
        self.assertEqual(self.promised(3, self.straight), self.later(5))
        self.company.days_to_purchase = 2
        self.assertEqual(self.promised(3, self.straight), self.later(7))

    def test_stock_of_ours_does_not_count(self):
        self.on_hand(100, self.straight)
        answer = self.ask(self.line(3, self.straight))
        self.assertEqual(answer["promised_date"], str(self.later(5)))
        self.assertEqual(answer["lines"][0]["schedule"][0]["source"], "purchase")
        self.assertEqual(answer["lines"][0]["schedule"][0]["origin"], "Steel Mill")

    def test_reasons_say_that_the_vendor_delivers(self):
        reasons = self.reasons(self.ask(self.line(3, self.straight)))
        self.assertEqual(set(reasons), {"purchase", "drop_ship"})

    def test_hours_and_days_of_the_warehouse_do_not_count(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Fridays",
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Friday",
                            "dayofweek": "4",
                            "hour_from": 8,
                            "hour_to": 16,
                        }
                    )
                ],
            }
        )
        self.company.security_lead = 3
        self.straight.sale_delay = 9
        self.warehouse.promise_calendar_id = calendar
        # ordered in our first working hour, delivered five days later, on a Wednesday
        answer = self.ask(self.line(3, self.straight))
        self.assertEqual(answer["promised_date"], str(self.moment(8, 8)))
        self.assertEqual(
            answer["lines"][0]["ship_date"], answer["lines"][0]["promised_date"]
        )
        self.assertEqual(set(self.reasons(answer)), {"purchase", "drop_ship"})

    def test_without_a_vendor_there_is_no_date_and_the_reason_says_so(self):
        self.seller.unlink()
        answer = self.ask(self.line(3, self.straight))
        self.assertFalse(answer["promised_date"])
        self.assertIn("Girder is to be delivered", self.reasons(answer)["no_vendor"])

    def test_requested_date_is_promised_when_the_vendor_is_in_time(self):
        wanted = str(self.later(20))
        answer = self.ask(self.line(3, self.straight, requested_date=wanted))
        self.assertEqual(answer["promised_date"], wanted)

    def test_other_products_are_delivered_from_stock(self):
        self.on_hand(3)
        answer = self.ask(self.line(3), self.line(3, self.straight))
        self.assertEqual(
            [line["promised_date"] for line in answer["lines"]],
            [str(NOW), str(self.later(5))],
        )

    def test_all_at_once_waits_for_the_vendor(self):
        self.on_hand(3)
        answer = self.ask(
            self.line(3), self.line(3, self.straight), shipping_policy="one"
        )
        self.assertEqual(
            {line["promised_date"] for line in answer["lines"]}, {str(self.later(5))}
        )

    # -- nothing of ours is claimed ------------------------------------------------

    def test_hold_claims_no_stock(self):
        self.on_hand(3, self.straight)
        promise = self.hold(self.line(3, self.straight))
        self.assertEqual(promise.state, "held")
        self.assertFalse(promise.claim_ids)
        self.assertEqual(self.atp(0, 30, product=self.straight), [3, 3])

    def test_drop_shipment_is_neither_supply_nor_demand(self):
        self.on_hand(3, self.straight)
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        move = purchase.sudo().picking_ids.move_ids
        self.assertEqual(move.location_dest_id.usage, "customer")
        self.assertEqual(self.atp(0, 5, 30, product=self.straight), [3, 3, 3])

    # -- from the quotation to the delivery -----------------------------------------

    def test_purchase_order_is_planned_for_the_promised_date(self):
        order = self.sale()
        order.action_confirm()
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.promised_date, self.later(5))
        self.assertEqual(self.bought(order).date_planned, line.promised_date)

    def test_route_on_the_order_line_counts(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.vendor.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "delay": 8,
                "company_id": self.company.id,
            }
        )
        self.on_hand(100)
        order = self.sale(product=self.product, route_ids=self.route.ids)
        order.action_confirm()
        self.assertTrue(self.bought(order))
        self.assertEqual(
            order.sudo().order_line.promise_line_id.promised_date, self.later(8)
        )
        self.assertEqual(self.atp(0), [100])

    def test_delivery_by_the_vendor_keeps_the_promise(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        self.done(purchase.sudo().picking_ids.move_ids)
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.delivered_quantity, 3)
        self.assertEqual(line.status, "kept")

    def test_later_purchase_order_puts_the_promise_at_risk(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        line = order.sudo().order_line.promise_line_id
        self.assertFalse(line.replenish_by)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")
        purchase.order_line.date_planned = self.later(9)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual(line.feasible_date, self.later(9))

    def test_promising_again_follows_the_purchase_order(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        purchase.order_line.date_planned = self.later(9)
        line = order.sudo().order_line.promise_line_id
        self.seller.delay = 50
        line.promise_id.with_user(self.manager).action_repromise()
        self.assertEqual(line.promised_date, self.later(9))
        self.assertEqual(
            purchase.sudo().picking_ids.move_ids.date_deadline, self.later(9)
        )

    def test_hold_without_a_vendor_is_refused(self):
        self.seller.unlink()
        with self.assertRaisesRegex(UserError, "Girder"):
            self.hold(self.line(3, self.straight))
