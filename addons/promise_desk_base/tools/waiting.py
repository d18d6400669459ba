"""How long a request may wait for others: one budget for all its locks and tries.

PostgreSQL's ``lock_timeout`` is for each lock of each statement, and Odoo runs a
request that failed on one again, up to five times with pauses between. Both are added
up here: what a try spent waiting, and all that a try that failed took, with the pause
after it. Jobs and scheduled actions wait for as long as it takes: nobody looks on.
"""

import time
from contextlib import contextmanager, nullcontext
from weakref import WeakKeyDictionary

from psycopg2.errors import LockNotAvailable, QueryCanceled, SerializationFailure

from odoo.exceptions import UserError
from odoo.http import request as http_request
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE
from odoo.service.server import thread_local
from odoo.sql_db import Cursor

#: seconds that a person looks at a screen, a customer at a page
SCREEN = 5.0
#: seconds that a program waits
PROGRAM = 20.0
#: the longest pause that Odoo makes before its second try
PAUSE = 2.0
#: a statement is given so much at least, so that it fails for a lock and not for load
LEAST = 0.1

MARK = "promise_desk_base.waiting"
#: a cursor lives as long as its request, through all its tries
_budgets = WeakKeyDictionary()


class WaitedTooLong(UserError):
    """The budget is spent. The transaction is over: whoever catches errors of users to
    go on without a promise lets this one pass."""


class Budget:
    """What is left of the time that one request may wait."""

    def __init__(self, limit):
        self.limit = limit
        self._lost = 0.0
        self._waited = 0.0
        self._began = None
        self._tries = 0
        self._failed = False
        self._is_restart = False

    def left(self):
        return self.limit - self._lost - self._waited

    def is_last_try(self):
        """Whether Odoo would hand the database's own words on after this one."""
        return self._tries >= MAX_TRIES_ON_CONCURRENCY_FAILURE

    def is_another_try_too_long(self):
        """Whether a try has failed, and the pause after one more would be too long."""
        return bool(self._lost) and self.left() <= PAUSE

    def _enter(self, cr):
        """Begin a try, or go on in it."""
        now = time.monotonic()
        if self._failed:
            self._lost += now - self._began
            self._waited = 0.0
        if self._failed or self._began is None:
            self._began = now
            self._failed = False
            self._tries += 1
        if MARK not in cr.postrollback.data:
            cr.postrollback.data[MARK] = True
            cr.postrollback.add(self._fail)

    def _fail(self):
        if not self._is_restart:
            self._failed = True

    @contextmanager
    def restart(self):
        """A rollback of our own, before anything was done, is no failed try."""
        self._is_restart = True
        try:
            yield
        finally:
            self._is_restart = False

    def waited(self, seconds):
        self._waited += seconds


def is_called_from_outside():
    """Whether a request of a user or of a program is being served. XML-RPC hides
    the request from what it calls, and leaves the name of the method instead."""
    return bool(http_request) or bool(getattr(thread_local, "rpc_model_method", ""))


def budget(env):
    """The budget of the request that is being served; None where nobody waits for an
    answer, and in tests that live in one transaction."""
    cr = env.cr
    if type(cr) is not Cursor or not is_called_from_outside():
        return None
    found = _budgets.get(cr)
    if found is None:
        found = _budgets[cr] = Budget(_limit())
    found._enter(cr)
    return found


def _limit():
    if not http_request or http_request.httprequest.path.startswith("/json/"):
        return PROGRAM
    return SCREEN


def bound(env):
    """Bound the waiting of the statements to come, to the end of the transaction.

    :raises WaitedTooLong: earlier tries have spent the budget
    """
    left = budget(env)
    if left is None:
        return
    _check(env, left)
    if left.is_another_try_too_long():
        raise too_long(env)
    # A statement that gives up costs a pause before the next try says so.
    seconds = max(left.left() - PAUSE, LEAST)
    env.cr.execute(f"SET LOCAL lock_timeout = {int(seconds * 1000)}")


@contextmanager
def for_locks(env):
    """The statement inside waits for as long as the budget allows, for all of its
    locks together.

    :raises WaitedTooLong: it is spent; the transaction can only be rolled back
    """
    left = budget(env)
    if left is None:
        yield
        return
    _check(env, left)
    env.lang  # noqa: B018 - looked up while the transaction still answers
    milliseconds = int(max(left.left(), LEAST) * 1000)
    env.cr.execute(
        f"SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = {milliseconds}"
    )
    began = time.monotonic()
    try:
        yield
    except (LockNotAvailable, QueryCanceled) as error:
        raise too_long(env) from error
    except SerializationFailure as error:
        # it has waited for nothing: what it had read before is stale
        if left.is_last_try():
            raise too_long(env) from error
        raise
    finally:
        left.waited(time.monotonic() - began)
    seconds = max(left.left() - PAUSE, LEAST)
    env.cr.execute(
        "SET LOCAL statement_timeout TO DEFAULT;"
        f" SET LOCAL lock_timeout = {int(seconds * 1000)}"
    )


def _check(env, left):
    if left.left() <= 0:
        raise too_long(env)


def too_long(env):
    return WaitedTooLong(
        env._(
            "Somebody else is changing the same products or documents at the moment, so"
            " nothing was changed. Try again in a minute."
        )
    )


def begin_again(env):
    """Make parallel requests wait for each other instead of failing.

    Only for the first line of a public method, where a request of a user or of a
    program runs it: other code may be inside a savepoint, which the new start would
    destroy. Odoo's transactions see the database as it was at their first query; where
    nothing was written yet, the transaction begins again under READ COMMITTED, in which
    each statement sees what was committed before it.

    :raises WaitedTooLong: the budget of the request is spent
    """
    left = budget(env)
    if left is None:
        return
    if is_nothing_written(env):
        with left.restart():
            env.cr.rollback()
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    bound(env)


def begin_slice(env):
    """As :func:`begin_again`, for a part of a job that has committed what came before.
    It waits for as long as it takes, and then sees what others have committed."""
    if type(env.cr) is Cursor and is_nothing_written(env):
        left = budget(env)
        with left.restart() if left else nullcontext():
            env.cr.rollback()
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def is_nothing_written(env):
    """Whether the transaction may begin again. One that did so already goes on, maybe
    in a savepoint."""
    cr, transaction = env.cr, env.transaction
    if (
        cr.readonly
        or any(transaction.field_dirty.values())
        or any(transaction.tocompute.values())
        or cr.precommit
        or cr.postcommit
    ):
        return False
    cr.execute(
        "SELECT pg_current_xact_id_if_assigned() IS NULL"
        " AND current_setting('transaction_isolation') <> 'read committed'"
    )
    return cr.fetchone()[0]
