from odoo import models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def write(self, vals):
        """Whoever moves the expected arrival of a confirmed order without its lines (in
        the calendar, over RPC) says it of all of them, as the order's form does."""
        result = super().write(vals)
        if vals.get("date_planned") and "order_line" not in vals:
            ordered = self.filtered(lambda order: order.state == "purchase")
            lines = ordered.order_line.filtered(lambda line: not line.display_type)
            if lines:
                lines.write({"date_planned": vals["date_planned"]})
        return result

    def _prepare_supplier_info(self, partner, line, price, currency):
        """Odoo makes the vendor of a first order one of the product: nobody has said
        how long it takes to deliver."""
        vals = super()._prepare_supplier_info(partner, line, price, currency)
        return {**vals, "promise_delay_unknown": True}
