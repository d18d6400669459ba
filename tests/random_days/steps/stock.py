# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The warehouse's work."""

from ..company import PLANNER, STOCK
from .base import Form, Kind, answer, days_in_words, moment, press

#: states of transfers with which something can be done
OPEN = ("draft", "waiting", "confirmed", "assigned")


def transfers(day, *codes, states=OPEN):
    """[(document's label, index among its transfers, id)] of open transfers of orders
    and purchases, in the order in which they were made."""
    found = []
    for model, column in (("sale.order", "sale_id"), ("purchase.order", None)):
        for label in day.labels(model):
            if column:
                where = "k.sale_id = %s"
            else:
                where = (
                    "k.id IN (SELECT m.picking_id FROM stock_move m JOIN"
                    " purchase_order_line l ON l.id = m.purchase_line_id"
                    " WHERE l.order_id = %s)"
                )
            rows = day.sql(
                "SELECT k.id, t.code, k.state FROM stock_picking k"
                " JOIN stock_picking_type t ON t.id = k.picking_type_id"
                f" WHERE {where} ORDER BY k.id",
                day.id_of(label),
            )
            found += [
                (label, index, id_)
                for index, (id_, code, state) in enumerate(rows)
                if state in states and code in codes
            ]
    return found


def transfer(day, env, arguments):
    """The transfer that arguments name."""
    document = day.thing(env, arguments["document"])
    pickings = document.picking_ids.sorted("id")
    index = arguments["transfer"]
    return pickings[index : index + 1]


def transfer_words(arguments):
    return f"transfer {arguments['transfer'] + 1} of {arguments['document']}"


class _OnTransfer(Kind):
    codes = ("outgoing", "incoming", "internal")
    states = OPEN
    who = (STOCK,)

    def draw(self, day, dice):
        found = transfers(day, *self.codes, states=self.states)
        if not found:
            return None
        label, index, __ = dice.choice(found)
        return {"document": label, "transfer": index, **self.more(day, dice)}

    def more(self, day, dice):
        return {}

    def act(self, day, env, step):
        picking = transfer(day, env, step.arguments)
        if picking:
            return self.work(day, env, step, picking)
        return "no such transfer"


class Validate(_OnTransfer):
    """Deliver or receive: whole, a part, none, or more."""

    codes = ("outgoing", "internal")
    name = "deliver"
    weight = 6

    def more(self, day, dice):
        return {
            "how much": dice.choice(["whole", "whole", "reserved", "part", "more"]),
            "backorder": dice.random() < 0.7,
        }

    def work(self, day, env, step, picking):
        how = step.arguments["how much"]
        if picking.state in ("draft", "waiting", "confirmed") and how == "reserved":
            press(picking, "action_assign")
        if how != "reserved":
            field = (
                "move_ids"
                if "move_ids" in picking._fields
                else "move_ids_without_package"
            )
            with Form(picking) as form:
                lines = getattr(form, field)
                for index in range(len(lines)):
                    with lines.edit(index) as line:
                        line.quantity = self.quantity(how, line.product_uom_qty)
        return self.validate(env, picking, step.arguments["backorder"])

    def quantity(self, how, planned):
        return {
            "whole": planned,
            "part": planned // 2,
            "more": planned + 2,
        }[how]

    def validate(self, env, picking, backorder):
        action = press(picking, "button_validate")
        if isinstance(action, dict) and action.get("res_model"):
            model = action["res_model"]
            if model == "stock.backorder.confirmation":
                answer(
                    env,
                    action,
                    None,
                    "process" if backorder else "process_cancel_backorder",
                )
                return "with a backorder" if backorder else "without a backorder"
            return f"asked {model}"
        return ""

    def words(self, arguments):
        text = {
            "whole": "type in all quantities",
            "reserved": "leave what is reserved",
            "part": "type in the half",
            "more": "type in two more",
        }[arguments["how much"]]
        return (
            f"{transfer_words(arguments)}: {text}, Validate"
            f" ({'' if arguments['backorder'] else 'no '}backorder)"
        )


class Receive(Validate):
    codes = ("incoming", "dropship")
    name = "receive"
    weight = 4


class Reserve(_OnTransfer):
    codes = ("outgoing", "internal")
    name = "reserve"
    weight = 2
    states = ("confirmed", "waiting", "assigned")

    def work(self, day, env, step, picking):
        press(picking, "action_assign")

    def words(self, arguments):
        return f"{transfer_words(arguments)}: Check Availability"


