"""`make run`: the demo database with every addon, and a server on it."""

import json
import signal
import time

from . import addons, odoo_process, paths
from .databases import Databases
from .odoo_process import environment
from .postgres import server
from .steps import Failure, duration, locked, say
from .templates import install

DATABASE = "promise_desk"
RECORD = paths.STATE / "demo.json"
LOG = paths.LOGS / "server.log"


def serve(port, database=None):
    """Bring the demo database up to date and serve it until Ctrl-C."""
    start = time.monotonic()
    database = database or DATABASE
    if not odoo_process.port_is_free(port):
        raise Failure(
            f"port {port} is in use, by another server perhaps. Stop that one, or "
            f"take another port: make run PORT={port + 1}"
        )
    known = addons.discover()
    # Stopped from elsewhere (a service manager, say) is as good as Ctrl-C, which
    # a shell may have told its background jobs to ignore.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with server("run") as pg_environ:
        environ = environment(pg_environ)
        environ.pop("PGDATABASE", None)
        with locked("demo"):
            bring_up_to_date(environ, database, known)
        _run_server(environ, database, port, start)


def _interrupt(*_arguments):
    raise KeyboardInterrupt


def bring_up_to_date(environ, database, known):
    """Make the demo database, or install and upgrade what has changed since."""
    databases = Databases(environ, environ["ODOO_DATA_DIR"])
    current = {name: addon.fingerprint() for name, addon in known.items()}
    recorded = _read_record()
    there = databases.exists(database)
    if there and database not in recorded:
        raise Failure(
            f"the database {database} exists already and was not made by `make run`, "
            "so it is left alone. Take another name: make run DB=promise_desk_demo"
        )
    done = recorded.get(database, {}) if there else {}
    new = sorted(set(current) - set(done))
    changed = sorted(name for name in current if done.get(name, "") != current[name])
    gone = sorted(set(done) - set(current))
    if gone:
        raise Failure(
            f"the demo database has addons that are no longer here: {', '.join(gone)}."
            " Make it anew: make clean run"
        )
    if not there:
        _create(databases, environ, database, sorted(current))
    elif changed:
        _upgrade(environ, database, new, [name for name in changed if name in done])
    else:
        say(f"    the demo database {database} is up to date")
        return
    recorded[database] = current
    _write_record(recorded)


def _create(databases, environ, database, names):
    what = f"the demo database with {len(names)} addons (some minutes)"
    say(f"==> Making {what} …")
    start = time.monotonic()
    with databases.build(database) as building:
        install(
            environ,
            building,
            names or ["base"],
            paths.LOGS / "demo-install.log",
            what,
            "--with-demo",
        )
        # Known before it has its name: an interruption between the two must not
        # leave a database that nobody admits to.
        _write_record({**_read_record(), database: {}})
    say(f"    done in {duration(time.monotonic() - start)}")


def _upgrade(environ, database, new, changed):
    say(f"==> Upgrading the demo database: {', '.join([*new, *changed])} …")
    start = time.monotonic()
    arguments = ["-d", database, "--stop-after-init", "--no-http", "--with-demo"]
    if new:
        arguments += ["-i", ",".join(new)]
    if changed:
        arguments += ["-u", ",".join(changed)]
    log = paths.LOGS / "demo-upgrade.log"
    odoo_process.run_once(arguments, environ, log, what="upgrading the demo database")
    say(f"    done in {duration(time.monotonic() - start)}")


def _read_record():
    try:
        return json.loads(RECORD.read_text())
    except (OSError, ValueError):
        return {}


def _write_record(record):
    temporary = RECORD.with_suffix(".tmp")
    temporary.write_text(json.dumps(record, indent=1, sort_keys=True))
    temporary.replace(RECORD)


def _run_server(environ, database, port, started):
    url = f"http://localhost:{port}"
    LOG.parent.mkdir(parents=True, exist_ok=True)
    # without a filter, also a configured one: the database is named
    arguments = ["-d", database, "--http-port", port, "--db-filter="]
    say("==> Starting the server …")
    with LOG.open("w") as log:
        process = odoo_process.start(arguments, environ, log)
        try:
            odoo_process.wait_until_up(process, url, LOG)
            say(
                f"\n  Promise Desk runs at   {url}\n"
                "  log in as              admin\n"
                "  with the password      admin\n\n"
                f"  ready after {duration(time.monotonic() - started)}; the log is in "
                f"{LOG}\n  Ctrl-C stops the server and all that it started.\n"
            )
            process.wait()
        except KeyboardInterrupt:
            # A second Ctrl-C must not leave half of it running.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            say("\n==> Stopping …")
        finally:
            odoo_process.stop(process)
    if process.returncode not in (0, -signal.SIGTERM, -signal.SIGKILL):
        text = odoo_process.tail(LOG)
        raise Failure(f"the server stopped by itself; log: {LOG}\n{text}")
    say("    stopped")
