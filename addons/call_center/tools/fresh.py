"""A transaction that sees what others committed while it waited."""

from odoo.tools import SQL

from odoo.addons.promise_desk_base.tools import waiting


def one_after_the_other(env, key):
    """Wait for whoever does the same, and see what they did: before a public method
    writes anything.

    Odoo's transactions see the database as it was at their first query. Where a request
    has written nothing yet, its transaction begins again with each statement seeing
    what is committed; other code may be inside a savepoint, which that would destroy,
    and only gets the lock.

    :raises WaitedTooLong: others keep the lock for longer than the request may wait
    """
    cr = env.cr
    left = waiting.budget(env)
    if left is not None and _is_untouched(env):
        with left.restart():
            cr.rollback()
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        env.invalidate_all(flush=False)
    with waiting.for_locks(env):
        lock = SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", key)
        cr.execute(lock, log_exceptions=False)  # who waits too long is told so


def _is_untouched(env):
    cr, transaction = env.cr, env.transaction
    if (
        cr.readonly
        or any(transaction.field_dirty.values())
        or any(transaction.tocompute.values())
        or cr.precommit
        or cr.postcommit
    ):
        return False
    cr.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
    return cr.fetchone()[0]
