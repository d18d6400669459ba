# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Quotations and orders."""

from odoo.fields import Command

from ..company import COLLEAGUE, PLANNER, SALES
from .base import (
    Form,
    Kind,
    Missing,
    days_in_words,
    held,
    id_of,
    moment,
    order_lines,
    orders,
    press,
)


def line_words(lines):
    return ", ".join(f"{quantity:g} of {label}" for label, quantity in lines)


class Quotation(Kind):
    name = "quotation"
    over_http = True
    weight = 8
    who = (SALES, SALES, COLLEAGUE)

    def draw(self, day, dice):
        if len(orders(day, "draft", "sent")) > 2:
            return None  # enough is being talked about
        labels = sorted(day.products)
        chosen = dice.sample(labels, min(len(labels), dice.choice([1, 1, 2])))
        return {
            "customer": dice.choice(sorted(day.company.customers)),
            "lines": [[label, dice.randint(1, 9)] for label in chosen],
            "date": dice.choice([None, None, 0, 2, 5, 9, 20, 40]),
            "policy": dice.choice(["direct", "direct", "one"]),
            "warehouse": dice.choice(["WH", "WH", "WH", "WH", "North"]),
            "form": dice.random() < 0.5,
        }

    def act(self, day, env, step):
        arguments = step.arguments
        wished = arguments["date"]
        if arguments["form"]:
            form = Form(env["sale.order"])
            form.partner_id = env["res.partner"].browse(
                day.company.customers[arguments["customer"]]
            )
            if wished is not None:
                form.commitment_date = moment(day, wished)
            form.picking_policy = arguments["policy"]
            form.warehouse_id = env["stock.warehouse"].browse(
                day.company.warehouses[arguments["warehouse"]]
            )
            for label, quantity in arguments["lines"]:
                with form.order_line.new() as line:
                    line.product_id = day.thing(env, label)
                    line.product_uom_qty = quantity
            order = form.save()
        else:
            order = env["sale.order"].create(self._values(day, arguments))
        day.note(f"order {step.number}", order)

    def _values(self, day, arguments):
        wished = arguments["date"]
        return {
            "partner_id": day.company.customers[arguments["customer"]],
            "commitment_date": wished is not None and moment(day, wished),
            "picking_policy": arguments["policy"],
            "warehouse_id": day.company.warehouses[arguments["warehouse"]],
            "order_line": [
                Command.create(
                    {"product_id": id_of(day, label), "product_uom_qty": quantity}
                )
                for label, quantity in arguments["lines"]
            ],
        }

    def browse(self, day, browser, step):
        id_ = browser.save("sale.order", None, self._values(day, step.arguments))
        day.things[f"order {step.number}"] = "sale.order", id_

    def words(self, arguments):
        text = (
            f"new quotation for {arguments['customer']}:"
            f" {line_words(arguments['lines'])}"
        )
        if arguments["date"] is not None:
            text += f", delivery date {days_in_words(arguments['date'])}"
        if arguments["policy"] == "one":
            text += ", all at once"
        if arguments["warehouse"] != "WH":
            text += f", from {arguments['warehouse']}"
        return text + ("" if arguments["form"] else " (by a program)")


class _OnOrder(Kind):
    """A button of one order."""

    states = ("draft", "sent")
    held = False
    button = ""
    label = ""
    who = (SALES, COLLEAGUE)

    def draw(self, day, dice):
        found = held(day) if self.held else orders(day, *self.states)
        return {"order": dice.choice(found)} if found else None

    over_http = True

    def act(self, day, env, step):
        press(day.thing(env, step.arguments["order"]), self.button)

    def browse(self, day, browser, step):
        browser.call("sale.order", self.button, [id_of(day, step.arguments["order"])])

    def words(self, arguments):
        return f"{arguments['order']}: press {self.label}"


class Hold(_OnOrder):
    name = "hold"
    weight = 4
    button = "action_hold_promise"
    label = "Hold Goods"


class Release(_OnOrder):
    name = "release"
    weight = 1.5
    held = True
    button = "action_release_promise"
    label = "Release"


class Confirm(_OnOrder):
    name = "confirm"
    weight = 7
    button = "action_confirm"
    label = "Confirm"


class ConfirmMany(Kind):
    name = "confirm many"
    weight = 1
    who = (SALES,)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent")
        if len(found) < 2:
            return None
        return {"orders": dice.sample(found, 2)}

    def act(self, day, env, step):
        chosen = env["sale.order"]
        for label in step.arguments["orders"]:
            chosen |= day.thing(env, label)
        chosen.action_confirm()

    def words(self, arguments):
        return f"in the list mark {', '.join(arguments['orders'])} and confirm them"


