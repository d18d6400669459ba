"""The first planned date of each move, which Odoo overwrites and lateness needs."""

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL


def note_first_dates(env):
    """Note it for open moves that have none: those that were there before the addon,
    and those that servers without it have confirmed since.

    Moves that somebody else is just changing would end the installation; all are left
    to the daily job then.
    """
    try:
        with env.cr.savepoint():
            env.cr.execute(
                SQL(
                    "UPDATE stock_move SET first_planned_date = date"
                    " WHERE first_planned_date IS NULL AND state IN"
                    " ('waiting', 'confirmed', 'partially_available', 'assigned')"
                )
            )
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        return
    env["stock.move"].invalidate_model(["first_planned_date"])
