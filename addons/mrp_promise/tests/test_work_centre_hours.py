from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.stock_promise.tests.common import NOW

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestWorkCentreHours(MakeCase):
    """What is promised keeps the hours that it counts on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts_on_hand()
        cls.bill.produce_delay = 0
        cls.saw = cls._add_operation(60)
        cls.chair = cls._create_product("Chair")
        cls.chair.route_ids = cls.warehouse.manufacture_pull_id.route_id
        cls.chair_bill = cls.makes(cls.chair, 0, [(cls.leg, 4)])
        cls._add_operation(60, cls.chair_bill, cls.saw)

    def free(self, product=None):
        """From when on the saw has an hour for one more product, as is promised."""
        return self.promised(1, product or self.chair) - timedelta(hours=1)

    def hours(self, promise):
        rows = self.env["delivery.promise.workcenter.claim"].search(
            [("promise_id", "=", promise.id)]
        )
        return [(row.workcenter_id, row.date_from, row.date_to) for row in rows]

    def confirm(self, promise):
        """As an order does: its delivery takes the place of the claim."""
        promise.sudo()._confirm()
        for line in promise.sudo().line_ids:
            move = self.delivery(
                line.quantity, 0, line.product_id, promise_line_id=line.id
            )
        return move

    def production(self, quantity, product=None, **values):
        bill = (product or self.table).bom_ids
        order = self.env["mrp.production"].create(
            {
                "product_id": bill.product_tmpl_id.product_variant_id.id,
                "product_qty": quantity,
                "bom_id": bill.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.manu_type_id.id,
                "date_start": self.moment(0, 9),
                **values,
            }
        )
        order.action_confirm()
        return order

    # -- held ------------------------------------------------------------------------

    def test_two_holds_do_not_rest_on_the_same_hour(self):
        first = self.hold(self.line(4, self.table))
        second = self.hold(self.line(4, self.table))
        # Tuesday 9:00 to 13:00; until 16:00, and an hour on Wednesday
        self.assertEqual(first.promised_date, self.moment(0, 13))
        self.assertEqual(second.promised_date, self.moment(1, 9))
        self.assertEqual(
            self.hours(first) + self.hours(second),
            [
                (self.saw, self.moment(0, 9), self.moment(0, 13)),
                (self.saw, self.moment(0, 13), self.moment(1, 9)),
            ],
        )

    def test_other_products_do_not_get_the_hours_of_a_hold(self):
        self.hold(self.line(4, self.table))
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_hours_of_a_component_are_kept(self):
        top = self.makes(self.top, 0, [(self.board, 1)])
        self._add_operation(60, top, self.saw)
        self.on_hand(10, self.board)
        self.on_hand(-98, self.top)
        promise = self.hold(self.line(4, self.table))
        # two tops from 9:00, then four tables
        self.assertEqual(
            [row[1:] for row in self.hours(promise)],
            [
                (self.moment(0, 9), self.moment(0, 11)),
                (self.moment(0, 11), self.moment(0, 15)),
            ],
        )
        self.assertEqual(self.free(), self.moment(0, 15))

    def test_hours_are_kept_at_the_work_centre_that_is_taken(self):
        laser = self._add_centre("Laser", time_efficiency=200)
        self.saw.alternative_workcenter_ids = laser
        promise = self.hold(self.line(4, self.table))
        self.assertEqual(
            self.hours(promise), [(laser, self.moment(0, 9), self.moment(0, 11))]
        )
        self.assertEqual(self.free(), self.moment(0, 9))  # at the saw

    def test_hours_are_free_at_the_second_at_which_the_hold_ends(self):
        promise = self.hold(self.line(4, self.table), hold_hours=1)
        end = promise.hold_until
        with freeze_time(end - timedelta(seconds=1)):
            self.assertEqual(self.free(), self.moment(0, 13))
        with freeze_time(end):
            self.assertEqual(self.free(), end)

    def test_released_hold_gives_its_hours_back(self):
        promise = self.hold(self.line(4, self.table))
        promise.action_release()
        self.assertEqual(self.free(), NOW)

    def test_line_that_goes_gives_its_hours_back(self):
        promise = self.hold(self.line(4, self.table))
        promise._rehold({"lines": [self.line(1, self.chair)]})
        self.assertEqual(
            self.hours(promise), [(self.saw, self.moment(0, 9), self.moment(0, 10))]
        )

    def test_own_hours_are_free_for_promising_again(self):
        promise = self.hold(self.line(4, self.table))
        promise.action_repromise()
        self.assertEqual(promise.promised_date, self.moment(0, 13))
        self.assertEqual(len(self.hours(promise)), 1)

    def test_goods_that_are_there_keep_no_hours(self):
        self.on_hand(4, self.table)
        self.assertFalse(self.hours(self.hold(self.line(4, self.table))))

    def test_line_without_a_date_keeps_no_hours(self):
        answer = {"lines": [self.line(4, self.table), self.line(1000, self.leg)]}
        promise, __ = self.env["delivery.promise"]._record(answer)
        self.assertEqual(
            self.hours(promise), [(self.saw, self.moment(0, 9), self.moment(0, 13))]
        )
        promise, __ = self.env["delivery.promise"]._record(
            {**answer, "shipping_policy": "one"}
        )
        self.assertFalse(promise.promised_date)
        self.assertFalse(self.hours(promise))

    # -- ordered ---------------------------------------------------------------------

    def test_order_that_takes_the_hold_over_keeps_the_hours(self):
        self.confirm(self.hold(self.line(4, self.table)))
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_order_that_held_nothing_keeps_hours(self):
        self.env["delivery.promise"]._record({"lines": [self.line(4, self.table)]})
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_manufacturing_order_that_is_not_planned_leaves_the_hours_kept(self):
        self.confirm(self.hold(self.line(4, self.table)))
        self.production(4)
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_planned_work_orders_stand_for_the_hours(self):
        """Odoo plans for another day than was promised: that day counts then."""
        self.confirm(self.hold(self.line(4, self.table)))
        order = self.production(4, date_start=self.moment(1, 8))
        order.button_plan()
        self.assertEqual(order.workorder_ids.date_start, self.moment(1, 8))
        self.assertEqual(self.free(), NOW)
        order.button_unplan()
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_production_of_less_leaves_the_hours_kept(self):
        self.confirm(self.hold(self.line(4, self.table)))
        self.production(3, date_start=self.moment(1, 8)).button_plan()
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_each_production_stands_for_one_order(self):
        first = self.hold(self.line(2, self.table))
        second = self.hold(self.line(2, self.table))
        self.confirm(first)
        self.confirm(second)
        self.production(2, date_start=self.moment(1, 8)).button_plan()
        # the first order's two hours are free, the second's are not
        self.assertEqual(self.free(), NOW)
        self.assertEqual(self.promised(3, self.chair), self.moment(0, 16))
        self.production(2, date_start=self.moment(1, 8)).button_plan()
        self.assertEqual(self.promised(3, self.chair), self.moment(0, 12))

    def test_production_from_before_the_order_stands_for_nothing(self):
        order = self.production(4, date_start=self.moment(1, 8))
        order.button_plan()
        self.delivery(4, 0, self.table)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_production SET create_date = create_date - INTERVAL '1 day'"
        )
        order.invalidate_recordset()
        self.confirm(self.hold(self.line(4, self.table)))
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_production_for_another_place_stands_for_nothing(self):
        other = self.env["stock.warehouse"].create(
            {"name": "Other", "code": "OTH", "company_id": self.company.id}
        )
        self.confirm(self.hold(self.line(4, self.table)))
        self.production(
            4, date_start=self.moment(1, 8), picking_type_id=other.manu_type_id.id
        ).button_plan()
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_delivered_order_needs_no_hours(self):
        move = self.confirm(self.hold(self.line(4, self.table)))
        self.on_hand(4, self.table)
        self.done(move)
        self.assertEqual(self.free(), NOW)

    def test_promising_again_keeps_the_hours_of_an_unplanned_production(self):
        promise = self.hold(self.line(4, self.table))
        self.confirm(promise)
        self.production(4)
        promise.action_repromise()
        self.assertEqual(self.sources(1, self.chair), [(1.0, "manufacture")])
        self.assertEqual(self.free(), self.moment(0, 13))

    def test_more_is_promised_beside_the_hours_of_an_unplanned_production(self):
        promise = self.hold(self.line(4, self.table, reference="1"))
        move = self.confirm(promise)
        self.production(4)
        promise._rerecord(
            {"lines": [self.line(5, self.table, reference="1")]}, (), move.ids
        )
        self.assertEqual(
            [row[1:] for row in self.hours(promise)],
            [
                (self.moment(0, 9), self.moment(0, 13)),
                (self.moment(0, 13), self.moment(0, 14)),
            ],
        )
        self.assertEqual(self.free(), self.moment(0, 14))

    def test_finished_production_needs_no_hours(self):
        """Made sooner than was promised: the hours of the promised day are free."""
        wanted = self.line(4, self.table, requested_date=str(self.moment(9, 16)))
        promise = self.hold(wanted)
        start = self.hours(promise)[0][1]
        self.assertGreater(start, self.moment(7))
        self.confirm(promise)
        for quantity in (3, 1):
            self.assertEqual(len(self.hours(promise)), 1)
            order = self.production(quantity)
            order.button_plan()
            order.qty_producing = quantity
            order.move_raw_ids.picked = True
            order.button_mark_done()
            self.assertEqual(order.state, "done")
        self.assertFalse(self.hours(promise))

    def test_promising_again_replaces_hours_for_which_nothing_was_made(self):
        promise = self.hold(self.line(4, self.table))
        self.confirm(promise)
        self.on_hand(4, self.table)
        promise.action_repromise()
        self.assertEqual(self.free(), NOW)

    # -- by hand ---------------------------------------------------------------------

    def by_hand(self, promise, moment):
        promise.line_ids.with_user(self.manager).set_promised_date(moment, "Holiday")
        self.assertEqual(promise.promised_date, moment)

    def test_later_date_by_hand_takes_its_hours_along(self):
        promise = self.hold(self.line(4, self.table))
        self.by_hand(promise, self.moment(3, 12))
        self.assertEqual(
            self.hours(promise), [(self.saw, self.moment(3, 8), self.moment(3, 12))]
        )
        self.assertEqual(self.free(), NOW)
        # what it is made of is taken when it is made, and what is made is its own
        begin, there = self.moment(3, 0), self.moment(3, 12)
        self.assertCountEqual(
            promise.claim_ids.mapped(lambda c: (c.product_id, c.quantity, c.date)),
            [
                (self.top, 4.0, begin),
                (self.leg, 16.0, begin),
                (self.table, 4.0, there),
                (self.table, -4.0, there),
            ],
        )

    def test_hours_of_others_are_not_given_for_a_later_date_by_hand(self):
        wanted = self.line(4, self.table, requested_date=str(self.moment(3, 12)))
        other = self.hold(wanted)
        self.assertEqual(self.hours(other)[0][2], self.moment(3, 12))
        promise = self.hold(self.line(4, self.table))
        self.by_hand(promise, self.moment(3, 12))
        ((__, start, end),) = self.hours(promise)
        self.assertEqual(end - start, timedelta(hours=4))
        self.assertLessEqual(end, self.hours(other)[0][1])

    def test_date_by_hand_that_is_too_early_leaves_the_hours_kept(self):
        promise = self.hold(self.line(4, self.table))
        self.by_hand(promise, self.moment(0, 10))
        self.assertEqual(
            self.hours(promise), [(self.saw, self.moment(0, 9), self.moment(0, 13))]
        )

    def test_earlier_date_by_hand_that_is_possible_has_hours_before_it(self):
        wanted = self.line(4, self.table, requested_date=str(self.moment(9, 16)))
        promise = self.hold(wanted)
        self.by_hand(promise, self.moment(3, 12))
        self.assertEqual(self.hours(promise)[0][2], self.moment(3, 12))

    def test_other_lines_have_hours_before_their_dates(self):
        promise = self.hold(self.line(4, self.table), self.line(2, self.chair))
        table, chair = promise.line_ids
        table.with_user(self.manager).set_promised_date(self.moment(3, 12), "Holiday")
        self.assertEqual(chair.promised_date, self.moment(0, 15))
        self.assertEqual(
            [row[1:] for row in self.hours(promise)],
            [
                (self.moment(0, 9), self.moment(0, 11)),
                (self.moment(3, 8), self.moment(3, 12)),
            ],
        )

    def test_order_with_a_later_date_by_hand_takes_its_hours_along(self):
        promise = self.hold(self.line(4, self.table))
        self.confirm(promise)
        self.by_hand(promise, self.moment(3, 12))
        self.assertEqual(self.hours(promise)[0][2], self.moment(3, 12))
        self.assertEqual(self.free(), NOW)

    def test_date_by_hand_leaves_the_hours_of_an_unplanned_production(self):
        promise = self.hold(self.line(4, self.table))
        self.confirm(promise)
        self.production(4)
        self.by_hand(promise, self.moment(3, 12))
        self.assertEqual(
            self.hours(promise), [(self.saw, self.moment(0, 9), self.moment(0, 13))]
        )

    def test_date_by_hand_of_what_is_archived_finds_hours_too(self):
        promise = self.hold(self.line(4, self.table))
        self.table.active = False
        self.by_hand(promise, self.moment(3, 12))
        self.assertEqual(self.hours(promise)[0][1], self.moment(3, 8))

    # -- what it costs, and who may see it -------------------------------------------

    def test_all_work_centres_are_read_at_once(self):
        press = self._add_centre("Press")
        self._add_operation(30, self.bill, press)
        self._add_operation(30, self.chair_bill, self._add_centre("Lathe"))
        self.hold(self.line(1, self.table), self.line(1, self.chair))
        with self.reads() as statements:
            self.ask(self.line(2, self.table), self.line(2, self.chair))
        self.assertEqual(len(statements), 1)

    def test_bills_without_operations_read_nothing(self):
        (self.bill | self.chair_bill).operation_ids.unlink()
        with self.reads() as statements:
            self.ask(self.line(2, self.table), self.line(2, self.chair))
        self.assertFalse(statements)

    def reads(self):
        """The statements on hours that are kept, within the block."""
        self.env.flush_all()
        return self.statements("delivery_promise_workcenter_claim")

    def test_work_centres_are_locked_with_what_they_make(self):
        laser = self._add_centre("Laser")
        self.saw.alternative_workcenter_ids = laser
        engine = self.env["delivery.promise.engine"]
        for product in (self.table, self.chair):
            locked = engine._replenishment_closure({product.id})
            self.assertEqual(
                {-key for key in locked if key < 0}, set((self.saw | laser).ids)
            )

    def test_hours_are_written_by_the_engine_alone(self):
        promise = self.hold(self.line(4, self.table))
        rows = self.env["delivery.promise.workcenter.claim"].search(
            [("promise_id", "=", promise.id)]
        )
        for user in (self.user, self.manager):
            rows.with_user(user).read(["date_from"])
            with self.assertRaises(AccessError):
                rows.with_user(user).date_from = self.moment(3)
            with self.assertRaises(AccessError):
                rows.with_user(user).unlink()
        stranger = self._create_user(
            "promise_stranger",
            "stock_promise.group_promise_user",
            company=self.env["res.company"].create({"name": "Elsewhere"}),
        )
        company_ids = stranger.company_ids.ids
        theirs = rows.with_user(stranger).with_context(allowed_company_ids=company_ids)
        self.assertFalse(theirs.search([]) & rows)

    def test_planner_sees_which_hours_are_kept(self):
        def shown():
            rows.invalidate_recordset()
            return rows.mapped("is_kept")

        promise = self.hold(self.line(4, self.table))
        self.confirm(promise)
        action = self.env.ref("mrp_promise.delivery_promise_workcenter_claim_action")
        domain = safe_eval(action.domain, {"active_ids": self.saw.ids})
        rows = self.env[action.res_model].with_user(self.user).search(domain)
        self.assertEqual(rows.promise_id, promise)
        self.assertEqual(shown(), [True])
        order = self.production(4)
        self.assertEqual(shown(), [True])
        order.button_plan()
        self.assertEqual(shown(), [False])
        held = self.hold(self.line(1, self.table))
        rows = rows.search(domain) - rows
        self.assertEqual((rows.promise_id, shown()), (held, [True]))
        held.action_release()
        self.assertFalse(rows.search(domain) & rows)

    def test_what_counts_no_more_is_tidied_away(self):
        Hours = self.env["delivery.promise.workcenter.claim"]
        held = self.hold(self.line(1, self.table))
        over = self.hold(self.line(1, self.table), hold_hours=1)
        released = self.hold(self.line(1, self.table))
        released.action_release()
        delivered = self.hold(self.line(1, self.table))
        move = self.confirm(delivered)
        self.on_hand(1, self.table)
        self.done(move)
        with freeze_time(over.hold_until):
            self.env["delivery.promise"]._cron_tidy()
        self.assertEqual(
            Hours.search([]).promise_id & (held | over | released | delivered), held
        )

    # -- hours that change -----------------------------------------------------------

    def closed(self, first, last):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Repair",
                "resource_id": self.saw.resource_id.id,
                "calendar_id": self.saw.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": self.moment(first, 0),
                "date_to": self.moment(last, 23),
            }
        )

    def test_closed_work_centre_is_noticed_by_what_is_to_be_made(self):
        """Tuesday to Friday the saw is closed: the table is made on Monday."""
        line = self.hold(self.line(4, self.table)).sudo().line_ids
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")
        repair = self.closed(0, 3)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual((line.feasible_date - line.promised_date).days, 6)
        self.assertEqual(line.risk_cause, "hours")
        repair.unlink()
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")

    def test_closed_work_centre_stays_a_risk_when_the_warehouse_has_other_hours(self):
        line = self.hold(self.line(4, self.table)).sudo().line_ids
        repair = self.closed(0, 3)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.warehouse.promise_cutoff = 15
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual((line.feasible_date - line.promised_date).days, 6)
        repair.unlink()
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")

    def test_goods_from_the_shelf_are_not_to_be_ordered_when_hours_change(self):
        lamp = self._create_product("Lamp")
        self.on_hand(5, lamp)
        promise = self.hold(self.line(4, self.table), self.line(5, lamp)).sudo()
        made, taken = promise.line_ids
        self.assertTrue(made.replenish_by)
        self.assertFalse(taken.replenish_by)
        self.on_hand(-5, lamp)
        self.closed(0, 3)
        self.env.cr.precommit.run()
        self.assertTrue(taken.at_risk)
        self.assertFalse(taken.replenish_by)

    def test_other_hours_are_kept_where_the_work_centre_closes_in_between(self):
        wanted = str(self.moment(3, 15))
        promise = self.hold(self.line(2, self.table, requested_date=wanted))
        line = promise.sudo().line_ids
        (__, begins, __), *__ = self.hours(promise)
        days = (begins.date() - NOW.date()).days
        self.closed(days, days)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")
        (__, again, __), *__ = self.hours(promise)
        self.assertNotEqual(again.date(), begins.date())
        self.assertLessEqual(again, self.moment(3, 15))
