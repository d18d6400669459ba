# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Backorder processing: all promises of some products are dealt out anew."""

from ..company import PLANNER
from .base import Form, Kind, press


class Backorder(Kind):
    name = "backorder"
    weight = 1
    who = (PLANNER,)

    def draw(self, day, dice):
        return {"product": dice.choice(sorted(day.products))}

    def act(self, day, env, step):
        form = Form(env["delivery.promise.backorder"])
        form.product_ids.add(day.thing(env, step.arguments["product"]))
        run = form.save()
        press(run, "action_compute")
        day.note(f"run {step.number}", run)

    def play(self, day, step):
        super().play(day, step)
        label = f"run {step.number}"
        who = day.person(step.who)
        # what changes nothing has nothing to apply
        who.do(lambda env: press(day.thing(env, label), "action_apply"))
        day.floor.background()

    def words(self, arguments):
        return (
            f"backorder processing of {arguments['product']}: Compute, Apply; its jobs"
            " run"
        )
