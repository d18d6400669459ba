"""Whose goods are reserved, and who may take them: orders, holds, the warehouse."""

from datetime import timedelta

from odoo import Command
from odoo.tests import Form, tagged

from .common import NOW, SalePromiseCase


class ReservedCase(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls._user(
            "so_planner",
            "sales_team.group_sale_manager,stock_promise.group_promise_manager",
        )
        cls.worker = cls._user("so_worker", "stock.group_stock_user")

    def goods(self, quantity=5.0, **values):
        return self._product("Gasket", quantity, **values)

    def wanted_in(self, days):
        return {"commitment_date": NOW + timedelta(days=days)}

    def confirmed(self, product, quantity, **values):
        order = self._order((product, quantity), **values)
        order.action_confirm()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return order

    def line(self, order):
        return order.sudo().promise_id.line_ids

    def moves(self, order):
        return order.sudo().order_line.move_ids

    def set_by_hand(self, order, date):
        promise = order.sudo().promise_id.with_user(self.planner)
        action = promise.action_set_by_hand()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.planner)
            .with_context(**action["context"])
        )
        form.promised_date = date
        form.reason = "a rush"
        form.save().action_apply()
        self.env.cr.precommit.run()

    def look_again(self):
        """What the hourly job does."""
        Promise = self.env["delivery.promise"]
        Promise._watch(Promise._products_left_behind())

    def reserved_is_there(self, product):
        for quant in self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id.usage", "=", "internal")]
        ):
            self.assertLessEqual(quant.reserved_quantity, quant.quantity)


