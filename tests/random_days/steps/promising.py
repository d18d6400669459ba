# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What planners do about promises."""

from datetime import timedelta

from ..company import COLLEAGUE, PLANNER, SALES
from .base import Kind, answer, days_in_words, held, moment, orders, press


class ByHand(Kind):
    name = "by hand"
    weight = 1.5
    who = (PLANNER,)

    def draw(self, day, dice):
        found = orders(day, "sale")
        if not found:
            return None
        return {"order": dice.choice(found), "date": dice.choice([0, 1, 3, 6, 12, 25])}

    def act(self, day, env, step):
        order = day.thing(env, step.arguments["order"])
        action = press(order, "action_set_promise_by_hand")

        def fill(form):
            form.promised_date = moment(day, step.arguments["date"], 15)
            form.reason = "The customer called"

        answer(env, action, fill, "action_apply")

    def words(self, arguments):
        return (
            f"{arguments['order']}: Set Date by Hand,"
            f" {days_in_words(arguments['date'])}"
        )


class Again(Kind):
    name = "promise again"
    weight = 1.5
    who = (PLANNER, SALES)

    def draw(self, day, dice):
        found = orders(day, "sale")
        if not found:
            return None
        return {
            "orders": dice.sample(found, min(len(found), dice.choice([1, 1, 2, 3])))
        }

    def act(self, day, env, step):
        chosen = env["sale.order"]
        for label in step.arguments["orders"]:
            chosen |= day.thing(env, label)
        if len(chosen) == 1:
            action = press(chosen, "action_promise_again")
        else:
            action = chosen.action_promise_again()
        answer(env, action, None, "action_apply")

    def words(self, arguments):
        return f"{', '.join(arguments['orders'])}: Promise Again, and apply"


class Extend(Kind):
    name = "extend"
    weight = 0.5
    who = (SALES, COLLEAGUE)

    def draw(self, day, dice):
        found = held(day)
        return {"order": dice.choice(found)} if found else None

    def act(self, day, env, step):
        press(day.thing(env, step.arguments["order"]), "action_extend_promise")

    def words(self, arguments):
        return f"{arguments['order']}: Extend"


class HoldEnds(Kind):
    name = "a hold ends"
    weight = 0.7
    who = (PLANNER,)

    def draw(self, day, dice):
        found = held(day)
        return {"order": dice.choice(found)} if found else None

    def play(self, day, step):
        label = step.arguments["order"]
        if label not in day.things:
            return
        ends = day.sql(
            "SELECT p.hold_until FROM delivery_promise p JOIN sale_order o"
            " ON o.promise_id = p.id WHERE o.id = %s AND p.state = 'held'",
            day.id_of(label),
        )
        if ends and ends[0][0] > day.clock.now:
            day.clock.move(ends[0][0] + timedelta(seconds=1))
            day.floor.jobs()

    def words(self, arguments):
        return f"wait until the hold of {arguments['order']} has ended"
