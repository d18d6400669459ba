"""What a cart holds while its customer pays.

Under the lock, in this order: look, judge, say, hold. Nothing here raises for what a
customer could read instead, so that what is said is committed.
"""

from datetime import timedelta
from typing import NamedTuple

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.sale_stock_promise.orders import adjusting

from . import words
from .asking import is_sold

to_datetime = fields.Datetime.to_datetime
#: a transaction in one of these states may still bring the customer's money, or has
UNDER_WAY = ("pending", "authorized", "done")


class Outcome(NamedTuple):
    #: sentences at lines that cannot be had
    refused: tuple[str, ...] = ()
    #: sentences at lines that come later than was told before
    moved: tuple[str, ...] = ()


class CartHold:
    """The hold of a quotation that its customer is about to pay or to sign.

    :param order: in superuser mode, in the environment of the customer
    :param website: whose settings count
    :param address: where the customer's request comes from, as the website keeps it
    """

    def __init__(self, order, website, address=False):
        self.env = order.env
        self.customers = order
        # Whoever buys in a shop is no user with limits of their own, and guests are
        # all the same one: the shop holds.
        self.order = order.with_user(SUPERUSER_ID)
        # sudo: settings of the website, read for whoever buys on it
        self.website = website.sudo()
        self.address = address

    # -- before a payment ----------------------------------------------------------

    def look(self, is_charged=False):
        """Look again, under the lock; hold what can be had, and say at the lines what
        cannot, or what comes later than it was told.

        :param is_charged: a payment follows in this request; else it is a page, which
            cannot prolong a hold without end
        :return: :class:`Outcome`
        :raises WaitedTooLong: the transaction is over
        """
        order = self.order
        lines = order._promise_lines()
        if not lines:
            self._give_back()
            return Outcome()
        promise = order.promise_id
        if order._has_live_hold() and order._promise_is_shared():
            # not this order's alone to change; it holds what it holds
            self._prolong(promise, is_charged)
            return Outcome()
        request = order._prepare_promise_request(lines)
        order._promise_model()._lock_request(request)
        self._read_again()
        promise, lines = order.promise_id, order._promise_lines()
        older = self._older_holds()
        answer = order._promise_model()._simulate(
            request, ignore=promise | older, archived=True
        )
        by_line = dict(zip(lines, answer["lines"], strict=True))
        refused = self._refused(by_line)
        if refused:
            return Outcome(refused=self._say_at_lines(refused))
        moved = self._moved(by_line)
        dated = lines.filtered(lambda line: by_line[line]["promised_date"])
        if dated and self._may_hold(promise):
            self._hold(dated, older, is_charged)
        self._note_told(by_line)
        return Outcome(moved=self._say_at_lines(moved))

    def _read_again(self):
        """While one waits for the lock, others change what was read before."""
        self.order.order_line.invalidate_recordset()
        self.order.invalidate_recordset()
        self.order.promise_id.invalidate_recordset()

    def _refused(self, by_line):
        """{line: sentence} of what cannot be had."""
        refused = {}
        for line, found in by_line.items():
            if not is_sold(self.website, line.product_id, [found]):
                refused[line] = words.gone(self.env, self._customers_line(line))
        return refused

    def _moved(self, by_line):
        """{line: sentence} of what comes on a later day than the customer knows."""
        moved = {}
        for line, found in by_line.items():
            day, told = self._day(line, found), line.shop_promise_told
            if told and (not day or day > told):
                moved[line] = words.later(
                    self.env, self._customers_line(line), day, told
                )
        return moved

    def _note_told(self, by_line):
        for line, found in by_line.items():
            day = self._day(line, found)
            if line.shop_promise_told != day:
                line.shop_promise_told = day

    def _day(self, line, found):
        moment = to_datetime(found["promised_date"])
        return moment and line._promise_warehouse()._promise_day(moment)

    def _customers_line(self, line):
        return line.with_env(self.env)

    def _say_at_lines(self, sentences):
        for line, sentence in sentences.items():
            # of a combo the cart shows the line of the whole
            shown = line.linked_line_id if line.combo_item_id else line
            shown.shop_warning = sentence
        return tuple(dict.fromkeys(sentences.values()))

    # -- the hold --------------------------------------------------------------------

    def _may_hold(self, promise):
        """Whether the website lets this cart hold, so that nobody empties its shelves
        by filling carts."""
        if self.order._has_live_hold():
            return True
        most = self.website.promise_cart_value_max
        if most and self.order.amount_untaxed > most:
            return False
        most = self.website.promise_address_holds_max
        if not most or not self.address:
            return True
        live = self._live_holds([("shop_address", "=", self.address)])
        return len(live - promise - self._older_holds()) < most

    def _hold(self, lines, older, is_charged):
        order = self.order
        request = order._prepare_promise_request(lines)
        line_vals = lines._prepare_promise_line_vals()
        try:
            with order.env.cr.savepoint():
                if order._has_live_hold():
                    promise = order.promise_id
                    adjusting.rehold_promise(order, promise, request, lines)
                    adjusting.link_by_reference(order, promise, lines)
                else:
                    promise, __ = order._promise_model()._hold(
                        request, self._promise_vals(), line_vals, ignore=older
                    )
                    order._set_promise(promise, lines)
        except WaitedTooLong:
            raise
        except UserError as error:
            # looked at a moment ago, it can be had; a limit of the company, say
            order.message_post(
                body=order.env._("The goods could not be held: %s", error.args[0])
            )
            return
        for promise in older:
            promise._release(order.env._("%s has taken it over.", order.name))
        self._prolong(order.promise_id, is_charged)

    def _promise_vals(self):
        order = self.order
        return {
            **order._prepare_promise_values(),
            "hold_until": fields.Datetime.now() + self._minutes(),
            "website_id": self.website.id,
            "shop_address": self.address,
            "shop_held_since": fields.Datetime.now(),
        }

    def _minutes(self):
        return timedelta(minutes=self.website.promise_hold_minutes)

    def _prolong(self, promise, is_charged):
        until = fields.Datetime.now() + self._minutes()
        if promise.shop_held_since and not is_charged:
            longest = timedelta(minutes=self.website.promise_hold_minutes_max)
            until = min(until, promise.shop_held_since + longest)
        if not promise.hold_until or until > promise.hold_until:
            promise.hold_until = until

    def _live_holds(self, domain):
        return self.order.env["delivery.promise"].search(
            [
                *domain,
                ("website_id", "=", self.website.id),
                ("state", "=", "held"),
            ]
        )

    def _older_holds(self):
        """What other carts of the same customer hold, unless one is being paid. Guests
        have no other carts: nobody knows whose they are."""
        # sudo: users of the customer, to tell customers who log in from guests
        if not self.order.partner_id.user_ids.filtered("active"):
            return self.order.env["delivery.promise"]
        return self._live_holds(
            [
                ("sale_order_ids.partner_id", "=", self.order.partner_id.id),
                ("sale_order_ids.state", "=", "draft"),
                ("sale_order_ids", "not in", self.order.ids),
            ]
        ).filtered(
            lambda promise: (
                not any(is_being_paid(other) for other in promise.sale_order_ids)
            )
        )

    def _give_back(self):
        if self.order._has_live_hold() and self.order.promise_id.website_id:
            self.order.promise_id._release()


