from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CrmLead(models.Model):
    """Products are picked from Odoo's product catalog, as on a quotation."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "product.catalog.mixin"]

    def _get_product_catalog_domain(self):
        company = self._promise_company()
        return (
            (Domain("company_id", "=", False) | Domain("company_id", "=", company.id))
            & Domain("type", "!=", "combo")
            & Domain("sale_ok", "=", True)
        )

    def _get_action_add_from_catalog_extra_context(self):
        return {
            **super()._get_action_add_from_catalog_extra_context(),
            "order_id": self.id,
            "product_catalog_currency_id": self._promise_currency().id,
            "product_catalog_digits": self.env["crm.lead.promise.line"]
            ._fields["price_unit"]
            .get_digits(self.env),
        }

    def _default_order_line_values(self, child_field=False):
        return {
            **super()._default_order_line_values(child_field),
            **self.env["crm.lead.promise.line"]._get_product_catalog_lines_data(),
        }

    def _get_product_catalog_order_data(self, products, **kwargs):
        data = super()._get_product_catalog_order_data(products, **kwargs)
        prices = self._promise_pricelist()._get_products_price(
            products, quantity=1.0, currency=self._promise_currency()
        )
        for product in products:
            data[product.id]["price"] = prices[product.id]
        return data

    def _get_product_catalog_record_lines(self, product_ids, **kwargs):
        lines = self.promise_line_ids._not_ordered().filtered(
            lambda line: line.product_id.id in product_ids
        )
        return lines.grouped("product_id")

    def _is_readonly(self):
        self.ensure_one()
        return not self.active

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        """Set the quantity of a product, as asked for by the product catalog.

        :return: the price of one
        """
        self.ensure_one()
        self.check_access("write")
        if self._is_readonly():
            raise UserError(
                self.env._("%s is closed: restore it first.", self.display_name)
            )
        lines = self.promise_line_ids._not_ordered().filtered(
            lambda line: line.product_id.id == product_id
        )
        if len(lines) > 1:
            raise UserError(
                self.env._(
                    "%(product)s stands on several lines of %(lead)s. Change the"
                    " quantity there.",
                    product=lines[0].product_id.display_name,
                    lead=self.display_name,
                )
            )
        if lines and quantity > 0:
            lines.quantity = quantity
        elif lines:
            lines.unlink()
        elif quantity > 0:
            last = max(self.promise_line_ids.mapped("sequence"), default=9)
            lines = self.env["crm.lead.promise.line"].create(
                {
                    "lead_id": self.id,
                    "product_id": product_id,
                    "quantity": quantity,
                    "sequence": last + 1,
                }
            )
        if lines.exists():
            return lines.price_unit
        product = self.env["product.product"].browse(product_id)
        return self._promise_pricelist()._get_product_price(
            product, 1.0, currency=self._promise_currency()
        )
