"""A process that installs and uninstalls addons the way the Apps screen does.

    python tests/install_worker.py ODOO-ARGUMENTS    # asked on standard input

Each line of input is a JSON object, each line of output its answer. One process serves
all databases: starting Odoo costs more than most of what is asked here.
"""

import json
import sys
import traceback

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config


def modules(database, action, names):
    """Press a button of the Apps screen for modules.

    :param action: ``button_immediate_install`` or ``button_immediate_uninstall``
    """
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        # the database may be older than the addon
        env["ir.module.module"].update_list()
        found = env["ir.module.module"].search([("name", "in", names)])
        assert len(found) == len(names), f"not all of {names} are there"
        getattr(found, action)()


def views(database, models):
    """Open the usual screens as the administrator, and make a contact; for each model
    that is there, its views are read as its screen reads them."""
    with Registry(database).cursor() as cr:
        admin = api.Environment(cr, SUPERUSER_ID, {}).ref("base.user_admin")
        env = api.Environment(cr, admin.id, {})
        known = [model for model in models if model in env]
        assert known
        for model in known:
            env[model].get_views([(False, "form"), (False, "search")])
        env["res.partner"].create({"name": "Somebody new"})
        cr.rollback()


def close(database):
    """Forget a database, which is about to be dropped."""
    Registry.delete(database)
    sql_db.close_db(database)


TASKS = {"modules": modules, "views": views, "close": close}


def main(arguments):
    config.parse_config(arguments, setup_logging=True)
    server.load_server_wide_modules()
    for line in sys.stdin:
        question = json.loads(line)
        try:
            TASKS[question.pop("task")](**question)
            answer = {"error": ""}
        except Exception:  # noqa: BLE001 - whatever it is, the test shows it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
