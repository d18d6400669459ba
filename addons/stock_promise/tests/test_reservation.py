"""Reservation follows promises: the stock that an earlier-dated promise needs is left
to it, and taken back for it."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.base.tests.common import BaseCommon


class PromisedMovesCase(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.product = cls.env["product.product"].create(
            {"name": "Brake disc", "type": "consu", "is_storable": True}
        )
        cls.user = new_test_user(
            cls.env,
            "reserver",
            "stock_promise.group_promise_user,stock.group_stock_user",
        )
        cls.Promise = cls.env["delivery.promise"].with_user(cls.user)
        cls.now = fields.Datetime.now()

    @classmethod
    def on_hand(cls, quantity):
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.stock, quantity
        )

    def in_days(self, days):
        return self.now + timedelta(days=days)

    def move(self, source, dest, quantity, days, **values):
        kind = "in" if source == self.suppliers else "out"
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": quantity,
                "location_id": source.id,
                "location_dest_id": dest.id,
                "date": self.in_days(days),
                "picking_type_id": self.warehouse[f"{kind}_type_id"].id,
                **values,
            }
        )
        return move._action_confirm(merge=False)

    def receipt(self, quantity, days):
        return self.move(self.suppliers, self.stock, quantity, days)

    def delivery(self, quantity, days, **values):
        return self.move(self.stock, self.customers, quantity, days, **values)

    def hold(self, quantity, days=0):
        line = {"product_id": self.product.id, "quantity": quantity}
        if days:
            line["requested_date"] = fields.Datetime.to_string(self.in_days(days))
        answer = self.Promise.hold({"lines": [line]})
        return self.env["delivery.promise"].browse(answer["promise_id"])

    def promised_delivery(self, quantity, days=0):
        """An order that took its hold over."""
        line = self.hold(quantity, days).line_ids
        line.promise_id._confirm()
        return self.delivery(quantity, days, promise_line_id=line.id)


@tagged("post_install", "-at_install")
class TestReservation(PromisedMovesCase):
    def test_later_delivery_leaves_what_an_earlier_promise_needs(self):
        self.on_hand(4)
        self.receipt(20, 30)
        self.hold(3)
        later = self.delivery(20, 40)
        later._action_assign()
        self.assertEqual(later.quantity, 1)

    def test_promised_delivery_takes_back_what_a_later_one_reserved(self):
        self.on_hand(4)
        self.receipt(20, 30)
        january = self.delivery(20, 40)
        january._action_assign()
        self.assertEqual(january.quantity, 4)
        today = self.promised_delivery(3)
        today._action_assign()
        self.assertEqual(today.quantity, 3)
        self.assertEqual(january.quantity, 1, "the rest goes back to the later one")

    def test_promise_of_a_later_day_takes_nothing_from_an_earlier_one(self):
        self.on_hand(4)
        self.receipt(4, 10)
        first = self.promised_delivery(4)
        second = self.promised_delivery(4, days=20)
        (first | second)._action_assign()
        self.assertEqual((first.quantity, second.quantity), (4, 0))

    def test_order_of_reservation_does_not_matter(self):
        self.on_hand(4)
        self.receipt(4, 10)
        first = self.promised_delivery(4)
        second = self.promised_delivery(4, days=20)
        second._action_assign()
        first._action_assign()
        self.assertEqual((first.quantity, second.quantity), (4, 0))

    def test_delivery_being_picked_keeps_what_it_has(self):
        self.on_hand(4)
        self.receipt(20, 30)
        january = self.delivery(4, 40)
        january._action_assign()
        january.picked = True
        today = self.promised_delivery(3)
        today._action_assign()
        self.assertEqual((today.quantity, january.quantity), (0, 4))

    def test_ended_hold_protects_nothing(self):
        self.on_hand(4)
        self.hold(3).action_release()
        later = self.delivery(4, 40)
        later._action_assign()
        self.assertEqual(later.quantity, 4)

    def test_without_promises_reservation_is_stock_odoos(self):
        self.on_hand(4)
        later, sooner = self.delivery(4, 40), self.delivery(4, 1)
        later._action_assign()
        sooner._action_assign()
        self.assertEqual((later.quantity, sooner.quantity), (4, 0))

    def test_warehouse_user_may_reserve_promised_goods(self):
        self.on_hand(4)
        today = self.promised_delivery(3)
        worker = new_test_user(self.env, "worker", "stock.group_stock_user")
        picking = today.picking_id.with_user(worker)
        picking.action_assign()
        self.assertEqual(today.quantity, 3)
        with Form(picking) as form:
            form.note = "fragile"
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(today.promise_line_id.status, "kept")

    def test_first_planned_date_is_kept(self):
        receipt = self.receipt(5, 10)
        planned = receipt.date
        receipt.date = self.in_days(25)
        self.assertEqual(receipt.first_planned_date, planned)
        receipt.quantity, receipt.picked = 2, True
        receipt._action_done()
        backorder = self.env["stock.move"].search(
            [("product_id", "=", self.product.id), ("state", "=", "assigned")]
        )
        self.assertEqual(backorder.product_uom_qty, 3)
        self.assertEqual(backorder.first_planned_date, planned)

    def test_goods_between_warehouses_are_freed_as_by_stock_odoo(self):
        """On the way there is no shelf on which promises would have ranks."""
        self.on_hand(4)
        line = self.promised_delivery(4).promise_line_id
        way = self.env["stock.location"].create(
            {
                "name": "On the way",
                "usage": "transit",
                "company_id": self.warehouse.company_id.id,
            }
        )
        self.assertFalse(way.warehouse_id)
        self.env["stock.quant"]._update_available_quantity(self.product, way, 4)
        promised = self.move(way, self.stock, 4, 1, promise_line_id=line.id)
        promised._action_assign()
        self.assertEqual(promised.quantity, 4)
        other = self.move(way, self.customers, 3, 1)
        other.quantity, other.picked = 3, True
        other._action_done()
        self.assertEqual(other.state, "done")
        self.assertEqual(promised.quantity, 1)

    def test_promise_is_named_to_whoever_may_read_it(self):
        self.on_hand(4)
        line = self.promised_delivery(3).promise_line_id
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        worker = new_test_user(self.env, "worker", "stock.group_stock_user")
        self.env.invalidate_all()
        Picking = self.env["stock.picking"]
        said = Picking.with_user(clerk)._promise_names(line)
        self.assertEqual(said, "other promises")
        said = Picking.with_user(worker)._promise_names(line)
        self.assertEqual(said, line.promise_id.name)
