"""An order whose customer accepts parts: what is told, held, moved and measured."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import NOW, SalePromiseCase


class SalePartsCase(SalePromiseCase):
    """Of the product 6 are there, and 4 come in ten days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disc = cls._product("Clutch Disc", 6)
        cls.receipt = cls._receipt(cls.disc, 4, days=10)

    def _in_days(self, days):
        return NOW + timedelta(days=days)

    def _parts_order(self, quantity=10, **values):
        return self._order(
            (self.disc, quantity), **{"promise_allow_split": True, **values}
        )

    def _send_reserved(self, picking):
        """Ship what lies there for a picking; the rest follows in a backorder."""
        picking.action_assign()
        for move in picking.move_ids:
            move.picked = bool(move.quantity)
        picking.with_context(skip_backorder=True).button_validate()
        return picking.backorder_ids

    def _moves(self, order):
        """[(quantity, days from now, part)] of what is to be sent."""
        moves = order.sudo().order_line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        return [
            (move.product_qty, (move.date - NOW).days, move.promise_part)
            for move in moves.sorted("date")
        ]


class TestConsent(SalePartsCase):
    def test_nothing_is_in_parts_unless_the_customer_agrees(self):
        order = self._order((self.disc, 10))
        order.action_compute_promise()
        self.assertEqual(order.order_line.promised_date, self._in_days(10))
        self.assertFalse(order.order_line.promise_parts_message)
        order.action_confirm()
        self.assertEqual(self._moves(order), [(10, 10, 0)])

    def test_the_parts_of_each_line_are_shown(self):
        order = self._parts_order()
        order.action_compute_promise()
        line = order.order_line
        self.assertEqual(line.promise_parts_message, "6 on 03/04/2030, 4 on 03/14/2030")
        self.assertEqual(line.promised_date, self._in_days(10), "the whole")
        timeline = line.get_promise_timeline()
        self.assertEqual(timeline["parts"], line.promise_parts_message)
        self.assertEqual(
            [claim["quantity"] for claim in timeline["products"][0]["claims"]], [6, 4]
        )

    def test_all_at_once_has_no_parts_whatever_was_agreed(self):
        order = self._parts_order(picking_policy="one", promise_partial=True)
        order.action_compute_promise()
        self.assertFalse(order.order_line.promise_parts_message)
        self.assertEqual(order.order_line.promised_date, self._in_days(10))
        self.assertEqual(order._get_promise_consent(), [])

    def test_a_part_and_no_date_for_the_rest(self):
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_compute_promise()
        line = order.order_line
        self.assertEqual(
            line.promise_parts_message, "10 of 12 on 03/14/2030; no date for 2"
        )
        self.assertFalse(line.promised_date, "it is the date of the whole")
        order.commitment_date = self._in_days(14)
        self.assertIn("a part has no date", order.promise_alert)

    def test_a_first_delivery_that_is_too_small_is_no_use(self):
        order = self._parts_order()
        order.order_line.promise_minimum_first = 8
        order.action_compute_promise()
        self.assertFalse(order.order_line.promise_parts_message)
        order.order_line.promise_minimum_first = 5
        order.action_compute_promise()
        self.assertTrue(order.order_line.promise_parts_message)

    def test_less_than_the_first_delivery_asks_for_all_of_it(self):
        order = self._parts_order(quantity=3)
        order.order_line.promise_minimum_first = 8
        order.action_compute_promise()
        self.assertEqual(order.order_line.promised_date, NOW)

    def test_nobody_writes_parts_by_hand(self):
        order = self._parts_order()
        typed = [{"quantity": 10, "ship_date": False, "promised_date": "soon"}]
        with self.assertRaises(AccessError):
            order.order_line.promise_parts = typed
        with self.assertRaises(AccessError):
            order.order_line = [
                Command.create({"product_id": self.disc.id, "promise_parts": typed})
            ]
        forged = order.with_context(default_promise_parts=typed)
        forged.order_line = [Command.create({"product_id": self.disc.id})]
        self.assertFalse(any(order.order_line.mapped("promise_parts")))

    def test_what_was_looked_up_is_void_when_the_consent_changes(self):
        order = self._parts_order()
        order.action_compute_promise()
        order.promise_allow_split = False
        self.assertFalse(order.order_line.promise_parts)
        self.assertFalse(order.order_line.promised_date)

    def test_the_consent_is_on_record(self):
        order = self._order((self.disc, 10)).with_context(tracking_disable=False)
        self.env.cr.flush()
        order.promise_allow_split = True
        self.env.cr.flush()
        # sudo: what is tracked is shown in words, its values are not read by users
        tracked = order.sudo().message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertIn("promise_allow_split", tracked)

    def test_a_copy_has_to_be_agreed_to_again(self):
        order = self._parts_order(promise_partial=True)
        copy = order.copy()
        self.assertFalse(copy.promise_allow_split or copy.promise_partial)


