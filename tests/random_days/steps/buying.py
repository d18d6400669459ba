# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Orders from vendors."""

from odoo.fields import Command

from ..company import PLANNER, PURCHASE
from .base import Form, Kind, days_in_words, id_of, moment, press, purchases


class Purchase(Kind):
    name = "purchase"
    weight = 4
    who = (PURCHASE,)

    def draw(self, day, dice):
        labels = sorted(day.products)
        chosen = dice.sample(labels, min(len(labels), dice.choice([1, 1, 2])))
        return {
            "vendor": dice.choice(sorted(day.company.vendors)),
            "lines": [[label, dice.randint(2, 15)] for label in chosen],
            "date": dice.choice([0, 1, 2, 4, 8, 15]),
            "confirm": dice.random() < 0.8,
        }

    def act(self, day, env, step):
        arguments = step.arguments
        form = Form(env["purchase.order"])
        form.partner_id = env["res.partner"].browse(
            day.company.vendors[arguments["vendor"]]
        )
        for label, quantity in arguments["lines"]:
            with form.order_line.new() as line:
                line.product_id = day.thing(env, label)
                line.product_qty = quantity
        form.date_planned = moment(day, arguments["date"])
        purchase = form.save()
        day.note(f"purchase {step.number}", purchase)
        if arguments["confirm"]:
            press(purchase, "button_confirm")

    over_http = True

    def browse(self, day, browser, step):
        arguments = step.arguments
        date = moment(day, arguments["date"])
        id_ = browser.save(
            "purchase.order",
            None,
            {
                "partner_id": day.company.vendors[arguments["vendor"]],
                "date_planned": date,
                "order_line": [
                    Command.create(
                        {
                            "product_id": id_of(day, label),
                            "product_qty": quantity,
                            "date_planned": date,
                        }
                    )
                    for label, quantity in arguments["lines"]
                ],
            },
        )
        day.things[f"purchase {step.number}"] = "purchase.order", id_
        if arguments["confirm"]:
            browser.call("purchase.order", "button_confirm", [id_])

    def words(self, arguments):
        lines = ", ".join(f"{q:g} of {label}" for label, q in arguments["lines"])
        return (
            f"new purchase order from {arguments['vendor']}: {lines}, expected"
            f" {days_in_words(arguments['date'])}"
            + (", and confirm it" if arguments["confirm"] else "")
        )


class BoughtForOrders(Kind):
    """What reordering and made to order have put on purchase orders is found by its
    products, and gets a label."""

    name = "look at purchases"
    weight = 2
    who = (PURCHASE,)

    def draw(self, day, dice):
        known = [day.id_of(label) for label in day.labels("purchase.order")]
        found = day.sql(
            "SELECT DISTINCT l.order_id FROM purchase_order_line l"
            " JOIN purchase_order p ON p.id = l.order_id"
            " WHERE l.product_id = ANY(%s) AND NOT l.order_id = ANY(%s)"
            " AND p.state IN ('draft', 'sent') ORDER BY 1",
            day.product_ids(),
            known,
        )
        return {} if found else None

    def act(self, day, env, step):
        known = [day.id_of(label) for label in day.labels("purchase.order")]
        orders = env["purchase.order"].search(
            [
                ("order_line.product_id", "in", day.product_ids()),
                ("id", "not in", known),
                ("state", "in", ("draft", "sent")),
            ],
            order="id",
        )
        for index, order in enumerate(orders):
            day.note(f"purchase {step.number}.{index}", order)
            press(order, "button_confirm")

    def words(self, arguments):
        return "confirm the requests for quotation that were made for orders"


class ConfirmPurchase(Kind):
    name = "confirm purchase"
    weight = 1
    who = (PURCHASE,)

    def draw(self, day, dice):
        found = purchases(day, "draft", "sent")
        return {"purchase": dice.choice(found)} if found else None

    def act(self, day, env, step):
        press(day.thing(env, step.arguments["purchase"]), "button_confirm")

    over_http = True

    def browse(self, day, browser, step):
        id_ = id_of(day, step.arguments["purchase"])
        browser.call("purchase.order", "button_confirm", [id_])

    def words(self, arguments):
        return f"{arguments['purchase']}: Confirm Order"


#: where a person says when it comes -> in words
SAYS = {
    "head": "Expected Arrival on the order",
    "line": "Expected Arrival of its first line",
    "receipt": "Scheduled Date of its receipt",
    "portal": "the vendor changes the date of its first line on the portal",
}


class VendorDate(Kind):
    name = "vendor's date"
    weight = 4
    who = (PURCHASE,)

    def draw(self, day, dice):
        found = purchases(day, "purchase")
        if not found:
            return None
        return {
            "purchase": dice.choice(found),
            "date": dice.choice([0, 1, 3, 7, 12, 20]),
            "where": dice.choice(sorted(SAYS)),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        purchase = day.thing(env, arguments["purchase"])
        date = moment(day, arguments["date"])
        if arguments["where"] == "head":
            with Form(purchase) as form:
                form.date_planned = date
        elif arguments["where"] == "line":
            with Form(purchase) as form, form.order_line.edit(0) as line:
                line.date_planned = date
        elif arguments["where"] == "receipt":
            for picking in purchase.picking_ids.filtered(
                lambda one: one.state not in ("done", "cancel")
            ):
                with Form(picking) as form:
                    form.scheduled_date = date
        else:
            # as the portal's controller does, for the vendor who has the link
            purchase.sudo()._update_date_planned_for_lines(
                [(purchase.sudo().order_line[:1], date)]
            )

    def words(self, arguments):
        return (
            f"{arguments['purchase']}: {SAYS[arguments['where']]}:"
            f" {days_in_words(arguments['date'])}"
        )


class PurchaseQuantity(Kind):
    name = "purchase quantity"
    weight = 1.5
    who = (PURCHASE,)

    def draw(self, day, dice):
        found = purchases(day, "draft", "purchase")
        if not found:
            return None
        return {
            "purchase": dice.choice(found),
            "change": dice.choice([-4, -2, -1, 1, 3, 8]),
        }

    def act(self, day, env, step):
        purchase = day.thing(env, step.arguments["purchase"])
        with Form(purchase) as form, form.order_line.edit(0) as line:
            line.product_qty = max(line.product_qty + step.arguments["change"], 0)

    def words(self, arguments):
        return (
            f"{arguments['purchase']}: quantity of the first line by"
            f" {arguments['change']:+d}"
        )


class CancelPurchase(Kind):
    name = "cancel purchase"
    weight = 1
    who = (PURCHASE, PLANNER)

    def draw(self, day, dice):
        found = purchases(day, "draft", "sent", "purchase")
        return {"purchase": dice.choice(found)} if found else None

    def act(self, day, env, step):
        press(day.thing(env, step.arguments["purchase"]), "button_cancel")

    over_http = True

    def browse(self, day, browser, step):
        id_ = id_of(day, step.arguments["purchase"])
        browser.call("purchase.order", "button_cancel", [id_])

    def words(self, arguments):
        return f"{arguments['purchase']}: Cancel"
