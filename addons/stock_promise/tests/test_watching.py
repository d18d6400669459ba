"""A promise at risk says by what and by whom; its responsible gets one activity."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestWatching(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls._create_user("watch_stock", "stock.group_stock_manager")

    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def planned_receipt(self, quantity, days):
        """A receipt with its document, made by the planner."""
        picking = (
            self.env["stock.picking"]
            .with_user(self.planner)
            .create(
                {
                    "picking_type_id": self.warehouse.in_type_id.id,
                    "location_id": self.suppliers.id,
                    "location_dest_id": self.stock.id,
                    "move_ids": [
                        fields.Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": quantity,
                                "location_id": self.suppliers.id,
                                "location_dest_id": self.stock.id,
                                "date": self.moment(days),
                            }
                        )
                    ],
                }
            )
        )
        picking.action_confirm()
        picking.move_ids.date = self.moment(days)
        self.settle()
        return picking

    def promised_on(self, picking):
        promise = self.hold(self.line(5))
        self.settle()
        self.assertEqual(promise.line_ids.status, "on_time", picking.name)
        return promise

    def activities(self, promise):
        self.settle()
        promise.invalidate_recordset(["activity_ids"])
        return promise.sudo().activity_ids

    # -- what is noticed --------------------------------------------------------------

    def test_line_stays_at_risk_when_other_goods_of_it_are_looked_at(self):
        bolt = self._create_product("Bolt")
        self.on_hand(9)
        late = self.receipt(5, 3, bolt)
        wanted = str(self.moment(4))
        line = self.hold(self.line(5, requested_date=wanted)).sudo().line_ids
        line.promise_id._confirm()
        for product in (self.product, bolt):
            self.delivery(5, 4, product, promise_line_id=line.id)
        self.settle()
        self.assertEqual(line.status, "on_time")
        late.date = self.moment(9)
        self.settle()
        self.assertEqual(line.status, "at_risk")
        self.delivery(1, 6)
        self.settle()
        self.assertEqual(line.status, "at_risk")

    def between_warehouses(self, quantity, leaves, arrives):
        """(dispatch in the north, arrival here) of a transfer."""
        north = self.env["stock.warehouse"].create(
            {"name": "North", "code": "NTH", "company_id": self.company.id}
        )
        transit = self.company.internal_transit_location_id
        self.on_hand(quantity, location=north.lot_stock_id)
        arrival = self._create_move(transit, self.stock, quantity, arrives)
        dispatch = self._create_move(
            north.lot_stock_id, transit, quantity, leaves, move_dest_ids=arrival.ids
        )
        (dispatch | arrival)._action_confirm(merge=False)
        return dispatch, arrival

    def test_transfer_that_leaves_later_arrives_later(self):
        dispatch, arrival = self.between_warehouses(5, 3, 5)
        line = self.hold(self.line(5)).line_ids
        promised = line.promised_date
        self.settle()
        self.assertEqual(line.status, "on_time")
        dispatch.date += timedelta(days=7)
        self.settle()
        self.assertEqual(arrival.date, self.moment(12))
        self.assertEqual((line.status, line.risk_cause), ("at_risk", "slipped"))
        self.assertEqual((line.feasible_date - promised).days, 7)
        dispatch.date -= timedelta(days=7)
        self.settle()
        self.assertEqual(line.status, "on_time")

    def test_more_delivered_than_ordered_is_noticed(self):
        self.on_hand(9)
        wanted = str(self.moment(10))
        line = self.hold(self.line(5, requested_date=wanted)).line_ids
        other = self.delivery(4, 0)
        self.settle()
        self.assertEqual(line.status, "on_time")
        self.done(other, 6)
        self.settle()
        self.assertEqual((line.status, line.risk_cause), ("at_risk", "demand"))

    # -- the cause -------------------------------------------------------------------

    def test_slipped_receipt_is_named_with_whoever_moved_it(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        picking.move_ids.with_user(self.planner).date = self.moment(17)
        self.settle()
        self.assertEqual((line.risk_cause, line.status), ("slipped", "at_risk"))
        self.assertEqual(
            (line.risk_model, line.risk_res_id), (picking._name, picking.id)
        )
        self.assertEqual(line.risk_user_id, self.planner)
        seen = line.with_user(self.planner).risk_reason
        self.assertIn(picking.name, seen)
        self.assertIn(self.planner.name, seen)

    def test_more_lines_at_risk_are_no_more_queries(self):
        Promise = type(self.env["delivery.promise"])
        write_causes, counts = Promise._write_causes, []

        def counted(promises, lines):
            promises.env.flush_all()
            promises.env.invalidate_all()
            before = promises.env.cr.sql_log_count
            write_causes(promises, lines)
            counts.append((len(lines), promises.env.cr.sql_log_count - before))

        def slip(count):
            products = [self._create_product(f"P{n}") for n in range(count)]
            receipts = [self.receipt(5, 10, product) for product in products]
            for product in products:
                self.hold(self.line(5, product))
            self.settle()
            for receipt in receipts:
                receipt.date = self.moment(17)
            with patch.object(Promise, "_write_causes", counted):
                self.settle()

        slip(2)
        slip(9)
        self.assertEqual([lines for lines, __ in counts], [2, 9])
        self.assertEqual(counts[0][1], counts[1][1])

    def test_document_is_not_named_to_who_may_not_read_it(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        picking.move_ids.date = self.moment(17)
        self.settle()
        seen = line.with_user(self.user).risk_reason
        self.assertIn("later", seen)
        self.assertNotIn(picking.name, seen)
        self.assertFalse(line.with_user(self.user).action_open_risk())

    def test_cancelled_receipt_is_the_cause(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        picking.with_user(self.planner).action_cancel()
        self.settle()
        self.assertEqual((line.risk_cause, line.risk_res_id), ("cancelled", picking.id))

    def test_less_expected_than_before_is_the_cause(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        picking.move_ids.with_user(self.planner).product_uom_qty = 3
        self.settle()
        self.assertEqual((line.risk_cause, line.risk_res_id), ("short", picking.id))

    def test_inventory_count_is_the_cause(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        self.settle()
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.stock.id)]
        )
        counted = quant.with_user(self.planner).with_context(inventory_mode=True)
        counted.inventory_quantity = 2
        counted.action_apply_inventory()
        self.settle()
        self.assertEqual((line.risk_cause, line.status), ("count", "at_risk"))
        self.assertEqual(line.risk_user_id, self.planner)

    def test_competing_delivery_is_the_cause(self):
        self.on_hand(5)
        line = self.hold(self.line(5, requested_date="2026-12-04 09:00:00")).line_ids
        self.settle()
        self.env.user.group_ids += self.env.ref("stock.group_stock_user")
        moves = self.order(3, 2)
        self.settle()
        self.assertEqual((line.risk_cause, line.status), ("demand", "at_risk"))
        self.assertEqual(line.risk_res_id, moves.picking_id.id)

    def test_cause_stays_until_the_risk_is_gone(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        picking.move_ids.with_user(self.planner).date = self.moment(17)
        self.settle()
        picking.move_ids.with_user(self.user).sudo().date = self.moment(14)
        self.settle()
        self.assertEqual(line.risk_user_id, self.planner, "it got better, not worse")
        picking.move_ids.date = self.moment(10)
        self.settle()
        self.assertEqual(line.status, "on_time")
        self.assertFalse(line.risk_cause or line.risk_user_id or line.risk_reason)

    # -- a day passes ------------------------------------------------------------------

    def test_overdue_receipt_is_noticed_though_nobody_did_anything(self):
        picking = self.planned_receipt(5, 10)
        line = self.promised_on(picking).line_ids
        line.promise_id.sudo().hold_until = self.moment(30)
        with freeze_time(NOW + timedelta(days=11)):
            self.env.invalidate_all()
            # A test cannot commit; the cron does after each batch.
            with patch.object(IrCron, "_commit_progress", return_value=60.0):
                self.env["delivery.promise"]._cron_watch()
            self.settle()
            self.assertTrue(line.at_risk)
            self.assertEqual(
                (line.risk_cause, line.risk_res_id), ("overdue", picking.id)
            )
            self.assertFalse(line.risk_user_id)

    def test_what_is_not_due_is_left_alone(self):
        self.planned_receipt(5, 10)
        self.hold(self.line(5))
        self.settle()
        products = self.env["delivery.promise"]._products_left_behind()
        self.assertNotIn(self.product.id, products)

    # -- the activity --------------------------------------------------------------

    def test_twenty_slips_are_one_activity(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        move = picking.move_ids.with_user(self.planner)
        for days in range(11, 31):
            move.date = self.moment(days)
            self.settle()
        activity = self.activities(promise)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user)
        self.assertIn("12/24/26", activity.note, "the last date, 30 days from now")

    def test_many_lines_at_risk_are_one_activity(self):
        products = [self._create_product(f"Part {number}") for number in range(4)]
        receipts = [self.receipt(1, 10, product) for product in products]
        promise = self.hold(*[self.line(1, product) for product in products])
        self.settle()
        for receipt in receipts:
            receipt.date = self.moment(15)
        activity = self.activities(promise)
        self.assertEqual(len(activity), 1)
        for product in products:
            self.assertIn(product.name, activity.note)

    def test_activity_closes_when_the_risk_is_gone(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        picking.move_ids.date = self.moment(17)
        self.assertTrue(self.activities(promise))
        picking.move_ids.date = self.moment(10)
        self.assertFalse(self.activities(promise))
        self.assertIn("kept again", promise.sudo().message_ids[0].body)

    def test_activity_closes_when_the_promise_is_made_anew_or_released(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        picking.move_ids.date = self.moment(17)
        self.assertTrue(self.activities(promise))
        promise.action_repromise()
        self.assertFalse(self.activities(promise))
        picking.move_ids.date = self.moment(20)
        self.assertTrue(self.activities(promise))
        promise.action_release()
        self.assertFalse(self.activities(promise))

    def test_done_activity_comes_back_only_when_it_gets_worse(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        picking.move_ids.date = self.moment(17)
        self.activities(promise).with_user(self.user).action_feedback()
        picking.move_ids.date = self.moment(15)
        self.assertFalse(self.activities(promise), "better than what is known")
        picking.move_ids.date = self.moment(20)
        self.assertEqual(len(self.activities(promise)), 1)

    def test_activity_follows_the_responsible(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        picking.move_ids.date = self.moment(17)
        self.settle()
        promise.with_user(self.manager).user_id = self.manager
        activity = self.activities(promise)
        self.assertEqual((len(activity), activity.user_id), (1, self.manager))

    def test_without_a_responsible_the_company_s_is_told(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        promise.with_user(self.user).user_id = False
        self.company.promise_risk_user_id = self.manager
        picking.move_ids.date = self.moment(17)
        self.assertEqual(self.activities(promise).user_id, self.manager)

    def test_activity_names_documents_only_to_who_may_read_them(self):
        picking = self.planned_receipt(5, 10)
        promise = self.promised_on(picking)
        picking.move_ids.with_user(self.planner).date = self.moment(17)
        self.assertNotIn(picking.name, self.activities(promise).note)
        self.user.sudo().group_ids += self.env.ref("stock.group_stock_user")
        picking.move_ids.with_user(self.planner).date = self.moment(18)
        self.assertIn(picking.name, self.activities(promise).note)

    def test_nobody_writes_the_cause(self):
        self.on_hand(5)
        line = self.hold(self.line(5)).line_ids
        with self.assertRaisesRegex(Exception, "computed"):
            line.with_user(self.manager).risk_user_id = self.user
