from odoo.http import request

from odoo.addons.website_sale.controllers.main import WebsiteSale

from ..shop import destination, listed
from ..shop.asking import Item, ShopQuestion
from .promise import (
    check_place,
    combo_choices,
    own_holds,
    published_carrier,
)


class ShopPages(WebsiteSale):
    def _prepare_product_values(self, product, category, **kwargs):
        """The date is in the page itself, for those without JavaScript too."""
        country_code, zip_code = (
            kwargs.pop(name, "") for name in ("promise_country", "promise_zip")
        )
        if country_code or zip_code:
            check_place(country_code, zip_code)
            destination.remember(country_code, zip_code)
        values = super()._prepare_product_values(product, category, **kwargs)
        values["promise_told"] = self._promise_of_page(values["product_variant"])
        values["promise_country"], values["promise_zip"] = destination.typed()
        values["promise_is_typed"] = not destination.address().ids
        return values

    def _promise_of_page(self, product):
        """What the page says of one piece of the variant that it shows."""
        if not product:
            return {}
        item = Item(product, 1.0, product.uom_id, (), combo_choices(product, ()))
        website = request.website
        address = destination.carried_by(
            destination.address(), published_carrier(website, False)
        )
        question = ShopQuestion(website, [item], address, own_holds())
        return question.answer()["lines"][0]

    def _get_additional_shop_values(self, values, **kwargs):
        """All cards of a page in one request."""
        found = super()._get_additional_shop_values(values, **kwargs)
        website = request.website
        # sudo: a setting of the website
        if website.sudo().promise_in_lists and values.get("product_variants"):
            variants = [
                variant
                for variant in values["product_variants"].values()
                if variant and variant.type != "service"
            ]
            lines = listed.found(website, variants, destination.address())
            found["promise_cards"] = {
                variant.product_tmpl_id.id: listed.card(request.env, line)
                for variant, line in lines.items()
            }
        return found

    def _create_new_address(self, address_values, *args, **kwargs):
        """Guests have the class that the website gives them."""
        partner = super()._create_new_address(address_values, *args, **kwargs)
        # sudo: the class is the website's to give
        website = request.website.sudo()
        if website.promise_class_id and request.env.user._is_public():
            entity = partner.sudo().with_company(website.company_id)
            if not entity.commercial_partner_id.promise_class_id:
                entity.commercial_partner_id.promise_class_id = website.promise_class_id
        return partner
