from datetime import timedelta
from unittest.mock import patch

from odoo.tests import new_test_user

from .common import NOW, SalePromiseCase
from .test_adjust import AdjustCase


class TestConfirmHold(SalePromiseCase):
    def _hold(self, *lines, **values):
        order = self._order(*lines, **values)
        order.action_hold_promise()
        return order

    def test_moves_get_the_promised_dates(self):
        self.company.security_lead = 2
        wished = NOW + timedelta(days=7)
        order = self._hold((self.product, 6), commitment_date=wished)
        self.assertIs(order.action_confirm(), True)
        move = order.sudo().picking_ids.move_ids
        self.assertEqual(move.date_deadline, wished)
        self.assertEqual(move.date, wished - timedelta(days=2))
        self.assertEqual(move.promise_line_id, order.promise_id.line_ids)
        self.assertEqual(order.commitment_date, wished)

    def test_each_line_ships_on_its_own_date(self):
        self._receipt(self.product, 5, days=4)
        order = self._hold((self.product, 12), (self.other, 2))
        order.action_confirm()
        later = NOW + timedelta(days=4)
        dates = {
            move.product_id: move.date_deadline
            for move in order.sudo().picking_ids.move_ids
        }
        self.assertEqual(dates, {self.product: later, self.other: NOW})
        self.assertEqual(order.commitment_date, later)

    def test_all_at_once_ships_on_the_slowest_lines_date(self):
        self._receipt(self.product, 5, days=4)
        order = self._hold((self.product, 12), (self.other, 2), picking_policy="one")
        order.action_confirm()
        self.assertEqual(
            set(order.sudo().picking_ids.move_ids.mapped("date_deadline")),
            {NOW + timedelta(days=4)},
        )

    def test_several_steps_are_claimed_once(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._hold((self.product, 6))
        self.assertEqual(self._atp(self.product), 4)
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 4)
        line = order.promise_id.line_ids
        for __ in range(3):
            picking = order.sudo().picking_ids.filtered(
                lambda picking: picking.state not in ("done", "cancel")
            )
            self.assertEqual(picking.move_ids.promise_line_id, line)
            self._deliver(picking)
            self.assertEqual(self._atp(self.product), 4)
        self.assertEqual(line.delivered_quantity, 6)
        self.assertEqual(order.promise_id.state, "done")

    def test_an_expired_hold_is_no_hold(self):
        order = self._hold((self.product, 6))
        expired = order.promise_id
        self._tick(hours=25)
        self._order((self.product, 10)).action_hold_promise()
        order.action_confirm()
        self.assertNotEqual(order.promise_id, expired)
        self.assertEqual(expired.state, "expired")
        self.assertFalse(order.promise_id.line_ids.promised_date)

    def test_who_shares_a_hold_loses_it_and_is_told(self):
        order = self._hold((self.product, 6), (self.other, 2))
        other = self._order((self.product, 6), (self.other, 2))
        other.promise_id = order.promise_id
        other.action_confirm()
        self.assertEqual(other.promise_id.state, "confirmed")
        self.assertEqual(other.order_line.promise_line_id, other.promise_id.line_ids)
        self.assertFalse(order.promise_id)
        self.assertFalse(order.order_line.filtered("promised_date"))
        self.assertIn(other.name, order.message_ids[0].body)
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))

    def test_what_an_order_does_not_take_of_a_hold_is_free(self):
        order = self._hold((self.product, 6), (self.other, 2))
        other = self._order((self.product, 4))
        other.promise_id = order.promise_id
        other.action_confirm()
        self.assertEqual(other.promise_id.line_ids.product_id, self.product)
        self.assertEqual(other.promise_id.line_ids.quantity, 4)
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (6, 10))

    def test_a_promise_that_is_taken_counts_as_no_hold(self):
        order = self._hold((self.product, 6))
        order.action_confirm()
        other = self._order((self.product, 2))
        other.promise_id = order.promise_id
        self.assertFalse(other._has_live_hold())
        other.action_confirm()
        self.assertNotEqual(other.promise_id, order.promise_id)
        self.assertEqual(self._atp(self.product), 2)

    def test_two_orders_are_confirmed_at_once(self):
        first = self._hold((self.product, 4))
        second = self._order((self.product, 3))
        (first | second).action_confirm()
        self.assertEqual(self._atp(self.product), 3)
        self.assertEqual(second.promise_id.state, "confirmed")
        self.assertNotEqual(first.promise_id, second.promise_id)


