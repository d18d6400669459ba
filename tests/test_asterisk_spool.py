"""Events that wait for Odoo, whatever becomes of the disk."""

import contextlib
import logging
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest.mock import patch

import beside_pbx
import pytest
from asterisk.connector import Connector
from asterisk.exchange import Exchange
from asterisk.spool import Spool
from test_asterisk_connector import FakeManager, FakeOdoo


def event(number, kind="newCall"):
    return {"event": kind, "callId": f"c{number}"}


class TestSpool(unittest.TestCase):
    """Whatever becomes of the disk, nothing is lost and nobody goes deaf."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path
        self.path = os.path.join(self.folder, "spool.sqlite")

    def _spool(self, **options):
        spool = Spool(self.path, **{"timeout": 0.05, "pause": 0, **options})
        self.addCleanup(spool.close)
        return spool

    def _taken(self, spool):
        """What is sent, in its order, until nothing is left."""
        taken = []
        while first := spool.first():
            taken.append(first[1]["callId"])
            spool.remove(first[0])
            self.assertLess(len(taken), 100, "it never ends")
        return taken

    @contextlib.contextmanager
    def _locked(self):
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    @contextlib.contextmanager
    def _full(self, spool):
        """As large as it may get: SQLite says what it says of a full disk."""
        (pages,) = spool.db.execute("PRAGMA page_count").fetchone()
        spool.db.execute(f"PRAGMA max_page_count = {pages}")
        yield
        spool.db.execute("PRAGMA max_page_count = 1000000")

    @contextlib.contextmanager
    def _read_only(self, spool):
        spool.db.execute("PRAGMA query_only = ON")
        yield
        spool.db.execute("PRAGMA query_only = OFF")

    def _through(self, spool, fault):
        for number in range(3):
            spool.put(event(number))
        with fault:
            for number in range(3, 9):
                spool.put({**event(number), "filler": "x" * 5000})
            self.assertEqual(spool.first()[1]["callId"][:1], "c")
        self.assertEqual(sorted(self._taken(spool)), [f"c{n}" for n in range(9)])

    def test_locked_store(self):
        self._through(self._spool(), self._locked())

    def test_full_store(self):
        spool = self._spool()
        self._through(spool, self._full(spool))

    def test_read_only_store(self):
        spool = self._spool()
        self._through(spool, self._read_only(spool))

    def test_what_waits_in_memory_is_sent_while_the_store_is_away(self):
        spool = self._spool()
        spool.put(event(0))
        with self._locked():
            spool.put(event(1))
            self.assertEqual(self._taken_at_most(spool, 3), ["c0", "c1"])
        self.assertEqual(self._taken(spool), [])

    def _taken_at_most(self, spool, count):
        taken = []
        for _again in range(count):
            if first := spool.first():
                taken.append(first[1]["callId"])
                spool.remove(first[0])
        return taken

    def test_fault_is_said_once_and_its_end_too(self):
        spool = self._spool()
        with self.assertLogs("asterisk", logging.WARNING) as logged:
            with self._locked():
                for number in range(5):
                    spool.put(event(number))
            spool.put(event(5))
        self.assertEqual(len(logged.output), 2, logged.output)

    def test_who_reads_the_exchange_does_not_wait_for_a_locked_store(self):
        spool = self._spool(pause=60)
        with self._locked():
            spool.put(event(0))
            with patch.object(spool, "_store") as store:
                spool.put(event(1))
            store.assert_not_called()

    def test_store_that_cannot_be_opened_is_tried_again(self):
        self.path = os.path.join(self.folder, "missing", "spool.sqlite")
        spool = self._spool()
        spool.put(event(0))
        self.assertEqual(spool.first()[1], event(0))
        os.mkdir(os.path.dirname(self.path))
        spool.put(event(1))
        self.assertEqual(self._taken(spool), ["c0", "c1"])
        self.assertTrue(os.path.exists(self.path))

    def test_memory_is_bounded_as_the_store_is(self):
        spool = self._spool(limit=3)
        with self._locked():
            given_up = sum(spool.put(event(number)) for number in range(10))
        self.assertEqual((given_up, len(spool.memory)), (7, 3))

    def test_state_and_open_calls_survive_the_process(self):
        exchange = Exchange(self._spool().state())
        exchange.calls["c1"] = {"into": "", "first": ""}
        self._spool().put(event(1), exchange.state)
        again = self._spool()
        self.assertEqual(Exchange(again.state()).open_calls(), {"c1"})
        self.assertEqual(again.open_calls(), {"c1"})
        again.put(event(1, "hangup"))
        self.assertEqual(again.open_calls(), set())

    def test_who_leaves_ends_no_call(self):
        spool = self._spool()
        spool.put(event(1))
        spool.put({**event(1, "hangup"), "legId": "a"})
        self.assertEqual(spool.open_calls(), {"c1"})

    def test_loop_that_ends_by_a_fault_ends_the_process(self):
        options = {"host": "127.0.0.1", "port": 9, "user": "u", "secret": "s"}
        connector = Connector(self._spool(), "http://127.0.0.1:9/x", options)
        with patch.object(Connector, "post_forever", side_effect=MemoryError):
            connector.post_forever.__name__ = "post_forever"
            threads = connector.start()
            self.assertTrue(connector.stopping.wait(5))
        for thread in threads:
            thread.join(5)
        self.assertTrue(connector.failed.is_set())

    def test_nothing_is_written_down_while_the_exchange_changes(self):
        options = {"host": "127.0.0.1", "port": 9, "user": "u", "secret": "s"}
        connector = Connector(self._spool(), "http://127.0.0.1:9/x", options)
        order = {"callId": "odoo-0123456789"}
        thread = threading.Thread(target=connector.give_back, args=[order])
        with connector.following:
            thread.start()
            thread.join(0.2)
            self.assertIsNone(connector.spool.first())
        thread.join(5)
        self.assertEqual(connector.spool.first()[1]["callId"], order["callId"])

    def test_what_odoo_has_is_forgotten_once(self):
        spool = self._spool()
        spool.put(event(1))
        spool.remove(spool.first()[0])
        statements = []
        spool.db.set_trace_callback(statements.append)
        self.assertIsNone(spool.first())
        self.assertEqual([s for s in statements if "DELETE" in s], [])

    def test_loop_that_hangs_is_not_alive(self):
        options = {"host": "127.0.0.1", "port": 9, "user": "u", "secret": "s"}
        connector = Connector(self._spool(), "http://127.0.0.1:9/x", options)
        connector.beats["read"] = 0
        self.assertFalse(connector.is_alive())


class TestProcessOnABadDisk(unittest.TestCase):
    """The process itself, on a disk that takes nothing."""

    def test_it_lives_and_tells_on_a_disk_without_room(self):
        """Files may have no size: the limit of the system stands in for a full disk."""
        pbx = FakeManager([beside_pbx.recording("inbound_busy")])
        odoo = FakeOdoo()
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                [sys.executable, "-B", "-m", "asterisk"],
                cwd=beside_pbx.CONNECTORS,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "CALL_CENTER_URL": f"http://127.0.0.1:{odoo.server_address[1]}/t",
                    "AMI_USER": "u",
                    "AMI_SECRET": "s",
                    "AMI_PORT": str(pbx.port),
                    "SPOOL": os.path.join(folder, "spool.sqlite"),
                    "DIAL_CHANNEL": "",
                },
                stderr=subprocess.PIPE,
                preexec_fn=lambda: resource.setrlimit(  # noqa: PLW1509 - one system call
                    resource.RLIMIT_FSIZE, (0, 0)
                ),
            )
            try:
                done = threading.Event()
                for _again in range(300):
                    if any(e["event"] == "hangup" for e in odoo.events):
                        break
                    done.wait(0.05)
                self.assertIn("hangup", [e["event"] for e in odoo.events])
                self.assertIsNone(process.poll())
            finally:
                process.terminate()
                process.wait(30)
                process.stderr.close()
                odoo.shutdown()
                odoo.server_close()
                pbx.server.close()
