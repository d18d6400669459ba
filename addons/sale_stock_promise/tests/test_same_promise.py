"""A hold is an order's only as far as it is for the same; what was archived since is
still promised."""

from datetime import timedelta

from odoo.exceptions import UserError

from .common import NOW, SalePromiseCase


class TestHoldAndLine(SalePromiseCase):
    """Whatever changes what is promised is compared."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.route = cls.env["stock.route"].create(
            {"name": "By ship", "sale_selectable": True}
        )
        cls.attribute = cls.env["product.attribute"].create(
            {
                "name": "Engraving",
                "create_variant": "no_variant",
                "value_ids": [(0, 0, {"name": name}) for name in ("None", "Logo")],
            }
        )
        cls.engraved = cls._product("Plate", 10)
        cls.values = (
            cls.env["product.template.attribute.line"]
            .create(
                {
                    "product_tmpl_id": cls.engraved.product_tmpl_id.id,
                    "attribute_id": cls.attribute.id,
                    "value_ids": [(6, 0, cls.attribute.value_ids.ids)],
                }
            )
            .product_template_value_ids
        )

    def _held(self, product=None, quantity=3, **values):
        order = self._order((product or self.product, quantity), **values)
        order.action_hold_promise()
        return order, order.promise_id.line_ids

    def test_another_route_is_promised_anew(self):
        order, line = self._held()
        order.order_line.route_ids = self.route
        self.assertEqual(line.sudo().route_ids, self.route)
        order.order_line.route_ids = False
        self.assertFalse(line.sudo().route_ids)

    def test_another_option_is_promised_anew(self):
        order, line = self._held(self.engraved)
        order.order_line.product_no_variant_attribute_value_ids = self.values[1]
        self.assertEqual(line.sudo().no_variant_value_ids, self.values[1])
        order.order_line.product_no_variant_attribute_value_ids = self.values[0]
        self.assertEqual(line.sudo().no_variant_value_ids, self.values[0])

    def test_a_route_chosen_after_the_hold_counts_on_confirmation(self):
        """A hold that came from elsewhere knows of no route."""
        order, line = self._held()
        other = self._order((self.product, 3))
        other.order_line.route_ids = self.route
        other.promise_id = order.promise_id
        self.assertFalse(line.sudo().route_ids)
        other.action_confirm()
        self.assertEqual(other.sudo().promise_id, line.promise_id)
        self.assertEqual(line.sudo().route_ids, self.route)

    def test_looked_up_dates_are_void_for_another_way(self):
        for name, value in (
            ("route_ids", self.route),
            ("product_no_variant_attribute_value_ids", self.values[1]),
        ):
            order = self._order((self.engraved, 3))
            order.action_compute_promise()
            self.assertTrue(order.order_line.promised_date)
            order.order_line[name] = value
            self.assertFalse(order.order_line.promised_date, name)

    def test_quantities_raised_and_lowered_again_leave_all_as_before(self):
        order, line = self._held()
        lines = line.sudo(), order.order_line.sudo()
        before = *(each.read() for each in lines), self._atp(self.product)
        for quantity in (7, 3):
            order.order_line.product_uom_qty = quantity
        after = *(each.read() for each in lines), self._atp(self.product)
        for old, new in zip(before[:2], after[:2], strict=True):
            for row in (*old, *new):
                row.pop("write_date")
        self.assertEqual(after, before)


class TestArchived(SalePromiseCase):
    """What is archived after it was promised still is promised."""

    def _held(self):
        order = self._order((self.product, 6), (self.other, 2))
        order.action_hold_promise()
        return order

    def _archive(self, record):
        record.sudo().action_archive()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_a_held_product_is_delivered_and_counted_once(self):
        order = self._held()
        self._archive(self.product)
        order.action_confirm()
        promise = order.sudo().promise_id
        self.assertEqual(promise.state, "confirmed")
        self.assertEqual(promise.line_ids.product_id, self.product | self.other)
        self.assertFalse(promise.claim_ids)
        self.assertEqual(
            order.sudo().order_line.move_ids.promise_line_id.promise_id, promise
        )
        self.product.action_unarchive()
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))

    def test_a_held_order_can_still_be_changed(self):
        order = self._held()
        self._archive(self.product)
        order.order_line[1].product_uom_qty = 5
        self.assertEqual(self._atp(self.other), 5)
        self.assertEqual(order.promise_id.state, "held")
        self.assertEqual(order.order_line[0].promised_date, NOW)

    def test_a_confirmed_order_can_still_be_changed(self):
        order = self._held()
        order.action_confirm()
        self._archive(self.product)
        order.order_line[0].product_uom_qty = 8
        line = order.sudo().promise_id.line_ids[0]
        self.assertEqual((line.quantity, line.promised_date), (8, NOW))
        order.sudo().promise_id.with_user(self.seller).action_repromise()
        self.assertEqual(line.promised_date, NOW)
        order.commitment_date = NOW + timedelta(days=3)
        self.assertEqual(line.promised_date, NOW + timedelta(days=3))

    def test_an_archived_customer_keeps_the_promise(self):
        order = self._held()
        self._archive(self.partner)
        order.order_line[1].product_uom_qty = 5
        self.assertEqual(self._atp(self.other), 5)
        order.action_confirm()
        self.assertEqual(order.sudo().promise_id.state, "confirmed")
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 5))

    def test_an_archived_address_keeps_the_promise(self):
        address = self.env["res.partner"].create(
            {"name": "Yard", "type": "delivery", "parent_id": self.partner.id}
        )
        order = self._order((self.product, 6), partner_shipping_id=address.id)
        order.action_hold_promise()
        self._archive(address)
        order.action_confirm()
        self.assertEqual(order.sudo().promise_id.state, "confirmed")
        order.order_line.product_uom_qty = 7
        self.assertEqual(self._atp(self.product), 3)

    def test_an_archived_warehouse_keeps_its_hold(self):
        south = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SO", "company_id": self.company.id}
        )
        # goods whose stock is not kept: a warehouse with stock cannot be archived
        screws = self._product("Screws", is_storable=False)
        order = self._order((screws, 3), warehouse_id=south.id)
        order.action_hold_promise()
        self._archive(south)
        line = order.promise_id.line_ids
        order.promise_id.action_repromise()
        self.assertEqual((line.promised_date, line.warehouse_id), (NOW, south))

    def test_what_is_archived_is_not_held_anew(self):
        order = self._order((self.product, 3))
        self._archive(self.product)
        with self.assertRaisesRegex(UserError, "archived"):
            order.action_hold_promise()


class TestHeldForAPastDay(SalePromiseCase):
    def test_a_hold_for_yesterday_is_promised_for_today(self):
        self.company.promise_hold_hours = 48
        order = self._order((self.product, 3))
        order.action_hold_promise()
        self._tick(days=1)
        self.assertEqual(order.promise_id.state, "held")
        order.action_confirm()
        line = order.sudo().promise_id.line_ids
        today = NOW + timedelta(days=1)
        self.assertEqual((line.promised_date, line.status), (today, "on_time"))
        self.assertEqual(line.first_promised_date, NOW)
        self.assertFalse(line.missed_date, "nobody had ordered it")
        self.assertEqual(order.sudo().picking_ids.move_ids.date_deadline, today)
