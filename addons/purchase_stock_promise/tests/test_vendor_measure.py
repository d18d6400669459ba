"""Promises measured by the vendor whose receipt they rested on."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import PromiseCase

# the module, not its class, whose tests would run here again
from . import test_purchase_promise as purchases


@tagged("post_install", "-at_install")
class TestVendorMeasure(PromiseCase):
    sells = vars(purchases.TestPurchasePromise)["sells"]
    order_from = purchases.TestPurchasePromise.order_from

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor, cls.rival = cls.env["res.partner"].create(
            [{"name": "Steel Mill"}, {"name": "Quick Steel"}]
        )
        cls.company.days_to_purchase = 0

    def promised(self, quantity):
        promise = self.hold(self.line(quantity))
        self.env.cr.flush()
        return promise.line_ids

    def test_vendor_of_the_receipt_is_noted(self):
        self.order_from(self.vendor, 5, 10)
        line = self.promised(5)
        self.assertEqual(line.with_user(self.manager).vendor_id, self.vendor)

    def test_last_receipt_in_time_decides(self):
        self.order_from(self.vendor, 3, 5)
        self.order_from(self.rival, 3, 10)
        self.order_from(self.vendor, 9, 20)
        self.assertEqual(self.promised(3).sudo().vendor_id, self.vendor)
        self.assertEqual(self.promised(3).sudo().vendor_id, self.rival)

    def test_what_lies_on_the_shelf_has_no_vendor(self):
        self.on_hand(5)
        self.order_from(self.vendor, 5, 10)
        self.assertFalse(self.promised(5).sudo().vendor_id)

    def test_whom_goods_are_still_to_be_bought_from(self):
        self.sells(self.rival, 4)
        self.product.route_ids = self.env.ref("purchase_stock.route_warehouse0_buy")
        self.assertEqual(self.promised(5).sudo().vendor_id, self.rival)

    def test_slipped_receipt_is_named_by_its_order(self):
        order = self.order_from(self.vendor, 5, 10)
        line = self.promised(5)
        order.picking_ids.move_ids.date = self.moment(17)
        self.env.cr.flush()
        self.assertEqual(line.risk_cause, "slipped")
        self.assertEqual((line.risk_model, line.risk_res_id), (order._name, order.id))

    def test_report_groups_by_vendor_of_the_receipt_and_by_main_vendor(self):
        self.on_hand(2)
        self.promised(2)
        self.order_from(self.rival, 5, 10)
        self.sells(self.vendor, 30, sequence=-1)
        self.promised(5)
        Report = self.env["delivery.promise.report"].with_user(self.manager)
        domain = [("product_id", "=", self.product.id)]
        self.env.flush_all()
        by_receipt = Report._read_group(domain, ["vendor_id"], ["quantity:sum"])
        self.assertEqual(
            dict(by_receipt), {self.rival: 5.0, self.env["res.partner"]: 2.0}
        )
        by_main = Report._read_group(domain, ["main_vendor_id"], ["quantity:sum"])
        self.assertEqual(dict(by_main), {self.vendor: 7.0})

    def test_vendors_are_shown_to_buyers_and_administrators_alone(self):
        self.order_from(self.vendor, 5, 10)
        line = self.promised(5)
        with self.assertRaises(AccessError):
            line.with_user(self.user).read(["vendor_id"])
        with self.assertRaises(AccessError):
            self.env["delivery.promise.report"].with_user(self.user)._read_group(
                [], ["vendor_id"], []
            )
