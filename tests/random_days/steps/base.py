# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The frame of a kind of step, and what several of them need."""

from datetime import timedelta

from ..desk import Form, answer, press

KINDS = {}
SET_UP = {}


class Missing(Exception):
    """A thing that a step is about does not exist, since another step was left out."""


class Kind:
    """One thing that people do.

    A class for each; they are made once and hold nothing. ``name`` is the key,
    ``weight`` how often it is drawn, ``who`` who does it.
    """

    name = ""
    weight = 1.0
    who = ()
    #: whether it can be done on a day over HTTP
    over_http = False

    def __init_subclass__(cls, set_up=False):
        if cls.name:
            (SET_UP if set_up else KINDS)[cls.name] = cls()

    def draw(self, day, dice):
        """Arguments for the day as it is: plain values, things by their labels; None
        where there is nothing to be done."""
        raise NotImplementedError

    def play(self, day, step):
        """Do it, by requests of the person. A note may be returned."""
        if day.web and self.over_http:
            return self.browse(day, day.web.log_in(step.who), step)
        who = day.person(step.who)
        return who.do(lambda env: self.act(day, env, step))

    def act(self, day, env, step):
        """What happens within one request."""
        raise NotImplementedError

    def browse(self, day, browser, step):
        """The same over HTTP.

        :param browser: :class:`~..web.Browser` of the person
        """
        raise NotImplementedError

    def words(self, arguments):
        """What a person has to click to do the same."""
        raise NotImplementedError


def id_of(day, label):
    """The id of a label's record, which must have been made."""
    if label not in day.things:
        raise Missing(label)
    return day.id_of(label)


def moment(day, days, hour=9):
    """So many days from today, at an hour UTC."""
    now = day.clock.now
    return now.replace(hour=hour, minute=0, second=0) + timedelta(days=days)


def days_in_words(days):
    if days is None:
        return "no date"
    return "today" if not days else f"{days:+d} days"


def orders(day, *states):
    """Labels of the day's orders in one of these states."""
    labels = day.labels("sale.order")
    if not labels:
        return []
    found = dict(
        day.sql(
            "SELECT id, state FROM sale_order WHERE id = ANY(%s)",
            [day.id_of(label) for label in labels],
        )
    )
    return [label for label in labels if found.get(day.id_of(label)) in states]


def held(day):
    """Labels of quotations that hold goods."""
    labels = orders(day, "draft", "sent")
    found = {
        id_
        for (id_,) in day.sql(
            "SELECT o.id FROM sale_order o JOIN delivery_promise p"
            " ON p.id = o.promise_id WHERE o.id = ANY(%s) AND p.state = 'held'"
            " AND p.hold_until > %s::timestamp",
            [day.id_of(label) for label in labels],
            day.clock.now.isoformat(),
        )
    }
    return [label for label in labels if day.id_of(label) in found]


def purchases(day, *states):
    labels = day.labels("purchase.order")
    if not labels:
        return []
    found = dict(
        day.sql(
            "SELECT id, state FROM purchase_order WHERE id = ANY(%s)",
            [day.id_of(label) for label in labels],
        )
    )
    return [label for label in labels if found.get(day.id_of(label)) in states]


def order_lines(day, label):
    """[(id, quantity)] of an order's lines, in order."""
    return day.sql(
        "SELECT id, product_uom_qty::float8 FROM sale_order_line WHERE order_id = %s"
        " AND display_type IS NULL ORDER BY sequence, id",
        day.id_of(label),
    )


__all__ = [
    "KINDS",
    "SET_UP",
    "Form",
    "Kind",
    "Missing",
    "answer",
    "days_in_words",
    "held",
    "id_of",
    "moment",
    "order_lines",
    "orders",
    "press",
    "purchases",
]
