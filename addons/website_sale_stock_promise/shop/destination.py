"""Where a visitor's goods would travel: their address, else the country and zip that
they typed once."""

from odoo.http import request

REMEMBERED = "promise_destination"


def remember(country_code, zip_code):
    """Keep in the session what a visitor typed."""
    typed = (country_code or "", zip_code or "")
    if request.session.get(REMEMBERED) != list(typed):
        request.session[REMEMBERED] = list(typed)


def typed():
    """(country code, zip) as remembered, or guessed from the connection; or empty."""
    known = request.session.get(REMEMBERED)
    if known:
        return tuple(known)
    return (request.geoip.country_code or "", "")


def address():
    """The address of the visitor: of their cart, else of their account; else a new
    record for what they typed."""
    cart = request.cart
    if cart and not cart._is_anonymous_cart():
        return cart.partner_shipping_id
    user = request.env.user
    if not user._is_public() and REMEMBERED not in request.session:
        # sudo: their own address
        partner = user.partner_id.sudo()
        delivery = partner.address_get(["delivery"])["delivery"]
        return partner.browse(delivery)
    return of_place(*typed())


def of_place(country_code, zip_code):
    """A new record that stands for a place."""
    # sudo: nothing is stored, and countries are public
    env = request.env(su=True)
    country = env["res.country"]
    if country_code:
        country = country.search([("code", "=", country_code.upper())], limit=1)
    return (
        env["res.partner"]
        .with_company(request.website.company_id)
        .new({"country_id": country.id, "zip": zip_code or False})
    )


def carried_by(partner, carrier):
    """An address to which a carrier delivers."""
    if not carrier or not partner:
        return partner
    return partner.new({"property_delivery_carrier_id": carrier.id}, origin=partner)
