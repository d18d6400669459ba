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

    @api.depends(
        "product_id",
        "product_uom_id",
        "quantity",
        "price_unit",
        "promise_id.partner_id",
    )
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
                line.quantity,
            )

    @api.model
    def _price_with_taxes(
        self, product, uom, company, partner, price=0.0, quantity=1.0, currency=None
    ):
        """What a unit costs the customer.

        :param price: the price of the document without taxes; 0: the list price
        :param quantity: of the line: taxes are rounded once for all of it
        :param currency: of the price; the company's where it is left out
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
        quantity = quantity or 1.0
        total = taxes.compute_all(
            price,
            currency=currency or company.sudo().currency_id,
            quantity=quantity,
            product=product,
            partner=partner.sudo(),
        )["total_included"]
        return total / quantity