class Cancel(_OnOrder):
    name = "cancel"
    weight = 1.5
    # stock Odoo lets nobody cancel what is bought to order who may not read purchases
    who = (SALES, PLANNER, PLANNER)
    states = ("draft", "sent", "sale")
    button = "action_cancel"
    label = "Cancel"


class BackToQuotation(_OnOrder):
    name = "back to quotation"
    weight = 1
    states = ("cancel",)
    button = "action_draft"
    label = "Set to Quotation"


class Duplicate(_OnOrder):
    name = "duplicate"
    over_http = False
    weight = 0.7
    states = ("draft", "sent", "sale", "cancel")

    def act(self, day, env, step):
        copy = day.thing(env, step.arguments["order"]).copy()
        day.note(f"order {step.number}", copy)

    def words(self, arguments):
        return f"{arguments['order']}: Duplicate"


class Quantity(Kind):
    name = "quantity"
    weight = 4
    who = (SALES, COLLEAGUE)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent", "sale")
        if not found:
            return None
        label = dice.choice(found)
        lines = order_lines(day, label)
        if not lines:
            return None
        index = dice.randrange(len(lines))
        quantity = lines[index][1]
        return {
            "order": label,
            "line": index,
            "quantity": max(
                0, quantity + dice.choice([-5, -2, -1, 1, 2, 4, 10, 25, -quantity])
            ),
            "form": dice.random() < 0.6,
        }

    def act(self, day, env, step):
        arguments = step.arguments
        order = day.thing(env, arguments["order"])
        if arguments["form"]:
            with Form(order) as form, form.order_line.edit(arguments["line"]) as line:
                line.product_uom_qty = arguments["quantity"]
        else:
            order.order_line[arguments["line"]].product_uom_qty = arguments["quantity"]

    over_http = True

    def browse(self, day, browser, step):
        arguments = step.arguments
        id_ = id_of(day, arguments["order"])
        lines = order_lines(day, arguments["order"])
        if arguments["line"] >= len(lines):
            raise Missing(arguments["order"])
        change = Command.update(
            lines[arguments["line"]][0], {"product_uom_qty": arguments["quantity"]}
        )
        browser.save("sale.order", id_, {"order_line": [change]})

    def words(self, arguments):
        return (
            f"{arguments['order']}: quantity of line {arguments['line'] + 1} to"
            f" {arguments['quantity']:g}"
        )


class DeliveryDate(Kind):
    name = "delivery date"
    weight = 2
    who = (SALES, COLLEAGUE)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent", "sale")
        if not found:
            return None
        return {
            "order": dice.choice(found),
            "date": dice.choice([None, 1, 3, 6, 12, 25]),
            "form": dice.random() < 0.6,
        }

    def act(self, day, env, step):
        arguments = step.arguments
        order = day.thing(env, arguments["order"])
        wished = arguments["date"] is not None and moment(day, arguments["date"])
        if arguments["form"]:
            with Form(order) as form:
                form.commitment_date = wished
        else:
            order.commitment_date = wished

    over_http = True

    def browse(self, day, browser, step):
        wished = step.arguments["date"]
        browser.save(
            "sale.order",
            id_of(day, step.arguments["order"]),
            {"commitment_date": wished is not None and moment(day, wished)},
        )

    def words(self, arguments):
        return (
            f"{arguments['order']}: delivery date to {days_in_words(arguments['date'])}"
        )


class Policy(Kind):
    name = "policy"
    weight = 0.7
    who = (SALES,)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent", "sale")
        if not found:
            return None
        return {
            "order": dice.choice(found),
            "policy": dice.choice(["direct", "one"]),
        }

    def act(self, day, env, step):
        with Form(day.thing(env, step.arguments["order"])) as form:
            form.picking_policy = step.arguments["policy"]

    def words(self, arguments):
        name = {"direct": "As soon as possible", "one": "When all products are ready"}
        return f"{arguments['order']}: shipping policy {name[arguments['policy']]}"


class AnotherProduct(Kind):
    name = "another product"
    weight = 1
    who = (SALES, COLLEAGUE)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent", "sale")
        if not found:
            return None
        return {
            "order": dice.choice(found),
            "product": dice.choice(sorted(day.products)),
            "quantity": dice.randint(1, 9),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        with (
            Form(day.thing(env, arguments["order"])) as form,
            form.order_line.new() as line,
        ):
            line.product_id = day.thing(env, arguments["product"])
            line.product_uom_qty = arguments["quantity"]

    def words(self, arguments):
        return (
            f"{arguments['order']}: add a line of {arguments['quantity']} of"
            f" {arguments['product']}"
        )


class Delete(_OnOrder):
    name = "delete quotation"
    over_http = False
    weight = 0.4
    states = ("draft", "cancel")
    who = (PLANNER,)

    def act(self, day, env, step):
        day.thing(env, step.arguments["order"]).unlink()

    def words(self, arguments):
        return f"{arguments['order']}: Delete"
