"""One piece of each of many products: on cards, in structured data, in feeds. One
request for all of them, for nobody's address in particular."""

from odoo.tools import split_every

from . import words
from .asking import Item, ShopQuestion

#: products in one request to the engine
AT_ONCE = 500
SCHEMA = "https://schema.org/"


def found(website, products, address=None):
    """{product: a line of the answer of the shop, with ``ship_date`` and ``is_sold``}

    :param products: that a visitor may see
    :param address: res.partner; nobody's where it is left out
    """
    nowhere = website.env["res.partner"].sudo()  # sudo: an empty record
    answers = {}
    for some in split_every(AT_ONCE, products):
        items = [
            Item(product, 1.0, product.uom_id, (), choices_of(product))
            for product in some
        ]
        question = ShopQuestion(website, items, nowhere if address is None else address)
        lines = question.answer()["lines"]
        for product, line, ship, is_sold in zip(
            some, lines, question.ships, question.sold, strict=True
        ):
            answers[product] = {**line, "ship_date": ship, "is_sold": is_sold}
    return answers


def choices_of(product):
    """For each choice of a combo, the products that it may be."""
    if product.type != "combo":
        return ()
    # sudo: what a combo offers need not be published by itself
    combos = product.sudo().combo_ids
    return tuple(tuple(combo.combo_item_ids.product_id) for combo in combos)


def card(env, line):
    """What the card of a product says; nothing where nothing is known."""
    if line["availability"] == "in_stock":
        return env._("In stock")
    if line["availability"] == "backorder" and line["date"]:
        return env._("From %s", words.short_day(env, line["date"]))
    return ""


def offer(website, line, today):
    """What schema.org calls an offer's availability and delivery.

    :param today: of the warehouse
    """
    if not line["date"]:
        is_sold = line["is_sold"]
        return {"availability": SCHEMA + ("BackOrder" if is_sold else "OutOfStock")}
    data = {"availability": SCHEMA + "InStock"}
    if line["availability"] == "backorder":
        data["availability"] = SCHEMA + ("BackOrder" if line["is_sold"] else "SoldOut")
        data["availabilityStarts"] = line["ship_date"].isoformat()
    # sudo: the country of the company, which is on its pages
    country = website.sudo().company_id.country_id.code
    data["shippingDetails"] = {
        "@type": "OfferShippingDetails",
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            "handlingTime": _days(0, (line["ship_date"] - today).days),
            "transitTime": _days(0, (line["date"] - line["ship_date"]).days),
        },
    }
    if country:
        data["shippingDetails"]["shippingDestination"] = {
            "@type": "DefinedRegion",
            "addressCountry": country,
        }
    return data


def _days(least, most):
    return {
        "@type": "QuantitativeValue",
        "minValue": least,
        "maxValue": max(most, 0),
        "unitCode": "DAY",
    }


def feed(line):
    """Availability in the words of a product feed."""
    if not line["is_sold"]:
        return {"availability": "out_of_stock"}
    if line["availability"] == "backorder" and line["ship_date"]:
        return {
            "availability": "backorder",
            "availability_date": f"{line['ship_date']}T00:00:00+00:00",
        }
    return {"availability": "in_stock"}
