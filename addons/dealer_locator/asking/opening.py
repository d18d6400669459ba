"""Opening hours of many calendars, read by two statements."""

from datetime import timedelta

from odoo.tools import SQL

from ..ranking import hours


def openings(env, calendar_ids, at):
    """{calendar id: Opening} of those that have hours; flexible ones have none."""
    return {
        calendar_id: hours.opening(week, closed, at)
        for calendar_id, (week, closed) in _read(env, calendar_ids, at).items()
    }


def moment_after(env, calendar, at, minutes):
    """When so many minutes of a calendar's opening time will have passed. Without
    hours, or where no opening is in sight, the clock's minutes count."""
    found = _read(env, calendar.ids, at).get(calendar.id)
    moment = found and hours.moment_after(*found, at, minutes)
    return moment or at + timedelta(minutes=minutes)


def hours_between(env, calendar, start, stop):
    """Hours of a calendar's opening time between two moments; of the clock's time
    where it has no hours."""
    found = _read(env, calendar.ids, start).get(calendar.id)
    between = hours.time_between(*found, start, stop) if found else stop - start
    return between.total_seconds() / 3600


def _read(env, calendar_ids, at):
    """{calendar id: (Week, closed times)} of those that have hours."""
    if not calendar_ids:
        return {}
    env["resource.calendar"].flush_model(["tz", "schedule_type", "two_weeks_calendar"])
    env["resource.calendar.attendance"].flush_model()
    env["resource.calendar.leaves"].flush_model()
    ids = list(calendar_ids)
    weeks = {}
    for calendar_id, tz, slots in env.execute_query(_attendances(ids)):
        week = tuple(hours.Slot(*slot) for slot in slots or ())
        weeks[calendar_id] = hours.Week(tz, week)
    closed = {}
    everybody = []
    for calendar_id, start, stop in env.execute_query(_leaves(env, ids, at)):
        times = everybody if calendar_id is None else closed.setdefault(calendar_id, [])
        times.append((start, stop))
    return {
        calendar_id: (week, sorted(closed.get(calendar_id, []) + everybody))
        for calendar_id, week in weeks.items()
    }


def _attendances(ids):
    return SQL(
        """SELECT calendar.id, calendar.tz,
                  (SELECT json_agg(json_build_array(
                            slot.dayofweek::int, slot.hour_from, slot.hour_to,
                            CASE WHEN calendar.two_weeks_calendar
                                 THEN slot.week_type::int END))
                     FROM resource_calendar_attendance slot
                    WHERE slot.calendar_id = calendar.id
                      AND slot.display_type IS NULL
                      AND slot.day_period != 'lunch')
             FROM resource_calendar calendar
            WHERE calendar.id = ANY(%s)
              AND calendar.schedule_type != 'flexible'""",
        ids,
    )


def _leaves(env, ids, at):
    """Odoo: what is closed without a calendar is closed for every calendar, as far as
    the user's companies reach."""
    return SQL(
        """SELECT calendar_id, date_from, date_to
             FROM resource_calendar_leaves
            WHERE resource_id IS NULL
              AND time_type = 'leave'
              AND (calendar_id = ANY(%s)
                   OR calendar_id IS NULL
                      AND (company_id IS NULL OR company_id = ANY(%s)))
              AND date_to >= %s
              AND date_from <= %s""",
        ids,
        env.companies.ids,
        at,
        at + timedelta(days=hours.HORIZON_DAYS + 2),
    )
