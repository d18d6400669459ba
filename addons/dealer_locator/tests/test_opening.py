"""Opening hours equal Odoo's own intervals."""

import random
from datetime import datetime, timedelta

import pytz

from odoo.tests import tagged

from ..asking.opening import openings
from .common import DealerCase

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
)


@tagged("post_install", "-at_install")
class TestOpening(DealerCase):
    def _odoo(self, calendar, at):
        """(open, until, next opening) from Odoo's intervals."""
        start = pytz.utc.localize(at)
        intervals = calendar._work_intervals_batch(start, start + timedelta(days=70))
        for first, last, _rows in intervals[False]:
            first, last = (
                one.astimezone(pytz.utc).replace(tzinfo=None) for one in (first, last)
            )
            if first <= at < last:
                return True, last, None
            return False, None, first
        return False, None, None

    def _random_calendar(self, dice):
        two_weeks = dice.random() < 0.3
        slots = []
        for week in ("0", "1") if two_weeks else (False,):
            for day in range(7):
                if dice.random() < 0.3:
                    continue
                begin = dice.choice((0, 1.5, 2.25, 8, 8.5, 22))
                length = dice.choice((1, 1.75, 3))
                end = min(begin + length, 24)
                slots.append((day, begin, end, week))
                if end < 12 and dice.random() < 0.6:
                    slots.append((day, end, 13, week, "lunch"))
                    slots.append((day, 13, dice.choice((17, 24)), week, "afternoon"))
        return self.calendar(
            *slots, tz=dice.choice(ZONES), two_weeks_calendar=two_weeks
        )

    def test_equal_to_odoo_s_intervals(self):
        dice = random.Random(3)
        calendars = [self._random_calendar(dice) for _number in range(24)]
        leaves = []
        for calendar in (*calendars, *calendars, False, False):
            start = datetime(2026, 1, 1) + timedelta(hours=dice.randrange(24 * 400))
            hours = dice.choice((0.5, 6, 30, 24 * 9))
            leaves.append(
                {
                    "name": "Closed",
                    "calendar_id": calendar and calendar.id,
                    "date_from": start,
                    "date_to": start + timedelta(hours=hours),
                    "time_type": dice.choice(("leave", "leave", "other")),
                }
            )
        self.env["resource.calendar.leaves"].create(leaves)
        moments = [
            datetime(2026, 1, 1) + timedelta(minutes=dice.randrange(576000))
            for _number in range(30)
        ]
        # where clocks change, and on the second of a bound
        moments += [datetime(2026, 3, 29, 0, 30), datetime(2026, 10, 25, 0, 45)]
        moments += [datetime(2026, 4, 4, 15, 15), leaves[0]["date_from"]]
        compared = opened = 0
        for at in moments:
            ids = [calendar.id for calendar in calendars]
            found = openings(self.env, ids, at)
            for calendar in calendars:
                mine = found[calendar.id]
                expected = self._odoo(calendar, at)
                if expected == (False, None, None) and mine.next_open:
                    # beyond what Odoo was asked for
                    self.assertGreater(mine.next_open, at + timedelta(days=69))
                    continue
                self.assertEqual(mine.open, expected[0], at)
                if mine.open:
                    opened += 1
                    # Odoo keeps what meets at midnight apart, as we do
                    self.assertEqual(mine.until, expected[1], at)
                else:
                    self.assertEqual(mine.next_open, expected[2], at)
                compared += 1
        self.assertGreater(compared, 500)
        self.assertGreater(opened, 50)

    def test_changed_hours_count_from_the_same_moment(self):
        self.weights(open=5)
        hours = self.calendar((2, 8, 18))
        self.dealer("Near", 1, calendar_id=hours.id)
        self.assertTrue(self.near()["dealers"][0]["open"])
        hours.attendance_ids.hour_from = 13
        [row] = self.near()["dealers"]
        self.assertFalse(row["open"])
        self.assertEqual(row["next_open"], "2026-06-03 11:00:00")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": hours.id,
                "date_from": "2026-06-03 00:00:00",
                "date_to": "2026-06-03 22:00:00",
            }
        )
        [row] = self.near()["dealers"]
        self.assertEqual(row["next_open"], "2026-06-10 11:00:00")

    def test_flexible_hours_are_no_opening_hours(self):
        self.weights(open=5)
        hours = self.calendar((2, 8, 18))
        hours.schedule_type = "flexible"
        self.dealer("Near", 1, calendar_id=hours.id)
        [row] = self.near()["dealers"]
        self.assertIn("hours_unknown", [one["code"] for one in row["criteria"]])

    def test_many_calendars_are_read_by_two_statements(self):
        calendars = [self.calendar((day % 7, 8, 18)).id for day in range(20)]
        self.env.flush_all()
        openings(self.env, calendars[:1], datetime(2026, 6, 3, 10))  # companies
        with self.assertQueryCount(2):
            found = openings(self.env, calendars, datetime(2026, 6, 3, 10))
        self.assertEqual(len(found), 20)
