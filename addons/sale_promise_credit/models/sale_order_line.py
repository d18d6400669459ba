from odoo import api, models

from odoo.addons.stock_promise.models.own_context import owned

from ..credit.exposure import today

#: what changes the value of a line
VALUED = frozenset(
    {
        "product_id",
        "product_uom_qty",
        "product_uom_id",
        "price_unit",
        "discount",
        "tax_ids",
        "order_id",
    }
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # as in Financial Risk; it depends on the moves as well
    @api.depends("move_ids.state", "order_id.currency_id", "price_total")
    def _compute_risk_amount(self):
        return super()._compute_risk_amount()

    def _prepare_promise_line_vals(self):
        """Also the price with taxes, which is what the customer will owe."""
        result = super()._prepare_promise_line_vals()
        for line, vals in zip(self, result, strict=True):
            company = line.company_id
            vals["credit_unit"] = (line.currency_id or company.currency_id)._convert(
                line.price_total / (line.product_uom_qty or 1.0),
                company.currency_id,
                company,
                today(company),
                round=False,
            )
        return result

    # -- confirmed orders that grow --------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        # within a change of an order, the order is looked at as a whole
        if owned(self.env, "promise_watched"):
            return super().create(vals_list)
        with orders._credit_watched():
            return super().create(vals_list)

    def write(self, vals):
        if owned(self.env, "promise_watched") or VALUED.isdisjoint(vals):
            return super().write(vals)
        with self.order_id._credit_watched():
            return super().write(vals)

    def unlink(self):
        if owned(self.env, "promise_watched"):
            return super().unlink()
        with self.order_id._credit_watched():
            return super().unlink()
