"""A promise says what the order's lines and deliveries say: more ordered, exchanged,
closed short, sent after all."""

from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ..orders import adjusting
from .common import NOW, SalePromiseCase


class OpenAgainCase(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picker = cls._user("so_picker", "stock.group_stock_user")

    def _delivered(self, quantity=5, ordered=None, backorder=True, **values):
        order = self._order((self.product, ordered or quantity), **values)
        order.action_confirm()
        self._deliver(order.sudo().picking_ids, {self.product: quantity}, backorder)
        return order

    def _open_moves(self, order):
        return order.sudo().order_line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )

    def _return(self, picking, quantity, method="action_create_returns", refund=True):
        form = Form(
            self.env["stock.return.picking"]
            .with_user(self.picker)
            .with_context(active_id=picking.id, active_model="stock.picking")
        )
        with form.product_return_moves.edit(0) as line:
            line.quantity = quantity
        wizard = form.save()
        wizard.product_return_moves.to_refund = refund
        return self.env["stock.picking"].browse(getattr(wizard, method)()["res_id"])

    def _run_hooks(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _told(self, order):
        self._run_hooks()
        return order.sudo().promise_id.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("stock_promise.mail_activity_type_closed_short")
            )
        )


class TestMoreOrdered(OpenAgainCase):
    def test_more_of_what_was_delivered_is_due(self):
        order = self._delivered(5)
        promise = order.sudo().promise_id
        line = promise.line_ids
        self.assertEqual((promise.state, line.status), ("done", "kept"))
        self._tick(days=2)
        order.order_line.product_uom_qty = 9
        self.assertEqual((promise.state, line.status), ("confirmed", "on_time"))
        self.assertFalse(line.delivered_date)
        self.assertEqual((line.quantity, line.delivered_quantity), (9, 5))
        self.assertEqual(line.promised_date, NOW + timedelta(days=2))
        self.assertEqual(line.first_promised_date, NOW)
        self.assertEqual(self._atp(self.product), 1)
        self.assertNotIn(
            "Delivered", dict(order.order_line._get_promise_dates()).keys()
        )
        self._deliver(order.sudo().picking_ids.filtered(lambda p: p.state != "done"))
        self.assertEqual((promise.state, line.status), ("done", "kept"))
        self.assertFalse(line.kept_first, "the rest came after the first promise")

    def test_more_after_goods_were_sent_that_were_not_there(self):
        product = self._product("Hose")
        order = self._order((product, 2))
        order.action_confirm()
        self._deliver(order.sudo().picking_ids)
        promise = order.sudo().promise_id
        self.assertEqual(promise.state, "done")
        order.order_line.product_uom_qty = 27
        self.assertEqual((promise.state, promise.status), ("confirmed", "at_risk"))
        self.assertEqual(sum(self._open_moves(order).mapped("product_uom_qty")), 25)

    def test_more_than_there_is_has_no_date_and_is_watched(self):
        order = self._delivered(5)
        order.order_line.product_uom_qty = 30
        promise = order.sudo().promise_id
        line = promise.line_ids
        self.assertEqual((promise.state, line.status), ("confirmed", "at_risk"))
        self.assertFalse(line.promised_date or line.delivered_date)
        self.assertEqual(sum(self._open_moves(order).mapped("product_uom_qty")), 25)

    def test_what_is_due_again_is_watched(self):
        order = self._delivered(5)
        receipt = self._receipt(self.product, 10, days=3)
        order.order_line.product_uom_qty = 17
        line = order.sudo().promise_id.line_ids
        self.assertEqual(line.promised_date, NOW + timedelta(days=3))
        receipt.date = NOW + timedelta(days=8)
        self._run_hooks()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual(line.feasible_date, NOW + timedelta(days=8))


