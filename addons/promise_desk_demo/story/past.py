"""The last quarter: what was ordered, promised and delivered, and how late it was.

Everything goes through Odoo's own documents, and is then moved back in time, since
nothing of it can be done on another day than today."""

import random
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .buying import purchase
from .selling import quotation

WEEKS = 12
PARTS = ("disc", "pads", "filter", "bearing")
#: what each vendor brings, and how many days later than planned it came
VENDORS = {
    "manufacturer": (("disc", "pads"), (0, 0, 0, 0, 1, -1)),
    "supplier_us": (("bearing",), (0, 2, 5, 7, 9)),
    "supplier_fr": (("filter", "piston"), (0, 0, 1, 3, -1)),
}
CUSTOMERS = (
    "dealer_berlin",
    "dealer_munich",
    "dealer_paris",
    "dealer_leeds",
    "dealer_stockholm",
    "customer_fleet",
)
#: days from the promised date to the last unit
LATE = (0, 0, 0, 0, -1, 0, 0, 1, 0, 3, 0, 0)


def remember(env):
    """Twelve weeks of receipts and deliveries, with their dates."""
    # The same past every time: who looks twice should see the same.
    chance = random.Random(12)
    today = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
    _receive(env, chance, today)
    _sell(env, chance, today)


def _receive(env, chance, today):
    weeks = range(WEEKS, 0, -1)
    planned = {
        purchase(env, vendor, dict.fromkeys(parts, 60), 0): (
            today - timedelta(days=7 * week + chance.randint(0, 3)),
            chance.choice(lateness),
        )
        for week in weeks
        for vendor, (parts, lateness) in VENDORS.items()
    }
    pickings = _validate([order.picking_ids for order in planned])
    for order, (day, late) in planned.items():
        _came(order.picking_ids, day, min(day + timedelta(days=late), today))
        order.order_line.date_planned = day
    pickings.invalidate_recordset()


def _sell(env, chance, today):
    promised = {}
    for week in range(WEEKS, 0, -1):
        for customer in chance.sample(CUSTOMERS, 3):
            lines = {part: chance.randint(1, 8) for part in chance.sample(PARTS, 2)}
            order = quotation(env, customer, lines)
            day = today - timedelta(days=7 * week - chance.randint(0, 4))
            early = chance.choice((0, 0, 0, 2))
            asked = chance.random() < 0.5 and day - timedelta(days=early)
            promised[order] = day, asked, chance.choice(LATE)
    orders = env["sale.order"].union(*promised)
    orders.action_confirm()
    _validate([order.picking_ids for order in orders])
    for order, (day, asked, late) in promised.items():
        came = min(day + timedelta(days=late), today)
        _promised(order, day, asked)
        _came(order.picking_ids, day, came)
    invoices = orders._create_invoices(grouped=True)
    invoices.action_post()
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoices.ids
    ).create({"group_payment": True})._create_payments()
    orders.promise_id.sudo().line_ids._update_delivery()


def _validate(pickings):
    pickings = pickings[0].union(*pickings[1:])
    for move in pickings.move_ids:
        move.quantity = move.product_uom_qty
        move.picked = True
    pickings._action_done()
    return pickings


def _came(pickings, planned, came):
    """As if it had been planned for a day, and had come on another."""
    env = pickings.env
    env.flush_all()
    moves = tuple(pickings.move_ids.ids)
    for query in (
        SQL(
            "UPDATE stock_move SET first_planned_date = %s, date_deadline = %s,"
            " date = %s WHERE id IN %s",
            planned,
            planned,
            came,
            moves,
        ),
        SQL("UPDATE stock_move_line SET date = %s WHERE move_id IN %s", came, moves),
        SQL(
            "UPDATE stock_picking SET date_done = %s, scheduled_date = %s"
            " WHERE id IN %s",
            came,
            planned,
            tuple(pickings.ids),
        ),
    ):
        env.cr.execute(query)
    env.invalidate_all()


def _promised(order, day, asked):
    """As if the order had been taken a week before it was promised for."""
    env = order.env
    env.flush_all()
    env.cr.execute(
        SQL(
            "UPDATE sale_order SET date_order = %s, commitment_date = %s WHERE id = %s",
            day - timedelta(days=7),
            day,
            order.id,
        )
    )
    env.invalidate_all()
    # sudo: the demo company's past; nobody dates a promise by hand
    order.promise_id.sudo().line_ids.write(
        {
            "requested_date": asked,
            "promised_date": day,
            "first_promised_date": day,
            "ship_date": day,
            "material_date": day,
        }
    )


def measure(env):
    """What a job computes at night from that past."""
    env["delivery.promise.lateness"]._refresh(env.company)