def is_being_paid(order):
    """Whether a payment of an order is on its way: begun a moment ago, waited for, or
    there."""
    now = fields.Datetime.now()
    minutes = timedelta(minutes=order.website_id.promise_hold_minutes or 15)
    return any(
        transaction.state in UNDER_WAY
        or (transaction.state == "draft" and transaction.create_date > now - minutes)
        for transaction in order.transaction_ids
    )


# -- a cart that is changed -----------------------------------------------------------


def shrink(order, promise):
    """Give back what a held cart does not want any more. More than is held is looked
    at before the payment, as everything is. Nothing is computed and nothing raised
    here: a customer is only shopping.

    :param promise: the cart's hold, in superuser mode
    """
    wanted = {}
    for line in order._promise_lines().sudo():  # sudo: the cart's own hold
        held = line.promise_line_id
        if held in promise.line_ids and held.product_id == line.product_id:
            wanted[held] = line.product_uom_id._compute_quantity(
                line.product_uom_qty, held.product_uom_id, round=False
            )
    drop(promise, promise.line_ids.filtered(lambda held: held not in wanted))
    if not promise.exists() or not promise.line_ids:
        return
    for held, quantity in wanted.items():
        if held.product_uom_id.compare(quantity, held.quantity) < 0:
            _reduce(promise, held, quantity)


def drop(promise, lines):
    """Give back what these lines of a hold have; the whole hold if nothing is left."""
    if not lines:
        return
    if lines == promise.line_ids:
        promise._release()
        return
    claims = promise.claim_ids.filtered(lambda claim: claim.line_id in lines)
    promise._touch_products(claims.product_id.ids)
    claims.unlink()
    lines.unlink()


def _reduce(promise, line, quantity):
    """So much less is claimed, of what comes last first."""
    share = quantity / line.quantity
    claims = promise.claim_ids.filtered(lambda claim: claim.line_id == line)
    promise._touch_products(claims.product_id.ids)
    for its in claims.grouped("product_id").values():
        surplus = sum(its.mapped("quantity")) * (1 - share)
        for claim in its.sorted("date", reverse=True):
            less = min(surplus, claim.quantity)
            surplus -= less
            if claim.quantity - less > 1e-9:
                claim.quantity -= less
            else:
                claim.unlink()
    line._reduce(quantity)