class TestExchange(OpenAgainCase):
    def test_an_exchange_is_a_new_quantity_due(self):
        order = self._delivered(5)
        promise = order.sudo().promise_id
        first = promise.line_ids
        self._tick(days=3)
        returned = self._return(order.sudo().picking_ids, 5, "action_create_exchanges")
        second = promise.line_ids - first
        self.assertEqual(second.quantity, 5)
        self.assertEqual(second.promised_date, NOW + timedelta(days=3))
        self.assertEqual((promise.state, second.status), ("confirmed", "on_time"))
        self.assertEqual((first.status, first.delivered_date), ("kept", NOW))
        exchange = self._open_moves(order).filtered(
            lambda move: move._promise_delivery_sign() > 0
        )
        self.assertEqual(exchange.promise_line_id, second)
        self.assertEqual(exchange.date_deadline, second.ship_date)
        self.assertEqual(self._atp(self.product), 0)
        dates = dict(order.order_line._get_promise_dates())
        self.assertEqual(dates["Delivered"], "03/04/2030")
        self.assertEqual(dates["Exchange promised"], "03/07/2030")

        self._deliver(returned)
        self.assertEqual(promise.state, "confirmed")
        self.assertEqual(first.status, "kept")
        # what is changed meanwhile leaves the exchange alone
        order.commitment_date = NOW + timedelta(days=9)
        self.assertEqual(exchange.promise_line_id, second)
        self.assertEqual((first.status, first.quantity), ("kept", 5))
        self._deliver(exchange.picking_id)
        self.assertEqual((promise.state, second.status), ("done", "kept"))
        self.assertEqual((first.status, first.delivered_date), ("kept", NOW))

    def test_more_is_ordered_beside_an_exchange(self):
        self._stock(self.product, 20)
        order = self._delivered(5)
        promise = order.sudo().promise_id
        first = promise.line_ids
        returned = self._return(order.sudo().picking_ids, 5, "action_create_exchanges")
        self._deliver(returned)
        order.order_line.product_uom_qty = 8
        outgoing = self._open_moves(order).filtered(
            lambda move: move._promise_delivery_sign() > 0
        )
        by_line = {move.promise_line_id: move.product_uom_qty for move in outgoing}
        self.assertEqual(by_line, {first: 3, promise.line_ids - first: 5})
        self.assertEqual((first.quantity, first.delivered_quantity), (8, 5))
        self.assertEqual(self._atp(self.product), 30 - 8)
        self._deliver(outgoing.picking_id)
        self.assertEqual(set(promise.line_ids.mapped("status")), {"kept"})
        self.assertEqual(promise.state, "done")

    def test_what_was_returned_and_goes_out_again_is_due(self):
        order = self._delivered(5)
        promise = order.sudo().promise_id
        first = promise.line_ids
        returned = self._return(order.sudo().picking_ids, 5)
        self.assertEqual(promise.state, "done")
        self._deliver(returned)
        self.assertEqual((promise.state, first.status), ("done", "kept"))
        again = self._return(returned, 5)
        second = promise.line_ids - first
        self.assertEqual((promise.state, second.status), ("confirmed", "on_time"))
        self.assertEqual(again.move_ids.promise_line_id, second)
        self._deliver(again)
        self.assertEqual((promise.state, second.status), ("done", "kept"))

    def test_a_client_links_no_promise_to_a_return(self):
        order = self._delivered(5)
        other = self._order((self.product, 1))
        other.action_confirm()
        line = other.sudo().promise_id.line_ids
        wizard = (
            self.env["stock.return.picking"]
            .with_user(self.picker)
            .create({"picking_id": order.sudo().picking_ids.id})
        )
        wizard.product_return_moves.write({"promise_line_id": line.id, "quantity": 1})
        self.assertFalse(wizard.product_return_moves.sudo().promise_line_id)


class TestReturns(OpenAgainCase):
    def test_what_comes_back_is_not_due_again(self):
        for refund in (True, False):
            with self.subTest(refund=refund):
                order = self._delivered(3)
                promise = order.sudo().promise_id
                self._deliver(self._return(order.sudo().picking_ids, 3, refund=refund))
                order.commitment_date = NOW + timedelta(days=6)
                line = promise.line_ids
                self.assertEqual((promise.state, line.status), ("done", "kept"))
                self.assertEqual(line.delivered_date, NOW)

    def test_ordered_again_after_a_return_with_refund(self):
        order = self._delivered(5)
        self._deliver(self._return(order.sudo().picking_ids, 5))
        order.order_line.product_uom_qty = 6
        line = order.sudo().promise_id.line_ids
        self.assertEqual(sum(self._open_moves(order).mapped("product_uom_qty")), 6)
        self.assertEqual((line.status, line.quantity), ("on_time", 6))
        self.assertEqual(self._atp(self.product), 4)
        self._deliver(self._open_moves(order).picking_id)
        self.assertEqual((line.status, line.promise_id.state), ("kept", "done"))

    def test_a_return_before_completion_breaks_nothing(self):
        order = self._order((self.product, 8))
        order.action_confirm()
        backorder = self._deliver(order.sudo().picking_ids, {self.product: 5})
        picking = order.sudo().picking_ids - backorder
        self._deliver(self._return(picking, 2))
        line = order.sudo().promise_id.line_ids
        self.assertEqual((line.delivered_quantity, line.status), (3, "on_time"))
        self._deliver(backorder)
        self.assertEqual((line.status, line.promise_id.state), ("kept", "done"))
        self.assertFalse(line.closed_short)
        self.assertFalse(self._told(order))

    def test_a_return_to_quarantine_is_as_any_other(self):
        quarantine = self.env["stock.location"].create(
            {
                "name": "Quarantine",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
            }
        )
        order = self._delivered(5)
        returned = self._return(order.sudo().picking_ids, 5)
        returned.location_dest_id = quarantine
        returned.move_ids.location_dest_id = quarantine
        self._deliver(returned)
        line = order.sudo().promise_id.line_ids
        self.assertEqual((line.status, line.promise_id.state), ("kept", "done"))


