from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestDeliveryWindow(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(100)
        cls.customer.tz = "Europe/Berlin"

    def _takes_delivery(self, *windows):
        """windows: (weekdays, from, to)"""
        Weekday = self.env["time.weekday"]
        self.customer.write(
            {
                "delivery_time_preference": "time_windows",
                "delivery_time_window_ids": [
                    Command.create(
                        {
                            "time_window_start": first,
                            "time_window_end": last,
                            "time_window_weekday_ids": [
                                Command.set(
                                    Weekday.search(
                                        [("name", "in", [str(day) for day in days])]
                                    ).ids
                                )
                            ],
                        }
                    )
                    for days, first, last in windows
                ],
            }
        )

    def _arrives(self, **values):
        request = {"partner_id": self.customer.id, **values.pop("request", {})}
        answer = self.ask(self.line(1, **values), **request)
        return datetime.fromisoformat(answer["promised_date"])

    def test_any_time_changes_nothing(self):
        self.assertEqual(self._arrives(), NOW)

    def test_what_comes_between_two_windows_waits_for_the_next(self):
        # Tuesday 9:00 UTC is 10:00 in Berlin; Thursday from 14:00 to 16:30
        self._takes_delivery(([3], 14, 16.5))
        self.assertEqual(self._arrives(), datetime(2026, 11, 26, 13, 0))

    def test_window_that_is_open_is_used(self):
        self._takes_delivery(([1], 8, 12))
        self.assertEqual(self._arrives(), NOW)

    def test_several_windows_of_a_day_each_count(self):
        self._takes_delivery(([1], 7, 9), ([1], 15, 17))
        self.assertEqual(self._arrives(), datetime(2026, 11, 24, 14, 0))

    def test_hours_are_those_of_the_customer(self):
        self._takes_delivery(([1], 10, 11))
        self.assertEqual(self._arrives(), NOW)
        self.customer.tz = "America/New_York"
        self.assertEqual(self._arrives(), datetime(2026, 11, 24, 15, 0))

    def test_weekdays_only(self):
        self.customer.delivery_time_preference = "workdays"
        self.assertEqual(self._arrives(), NOW)
        self.product.sale_delay = 4  # Saturday
        # Monday 0:00 in Berlin
        self.assertEqual(self._arrives(), datetime(2026, 11, 29, 23, 0))

    def test_requested_date_between_two_windows_is_met_in_the_one_before(self):
        self._takes_delivery(([1, 3], 14, 16))
        asked = "2026-12-04 09:00:00"  # a Friday
        self.assertEqual(
            self._arrives(requested_date=asked), datetime(2026, 12, 3, 15, 0)
        )

    def test_all_at_once_arrives_in_a_window(self):
        self._takes_delivery(([3], 14, 16))
        other = self._create_product("Slow", sale_delay=5)
        self.on_hand(5, other)
        answer = self.ask(
            self.line(1),
            self.line(1, other),
            partner_id=self.customer.id,
            shipping_policy="one",
        )
        self.assertEqual(
            {line["promised_date"] for line in answer["lines"]},
            {"2026-12-03 13:00:00"},
        )

    def test_reasons_tell_of_the_window(self):
        self._takes_delivery(([3], 14, 16))
        answer = self.ask(self.line(1), partner_id=self.customer.id)
        codes = [reason["code"] for reason in answer["lines"][0]["reasons"]]
        self.assertIn("delivery_window", codes)

    def test_over_a_change_of_the_clocks_hours_are_local(self):
        self._takes_delivery(([0], 10, 11))
        self.assertEqual(
            self._arrives(requested_date="2027-03-29 23:00:00"),
            datetime(2027, 3, 29, 9, 0),  # summer time since the day before
        )