class TestConfirmPolicy(AdjustCase):
    def test_automatically_what_is_possible_is_promised(self):
        self._receipt(self.product, 5, days=4)
        order = self._order((self.product, 12))
        self.assertIs(order.action_confirm(), True)
        later = NOW + timedelta(days=4)
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertEqual(order.order_line.promised_date, later)
        self.assertEqual(order.commitment_date, later)
        self.assertEqual(order.sudo().picking_ids.move_ids.date_deadline, later)
        self.assertEqual(self._atp(self.product, 5), 3)

    def test_automatically_a_wish_that_cannot_be_met_is_noted(self):
        self._receipt(self.product, 5, days=4)
        order = self._order((self.product, 12), commitment_date=NOW + timedelta(days=2))
        order.action_confirm()
        line = order.promise_id.line_ids
        self.assertEqual(line.requested_date, NOW + timedelta(days=2))
        self.assertEqual(order.commitment_date, NOW + timedelta(days=4))
        self.assertTrue(
            order.message_ids.filtered(lambda m: "Not everything" in (m.body or ""))
        )

    def test_automatically_an_order_without_supply_goes_on(self):
        order = self._order((self.product, 12), commitment_date=NOW + timedelta(days=2))
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.commitment_date, NOW + timedelta(days=2))
        self.assertFalse(order.promise_id.line_ids.promised_date)
        self.assertTrue(order.sudo().picking_ids)

    def test_free_promises_nothing(self):
        self.company.promise_confirm_policy = "free"
        order = self._order((self.product, 12))
        order.action_confirm()
        self.assertFalse(order.promise_id)
        self.assertFalse(order.commitment_date)
        self.assertTrue(order.sudo().picking_ids)

    def test_a_hold_is_taken_under_every_policy(self):
        for policy in ("free", "warn"):
            self.company.promise_confirm_policy = policy
            order = self._order((self.product, 2))
            order.action_hold_promise()
            order.action_confirm()
            self.assertEqual(order.promise_id.state, "confirmed", policy)

    def test_warn_notes_what_cannot_be_kept_and_goes_on(self):
        self.company.promise_confirm_policy = "warn"
        order = self._order((self.product, 12), (self.other, 2))
        self.assertIs(order.action_confirm(), True)
        self.assertFalse(order.promise_id)
        notes = " ".join(order.message_ids.mapped("body"))
        self.assertIn("Brake Disc: no date is known", notes)
        self.assertNotIn("Brake Pad", notes)

    def test_warn_is_silent_when_all_is_well(self):
        self.company.promise_confirm_policy = "warn"
        order = self._order((self.product, 2))
        before = order.message_ids
        order.action_confirm()
        self.assertEqual(order.message_ids, before)

    def test_a_customer_confirms_online(self):
        customer = new_test_user(
            self.env, "so_customer", groups="base.group_portal", tz="UTC"
        )
        order = self._order((self.product, 2))
        order.with_user(customer).sudo().action_confirm()
        self.assertEqual(order.promise_id.state, "confirmed")
        self.assertEqual(self._atp(self.product), 8)
        held = self._order((self.product, 3))
        held.action_hold_promise()
        held.with_user(customer).sudo()._validate_order()
        self.assertEqual(held.promise_id.state, "confirmed")
        self.assertEqual(self._atp(self.product), 5)

    def test_services_alone_promise_nothing(self):
        order = self._order((self.service, 1))
        order.action_confirm()
        self.assertFalse(order.promise_id)

    def test_what_cannot_even_be_asked_does_not_stop_the_order(self):
        order = self._order((self.product, 2))
        self.product.sudo().active = False
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(
            order.message_ids.filtered(
                lambda m: "No delivery date was promised" in (m.body or "")
            )
        )

    def test_an_order_of_many_lines_asks_the_engine_once(self):
        products = [self._product(f"Part {n}", 5) for n in range(30)]
        order = self._order(*((product, 1) for product in products))
        with self._counting() as computed:
            order.action_confirm()
        self.assertEqual(computed.call_count, 1)
        self.assertEqual(len(order.promise_id.line_ids), 30)

    def test_the_queries_of_confirming_do_not_grow_with_the_lines_by_promises(self):
        """Against stock Odoo alone: what a line costs on top stays small."""

        def queries(count, policy):
            self.company.promise_confirm_policy = policy
            products = [self._product(f"Part {n}", 5) for n in range(count)]
            order = self._order(*((product, 1) for product in products))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.action_confirm()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(2, "auto")
        small = queries(5, "auto") - queries(5, "free")
        large = queries(45, "auto") - queries(45, "free")
        self.assertLess((large - small) / 40, 2, (small, large))

    def test_what_has_no_date_is_looked_up_once_for_an_order(self):
        products = [self._product(f"Part {n}", 5) for n in range(4)]
        lines = [(product, 9) for product in products]
        order = self._order(*lines, promise_partial=True)
        Line = self.registry["delivery.promise.line"]
        with patch.object(
            Line, "_rest_moments", autospec=True, side_effect=Line._rest_moments
        ) as looked_up:
            order.action_confirm()
        rests = order.sudo().order_line.move_ids.filtered(
            lambda move: move.promise_part == -1
        )
        self.assertEqual(rests.mapped("product_qty"), [4, 4, 4, 4])
        # for what is procured, and for planning that afterwards
        self.assertLessEqual(looked_up.call_count, 2)