class TestClosedShort(OpenAgainCase):
    def test_closed_without_backorder_is_told_and_no_demand(self):
        order = self._delivered(3, ordered=8, backorder=False)
        promise = order.sudo().promise_id
        self.assertTrue(promise.line_ids.closed_short)
        self.assertEqual((promise.state, promise.status), ("done", "broken"))
        self.assertEqual(self._atp(self.product), 7)
        activity = self._told(order)
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("3 of 8 Units", activity.note)

    def test_it_can_be_promised_again_from_its_form(self):
        promise = self._delivered(3, ordered=8, backorder=False).sudo().promise_id
        form = etree.fromstring(promise.get_view(view_type="form")["arch"])
        values = promise.read(["state", "has_closed_short", "has_manual"])[0]
        shown = [
            button
            for button in form.xpath("//header/button[@name='action_repromise']")
            if not safe_eval(button.get("invisible"), values)
        ]
        self.assertEqual(len(shown), 1)

    def test_cancelled_by_hand_is_told(self):
        order = self._order((self.product, 8))
        order.action_confirm()
        order.sudo().picking_ids.with_user(self.picker).action_cancel()
        promise = order.sudo().promise_id
        self.assertEqual((promise.state, promise.status), ("done", "broken"))
        self.assertFalse(promise.line_ids.at_risk)
        self.assertEqual(self._atp(self.product), 10)
        self.assertEqual(len(self._told(order)), 1)

    def test_a_cancelled_order_tells_nobody(self):
        order = self._order((self.product, 8), (self.other, 2))
        order.action_confirm()
        order.order_line[1].product_uom_qty = 0
        self.assertFalse(self._told(order))
        order.sudo()._action_cancel()
        self.assertFalse(self._told(order))

    def test_promising_again_sends_the_rest(self):
        for method in ("order", "promise"):
            with self.subTest(method=method):
                order = self._delivered(3, ordered=5, backorder=False)
                promise = order.sudo().promise_id
                activity = self._told(order)
                self._tick(days=1)
                if method == "order":
                    order.action_compute_promise()
                else:
                    promise.with_user(self.seller).action_repromise()
                line = promise.line_ids
                self.assertEqual((promise.state, line.status), ("confirmed", "on_time"))
                self.assertFalse(line.closed_short or line.delivered_date)
                moves = self._open_moves(order)
                self.assertEqual(moves.mapped("product_uom_qty"), [2])
                self.assertEqual(moves.date_deadline, line.ship_date)
                self.assertEqual(line.promised_date.date(), NOW.date() + timedelta(1))
                self.assertFalse(self._told(order))
                self.assertFalse(activity.exists().filtered("active"))
                self._deliver(moves.picking_id)
                self.assertEqual(promise.state, "done")
                self._tick(days=-1)

    def test_more_ordered_sends_the_rest_too(self):
        order = self._delivered(3, ordered=8, backorder=False)
        order.order_line.product_uom_qty = 9
        line = order.sudo().promise_id.line_ids
        self.assertEqual((line.status, line.promise_id.state), ("on_time", "confirmed"))
        self.assertEqual(sum(self._open_moves(order).mapped("product_uom_qty")), 6)
        self.assertEqual(self._atp(self.product), 1)

    def test_another_line_changed_leaves_it_closed(self):
        order = self._order((self.product, 8), (self.other, 2))
        order.action_confirm()
        self._deliver(
            order.sudo().picking_ids, {self.product: 3, self.other: 2}, backorder=False
        )
        order.order_line[1].product_uom_qty = 4
        first = order.sudo().promise_id.line_ids[0]
        self.assertEqual((first.status, first.closed_short), ("broken", True))
        order.commitment_date = NOW + timedelta(days=3)
        self.assertEqual((first.status, first.closed_short), ("broken", True))
        self.assertEqual(self._open_moves(order).product_id, self.other)


