# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The clocks of a zone by their changes, against the zone itself."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path[:0] = [str(ROOT / "addons" / "stock_promise")]

from promising.clock import offsets  # noqa: E402

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Casablanca",  # four changes within the year of Ramadan
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Apia",  # crossed the date line in 2011: a day was left out
    "Pacific/Chatham",
]


def by_changes(found, moment):
    return next(ahead for until, ahead in found if moment < until)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("year", [1995, 2011, 2026])
def test_every_hour_of_three_years_has_the_zones_offset(name, year):
    zone = ZoneInfo(name)
    found = offsets(zone, year)
    moment = datetime(year, 1, 1)
    while moment < datetime(year + 3, 1, 1):
        ahead = moment.replace(tzinfo=timezone.utc).astimezone(zone).utcoffset()
        assert by_changes(found, moment) == ahead, moment
        moment += timedelta(hours=1)
    assert found[-1][0] == moment


@pytest.mark.parametrize("name", ZONES)
def test_a_change_applies_from_its_very_second(name):
    zone = ZoneInfo(name)
    for until, ahead in offsets(zone, 2026)[:-1]:
        before = until - timedelta(seconds=1)
        for moment, same in ((before, True), (until, False)):
            real = moment.replace(tzinfo=timezone.utc).astimezone(zone).utcoffset()
            assert (real == ahead) is same


def test_a_zone_without_summer_time_has_one_entry():
    assert offsets(ZoneInfo("UTC"), 2026) == [(datetime(2029, 1, 1), timedelta(0))]
