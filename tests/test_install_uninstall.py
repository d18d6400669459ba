"""Every addon installs alone and in any order, and leaves Odoo as it was."""

import os
import random
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


class Handle:
    def __init__(self, templates, database):
        self.templates = templates
        self.database = database
        # Odoo locks this table without waiting, and gives up if the server happens to
        # be cleaning it up after the last installation.
        self.query("ALTER TABLE ir_module_module SET (autovacuum_enabled = false)")

    def run(self, action, *names):
        """Install or uninstall; a warning in the log fails.

        But for a demo company's uninstalling: it has products and customers that
        orders use. Odoo tries to delete them, logs that it cannot, and keeps them.
        """
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
        if action == "uninstall" and any(name.endswith("_demo") for name in names):
            return
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
def test_it_installs_alone_and_leaves_odoo_as_it_was(name, odoo, templates):
    handle = odoo(templates.stock([name]))
    before = handle.shape()
    handle.run("install", name)
    assert name in handle.installed()
    # With what it pulled in; the deepest of ours go along with what they need.
    ours = handle.installed()
    handle.run("uninstall", *sorted(ours))
    assert handle.installed() == set()
    after = handle.shape()
    for what in () if name.endswith("_demo") else SHAPE:
        assert after[what] == before[what], f"{what} differ"
    handle.works()


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