class TestUnitsAndMerges(OpenAgainCase):
    def test_dozens_are_counted_as_ordered(self):
        self._stock(self.product, 50)
        order = self._order((self.product, 2))
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.action_confirm()
        line = order.sudo().promise_id.line_ids
        backorder = self._deliver(order.sudo().picking_ids, {self.product: 12})
        if not backorder:
            # the picking is in dozens
            self.assertEqual(line.delivered_quantity, 12)
        delivered = line.delivered_quantity
        order.order_line.product_uom_qty = 3
        open_units = sum(
            move.product_qty
            for move in self._open_moves(order)
            if move._promise_delivery_sign() > 0
        )
        self.assertEqual(open_units, (3 - delivered) * 12)
        self.assertEqual((line.quantity, line.status), (3, "on_time"))
        self._deliver(self._open_moves(order).picking_id)
        self.assertEqual((line.status, line.promise_id.state), ("kept", "done"))

    def test_merged_contacts_keep_what_was_promised(self):
        duplicate = self.env["res.partner"].create({"name": "Lindholm Garage"})
        order = self._order((self.product, 6), partner_id=duplicate.id)
        order.action_hold_promise()
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (duplicate | self.partner).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertEqual(order.sudo().promise_id.partner_id, self.partner)
        order.order_line.product_uom_qty = 7
        order.action_confirm()
        promise = order.sudo().promise_id
        self.assertEqual((promise.state, promise.line_ids.quantity), ("confirmed", 7))
        self.assertEqual(self._atp(self.product), 3)

    def test_a_locked_order_is_exchanged_but_sends_no_rest(self):
        order = self._delivered(5)
        order.sudo().action_lock()
        self._return(order.sudo().picking_ids, 2, "action_create_exchanges")
        promise = order.sudo().promise_id
        self.assertEqual(promise.state, "confirmed")
        self.assertEqual(promise.line_ids.mapped("quantity"), [5, 2])
        closed = self._delivered(2, ordered=3, backorder=False)
        closed.sudo().action_lock()
        with self.assertRaisesRegex(UserError, "locked"):
            closed.sudo().promise_id.with_user(self.seller).action_repromise()

    def test_hold_and_release_leave_what_can_be_had(self):
        before = self._atp(self.product), self._atp(self.product, 5)
        order = self._order((self.product, 6))
        order.action_hold_promise()
        order.action_release_promise()
        self.assertEqual((self._atp(self.product), self._atp(self.product, 5)), before)
        self.assertFalse(order.sudo().promise_id.claim_ids)
        self.assertEqual(order.order_line._get_promise_dates(), [])

    def test_cancelled_and_a_quotation_again_is_promised_like_new(self):
        order = self._order((self.product, 5))
        order.action_confirm()
        order.sudo()._action_cancel()
        self.assertEqual(self._atp(self.product), 10)
        order.action_draft()
        self.assertFalse(order.promise_id or order.order_line.promised_date)
        order.action_confirm()
        promise = order.sudo().promise_id
        self.assertEqual((promise.state, promise.status), ("confirmed", "on_time"))
        self.assertEqual(self._atp(self.product), 5)

    def test_a_route_changed_after_confirmation_moves_nothing(self):
        order = self._order((self.product, 5))
        order.action_confirm()
        line = order.sudo().promise_id.line_ids
        self._run_hooks()
        history = line.history_ids
        order.order_line.route_ids = self.env["stock.route"].create(
            {"name": "By ship", "sale_selectable": True}
        )
        self._run_hooks()
        self.assertEqual((line.promised_date, line.history_ids), (NOW, history))

    def test_an_exchange_without_a_date_leaves_the_promise_as_it_was(self):
        order = self._delivered(5)
        promise = order.sudo().promise_id
        self.assertEqual(promise.state, "done")
        with patch.object(
            self.registry["delivery.promise"],
            "_rerecord",
            side_effect=UserError("no date"),
        ):
            found = adjusting.promise_exchange(
                order, [(order.order_line, 5, order.order_line.product_uom_id)]
            )
        self.assertFalse(found)
        self.assertEqual(promise.state, "done")

    def test_what_is_ordered_later_counts_at_the_order_s_own_price(self):
        order = self._delivered(5)
        order.order_line.price_unit = 7
        order.order_line.product_uom_qty = 6
        self.assertEqual(order.sudo().promise_id.line_ids.price_unit, 7)
        row = {"product_id": self.other.id, "product_uom_qty": 2, "price_unit": 9}
        order.order_line = [Command.create(row)]
        added = order.sudo().order_line.filtered(
            lambda line: line.product_id == self.other
        )
        self.assertEqual(added.promise_line_id.price_unit, 9)
