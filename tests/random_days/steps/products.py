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
    "made": "route Manufacture, of 2 of its part",
    "kit": "a kit of 2 of its part",
    "drop-ship": "route Dropship",
}

ROUTES = {
    "bought": ("purchase_stock.route_warehouse0_buy",),
    "to order": (
        "purchase_stock.route_warehouse0_buy",
        "stock.route_warehouse0_mto",
    ),
    "made": ("mrp.route_warehouse0_manufacture",),
    "kit": ("mrp.route_warehouse0_manufacture",),
    "drop-ship": ("stock_dropshipping.route_drop_shipping",),
}


class Product(Kind, set_up=True):
    name = "product"

    def draw(self, day, dice):
        label = f"product {chr(ord('A') + len(day.products))}"
        kind = dice.choices(list(PRODUCT_KINDS), [4, 4, 2, 2, 1, 1])[0]
        return {
            "label": label,
            "kind": kind,
            "vendor": dice.choice(sorted(day.company.vendors)),
            "vendor_days": dice.choice([1, 3, 5, 8, 12]),
            "lead": dice.choice([0, 0, 0, 1, 2]),
            "on_hand": dice.choice([0, 0, 3, 5, 8, 12, 20]),
            "warehouse": dice.choice(["WH", "WH", "WH", "North"]),
        }

    def play(self, day, step):
        with day.floor.kept():
            super().play(day, step)

    def act(self, day, env, step):
        arguments = step.arguments
        kind = arguments["kind"]
        product = self._product(day, env, arguments["label"], arguments, kind)
        if kind in ("made", "kit"):
            part = self._product(
                day, env, f"part of {arguments['label']}", arguments, "bought"
            )
            env["mrp.bom"].create(
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "type": "phantom" if kind == "kit" else "normal",
                    "produce_delay": 0 if kind == "kit" else 2,
                    "bom_line_ids": [
                        Command.create({"product_id": part.id, "product_qty": 2})
                    ],
                }
            )
            self._count(day, env, part, 2 * arguments["on_hand"], arguments)
        if kind not in ("kit", "drop-ship"):
            self._count(day, env, product, arguments["on_hand"], arguments)

    def _product(self, day, env, label, arguments, kind):
        routes = [env.ref(name).id for name in ROUTES.get(kind, ())]
        values = {
            "name": f"{label.capitalize()} of day {day.seed}",
            "type": "consu",
            "is_storable": True,
            "lst_price": 10.0,
            "sale_delay": arguments["lead"],
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            "route_ids": [Command.set(routes)],
        }
        if kind in ("bought", "to order", "drop-ship"):
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
        day.products[label] = {**arguments, "id": product.id, "kind": kind}
        day.note(label, product)
        return product

    def _count(self, day, env, product, quantity, arguments):
        if not quantity:
            return
        warehouse = env["stock.warehouse"].browse(
            day.company.warehouses[arguments["warehouse"]]
        )
        env["stock.quant"].with_context(inventory_mode=True).create(
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": quantity,
            }
        ).action_apply_inventory()

    def words(self, arguments):
        text = (
            f"make {arguments['label']}: storable, {PRODUCT_KINDS[arguments['kind']]},"
            f" customer lead time {arguments['lead']}"
        )
        if arguments["kind"] != "stocked":
            text += f", {arguments['vendor']} needs {arguments['vendor_days']} days"
        if arguments["kind"] in ("made", "kit"):
            text += f"; {2 * arguments['on_hand']} of its part (route Buy) on hand"
        if arguments["kind"] in ("kit", "drop-ship"):
            return text
        return f"{text}; {arguments['on_hand']} on hand in {arguments['warehouse']}"
