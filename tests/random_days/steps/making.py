# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Manufacturing orders."""

from ..company import PRODUCTION
from .base import Form, Kind, answer, days_in_words, moment, press


def productions(day, *states):
    """Ids of manufacturing orders of the day's products, in the order in which they
    were made, those in one of the states."""
    return [
        (index, id_)
        for index, (id_, state) in enumerate(
            day.sql(
                "SELECT id, state FROM mrp_production WHERE product_id = ANY(%s)"
                " ORDER BY id",
                day.product_ids(),
            )
        )
        if state in states
    ]


def made(day, *kinds):
    return [
        label
        for label, product in sorted(day.products.items())
        if product["kind"] in kinds
    ]


class Make(Kind):
    name = "make"
    weight = 2
    who = (PRODUCTION,)

    def draw(self, day, dice):
        found = made(day, "made")
        if not found:
            return None
        return {
            "product": dice.choice(found),
            "quantity": dice.randint(1, 8),
            "date": dice.choice([0, 1, 3, 7]),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        form = Form(env["mrp.production"])
        form.product_id = day.thing(env, arguments["product"])
        form.product_qty = arguments["quantity"]
        form.date_start = moment(day, arguments["date"])
        press(form.save(), "action_confirm")

    def words(self, arguments):
        return (
            f"new manufacturing order for {arguments['quantity']} of"
            f" {arguments['product']}, start {days_in_words(arguments['date'])};"
            " Confirm"
        )


class _OnProduction(Kind):
    states = ("confirmed", "progress", "to_close")
    who = (PRODUCTION,)

    def draw(self, day, dice):
        found = productions(day, *self.states)
        if not found:
            return None
        index, __ = dice.choice(found)
        return {"production": index, **self.more(day, dice)}

    def more(self, day, dice):
        return {}

    def act(self, day, env, step):
        orders = env["mrp.production"].search(
            [("product_id", "in", day.product_ids())], order="id"
        )
        index = step.arguments["production"]
        if index >= len(orders):
            return "no such order"
        return self.work(day, env, step, orders[index])

    def named(self, arguments):
        return f"manufacturing order {arguments['production'] + 1} of the day"


class Produce(_OnProduction):
    name = "produce"
    weight = 2

    def more(self, day, dice):
        return {"part": dice.random() < 0.3}

    def work(self, day, env, step, production):
        quantity = production.product_qty
        if step.arguments["part"] and quantity > 1:
            quantity = quantity // 2
        with Form(production) as form:
            form.qty_producing = quantity
        action = press(production, "button_mark_done")
        for __ in range(3):
            if not isinstance(action, dict) or not action.get("res_model"):
                return ""
            if action["res_model"] == "mrp.production.backorder":
                action = answer(env, action, None, "action_backorder")
            elif action["res_model"] == "mrp.consumption.warning":
                action = answer(env, action, None, "action_confirm")
            else:
                return f"asked {action['res_model']}"
        return ""

    def words(self, arguments):
        return (
            f"{self.named(arguments)}: produce"
            f" {'the half' if arguments['part'] else 'all'}"
        )


class Postpone(_OnProduction):
    name = "postpone production"
    weight = 1.5
    states = ("confirmed",)

    def more(self, day, dice):
        return {"date": dice.choice([0, 2, 5, 11])}

    def work(self, day, env, step, production):
        with Form(production) as form:
            form.date_start = moment(day, step.arguments["date"])

    def words(self, arguments):
        return f"{self.named(arguments)}: start {days_in_words(arguments['date'])}"


class ConfirmProduction(_OnProduction):
    name = "confirm production"
    weight = 2
    states = ("draft",)

    def work(self, day, env, step, production):
        press(production, "action_confirm")

    def words(self, arguments):
        return f"{self.named(arguments)}: Confirm"


class CancelProduction(_OnProduction):
    name = "cancel production"
    weight = 0.7
    states = ("draft", "confirmed")

    def work(self, day, env, step, production):
        press(production, "action_cancel")

    def words(self, arguments):
        return f"{self.named(arguments)}: Cancel"


class Unbuild(_OnProduction):
    name = "unbuild"
    weight = 0.7
    states = ("done",)

    def work(self, day, env, step, production):
        form = Form(env["mrp.unbuild"].with_context(default_mo_id=production.id))
        form.mo_id = production
        form.product_qty = 1
        press(form.save(), "action_validate")

    def words(self, arguments):
        return f"{self.named(arguments)}: Unbuild 1"
