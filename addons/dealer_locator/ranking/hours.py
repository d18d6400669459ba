"""Open now, and the next opening, as Odoo's working hours say it: a calendar's week
less what is closed, in the calendar's time zone."""

import math
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import pytz

from .values import Opening

#: a dealer who does not open within so many days has no next opening
HORIZON_DAYS = 92


class Slot(NamedTuple):
    weekday: int
    hour_from: float
    hour_to: float
    #: 0 or 1 in a calendar of two weeks, else None
    week: int | None = None


class Week(NamedTuple):
    """A calendar, packed: what is needed of it to answer any question."""

    tz: str
    slots: tuple[Slot, ...]


def opening(week: Week, closed, at: datetime) -> Opening:
    """Whether a calendar is open at a moment, until when, and when it opens next.

    :param closed: sorted (from, to) in UTC, naive as ``at``
    """
    zone = pytz.timezone(week.tz)
    days = _days(week.slots)
    if not any(days):
        return Opening(False)
    closed = [(start, stop) for start, stop in closed if stop > at and start < stop]
    today = pytz.utc.localize(at).astimezone(zone).date()
    for ahead in range(-1, HORIZON_DAYS + 1):
        day = today + timedelta(days=ahead)
        for begin, end in days[day.weekday() + 7 * _week_type(day)]:
            start, stop = _utc(zone, day, begin), _utc(zone, day, end)
            if stop <= at:
                continue
            for first, last in _less(start, stop, closed):
                if first <= at < last:
                    return Opening(True, until=last)
                if first > at:
                    return Opening(False, next_open=first)
    return Opening(False)


def spans(week: Week, closed, at: datetime):
    """The (from, to) in which a calendar is open from a moment on, in order, as far as
    the horizon; those that meet or overlap are one after the other."""
    zone = pytz.timezone(week.tz)
    days = _days(week.slots)
    if not any(days):
        return
    closed = [(start, stop) for start, stop in closed if stop > at and start < stop]
    today = pytz.utc.localize(at).astimezone(zone).date()
    reached = at
    for ahead in range(-1, HORIZON_DAYS + 1):
        day = today + timedelta(days=ahead)
        for begin, end in days[day.weekday() + 7 * _week_type(day)]:
            # the last microsecond of a day is its end
            start, stop = _utc(zone, day, begin), _whole(_utc(zone, day, end))
            yield from _less(max(start, reached), stop, closed)
            reached = max(reached, stop)


def moment_after(week: Week, closed, at: datetime, minutes: int) -> datetime | None:
    """When so many minutes of opening time will have passed; None: not in sight."""
    left = timedelta(minutes=minutes)
    for start, stop in spans(week, closed, at):
        if stop - start >= left:
            return start + left
        left -= stop - start
    return None


def time_between(week: Week, closed, start: datetime, stop: datetime) -> timedelta:
    """How much of the time from one moment to another is opening time."""
    total = timedelta()
    for first, last in spans(week, closed, start):
        if first >= stop:
            break
        total += min(last, stop) - first
    return total


def _whole(moment):
    return moment + timedelta(microseconds=1) if moment.microsecond else moment


def _week_type(day):
    """Of two weeks, which one: Odoo counts them from the first day of year 1."""
    return (day.toordinal() - 1) // 7 % 2


@lru_cache(maxsize=4096)
def _days(slots):
    """The (from, to) of each day of two weeks."""
    days = [[] for _day in range(14)]
    for slot in slots:
        for week in (0, 1):
            if slot.week in (None, week):
                times = _time(slot.hour_from), _time(slot.hour_to)
                days[slot.weekday + 7 * week].append(times)
    return tuple(tuple(sorted(day)) for day in days)


def _time(hours):
    """A number of hours as Odoo reads it: 24 is the last microsecond of the day."""
    if hours >= 24:
        return time.max
    fraction, whole = math.modf(hours)
    minutes = int(60 * fraction + 0.5 + 1e-9)
    return time(int(whole) + minutes // 60, minutes % 60)


def _utc(zone, day, at):
    """A local time in UTC. Times that a clock change skips or repeats are taken as
    standard time, as pytz and with it Odoo does."""
    moment = zone.localize(datetime.combine(day, at))
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def _less(start, stop, closed):
    """What is left of an opening."""
    for first, last in closed:
        if last <= start:
            continue
        if first >= stop:
            break
        if first > start:
            yield start, first
        start = max(start, last)
        if start >= stop:
            return
    if start < stop:
        yield start, stop
