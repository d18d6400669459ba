import functools
import os
import threading
import time

import psycopg2

from odoo import models
from odoo.sql_db import connection_info_for
from odoo.tools import SQL
from odoo.tools.misc import OrderedSet

from odoo.addons.bus.models import bus

# as Odoo's own pool, but shorter: what lies between may forget an idle connection
IDLE_SECONDS = 60


class Bell:
    """Wakes up whoever listens to the bus, by a connection that each process keeps.

    Listening and notifying happen in the database ``postgres``, whose connections
    Odoo's pool does not keep: each commit with something to tell would make PostgreSQL
    start a process and end it again, which costs several times what the telling does.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._connection = None
        self._process = None
        self._used = 0.0

    def ring(self, payloads):
        """Notify of some channels. Being woken up twice does no harm: listeners then
        ask for what they do not have yet."""
        with self._lock:
            try:
                self._notify(payloads)
            except psycopg2.Error:
                # it was ended by the other side, or by a restart of PostgreSQL
                self._close()
                self._notify(payloads)

    def _notify(self, payloads):
        with self._connected().cursor() as cursor:
            for payload in payloads:
                query = SQL(
                    "SELECT %s('imbus', %s)",
                    SQL.identifier(bus.ODOO_NOTIFY_FUNCTION),
                    payload,
                )
                cursor.execute(query.code, query.params)
        self._used = time.monotonic()

    def _connected(self):
        if self._process != os.getpid():
            # the parent's is not ours to use or to end
            self._connection, self._process = None, os.getpid()
        elif self._connection and time.monotonic() - self._used > IDLE_SECONDS:
            self._close()
        if not self._connection or self._connection.closed:
            _name, info = connection_info_for("postgres")
            self._connection = psycopg2.connect(**info)
            self._connection.autocommit = True
        return self._connection

    def _close(self):
        if self._connection:
            self._connection.close()
            self._connection = None


_bell = Bell()


class BusBus(models.Model):
    _inherit = "bus.bus"

    def _ensure_hooks(self):
        postcommit = self.env.cr.postcommit
        # taken as a sign that its own way of notifying is there already
        if "bus.bus.channels" not in postcommit.data:
            postcommit.data["bus.bus.channels"] = OrderedSet()
            postcommit.add(functools.partial(self._ring, postcommit.data))
        return super()._ensure_hooks()

    @staticmethod
    def _ring(data):
        channels = list(data.pop("bus.bus.channels"))
        _bell.ring(bus.get_notify_payloads(channels))
