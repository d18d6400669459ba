"""What a product that a lead asks for would cost."""

from odoo import api, fields, models


class CrmLeadPromiseLine(models.Model):
    _inherit = "crm.lead.promise.line"

    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
    )
    price_unit = fields.Float(
        "Unit Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        help="From the customer's price list, without taxes or with them as the price"
        " list has them. A price typed here is kept, and carried to the quotation.",
    )
    # what the price list says; a unit price that differs was typed by somebody
    pricelist_price = fields.Float(copy=False)
    price_subtotal = fields.Monetary("Amount", compute="_compute_amount", store=True)
    company_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount", store=True
    )
    revenue = fields.Monetary(
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
        help="The amount in the company's currency, at the rate of the day.",
    )

    # -- computed ------------------------------------------------------------------

    @api.depends("lead_id.partner_id", "lead_id.company_id")
    def _compute_currency_id(self):
        for lead, lines in self.grouped("lead_id").items():
            lines.currency_id = lead._promise_currency()

    @api.depends(
        "product_id", "product_uom_id", "quantity", "lead_id.partner_id", "currency_id"
    )
    def _compute_price_unit(self):
        for line in self:
            if not line._has_manual_price():
                line._set_pricelist_price()

    def _has_manual_price(self):
        """Whether somebody typed the price: it then survives a new quantity."""
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return bool(
            self.price_unit
            and currency.compare_amounts(self.price_unit, self.pricelist_price)
        )

    def _set_pricelist_price(self):
        self.ensure_one()
        price = 0.0
        if self.product_id:
            lead = self.lead_id
            price = lead._promise_pricelist()._get_product_price(
                self.product_id.with_company(lead._promise_company()),
                self.quantity or 1.0,
                currency=self.currency_id or None,
                uom=self.product_uom_id or self.product_id.uom_id,
                date=fields.Datetime.now(),
            )
        self.update({"price_unit": price, "pricelist_price": price})

    @api.depends("quantity", "price_unit", "currency_id", "lead_id.company_id")
    def _compute_amount(self):
        today = fields.Date.context_today(self)
        for line in self:
            company = line.lead_id._promise_company()
            currency = line.currency_id or company.currency_id
            line.company_currency_id = company.currency_id
            line.price_subtotal = currency.round(line.quantity * line.price_unit)
            line.revenue = currency._convert(
                line.price_subtotal, company.currency_id, company, today
            )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self._set_pricelist_price()

    def write(self, vals):
        result = super().write(vals)
        if "product_id" in vals and "price_unit" not in vals:
            for line in self:
                line._set_pricelist_price()
        return result