class Unreserve(_OnTransfer):
    codes = ("outgoing", "internal")
    name = "unreserve"
    weight = 1
    states = ("confirmed", "assigned")

    def work(self, day, env, step, picking):
        press(picking, "do_unreserve")

    def words(self, arguments):
        return f"{transfer_words(arguments)}: Unreserve"


class MoveDelivery(_OnTransfer):
    name = "move a transfer"
    weight = 1.5

    def more(self, day, dice):
        return {"date": dice.choice([0, 1, 4, 8, 16])}

    def work(self, day, env, step, picking):
        with Form(picking) as form:
            form.scheduled_date = moment(day, step.arguments["date"])

    def words(self, arguments):
        return (
            f"{transfer_words(arguments)}: Scheduled Date"
            f" {days_in_words(arguments['date'])}"
        )


class CancelTransfer(_OnTransfer):
    name = "cancel a transfer"
    weight = 0.6

    def work(self, day, env, step, picking):
        press(picking, "action_cancel")

    def words(self, arguments):
        return f"{transfer_words(arguments)}: Cancel"


class Return(_OnTransfer):
    codes = ("outgoing", "incoming")
    states = ("done",)
    name = "return"
    weight = 1.5

    def more(self, day, dice):
        return {"part": dice.random() < 0.5, "done": dice.random() < 0.7}

    def work(self, day, env, step, picking):
        wizard = Form(
            env["stock.return.picking"].with_context(
                active_id=picking.id, active_ids=picking.ids, active_model=picking._name
            )
        )
        for index in range(len(wizard.product_return_moves)):
            with wizard.product_return_moves.edit(index) as line:
                quantity = line.move_quantity
                line.quantity = quantity // 2 if step.arguments["part"] else quantity
        result = wizard.save().action_create_returns()
        back = env["stock.picking"].browse(result["res_id"])
        if step.arguments["done"]:
            for move in back.move_ids:
                move.quantity = move.product_uom_qty
                move.picked = True
            press(back, "button_validate")

    def words(self, arguments):
        return (
            f"{transfer_words(arguments)}: Return"
            f" {'the half' if arguments['part'] else 'all'}"
            + (", and validate it" if arguments["done"] else "")
        )


class CountStock(Kind):
    name = "count"
    weight = 2
    who = (PLANNER,)

    def draw(self, day, dice):
        return {
            "product": dice.choice(sorted(day.products)),
            "warehouse": dice.choice(["WH", "WH", "North"]),
            "quantity": dice.choice([0, 1, 2, 4, 7, 11, 16]),
        }

    def act(self, day, env, step):
        arguments = step.arguments
        product = day.thing(env, arguments["product"])
        warehouse = env["stock.warehouse"].browse(
            day.company.warehouses[arguments["warehouse"]]
        )
        Quant = env["stock.quant"].with_context(inventory_mode=True)
        quant = Quant.search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", warehouse.lot_stock_id.id),
            ],
            limit=1,
        )
        if quant:
            quant.inventory_quantity = arguments["quantity"]
        else:
            quant = Quant.create(
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": arguments["quantity"],
                }
            )
        quant.action_apply_inventory()

    def words(self, arguments):
        return (
            f"physical inventory of {arguments['product']} in"
            f" {arguments['warehouse']}/Stock: {arguments['quantity']}, Apply"
        )


class Scrap(Kind):
    name = "scrap"
    weight = 1
    who = (STOCK,)

    def draw(self, day, dice):
        return {
            "product": dice.choice(sorted(day.products)),
            "quantity": dice.choice([1, 2, 5]),
        }

    def act(self, day, env, step):
        form = Form(env["stock.scrap"])
        form.product_id = day.thing(env, step.arguments["product"])
        form.scrap_qty = step.arguments["quantity"]
        action = press(form.save(), "action_validate")
        if isinstance(action, dict) and action.get("res_model"):
            return "not so many there: left"
        return ""

    def words(self, arguments):
        return f"scrap {arguments['quantity']} of {arguments['product']}"


class TypeQuantity(_OnTransfer):
    """Somebody types a quantity on an open delivery, and leaves it."""

    codes = ("outgoing",)
    name = "type a quantity"
    weight = 1

    def more(self, day, dice):
        return {"quantity": dice.randint(0, 6)}

    def work(self, day, env, step, picking):
        with Form(picking) as form, form.move_ids.edit(0) as line:
            line.quantity = step.arguments["quantity"]

    def words(self, arguments):
        return (
            f"{transfer_words(arguments)}: quantity of the first product"
            f" {arguments['quantity']}, save"
        )