class TestPartsHeld(SalePartsCase):
    def test_each_part_is_held_for_its_day(self):
        order = self._parts_order()
        order.action_hold_promise()
        claims = order.sudo().promise_id.claim_ids.sorted("date")
        self.assertEqual(
            [(claim.quantity, (claim.date - NOW).days) for claim in claims],
            [(6, 0), (4, 10)],
        )
        self.assertEqual((self._atp(self.disc), self._atp(self.disc, 10)), (0, 0))

    def test_a_hold_follows_the_consent(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.promise_allow_split = False
        claims = order.sudo().promise_id.claim_ids
        self.assertEqual(
            [(c.quantity, (c.date - NOW).days) for c in claims], [(10, 10)]
        )
        self.assertFalse(order.order_line.promise_parts)
        self.assertFalse(order.promise_id.allow_split)

    def test_a_hold_follows_the_first_delivery(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.order_line.promise_minimum_first = 8
        self.assertFalse(order.order_line.promise_parts)

    def test_what_is_held_in_part_has_no_date_of_the_whole(self):
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_hold_promise()
        self.assertEqual(order.promise_id.state, "held")
        self.assertFalse(order.promise_id.promised_date)
        self.assertEqual(sum(order.sudo().promise_id.claim_ids.mapped("quantity")), 10)
        self.assertEqual(
            order.order_line._get_promise_dates(),
            [("Promised", "10 of 12 on 03/14/2030; no date for 2")],
        )


class TestPartsOrdered(SalePartsCase):
    def test_the_deliveries_follow_the_parts(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.action_confirm()
        self.assertEqual(self._moves(order), [(6, 0, 1), (4, 10, 2)])
        self.assertEqual(order.commitment_date, self._in_days(10))
        self.assertEqual((self._atp(self.disc), self._atp(self.disc, 10)), (0, 0))
        picking = order.sudo().picking_ids
        self.assertEqual(len(picking), 1)
        self.assertEqual(picking.scheduled_date, NOW)

    def test_an_order_without_a_hold_is_promised_in_parts_too(self):
        order = self._parts_order()
        order.action_confirm()
        self.assertEqual(self._moves(order), [(6, 0, 1), (4, 10, 2)])
        self.assertEqual(
            order.order_line.promise_parts_message, "6 on 03/04/2030, 4 on 03/14/2030"
        )

    def test_the_first_part_ships_and_the_rest_follows_by_a_backorder(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.action_confirm()
        picking = order.sudo().picking_ids
        picking.action_assign()
        self.assertEqual(sum(picking.move_ids.mapped("quantity")), 6)
        backorder = self._send_reserved(picking)
        line = order.sudo().order_line.promise_line_id
        self.assertEqual((line.delivered_quantity, line.status), (6, "on_time"))
        self.assertEqual(backorder.scheduled_date, self._in_days(10))
        self._tick(days=10)
        self.receipt.quantity = 4
        self.receipt.picked = True
        self.receipt._action_done()
        self._send_reserved(backorder)
        self.assertEqual((line.status, line.kept_latest), ("kept", True))
        self.assertEqual(order.promise_id.state, "done")

    def test_goods_of_a_later_part_are_not_taken_from_an_earlier_promise(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.action_confirm()
        self._stock(self.disc, 4)
        other = self._order((self.disc, 4))
        other.action_confirm()
        order.sudo().picking_ids.action_assign()
        other.sudo().picking_ids.action_assign()
        self.assertEqual(sum(other.sudo().picking_ids.move_ids.mapped("quantity")), 4)

    def test_the_rest_without_a_date_waits_and_takes_nothing(self):
        later = self._receipt(self.disc, 2, days=20)
        other = self._order((self.disc, 2), commitment_date=self._in_days(25))
        other.action_confirm()
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_hold_promise()
        order.action_confirm()
        moves = self._moves(order)
        self.assertEqual([(qty, part) for qty, __, part in moves], [(10, 1), (2, -1)])
        self.assertGreaterEqual(moves[1][1], 20)
        self.env.cr.flush()
        self.assertEqual(other.sudo().order_line.promise_line_id.status, "on_time")
        line = order.sudo().order_line.promise_line_id
        self.assertEqual((line.status, line.promised_date), ("at_risk", False))
        self.assertFalse(order.commitment_date, "the whole has no date")
        self.assertEqual(later.state, "assigned")

    def test_the_chatter_says_which_part_has_no_date(self):
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_confirm()
        bodies = " ".join(order.sudo().message_ids.mapped("body"))
        self.assertIn("10 of 12 on 03/14/2030; no date for 2", bodies)

    def test_what_comes_gives_the_rest_its_date(self):
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_confirm()
        self._receipt(self.disc, 2, days=15)
        order.action_compute_promise()
        line = order.sudo().order_line
        self.assertEqual(line.promised_date, self._in_days(15))
        self.assertFalse(line.promise_parts, "without several deliveries it is one")
        self.assertEqual({days for __, days, __ in self._moves(order)}, {15})

    def test_more_is_dealt_out_to_the_parts(self):
        order = self._parts_order(quantity=8)
        order.action_confirm()
        self.assertEqual(self._moves(order), [(6, 0, 1), (2, 10, 2)])
        order.order_line.product_uom_qty = 9
        self.assertEqual(sum(qty for qty, __, __ in self._moves(order)), 9)
        self.assertEqual(
            [(days, part) for __, days, part in self._moves(order)][:2],
            [(0, 1), (10, 2)],
        )
        self.assertEqual(self._atp(self.disc, 10), 1)

    def test_less_is_taken_from_the_last_part(self):
        order = self._parts_order()
        order.action_hold_promise()
        order.action_confirm()
        order.order_line.product_uom_qty = 8
        self.assertEqual(self._moves(order), [(6, 0, 1), (2, 10, 2)])
        order.order_line.product_uom_qty = 5
        self.assertEqual(self._moves(order), [(5, 0, 0)])
        self.assertEqual(
            order.sudo().picking_ids.move_ids.filtered(
                lambda move: move.location_id.usage == "customer"
            ),
            self.env["stock.move"],
        )
        self.assertEqual(order.order_line.promised_date, NOW)

    def test_what_is_ordered_less_after_the_first_part_was_sent(self):
        order = self._parts_order()
        order.action_confirm()
        self._send_reserved(order.sudo().picking_ids)
        order.order_line.product_uom_qty = 9
        self.assertEqual(self._moves(order), [(3, 10, 0)])
        self.assertEqual(order.order_line.promised_date, self._in_days(10))

    def test_consent_given_after_the_order_brings_the_first_part_forward(self):
        order = self._order((self.disc, 10))
        order.action_confirm()
        self.assertEqual(self._moves(order), [(10, 10, 0)])
        order.promise_allow_split = True
        self.assertEqual(self._moves(order), [(6, 0, 1), (4, 10, 2)])

    def test_consent_taken_back_after_the_order(self):
        order = self._parts_order()
        order.action_confirm()
        order.promise_allow_split = False
        self.assertEqual({days for __, days, __ in self._moves(order)}, {10})
        self.assertEqual(sum(qty for qty, __, __ in self._moves(order)), 10)

    def test_pick_and_ship_go_in_parts_too(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._parts_order()
        order.action_confirm()
        self.assertEqual(self._moves(order), [(6, 0, 1), (4, 10, 2)])
        pick = order.sudo().picking_ids
        self._send_reserved(pick)
        ships = order.sudo().order_line.move_ids.filtered(
            lambda move: move.location_dest_id.usage == "customer"
        )
        self.assertEqual(
            [(move.product_qty, move.promise_part) for move in ships], [(6, 1)]
        )
        self.assertEqual(ships.promise_line_id, order.sudo().order_line.promise_line_id)

    def test_dozens_go_in_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.disc.uom_ids |= dozen
        self._stock(self.disc, 7)
        self._receipt(self.disc, 20, days=12)
        order = self._parts_order(quantity=3)
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        self.assertEqual(
            [(qty, part) for qty, __, part in self._moves(order)], [(12, 1), (24, 2)]
        )
        self.assertEqual(
            order.order_line.promise_parts_message, "1 on 03/04/2030, 2 on 03/16/2030"
        )

    def test_a_late_first_part_puts_the_order_at_risk(self):
        order = self._parts_order(quantity=12, promise_partial=True)
        order.action_confirm()
        self.env.cr.flush()
        line = order.sudo().order_line.promise_line_id
        self.assertFalse(line.at_risk)
        self.receipt.date = self._in_days(13)
        self.env.cr.flush()
        self.assertTrue(line.at_risk)
        self.assertIn("A part of Clutch Disc", line.risk_message)


@tagged("post_install", "-at_install")
class TestPartsDocuments(SalePartsCase):
    def _pdf(self, order):
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        return html.decode()

    def test_the_quotation_names_the_parts_and_what_was_agreed(self):
        order = self._parts_order()
        order.action_compute_promise()
        html = self._pdf(order)
        self.assertIn("Expected", html)
        self.assertIn("6 on 03/04/2030, 4 on 03/14/2030", html)
        self.assertIn("You accept a product in several deliveries", html)
        self.assertNotIn("you accept a part of", html)

    def test_without_consent_nothing_is_said_of_it(self):
        order = self._order((self.disc, 10))
        order.action_hold_promise()
        self.assertNotIn("o_promise_consent", self._pdf(order))


@tagged("post_install", "-at_install")
class TestPartsPortal(SalePartsCase, HttpCase):
    def test_the_customer_sees_parts_and_consent_online(self):
        order = self._order((self.disc, 12), promise_partial=True)
        order.action_hold_promise()
        order.sudo().state = "sent"
        page = self.url_open(order.sudo().get_portal_url()).text
        self.assertIn("10 of 12 on 03/14/2030; no date for 2", page)
        self.assertIn("the rest follows without a promised date", page)
