# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One clock for Python and for PostgreSQL, that stands still and is moved forward.

Python's clock is frozen by freezegun. PostgreSQL's ``now()`` is shadowed by a function
of the copied database: ``public`` comes before ``pg_catalog`` on its search path.
"""

from datetime import datetime, timedelta

from freezegun import freeze_time

_SHADOW = """
CREATE TABLE public.moved_clock (at timestamptz NOT NULL);
INSERT INTO public.moved_clock VALUES (pg_catalog.now());
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT at FROM public.moved_clock';
"""


def shadow(connection, database):
    """Give a copied database a clock that can be moved. Connections made before keep
    the real one."""
    with connection.cursor() as cursor:
        cursor.execute(_SHADOW)
        cursor.execute(
            f'ALTER DATABASE "{database}" SET search_path = public, pg_catalog'
        )


class Clock:
    """The time of everybody in this process.

    :param connection: an autocommitting connection to the copied database
    """

    def __init__(self, connection):
        self._connection = connection
        self._frozen = None
        self._freezer = None

    def start(self, moment):
        self._freezer = freeze_time(moment)
        self._frozen = self._freezer.start()
        self._tell()

    def stop(self):
        if self._freezer:
            self._freezer.stop()
            self._freezer = None

    @property
    def now(self):
        # freezegun's own class would reach the tables by psycopg2
        return self._frozen().replace(microsecond=0)

    def move(self, moment):
        """Go to a later moment; time never goes back."""
        ahead = moment - self.now
        if ahead < timedelta(0):
            raise ValueError(f"the clock would go back from {self.now} to {moment}")
        self._frozen.tick(ahead)
        self._tell()

    def _tell(self):
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.moved_clock SET at = %s::timestamp AT TIME ZONE 'UTC'",
                [self.now.isoformat()],
            )


def plain(moment):
    """A datetime of Python's own class, of one of freezegun's."""
    return datetime.fromisoformat(moment.isoformat())


def local(moment, zone):
    """The calendar day of a moment, UTC, in a zone."""
    from .count import local_day

    return local_day(moment, zone)
