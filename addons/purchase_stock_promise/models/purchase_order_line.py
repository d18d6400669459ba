from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def write(self, vals):
        """A date that a person or the vendor gives for a confirmed line is when its
        receipts are planned. Odoo notes it on them as a deadline alone, among deadlines
        that come from elsewhere, and says nowhere which date was given last."""
        if not vals.get("date_planned"):
            return super().write(vals)
        sizes = {line: (line.product_qty, line.product_uom_id) for line in self}
        result = super().write(vals)
        date = fields.Datetime.to_datetime(vals["date_planned"])
        said = self.filtered(
            lambda line: (
                line.state == "purchase"
                and not line._is_date_computed(date, *sizes[line])
            )
        )
        said._open_receipts().filtered(lambda move: move.date != date).date = date
        return result

    def _is_date_computed(self, date, quantity, unit):
        """Whether a date is the one that Odoo computes from the lead time when the
        quantity changes: the form sends it as if somebody had typed it.

        :param quantity: what was ordered before, in ``unit``
        """
        self.ensure_one()
        if (self.product_qty, self.product_uom_id) == (quantity, unit):
            return False
        return date == self._get_date_planned(self.selected_seller_id)

    def _open_receipts(self):
        """What is still to come of these lines; not what goes back to the vendor."""
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and not move._is_purchase_return()
                and move.location_id.usage in ("supplier", "transit")
            )
        )

    def _prepare_stock_move_vals(
        self, picking, price_unit, product_uom_qty, product_uom
    ):
        """What is ordered in addition comes when the rest does, as it was said last:
        the line's own date may have been computed again from the lead time."""
        vals = super()._prepare_stock_move_vals(
            picking, price_unit, product_uom_qty, product_uom
        )
        receipts = self._open_receipts()
        if receipts:
            latest = max(receipts, key=lambda move: move.date)
            vals["date"] = latest.date
            # else Odoo would not add it to that receipt
            vals["date_deadline"] = latest.date_deadline or vals["date_deadline"]
        return vals
