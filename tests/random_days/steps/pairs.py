# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is done and undone at once: afterwards all is as before."""

from datetime import timedelta

from odoo import fields

from ..company import PLANNER, PURCHASE, SALES
from .base import Form, Kind, order_lines, orders, press, purchases


class _Pair(Kind):
    """Two requests of one person, one after the other."""

    def play(self, day, step):
        who = day.person(step.who)
        kept = who.do(lambda env: self.act(day, env, step))
        who.do(lambda env: self.undo(day, env, step, kept))
        return "undone"

    def undo(self, day, env, step, kept):
        raise NotImplementedError


class QuantityAndBack(_Pair):
    name = "quantity and back"
    weight = 1
    who = (SALES,)

    def draw(self, day, dice):
        found = [label for label in orders(day, "draft") if order_lines(day, label)]
        if not found:
            return None
        return {"order": dice.choice(found), "more": dice.choice([1, 3, 12])}

    def act(self, day, env, step):
        order = day.thing(env, step.arguments["order"])
        with Form(order) as form, form.order_line.edit(0) as line:
            kept = line.product_uom_qty
            line.product_uom_qty = kept + step.arguments["more"]
        return kept

    def undo(self, day, env, step, kept):
        order = day.thing(env, step.arguments["order"])
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = kept

    def words(self, arguments):
        return (
            f"{arguments['order']}: quantity of line 1 by +{arguments['more']}, save,"
            " and back, save"
        )


class HoldAndRelease(_Pair):
    name = "hold and release"
    weight = 1
    who = (SALES,)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent")
        return {"order": dice.choice(found)} if found else None

    def act(self, day, env, step):
        press(day.thing(env, step.arguments["order"]), "action_hold_promise")

    def undo(self, day, env, step, kept):
        press(day.thing(env, step.arguments["order"]), "action_release_promise")

    def words(self, arguments):
        return f"{arguments['order']}: Hold Goods, then Release"


class VendorDateAndBack(_Pair):
    name = "vendor's date and back"
    weight = 1.5
    who = (PURCHASE,)

    def draw(self, day, dice):
        found = purchases(day, "purchase")
        if not found:
            return None
        return {
            "purchase": dice.choice(found),
            "days": dice.choice([1, 4, 9]),
            "receipt": dice.random() < 0.5,
        }

    def act(self, day, env, step):
        return self._write(day, env, step, None)

    def undo(self, day, env, step, kept):
        self._write(day, env, step, kept)

    def _write(self, day, env, step, kept):
        purchase = day.thing(env, step.arguments["purchase"])
        later = timedelta(days=step.arguments["days"])
        if step.arguments["receipt"]:
            picking = purchase.picking_ids.filtered(
                lambda one: one.state not in ("done", "cancel")
            )[:1]
            if not picking:
                return None
            with Form(picking) as form:
                before = fields.Datetime.to_datetime(form.scheduled_date)
                form.scheduled_date = kept or before + later
            return before
        with Form(purchase) as form, form.order_line.edit(0) as line:
            before = fields.Datetime.to_datetime(line.date_planned)
            line.date_planned = kept or before + later
        return before

    def words(self, arguments):
        what = (
            "Scheduled Date of its receipt"
            if arguments["receipt"]
            else "Expected Arrival of its first line"
        )
        return (
            f"{arguments['purchase']}: {what} {arguments['days']} days later, save, and"
            " back, save"
        )


class ArchiveAndBack(_Pair):
    name = "archive and back"
    weight = 0.7
    who = (PLANNER,)

    def draw(self, day, dice):
        return {"product": dice.choice(sorted(day.products))}

    def act(self, day, env, step):
        day.thing(env, step.arguments["product"]).product_tmpl_id.action_archive()

    def undo(self, day, env, step, kept):
        product = day.thing(env, step.arguments["product"])
        product.product_tmpl_id.action_unarchive()

    def words(self, arguments):
        return f"{arguments['product']}: Archive, then Unarchive"
