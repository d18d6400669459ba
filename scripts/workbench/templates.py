"""Databases with addons installed, made once and copied.

A template's name tells what is in it, so a change of an addon or of Odoo makes a
new one, and an interrupted run leaves none that is half done.
"""

import hashlib
import time

from . import addons, logcheck, odoo_process, odoo_source, paths
from .databases import Databases
from .odoo_process import environment, free_port
from .steps import Failure, duration, locked, say

PREFIX = "pdtest"
DATA = paths.STATE / "data-test"


class Templates:
    def __init__(self, pg_environ, known=None):
        self.known = addons.discover() if known is None else known
        self.environ = environment(pg_environ, data_folder=DATA)
        self.databases = Databases(self.environ, DATA)
        self.log_problems = []
        odoo = odoo_source.find()
        self._odoo = f"{odoo.path}|{odoo.origin}"

    def _name(self, kind, *parts):
        digest = hashlib.sha256("|".join([self._odoo, *parts]).encode()).hexdigest()
        return f"{PREFIX}_{kind}_{digest[:12]}"

    def stock(self, names):
        """Only stock addons: what the named ones of ours depend on."""
        return self.stock_addons(addons.outside(names, self.known) or ("base",))

    def stock_addons(self, names):
        """Only the named stock addons, and what they depend on."""
        outside = tuple(sorted(names))
        name = self._name("stock", *outside)
        what = f"stock Odoo's addons ({', '.join(outside)})"
        self._ensure(name, self._nearest_stock(outside), outside, what)
        return name

    def _nearest_stock(self, wanted):
        """The template with the largest part of the wanted stock addons."""
        best, size = None, 0
        for name, comment in self.databases.query(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname LIKE %s",
            [f"{PREFIX}\\_stock\\_%"],
        ):
            modules = (comment or "").split()
            usable = modules and name == self._name("stock", *modules)
            if usable and size < len(modules) and set(modules) < set(wanted):
                best, size = name, len(modules)
        return best

    def suite(self):
        """All addons of the suite, without the demo company."""
        return self._ours(main_names(self.known), "suite")

    def demo(self):
        """All addons with demo data, as `make run` makes it."""
        parts = [addons.fingerprint(self.known), *sorted(self.known)]
        name = self._name("demo", *parts)
        self._ensure(
            name, None, sorted(self.known), "all addons with demo data", "--with-demo"
        )
        self._drop_others("demo", name)
        return name

    def _ours(self, names, kind):
        base = self.stock(names)
        chosen = {name: self.known[name] for name in names}
        name = self._name(kind, base, addons.fingerprint(chosen))
        self._ensure(name, base, names, f"the suite ({len(names)} addons)")
        self._drop_others(kind, name)
        return name

    def _ensure(self, name, template, modules, what, *options):
        with locked("templates"):
            if not self.databases.exists(name):
                self._make(name, template, modules, what, *options)

    def _make(self, name, template, modules, what, *options):
        say(f"==> Installing {what} …")
        start = time.monotonic()
        with self.databases.build(name, template) as building:
            log = paths.LOGS / "test" / f"install-{name}.log"
            install(self.environ, building, modules, log, what, *options)
            self._check_log(log)
            self.databases.comment(building, " ".join(modules))
        say(f"    {what}: {duration(time.monotonic() - start)}")

    def _check_log(self, log):
        problems = logcheck.problems(log)
        if problems:
            text = "\n".join(problem.text for problem in problems)
            raise Failure(f"warnings in the server's log ({log}):\n{text}")

    def _drop_others(self, kind, keep):
        for name in self.databases.names():
            if name.startswith(f"{PREFIX}_{kind}_") and not name.startswith(keep):
                self.databases.drop(name)

    def copy(self, template, suffix):
        name = f"{PREFIX}_job_{suffix}"
        self.databases.copy(template, name)
        return name


def main_names(known):
    """The suite's addons, without the demo company's (they end in _demo)."""
    return sorted(name for name in known if not name.endswith("_demo"))


def install(environ, database, modules, log, what, *options):
    """Install modules into a database with Odoo's own command line."""
    odoo_process.run_once(
        [
            *("-d", database, "-i", ",".join(modules)),
            *("--stop-after-init", "--no-http", "--http-port", free_port(), *options),
        ],
        environ,
        log,
        what=f"installing {what}",
    )
