"""A product that a lead asks for, in the words of the engine, the quotation and the
catalog."""

from odoo import fields, models

from odoo.addons.stock_promise.models.engine_links import own_id


class CrmLeadPromiseLine(models.Model):
    _inherit = "crm.lead.promise.line"

    # -- what could be asked for instead ---------------------------------------------

    def _asking_document(self):
        return self.lead_id

    def _asking_lines(self):
        return self.lead_id.promise_line_ids._to_promise()

    def _ask_promise(self, lines, **keys):
        return self.env["delivery.promise"]._simulate(
            {**self.lead_id._prepare_promise_request(lines), **keys}
        )

    def _promise_warehouse(self):
        return self.lead_id._promise_warehouse()

    def _set_promise_warehouse(self, warehouse_id):
        self.lead_id.promise_warehouse_id = warehouse_id

    # -- in the words of others -------------------------------------------------------

    def _promise_reference(self):
        self.ensure_one()
        return f"{self._name},{self.id}"

    def _prepare_promise_request_line(self):
        """This line as a line of a request to the engine."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "uom_id": self.product_uom_id.id,
            "requested_date": fields.Datetime.to_string(self.requested_date)
            if self.requested_date
            else False,
            "reference": self._promise_reference(),
            **self._minimum_first_asked(),
        }

    def _prepare_promise_line_vals(self):
        """What the promise's lines get besides what they are asked for: the price, in
        the currency of the company that delivers."""
        today = fields.Date.context_today(self)
        result = []
        for line in self:
            company = line.lead_id._promise_company()
            currency = line.currency_id or company.currency_id
            price = currency._convert(
                line.price_unit, company.currency_id, company, today, round=False
            )
            result.append({"price_unit": price})
        return result

    def _prepare_sale_order_line_vals(self):
        """The values of the quotation's line; its price is the quotation's matter
        unless somebody typed one here."""
        self.ensure_one()
        vals = {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom_id": self.product_uom_id.id,
            "sequence": self.sequence,
            "promise_minimum_first": self.promise_minimum_first,
        }
        if self._has_manual_price():
            vals["price_unit"] = self.price_unit
        if self.promise_state == "held":
            vals["promise_line_id"] = own_id(self.promise_line_id)
        return vals

    def _get_product_catalog_lines_data(self, **kwargs):
        """What the product catalog shows of these lines, all of one product."""
        if not self:
            return {"quantity": 0}
        product = self.product_id
        product.ensure_one()
        alone = len(self) == 1
        return {
            "quantity": self.quantity if alone else sum(self.mapped("product_qty")),
            "price": self[:1].price_unit,
            # two lines of one product: which of them should the catalog change?
            "readOnly": not alone,
            "uomDisplayName": (
                self.product_uom_id if alone else product.uom_id
            ).display_name,
        }
