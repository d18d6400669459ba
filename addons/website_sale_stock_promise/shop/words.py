"""What a customer is told of a date: sentences without a vendor, a document, a
warehouse or a figure of the stock."""

import re
from datetime import date

from babel.dates import format_date, format_skeleton

from odoo.tools import babel_locale_parse
from odoo.tools.misc import get_lang

#: further ahead than that a day is said with its year
NEAR = 300


def day(env, when):
    """A day as customers say it: Tuesday, 8 December."""
    locale = babel_locale_parse(get_lang(env).code)
    if abs((when - date.today()).days) > NEAR:
        return format_date(when, "long", locale=locale)
    # The language's own order of a short day, its names written out.
    pattern = locale.datetime_skeletons["MMMEd"].pattern
    texts = pattern.split("'")
    texts[::2] = [
        re.sub("([ML]){3}", r"\1\1\1\1", re.sub("E+", "EEEE", text))
        for text in texts[::2]
    ]
    return format_date(when, "'".join(texts), locale=locale)


def short_day(env, when):
    """A day where there is little room: 8 December."""
    locale = babel_locale_parse(get_lang(env).code)
    is_near = abs((when - date.today()).days) <= NEAR
    return format_skeleton("MMMMd" if is_near else "yMMMMd", when, locale=locale)


def number(quantity):
    """A quantity without needless decimals."""
    return f"{quantity:.10g}"


def left(env, seconds):
    """How long there is still time: 2 h 13 min."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if hours:
        return env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return env._("%(minutes)s min", minutes=minutes)


def parts(env, deliveries):
    """3 on Tuesday, 8 December, the other 9 on Saturday, 12 December."""
    first, *others = deliveries
    said = [
        env._(
            "%(quantity)s on %(day)s",
            quantity=number(first["quantity"]),
            day=day(env, first["date"]),
        )
    ]
    for later in others:
        term = (
            env._(
                "the other %(quantity)s on %(day)s",
                quantity=number(later["quantity"]),
                day=day(env, later["date"]),
            )
            if later is others[-1]
            else env._(
                "%(quantity)s on %(day)s",
                quantity=number(later["quantity"]),
                day=day(env, later["date"]),
            )
        )
        said.append(term)
    return ", ".join(said)


def delivered(env, first, last, deliveries):
    """When it is with the customer, without a word before it."""
    if len(deliveries) > 1:
        return parts(env, deliveries)
    if last and last != first:
        return env._(
            "between %(first)s and %(last)s", first=day(env, first), last=day(env, last)
        )
    return day(env, first)


def sentence(env, found, seconds):
    """The sentence of a product page.

    :param found: a line of the answer of ``/shop/promise``, its dates as dates
    :param seconds: how long an order may wait for this date to stand, or False
    """
    if not found["date"]:
        return env._("We do not know a delivery date yet.")
    when = delivered(env, found["date"], found["date_to"], found["deliveries"])
    if seconds and found["availability"] == "in_stock" and seconds < 24 * 3600:
        return env._(
            "Order within %(time)s: delivered %(when)s",
            time=left(env, seconds),
            when=when,
        )
    return env._("Delivered %(when)s", when=when)


def whole(env, days):
    """When all of an order is with the customer.

    :param days: the days on which something of it arrives
    """
    if len(days) == 1:
        return day(env, days[0])
    return env._(
        "in %(count)s deliveries, the last on %(day)s",
        count=len(days),
        day=day(env, days[-1]),
    )


def not_sold_yet(env, when):
    """Where only what is in stock is sold, and there is not enough of it."""
    if when:
        return env._(
            "Not in stock in this quantity at the moment. Expected again for delivery"
            " on %(day)s.",
            day=day(env, when),
        )
    return env._("Not in stock in this quantity at the moment.")


def too_many(env):
    """More than the shop tells a date for before there is an order."""
    return env._("For such a quantity you see the date at checkout, before you pay.")


def gone(env, line):
    """At the line of a cart, when its goods went while the customer was shopping."""
    return env._(
        "%(product)s is no longer available in this quantity: other customers were"
        " faster. Please choose fewer or remove it; nothing has been paid.",
        product=line.name_short or line.product_id.name,
    )


def later(env, line, when, before):
    """At a line whose date has moved since it was told.

    :param when: the day that can be kept now, or nothing where none is known
    """
    if not when:
        return env._(
            "No delivery date is known for %(product)s any more; it was %(before)s.",
            product=line.name_short or line.product_id.name,
            before=day(env, before),
        )
    return env._(
        "%(product)s can now be delivered on %(day)s, no longer on %(before)s.",
        product=line.name_short or line.product_id.name,
        day=day(env, when),
        before=day(env, before),
    )


def accept(env):
    """What follows on :func:`later`, before the customer pays."""
    return env._("Nothing has been paid. If the new date suits you, pay again.")


def busy(env):
    """Where others are buying the same for longer than the shop may wait."""
    return env._(
        "Many customers are ordering these products at this moment. Nothing has been"
        " paid. Please try again in a minute."
    )
