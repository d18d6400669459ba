from odoo import fields, models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    #: several quotations of one lead may share a held line
    sale_line_ids = fields.One2many(
        "sale.order.line", "promise_line_id", string="Order Lines"
    )

    def _reduce(self, quantity):
        """Less is promised than before, on the date that was promised."""
        self.ensure_one()
        self.write({"quantity": quantity, "promised_date": self.promised_date})
