"""Events that wait for Odoo, on disk: nothing is lost when either side stops.

What the disk does not take (it is full, may not be written, is locked by somebody's
backup) waits in memory, in the same order, until it does.
"""

import collections
import json
import logging
import sqlite3
import threading
import time

MAX_EVENTS = 100_000
#: a store that is locked for longer is one that does not take anything
LOCKED_SECONDS = 2
#: so long a store that failed is left alone
PAUSE_SECONDS = 5

_logger = logging.getLogger("asterisk")


class Spool:
    """First in, first out. An event leaves only when Odoo has answered; if the process
    dies in between it is sent again, which Odoo takes for the repeat that it is.

    :param path: file of the spool
    :param int limit: when so many wait, the oldest are given up
    """

    def __init__(
        self, path, limit=MAX_EVENTS, timeout=LOCKED_SECONDS, pause=PAUSE_SECONDS
    ):
        self.path, self.limit = path, limit
        self.timeout, self.pause = timeout, pause
        self.lock = threading.RLock()
        self.memory = collections.deque()
        self.in_hand = None
        #: the last that Odoo has, if the store could not be told yet
        self.sent = 0
        self.is_open = self.is_failing = False
        self.try_again_at = 0.0
        self.db = None
        with self.lock:
            self._try(self._open)

    def _open(self):
        if not self.db:
            self.db = sqlite3.connect(
                self.path,
                check_same_thread=False,
                isolation_level=None,
                timeout=self.timeout,
            )
        self.db.execute("PRAGMA journal_mode=WAL")
        for table in (
            "event (id INTEGER PRIMARY KEY AUTOINCREMENT, body)",
            "call (id TEXT PRIMARY KEY)",
            "state (id INTEGER PRIMARY KEY, body)",
        ):
            self.db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        self.is_open = True

    def _try(self, work, *arguments):
        """(whether the store took it, what came of it); a fault is said once, and the
        store left alone for a while: who reads the exchange must not wait for it."""
        if self.is_failing and time.monotonic() < self.try_again_at:
            return False, None
        try:
            if not self.is_open and work != self._open:
                self._open()
            result = work(*arguments)
        except (sqlite3.Error, OSError) as error:
            if not self.is_failing:
                _logger.error(
                    "the spool cannot be used, events wait in memory: %s", error
                )
            self.is_failing = True
            self.try_again_at = time.monotonic() + self.pause
            return False, None
        if self.is_failing:
            _logger.warning("the spool can be used again")
        self.is_failing = False
        return True, result

    def put(self, event, state=None):
        """Keep an event, and the state of the exchange that it belongs to; returns how
        many old ones had to be given up for it."""
        with self.lock:
            self.memory.append(event)
            given_up = 0
            while self.memory:
                taken, old = self._try(self._store, self.memory[0], state)
                if not taken:
                    break
                given_up += old
                self.memory.popleft()
            while len(self.memory) > self.limit:
                self.memory.popleft()
                given_up += 1
            return given_up

    def _store(self, event, state):
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("INSERT INTO event (body) VALUES (?)", [json.dumps(event)])
            if event["event"] == "merge":
                self._call_is_over(event["otherCallId"])
            elif event["event"] != "hangup":
                self.db.execute(
                    "INSERT OR IGNORE INTO call VALUES (?)", [event["callId"]]
                )
            elif not event.get("legId"):
                self._call_is_over(event["callId"])
            if state is not None:
                self.db.execute(
                    "INSERT OR REPLACE INTO state VALUES (1, ?)", [json.dumps(state)]
                )
            return self.db.execute(
                "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?",
                [self.limit],
            ).rowcount

    def _call_is_over(self, call_id):
        self.db.execute("DELETE FROM call WHERE id = ?", [call_id])

    def first(self):
        """(id, event) of the oldest, or None. What is on disk is older than what waits
        in memory."""
        with self.lock:
            self._try(self._forget_sent)
            _taken, row = self._try(self._first)
            if row:
                return row[0], json.loads(row[1])
            if self.memory:
                self.in_hand = self.memory[0]
                return None, self.in_hand
            return None

    def _first(self):
        return self.db.execute(
            "SELECT id, body FROM event WHERE id > ? ORDER BY id LIMIT 1", [self.sent]
        ).fetchone()

    def _forget_sent(self):
        if self.sent:
            self.db.execute("DELETE FROM event WHERE id <= ?", [self.sent])
            # once is enough: whoever looks for the next event writes nothing then
            self.sent = 0

    def remove(self, event_id):
        """Odoo has answered to what :meth:`first` returned."""
        with self.lock:
            if event_id is None:
                # by now it may have got to the disk: then it is sent again
                if self.memory and self.memory[0] is self.in_hand:
                    self.memory.popleft()
            else:
                self.sent = event_id
                self._try(self._forget_sent)

    def open_calls(self):
        """Ids of the calls whose end was not seen yet."""
        with self.lock:
            _taken, rows = self._try(
                lambda: self.db.execute("SELECT id FROM call").fetchall()
            )
        return {row[0] for row in rows or ()}

    def state(self):
        """The exchange as it was when the last event was kept."""
        with self.lock:
            _taken, row = self._try(
                lambda: self.db.execute("SELECT body FROM state").fetchone()
            )
        try:
            return json.loads(row[0]) if row else {}
        except ValueError:
            return {}

    def close(self):
        with self.lock:
            if self.db:
                self.db.close()
