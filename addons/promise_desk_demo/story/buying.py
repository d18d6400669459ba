"""What lies on the shelves, and what is on its way."""

from datetime import timedelta

from odoo import Command, fields

SHELVES = {
    "disc": 46,
    "pads": 18,
    "filter": 120,
    "bearing": 4,
    "caliper": 3,
    "caliper_body": 6,
    "piston": 9,
    "seals": 30,
}


def product(env, name):
    return env.ref(f"promise_desk_demo.product_{name}_demo")


def partner(env, name):
    return env.ref(f"promise_desk_demo.partner_{name}_demo")


def warehouse(env):
    return env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)


def in_days(days):
    return fields.Datetime.now().replace(hour=9, minute=0, second=0) + timedelta(
        days=days
    )


def fill_the_shelves(env):
    Quant = env["stock.quant"].with_context(inventory_mode=True)
    location = warehouse(env).lot_stock_id
    Quant.create(
        [
            {
                "product_id": product(env, name).id,
                "location_id": location.id,
                "inventory_quantity": quantity,
            }
            for name, quantity in SHELVES.items()
        ]
    ).action_apply_inventory()
    buy = env.ref("purchase_stock.route_warehouse0_buy")
    make = env.ref("mrp.route_warehouse0_manufacture")
    product(env, "caliper").route_ids = [Command.set(make.ids)]
    for name in (
        "disc",
        "pads",
        "filter",
        "bearing",
        "caliper_body",
        "piston",
        "seals",
    ):
        product(env, name).route_ids = [Command.set(buy.ids)]


def purchase(env, vendor, lines, days, confirm=True):
    order = env["purchase.order"].create(
        {
            "partner_id": partner(env, vendor).id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product(env, name).id,
                        "product_qty": quantity,
                        "date_planned": in_days(days),
                    }
                )
                for name, quantity in lines.items()
            ],
        }
    )
    if confirm:
        order.button_confirm()
        order.order_line.date_planned = in_days(days)
    return order


def order_more(env):
    purchase(env, "manufacturer", {"disc": 80, "pads": 60}, 6)
    purchase(env, "supplier_us", {"bearing": 40}, 9)
    purchase(env, "supplier_fr", {"filter": 100, "piston": 40}, 15)
    # expected the day before yesterday, and not there: it counts for nothing
    purchase(env, "supplier_fr", {"seals": 50}, -2)
    # a request for quotation is no supply
    purchase(env, "manufacturer", {"caliper_body": 20}, 20, confirm=False)
    production = env["mrp.production"].create(
        {
            "product_id": product(env, "caliper").id,
            "product_qty": 4,
            "bom_id": env.ref("promise_desk_demo.mrp_bom_caliper_demo").id,
            "date_start": in_days(2),
        }
    )
    production.action_confirm()
