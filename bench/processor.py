# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whose processor time it was: that of Odoo's workers, of its process for websockets,
of PostgreSQL, or of the measuring itself.

It says more than milliseconds on a machine that others use, too.
"""

import contextlib
import os

import psutil


def _seconds(process, *, ended=False):
    """Of a process, and of its children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    seconds = times.user + times.system
    return seconds + times.children_user + times.children_system if ended else seconds


def _children(process):
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


class Processor:
    """Counts from when it is made.

    :param databases: to find PostgreSQL, if it runs on this machine
    :param odoo: the process id of the server
    """

    def __init__(self, databases, odoo):
        self.odoo = psutil.Process(odoo)
        self.postmaster = None
        with contextlib.closing(databases.connect()) as connection:
            try:
                process = psutil.Process(connection.info.backend_pid)
                if "postgres" in process.name():
                    self.postmaster = process.parent()
            except psutil.Error:
                pass  # it runs elsewhere
        self.begin = self._now()

    def _now(self):
        """{part: {process: seconds}}."""
        server = [self.odoo, *_children(self.odoo)]
        sockets = [p for p in server if _command(p)[2:3] == ["gevent"]]
        workers = [p for p in server if p not in sockets]
        me = psutil.Process(os.getpid())
        others = {p.pid for p in server}
        return {
            "workers": {p.pid: _seconds(p) for p in workers},
            "websockets": {p.pid: _seconds(p) for p in sockets},
            "PostgreSQL": self._postgresql(),
            "the measuring": {
                p.pid: _seconds(p, ended=p == me)
                for p in [me, *_children(me)]
                if p.pid not in others and p != self.postmaster
            },
        }

    def _postgresql(self):
        """All of its processes; those that have ended are counted by their parent."""
        if not self.postmaster:
            return {}
        seconds = {p.pid: _seconds(p) for p in _children(self.postmaster)}
        seconds[self.postmaster.pid] = _seconds(self.postmaster, ended=True)
        return seconds

    def spent(self):
        """{part: seconds of processor time since the beginning}; without PostgreSQL if
        it runs elsewhere."""
        parts = {}
        for part, end in self._now().items():
            begin = self.begin[part]
            if part == "PostgreSQL":
                if not self.postmaster:
                    continue
                parts[part] = sum(end.values()) - sum(begin.values())
            else:
                parts[part] = sum(t - begin.get(pid, 0) for pid, t in end.items())
        return parts


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []
