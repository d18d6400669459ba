from odoo import api, fields, models


class CrmLeadPromiseLine(models.Model):
    _inherit = "crm.lead.promise.line"

    credit_price = fields.Float(
        string="Unit Price with Taxes",
        compute="_compute_credit_price",
        store=True,
        help="What one unit adds to what the customer owes while it is held, in the"
        " currency of the line.",
    )

    @api.depends(
        "product_id",
        "product_uom_id",
        "quantity",
        "price_unit",
        "currency_id",
        "lead_id.partner_id",
        "lead_id.company_id",
    )
    def _compute_credit_price(self):
        Line = self.env["delivery.promise.line"]
        for line in self:
            line.credit_price = 0.0
            if line.product_id:
                lead = line.lead_id
                line.credit_price = Line._price_with_taxes(
                    line.product_id,
                    line.product_uom_id,
                    lead._promise_company(),
                    lead.partner_id,
                    line.price_unit,
                    line.quantity,
                    line.currency_id,
                )

    def _prepare_promise_line_vals(self):
        """Also the price with taxes, in the currency of the company that delivers."""
        result = super()._prepare_promise_line_vals()
        for line, vals in zip(self, result, strict=True):
            company = line.lead_id._promise_company()
            vals["credit_unit"] = (line.currency_id or company.currency_id)._convert(
                line.credit_price,
                company.currency_id,
                company,
                fields.Date.context_today(self),
                round=False,
            )
        return result
