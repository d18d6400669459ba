# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a lead to the invoice, with the promised date all the way.

The same story for every client: what differs between XML-RPC and JSON-2 is how a
method is called, and that is in the other files of this folder. ``call`` takes a model,
a method, ids (or None) and named arguments, and returns what the method returns.

What the story needs it makes itself: a customer, two products, one of them on the shelf
and one on its way, so that it runs on any database with the suite.
"""

from datetime import datetime, timedelta, timezone

PHONE = "+49 30 5557 {:04d}"


def tell(text=""):
    print(text, flush=True)


class Story:
    """Tells itself step by step; each step returns what a next one needs."""

    def __init__(self, call, say=tell):
        self.call = call
        self.say = say
        self.stamp = datetime.now(timezone.utc).strftime("%H%M%S%f")
        self.phone = PHONE.format(int(self.stamp[-4:]))

    def tell_all(self):
        """The whole story; returns what it made."""
        self.prepare()
        lead = self.lead()
        self.check_dates(lead)
        self.hold(lead)
        order = self.quotation(lead)
        self.confirm(order)
        self.caller(6, "An agent takes a call")
        self.deliver(order)
        invoice = self.invoice(order)
        self.caller(9, "The customer calls once more")
        return {"lead": lead, "order": order, "invoice": invoice}

    # -- what is there before ----------------------------------------------------------

    def prepare(self):
        self.say("What is there before")
        warehouse = self.first("stock.warehouse", [], "lot_stock_id", "in_type_id")
        self.stock_id = warehouse["lot_stock_id"][0]
        self.partner = self.create(
            "res.partner", name=f"Example Garage {self.stamp}", phone=self.phone
        )
        self.pump = self.product("Water pump", 79.0)
        self.belt = self.product("Timing belt", 24.5)
        self.call(
            "stock.quant",
            "create",
            None,
            vals_list={
                "product_id": self.pump,
                "location_id": self.stock_id,
                "inventory_quantity_auto_apply": 10,
            },
            context={"inventory_mode": True},
        )
        self.receipt = self.incoming(warehouse, self.belt, 12, days=5)
        self.say("  10 water pumps on the shelf, 12 timing belts arrive in 5 days\n")

    def product(self, name, price):
        return self.create(
            "product.product",
            name=f"{name} {self.stamp}",
            type="consu",
            is_storable=True,
            list_price=price,
            invoice_policy="delivery",
        )

    def incoming(self, warehouse, product, quantity, days):
        supplier = self.first("stock.location", [("usage", "=", "supplier")])["id"]
        date = datetime.now(timezone.utc) + timedelta(days)
        move = {
            "product_id": product,
            "product_uom_qty": quantity,
            "location_id": supplier,
            "location_dest_id": self.stock_id,
            "date": f"{date:%Y-%m-%d %H:%M:%S}",
        }
        picking = self.create(
            "stock.picking",
            picking_type_id=warehouse["in_type_id"][0],
            location_id=supplier,
            location_dest_id=self.stock_id,
            scheduled_date=f"{date:%Y-%m-%d %H:%M:%S}",
            move_ids=[(0, 0, move)],
        )
        self.call("stock.picking", "action_confirm", [picking])
        return picking

    # -- the story ---------------------------------------------------------------------

    def lead(self):
        lead = self.create(
            "crm.lead",
            name=f"Spare parts {self.stamp}",
            type="opportunity",
            partner_id=self.partner,
            promise_line_ids=[
                (0, 0, {"product_id": self.pump, "quantity": 4}),
                (0, 0, {"product_id": self.belt, "quantity": 6}),
            ],
        )
        self.say(f"1. A lead (id {lead}) asks for 4 water pumps and 6 timing belts\n")
        return lead

    def check_dates(self, lead):
        self.call("crm.lead", "action_compute_promise", [lead])
        self.say("2. Dates are checked; nothing is held")
        self.say_lines("crm.lead.promise.line", [("lead_id", "=", lead)])

    def hold(self, lead):
        self.call("crm.lead", "action_hold_promise", [lead])
        (found,) = self.read("crm.lead", [lead], "promise_id")
        self.promise = found["promise_id"][0]
        (promise,) = self.read(
            "delivery.promise", [self.promise], "name", "state", "hold_until"
        )
        self.say(
            f"3. Held as {promise['name']} ({promise['state']}) until"
            f" {promise['hold_until']} UTC"
        )
        self.say_lines("crm.lead.promise.line", [("lead_id", "=", lead)])

    def quotation(self, lead):
        order = self.call("crm.lead", "create_quotation", [lead])
        (found,) = self.read("sale.order", [order], "name", "state")
        self.say(f"4. Quotation {found['name']} carries products, dates and the hold")
        self.say_lines("sale.order.line", [("order_id", "=", order)])
        return order

    def confirm(self, order):
        self.call("sale.order", "action_confirm", [order])
        (found,) = self.read("sale.order", [order], "name", "state", "commitment_date")
        (promise,) = self.read("delivery.promise", [self.promise], "name", "state")
        self.say(
            f"5. {found['name']} is confirmed, to be delivered by"
            f" {found['commitment_date']} UTC; {promise['name']} is {promise['state']}"
        )
        self.say_lines("sale.order.line", [("order_id", "=", order)])

    def deliver(self, order):
        self.say("7. The belts arrive early, and everything is delivered")
        self.done(self.receipt)
        for picking in self.call(
            "stock.picking",
            "search_read",
            None,
            domain=[("sale_id", "=", order), ("state", "not in", ("done", "cancel"))],
            fields=["name"],
        ):
            self.call("stock.picking", "action_assign", [picking["id"]])
            self.done(picking["id"])
        for line in self.lines(
            "delivery.promise.line",
            [("promise_id", "=", self.promise)],
            "promised_date",
            "delivered_date",
            "status",
        ):
            self.say(
                f"   {line['product_id'][1]}: promised {line['promised_date']},"
                f" delivered {line['delivered_date']}: {line['status']}"
            )
        (promise,) = self.read("delivery.promise", [self.promise], "name", "state")
        self.say(f"   {promise['name']} is {promise['state']}\n")

    def done(self, picking):
        """Validate a transfer as it was planned."""
        for move in self.call(
            "stock.move",
            "search_read",
            None,
            domain=[("picking_id", "=", picking), ("state", "!=", "cancel")],
            fields=["product_uom_qty"],
        ):
            values = {"quantity": move["product_uom_qty"], "picked": True}
            self.call("stock.move", "write", [move["id"]], vals=values)
        # A question instead of a result would be answered in the web client: here the
        # customer gets no text message.
        asked = self.call(
            "stock.picking", "button_validate", [picking], context={"skip_sms": True}
        )
        if isinstance(asked, dict):
            raise SystemExit(f"not delivered; Odoo asks: {asked.get('name')}")

    def invoice(self, order):
        wizard = self.call(
            "sale.advance.payment.inv",
            "create",
            None,
            vals_list={"advance_payment_method": "delivered"},
            context={"active_model": "sale.order", "active_ids": [order]},
        )
        wizard = wizard[0] if isinstance(wizard, list) else wizard
        self.call("sale.advance.payment.inv", "create_invoices", [wizard])
        (found,) = self.read("sale.order", [order], "invoice_ids")
        (invoice,) = found["invoice_ids"]
        self.call("account.move", "action_post", [invoice])
        (bill,) = self.read("account.move", [invoice], "name", "state", "amount_total")
        self.say(
            f"8. Invoice {bill['name']} over {bill['amount_total']} is {bill['state']}"
        )
        self.say_lines("sale.order.line", [("order_id", "=", order)])
        return invoice

    def caller(self, number, heading):
        """Who calls, and what they wait for."""
        self.say(f"{number}. {heading} from {self.phone}")
        found = self.call("phone.call", "lookup", None, number=self.phone)
        for match in found["matches"]:
            self.say(
                f"   {found['e164']} is {match['name']} ({match['certainty']} match)"
            )
        best = found["matches"][0]
        context = self.call(
            "phone.call", "caller_context", None, model=best["model"], id=best["id"]
        )
        for section in context["sections"]:
            self.say(f"   {section['title']}: {len(section['records'])}")
            for record in section["records"]:
                self.say(f"     {describe(record)}")
            for alert in section["alerts"]:
                self.say(f"     ! {describe(alert)}")
        self.say()
        return found

    # -- short forms -------------------------------------------------------------------

    def create(self, model, **values):
        made = self.call(model, "create", None, vals_list=values)
        return made[0] if isinstance(made, list) else made

    def read(self, model, ids, *fields):
        return self.call(model, "read", ids, fields=list(fields))

    def first(self, model, domain, *fields):
        found = self.call(
            model, "search_read", None, domain=domain, fields=list(fields), limit=1
        )
        if not found:
            raise SystemExit(f"there is no {model} that fits {domain}")
        return found[0]

    def lines(self, model, domain, *fields):
        return self.call(
            model,
            "search_read",
            None,
            domain=domain,
            fields=["product_id", *fields],
            order="id",
        )

    def say_lines(self, model, domain):
        for line in self.lines(model, domain, "promised_date"):
            self.say(
                f"   {line['product_id'][1]}: promised {line['promised_date']} UTC"
            )
        self.say()


def describe(entry):
    """A record of a section, or an alert, in a line."""
    words = [entry.get("name"), entry.get("badge"), entry.get("products")]
    if entry.get("promised_date"):
        words.append(f"promised {entry['promised_date']}")
    words.append(entry.get("message"))
    return ", ".join(str(word) for word in words if word)
