from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestExpiryPromise(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk = cls._create_product(
            "Milk", tracking="lot", use_expiration_date=True, expiration_time=30
        )

    def lot(self, quantity, days, product=None, **values):
        """Goods that are removed so many days from now; None for never."""
        product = product or self.milk
        lot = self.env["stock.lot"].create(
            {"name": f"{days}-{quantity}", "product_id": product.id}
        )
        lot.removal_date = self.moment(days) if days is not None else False
        self.env["stock.quant"]._update_available_quantity(
            product, self.stock, quantity, lot_id=lot, **values
        )
        return lot

    def on_day(self, days, quantity):
        """The date promised where it is asked for."""
        wanted = str(self.moment(days))
        return str(self.promised(quantity, self.milk, requested_date=wanted))

    def test_goods_can_be_promised_until_they_are_removed(self):
        self.lot(10, 5)
        self.assertEqual(self.promised(10, self.milk), NOW)
        self.assertEqual(self.on_day(4, 10), str(self.moment(4)))
        self.assertEqual(self.on_day(5, 1), "False")
        self.assertEqual(self.atp(0, 4, 5, product=self.milk), [10, 10, 0])

    def test_goods_without_a_date_stay(self):
        self.lot(10, 5)
        self.lot(4, None)
        self.assertEqual(self.atp(4, 5, product=self.milk), [14, 4])

    def test_products_without_expiration_dates_stay(self):
        lot = self.lot(10, 5)
        self.milk.use_expiration_date = False
        self.assertTrue(lot)
        self.assertEqual(self.atp(5, product=self.milk), [10])

    def test_goods_past_their_removal_date_are_not_there(self):
        self.lot(10, -1)
        self.assertFalse(self.promised(1, self.milk))

    def test_what_is_reserved_for_a_delivery_is_not_removed(self):
        self.lot(10, 5)
        move = self.delivery(6, 9, self.milk)
        move._action_assign()
        quant = self.env["stock.quant"].search([("product_id", "=", self.milk.id)])
        if not quant.filtered("reserved_quantity"):
            self.env["stock.quant"]._update_reserved_quantity(self.milk, self.stock, 6)
            quant.reserved_quantity = 6
        self.assertEqual(self.atp(0, 5, product=self.milk), [4, 0])
        self.assertEqual(self.profile((5,), product=self.milk)[0]["projected"], 6)

    def test_what_leaves_before_is_not_removed(self):
        self.lot(4, 5)
        self.lot(6, 20)
        self.delivery(6, 3, self.milk)
        self.assertEqual(self.atp(0, 5, 20, product=self.milk), [4, 4, 0])

    def test_hold_counts_like_a_delivery(self):
        self.lot(4, 5)
        self.lot(6, 20)
        self.hold(self.line(4, self.milk))
        self.assertEqual(self.atp(0, 5, product=self.milk), [6, 6])

    def test_fresh_goods_on_their_way_are_promised_instead(self):
        self.lot(10, 5)
        self.receipt(8, 7, self.milk)
        self.assertEqual(self.on_day(6, 8), str(self.moment(7)))

    def test_two_lines_do_not_get_the_same_goods(self):
        self.lot(10, 5)
        lines = self.ask(self.line(6, self.milk), self.line(6, self.milk))["lines"]
        self.assertEqual(lines[0]["promised_date"], str(NOW))
        self.assertFalse(lines[1]["promised_date"])

    def test_locations_outside_the_warehouse_do_not_count(self):
        self.lot(10, 5)
        lot = self.env["stock.lot"].create({"name": "away", "product_id": self.milk.id})
        lot.removal_date = self.moment(2)
        self.env["stock.quant"]._update_available_quantity(
            self.milk, self.customers, 50, lot_id=lot
        )
        self.assertEqual(self.atp(0, 4, product=self.milk), [10, 10])
