from werkzeug.exceptions import BadRequest

from odoo.fields import Domain
from odoo.http import Controller, request, route

from odoo.addons.stock_promise.models.checks import MAX_QUANTITY

from ..shop import destination, rate
from ..shop.asking import Item, ShopQuestion, to_wire

#: more lines than a cart is looked at with at once
MAX_LINES = 100
LIMITED = {"limited": True, "order_before": False, "lines": []}


class ShopPromise(Controller):
    @route(
        "/shop/promise",
        type="jsonrpc",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def shop_promise(
        self,
        lines=(),
        country_code=False,
        zip=False,  # noqa: A002 - the name is the contract's
        carrier_id=False,
        **kwargs,
    ):
        """When products would be with a visitor; nothing is held.

        :param lines: [{"product_id", "quantity", "uom_id", "no_variant_value_ids",
            "combo_item_ids"}]
        :return: ``{"limited", "order_before", "lines": [{"product_id", "availability",
            "date", "date_to", "quantity", "deliveries", "text"}]}``
        :raises BadRequest: what is asked is not of this form, or not for this visitor
        """
        website = request.website
        if not website.has_ecommerce_access():
            raise BadRequest("Log in first.")
        # sudo: a setting of the website
        most = website.sudo().promise_questions_max
        if rate.is_too_often(request.httprequest.remote_addr, most):
            return LIMITED
        if country_code or zip:
            check_place(country_code, zip)
            destination.remember(country_code, zip)
        address = destination.carried_by(
            destination.address(), published_carrier(website, carrier_id)
        )
        question = ShopQuestion(
            website, checked_items(website, lines), address, own_holds()
        )
        return {"limited": False, **to_wire(question.answer())}


def own_holds():
    """What the visitor's own cart holds competes with nobody but others."""
    cart = request.cart
    # sudo: the cart's own hold
    return cart.sudo().promise_id if cart else request.env["delivery.promise"].sudo()


def check_place(country_code, zip_code):
    for value, longest in ((country_code, 2), (zip_code, 24)):
        if value and not (isinstance(value, str) and len(value) <= longest):
            raise BadRequest("country_code and zip are short texts.")


def published_carrier(website, carrier_id):
    """The delivery method that was named, else the cart's, else none."""
    # sudo: delivery methods are shown to everybody at checkout
    Carrier = request.env["delivery.carrier"].sudo()
    if not carrier_id:
        cart = request.cart
        return cart.carrier_id if cart else Carrier
    check_id(carrier_id)
    found = Carrier.search(
        Domain("id", "=", carrier_id)
        & Domain("website_published", "=", True)
        & Domain("website_id", "in", (False, website.id))
        & Domain("company_id", "in", (False, website.company_id.id))
    )
    if not found:
        raise BadRequest("This delivery method is not there.")
    return found


def check_id(value):
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise BadRequest("An id is a positive number.")


def check_ids(values):
    if not isinstance(values, list) or len(values) > MAX_LINES:
        raise BadRequest("Ids come as a list.")
    for value in values:
        check_id(value)
    return tuple(values)


def checked_items(website, lines):
    """What a visitor asks for, of what they may see.

    :raises BadRequest: naming nothing that they may not see
    """
    if not isinstance(lines, list) or not 0 < len(lines) <= MAX_LINES:
        raise BadRequest("lines is a list of 1 to 100 products.")
    for line in lines:
        if not isinstance(line, dict):
            raise BadRequest("A line is a dictionary.")
        check_id(line.get("product_id"))
    # without sudo: what the visitor may not see does not exist
    products = {
        product.id: product
        for product in request.env["product.product"].search(
            Domain("id", "in", [line["product_id"] for line in lines])
            & Domain(website.sale_product_domain())
        )
    }
    return [checked_item(products.get(line["product_id"]), line) for line in lines]


def checked_item(product, line):
    if not product:
        raise BadRequest("This product is not there.")
    quantity = line.get("quantity")
    if (
        isinstance(quantity, bool)
        or not isinstance(quantity, (int, float))
        or not 0 < quantity <= MAX_QUANTITY
    ):
        raise BadRequest("quantity is a positive number.")
    options = check_ids(line.get("no_variant_value_ids") or [])
    return Item(
        product,
        float(quantity),
        checked_uom(product, line.get("uom_id")),
        checked_options(product, options),
        combo_choices(product, check_ids(line.get("combo_item_ids") or [])),
    )


def checked_uom(product, uom_id):
    """The unit, one of those in which the product is sold."""
    # sudo: units are no secret
    product = product.sudo()
    if not uom_id or uom_id == product.uom_id.id:
        return product.uom_id
    check_id(uom_id)
    found = product.uom_ids.filtered(lambda uom: uom.id == uom_id)
    if not found:
        raise BadRequest("The product is not sold in this unit.")
    return found


def checked_options(product, option_ids):
    # sudo: the product's own values, shown on its page
    values = product.sudo().product_tmpl_id.attribute_line_ids
    known = set(values.product_template_value_ids.ids)
    if not known.issuperset(option_ids):
        raise BadRequest("The product has no such option.")
    return option_ids


def combo_choices(product, item_ids):
    """For each choice of a combo, the products that it may be: what was chosen, else
    all of them."""
    if product.type != "combo":
        return ()
    # sudo: what a combo offers need not be published by itself
    choices = []
    left = set(item_ids)
    for combo in product.sudo().combo_ids:
        chosen = combo.combo_item_ids.filtered(lambda item: item.id in item_ids)
        left -= set(chosen.ids)
        choices.append(tuple((chosen or combo.combo_item_ids).product_id))
    if left:
        raise BadRequest("The combo has no such item.")
    return tuple(choices)
