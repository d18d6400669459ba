"""From material on the shelf to goods at the customer's, in working time.

    ship    = next working slot of max(now + lead time, material + security days)
    arrival = ship + transit days

Lead times count in working days of the warehouse, transit in those of the carrier.

Moments are naive datetimes in UTC, as Odoo stores them. Days are ordinals in the
warehouse's own time zone.
"""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta, timezone

#: How far ahead working time is looked for, and in what strides.
HORIZON = timedelta(days=1100)
STRIDE = timedelta(days=92)
EPOCH = datetime(2000, 1, 1)


class WorkingTime:
    """The working hours of a place, read in strides, and only those that are needed.

    :param load: callable(start, end) giving sorted, disjoint (start, end) pairs
    """

    def __init__(self, load):
        self._load = load
        self._strides = {}

    def _stride(self, number):
        """(starts, ends) of the working hours of a stride."""
        if number not in self._strides:
            first = EPOCH + number * STRIDE
            pairs = self._load(first, first + STRIDE)
            self._strides[number] = (
                [pair[0] for pair in pairs],
                [pair[1] for pair in pairs],
            )
        return self._strides[number]

    def next(self, moment):
        """The first working moment at or after ``moment``, or None."""
        number = (moment - EPOCH) // STRIDE
        for ahead in range(HORIZON // STRIDE + 2):
            starts, ends = self._stride(number + ahead)
            index = bisect_right(ends, moment)
            if index < len(starts):
                return max(moment, starts[index])
        return None

    def previous(self, moment):
        """The last working moment at or before ``moment``, or None."""
        number = (moment - EPOCH) // STRIDE
        for back in range(HORIZON // STRIDE + 2):
            starts, ends = self._stride(number - back)
            index = bisect_right(starts, moment) - 1
            if index >= 0:
                return min(moment, ends[index])
        return None


def _localize(moment, zone):
    return moment.replace(tzinfo=timezone.utc).astimezone(zone)


def _moment(day, clock, zone):
    """The moment at which it is ``clock`` on a local day, in naive UTC."""
    local = datetime.combine(date.fromordinal(day), clock, zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


class Carrier:
    """Days that count on the working days of whoever does something: carries goods to
    the customer, prepares them, makes them.

    It begins in the first working moment. So many working days later it is done, at
    the same hour, or as near to it as the working hours of that day allow.

    :param zone: tzinfo of the place
    :param working: :class:`WorkingTime`
    """

    def __init__(self, zone, working):
        self.zone = zone
        self.working = working

    def _day(self, moment):
        return _localize(moment, self.zone).toordinal()

    def _at(self, opening, clock):
        """The working moment nearest to ``clock`` on the day of an opening."""
        wanted = _moment(self._day(opening), clock, self.zone)
        found = self.working.previous(wanted)
        return found if found and found > opening else opening

    def arrival(self, ship, days):
        """When what begins at ``ship`` is done, None where nobody ever works."""
        pickup = self.working.next(ship)
        if pickup is None or days <= 0:
            return pickup
        clock = _localize(pickup, self.zone).time()
        moment = pickup
        for __ in range(int(days)):
            moment = self.working.next(
                _moment(self._day(moment) + 1, time(), self.zone)
            )
            if moment is None:
                return None
        if moment != pickup:
            moment = self._at(moment, clock)
        rest = timedelta(days=days - int(days))
        return self.working.next(moment + rest) if rest else moment

    def latest_ship(self, arrival, days):
        """The last pick-up that arrives by ``arrival``, or None."""
        rest = timedelta(days=days - int(days))
        moment = self.working.previous(arrival - rest)
        clock = moment and _localize(moment, self.zone).time()
        for __ in range(int(days)):
            if moment is None:
                return None
            midnight = _moment(self._day(moment), time(), self.zone)
            moment = self.working.previous(midnight - timedelta(microseconds=1))
        if moment is None:
            return None
        # The end of that day's work, if that arrives in time, else the same hour.
        if days >= 1 and not self._arrives(moment, days, arrival):
            same = self.working.previous(_moment(self._day(moment), clock, self.zone))
            moment = same and min(moment, same)
        while moment and not self._arrives(moment, days, arrival):
            moment = self.working.previous(moment - timedelta(hours=1))
        return moment

    def _arrives(self, ship, days, by):
        moment = self.arrival(ship, days)
        return moment is not None and moment <= by


class Windows:
    """Whoever takes delivery at certain times only: what would arrive between them
    arrives when the next one begins.

    :param working: :class:`WorkingTime` of the windows
    :param carrier: :class:`Carrier`, or None where every day counts on the way
    """

    def __init__(self, working, carrier=None):
        self.working = working
        self.carrier = carrier

    def arrival(self, ship, days):
        """When a shipment is taken in, None where it never is."""
        if self.carrier:
            moment = self.carrier.arrival(ship, days)
        else:
            moment = ship + timedelta(days=days)
        if moment and self.working.previous(moment) == moment:
            return moment  # the end of a window is in it
        return moment and self.working.next(moment)

    def latest_ship(self, arrival, days):
        """The last shipment that is taken in by ``arrival``, or None."""
        window = self.working.previous(arrival)
        if window is None:
            return None
        if self.carrier:
            return self.carrier.latest_ship(window, days)
        return window - timedelta(days=days)


class Schedule:
    """Working days of one warehouse.

    :param now: the moment of the request
    :param zone: tzinfo of the warehouse
    :param working: :class:`WorkingTime`, or None where it never closes
    :param security_days: days for which goods lie on the shelf before they ship
    :param cutoff: local hour (8.5 is half past eight) after which an order starts
        on the next working day; None for no cut-off
    :param next_day: what arrives on a day ships on the next working day
    """

    def __init__(
        self, now, zone, working=None, security_days=0.0, cutoff=None, next_day=False
    ):
        self.now = now
        self.zone = zone
        self.working = working
        self.security = timedelta(days=security_days)
        self.next_day = next_day
        self.start = now
        self.cutoff = cutoff
        self.today = self.day(now)
        if self.is_past_cutoff(now):
            self.start = self.midnight(self.day(now) + 1)

    def is_past_cutoff(self, moment):
        """Whether an order of this moment starts on the next day."""
        if self.cutoff is None:
            return False
        local = self._local(moment)
        return local.hour + local.minute / 60 + local.second / 3600 >= self.cutoff

    def _local(self, moment):
        return _localize(moment, self.zone)

    def day(self, moment):
        """The warehouse's day of a moment."""
        return self._local(moment).toordinal()

    def midnight(self, day):
        """The moment at which a day begins."""
        return _moment(day, time.min, self.zone)

    def slot(self, moment):
        """The next moment at which something can ship, or None."""
        return self.working.next(moment) if self.working else moment

    def material(self, day, arrival=None):
        """The moment from which goods that arrive on ``day`` can be picked."""
        if day < self.today:
            return self.start
        moment = max(arrival or self.midnight(day), self.midnight(day), self.now)
        if self.next_day:
            moment = self.midnight(self.day(moment) + 1)
        return moment

    def earliest_ship(self, lead_days, material=None):
        """The first shipment, for goods that are there from ``material`` on. The lead
        time counts in working days. None where nobody ever works."""
        lead = self.after(self.start, lead_days)
        return lead and self.slot(max(lead, (material or self.start) + self.security))

    def latest_ship(self, arrival, transit_days, carrier=None):
        """The last shipment that is with the customer by ``arrival``, or None."""
        if carrier:
            moment = carrier.latest_ship(arrival, transit_days)
            if moment is None:
                return None
        else:
            moment = arrival - timedelta(days=transit_days)
        return self.working.previous(moment) if self.working else moment

    def after(self, moment, days):
        """``days`` later: working days where there are working hours. None where
        nobody ever works."""
        if not self.working:
            return moment + timedelta(days=days)
        return Carrier(self.zone, self.working).arrival(moment, days)

    def needed(self, ship):
        """When the goods of a shipment must be on the shelf."""
        return max(ship - self.security, self.now)

    def arrival(self, ship, transit_days, carrier=None):
        """When a shipment is with the customer; None where its carrier never works."""
        if carrier:
            return carrier.arrival(ship, transit_days)
        return ship + timedelta(days=transit_days)
