"""Whoever calls a public method chooses its context. Nothing that decides about a
promise is taken from there."""

from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestForgedContext(PromiseCase):
    def call(self, records, method, *args, user=None, **context):
        """As a client's program does it."""
        records = records.with_user(user or self.user)
        return call_kw(
            records.browse(), method, [records.ids, *args], {"context": context}
        )

    def settle(self):
        self.env.cr.flush()

    # -- the history ---------------------------------------------------------------

    def test_cause_of_a_date_is_not_taken_from_a_client(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        self.settle()
        for days, forged in (
            (12, ["manual", ["res.partner", self.customer.id], "The boss said so"]),
            (13, "manual"),
            (14, {"code": "manual"}),
            (15, 7),
        ):
            receipt.date = self.moment(days)
            self.settle()
            self.call(promise, "action_repromise", promise_cause=forged)
            self.settle()
            change = promise.history_ids[0]
            self.assertEqual(change.new_date, self.moment(days))
            self.assertEqual((change.cause, change.reason), ("repromise", False))

    def test_cause_of_a_hold_is_not_taken_from_a_client(self):
        self.on_hand(5)
        request = {"lines": [self.line(5)]}
        answer = call_kw(
            self.Promise,
            "hold",
            [request],
            {"context": {"promise_cause": ["order", False, "Nobody"]}},
        )
        self.settle()
        promise = self.Promise.browse(answer["promise_id"])
        self.assertEqual(promise.history_ids.mapped("cause"), ["hold"])

    def test_mail_says_nothing_of_changes_that_a_client_names(self):
        receipt = self.receipt(5, 10)
        promise = self.hold(self.line(5))
        other = self.hold(self.line(3, self._create_service()))
        self.settle()
        receipt.date = self.moment(12)
        self.settle()
        promise.action_repromise()
        self.settle()
        told = other.with_context(
            promise_history_ids=promise.history_ids.ids
        )._get_moves_for_mail()
        self.assertEqual(told, [])
        for forged in ("all", 3, [["x"]]):
            moves = promise.with_context(
                promise_history_ids=forged
            )._get_moves_for_mail()
            self.assertEqual(len(moves), 1)

    def _create_service(self):
        return self._create_product("Grease", is_storable=False)

    # -- the engine ----------------------------------------------------------------

    def test_supply_policy_is_not_taken_from_a_client(self):
        self.on_hand(5)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "product_min_qty": 5,
                "product_max_qty": 5,
            }
        )
        request = {"lines": [self.line(5)]}
        plain = call_kw(self.Promise, "simulate", [request], {})
        self.assertTrue(plain["promised_date"])
        for forged in (["safety_stock"], "safety_stock", 3, {"safety_stock": 1}):
            answer = call_kw(
                self.Promise,
                "simulate",
                [request],
                {"context": {"promise_supply_policy": forged}},
            )
            self.assertEqual(answer, plain)

    def test_reservation_takes_no_guard_from_a_client(self):
        stocker = self._create_user("stocker", "stock.group_stock_user")
        self.on_hand(5)
        promise = self.hold(self.line(5))
        promise._confirm()
        move = self.delivery(
            5, 0, promise_line_id=promise.line_ids.id, picking_id=self._picking().id
        )
        move._do_unreserve()
        self.call(move.picking_id, "action_assign", user=stocker, promise_guard=1)
        self.assertEqual(move.state, "assigned")

    def _picking(self):
        return self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
            }
        )

    # -- defaults ------------------------------------------------------------------

    def test_default_of_a_context_makes_no_promise(self):
        lines = [[0, 0, {"product_id": self.product.id, "quantity": 5}]]
        promise_id = call_kw(
            self.Promise,
            "create",
            [{"line_ids": lines}],
            {
                "context": {
                    "default_state": "confirmed",
                    "default_hold_until": "2027-01-01 00:00:00",
                    "default_extension_count": -100,
                    "default_promised_date": "2026-11-25 09:00:00",
                    "default_first_promised_date": "2026-11-25 09:00:00",
                    "default_delivered_date": "2026-11-25 09:00:00",
                    "default_delivered_quantity": 5,
                    "default_is_manual": True,
                }
            },
        )
        promise = self.Promise.browse(promise_id)
        self.assertEqual(promise.state, "draft")
        self.assertFalse(promise.hold_until)
        self.assertEqual(promise.extension_count, 0)
        line = promise.line_ids
        self.assertFalse(line.promised_date or line.first_promised_date)
        self.assertFalse(line.delivered_date or line.delivered_quantity)
        self.assertFalse(line.is_manual)

    def test_default_of_a_context_changes_no_hold(self):
        self.on_hand(5)
        best = self.env["delivery.promise.class"].create({"name": "Best"})
        answer = call_kw(
            self.Promise,
            "hold",
            [{"lines": [self.line(5)], "partner_id": self.customer.id}],
            {
                "context": {
                    "default_extension_count": -100,
                    "default_promise_class_id": best.id,
                    "default_user_id": self.manager.id,
                    "default_delivered_date": "2026-11-25 09:00:00",
                    "default_closed_short": True,
                    "default_is_manual": True,
                    "default_planned": True,
                    "default_told_date": "2026-11-25 09:00:00",
                }
            },
        )
        self.settle()
        promise = self.Promise.browse(answer["promise_id"])
        self.assertEqual(promise.extension_count, 0)
        self.assertFalse(promise.promise_class_id)
        self.assertEqual(promise.user_id, self.user)
        line = promise.line_ids
        self.assertFalse(line.delivered_date or line.closed_short or line.is_manual)
        self.assertFalse(promise.history_ids.told_date)
        self.assertEqual(promise.amount, line.amount)

    def test_class_of_a_promise_is_not_written_by_a_client(self):
        best = self.env["delivery.promise.class"].create({"name": "Best"})
        promise = self.Promise.create({"partner_id": self.customer.id})
        with self.assertRaisesRegex(Exception, "Customer Class"):
            promise.promise_class_id = best
        with self.assertRaisesRegex(Exception, "Customer Class"):
            self.Promise.create({"promise_class_id": best.id})
