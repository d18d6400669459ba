"""When the clocks of a time zone change."""

from datetime import datetime, timedelta, timezone
from functools import lru_cache

DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def offsets(zone, year):
    """How far a zone's clocks are ahead of UTC, from ``year`` to the second year after
    it.

    :return: [(moment in UTC until which it applies, offset)], in order, beginning with
        the first day of ``year``; a moment of which nothing is known is in no entry
    """
    moment, end = datetime(year, 1, 1), datetime(year + 3, 1, 1)
    found, ahead = [], _ahead(zone, moment)
    while moment < end:
        later = min(moment + DAY, end)
        if _ahead(zone, later) != ahead:
            change = _change(zone, moment, later, ahead)
            found.append((change, ahead))
            # a zone that changes twice within a day is looked at again from there
            moment, ahead = change, _ahead(zone, change)
        else:
            moment = later
    return [*found, (end, ahead)]


def _ahead(zone, moment):
    return moment.replace(tzinfo=timezone.utc).astimezone(zone).utcoffset()


def _change(zone, before, after, ahead):
    """The first second, after ``before``, at which another offset applies."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _ahead(zone, middle) == ahead:
            before = middle
        else:
            after = middle
    return after
