"""How sure a date is: what the company's own history of planned dates tells."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.promise_statistics.punctuality.backtest import replay
from odoo.addons.promise_statistics.punctuality.history import Observation

from ..models.delivery_promise_engine_confidence import Wanted
from ..models.delivery_promise_lateness import LEVELS, lateness_keys
from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestConfidence(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Lateness = cls.env["delivery.promise.lateness"]
        cls.vendor, cls.slow = cls.env["res.partner"].create(
            [{"name": "Steel & Sons"}, {"name": "Slow Ltd"}]
        )
        cls.company.promise_confidence = "dates"

    # -- history ---------------------------------------------------------------------

    def past(self, source, dest, days_late, product=None, state="done", **values):
        """Moves of the last weeks, one for each number of days late."""
        product = product or self.product
        planned = [self.moment(-60 + i % 40) for i in range(len(days_late))]
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": 1,
                    "location_id": source.id,
                    "location_dest_id": dest.id,
                    "company_id": self.company.id,
                    "date": planned[i] + timedelta(days=days),
                    "first_planned_date": planned[i],
                    **values,
                }
                for i, days in enumerate(days_late)
            ]
        )
        # straight into the past: what is done is done now otherwise
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET state = %s WHERE id IN %s", [state, moves._ids]
        )
        moves.invalidate_recordset(["state"])
        return moves

    def shipped(self, *days_late, **values):
        return self.past(self.stock, self.customers, days_late, **values)

    def received(self, *days_late, partner=None, **values):
        return self.past(
            self.suppliers,
            self.stock,
            days_late,
            partner_id=(partner or self.vendor).id,
            **values,
        )

    def refresh(self, company=None):
        self.Lateness._refresh(company or self.company)

    def expect(self, line, promised, half, nine):
        self.assertEqual(
            [
                (fields.Datetime.to_datetime(line[name]) or NOW).date() - NOW.date()
                for name in ("promised_date", "date_50", "date_90")
            ],
            [timedelta(days=days) for days in (promised, half, nine)],
        )

    def ask_one(self, quantity=1, **values):
        return self.ask(self.line(quantity, **values))["lines"][0]

    # -- the dates -------------------------------------------------------------------

    def test_goods_on_hand_are_as_late_as_shipments_were(self):
        """30 on the day, 20 two days late, 50 in all: half by the day itself, and nine
        in ten two days later."""
        self.on_hand(10)
        self.shipped(*[0, 0, 0, 2, 2] * 10)
        self.refresh()
        self.expect(self.ask_one(), 0, 0, 2)

    def test_goods_to_come_are_as_late_as_their_vendor(self):
        """The vendor comes 3 days late each time, the other one 10: they differ."""
        self.received(*[3] * 200)
        self.received(*[10] * 200, partner=self.slow)
        self.refresh()
        other = self._create_product("Shaft", categ_id=False)
        self.receipt(5, 4, partner_id=self.vendor.id)
        self.receipt(5, 4, product=other, partner_id=self.slow.id)
        answer = self.ask(self.line(5), self.line(5, product=other))
        self.expect(answer["lines"][0], 4, 7, 7)
        self.expect(answer["lines"][1], 4, 14, 14)

    def test_goods_to_buy_are_as_late_as_their_vendor(self):
        self.received(*[3] * 60)
        self.received(*[9] * 60, partner=self.slow)
        self.refresh()
        template = self.product.product_tmpl_id
        sellers = self.env["product.supplierinfo"].create(
            [
                {"partner_id": partner.id, "product_tmpl_id": template.id}
                for partner in (self.vendor, self.slow)
            ]
        )
        wanted = [
            Wanted("receipt", self.product.id, seller_id=seller.id)
            for seller in sellers
        ]
        engine = self.env["delivery.promise.engine"]
        known = engine._lateness(wanted, self.company)
        self.assertEqual([known[one][0] for one in wanted], [3, 9])

    def test_late_goods_and_late_shipments_are_not_added(self):
        self.received(*[3] * 50)
        self.shipped(*[2] * 50)
        self.refresh()
        self.receipt(5, 4, partner_id=self.vendor.id)
        self.expect(self.ask_one(5), 4, 7, 7)

    def test_goods_that_come_long_before_may_be_late(self):
        """Wanted in 9 days, expected in 4: 3 days late do no harm, 7 do by 2."""
        self.received(*[3, 3, 3, 3, 7] * 20)
        self.shipped(*[0] * 50)
        self.refresh()
        self.receipt(5, 4, partner_id=self.vendor.id)
        line = self.ask_one(5, requested_date=fields.Datetime.to_string(self.moment(9)))
        self.expect(line, 9, 9, 11)

    def test_no_date_is_in_the_past(self):
        self.on_hand(10)
        self.shipped(*[-5] * 50)
        self.refresh()
        line = self.ask_one()
        self.assertEqual(line["date_50"], fields.Datetime.to_string(NOW))
        self.assertEqual(line["date_90"], fields.Datetime.to_string(NOW))

    def test_what_is_overdue_counts(self):
        """Twice as many are missing for weeks as ever came: the largest lateness known
        is all that can be said."""
        self.on_hand(100)
        self.shipped(*[0] * 29, 5)
        self.shipped(*[0] * 60, state="assigned")
        self.refresh()
        self.expect(self.ask_one(), 0, 5, 5)

    def test_same_hour_of_the_day_when_the_clocks_change(self):
        self.warehouse.partner_id.tz = "Europe/Berlin"
        engine = self.env["delivery.promise.engine"]
        schedule = engine._schedules(self.warehouse, self.company, NOW)[
            self.warehouse.id
        ]
        # 9 in the morning there, in winter and in summer
        before = datetime(2027, 3, 27, 8, 0)
        self.assertEqual(schedule.zone.key, "Europe/Berlin")
        self.assertEqual(
            engine._shifted(before, 2, schedule), datetime(2027, 3, 29, 7, 0)
        )

    # -- too little history -----------------------------------------------------------

    def test_too_little_history_gives_no_date_and_no_words(self):
        self.on_hand(10)
        self.shipped(*[1] * 29)
        self.refresh()
        self.assertFalse(self.Lateness.search([("company_id", "=", self.company.id)]))
        line = self.ask_one()
        self.assertTrue(line["promised_date"])
        self.assertEqual((line["date_50"], line["date_90"]), (False, False))
        self.assertNotIn("too_little_history", [r["code"] for r in line["reasons"]])

    def test_too_little_history_is_said_where_asked_for(self):
        self.on_hand(1)
        self.company.promise_confidence = "say"
        self.refresh()
        answer = self.ask(self.line(1), self.line(5))
        codes = [[r["code"] for r in line["reasons"]] for line in answer["lines"]]
        self.assertIn("too_little_history", codes[0])
        # no date at all: there is nothing to be sure of
        self.assertNotIn("too_little_history", codes[1])

    def test_thirty_are_enough(self):
        self.on_hand(10)
        self.shipped(*[1] * 30)
        self.refresh()
        self.expect(self.ask_one(), 0, 1, 1)

    def test_old_history_is_none(self):
        self.on_hand(10)
        moves = self.shipped(*[1] * 50)
        for move in moves:
            move.first_planned_date -= timedelta(days=731)
            move.date -= timedelta(days=731)
        self.refresh()
        self.assertFalse(self.ask_one()["date_90"])

    def test_what_nobody_refreshes_is_out_of_date(self):
        self.on_hand(10)
        self.shipped(*[1] * 50)
        self.refresh()
        known = self.Lateness.search([("company_id", "=", self.company.id)])
        known.computed_on = NOW.date() - timedelta(days=14)
        self.env.flush_all()
        self.assertTrue(self.ask_one()["date_90"])
        known.computed_on = NOW.date() - timedelta(days=15)
        self.env.flush_all()
        self.assertFalse(self.ask_one()["date_90"])

    def test_switched_off_there_are_no_dates(self):
        self.on_hand(10)
        self.shipped(*[1] * 50)
        self.refresh()
        self.company.promise_confidence = "off"
        self.assertFalse(self.ask_one()["date_90"])
        self.refresh()
        self.assertFalse(self.Lateness.search([("company_id", "=", self.company.id)]))

    # -- companies, rights, cost -------------------------------------------------------

    def test_companies_are_kept_apart(self):
        """The other company's deliveries are late; this one's are not."""
        other = self.env["res.company"].create({"name": "Tardy Ltd"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.past(warehouse.lot_stock_id, self.customers, [9] * 50, company_id=other.id)
        self.refresh()
        self.refresh(other)
        self.on_hand(10)
        self.assertFalse(self.ask_one()["date_90"])
        self.assertEqual(
            self.Lateness.search(
                [("company_id", "=", other.id), ("key", "=", "")]
            ).days_90,
            9,
        )
        for model in ("delivery.promise.lateness", "delivery.promise.backtest"):
            self.assertTrue(self.env[model].search([("company_id", "=", other.id)]))
            self.assertFalse(self.env[model].with_user(self.manager).search([]))

    def test_only_the_administrator_sees_vendors(self):
        self.received(*[1] * 40)
        self.refresh()
        with self.assertRaises(AccessError):
            self.Lateness.with_user(self.user).search([])
        seen = self.Lateness.with_user(self.manager).search([])
        self.assertIn(self.vendor, seen.partner_id)
        with self.assertRaises(AccessError):
            seen[0].days_90 = 0

    def test_queries_do_not_grow_with_the_lines(self):
        """The same number of them for one line and for ten."""
        products = [self._create_product(f"Part {i}") for i in range(10)]
        for product in products:
            self.receipt(5, 3, product=product, partner_id=self.vendor.id)
        self.received(*[1] * 40)
        self.refresh()

        def count(lines):
            self.ask(*lines)  # what is cached once is cached
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            answer = self.ask(*lines)
            self.assertTrue(all(line["date_90"] for line in answer["lines"]))
            return self.env.cr.sql_log_count - before

        lines = [self.line(5, product=product) for product in products]
        with_one, with_ten = count(lines[:1]), count(lines)
        self.assertEqual(with_one, with_ten)
        self.company.promise_confidence = "off"
        self.env.flush_all()
        self.ask(*lines)
        before = self.env.cr.sql_log_count
        self.ask(*lines)
        # the moves behind the receipts, and what is known of them
        self.assertLessEqual(with_ten - (self.env.cr.sql_log_count - before), 2)

    def test_simulate_writes_nothing(self):
        self.on_hand(10)
        self.shipped(*[1] * 40)
        self.refresh()
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT confidence")
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertTrue(self.ask_one()["date_90"])
        self.env.cr.execute("ROLLBACK TO SAVEPOINT confidence")

    def test_promise_keeps_what_it_was_told(self):
        self.on_hand(10)
        self.shipped(*[0, 0, 0, 2, 2] * 10)
        self.refresh()
        request = {"lines": [self.line(1)], "idempotency_key": "once"}
        answer = self.Promise.hold(request)
        line = self.env["delivery.promise"].browse(answer["promise_id"]).line_ids
        self.assertEqual(line.date_50, NOW)
        self.assertEqual(line.date_90, NOW + timedelta(days=2))
        again = self.Promise.hold(request)
        self.assertEqual(again["lines"][0]["date_90"], answer["lines"][0]["date_90"])
        with self.assertRaises(AccessError):
            line.with_user(self.user).date_90 = NOW

    # -- the tables --------------------------------------------------------------------

    def test_finer_groups_come_first(self):
        self.assertEqual(
            list(lateness_keys(1, 2, 3)), ["p1/v2", "p1", "v2/c3", "v2", "c3", ""]
        )
        self.assertEqual(list(lateness_keys(1, None, None)), ["p1", ""])

    def test_kinds_are_told_apart(self):
        production = self.product.property_stock_production
        self.past(production, self.stock, [4] * 30)
        self.received(*[3] * 30)
        self.shipped(*[2] * 30)
        self.refresh()
        known = self.Lateness.search(
            [("company_id", "=", self.company.id), ("key", "=", "")]
        )
        self.assertEqual(
            {row.kind: row.days_90 for row in known},
            {"manufacture": 4, "receipt": 3, "delivery": 2},
        )

    def test_refreshed_once_more_nothing_is_there_twice(self):
        self.shipped(*[1] * 40)
        self.refresh()
        domain = [("company_id", "=", self.company.id)]
        first = self.Lateness.search_count(domain)
        self.refresh()
        self.assertEqual(self.Lateness.search_count(domain), first)

    def test_cron_does_all_companies(self):
        self.shipped(*[1] * 40)
        other = self.env["res.company"].create({"name": "Tardy Ltd"})
        known = self.Lateness.create(
            {
                "company_id": other.id,
                "kind": "receipt",
                "key": "",
                "computed_on": NOW.date(),
            }
        )
        with patch.object(type(self.env["ir.cron"]), "_commit_progress") as commit:
            self.Lateness._cron_refresh()
        self.assertEqual(commit.call_args.kwargs, {"remaining": 0})
        self.assertFalse(known.exists())
        self.assertTrue(self.Lateness.search([("company_id", "=", self.company.id)]))

    def test_backtest_judges_what_is_answered(self):
        """What is kept for an answer is what the back-test asks itself on that day,
        with all it has learned since two years ago."""
        today = NOW.date()
        keys = self.Lateness._observed_keys(self.product.id, self.vendor.id, None)
        rows = []
        for days in range(720, 0, -3):
            planned = today - timedelta(days=days)
            # ever more punctual: up to 88 days late at first
            late = timedelta(days=(days * 7 % 23) * days // 180)
            came = min(planned + late, today - timedelta(days=1))
            rows.append(Observation(planned, came, keys))
        key = f"p{self.product.id}/v{self.vendor.id}"
        cells = {c["key"]: c for c in self.Lateness._prepare_cells(rows, today)}
        asked = Observation(today, today, keys)
        [(__, estimates)] = replay([*rows, asked], today, LEVELS)
        self.assertEqual(
            [cells[key]["days_50"], cells[key]["days_90"]],
            [estimate.days for estimate in estimates],
        )

    def test_dates_that_cannot_be_meant_are_left_out_and_counted(self):
        """Ten cases of 1970 and 2999 among forty."""
        today = NOW.date()
        keys = self.Lateness._observed_keys(self.product.id, self.vendor.id, None)
        good = [
            Observation(
                today - timedelta(days=days), today - timedelta(days=days - 1), keys
            )
            for days in range(2, 42)
        ]
        bad = [
            Observation(planned, came, keys)
            for planned, came in (
                (date(1970, 1, 1), today - timedelta(days=3)),
                (date(2999, 12, 31), today - timedelta(days=3)),
            )
        ] * 5
        clean = {c["key"]: c for c in self.Lateness._prepare_cells(good, today)}
        messy = {c["key"]: c for c in self.Lateness._prepare_cells(good + bad, today)}
        for key, cell in messy.items():
            self.assertEqual((cell["days_50"], cell["days_90"]), (1, 1))
            self.assertEqual(cell["left_out_count"], 10)
            self.assertEqual(cell, {**clean[key], "left_out_count": 10})
        self.assertEqual(
            list(self.Lateness._prepare_backtest(good + bad, today)),
            list(self.Lateness._prepare_backtest(good, today)),
        )

    def test_backtest_counts_what_would_have_been_kept(self):
        """40 shipments on the day, over 40 days; from the 31st on there is an answer,
        "on the day", which the last two, a day late, do not keep."""
        self.shipped(*[0] * 38, 1, 1)
        self.refresh()
        rows = self.env["delivery.promise.backtest"].search(
            [("company_id", "=", self.company.id)], order="month"
        )
        # planned from 25 September on; the 31st is of 25 October
        self.assertEqual(
            [(row.month, row.judged, row.kept_50, row.kept_90) for row in rows],
            [(date(2026, 10, 1), 7, 7, 7), (date(2026, 11, 1), 3, 1, 1)],
        )
        # What is missing for longer than that is not kept; what is due today may be.
        self.shipped(0, state="assigned").first_planned_date = self.moment(-1)
        self.shipped(0, state="assigned").first_planned_date = self.moment(0, 1)
        self.refresh()
        again = self.env["delivery.promise.backtest"].search(
            [("company_id", "=", self.company.id)], order="month"
        )
        self.assertEqual(
            [(row.judged, row.kept_50, row.kept_90) for row in again],
            [(7, 7, 7), (4, 1, 1)],
        )
        rows = again
        self.assertAlmostEqual(rows[1].rate_90, 1 / 4)
        self.assertEqual(
            self.env["delivery.promise.backtest"].with_user(self.user).search([]), rows
        )

    def test_backtest_of_several_months_counts_dates_not_months(self):
        Backtest = self.env["delivery.promise.backtest"]
        Backtest.search([]).unlink()
        Backtest.create(
            [
                {
                    "company_id": self.env.company.id,
                    "kind": "receipt",
                    "month": month,
                    "judged": judged,
                    "kept_50": kept // 2,
                    "kept_90": kept,
                    "rate_50": kept // 2 / judged,
                    "rate_90": kept / judged,
                }
                for month, judged, kept in (
                    ("2026-01-01", 98, 90),
                    ("2026-02-01", 2, 0),
                )
            ]
        )
        [(share_50, share_90)] = Backtest._read_group(
            [], [], ["rate_50:avg", "rate_90:avg"]
        )
        self.assertAlmostEqual(share_90, 0.9)
        self.assertAlmostEqual(share_50, 0.45)
