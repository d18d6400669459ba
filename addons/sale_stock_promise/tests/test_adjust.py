from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.stock_promise.models.delivery_promise_engine import (
    DeliveryPromiseEngine,
)

from .common import NOW, SalePromiseCase


class AdjustCase(SalePromiseCase):
    def _counting(self):
        """Count how often the engine computes."""
        original = DeliveryPromiseEngine._compute_request
        return patch.object(
            DeliveryPromiseEngine,
            "_compute_request",
            autospec=True,
            side_effect=original,
        )


class TestAdjustHold(AdjustCase):
    def _held(self, *lines, **values):
        order = self._order(*lines, **values)
        order.action_hold_promise()
        return order

    def test_a_changed_quantity_changes_the_claim(self):
        order = self._held((self.product, 3))
        promise, line = order.promise_id, order.promise_id.line_ids
        order.order_line.product_uom_qty = 8
        self.assertEqual(order.promise_id, promise)
        self.assertEqual(promise.line_ids, line)
        self.assertEqual((line.quantity, self._atp(self.product)), (8, 2))
        order.order_line.product_uom_qty = 1
        self.assertEqual((line.quantity, self._atp(self.product)), (1, 9))

    def test_what_cannot_be_held_is_refused_and_said(self):
        order = self._held((self.product, 3))
        with self.assertRaisesRegex(UserError, "Release the hold first"):
            order.order_line.product_uom_qty = 11
        self.env.invalidate_all()

    def test_another_product_takes_over_the_claim(self):
        order = self._held((self.product, 3))
        order.order_line.product_id = self.other
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (10, 7))

    def test_another_unit_changes_the_claim(self):
        self._stock(self.product, 30)
        order = self._held((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self._atp(self.product), 40 - 24)

    def test_another_warehouse_takes_over_the_claim(self):
        second = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SO", "company_id": self.company.id}
        )
        self._stock(self.product, 5, second)
        order = self._held((self.product, 3))
        order.warehouse_id = second
        self.assertEqual(self._atp(self.product), 10)
        self.assertEqual(self._atp(self.product, warehouse=second), 2)

    def test_another_date_moves_the_claim(self):
        order = self._held((self.product, 10))
        later = NOW + timedelta(days=7)
        order.commitment_date = later
        self.assertEqual(order.order_line.promised_date, later)
        line = order.promise_id.line_ids
        self.assertEqual(line.requested_date, later)
        self.assertEqual(line.first_promised_date, NOW)

    def test_lines_are_added_and_deleted(self):
        order = self._held((self.product, 3))
        order.order_line = [
            Command.create({"product_id": self.other.id, "product_uom_qty": 4})
        ]
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (7, 6))
        self.assertEqual(order.order_line.promise_line_id, order.promise_id.line_ids)
        order.order_line[0].unlink()
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (10, 6))
        order.order_line.unlink()
        self.assertEqual(self._atp(self.other), 10)
        self.assertEqual(order.promise_id.state, "released")

    def test_a_line_created_on_its_own_is_held_too(self):
        order = self._held((self.product, 3))
        order.order_line.create(
            {"order_id": order.id, "product_id": self.other.id, "product_uom_qty": 4}
        )
        self.assertEqual(self._atp(self.other), 6)

    def test_many_changes_are_one_adjustment(self):
        order = self._held((self.product, 1), (self.other, 1))
        with self._counting() as computed:
            order.write(
                {
                    "commitment_date": NOW + timedelta(days=2),
                    "order_line": [
                        Command.update(line.id, {"product_uom_qty": 2})
                        for line in order.order_line
                    ]
                    + [
                        Command.create(
                            {"product_id": self.product.id, "product_uom_qty": 3}
                        )
                    ],
                }
            )
        self.assertEqual(computed.call_count, 1)
        self.assertEqual((self._atp(self.product, 3), self._atp(self.other, 3)), (5, 8))

    def test_what_does_not_matter_changes_nothing(self):
        order = self._held((self.product, 3))
        with self._counting() as computed:
            order.order_line.price_unit = 5
            order.client_order_ref = "4711"
            order.action_quotation_sent()
        self.assertEqual(computed.call_count, 0)

    def test_an_expired_hold_is_not_adjusted(self):
        order = self._held((self.product, 3))
        self._tick(hours=30)
        order.order_line.product_uom_qty = 11
        self.assertEqual(self._atp(self.product), 10)

    def test_a_shared_hold_is_not_one_quotations_to_change(self):
        order = self._held((self.product, 3))
        other = self._order((self.product, 3))
        other.promise_id = order.promise_id
        # sudo: as quotations of one lead share its hold
        other.sudo().order_line.promise_line_id = order.promise_id.line_ids
        other.order_line.product_uom_qty = 5
        self.assertEqual(self._atp(self.product), 7)
        self.assertFalse(other.order_line.promised_date)
        self.assertTrue(order.order_line.promised_date)
        self.assertIn("shared", other.message_ids[:1].body)
        other.action_confirm()
        self.assertEqual(self._atp(self.product), 5)


