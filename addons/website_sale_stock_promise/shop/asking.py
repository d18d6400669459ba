"""What the shop asks the engine, and what of its answer a customer may know."""

from datetime import date, datetime, time, timezone
from typing import NamedTuple

from odoo import fields, models

from . import words

to_datetime = fields.Datetime.to_datetime


class Item(NamedTuple):
    """Something that a visitor looks at."""

    product: models.BaseModel
    quantity: float
    uom: models.BaseModel
    #: ids of chosen values of attributes that create no variant
    option_ids: tuple[int, ...] = ()
    #: of a combo: for each of its choices the products that it may be
    choices: tuple = ()


class ShopQuestion:
    """One request for all that a visitor looks at.

    :param website: in the visitor's environment, whose language is answered in
    :param items: [:class:`Item`]; that the visitor may see them is checked
    :param address: res.partner, new or stored, empty where nobody knows
    :param ignore: promises whose goods are the visitor's own
    :param warehouse: where the goods leave, if not where the website's do
    :param keys: further keys of the request: ``shipping_policy``
    """

    def __init__(self, website, items, address, ignore=(), warehouse=None, **keys):
        self.website = website
        # sudo: settings of the website, which visitors do not read
        self.settings = website.sudo()
        self.env = website.env
        self.items = items
        self.address = address
        self.ignore = [promise.id for promise in ignore]
        # sudo: dates rest on stock, receipts and hours that no visitor may read; what
        # is answered is chosen below
        self.engine = (
            self.env["delivery.promise.engine"].sudo().with_company(website.company_id)
        )
        self.warehouse = (warehouse or website._promise_warehouse()).sudo()
        self.keys = keys
        #: of each item the day on which it leaves, or False; not for customers
        self.ships = []
        #: of each item whether the shop sells it for what is answered
        self.sold = []

    def answer(self):
        """``order_before`` and ``lines`` of the contract; dates are dates."""
        asked, places = [], []
        for item in self.items:
            mine = []
            for choice in item.choices or ((item.product,),):
                goods = [product for product in choice if product.type == "consu"]
                mine.append(range(len(asked), len(asked) + len(goods)))
                asked += [self._line(item, product) for product in goods]
            places.append(mine)
        found = self._ask(asked) if asked else []
        before = self._order_before()
        lines = [
            self._told(item, [[found[i] for i in some] for some in mine], before)
            for item, mine in zip(self.items, places, strict=True)
        ]
        starts_now = any(line["availability"] == "in_stock" for line in lines)
        return {"order_before": (starts_now and before) or False, "lines": lines}

    def _line(self, item, product):
        is_own = product == item.product
        return {
            "product_id": product.id,
            "quantity": item.quantity,
            "uom_id": (item.uom if is_own else product.uom_id).id,
            "no_variant_value_ids": list(item.option_ids) if is_own else [],
        }

    def _ask(self, lines):
        checked = self.engine._check_request(
            {
                "company_id": self.website.company_id.id,
                "warehouse_id": self.warehouse.id,
                "allow_split": self.settings.promise_split,
                "lines": lines,
                **self.keys,
            }
        )
        checked = checked._replace(
            partner=self.address, customer_class=self._customer_class()
        )
        return self.engine._compute_request(checked, self.ignore).answer["lines"]

    def _customer_class(self):
        """Whose goods a visitor may have: those of a known customer's class, else of
        the website's."""
        Class = self.engine.env["delivery.promise.class"]
        if self.env.user._is_public():
            return self.settings.promise_class_id or Class
        return Class._of_partner(self.address._origin, self.website.company_id)

    # -- what may be told --------------------------------------------------------------

    def _told(self, item, choices, before):
        told = {
            "product_id": item.product.id,
            "availability": "not_stocked",
            "date": False,
            "date_to": False,
            "quantity": item.quantity,
            "deliveries": [],
            "text": "",
        }
        # of each choice what comes first; all of them are waited for
        lines = [min(some, key=self._arrival) for some in choices if some]
        self.ships.append(self._ships(lines))
        self.sold.append(not lines or is_sold(self.website, item.product, lines))
        if not lines:
            return told
        if self._is_beyond_cap(item):
            return {
                **told,
                "availability": "no_date",
                "text": words.too_many(self.env),
            }
        slowest = max(lines, key=self._arrival)
        told["availability"] = self._availability(lines)
        if told["availability"] != "no_date":
            told["date"] = self._day(slowest["promised_date"])
            if self.settings.promise_range and slowest["date_90"]:
                told["date"] = self._day(slowest["date_50"])
                told["date_to"] = self._day(slowest["date_90"])
            told["deliveries"] = self._deliveries(item, lines, told["date"])
        if not self.sold[-1]:
            told["text"] = words.not_sold_yet(self.env, told["date"])
        else:
            told["text"] = words.sentence(self.env, told, self._seconds(before))
        return told

    def _ships(self, lines):
        moments = [line["ship_date"] for line in lines]
        return bool(moments) and all(moments) and self._day(max(moments))

    def _is_beyond_cap(self, item):
        cap = self.settings.promise_told_max
        quantity = item.uom._compute_quantity(
            item.quantity, item.product.uom_id, round=False
        )
        return bool(cap) and quantity > cap

    @staticmethod
    def _arrival(line):
        return line["promised_date"] or "9999"

    def _availability(self, lines):
        if not all(line["promised_date"] for line in lines):
            return "no_date"
        if all(is_untracked(line) for line in lines):
            return "not_stocked"
        if all(is_in_stock(line) for line in lines):
            return "in_stock"
        return "backorder"

    def _deliveries(self, item, lines, when):
        if len(lines) > 1:
            return [{"quantity": item.quantity, "date": when}]
        days = {}
        for entry in lines[0]["schedule"]:
            arrival = self._day(entry["delivery_date"])
            days[arrival] = days.get(arrival, 0.0) + entry["quantity"]
        return [
            {"quantity": quantity, "date": arrival}
            for arrival, quantity in sorted(days.items())
        ]

    def _day(self, moment):
        return self.warehouse._promise_day(to_datetime(moment))

    # -- until when to order -----------------------------------------------------------

    def _order_before(self):
        """The next cut-off of the warehouse, in UTC: what leaves from the shelf comes
        later for an order after it. None where there is no cut-off."""
        schedule = self.engine._schedules(
            self.warehouse, self.website.company_id, fields.Datetime.now()
        )[self.warehouse.id]
        slot = schedule.slot(schedule.start)
        if schedule.cutoff is None or slot is None:
            return None
        hours, minutes = divmod(round(schedule.cutoff * 60), 60)
        local = datetime.combine(
            date.fromordinal(schedule.day(slot)), time(hours, minutes), schedule.zone
        )
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def _seconds(self, before):
        return before and (before - fields.Datetime.now()).total_seconds()


