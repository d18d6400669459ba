"""The measures of promises, each with numbers worked out by hand."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestReport(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(1000)
        cls.product.lst_price = 2.0
        cls.Report = cls.env["delivery.promise.report"].with_user(cls.manager)

    # -- data ----------------------------------------------------------------------

    def order_of(self, *quantities, latest=3, first=None, requested=None, **values):
        """The lines of a confirmed promise with dates in so many days from today,
        each with the move that delivers it."""
        promise = self.hold(*[self.line(quantity) for quantity in quantities], **values)
        promise.sudo()._confirm()
        lines = promise.sudo().line_ids
        lines.write(
            {
                "requested_date": requested is not None and self.moment(requested),
                "first_promised_date": self.moment(latest if first is None else first),
                "promised_date": self.moment(latest),
            }
        )
        for line in lines:
            self.delivery(line.quantity, 0, promise_line_id=line.id)
        return lines

    def deliver(self, line, days, quantity=None, hour=9):
        """Carry out what is open of a line; the rest, if any, stays open."""
        self.env.flush_all()
        with freeze_time(self.moment(days, hour)):
            self.done(line.move_ids.filtered(lambda m: m.state != "done"), quantity)
            self.env.flush_all()

    def row(self, line):
        self.env.invalidate_all()
        return self.Report.search([("promise_line_id", "=", line.id)])

    def value(self, measure, domain=(), function="avg"):
        """A measure over all rows, as the pivot computes it; None if nothing of it is
        decided."""
        [(value,)] = self.Report._read_group(domain, [], [f"{measure}:{function}"])
        return None if value is False else value

    def assertMeasures(self, line, **expected):
        row = self.row(line)
        self.assertEqual({name: row[name] for name in expected}, expected)

    # -- days and on time ------------------------------------------------------------

    def test_days_and_on_time_by_each_basis(self):
        """Wanted on day 2, promised for 5, then for 8; there on 6."""
        line = self.order_of(10, requested=2, first=5, latest=8)
        self.deliver(line, 6)
        self.assertMeasures(
            line,
            days_requested=4,
            days_first=1,
            days_latest=-2,
            days_late_requested=4,
            days_late_first=1,
            days_late_latest=0,
            days_early_requested=0,
            days_early_first=0,
            days_early_latest=2,
            on_time_requested=0,
            on_time_first=0,
            on_time_latest=1,
            outcome="on_time",
            delivered_date=self.moment(6),
        )
        row = self.row(line)
        for basis in ("requested", "first", "latest"):
            self.assertEqual(bool(row[f"on_time_{basis}"]), line[f"kept_{basis}"])

    def test_averages_are_shares_and_leave_out_what_has_no_basis(self):
        for day, requested in ((3, 3), (3, None), (5, 1)):
            self.deliver(self.order_of(1, latest=3, requested=requested), day)
        self.assertAlmostEqual(self.value("on_time_latest"), 2 / 3)
        self.assertAlmostEqual(self.value("on_time_requested"), 1 / 2)
        self.assertAlmostEqual(self.value("days_latest"), 2 / 3)
        self.assertAlmostEqual(self.value("days_requested"), (0 + 4) / 2)

    def test_what_is_not_delivered_is_missed_when_its_day_is_over(self):
        line = self.order_of(10, latest=1, requested=0)
        with freeze_time(self.moment(1, 23)):
            self.assertMeasures(line, outcome="open")
            self.assertIsNone(self.value("on_time_latest"))
            self.assertEqual(self.value("on_time_requested"), 0)
        with freeze_time(self.moment(2, 0)):
            self.assertMeasures(line, outcome="overdue")
            self.assertEqual(self.value("on_time_latest"), 0)
            self.assertIsNone(self.value("days_late_latest"))
            self.assertIsNone(self.value("in_full"))

    def test_day_is_that_of_the_warehouse(self):
        """9:00 UTC is 22:00 in Auckland, 12:00 UTC is 1:00 of the next day there."""
        self.warehouse.partner_id.tz = "Pacific/Auckland"
        line = self.order_of(10, latest=0)
        self.deliver(line, 0, hour=12)
        self.assertMeasures(line, days_latest=1, on_time_latest=0, outcome="late")

    def test_way_to_the_customer_counts(self):
        line = self.order_of(10, latest=3)
        line.transit_days = 2
        self.deliver(line, 2)
        self.assertMeasures(line, days_latest=1, unit_on_time_latest=0)

    # -- in full and OTIF --------------------------------------------------------------

    def test_what_is_never_sent_is_not_in_full(self):
        line = self.order_of(10, latest=3)
        self.deliver(line, 1, 4)
        line.move_ids.filtered(lambda m: m.state != "done")._action_cancel()
        self.assertMeasures(
            line,
            outcome="short",
            in_full=0,
            on_time_latest=0,
            otif_latest=0,
            unit_in_full=0.4,
            unit_on_time_latest=0.4,
        )
        self.assertIsNone(self.value("days_latest"))

    def test_otif_by_default_any_earlier_day_counts_and_no_later_one(self):
        for day, expected in ((0, 1), (3, 1), (4, 0)):
            with self.subTest(day=day):
                line = self.order_of(1, latest=3, first=4, requested=2)
                self.deliver(line, day)
                self.assertMeasures(
                    line,
                    otif_latest=expected,
                    otif_first=1,
                    otif_requested=int(day == 0),
                    in_full=1,
                )

    def test_otif_window_of_the_company(self):
        self.company.write(
            {
                "promise_otif_late_days": 1,
                "promise_otif_limit_early": True,
                "promise_otif_early_days": 2,
            }
        )
        for day, expected in ((2, 0), (3, 1), (6, 1), (7, 0)):
            with self.subTest(day=day):
                line = self.order_of(1, latest=5)
                self.deliver(line, day)
                self.assertMeasures(
                    line, otif_latest=expected, on_time_latest=int(day <= 5)
                )

    def test_otif_is_decided_when_the_window_is_over(self):
        self.company.promise_otif_late_days = 2
        self.order_of(10, latest=1)
        for day, expected in ((3, None), (4, 0)):
            with freeze_time(self.moment(day)):
                self.assertEqual(self.value("otif_latest"), expected, day)

    # -- units -------------------------------------------------------------------------

    def test_units_count_by_quantity_and_by_day(self):
        """4 of 10 by day 3, 6 after it; 30 of 30 by day 3."""
        split = self.order_of(10, latest=3)
        self.deliver(split, 1, 4)
        self.deliver(split, 5)
        self.deliver(self.order_of(30, latest=3), 3)
        self.assertMeasures(split, on_time_latest=0, unit_on_time_latest=0.4, in_full=1)
        self.assertAlmostEqual(self.value("on_time_latest"), 1 / 2)
        self.assertAlmostEqual(self.value("unit_on_time_latest"), (4 + 30) / 40)
        self.assertAlmostEqual(self.value("unit_in_full"), 1)

    def test_units_of_what_is_not_due_are_left_out(self):
        self.deliver(self.order_of(10, latest=3), 3)
        waiting = self.order_of(90, latest=9)
        self.deliver(waiting, 4, 30)
        with freeze_time(self.moment(9)):
            self.assertAlmostEqual(self.value("unit_on_time_latest"), 1)
        with freeze_time(self.moment(10)):
            self.assertAlmostEqual(
                self.value("unit_on_time_latest"), (10 + 30) / (10 + 90)
            )

    def test_units_in_the_window_of_otif(self):
        """4 before the window, 5 within it, 1 after it."""
        self.company.write(
            {"promise_otif_limit_early": True, "promise_otif_early_days": 1}
        )
        line = self.order_of(10, latest=5)
        for day, quantity in ((3, 4), (4, 5), (6, 1)):
            self.deliver(line, day, quantity)
        self.assertMeasures(line, unit_otif=0.5, unit_on_time_latest=0.9)

    def test_units_are_those_of_the_product(self):
        promise = self.hold(self.line(2, uom_id=self.dozen.id))
        promise.sudo()._confirm()
        line = promise.sudo().line_ids
        self.delivery(24, 0, promise_line_id=line.id)
        self.deliver(line, 0, 6)
        with freeze_time(self.moment(1)):
            self.assertMeasures(line, quantity=24, unit_on_time_latest=0.25)

    def test_what_comes_back_does_not_undo_what_arrived(self):
        line = self.order_of(10, latest=3)
        self.deliver(line, 1, 4)
        back = self._create_move(
            self.customers, self.stock, 4, 2, promise_line_id=line.id
        )._action_confirm()
        with freeze_time(self.moment(2)):
            self.done(back)
        self.deliver(line, 5)
        self.assertMeasures(line, unit_on_time_latest=0.4)

    def test_kit_counts_as_a_whole(self):
        """Its components are on the moves, the kit is not."""
        part = self._create_product("Part")
        line = self.order_of(10, latest=3)
        line.move_ids.product_id = part
        for day, expected in ((3, 1), (4, 0)):
            line.delivered_date = self.moment(day)
            self.assertMeasures(line, unit_on_time_latest=expected, unit_otif=expected)

    # -- orders ------------------------------------------------------------------------

    def test_order_is_on_time_with_its_last_line(self):
        """Of two orders one is late by one of its two lines."""
        good, bad = self.order_of(1, 1, latest=3)
        self.deliver(good, 3)
        self.deliver(bad, 4)
        self.deliver(self.order_of(1, latest=3), 3)
        for measure in ("order_on_time", "order_otif"):
            self.assertAlmostEqual(self.value(measure), 1 / 2)
            self.assertMeasures(good, **{measure: 0})
        self.assertAlmostEqual(self.value("order_in_full"), 1)
        self.assertAlmostEqual(self.value("otif_latest"), 2 / 3)

    def test_order_is_undecided_while_a_line_can_be_on_time(self):
        done, waiting = self.order_of(1, 1, latest=3)
        self.deliver(done, 1)
        self.assertIsNone(self.value("order_otif"))
        self.deliver(waiting, 3)
        self.assertEqual(self.value("order_otif"), 1)

    def test_line_without_a_promised_date(self):
        dated, undated = self.order_of(1, 1, latest=3)
        undated.write({"promised_date": False, "first_promised_date": False})
        self.deliver(dated + undated, 3)
        self.assertMeasures(undated, outcome="undated", in_full=1)
        self.assertEqual(self.value("on_time_latest"), 1)
        self.assertEqual(
            (self.value("order_on_time"), self.value("order_otif")), (1, 1)
        )

    # -- holds -------------------------------------------------------------------------

    def test_holds_that_ended_and_their_value(self):
        """At 2.00 each: 3 units run out, 4 and 5 of one hold are given back, 6 are
        held; an order of 7 that is cancelled was no hold any more."""
        self.hold(self.line(3), hold_hours=1)
        self.hold(self.line(4), self.line(5)).action_release()
        self.hold(self.line(6), hold_hours=48)
        cancelled = self.order_of(7)
        cancelled.move_ids._action_cancel()
        cancelled.promise_id._release()
        self.env["delivery.promise"].create({"line_ids": []})
        with freeze_time(self.moment(0, 10)):
            for measure, expected in {
                "held_holds": 1,
                "expired_holds": 1,
                "released_holds": 1,
                "held_amount": 12.0,
                "expired_amount": 6.0,
                "released_amount": 18.0,
            }.items():
                with self.subTest(measure=measure):
                    self.assertEqual(self.value(measure, function="sum"), expected)
            self.assertMeasures(cancelled, outcome="cancelled")
            self.assertEqual(
                dict(self.Report._read_group([], ["outcome"], ["__count"])),
                {"expired": 1, "released": 2, "held": 1, "cancelled": 1},
            )
        self.assertIsNone(self.value("on_time_latest"))

    def test_hold_expires_at_its_second(self):
        self.hold(self.line(3), hold_hours=1)
        for moment, expected in (
            (self.moment(0, 10) - timedelta(seconds=1), 0),
            (self.moment(0, 10), 1),
        ):
            with freeze_time(moment):
                self.assertEqual(self.value("expired_holds", function="sum"), expected)
                self.assertEqual(
                    len(self.Report.search([("state", "=", "expired")])), expected
                )

    def test_draft_is_no_promise(self):
        draft = self.env["delivery.promise"].create(
            {"line_ids": [(0, 0, {"product_id": self.product.id, "quantity": 1})]}
        )
        self.assertFalse(self.row(draft.line_ids))

    # -- who sees what -----------------------------------------------------------------

    def test_dimensions(self):
        country = self.env.ref("base.nz")
        head = self.env["res.partner"].create({"name": "Gears", "is_company": True})
        site = self.env["res.partner"].create(
            {"name": "Dock", "parent_id": head.id, "country_id": country.id}
        )
        line = self.order_of(1, partner_id=site.id)
        for field, expected in {
            "product_id": self.product,
            "product_tmpl_id": self.product.product_tmpl_id,
            "categ_id": self.product.categ_id,
            "warehouse_id": self.warehouse,
            "user_id": self.user,
            "partner_id": site,
            "commercial_partner_id": head,
            "country_id": country,
            "company_id": self.company,
            "promise_id": line.promise_id,
        }.items():
            with self.subTest(field=field):
                groups = self.Report._read_group([], [field], ["__count"])
                self.assertEqual(groups, [(expected, 1)])

    def test_lines_of_another_company_are_unseen(self):
        self.deliver(self.order_of(1, latest=3), 3)
        other = self.env["res.company"].create({"name": "Chains Ltd"})
        stranger = self._create_user(
            "chains_manager", "stock_promise.group_promise_manager", company=other
        )
        self.assertEqual(self.Report.search_count([]), 1)
        Report = self.Report.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(Report.search([]))
        [(count, share)] = Report._read_group([], [], ["__count", "order_otif:avg"])
        self.assertEqual((count, bool(share)), (0, False))

    @mute_logger("odoo.models")
    def test_rights(self):
        self.order_of(1)
        self.assertEqual(len(self.Report.with_user(self.user).search([])), 1)
        employee = self._create_user("promise_employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.Report.with_user(employee).search([])

    def test_row_opens_its_promise(self):
        line = self.order_of(1)
        action = self.row(line).action_open_promise()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("delivery.promise", line.promise_id.id),
        )

    def test_example_of_the_documentation(self):
        bearings, chains = self.order_of(10, 30, latest=3)
        seals = self.order_of(20, latest=3)
        self.deliver(bearings, 1, 4)
        self.deliver(bearings, 5)
        self.deliver(chains, 3)
        self.deliver(seals, 2)
        for measure, expected in {
            "days_latest": 1 / 3,
            "on_time_latest": 2 / 3,
            "in_full": 1,
            "otif_latest": 2 / 3,
            "unit_on_time_latest": 54 / 60,
            "order_otif": 1 / 2,
        }.items():
            with self.subTest(measure=measure):
                self.assertAlmostEqual(self.value(measure), expected)
        self.company.promise_otif_late_days = 2
        self.assertEqual((self.value("otif_latest"), self.value("order_otif")), (1, 1))

    def test_groups_of_the_web_client(self):
        """The pivot asks for formatted groups of its rows and their total."""
        self.deliver(self.order_of(10, latest=3), 3)
        groups = self.Report.formatted_read_group(
            [],
            ["promised_date:month"],
            ["unit_on_time_latest:avg", "order_otif:avg", "expired_holds:sum"],
        )
        self.assertEqual(
            [list(group.values())[-3:] for group in groups],
            [[1.0, 1.0, 0]],
        )
