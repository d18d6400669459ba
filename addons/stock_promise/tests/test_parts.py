"""A line in parts: each part has its day, its claim and its moves."""

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import NOW, PromiseCase


class PartsCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.receipt(6, 3)
        cls.last = cls.receipt(4, 10)

    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def confirmed(self, *lines, **values):
        """A confirmed promise whose goods go out in one move, dealt out to parts."""
        promise = self.hold(*lines, **values)
        line = promise.line_ids.sudo()
        promise.sudo()._confirm()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customers.id,
            }
        )
        self.delivery(line.quantity, 0, promise_line_id=line.id, picking_id=picking.id)
        line._update_move_dates()
        self.settle()
        return line, line.move_ids.sorted("date")

    def deliver(self, moves, days):
        self.env.flush_all()
        with freeze_time(self.moment(days)):
            done = self.done(moves)
            self.settle()
        return done


@tagged("post_install", "-at_install")
class TestSplit(PartsCase):
    def test_parts_are_said_with_their_days(self):
        promise = self.hold(self.line(10), allow_split=True)
        parts = promise.line_ids._parts()
        self.assertEqual(
            [(part.quantity, part.arrival) for part in parts],
            [(6, self.moment(3)), (4, self.moment(10))],
        )
        timeline = promise.line_ids.get_promise_timeline()
        self.assertEqual(timeline["parts"], "6 on 11/27/2026, 4 on 12/04/2026")

    def test_one_delivery_is_no_part(self):
        promise = self.hold(self.line(4), allow_split=True)
        self.assertEqual(promise.line_ids._parts(), [])
        self.assertEqual(promise.line_ids.get_promise_timeline()["parts"], "")

    def test_a_draft_is_drawn_with_its_parts(self):
        draft = self.Promise.create(
            {
                "warehouse_id": self.warehouse.id,
                "company_id": self.company.id,
                "allow_split": True,
                "line_ids": [fields.Command.create(self.line(10))],
            }
        )
        draft.action_simulate()
        (product,) = draft.line_ids.get_promise_timeline()["products"]
        self.assertEqual(
            [(claim["quantity"], claim["counted"]) for claim in product["claims"]],
            [(6, False), (4, False)],
        )

    def test_moves_are_split_and_planned_for_the_parts(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.assertEqual(
            [(move.product_qty, move.date, move.promise_part) for move in moves],
            [(6, self.moment(3), 1), (4, self.moment(10), 2)],
        )
        self.assertEqual(len(moves.picking_id), 1)
        self.assertEqual(moves.promise_line_id, line)

    def test_moves_keep_their_part_when_nothing_changed(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        line._update_move_dates()
        self.assertEqual(line.move_ids.sorted("date"), moves)
        self.assertEqual(moves.mapped("product_qty"), [6, 4])

    def test_a_move_that_is_being_picked_is_not_split(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        picked = moves[1]
        picked.picked = True
        line.sudo().answer = {
            **line.answer,
            "schedule": [
                {**line.schedule[0], "quantity": 8},
                {**line.schedule[1], "quantity": 2},
            ],
        }
        line._update_move_dates()
        self.assertEqual(
            [(move.product_qty, move.promise_part) for move in line.move_ids],
            [(6, 1), (4, 2)],
        )

    def test_what_is_whole_again_goes_at_once(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        line.promise_id.sudo().allow_split = False
        line.promise_id.sudo().action_repromise()
        self.assertEqual(set(moves.mapped("promise_part")), {0})
        self.assertEqual(set(moves.mapped("date")), {self.moment(10)})

    # -- at risk ---------------------------------------------------------------------

    def assertPartAtRisk(self, line):
        self.first.date = self.moment(8)
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertEqual(line.status, "at_risk")
        self.assertIn("A part of Bearing is there on 12/02/2026", line.risk_message)
        self.assertEqual(line.feasible_date, line.promised_date, "all of it is in time")
        self.assertEqual(line._risk_dates(), line.risk_message)
        self.first.date = self.moment(3)
        self.settle()
        self.assertFalse(line.at_risk)
        self.last.date = self.moment(12)
        self.settle()
        self.assertEqual(line.feasible_date, self.moment(12))
        self.assertIn("promised for 12/4/26", line._risk_dates())

    def test_a_held_part_that_is_late_puts_the_line_at_risk(self):
        promise = self.hold(self.line(10), allow_split=True)
        self.settle()
        self.assertFalse(promise.line_ids.at_risk)
        self.assertPartAtRisk(promise.line_ids.sudo())

    def test_an_ordered_part_that_is_late_puts_the_line_at_risk(self):
        line, __ = self.confirmed(self.line(10), allow_split=True)
        self.assertFalse(line.at_risk)
        self.assertPartAtRisk(line)

    # -- kept ------------------------------------------------------------------------

    def test_each_part_on_its_day_keeps_the_promise(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.done(self.first)
        self.deliver(moves[0], 3)
        self.assertEqual(line.late_from.date(), self.moment(11).date())
        self.done(self.last)
        self.deliver(moves[1], 10)
        self.assertFalse(line.part_late)
        self.assertEqual((line.status, line.kept_latest), ("kept", True))

    def test_a_part_after_its_day_breaks_it_though_all_was_there_in_time(self):
        line, moves = self.confirmed(self.line(10), allow_split=True)
        self.done(self.first | self.last)
        self.deliver(moves[0], 4)
        self.assertTrue(line.part_late)
        self.deliver(moves[1], 10)
        self.assertEqual((line.status, line.kept_latest), ("broken", False))
        self.assertFalse(line.kept_first, "so was it promised first")

    def test_a_part_is_late_when_its_day_is_over(self):
        line, __ = self.confirmed(self.line(10), allow_split=True)
        self.assertEqual(line.late_from, self.moment(4, hour=0))
        self.env.flush_all()
        with freeze_time(self.moment(4)):
            self.env.invalidate_all()
            self.assertEqual(line.status, "late")


@tagged("post_install", "-at_install")
class TestPartOfTheWhole(PartsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last.product_uom_qty = 1

    def test_the_rest_is_said_to_have_no_date(self):
        promise = self.hold(self.line(10), partial=True)
        line = promise.line_ids
        self.assertEqual((line.undated_quantity, line.promised_date), (3, False))
        self.assertEqual(
            line.get_promise_timeline()["parts"],
            "7 of 10 on 12/04/2026; no date for 3",
        )

    def test_parts_and_a_rest(self):
        promise = self.hold(self.line(10), partial=True, allow_split=True)
        self.assertEqual(
            promise.line_ids.get_promise_timeline()["parts"],
            "6 on 11/27/2026, 1 on 12/04/2026; no date for 3",
        )

    def test_the_rest_waits_after_all_that_is_known(self):
        self.delivery(1, 30)
        line, moves = self.confirmed(self.line(9), partial=True)
        # of 7 that come, 1 is for somebody else
        self.assertEqual(
            [(move.product_qty, move.promise_part) for move in moves], [(6, 1), (3, -1)]
        )
        self.assertEqual(moves[1].date.date(), self.moment(30).date())
        line._update_move_dates()
        self.assertEqual(moves[1].date.date(), self.moment(30).date())

    def test_queries_of_a_rest_do_not_grow_with_lines(self):
        """Promised again, a line in part costs what a whole one does."""
        products = self.env["product.product"].create(
            [{"name": f"Part {n}", "is_storable": True} for n in range(24)]
        )
        for product in products:
            self.receipt(6, 3, product)

        def queries(products, quantity):
            lines = [self.line(quantity, product) for product in products]
            promise = self.hold(*lines, partial=True).sudo()
            promise._confirm()
            for line in promise.line_ids:
                self.delivery(quantity, 0, line.product_id, promise_line_id=line.id)
            promise.line_ids._update_move_dates()
            self.settle()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            promise.action_repromise()
            self.env.flush_all()
            spent = self.env.cr.sql_log_count - before
            rest = promise.line_ids.move_ids.filtered(lambda m: m.promise_part == -1)
            self.assertEqual(len(rest), len(products) if quantity > 6 else 0)
            return spent

        queries(products[:2], 1)
        whole = queries(products[2:12], 1) - queries(products[:2], 1)
        part = queries(products[14:24], 9) - queries(products[12:14], 9)
        self.assertLess((part - whole) / 8, 1)

    def test_the_rest_takes_nothing_from_who_was_promised_before(self):
        self.receipt(3, 20)
        other = self.hold(self.line(3, requested_date=self.moment(40)))
        self.settle()
        line, moves = self.confirmed(self.line(10), partial=True)
        self.assertEqual(moves[1].promise_part, -1)
        self.assertFalse(other.line_ids.at_risk)
        self.assertEqual((line.at_risk, line.status), (False, "at_risk"))

    def test_a_part_in_time_keeps_what_was_promised_and_no_more(self):
        line, moves = self.confirmed(self.line(10), partial=True)
        self.done(self.first | self.last)
        self.deliver(moves[0], 9)
        self.assertEqual((line.status, line.late_from), ("at_risk", False))
        self.on_hand(3)
        self.deliver(moves[1], 15)
        self.assertEqual(line.status, "kept")
        self.assertFalse(line.kept_latest, "the whole had no date")
        report = self.env["delivery.promise.report"].search(
            [("promise_line_id", "=", line.id)]
        )
        self.assertEqual(report.outcome, "undated")

    def test_a_part_too_late_breaks_it(self):
        line, moves = self.confirmed(self.line(10), partial=True)
        self.done(self.first | self.last)
        self.on_hand(3)
        self.deliver(moves, 15)
        self.assertEqual((line.part_late, line.status), (True, "broken"))

    def test_what_comes_gives_the_rest_a_date_when_promised_again(self):
        line, __ = self.confirmed(self.line(10), partial=True, allow_split=True)
        self.receipt(5, 15)
        line.promise_id.sudo().action_repromise()
        self.assertEqual(
            [(move.product_qty, move.date) for move in line.move_ids.sorted("date")],
            [(6, self.moment(3)), (1, self.moment(10)), (3, self.moment(15))],
        )
        self.assertEqual(line.promised_date, self.moment(15))
        self.assertEqual(line.undated_quantity, 0)

    def test_a_date_by_hand_is_for_the_rest_too(self):
        line, moves = self.confirmed(self.line(10), partial=True)
        line.with_user(self.manager).set_promised_date(
            fields.Datetime.to_string(self.moment(20)), "By air"
        )
        self.assertEqual(line.promised_date, self.moment(20))
        self.assertEqual(
            [(part.quantity, part.arrival) for part in line._parts()],
            [(7, self.moment(10)), (3, self.moment(20))],
        )
        self.assertEqual(
            [(move.product_qty, move.date) for move in moves],
            [(7, self.moment(10)), (3, self.moment(20))],
        )

    def test_a_date_by_hand_claims_the_rest_too(self):
        promise = self.hold(self.line(10), partial=True)
        parts = promise.line_ids._parts()
        self.assertEqual([part.quantity for part in parts], [7, 3])
        promise.line_ids.with_user(self.manager).set_promised_date(
            fields.Datetime.to_string(self.moment(20)), "By air"
        )
        claims = [(claim.quantity, claim.date) for claim in promise.claim_ids]
        self.assertEqual(claims, [(7, parts[0].ship), (3, self.moment(20))])

    def test_reserved_goods_of_a_move_that_is_split_stay_reserved(self):
        self.on_hand(10)
        line, moves = self.confirmed(self.line(12), allow_split=True)
        self.assertEqual(len(moves), 2)
        moves._action_assign()
        self.assertEqual(sum(moves.mapped("quantity")), 10)
        line.sudo().answer = {
            **line.answer,
            "schedule": [
                {**line.schedule[0], "quantity": 4},
                {**line.schedule[0], "quantity": 6, "ship_date": str(NOW)},
                {**line.schedule[1], "quantity": 2},
            ],
        }
        line._update_move_dates()
        self.assertEqual(sum(line.move_ids.mapped("quantity")), 10)
