import json
import os
import threading
from unittest.mock import patch

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tests import TransactionCase, tagged

from ..models import bus_bus


@tagged("post_install", "-at_install")
class TestBell(TransactionCase):
    """One connection of each process tells all that is told over the bus."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.listener = psycopg2.connect(**connection_info_for("postgres")[1])
        cls.addClassCleanup(cls.listener.close)
        cls.listener.autocommit = True
        cls.listener.cursor().execute("LISTEN imbus")

    def setUp(self):
        super().setUp()
        self.bell = bus_bus.Bell()
        self.addCleanup(self.bell._close)
        self.patch(bus_bus, "_bell", self.bell)
        self._heard()
        self.opened = 0
        connect = psycopg2.connect

        def counted(**info):
            self.opened += 1
            return connect(**info)

        self.startPatcher(patch.object(bus_bus.psycopg2, "connect", counted))

    def _heard(self):
        """The channels of this test's database that were notified."""
        self.listener.cursor().execute("SELECT 1")
        heard = []
        while self.listener.notifies:
            channels = json.loads(self.listener.notifies.pop(0).payload)
            # other databases of the server have channels of other shapes
            heard += [c[1] for c in channels if c[0] == self.env.cr.dbname]
        return heard

    def _tell(self, *channels):
        for channel in channels:
            self.env["bus.bus"]._sendone(channel, "bus_kept_connection.test", {})
        self.env.cr.precommit.run()
        self.env.cr.postcommit.run()

    def _ring(self, channel):
        self.bell.ring([json.dumps([[self.env.cr.dbname, channel]])])

    def test_what_is_committed_is_told_over_one_connection(self):
        for number in range(3):
            self._tell(f"first {number}", f"second {number}")
            self.assertEqual(self._heard(), [f"first {number}", f"second {number}"])
        self.assertEqual(self.opened, 1)
        self.assertEqual(
            self.env["bus.bus"].search_count([("channel", "like", "second")]), 3
        )

    def test_what_is_rolled_back_is_not_told(self):
        self.env["bus.bus"]._sendone("never", "bus_kept_connection.test", {})
        self.env.cr.postcommit.clear()
        self._tell("then")
        self.assertEqual(self._heard(), ["then"])

    def test_connection_that_was_ended_is_made_again(self):
        self._ring("before")
        ended = self.bell._connection.get_backend_pid()
        self.listener.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
        self._ring("after")
        self.assertEqual(self._heard(), ["before", "after"])
        self.assertEqual(self.opened, 2)

    def test_idle_connection_is_not_trusted(self):
        self._ring("before")
        self.bell._used -= bus_bus.IDLE_SECONDS + 1
        self._ring("after")
        self.assertEqual(self.opened, 2)

    def test_another_process_has_a_connection_of_its_own(self):
        self._ring("parent")
        parents = self.bell._connection
        with patch.object(bus_bus.os, "getpid", return_value=os.getpid() + 1):
            self._ring("child")
            self.assertIsNot(self.bell._connection, parents)
        self.assertFalse(parents.closed)
        parents.close()

    def test_threads_take_turns(self):
        threads = [
            threading.Thread(target=self._ring, args=[f"thread {number}"])
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(sorted(self._heard()), [f"thread {n}" for n in range(8)])
        self.assertEqual(self.opened, 1)
