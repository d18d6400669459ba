"""Starting Odoo in the project's environment."""

import configparser
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import addons, paths, pdf
from .steps import Failure, duration, say

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
# Loaded here: between fork and exec nothing may be loaded.
_LIBC = ctypes.CDLL(None)


def environment(pg_environ, *, data_folder=None, arguments=()):
    """Variables that make Odoo read config/odoo.conf and find our addons.

    Odoo ranks variables over its configuration file, so a setting that the file
    has, or that the person has set, is left to them.
    """
    environ = dict(pg_environ)
    config = _config_argument(arguments) or environ.get("ODOO_RC") or paths.CONFIG
    environ["ODOO_RC"] = str(config)
    # Odoo starts in half the time with compiled modules; they stay in our folder.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ["PYTHONPYCACHEPREFIX"] = str(paths.STATE / "pycache")
    environ.pop("PYTHONPATH", None)
    if printer := pdf.folder():
        path = environ.get("PATH") or os.defpath
        environ["PATH"] = f"{path}{os.pathsep}{printer}"
    in_file = configparser.RawConfigParser(strict=False)
    in_file.read([config], encoding="utf-8")
    options = in_file["options"] if in_file.has_section("options") else {}
    if "addons_path" not in options and addons.discover():
        environ.setdefault("ODOO_ADDONS_PATH", str(paths.ADDONS))
    if data_folder:
        environ["ODOO_DATA_DIR"] = str(data_folder)
    elif "data_dir" not in options:
        environ.setdefault("ODOO_DATA_DIR", str(paths.DATA))
    Path(environ.get("ODOO_DATA_DIR", paths.DATA)).mkdir(parents=True, exist_ok=True)
    return environ


def _config_argument(arguments):
    for index, argument in enumerate(arguments):
        if argument in ("-c", "--config") and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--config="):
            return argument.partition("=")[2]
    return None


def command(*arguments, launcher=paths.ODOO_LAUNCHER):
    return [str(paths.VENV_PYTHON), str(launcher), *map(str, arguments)]


def die_with_parent():
    """In a child: be told to stop when the parent dies, however it dies."""
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def pass_through(arguments, environ):
    """Run Odoo's command line in the foreground, as if called directly."""
    return foreground(command(*arguments), environ)


def foreground(arguments, environ):
    """Run a program as if called directly: signals are its own, and it may take its
    time to end."""
    process = subprocess.Popen(
        arguments,
        env=environ,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call only
    )
    # Ctrl-C reaches it from the terminal; what reaches only us is passed on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGTERM))
    code = process.wait()
    return code if code >= 0 else 128 - code


def run_once(arguments, environ, log, *, what, timeout=3600):
    """Run an Odoo command that ends by itself. Its log goes to a file."""
    log = Path(log)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as handle:
        process = start(arguments, environ, handle)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(
                f"{what}: not done in {duration(timeout)}; log: {log}"
            ) from None
        finally:
            stop(process)
    if code:
        raise Failure(f"{what} failed (exit code {code}); log: {log}\n{tail(log)}")


def tail(log, lines=25):
    """The last lines of a log that say something."""
    text = Path(log).read_text(errors="replace").splitlines()
    return "\n".join([line for line in text if " INFO " not in line][-lines:])


def start(arguments, environ, output, launcher=paths.ODOO_LAUNCHER):
    return subprocess.Popen(
        command(*arguments, launcher=launcher),
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call only
    )


def stop(process, seconds=20):
    """Stop Odoo and whatever it started, gently at first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            say("    Odoo does not stop by itself: ending it")
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            return False
    return True


def wait_until_up(process, url, log, seconds=180):
    """Wait for the server to answer; fail as soon as it has died."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure(f"the server stopped by itself; log: {log}\n{tail(log)}")
        try:
            with urllib.request.urlopen(f"{url}/web/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    raise Failure(f"the server does not answer at {url}; log: {log}\n{tail(log)}")
