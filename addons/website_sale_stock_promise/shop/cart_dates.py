"""When the lines of a cart, or of an order of the shop, are with their customer."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request

from . import destination, words
from .asking import Item, ShopQuestion


class CartDates:
    """:param order: a cart or an order, in superuser mode, in its customer's
    environment"""

    def __init__(self, order):
        self.order = order
        self.env = order.env
        self.website = order.website_id or self.env["website"].get_current_website()
        self.lines = order._promise_lines()
        self._answers = None

    def told(self):
        """``{"lines": {id: sentence}, "whole": text or False}``"""
        lines = {}
        for line, found in self.answers().items():
            # of a combo the cart shows the line of the whole
            shown = line.linked_line_id if line.combo_item_id else line
            if shown.id not in lines or self._is_later(found, lines[shown.id]):
                lines[shown.id] = found
        return {
            "lines": {line_id: found["text"] for line_id, found in lines.items()},
            "whole": self._whole(self.answers().values()),
        }

    def note(self):
        """Keep the days that the customer has been told."""
        for line, found in self.answers().items():
            told = found["date"]
            if told and line.shop_promise_told != told:
                line.shop_promise_told = told

    def by_carrier(self, carriers):
        """{carrier id: when the whole is there} of those who say so."""
        if not self.lines or self.order.state != "draft":
            return {}
        found = {}
        for carrier in carriers:
            address = destination.carried_by(self._address(), carrier)
            found[carrier.id] = self._whole(self._ask(address).values())
        return found

    # -- answers -----------------------------------------------------------------------

    def answers(self):
        """{order line: a line of the answer of the shop}"""
        if self._answers is None:
            self._answers = self._kept() or self._ask(
                destination.carried_by(self._address(), self.order.carrier_id)
            )
        return self._answers

    def _kept(self):
        """What is held for just these lines, or promised to the order."""
        order = self.order
        if order.state == "sale" or (
            order._has_live_hold()
            and all(
                line.promise_line_id.quantity == line.product_uom_qty
                and line.promise_line_id.product_uom_id == line.product_uom_id
                and line.promise_line_id.product_id == line.product_id
                for line in self.lines
            )
        ):
            return {line: self._kept_line(line) for line in self.lines}
        return {}

    def _kept_line(self, line):
        promise_line = line.promise_line_id
        day_of = line._promise_warehouse()._promise_day
        promised = promise_line.promised_date
        deliveries = [
            {"quantity": part.quantity, "date": day_of(part.arrival)}
            for part in promise_line._parts()
            if part.arrival
        ]
        found = {
            "availability": "backorder",
            "date": day_of(promised) if promised else False,
            "date_to": False,
            "deliveries": deliveries,
        }
        return {**found, "text": words.sentence(self.env, found, False)}

    def _ask(self, address):
        if not self.lines or self.order.state not in ("draft", "sent"):
            return {}
        order = self.order
        items = [
            Item(
                line.product_id,
                line.product_uom_qty,
                line.product_uom_id,
                tuple(line.product_no_variant_attribute_value_ids.ids),
            )
            for line in self.lines
        ]
        question = ShopQuestion(
            self.website.with_env(self.env(su=False)),
            items,
            address,
            order.promise_id if order._has_live_hold() else (),
            order.warehouse_id,
            shipping_policy=order.picking_policy,
        )
        try:
            answer = question.answer()
        except UserError:
            # a product was archived, say: the cart tells what is wrong with it
            return {}
        return dict(zip(self.lines, answer["lines"], strict=True))

    def _address(self):
        if request and self.order._is_anonymous_cart():
            return destination.address()
        return self.order.partner_shipping_id

    # -- words -------------------------------------------------------------------------

    @staticmethod
    def _is_later(found, other):
        """Whether one answer is later than another; without a date is latest."""
        latest = fields.Date.to_date("9999-12-31")
        return (found["date"] or latest) > (other["date"] or latest)

    def _whole(self, answers):
        answers = [found for found in answers if found["text"]]
        if not answers or not all(found["date"] for found in answers):
            return False
        days = {
            delivery["date"]
            for found in answers
            for delivery in (found["deliveries"] or [{"date": found["date"]}])
        }
        if self.order.picking_policy == "one":
            days = {max(days)}
        return words.whole(self.env, sorted(days))
