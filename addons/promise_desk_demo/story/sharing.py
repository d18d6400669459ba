"""Who comes first, what may stand for what, and what a planner would change."""

from datetime import timedelta

from odoo import fields

from .buying import in_days, partner, product, warehouse

DEALERS = ("berlin", "munich", "paris", "leeds", "stockholm")


def rank(env):
    """Customer classes, and what is kept for one of them."""
    dealers, fleets = env["delivery.promise.class"].create(
        [
            {"name": "Dealers", "sequence": 10, "priority": "2"},
            {"name": "Fleets", "sequence": 20, "priority": "1"},
        ]
    )
    for name in DEALERS:
        partner(env, f"dealer_{name}").promise_class_id = dealers
    partner(env, "customer_fleet").promise_class_id = fleets
    today = fields.Date.context_today(dealers)
    env["delivery.promise.allocation"].create(
        [
            {
                "kind": "protection",
                "class_id": dealers.id,
                "product_id": product(env, "filter").id,
                "quantity": 30,
                "date_from": today,
                "date_to": today + timedelta(days=60),
                "release_date": today + timedelta(days=40),
                "note": "Spring service at the dealers",
            },
            {
                "kind": "quota",
                "class_id": fleets.id,
                "product_id": product(env, "bearing").id,
                "quantity": 50,
                "date_from": today,
                "date_to": today + timedelta(days=30),
            },
        ]
    )


def substitute(env):
    """Pads that do as well, and are there."""
    pads = product(env, "pads")
    ceramic = env["product.product"].create(
        {
            "name": "Brake pad set, front, ceramic",
            "default_code": "BP-40C",
            "type": "consu",
            "is_storable": True,
            "categ_id": pads.categ_id.id,
            "list_price": pads.list_price * 1.3,
            "standard_price": pads.standard_price * 1.3,
        }
    )
    env["stock.quant"].with_context(inventory_mode=True).create(
        {
            "product_id": ceramic.id,
            "location_id": warehouse(env).lot_stock_id.id,
            "inventory_quantity": 25,
        }
    ).action_apply_inventory()
    env["delivery.promise.substitute"].create(
        {
            "product_tmpl_id": pads.product_tmpl_id.id,
            "substitute_id": ceramic.id,
        }
    )


def plan(env):
    """A run of backorder processing that waits for its planner's decision."""
    run = env["delivery.promise.backorder"].create({"date_to": in_days(90).date()})
    run.action_compute()
