"""`make run` as a person uses it: in a terminal, ended by Ctrl-C."""

import os
import pty
import re
import select
import subprocess
import time
import xmlrpc.client

import pytest

from workbench import addons, demo, odoo_process, paths

DATABASE = "pdtest_make_run"


@pytest.fixture
def demo_database(templates):
    """What a first `make run` leaves: the demo database, and the record of it."""
    templates.databases.copy(templates.demo(), DATABASE)
    known = addons.discover()
    record = demo._read_record()
    current = {name: addon.fingerprint() for name, addon in known.items()}
    demo._write_record({**record, DATABASE: current})
    yield DATABASE
    demo._write_record(record)
    templates.databases.drop(DATABASE)


def _take_terminal():
    # The first terminal that a new session opens becomes its own: Ctrl-C works.
    os.close(os.open(os.ttyname(0), os.O_RDWR))


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command, environ):
        self.master, slave = pty.openpty()
        self.text = ""
        self.process = subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=environ,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - system calls only
        )
        os.close(slave)

    def wait_for(self, pattern, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode(errors="replace")
                except OSError:
                    break
            if re.search(pattern, self.text):
                return
        raise AssertionError(f"{pattern!r} did not come:\n{self.text}")

    def type(self, text):
        os.write(self.master, text.encode())


def run(port, environ):
    command = ["make", "run", f"PORT={port}", f"DB={DATABASE}"]
    return Terminal(command, environ)


def processes():
    """Command lines of all processes that serve the database."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as handle:
                    words = handle.read().split(b"\0")
            except OSError:
                continue
            if DATABASE.encode() in words:
                found.append((int(name), words))
    return found


def test_a_second_run_is_up_in_seconds_and_ctrl_c_stops_all_of_it(
    demo_database, templates
):
    port = odoo_process.free_port()
    start = time.monotonic()
    terminal = run(port, templates.environ)
    try:
        terminal.wait_for(r"Promise Desk runs at\s+http://localhost", 60)
        assert time.monotonic() - start < 30
        url = f"http://127.0.0.1:{port}"
        assert f"http://localhost:{port}" in terminal.text
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        assert common.authenticate(DATABASE, "admin", "admin", {})
        assert processes()

        terminal.type("\x03")
        terminal.wait_for(r"stopped", 30)
        terminal.process.wait(20)
        assert not processes()
        assert odoo_process.port_is_free(port)
    finally:
        terminal.process.kill()
        os.close(terminal.master)


def test_a_port_in_use_is_said_with_what_to_do(templates):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = ["make", "run", f"PORT={port}"]
        result = subprocess.run(
            command,
            cwd=paths.ROOT,
            env=templates.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert result.returncode
    assert f"port {port} is in use" in result.stderr
    assert "make run PORT=" in result.stderr


def test_a_database_that_somebody_else_made_is_left_alone(templates):
    databases = templates.databases
    databases.drop("pdtest_foreign")
    databases.query("CREATE DATABASE pdtest_foreign")
    try:
        result = subprocess.run(
            ["make", "run", f"PORT={odoo_process.free_port()}", "DB=pdtest_foreign"],
            cwd=paths.ROOT,
            env=templates.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        databases.drop("pdtest_foreign")
    assert result.returncode
    assert "left alone" in result.stderr
