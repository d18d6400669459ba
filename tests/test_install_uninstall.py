"""Every addon installs alone and in any order, and leaves Odoo as it was."""

import json
import os
import random
import subprocess
import time

import pytest
from servers import Server, copied_database

from workbench import addons, logcheck, odoo_process, paths
from workbench.steps import Failure

KNOWN = addons.discover()
LOCKED = 'could not obtain lock on relation "ir_module_module"'
SEED = int(os.environ.get("PROMISE_DESK_SEED", "19"))
#: Screens that somebody opens every day, wherever their addon is installed.
MODELS = (
    "res.partner",
    "res.users",
    "product.template",
    "crm.lead",
    "sale.order",
    "stock.picking",
    "account.move",
    "purchase.order",
    "mrp.production",
    "res.config.settings",
)
SHAPE = {
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass || '.' || conname FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    # Odoo itself leaves names of mixins' parts, under the mixins' modules.
    "names": "SELECT module || '.' || name FROM ir_model_data"
    f" WHERE module IN ({', '.join(repr(name) for name in KNOWN)})",
    "views": "SELECT id::text FROM ir_ui_view",
    "crons": "SELECT id::text FROM ir_cron",
    "rules": "SELECT id::text FROM ir_rule",
    "groups": "SELECT id::text FROM res_groups",
    "menus": "SELECT id::text FROM ir_ui_menu",
    "sequences": "SELECT code || id FROM ir_sequence WHERE code IS NOT NULL",
    "parameters": "SELECT key FROM ir_config_parameter",
}


@pytest.fixture
def odoo(templates):
    """A function that makes a database and gives a handle on it."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(template):
            name = stack.enter_context(copied_database(template, templates.environ))
            return Handle(templates, name)

        yield make


@pytest.fixture(scope="module")
def apps(templates):
    """The process that presses the buttons of the Apps screen."""
    worker = Apps(templates)
    yield worker
    worker.stop()


class Apps:
    """A process that serves all databases of a run, and what it has logged since it
    was last asked."""

    def __init__(self, templates):
        self.log = paths.LOGS / "test" / "install-worker.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                odoo_process.command(
                    *("--no-http", "--max-cron-threads=0"),
                    launcher=paths.ROOT / "tests" / "install_worker.py",
                ),
                env={**templates.environ, "ODOO_RC": str(paths.CONFIG)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
            )

    def ask(self, task, database, **arguments):
        """Have something done.

        :return: what was logged meanwhile that should not be there
        """
        known = len(logcheck.problems(self.log))
        question = {"task": task, "database": database, **arguments}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"it ended; log: {self.log}\n{odoo_process.tail(self.log)}"
        error = json.loads(line)["error"]
        assert not error, error
        return [problem.text for problem in logcheck.problems(self.log)][known:]

    def stop(self):
        self._process.stdin.close()
        odoo_process.stop(self._process)


class Handle:
    def __init__(self, templates, database):
        self.templates = templates
        self.database = database
        # Odoo locks this table without waiting, and gives up if the server happens to
        # be cleaning it up after the last installation.
        self.query("ALTER TABLE ir_module_module SET (autovacuum_enabled = false)")

    def run(self, action, *names):
        """Install or uninstall by Odoo's command line; a warning in the log fails."""
        log = paths.LOGS / "test" / f"{action}-{self.database}-{names[0]}.log"
        for pause in (2, 5, 10, None):
            try:
                odoo_process.run_once(
                    ["module", action, "-d", self.database, *names],
                    self.templates.environ,
                    log,
                    what=f"{action} {', '.join(names)}",
                    timeout=600,
                )
                break
            except Failure:
                # Odoo asks for this lock once, and ends when PostgreSQL itself has
                # the table for a moment. Nothing was done then.
                if pause is None or LOCKED not in log.read_text(errors="replace"):
                    raise
                time.sleep(pause)
        problems = [problem.text for problem in logcheck.problems(log)]
        assert not problems, "\n".join(problems)

    def query(self, statement, *parameters):
        databases = self.templates.databases
        return databases.query(statement, parameters, database=self.database)

    def installed(self):
        """Which of ours are installed."""
        rows = self.query("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return {name for (name,) in rows} & set(KNOWN)

    def shape(self):
        """What an addon could leave behind."""
        return {
            what: {row[0] for row in self.query(statement)}
            for what, statement in SHAPE.items()
        }

    def works(self):
        """A person can log in and open the usual screens, and the log stays clean."""
        with Server(self.database, self.templates.environ) as server:
            client = server.client()
            models = client.search_read("ir.model", [("model", "in", MODELS)], "model")
            assert models
            for model in models:
                views = [[False, "form"], [False, "search"]]
                client.call(model["model"], "get_views", views)
            client.create("res.partner", name="Somebody new")
            assert not server.problems()


@pytest.mark.parametrize("name", KNOWN)
def test_it_installs_alone_and_leaves_odoo_as_it_was(name, odoo, apps, templates):
    handle = odoo(templates.stock([name]))
    database = handle.database
    before = handle.shape()
    install, uninstall = "button_immediate_install", "button_immediate_uninstall"
    problems = apps.ask("modules", database, action=install, names=[name])
    assert not problems, "\n".join(problems)
    assert name in handle.installed()
    # With what it pulled in; the deepest of ours go along with what they need.
    ours = sorted(handle.installed())
    problems = apps.ask("modules", database, action=uninstall, names=ours)
    if not name.endswith("_demo"):
        # A demo company has products and customers that orders use. Odoo tries to
        # delete them, logs that it cannot, and keeps them.
        assert not problems, "\n".join(problems)
    assert handle.installed() == set()
    after = handle.shape()
    for what in () if name.endswith("_demo") else SHAPE:
        assert after[what] == before[what], f"{what} differ"
    problems = apps.ask("views", database, models=MODELS)
    assert not problems, "\n".join(problems)
    apps.ask("close", database)


def test_they_install_one_by_one_in_any_order_and_go_in_any_order(odoo, templates):
    names = sorted(name for name in KNOWN if not name.endswith("_demo"))
    handle = odoo(templates.stock(names))
    chance = random.Random(SEED)
    chance.shuffle(names)
    for name in names:
        if name not in handle.installed():
            handle.run("install", name)
    assert handle.installed() == set(names), f"seed {SEED}"
    handle.works()
    chance.shuffle(names)
    for name in names:
        if name in handle.installed():
            handle.run("uninstall", name)
    assert handle.installed() == set(), f"seed {SEED}"
    handle.works()
