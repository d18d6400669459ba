"""Who asks, who orders, what is kept and what is not."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tools import SQL

from .buying import in_days, partner, product, warehouse


def lead(env, name, customer, lines, **values):
    who = partner(env, customer)
    return env["crm.lead"].create(
        {
            "name": name,
            "type": "opportunity",
            "partner_id": who.id,
            "user_id": env.uid,
            # what a salesperson thinks of it, since there is no history to learn from
            "probability": 40,
            "promise_line_ids": [
                Command.create(
                    {
                        "product_id": product(env, part).id,
                        "quantity": quantity,
                        "requested_date": days is not None and in_days(days),
                    }
                )
                for part, quantity, days in lines
            ],
            **values,
        }
    )


def ask(env):
    """Leads: asked, checked, held, about to expire, expired."""
    lead(
        env,
        "Spring stock for the workshop",
        "dealer_munich",
        [("disc", 60, 14), ("pads", 90, 14), ("fluid", 40, None)],
        probability=70,
    ).action_compute_promise()
    lead(
        env,
        "Bearings for twelve vans",
        "customer_fleet",
        [("bearing", 24, 12)],
    ).action_hold_promise()
    soon = lead(env, "Front axle, two cars", "dealer_paris", [("kit", 2, None)])
    soon.action_hold_promise()
    soon.promise_id.sudo().hold_until = fields.Datetime.now() + timedelta(minutes=45)
    over = lead(env, "Filters for the season", "dealer_stockholm", [("filter", 48, 5)])
    over.action_hold_promise()
    over.promise_id.sudo().hold_until = fields.Datetime.now() - timedelta(hours=3)
    lead(
        env,
        "Brakes squeak since yesterday",
        "customer_weber",
        [("pads", 1, None), ("fitting", 1, None)],
    )
    env["crm.lead"].create(
        {
            "name": "Asks for caliper prices",
            "contact_name": "Tom Field",
            "phone": "+44 20 7946 0123",
            "country_id": env.ref("base.uk").id,
            "type": "lead",
        }
    )


def sell_in_one_currency(env):
    """Leave out price lists of stock's own demo shop whose currency is not active: what
    is sold by them could not be invoiced."""
    lists = env["product.pricelist"].search([("currency_id.active", "=", False)])
    lists.active = False


def quotation(env, customer, lines, **values):
    return env["sale.order"].create(
        {
            "partner_id": partner(env, customer).id,
            "warehouse_id": warehouse(env).id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product(env, part).id,
                        "product_uom_qty": quantity,
                    }
                )
                for part, quantity in lines.items()
            ],
            **values,
        }
    )


def deliver(order, share=1.0):
    """Validate the delivery of a share of each line; the rest stays open."""
    picking = order.picking_ids.filtered(lambda picking: picking.state != "done")[:1]
    picking.action_assign()
    for move in picking.move_ids:
        move.quantity = move.product_uom_qty * share
        move.picked = True
    picking._action_done()


def order(env):
    """Quotations and orders in every state."""
    quotation(env, "dealer_leeds", {"disc": 8, "pads": 4})
    held = quotation(env, "dealer_berlin", {"caliper": 2})
    held.action_hold_promise()

    kept = quotation(env, "dealer_munich", {"filter": 20, "fluid": 6})
    kept.action_confirm()
    deliver(kept)
    invoice = kept._create_invoices()
    invoice.action_post()

    partial = quotation(env, "dealer_stockholm", {"disc": 10})
    partial.action_confirm()
    deliver(partial, 0.6)

    quotation(env, "customer_hall", {"kit": 1}).action_confirm()
    quotation(env, "dealer_leeds", {"bearing": 12}).action_confirm()
    cancelled = quotation(env, "customer_martin", {"pads": 2})
    cancelled.action_confirm()
    cancelled._action_cancel()


def let_time_pass(env):
    """What went wrong: an order overdue, one delivered late, a receipt that slips."""
    late = quotation(env, "dealer_berlin", {"pads": 6, "disc": 4})
    late.action_confirm()
    _promised_for(late, -3)

    broken = quotation(env, "dealer_paris", {"filter": 12})
    broken.action_confirm()
    _promised_for(broken, -4)
    deliver(broken)
    broken._create_invoices().action_post()

    slipping = env["purchase.order"].search(
        [("partner_id", "=", partner(env, "supplier_us").id)], limit=1
    )
    slipping.order_line.date_planned = in_days(19)
    slipping.picking_ids.move_ids.date = in_days(19)


def _promised_for(order, days):
    """As if the order had been promised for a day that has passed since."""
    day = in_days(days)
    # the order itself would refuse a day that cannot be met any more, and rightly so
    order.flush_recordset(["commitment_date"])
    order.env.cr.execute(
        SQL("UPDATE sale_order SET commitment_date = %s WHERE id = %s", day, order.id)
    )
    order.invalidate_recordset(["commitment_date"])
    # sudo: the demo company's past; nobody dates a promise by hand
    order.promise_id.sudo().line_ids.write(
        {
            "promised_date": day,
            "first_promised_date": day,
            "ship_date": day,
            "material_date": day,
        }
    )
    moves = order.picking_ids.move_ids.filtered(lambda move: move.state != "done")
    moves.write({"date": day, "date_deadline": day})
