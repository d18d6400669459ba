"""The chance that something has happened by a day, from two days: that by which it has
in half of all cases, and that by which it has in nine of ten.

Around the middle the days spread as the normal distribution does, by as much as the two
days are apart. Where it is known not to have happened before today, half of all cases
lie between today and the middle. Beyond the day of nine in ten there is more left than
the normal distribution has: what is very late stays late.
"""

from statistics import NormalDist

_NORMAL = NormalDist()
_NINE = _NORMAL.inv_cdf(0.9)
#: half of what is left after the 90 % day is still left after that many times the
#: distance of the two days
_HALVED = 0.75


def chance_by(day, half, nine, today=None):
    """The chance that it happens by the end of a day, 0 to 1. Days are numbers.

    :param today: it had not happened when this day began; None: it may have
    """
    if today is not None:
        if day < today:
            return 0.0
        half = max(half, today)
    nine = max(nine, half)
    spread = max(nine - half, 0.5)
    place = day - half
    if place > spread:
        left = 0.1 * 0.5 ** ((place - spread) / (spread * _HALVED))
        return 1 - left
    if place >= 0:
        return _NORMAL.cdf(place / spread * _NINE)
    share = _NORMAL.cdf((place) / spread * _NINE)
    if today is None:
        return share
    # half of all cases lie between today and the middle
    over = _NORMAL.cdf((today - 1 - half) / spread * _NINE)
    return 0.5 * (share - over) / (0.5 - over)