class TestAdjustOrder(AdjustCase):
    def _confirmed(self, *lines, **values):
        order = self._order(*lines, **values)
        order.action_hold_promise()
        order.action_confirm()
        return order

    def _moves(self, order):
        return order.sudo().picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )

    def test_more_is_claimed_at_once_on_the_same_date(self):
        wished = NOW + timedelta(days=3)
        order = self._confirmed((self.product, 3), commitment_date=wished)
        order.order_line.product_uom_qty = 8
        self.assertEqual(sum(self._moves(order).mapped("product_uom_qty")), 8)
        self.assertEqual(self._atp(self.product, 4), 2)
        line = order.promise_id.line_ids
        self.assertEqual((line.quantity, line.promised_date), (8, wished))
        self.assertEqual(self._moves(order).promise_line_id, line)

    def test_more_than_there_is_moves_the_date_and_says_so(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed((self.product, 3), (self.other, 1))
        order.order_line[0].product_uom_qty = 12
        later = NOW + timedelta(days=4)
        first, second = order.promise_id.line_ids
        self.assertEqual(first.promised_date, later)
        self.assertEqual(first.first_promised_date, NOW)
        self.assertEqual(second.promised_date, NOW, "the other line keeps its date")
        self.assertEqual(order.commitment_date, later)
        moves = self._moves(order).filtered(lambda m: m.product_id == self.product)
        self.assertEqual(set(moves.mapped("date_deadline")), {later})
        self.assertIn("What is possible", order.message_ids[0].body)

    def test_more_than_is_known_goes_on_without_a_date(self):
        order = self._confirmed((self.product, 3))
        order.order_line.product_uom_qty = 30
        self.assertFalse(order.promise_id.line_ids.promised_date)
        self.assertEqual(sum(self._moves(order).mapped("product_uom_qty")), 30)
        self.assertIn("no date is known", order.message_ids[0].body)

    def test_less_gives_the_rest_back(self):
        order = self._confirmed((self.product, 8))
        order.order_line.product_uom_qty = 3
        self.assertEqual(self._atp(self.product), 7)
        self.assertEqual(order.promise_id.line_ids.quantity, 3)

    def test_nothing_of_a_line_is_no_promise(self):
        order = self._confirmed((self.product, 8), (self.other, 2))
        order.order_line[0].product_uom_qty = 0
        self.assertEqual(self._atp(self.product), 10)
        self.assertEqual(order.promise_id.line_ids.product_id, self.other)

    def test_no_more_of_a_line_than_was_delivered_is_promised(self):
        order = self._confirmed((self.product, 8), (self.other, 2))
        picking = order.sudo().picking_ids
        self._deliver(picking, {self.product: 5, self.other: 2})
        order.order_line[0].product_uom_qty = 5
        self.assertEqual(order.promise_id.line_ids[0].quantity, 5)
        self.assertEqual(order.promise_id.line_ids[0].promised_date, NOW)
        self.assertEqual(order.promise_id.state, "done")

    def test_a_new_line_is_promised(self):
        order = self._confirmed((self.product, 3))
        order.order_line = [
            Command.create({"product_id": self.other.id, "product_uom_qty": 4})
        ]
        line = order.order_line[1].promise_line_id
        self.assertEqual(line.promise_id, order.promise_id)
        self.assertEqual(line.promised_date, NOW)
        self.assertEqual(order.order_line[1].sudo().move_ids.promise_line_id, line)
        self.assertEqual(self._atp(self.other), 6)

    def test_another_date_moves_the_deliveries(self):
        self.company.security_lead = 1
        order = self._confirmed((self.product, 3))
        later = NOW + timedelta(days=7)
        order.commitment_date = later
        self.assertEqual(order.order_line.promised_date, later)
        self.assertEqual(self._moves(order).date_deadline, later)
        self.assertEqual(self._moves(order).date, later - timedelta(days=1))
        self.assertEqual(order.commitment_date, later)
        self.assertEqual((self._atp(self.product), self._atp(self.product, 8)), (7, 7))

    def test_a_date_that_cannot_be_kept_is_refused_and_said(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed((self.product, 12))
        with self.assertRaisesRegex(UserError, "cannot be delivered by"):
            order.commitment_date = NOW + timedelta(days=2)
        self.env.invalidate_all()

    def test_a_date_written_again_leaves_each_line_its_own(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed((self.product, 12), (self.other, 1))
        order.write({"commitment_date": order.commitment_date})
        dates = {move.product_id: move.date_deadline for move in self._moves(order)}
        self.assertEqual(
            dates, {self.product: NOW + timedelta(days=4), self.other: NOW}
        )

    def test_another_warehouse_is_refused_and_said(self):
        second = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SO", "company_id": self.company.id}
        )
        order = self._confirmed((self.product, 3))
        with self.assertRaisesRegex(UserError, "To deliver from another warehouse"):
            order.warehouse_id = second
        self.env.invalidate_all()

    def test_what_is_delivered_is_not_promised_again(self):
        order = self._confirmed((self.product, 8))
        self._deliver(order.sudo().picking_ids, {self.product: 5})
        self.assertEqual(self._atp(self.product), 2)
        order.order_line.product_uom_qty = 10
        line = order.promise_id.line_ids
        self.assertEqual((line.quantity, line.delivered_quantity), (10, 5))
        self.assertTrue(line.promised_date)
        self.assertEqual(self._atp(self.product), 0)

    def test_less_than_promised_but_all_delivered_is_done(self):
        order = self._confirmed((self.product, 8))
        self._deliver(order.sudo().picking_ids, {self.product: 5})
        order.order_line.product_uom_qty = 5
        self.assertEqual(order.promise_id.line_ids.status, "kept")
        self.assertEqual(order.promise_id.state, "done")
        self.assertEqual(self._atp(self.product), 5)

    def test_all_at_once_stays_all_at_once(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed(
            (self.product, 3), (self.other, 1), picking_policy="one"
        )
        order.order_line[0].product_uom_qty = 12
        later = NOW + timedelta(days=4)
        self.assertEqual(set(order.order_line.mapped("promised_date")), {later})

    def test_promise_dates_on_an_order_looks_again(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed((self.product, 12))
        self._stock(self.product, 5)
        order.action_compute_promise()
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=4))

    def test_the_order_follows_a_promise_that_is_promised_anew(self):
        self._receipt(self.product, 5, days=4)
        order = self._confirmed((self.product, 12), (self.other, 1))
        self._stock(self.product, 5)
        promise = order.promise_id
        promise.with_user(self.seller).action_repromise()
        self.assertEqual(order.order_line[0].promised_date, NOW)
        self.assertEqual(order.commitment_date, NOW)
        self.assertEqual(set(self._moves(order).mapped("date_deadline")), {NOW})
