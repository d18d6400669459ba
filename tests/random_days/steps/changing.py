# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is changed about how goods come and go: routes, addresses, warehouses, vendors,
calendars, what is archived."""

from datetime import datetime, time, timedelta

from ..company import ADMINISTRATION, PLANNER, SALES
from .base import Form, Kind, days_in_words, order_lines, orders

ROUTES = {
    "none": None,
    "Dropship": "stock_dropshipping.route_drop_shipping",
    "Replenish on Order": "stock.route_warehouse0_mto",
}


class LineRoute(Kind):
    name = "route of a line"
    weight = 1
    who = (SALES,)

    def draw(self, day, dice):
        found = [
            label for label in orders(day, "draft", "sent") if order_lines(day, label)
        ]
        if not found:
            return None
        return {"order": dice.choice(found), "route": dice.choice(sorted(ROUTES))}

    def act(self, day, env, step):
        name = ROUTES[step.arguments["route"]]
        route = env["stock.route"]
        if name:
            # as the list offers it
            route = route.search(
                [("id", "=", env["ir.model.data"]._xmlid_to_res_id(name))]
            )
        order = day.thing(env, step.arguments["order"])
        with Form(order) as form, form.order_line.edit(0) as line:
            line.route_ids.clear()
            if route:
                line.route_ids.add(route)

    def words(self, arguments):
        return f"{arguments['order']}: route of line 1: {arguments['route']}"


class Warehouse(Kind):
    name = "warehouse"
    weight = 0.7
    who = (SALES,)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent")
        if not found:
            return None
        return {
            "order": dice.choice(found),
            "warehouse": dice.choice(sorted(day.company.warehouses)),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        with Form(day.thing(env, arguments["order"])) as form:
            form.warehouse_id = env["stock.warehouse"].browse(
                day.company.warehouses[arguments["warehouse"]]
            )

    def words(self, arguments):
        return f"{arguments['order']}: warehouse {arguments['warehouse']}"


class Address(Kind):
    name = "delivery address"
    weight = 0.7
    who = (SALES,)

    def draw(self, day, dice):
        found = orders(day, "draft", "sent", "sale")
        if not found:
            return None
        return {
            "order": dice.choice(found),
            "customer": dice.choice(sorted(day.company.customers)),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        with Form(day.thing(env, arguments["order"])) as form:
            form.partner_shipping_id = env["res.partner"].browse(
                day.company.customers[arguments["customer"]]
            )

    def words(self, arguments):
        return f"{arguments['order']}: delivery address {arguments['customer']}"


class Archive(Kind):
    name = "archive"
    weight = 0.6
    who = (PLANNER,)

    def draw(self, day, dice):
        return {"product": dice.choice(sorted(day.products))}

    def act(self, day, env, step):
        product = day.thing(env, step.arguments["product"])
        if product.active:
            product.product_tmpl_id.action_archive()
        else:
            product.product_tmpl_id.action_unarchive()

    def words(self, arguments):
        return f"{arguments['product']}: Archive (or Unarchive, if it is)"


class VendorDelay(Kind):
    """The vendor's lead time on the product."""

    name = "vendor's lead time"
    weight = 0.7
    who = (PLANNER,)

    def draw(self, day, dice):
        found = [
            label
            for label, product in sorted(day.products.items())
            if product["kind"] in ("bought", "to order", "drop-ship")
        ]
        if not found:
            return None
        return {"product": dice.choice(found), "days": dice.choice([0, 2, 6, 15])}

    def act(self, day, env, step):
        product = day.thing(env, step.arguments["product"])
        with (
            Form(product.product_tmpl_id) as form,
            form.seller_ids.edit(0) as seller,
        ):
            seller.delay = step.arguments["days"]

    def words(self, arguments):
        return (
            f"{arguments['product']}: its vendor needs {arguments['days']} days from"
            " now on"
        )


class CloseDay(Kind):
    """A holiday of the warehouse in the north, which works by a calendar."""

    name = "close a day"
    weight = 0.5
    who = (ADMINISTRATION,)

    def draw(self, day, dice):
        return {"days": dice.choice([0, 1, 2, 4])}

    def act(self, day, env, step):
        calendar = env["resource.calendar"].search(
            [("name", "=", day.company.calendar)], limit=1
        )
        date = (day.clock.now + timedelta(days=step.arguments["days"])).date()
        begin = datetime.combine(date, time())
        env["resource.calendar.leaves"].create(
            {
                "name": f"Closed, day {day.seed}",
                "calendar_id": calendar.id,
                "date_from": begin,
                "date_to": begin + timedelta(hours=23, minutes=59),
            }
        )

    def words(self, arguments):
        return f"calendar of warehouse North: closed {days_in_words(arguments['days'])}"
