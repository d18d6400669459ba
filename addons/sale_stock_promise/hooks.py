from odoo import Command
from odoo.tools import SQL, split_every

from .models import open_orders

BATCH = 500
#: Stored and computed, and empty for every line there is: Odoo would compute them line
#: by line and date every line anew, so that whoever follows changes reads all again.
COLUMNS = {
    "promised_date": "timestamp",
    "promise_ship_date": "timestamp",
    "promise_parts": "jsonb",
}


def pre_init_hook(env):
    """Make the columns of order lines without touching a row."""
    for name, kind in COLUMNS.items():
        env.cr.execute(
            SQL(
                "ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS %s %s",
                SQL.identifier(name),
                SQL(kind),
            )
        )


def post_init_hook(env):
    """Orders that were open when the add-on came are promised what they have. What
    people confirm or change meanwhile is left to the job."""
    for order_ids in split_every(BATCH, open_orders.open_order_ids(env)):
        open_orders.try_to_promise(env["sale.order"].browse(order_ids))
        env.flush_all()
        env.invalidate_all()
    env.ref("sale_stock_promise.ir_cron_promise_open_orders")._trigger()


def uninstall_hook(env):
    """Odoo removes fields and views; the groups that we gave to salespeople are ours
    to take back."""
    for sales, promises in (
        ("sales_team.group_sale_salesman", "stock_promise.group_promise_user"),
        ("sales_team.group_sale_manager", "stock_promise.group_promise_manager"),
    ):
        group, implied = env.ref(sales, False), env.ref(promises, False)
        if group and implied:
            group.implied_ids = [Command.unlink(implied.id)]
