from odoo import fields, models

from ..shop.cart_hold import drop


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    shop_promise_told = fields.Date(
        string="Told in the Shop",
        readonly=True,
        copy=False,
        help="The day that the customer was told last, before they paid.",
    )

    def write(self, vals):
        if vals.get("order_id"):
            self._leave_hold_behind(vals["order_id"])
        if "product_uom_qty" in vals:
            # what was told of another quantity
            changed = self.filtered(
                lambda line: (
                    line.shop_promise_told
                    and line.state == "draft"
                    and line.product_uom_qty != vals["product_uom_qty"]
                )
            )
            if changed:
                changed.sudo().shop_promise_told = False  # sudo: readonly to all
        return super().write(vals)

    def _leave_hold_behind(self, order_id):
        """A line that moves into another cart leaves the hold of its own."""
        # sudo: the cart's own hold
        moved = self.sudo().filtered(
            lambda line: (
                line.promise_line_id.promise_id.website_id
                and line.order_id.id != order_id
            )
        )
        for promise, lines in moved.promise_line_id.grouped("promise_id").items():
            drop(promise, lines)
        moved.promise_line_id = False

    def _check_availability(self):
        """What the cart holds is there, whatever else counts against the stock."""
        # sudo: the cart's own hold
        held = self.sudo().promise_line_id
        if (
            held.promise_id.state == "held"
            and held.product_id == self.product_id
            and held.product_uom_id == self.product_uom_id
            and held.quantity >= self.product_uom_qty
        ):
            return True
        return super()._check_availability()
