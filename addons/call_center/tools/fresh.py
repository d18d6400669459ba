"""A transaction that sees what others committed while it waited."""

from odoo.http import request as http_request
from odoo.service.server import thread_local
from odoo.sql_db import Cursor
from odoo.tools import SQL

#: whoever waits longer is told so
LOCK_TIMEOUT = "5s"


def one_after_the_other(env, key):
    """Wait for whoever does the same, and see what they did: for the first line of a
    public method.

    Odoo's transactions see the database as it was at their first query. Where a request
    has written nothing yet, its transaction begins again with each statement seeing
    what is committed; other code may be inside a savepoint, which that would destroy,
    and only gets the lock.
    """
    cr = env.cr
    if _is_called_from_outside() and _is_untouched(env):
        cr.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
        if cr.fetchone()[0]:
            cr.rollback()
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", LOCK_TIMEOUT))
            env.invalidate_all(flush=False)
    cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", key))


def _is_called_from_outside():
    # XML-RPC hides the request from what it calls, and leaves the method's name instead
    return bool(http_request) or bool(getattr(thread_local, "rpc_model_method", ""))


def _is_untouched(env):
    cr, transaction = env.cr, env.transaction
    return (
        type(cr) is Cursor  # a test's cursor lives in one transaction
        and not cr.readonly
        and not any(transaction.field_dirty.values())
        and not any(transaction.tocompute.values())
        and not cr.precommit
        and not cr.postcommit
    )
