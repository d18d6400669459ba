from odoo import api, fields, models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    credit_unit = fields.Float(
        string="Unit Price with Taxes",
        compute="_compute_credit_unit",
        store=True,
        readonly=False,
        copy=False,
        help="What one unit adds to what the customer owes, in the company's currency:"
        " the price of the document, else the list price.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"credit_unit"}

    @api.depends("product_id", "product_uom_id", "price_unit", "promise_id.partner_id")
    def _compute_credit_unit(self):
        for line in self:
            if not line.product_id:
                line.credit_unit = 0.0
                continue
            promise = line.promise_id
            line.credit_unit = self._price_with_taxes(
                line.product_id,
                line.product_uom_id,
                promise.company_id or self.env.company,
                promise.partner_id,
                line.price_unit,
            )

    @api.model
    def _price_with_taxes(self, product, uom, company, partner, price=0.0):
        """What a unit costs the customer, in the company's currency.

        :param price: the price of the document without taxes; 0: the list price
        """
        # sudo: prices and taxes count, whoever asks
        product = product.sudo().with_company(company)
        taxes = product.taxes_id._filter_taxes_by_company(company)
        if not price:
            price = self._list_price(product, company)
            if uom and uom != product.uom_id:
                price = product.uom_id._compute_price(price, uom)
        if not taxes:
            return price
        position = (
            self.env["account.fiscal.position"]
            .sudo()
            .with_company(company)
            ._get_fiscal_position(partner.sudo())
            if partner
            else self.env["account.fiscal.position"]
        )
        taxes = position.map_tax(taxes)
        return taxes.compute_all(
            price,
            currency=company.sudo().currency_id,
            product=product,
            partner=partner.sudo(),
            rounding_method="round_globally",
        )["total_included"]
