# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working days over a whole year, with the clocks changing on different days of it in
Europe and in America, against local dates counted one by one."""

import sys
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "addons" / "stock_promise")]

from promising.schedule import Carrier, Schedule, WorkingTime  # noqa: E402

DAY = timedelta(days=1)
ZONES = ("Europe/Berlin", "America/New_York")
OPENS, CLOSES, CUTOFF = time(8), time(16), 12
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
HOLIDAYS = {
    date(2026, 1, 1),
    date(2026, 4, 3),
    date(2026, 4, 6),
    date(2026, 5, 1),
    date(2026, 10, 26),  # the Monday after the clocks changed in Europe
    date(2026, 11, 26),
    date(2026, 12, 25),
}


def utc(day, hour, zone):
    local = datetime.combine(day, hour, zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


def works(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def next_working(day, number=0):
    """The first working day from ``day`` on, and so many after it."""
    while not works(day) or number:
        number -= works(day)
        day += DAY
    return day


def hours(zone):
    def load(start, end):
        day, pairs = start.date() - DAY, []
        while day <= end.date() + DAY:
            if works(day):
                opens, closes = utc(day, OPENS, zone), utc(day, CLOSES, zone)
                if opens < end and closes > start:
                    pairs.append((max(opens, start), min(closes, end)))
            day += DAY
        return pairs

    return WorkingTime(load)


def year():
    day = FIRST
    while day <= LAST:
        yield day
        day += DAY


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(
    "hour", [time(0), time(7, 30), time(11, 59), time(12), time(20)]
)
def test_orders_start_by_the_cutoff_and_ship_after_the_lead_time(name, hour):
    zone = ZoneInfo(name)
    working = hours(zone)
    for day in year():
        schedule = Schedule(utc(day, hour, zone), zone, working, cutoff=CUTOFF)
        begin, clock = day, max(hour, OPENS)
        if hour.hour >= CUTOFF:
            begin, clock = day + DAY, OPENS
        if not works(begin):
            clock = OPENS
        for lead in (0, 1, 3):
            expected = utc(next_working(begin, lead), clock, zone)
            assert schedule.earliest_ship(lead) == expected, (day, lead)


@pytest.mark.parametrize("name", ZONES)
def test_a_day_begins_at_midnight_whatever_the_clocks_do(name):
    zone = ZoneInfo(name)
    schedule = Schedule(utc(FIRST, time(9), zone), zone)
    for day in year():
        midnight = schedule.midnight(day.toordinal())
        assert midnight == utc(day, time(), zone)
        assert schedule.day(midnight) == day.toordinal()
        assert schedule.day(midnight - timedelta(seconds=1)) == day.toordinal() - 1


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("transit", [0, 1, 2, 5])
def test_transit_counts_on_the_carriers_days_all_year(name, transit):
    zone = ZoneInfo(name)
    carrier = Carrier(zone, hours(zone))
    for day in year():
        for hour, clock in ((time(6), OPENS), (time(10, 15), time(10, 15))):
            pickup = next_working(day)
            clock = clock if works(day) else OPENS
            expected = utc(next_working(pickup, transit), clock, zone)
            assert carrier.arrival(utc(day, hour, zone), transit) == expected


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("transit", [0, 1, 3])
def test_backward_gives_the_last_shipment_that_is_early_enough(name, transit):
    zone = ZoneInfo(name)
    carrier = Carrier(zone, hours(zone))
    # each full hour of the carrier's working time is tried
    moments = [
        utc(day, time(hour), zone)
        for day in (FIRST + number * DAY for number in range(-20, 380))
        if works(day)
        for hour in range(OPENS.hour, CLOSES.hour + 1)
    ]
    arrivals = [carrier.arrival(moment, transit) for moment in moments]
    for day in year():
        for hour in (time(9), time(16), time(22)):
            wanted = utc(day, hour, zone)
            early = [
                ship
                for ship, arrival in zip(moments, arrivals, strict=True)
                if arrival <= wanted and ship <= wanted
            ]
            found = carrier.latest_ship(wanted, transit)
            assert carrier.arrival(found, transit) <= wanted
            assert found.replace(minute=0, second=0, microsecond=0) >= early[-1] or (
                found == early[-1]
            )


def test_carrier_of_another_zone_keeps_its_own_days():
    """What leaves Berlin at 7:00 is taken over in the working hours of New York."""
    new_york, berlin = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
    carrier = Carrier(new_york, hours(new_york))
    schedule = Schedule(datetime(2026, 3, 9), berlin)
    ship = utc(date(2026, 3, 9), time(7), berlin)
    # there the clocks have changed already, here they have not
    arrival = schedule.arrival(ship, 1, carrier)
    assert arrival == utc(date(2026, 3, 10), OPENS, new_york)
    assert schedule.latest_ship(arrival, 1, carrier) == utc(
        date(2026, 3, 9), OPENS, new_york
    )


def test_nobody_who_never_works_carries():
    carrier = Carrier(timezone.utc, WorkingTime(lambda start, end: []))
    schedule = Schedule(datetime(2026, 3, 9), timezone.utc)
    assert schedule.arrival(datetime(2026, 3, 9), 2, carrier) is None
    assert schedule.latest_ship(datetime(2026, 3, 9), 2, carrier) is None
