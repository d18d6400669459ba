"""Odoo servers and RPC clients for the tests that look at the suite from outside.

A server runs on a free port of the loopback interface, on a database of its own that
is copied from a template, and is stopped whatever happens.
"""

import contextlib
import itertools
import os
import threading
import time
import uuid
import xmlrpc.client

from workbench import (
    addons,
    logcheck,
    odoo_process,
    paths,
    postgres_binaries,
    templates,
)
from workbench.cluster import Cluster
from workbench.databases import Databases
from workbench.steps import Failure

#: What PostgreSQL and Odoo say when they could have waited and did not.
CONCURRENCY_WORDS = ("could not serialize", "deadlock", "lock timeout", "LockNot")
_numbers = itertools.count(1)


class Server:
    """An Odoo server; use as a context manager.

    :param database: the database that it serves
    :param environ: variables that reach PostgreSQL and Odoo's settings
    :param workers: 0 for one process with threads
    """

    def __init__(self, database, environ, *, workers=0, options=(), seconds=120):
        self.database = database
        self.environ = dict(environ)
        self.workers = workers
        self.options = options
        self.seconds = seconds
        self.process = None
        self.url = None
        self.gevent_port = None  # of the process for websockets, if there are workers
        self.log = paths.LOGS / "test" / f"server-{database}-{next(_numbers)}.log"

    def __enter__(self):
        port = odoo_process.free_port()
        self.gevent_port = odoo_process.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        arguments = [
            # no filter besides, not even a configured one: Odoo would list the
            # cluster's databases for each request without a session
            *("-d", self.database, "--db-filter="),
            *("--http-interface=127.0.0.1", f"--http-port={port}"),
            *(f"--gevent-port={self.gevent_port}",),
            *(f"--workers={self.workers}", "--max-cron-threads=0"),
            *self.options,
        ]
        with self.log.open("w") as output:
            self.process = odoo_process.start(arguments, self.environ, output)
        try:
            odoo_process.wait_until_up(
                self.process, self.url, self.log, seconds=self.seconds
            )
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()

    def stop(self):
        odoo_process.stop(self.process)

    def kill(self):
        """End it at once, with everything that it started, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait(20)

    def client(self, login="admin", password="admin"):
        return Client(self.url, self.database, login, password)

    def retries(self):
        """How often Odoo has run a call again, after a pause of up to seconds."""
        return self.log.read_text(errors="replace").count(" tries left, try again in ")

    def problems(self):
        """Warnings and errors in the log, but for what Odoo itself writes about each
        message to a user and about XML-RPC, which it means to give up one day."""
        return [
            record.text
            for record in logcheck.problems(self.log)
            if record.level != "WARNING"
            or not record.logger.startswith(("odoo.http", "odoo.addons.rpc."))
        ]


class Client:
    """XML-RPC as an integrator uses it: one connection for each thread."""

    def __init__(self, url, database, login, password):
        self.url, self.database, self.password = url, database, password
        self._local = threading.local()
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common", allow_none=True)
        self.uid = common.authenticate(database, login, password, {})
        if not self.uid:
            raise Failure(f"{login} cannot log in at {url}")

    def call(self, model, method, *args, **kwargs):
        if not hasattr(self._local, "proxy"):
            self._local.proxy = xmlrpc.client.ServerProxy(
                f"{self.url}/xmlrpc/2/object", allow_none=True
            )
        return self._local.proxy.execute_kw(
            self.database, self.uid, self.password, model, method, args, kwargs
        )

    def create(self, model, **values):
        return self.call(model, "create", values)

    def read(self, model, ids, *fields):
        return self.call(model, "read", ids, list(fields))

    def search_read(self, model, domain, *fields, **options):
        return self.call(model, "search_read", domain, list(fields), **options)

    def ref(self, external_id):
        module, name = external_id.split(".")
        found = self.search_read(
            "ir.model.data", [("module", "=", module), ("name", "=", name)], "res_id"
        )
        if not found:
            raise Failure(f"{external_id} does not exist in {self.database}")
        return found[0]["res_id"]


class Result:
    """What one of several parallel clients got: an answer, a refusal in words, or
    an error that nobody should see."""

    def __init__(self, answer=None, fault=None, error=None, seconds=0.0):
        self.answer, self.fault, self.error = answer, fault, error
        self.seconds = seconds

    @property
    def refusal(self):
        """The words of a refusal (fault code 2 is a message to the user)."""
        return (
            self.fault.faultString if self.fault and self.fault.faultCode == 2 else ""
        )

    @property
    def failure(self):
        """What should not have happened, or an empty text."""
        if self.error:
            return repr(self.error)
        if self.fault and self.fault.faultCode != 2:
            return self.fault.faultString[-2000:]
        if any(word in self.refusal for word in CONCURRENCY_WORDS):
            return self.refusal
        return ""


def in_parallel(calls, *, seconds=120):
    """Start all calls at the same moment, each in its thread.

    :param calls: callables without arguments
    :return: list of :class:`Result`, in the order of the calls
    """
    barrier = threading.Barrier(len(calls))
    results = [Result(error=TimeoutError(f"no answer in {seconds} s")) for _ in calls]

    def run(index, call):
        barrier.wait(30)
        start = time.monotonic()
        try:
            results[index] = Result(answer=call())
        except xmlrpc.client.Fault as fault:
            results[index] = Result(fault=fault)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            results[index] = Result(error=error)
        results[index].seconds = time.monotonic() - start

    threads = [
        threading.Thread(target=run, args=item, daemon=True)
        for item in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return results


@contextlib.contextmanager
def copied_database(template, environ):
    """A database for one test, dropped afterwards."""
    databases = Databases(environ, environ["ODOO_DATA_DIR"])
    name = f"pdtest_live_{uuid.uuid4().hex[:10]}"
    databases.copy(template, name)
    try:
        yield name
    finally:
        databases.drop(name)


def suite():
    """(database with the whole suite, to be copied; variables for servers on it)."""
    database = os.environ.get("PROMISE_DESK_SUITE_DATABASE")
    if not database:
        raise Failure("these tests need the suite's database: run them by `make test`")
    # pytest itself does without the configuration; servers read it.
    return database, {**os.environ, "ODOO_RC": str(paths.CONFIG)}


class CrashableCluster(Cluster):
    """A PostgreSQL that only one test uses, so that it may stop it the hard way.
    It writes as a company's server does: nothing committed may be lost."""

    def __init__(self):
        binaries = (
            postgres_binaries.installed_binaries()
            or postgres_binaries.embedded_binaries()
        )
        super().__init__("crash", binaries, durable=True)

    def crash(self):
        """End it at once; the next start recovers from the log."""
        self._server_run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")


@contextlib.contextmanager
def crashable_database(*modules):
    """A cluster that may be crashed, the name of a database on it with the modules
    installed, and the variables for servers on it."""
    chosen = {name: addons.discover()[name] for name in modules}
    name = f"pdtest_crash_{addons.fingerprint(chosen)[:12]}"
    with CrashableCluster() as cluster:
        environ = odoo_process.environment(
            {**os.environ, **cluster.environ()}, data_folder=paths.STATE / "data-crash"
        )
        databases = Databases(environ, environ["ODOO_DATA_DIR"])
        if not databases.exists(name):
            for old in databases.names():
                if old.startswith("pdtest_"):
                    databases.drop(old)
            with databases.build(name) as building:
                log = paths.LOGS / "test" / "install-crash.log"
                templates.install(environ, building, modules, log, ", ".join(modules))
        with copied_database(name, environ) as database:
            yield cluster, database, environ
            if not cluster.is_running():
                cluster.start()  # a failed test leaves it as it was found