@tagged("post_install", "-at_install")
class TestReservedForPromises(ReservedCase):
    def test_order_without_a_date_takes_nothing_that_is_reserved(self):
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        self.assertEqual(self.moves(first).quantity, 5)
        second = self.confirmed(product, 5)
        self.assertFalse(self.line(second).promised_date)
        self.assertEqual(self.moves(first).quantity, 5)
        self.assertEqual(self.moves(second).quantity, 0)
        self.assertEqual(self.line(first).status, "on_time")
        picking = second.sudo().picking_ids.with_user(self.worker)
        picking.action_assign()
        self.assertEqual(self.moves(second).quantity, 0)
        self.reserved_is_there(product)

    def test_order_without_a_date_is_planned_after_all_that_is_known(self):
        product = self.goods()
        self.confirmed(product, 5, **self.wanted_in(20))
        second = self.confirmed(product, 5)
        last = NOW + timedelta(days=20)
        self.assertEqual(self.moves(second).date.date(), last.date())
        self._receipt(product, 3, 5)
        # both orders count: two are missing in the end
        self.assertEqual(self._atp(product, 4), -2)

    def test_order_without_a_date_reserves_what_promises_leave(self):
        product = self.goods(8)
        self.confirmed(product, 5, **self.wanted_in(20))
        second = self.confirmed(product, 10)
        self.assertFalse(self.line(second).promised_date)
        self.assertEqual(self.moves(second).quantity, 3)

    def test_order_without_a_date_stays_at_risk_when_it_is_looked_up_again(self):
        product = self.goods(0)
        order = self.confirmed(product, 5)
        self.assertTrue(self.line(order).at_risk)
        order.order_line.product_uom_qty = 6
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertFalse(self.line(order).promised_date)
        self.assertTrue(self.line(order).at_risk)

    def test_hold_is_left_its_goods_by_an_order_without_a_date(self):
        product = self.goods()
        held = self._order((product, 5), **self.wanted_in(20))
        held.action_hold_promise()
        second = self.confirmed(product, 5)
        self.assertEqual(self.moves(second).quantity, 0)
        self.assertEqual(self.line(held).status, "on_time")
        held.action_confirm()
        self.assertEqual(self.moves(held).quantity, 5)

    def test_unreserved_goods_do_not_go_to_who_comes_after_and_that_is_said(self):
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        second = self.confirmed(product, 5)
        said = first.sudo().picking_ids.with_user(self.worker).do_unreserve()
        self.assertEqual(said["tag"], "display_notification")
        self.assertEqual(self.moves(first).quantity, 0)
        picking = second.sudo().picking_ids.with_user(self.worker)
        said = picking.action_assign()
        self.assertEqual(self.moves(second).quantity, 0)
        self.assertEqual(said["tag"], "display_notification")
        self.assertIn("5", said["params"]["message"])
        self.assertIn(first.sudo().promise_id.name, said["params"]["message"])
        first.sudo().picking_ids.with_user(self.worker).action_assign()
        self.assertEqual(self.moves(first).quantity, 5)
        self.assertIs(picking.action_assign(), True, "nothing is kept unreserved")

    def test_unreserving_answers_programs_too(self):
        """XML-RPC knows no answer that is nothing."""
        receipt = self._receipt(self.goods(), 3, 2).picking_id
        self.assertIs(receipt.with_user(self.worker).do_unreserve(), True)

    def test_date_by_hand_takes_the_goods_and_names_who_took_them(self):
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        rush = self.confirmed(product, 5)
        self.set_by_hand(rush, NOW + timedelta(hours=2))
        self.assertEqual(self.moves(rush).quantity, 5)
        self.assertEqual(self.moves(first).quantity, 0)
        line = self.line(first)
        self.assertEqual((line.status, line.risk_cause), ("at_risk", "manual"))
        self.assertEqual(line.risk_res_id, rush.sudo().promise_id.id)
        self.assertEqual(line.risk_user_id, self.planner)
        self.assertEqual(self.line(rush).status, "on_time")
        self.reserved_is_there(product)

    def test_date_by_hand_that_supply_meets_is_nobodys_risk(self):
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        self._receipt(product, 5, 8)
        second = self.confirmed(product, 5)
        self.set_by_hand(second, NOW + timedelta(days=10))
        self.assertEqual(self.line(first).status, "on_time")
        self.assertEqual(self.line(second).status, "on_time")

    def test_promise_that_ranks_before_takes_what_the_later_one_can_spare(self):
        product = self.goods()
        later = self.confirmed(product, 5, **self.wanted_in(20))
        self._receipt(product, 5, 10)
        sooner = self.confirmed(product, 5)
        self.assertEqual(self.line(sooner).promised_date.date(), NOW.date())
        self.assertEqual(self.moves(sooner).quantity, 5)
        self.assertEqual(self.moves(later).quantity, 0)
        self.assertEqual(self.line(later).status, "on_time")

    def test_reserved_goods_stay_where_the_loser_would_be_late(self):
        product = self.goods()
        receipt = self._receipt(product, 5, 10)
        later = self.confirmed(product, 5, **self.wanted_in(20))
        sooner = self._order((product, 5), **self.wanted_in(3))
        sooner.action_hold_promise()
        # What the hold counts on is late: whoever has the goods keeps them.
        receipt.date = NOW + timedelta(days=30)
        self.env.cr.precommit.run()
        self.assertEqual(self.line(later).status, "on_time")
        self.assertEqual(self.line(sooner).status, "at_risk")
        sooner.action_confirm()
        self.env.cr.precommit.run()
        self.assertEqual(self.moves(later).quantity, 5)
        self.assertEqual(self.moves(sooner).quantity, 0)
        self.assertEqual(self.line(later).status, "on_time")
        self.assertEqual(self.line(sooner).status, "at_risk")

    def test_only_what_is_needed_is_taken(self):
        product = self.goods()
        later = self.confirmed(product, 5, **self.wanted_in(20))
        self._receipt(product, 5, 10)
        sooner = self.confirmed(product, 2)
        self.assertEqual(self.moves(sooner).quantity, 2)
        self.assertEqual(self.moves(later).quantity, 3)
        self.reserved_is_there(product)

    def test_printed_transfers_keep_what_they_have(self):
        product = self.goods()
        later = self.confirmed(product, 5, **self.wanted_in(20))
        later.sudo().picking_ids.printed = True
        self._receipt(product, 5, 10)
        sooner = self.confirmed(product, 5)
        self.env.cr.precommit.run()
        self.assertEqual(self.moves(later).quantity, 5)
        self.assertEqual(self.moves(sooner).quantity, 0)
        self.assertEqual(self.line(sooner).status, "at_risk")

    def test_chosen_lots_stay_chosen(self):
        product = self.goods(0, tracking="lot")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": product.id, "company_id": self.company.id}
                for name in ("A", "B")
            ]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 2, lot_id=lot
            )
        later = self.confirmed(product, 2, **self.wanted_in(20))
        line = self.moves(later).move_line_ids
        self.assertEqual(line.lot_id, lots[0])
        line.with_user(self.worker).lot_id = lots[1]
        self._receipt(product, 4, 10)
        sooner = self.confirmed(product, 4)
        self.env.cr.precommit.run()
        self.assertEqual(self.moves(later).move_line_ids.lot_id, lots[1])
        self.assertEqual(self.moves(later).quantity, 2)
        self.assertEqual(self.moves(sooner).quantity, 2)
        self.assertEqual(self.moves(sooner).move_line_ids.lot_id, lots[0])

    def test_transfers_reserved_by_hand_wait_for_whoever_checks(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        second = self.confirmed(product, 5)
        for order in (first, second):
            self.assertEqual(self.moves(order).quantity, 0)
        picking = second.sudo().picking_ids.with_user(self.worker)
        said = picking.action_assign()
        self.assertEqual(self.moves(second).quantity, 0)
        self.assertEqual(said["tag"], "display_notification")
        first.sudo().picking_ids.with_user(self.worker).action_assign()
        self.assertEqual(self.moves(first).quantity, 5)

    def test_transfers_reserved_by_date_leave_promised_goods(self):
        out = self.warehouse.out_type_id
        out.write({"reservation_method": "by_date", "reservation_days_before": 2})
        product = self.goods()
        first = self.confirmed(product, 5, **self.wanted_in(20))
        second = self.confirmed(product, 5)
        self.clock.move_to(NOW + timedelta(days=18, hours=1))
        self.env["stock.rule"]._run_scheduler_tasks(company_id=self.company.id)
        self.assertEqual(self.moves(first).quantity, 5)
        self.assertEqual(self.moves(second).quantity, 0)

    def test_dozens_leave_what_is_promised_in_units(self):
        self.env["ir.config_parameter"].sudo().set_param("stock.propagate_uom", "1")
        dozen = self.env.ref("uom.product_uom_dozen")
        product = self.goods(30)
        first = self.confirmed(product, 10, **self.wanted_in(20))
        second = self._order((product, 2))
        second.order_line.product_uom_id = dozen
        second.action_confirm()
        self.env.cr.precommit.run()
        self.assertFalse(self.line(second).promised_date)
        # of the 20 that are left, as many as go into hundredths of a dozen
        self.assertEqual(self.moves(second).quantity, 1.66)
        self.assertEqual(self.moves(first).quantity, 10)
        self.reserved_is_there(product)

    def test_three_orders_at_once_are_reserved_by_rank(self):
        self.warehouse.out_type_id.reservation_method = "manual"
        product = self.goods(6)
        self._receipt(product, 20, 12)
        orders = [
            self.confirmed(product, 4, **self.wanted_in(days)) for days in (20, 15, 2)
        ]
        pickings = self.env["stock.picking"].union(
            *(order.sudo().picking_ids for order in orders)
        )
        pickings.with_user(self.worker).action_assign()
        self.assertEqual([self.moves(order).quantity for order in orders], [0, 2, 4])


@tagged("post_install", "-at_install")
class TestFreedGoods(ReservedCase):
    """What is counted down, scrapped or delivered in excess is missing for the last."""

    def count(self, product, quantity):
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = quantity
        quant.action_apply_inventory()
        self.env.cr.precommit.run()

    def test_counted_down_is_missing_for_the_last_promise(self):
        product = self.goods(10)
        sooner = self.confirmed(product, 5, **self.wanted_in(3))
        later = self.confirmed(product, 5, **self.wanted_in(20))
        # Odoo takes from whatever is planned last: an urgent transfer without haste
        sooner.sudo().picking_ids.scheduled_date = NOW + timedelta(days=3)
        self.count(product, 7)
        self.assertEqual(self.moves(sooner).quantity, 5)
        self.assertEqual(self.moves(later).quantity, 2)
        self.assertEqual(self.line(sooner).status, "on_time")
        self.assertEqual(self.line(later).status, "at_risk")

    def test_undated_order_gives_up_before_a_promise(self):
        product = self.goods(10)
        promised = self.confirmed(product, 5, **self.wanted_in(20))
        undated = self.confirmed(product, 8)
        self.assertEqual(self.moves(undated).quantity, 5)
        undated.sudo().picking_ids.scheduled_date = NOW
        self.count(product, 6)
        self.assertEqual(self.moves(promised).quantity, 5)
        self.assertEqual(self.moves(undated).quantity, 1)
        self.assertEqual(self.line(promised).status, "on_time")

    def test_delivering_more_is_missing_for_the_last_promise(self):
        product = self.goods(12)
        first = self.confirmed(product, 2)
        sooner = self.confirmed(product, 5, **self.wanted_in(3))
        later = self.confirmed(product, 5, **self.wanted_in(20))
        picking = first.sudo().picking_ids.with_user(self.worker)
        picking.move_ids.write({"quantity": 6, "picked": True})
        picking.button_validate()
        self.env.cr.precommit.run()
        self.assertEqual(self.moves(sooner).quantity, 5)
        self.assertEqual(self.moves(later).quantity, 1)
        self.assertEqual(self.line(sooner).status, "on_time")
        self.assertEqual(self.line(later).status, "at_risk")

    def test_what_was_ordered_for_one_order_stays_linked_to_it(self):
        product = self.goods(5)
        order = self.confirmed(product, 5, **self.wanted_in(20))
        move = self.moves(order)
        origin = self._receipt(product, 5, 1)
        origin.write({"move_dest_ids": [Command.link(move.id)]})
        self.env.flush_all()
        self.count(product, 3)
        self.assertEqual(move.move_orig_ids, origin)


@tagged("post_install", "-at_install")
class TestGoodsAside(ReservedCase):
    """Goods at the dock are promised, and watched until they are put away."""

    def setUp(self):
        super().setUp()
        self.dock = self.warehouse.wh_input_stock_loc_id
        self.dock.active = True

    def test_goods_at_the_dock_are_at_risk_on_the_day_they_should_leave(self):
        product = self.goods(0)
        self.env["stock.quant"]._update_available_quantity(product, self.dock, 5)
        order = self.confirmed(product, 5, **self.wanted_in(3))
        self.assertEqual(self.line(order).status, "on_time")
        self.clock.move_to(NOW + timedelta(days=3))
        self.look_again()
        line = self.line(order)
        self.assertEqual(line.status, "at_risk")
        self.assertIn(self.dock.display_name, line.risk_message)

    def test_goods_that_are_put_away_are_no_risk(self):
        product = self.goods(0)
        self.env["stock.quant"]._update_available_quantity(product, self.dock, 5)
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 5,
                "location_id": self.dock.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.int_type_id.id,
                "date": NOW + timedelta(days=3, hours=1),
            }
        )
        move._action_confirm()
        order = self.confirmed(product, 5, **self.wanted_in(3))
        self.clock.move_to(NOW + timedelta(days=3))
        self.look_again()
        self.assertEqual(self.line(order).status, "on_time")
        move.write({"quantity": 5, "picked": True})
        move.picking_id.with_user(self.worker).button_validate()
        self.env.cr.precommit.run()
        self.assertEqual(self.line(order).status, "on_time")
        order.sudo().picking_ids.with_user(self.worker).action_assign()
        self.assertEqual(self.moves(order).quantity, 5)
