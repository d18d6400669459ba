from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import Form, tagged
from odoo.tools import SQL

from odoo.addons.stock_promise.tests.common import NOW

from .common import DropshippingCase


@tagged("post_install", "-at_install")
class TestBoughtToOrder(DropshippingCase):
    """What is promised on goods that are still to be ordered has time until then; what
    is ordered is watched by what was ordered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buy = cls.env["stock.route"].search([("rule_ids.action", "=", "buy")])
        cls.buy -= cls.route
        to_order = cls.env.ref("stock.route_warehouse0_mto")
        to_order.active = True
        cls.gear = cls._create_product("Gear", route_ids=(cls.buy | to_order).ids)
        cls.wheel = cls._create_product("Wheel", route_ids=cls.buy.ids)
        cls.sellers = cls.env["product.supplierinfo"].create(
            [
                {
                    "partner_id": cls.vendor.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "delay": 10,
                    "company_id": cls.company.id,
                }
                for product in (cls.gear, cls.wheel)
            ]
        )

    def settle(self):
        self.env.cr.precommit.run()

    def wanted(self, product, days=60, quantity=5):
        order = self.sale(quantity, product)
        order.commitment_date = self.later(days)
        order.action_confirm()
        self.settle()
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.promised_date, self.later(days))
        self.assertEqual(line.status, "on_time")
        return line

    def buy_for(self, product, days, quantity=5):
        """The buyer confirms the request for quotation that there is, or a new one."""
        lines = self.env["purchase.order.line"].search(
            [("product_id", "=", product.id), ("state", "=", "draft")]
        )
        purchase = lines.order_id.with_user(self.buyer)
        if not purchase:
            with Form(self.env["purchase.order"].with_user(self.buyer)) as form:
                form.partner_id = self.vendor
                with form.order_line.new() as row:
                    row.product_id = product
                    row.product_qty = quantity
            purchase = form.record
        with Form(purchase) as form:
            form.date_planned = self.later(days)
        purchase.button_confirm()
        self.settle()
        return purchase

    def slip(self, purchase, days):
        with Form(purchase) as form:
            form.date_planned = self.later(days)
        self.settle()

    def to_order(self):
        """The list *Goods to Order*."""
        view = self.env["delivery.promise.line"].get_view(
            self.env.ref("stock_promise.delivery_promise_line_view_search").id, "search"
        )
        self.assertIn("replenish_ordered", view["arch"])
        return self.env["delivery.promise.line"].search(
            [
                ("replenish_by", "!=", False),
                ("replenish_ordered", "=", False),
                ("delivered_date", "=", False),
                ("closed_short", "=", False),
                ("promise_state", "in", ("held", "confirmed")),
                ("company_id", "=", self.company.id),
            ]
        )

    def test_bought_to_order_it_is_at_risk_at_once_when_its_receipt_slips(self):
        line = self.wanted(self.gear)
        self.assertEqual(line.replenish_by, self.later(50))
        self.assertEqual(self.to_order(), line)
        purchase = self.buy_for(self.gear, 55)
        self.assertEqual(line.status, "on_time")
        self.assertFalse(self.to_order())
        self.slip(purchase, 80)
        self.assertEqual(line.status, "at_risk")
        self.assertEqual(line.feasible_date, self.later(80))
        self.assertEqual((line.risk_cause, line.risk_user_id), ("slipped", self.buyer))
        self.assertFalse(self.to_order())

    def test_ordered_too_late_it_is_at_risk_at_once(self):
        line = self.wanted(self.gear)
        self.buy_for(self.gear, 80)
        self.assertEqual(line.status, "at_risk")
        self.assertFalse(self.to_order())

    def test_quotation_to_a_vendor_is_no_supply(self):
        line = self.wanted(self.gear)
        self.on_hand(50, self.gear)  # of which made to order takes nothing
        self.settle()
        self.assertEqual(self.to_order(), line)
        self.assertEqual(line.status, "on_time")

    def test_cancelled_order_gives_the_time_back(self):
        for product in (self.gear, self.wheel):
            line = self.wanted(product)
            purchase = self.buy_for(product, 55)
            self.slip(purchase, 80)
            self.assertEqual(line.status, "at_risk", product.name)
            purchase.button_cancel()
            self.settle()
            self.assertEqual(line.status, "on_time", product.name)
            self.assertIn(line, self.to_order(), product.name)

    def test_bought_for_the_shelf_it_is_watched_alike(self):
        line = self.wanted(self.wheel)
        self.assertEqual(self.to_order(), line)
        purchase = self.buy_for(self.wheel, 55)
        self.assertFalse(self.to_order())
        self.slip(purchase, 80)
        self.assertEqual(line.status, "at_risk")
        self.assertFalse(self.to_order())

    def test_receipt_that_others_wait_for_is_not_its_own(self):
        """What is still to be ordered takes nothing from whom it was bought for."""
        bought = self.buy_for(self.wheel, 80)
        later = self.sale(5, self.wheel)
        later.commitment_date = self.later(80)
        later.action_confirm()
        self.settle()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE stock_move SET create_date = create_date - INTERVAL '1 day'"
                " WHERE id = ANY(%s) RETURNING id",
                bought.sudo().picking_ids.move_ids.ids,
            )
        )
        line = self.wanted(self.wheel)
        self.assertEqual(self.to_order(), line)
        self.assertEqual(later.sudo().order_line.promise_line_id.status, "on_time")

    def test_time_to_order_ends(self):
        line = self.wanted(self.gear)
        line.replenish_by = NOW - timedelta(days=2)
        self.assertIn(
            self.gear.id, self.env["delivery.promise"]._products_left_behind()
        )
        self.env["delivery.promise"]._watch(self.gear.ids)
        self.assertEqual(line.status, "at_risk")

    def test_promised_again_it_waits_for_what_was_ordered(self):
        line = self.wanted(self.gear)
        purchase = self.buy_for(self.gear, 55)
        self.slip(purchase, 80)
        line.promise_id.with_user(self.manager).action_repromise()
        self.settle()
        self.assertEqual(line.promised_date, self.later(80))
        self.assertEqual(line.status, "on_time")

    def test_promised_again_only_what_was_not_ordered_can_be_bought(self):
        line = self.wanted(self.gear, 12, quantity=5)
        purchase = self.buy_for(self.gear, 12)
        purchase.order_line.sudo().product_qty = 3
        self.settle()
        line.promise_id.with_user(self.manager).action_repromise()
        # three on the twelfth day, the rest within the lead time
        self.assertEqual(line.promised_date, self.later(12))
        self.slip(purchase, 4)
        line.promise_id.with_user(self.manager).action_repromise()
        self.assertEqual(line.promised_date, self.later(12))

    def test_sale_merged_into_the_line_of_another_shares_its_receipt(self):
        self.vendor.group_rfq = "all"
        first = self.wanted(self.gear)
        second = self.wanted(self.gear, quantity=3)
        purchase = self.buy_for(self.gear, 55)
        self.assertEqual(purchase.order_line.product_qty, 8)
        self.assertFalse(self.to_order())
        self.slip(purchase, 80)
        self.assertEqual((first | second).mapped("status"), ["at_risk"] * 2)
        self.slip(purchase, 55)
        self.assertEqual((first | second).mapped("status"), ["on_time"] * 2)
        # Less is ordered: the rest is to be ordered, and there is time for it.
        purchase.order_line.sudo().product_qty = 5
        self.settle()
        self.assertEqual((first | second).mapped("status"), ["on_time"] * 2)
        self.assertEqual(self.to_order(), second)

    def test_more_is_not_promised_on_what_was_ordered_for_others(self):
        self.vendor.group_rfq = "all"
        first = self.wanted(self.gear, 12)
        second = self.wanted(self.gear, 12, quantity=3)
        purchase = self.buy_for(self.gear, 12)
        self.assertEqual(purchase.order_line.product_qty, 8)
        self.sellers.delay = 40
        order = first.promise_id.sale_order_ids
        order.order_line.product_uom_qty = 8
        self.settle()
        self.assertEqual(first.promised_date, self.later(40))
        self.assertEqual(second.promised_date, self.later(12))

    def test_promised_again_it_gets_nothing_of_what_was_ordered_for_others(self):
        self.vendor.group_rfq = "all"
        first = self.wanted(self.gear, 12)
        second = self.wanted(self.gear, 12, quantity=3)
        purchase = self.buy_for(self.gear, 12)
        purchase.order_line.sudo().product_qty = 5
        self.sellers.delay = 40
        second.replenish_by = NOW - timedelta(days=2)
        self.settle()
        self.env["delivery.promise"]._watch(self.gear.ids)
        self.assertEqual((first | second).mapped("status"), ["on_time", "at_risk"])
        second.promise_id.with_user(self.manager).action_repromise()
        self.assertEqual(second.promised_date, self.later(40))

    # -- straight from the vendor ------------------------------------------------------

    def test_vendor_who_was_not_asked_in_time_is_noticed(self):
        order = self.sale()
        order.commitment_date = self.later(20)
        order.action_confirm()
        self.settle()
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.replenish_by, self.later(15))
        self.assertEqual((line.status, self.to_order()), ("on_time", line))
        Promise = self.env["delivery.promise"]
        self.assertNotIn(self.straight.id, Promise._products_left_behind())
        line.replenish_by = self.later(-2)
        self.assertIn(self.straight.id, Promise._products_left_behind())
        Promise._watch(self.straight.ids)
        self.assertEqual(line.status, "at_risk")
        self.bought(order).order_id.button_confirm()
        self.settle()
        self.assertEqual(line.status, "on_time")
        self.assertFalse(self.to_order())

    def test_late_drop_shipment_is_not_bought_once_more(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        self.slip(purchase, 40)
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.feasible_date, self.later(40))
        line.promise_id.with_user(self.manager).action_repromise()
        self.assertEqual(line.promised_date, self.later(40))

    def test_only_what_no_drop_shipment_covers_can_be_bought_again(self):
        self.seller.delay = 60
        order = self.sale(5)
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        self.slip(purchase, 40)
        purchase.order_line.sudo().product_qty = 3
        self.settle()
        line = order.sudo().order_line.promise_line_id
        line.promise_id.with_user(self.manager).action_repromise()
        self.assertEqual(line.promised_date, self.later(60))

    def test_deadline_that_a_sale_passes_on_says_nothing_about_the_vendor(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        self.settle()
        line = order.sudo().order_line.promise_line_id
        line.move_ids.date_deadline = self.later(90)
        self.env["delivery.promise"]._watch(self.straight.ids)
        self.assertFalse(line.at_risk)

    def test_slipped_drop_shipment_says_by_whom(self):
        order = self.sale()
        order.action_confirm()
        purchase = self.bought(order).order_id
        purchase.button_confirm()
        self.settle()
        self.slip(purchase, 9)
        line = order.sudo().order_line.promise_line_id
        self.assertEqual((line.risk_cause, line.risk_user_id), ("slipped", self.buyer))

    def test_nobody_gets_reserved_goods_for_what_is_still_to_be_bought(self):
        bolt = self._create_product("Bolt", route_ids=self.buy.ids)
        self.sellers[0].copy(
            {
                "product_tmpl_id": bolt.product_tmpl_id.id,
                "delay": 1,
                "product_id": False,
            }
        )
        self.on_hand(8, bolt)
        first = self.sale(8, bolt)
        first.action_confirm()
        self.settle()
        kept = first.sudo().order_line.promise_line_id
        kept.with_user(self.manager).set_promised_date(self.later(1), "as agreed")
        self.settle()
        self.assertEqual(first.sudo().order_line.move_ids.quantity, 8)
        with freeze_time(NOW + timedelta(hours=5)):
            self.assertEqual(self.promised(3, bolt), NOW + timedelta(days=1, hours=5))
            second = self.sale(3, bolt)
            second.action_confirm()
            self.settle()
            line = second.sudo().order_line.promise_line_id
            self.assertEqual(line.promised_date, NOW + timedelta(days=1, hours=5))
            self.assertEqual(line.status, "on_time")
        self.assertEqual(kept.status, "on_time")
        self.assertEqual(first.sudo().order_line.move_ids.quantity, 8)
        self.assertFalse(second.sudo().order_line.move_ids.quantity)