def is_untracked(line):
    """Whether a line of the engine's answer is for goods whose stock nobody keeps."""
    return any(reason["code"] == "untracked" for reason in line["reasons"])


def is_in_stock(line):
    """Whether all of a line of the engine's answer is on the shelf."""
    return bool(line["schedule"]) and all(
        entry["source"] == "stock" for entry in line["schedule"]
    )


def is_sold(website, product, lines):
    """Whether the shop sells a product for what the engine answers: in any case, or
    only what has a date, or only what is on the shelf."""
    if product.allow_out_of_stock_order:
        return True
    # sudo: settings of the website, read for whoever visits it
    if website.sudo().promise_sell_incoming:
        return all(line["promised_date"] for line in lines)
    return all(is_untracked(line) or is_in_stock(line) for line in lines)


def to_wire(answer):
    """An answer as JSON has it."""
    to_date, to_moment = fields.Date.to_string, fields.Datetime.to_string
    return {
        "order_before": to_moment(answer["order_before"]) or False,
        "lines": [
            {
                **line,
                "date": to_date(line["date"]) or False,
                "date_to": to_date(line["date_to"]) or False,
                "deliveries": [
                    {**delivery, "date": to_date(delivery["date"])}
                    for delivery in line["deliveries"]
                ],
            }
            for line in answer["lines"]
        ],
    }
