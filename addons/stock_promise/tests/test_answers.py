"""From the shelf to the customer: working hours, cut-off, lead times, parts, units."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestAnswers(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(10)

    def open_on_weekdays(self, tz="UTC"):
        self.warehouse.promise_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Shipping",
                "tz": tz,
                "company_id": self.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    def schedule(self, line):
        return [
            (entry["quantity"], entry["delivery_date"], entry["source"])
            for entry in line["schedule"]
        ]

    def test_goods_on_the_shelf_leave_now(self):
        line = self.ask(self.line(4))["lines"][0]
        now = fields.Datetime.to_string(NOW)
        self.assertEqual((line["ship_date"], line["promised_date"]), (now, now))
        self.assertTrue(line["on_time"])
        self.assertEqual(self.schedule(line), [(4, now, "stock")])

    def test_without_supply_there_is_no_date_and_the_reason_says_so(self):
        line = self.ask(self.line(11))["lines"][0]
        self.assertFalse(line["promised_date"])
        self.assertFalse(line["on_time"])
        self.assertEqual(line["schedule"], [])
        self.assertEqual([reason["code"] for reason in line["reasons"]], ["no_supply"])
        self.assertIn("10", line["reasons"][0]["message"])

    def test_goods_that_are_not_tracked_are_there_after_the_lead_time(self):
        sand = self._create_product("Sand", is_storable=False, sale_delay=3)
        self.assertEqual(self.promised(10**6, sand), self.moment(3))

    def test_lead_time_counts_from_the_order(self):
        self.product.sale_delay = 4
        self.assertEqual(self.promised(4), self.moment(4))
        self.receipt(10, 6)
        self.assertEqual(self.promised(15), self.moment(6))

    def test_shipping_waits_for_working_hours(self):
        self.open_on_weekdays()
        self.assertEqual(self.promised(1), NOW)
        with freeze_time(self.moment(0, 17)):
            self.assertEqual(self.promised(1), self.moment(1, 8))
        with freeze_time(self.moment(3, 16)):  # Friday, at the end of work
            self.assertEqual(self.promised(1), self.moment(6, 8))

    def test_public_holiday_is_no_working_day(self):
        self.open_on_weekdays()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Feast",
                "calendar_id": self.warehouse.promise_calendar_id.id,
                "company_id": self.company.id,
                "date_from": self.moment(0, 0),
                "date_to": self.moment(2, 0),
            }
        )
        self.assertEqual(self.promised(1), self.moment(2, 8))

    def test_order_after_the_cut_off_starts_the_next_working_day(self):
        self.open_on_weekdays()
        self.warehouse.promise_cutoff = 9.5
        self.assertEqual(self.promised(1), NOW)
        with freeze_time(NOW + timedelta(minutes=30)):
            self.assertEqual(self.promised(1), self.moment(1, 8))

    def test_cut_off_is_an_hour_of_the_warehouse(self):
        self.company.partner_id.tz = "America/New_York"
        self.warehouse.promise_cutoff = 9  # 14:00 UTC
        with freeze_time(self.moment(0, 13)):
            self.assertEqual(self.promised(1), self.moment(0, 13))
        with freeze_time(self.moment(0, 14)):
            self.assertEqual(self.promised(1), self.moment(1, 5))

    def test_received_goods_can_be_set_to_ship_the_next_working_day(self):
        self.open_on_weekdays()
        self.receipt(10, 3)  # Friday
        self.assertEqual(self.promised(15), self.moment(3))
        self.company.promise_receipt_ships = "next"
        self.assertEqual(self.promised(15), self.moment(6, 8))
        self.assertEqual(self.promised(5), NOW, "what is on the shelf does not wait")

    def test_requested_date_is_kept_when_it_can_be(self):
        self.receipt(10, 4)
        for days, quantity, promised in (
            (9, 5, 9),
            (9, 15, 9),
            (2, 15, 4),
            (-3, 5, 0),
        ):
            line = self.ask(self.line(quantity, requested_date=self.moment(days)))
            line = line["lines"][0]
            with self.subTest(days=days, quantity=quantity):
                self.assertEqual(
                    line["promised_date"],
                    fields.Datetime.to_string(self.moment(promised)),
                )
                self.assertEqual(line["on_time"], promised <= max(days, 0))

    def test_each_line_as_soon_as_possible_or_all_with_the_slowest(self):
        other = self._create_product("Other")
        self.receipt(5, 6, other)
        lines = [self.line(4), self.line(5, other)]
        direct = self.ask(*lines, shipping_policy="direct")
        later = fields.Datetime.to_string(self.moment(6))
        self.assertEqual(
            [line["promised_date"] for line in direct["lines"]],
            [fields.Datetime.to_string(NOW), later],
        )
        self.assertEqual(direct["promised_date"], later)
        one = self.ask(*lines, shipping_policy="one")
        self.assertEqual([line["promised_date"] for line in one["lines"]], [later] * 2)
        self.hold(*lines, shipping_policy="one")
        rows = self.profile((5, 6))
        self.assertEqual([row["projected"] for row in rows], [10, 6])

    def test_all_at_once_has_no_date_when_one_line_has_none(self):
        other = self._create_product("Other")
        answer = self.ask(
            self.line(4), self.line(5, other), shipping_policy="one", allow_split=True
        )
        self.assertFalse(answer["promised_date"])
        self.assertEqual(
            [line["promised_date"] for line in answer["lines"]], [False] * 2
        )
        codes = [
            [reason["code"] for reason in line["reasons"]] for line in answer["lines"]
        ]
        self.assertEqual(codes, [["one_delivery"], ["no_supply"]])

    def test_line_is_split_only_if_the_customer_accepts_it(self):
        self.receipt(4, 3)
        self.receipt(6, 5)
        now, third, fifth = (
            fields.Datetime.to_string(self.moment(days)) for days in (0, 3, 5)
        )
        line = self.ask(self.line(18))["lines"][0]
        self.assertEqual({entry[1] for entry in self.schedule(line)}, {fifth})
        line = self.ask(self.line(18), allow_split=True)["lines"][0]
        self.assertEqual(
            self.schedule(line),
            [(10, now, "stock"), (4, third, "receipt"), (4, fifth, "receipt")],
        )
        self.assertEqual(line["promised_date"], fifth)
        self.hold(self.line(18), allow_split=True)
        rows = self.profile((0, 3, 5))
        self.assertEqual([row["demand"] for row in rows], [10, 4, 4])

    def test_dozens_are_promised_and_split_in_dozens(self):
        self.on_hand(4)  # 14
        self.receipt(11, 3)
        line = self.line(2, uom_id=self.dozen.id)
        answer = self.ask(line, allow_split=True)["lines"][0]
        self.assertEqual((answer["quantity"], answer["uom_id"]), (2, self.dozen.id))
        self.assertEqual(
            next(entry[0] for entry in self.schedule(answer) if entry[2] == "stock"), 1
        )
        self.assertAlmostEqual(sum(entry[0] for entry in self.schedule(answer)), 2)
        self.hold(line)
        self.assertEqual(self.atp(3), [1])

    def test_profile_in_days(self):
        self.receipt(10, 3)
        self.delivery(3, 1)
        rows = self.Promise.atp_profile(
            self.product.ids, False, "2026-11-23", "2026-11-28"
        )[str(self.product.id)]
        self.assertEqual(
            [tuple(row.values()) for row in rows],
            [
                ("2026-11-23", 0, 0, 10, 7),
                ("2026-11-24", 0, 0, 10, 7),
                ("2026-11-25", 0, 3, 7, 7),
                ("2026-11-26", 0, 0, 7, 7),
                ("2026-11-27", 10, 0, 17, 17),
                ("2026-11-28", 0, 0, 17, 17),
            ],
        )

    def test_number_of_queries_does_not_grow_with_the_lines(self):
        products = [self._create_product(f"Part {number}") for number in range(100)]
        for number, product in enumerate(products):
            self.on_hand(5, product)
            self.receipt(5, 1 + number % 7, product)

        def queries(count):
            request = {"lines": [self.line(8, product) for product in products[:count]]}
            self.Promise.simulate(request)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Promise.simulate(request)
            return self.env.cr.sql_log_count - before

        queries(100)  # what is asked once and then cached
        self.assertEqual(queries(100), queries(1))
        self.assertLess(queries(100), 40)
