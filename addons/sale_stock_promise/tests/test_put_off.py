from datetime import timedelta

from .common import NOW, SalePromiseCase


class TestPutOff(SalePromiseCase):
    """The warehouse plans a delivery for another day than was promised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.storekeeper = cls._user("so_store", "stock.group_stock_user")

    def setUp(self):
        super().setUp()
        self.order = self._order((self.product, 4), (self.other, 3))
        self.order.action_confirm()
        self.lines = self.order.sudo().order_line.promise_line_id
        self.picking = self.order.sudo().picking_ids.with_user(self.storekeeper)
        self._settle()
        self.assertFalse(any(self.lines.mapped("at_risk")))

    def _settle(self):
        self.env.cr.precommit.run()

    def _plan(self, days):
        self.picking.scheduled_date = NOW + timedelta(days=days)
        self._settle()

    def test_whole_delivery_is_at_risk_at_once_with_who_and_when(self):
        self._plan(7)
        for line in self.lines:
            self.assertEqual(line.status, "at_risk")
            self.assertEqual(line.feasible_date, line.promised_date + timedelta(7))
            self.assertEqual(
                (line.risk_cause, line.risk_user_id), ("put_off", self.storekeeper)
            )
            self.assertEqual(line.risk_since, NOW)
            self.assertIn(
                "is planned for 03/11/2030, 7 day(s) later", line.risk_message
            )
            seen = line.with_user(self.storekeeper).risk_reason
            self.assertIn(self.picking.name, seen)
            self.assertIn(self.storekeeper.name, seen)

    def test_document_is_named_to_nobody_who_may_not_read_it(self):
        self._plan(7)
        reader = self._user("so_reader", "stock_promise.group_promise_user")
        seen = self.lines[:1].with_user(reader).risk_reason
        self.assertTrue(seen)
        self.assertNotIn(self.picking.name, seen)

    def test_risk_is_gone_when_it_is_planned_as_promised_again(self):
        self._plan(7)
        self._plan(0)
        self.assertEqual(set(self.lines.mapped("status")), {"on_time"})
        self.assertFalse(any(self.lines.mapped("risk_cause")))

    def test_another_hour_of_the_same_day_is_no_risk(self):
        self.picking.scheduled_date = NOW + timedelta(hours=5)
        self._settle()
        self.assertEqual(set(self.lines.mapped("status")), {"on_time"})

    def test_one_line_alone_is_at_risk_when_it_alone_is_put_off(self):
        move = self.picking.move_ids.filtered(lambda m: m.product_id == self.other)
        move.date = NOW + timedelta(days=2)
        self._settle()
        self.assertEqual(self.lines.mapped("status"), ["on_time", "at_risk"])

    def test_watching_again_changes_nothing(self):
        self._plan(7)
        before = self.lines.read(
            ["at_risk", "feasible_date", "risk_said", "risk_cause"]
        )
        self.env["delivery.promise"]._watch((self.product | self.other).ids)
        self.assertEqual(
            self.lines.read(["at_risk", "feasible_date", "risk_said", "risk_cause"]),
            before,
        )

    def test_promised_again_it_goes_when_it_is_possible_again(self):
        self._plan(7)
        self.order.promise_id.sudo().action_repromise()
        self._settle()
        self.assertEqual(set(self.lines.mapped("status")), {"on_time"})
        self.assertEqual(self.picking.move_ids.mapped("date"), [NOW, NOW])

    def test_planned_earlier_it_still_meets_its_day(self):
        """Goods of day 4, promised for day 4; the warehouse moves the whole delivery
        to today."""
        self._receipt(self.product, 10, days=4)
        order = self._order((self.product, 12))
        order.action_confirm()
        line = order.sudo().order_line.promise_line_id
        self._settle()
        self.assertEqual(line.promised_date, NOW + timedelta(days=4))
        picking = order.sudo().picking_ids.with_user(self.storekeeper)
        picking.scheduled_date = NOW + timedelta(days=1)
        self._settle()
        self.assertFalse(line.at_risk)
