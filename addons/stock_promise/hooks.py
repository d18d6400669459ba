from odoo.tools import SQL


def post_init_hook(env):
    """Open moves of a running company: what is planned now is the first date known."""
    env.cr.execute(
        SQL(
            "UPDATE stock_move SET first_planned_date = date"
            " WHERE first_planned_date IS NULL"
            " AND state IN ('waiting', 'confirmed', 'partially_available', 'assigned')"
        )
    )