class TestKept(SalePromiseCase):
    """A line is kept or broken by the first, the latest and the requested date."""

    def _order_for(self, days, quantity=6):
        order = self._order(
            (self.product, quantity), commitment_date=NOW + timedelta(days=days)
        )
        order.action_hold_promise()
        order.action_confirm()
        return order

    def test_delivered_in_time_is_kept_by_all(self):
        order = self._order_for(3)
        self._tick(days=2)
        self._deliver(order.sudo().picking_ids)
        line = order.promise_id.line_ids
        self.assertEqual(line.status, "kept")
        self.assertTrue(line.kept_requested and line.kept_first and line.kept_latest)
        self.assertEqual(order.order_line.promise_status, "kept")
        self.assertEqual(
            order.order_line.promise_delivered_date, NOW + timedelta(days=2)
        )

    def test_the_last_part_decides(self):
        order = self._order_for(3)
        self._tick(days=2)
        rest = self._deliver(order.sudo().picking_ids, {self.product: 5})
        self.assertNotEqual(order.promise_id.line_ids.status, "kept")
        self._tick(days=2)
        self._deliver(rest)
        line = order.promise_id.line_ids
        self.assertEqual(line.status, "broken")
        self.assertFalse(line.kept_requested or line.kept_first or line.kept_latest)

    def test_a_later_promise_is_kept_but_the_first_is_not(self):
        order = self._order_for(3)
        order.commitment_date = NOW + timedelta(days=6)
        self._tick(days=5)
        self._deliver(order.sudo().picking_ids)
        line = order.promise_id.line_ids
        self.assertTrue(line.kept_latest)
        self.assertFalse(line.kept_first)

    def test_a_promise_later_than_the_wish_is_kept_but_the_wish_is_not(self):
        self._receipt(self.product, 5, days=4)
        order = self._order((self.product, 12), commitment_date=NOW + timedelta(days=2))
        order.action_confirm()
        self._stock(self.product, 5)
        self._tick(days=4)
        self._deliver(order.sudo().picking_ids)
        line = order.promise_id.line_ids
        self.assertTrue(line.kept_first and line.kept_latest)
        self.assertFalse(line.kept_requested)

    def test_no_backorder_is_a_broken_promise(self):
        order = self._order_for(3)
        self._deliver(order.sudo().picking_ids, {self.product: 4}, backorder=False)
        self.assertEqual(order.promise_id.line_ids.status, "broken")
        self.assertEqual(self._atp(self.product), 6)
