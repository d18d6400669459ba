# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo in this process, on a database: for what is measured without a network."""

import contextlib


def load(database):
    """Odoo's registry of a database, with the settings of the environment."""
    from odoo.modules.registry import Registry
    from odoo.tools import config

    if not getattr(load, "configured", False):
        config.parse_config(["-d", database, "--log-level=warn"], setup_logging=True)
        load.configured = True
    return Registry(database)


@contextlib.contextmanager
def environment(database, uid):
    """An environment in a transaction of its own, rolled back at the end: what was
    read before is not in its cache."""
    from odoo import api

    with load(database).cursor() as cr:
        yield api.Environment(cr, uid, {})
        cr.rollback()


@contextlib.contextmanager
def superuser(database):
    """An environment that may do everything; what it does is committed."""
    from odoo import SUPERUSER_ID, api

    with load(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})
