# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The products of a day, made by the planner before anything else."""

from odoo.fields import Command

from .base import Kind

#: kind -> how it is replenished, in words
PRODUCT_KINDS = {
    "stocked": "nothing replenishes it",
    "bought": "route Buy",
    "to order": "routes Replenish on Order and Buy",
}


class Product(Kind, set_up=True):
    name = "product"

    def draw(self, day, dice):
        label = f"product {chr(ord('A') + len(day.products))}"
        kind = dice.choices(list(PRODUCT_KINDS), [4, 4, 2])[0]
        return {
            "label": label,
            "kind": kind,
            "vendor": dice.choice(sorted(day.company.vendors)),
            "vendor_days": dice.choice([1, 3, 5, 8, 12]),
            "lead": dice.choice([0, 0, 0, 1, 2]),
            "on_hand": dice.choice([0, 0, 3, 5, 8, 12, 20]),
            "warehouse": "WH",
        }

    def act(self, day, env, step):
        arguments = step.arguments
        routes = []
        if arguments["kind"] in ("bought", "to order"):
            routes.append(env.ref("purchase_stock.route_warehouse0_buy").id)
        if arguments["kind"] == "to order":
            routes.append(env.ref("stock.route_warehouse0_mto").id)
        values = {
            "name": f"{arguments['label'].capitalize()} of day {day.seed}",
            "type": "consu",
            "is_storable": True,
            "lst_price": 10.0,
            "sale_delay": arguments["lead"],
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            "route_ids": [Command.set(routes)],
        }
        if routes:
            values["seller_ids"] = [
                Command.create(
                    {
                        "partner_id": day.company.vendors[arguments["vendor"]],
                        "delay": arguments["vendor_days"],
                        "price": 4.0,
                    }
                )
            ]
        product = env["product.product"].create(values)
        day.products[arguments["label"]] = {"id": product.id, **arguments}
        day.note(arguments["label"], product)
        if arguments["on_hand"]:
            warehouse = env["stock.warehouse"].browse(
                day.company.warehouses[arguments["warehouse"]]
            )
            env["stock.quant"].with_context(inventory_mode=True).create(
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": arguments["on_hand"],
                }
            ).action_apply_inventory()

    def words(self, arguments):
        text = (
            f"make {arguments['label']}: storable, {PRODUCT_KINDS[arguments['kind']]},"
            f" customer lead time {arguments['lead']}"
        )
        if arguments["kind"] != "stocked":
            text += f", {arguments['vendor']} needs {arguments['vendor_days']} days"
        return f"{text}; {arguments['on_hand']} on hand in {arguments['warehouse']}"
