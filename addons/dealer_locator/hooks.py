"""PostgreSQL's extension ``cube``: there before the tables, gone with them if ours."""

import logging

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

#: set where this addon created the extension
OURS = "dealer_locator.created_cube"


def pre_init_hook(env):
    """Create the extension, or refuse the installation with what to do about it."""
    if _has_cube(env):
        return
    env.cr.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'cube'")
    if not env.cr.fetchone():
        raise UserError(
            env._(
                "Dealer Locator needs PostgreSQL's extension “cube”, and this database"
                " server does not have it. Install PostgreSQL's contrib modules on the"
                " server (on Debian: they come with the package of the server), then"
                " install the application again."
            )
        )
    try:
        with mute_logger("odoo.sql_db"), env.cr.savepoint():
            env.cr.execute("CREATE EXTENSION cube")
    except psycopg2.Error as error:
        raise UserError(
            env._(
                "Dealer Locator needs PostgreSQL's extension “cube”, and the database"
                " user may not create it (%(reason)s). Ask whoever looks after the"
                " database to run CREATE EXTENSION cube in it, or to grant the"
                " privilege CREATE on the database, then install the application"
                " again.",
                reason=str(error).strip().splitlines()[0],
            )
        ) from error
    env["ir.config_parameter"].set_param(OURS, "1")


def uninstall_hook(env):
    """Drop the extension if this addon created it and nothing else uses it."""
    parameters = env["ir.config_parameter"]
    ours = parameters.get_param(OURS)
    parameters.set_param(OURS, False)
    env.cr.execute("DROP INDEX IF EXISTS dealer_profile_position_index")
    if not ours or not _has_cube(env):
        return
    try:
        with mute_logger("odoo.sql_db"), env.cr.savepoint():
            env.cr.execute("DROP EXTENSION cube RESTRICT")
    except psycopg2.Error:
        _logger.info("The extension cube stays: something else uses it by now.")


def _has_cube(env):
    env.cr.execute("SELECT 1 FROM pg_extension WHERE extname = 'cube'")
    return bool(env.cr.fetchone())
