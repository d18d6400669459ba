"""Events that wait for Odoo, on disk: nothing is lost when either side stops."""

import json
import sqlite3
import threading

MAX_EVENTS = 100_000


class Spool:
    """First in, first out. An event leaves only when Odoo has answered; if the process
    dies in between it is sent again, which Odoo takes for the repeat that it is.

    :param path: file of the spool
    :param int limit: when so many wait, the oldest are given up
    """

    def __init__(self, path, limit=MAX_EVENTS):
        self.limit = limit
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body)"
        )
        self.db.execute("CREATE TABLE IF NOT EXISTS call (id TEXT PRIMARY KEY)")

    def put(self, event):
        """Keep an event; returns how many old ones had to be given up for it."""
        with self.lock, self.db:
            self.db.execute("INSERT INTO event (body) VALUES (?)", [json.dumps(event)])
            if event["event"] == "hangup":
                self.db.execute("DELETE FROM call WHERE id = ?", [event["callId"]])
            else:
                self.db.execute(
                    "INSERT OR IGNORE INTO call VALUES (?)", [event["callId"]]
                )
            return self.db.execute(
                "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?",
                [self.limit],
            ).rowcount

    def first(self):
        """(id, event) of the oldest, or None."""
        with self.lock:
            row = self.db.execute(
                "SELECT id, body FROM event ORDER BY id LIMIT 1"
            ).fetchone()
        return row and (row[0], json.loads(row[1]))

    def remove(self, event_id):
        with self.lock:
            self.db.execute("DELETE FROM event WHERE id = ?", [event_id])

    def open_calls(self):
        """Ids of the calls whose end was not seen yet."""
        with self.lock:
            return {row[0] for row in self.db.execute("SELECT id FROM call")}

    def close(self):
        with self.lock:
            self.db.close()
