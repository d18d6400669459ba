from odoo.tools import SQL


def uninstall_hook(env):
    """The rows by which customers were locked go with the addon."""
    env.cr.execute(SQL("DELETE FROM delivery_promise_lock WHERE id < 0"))
