from odoo import fields, models


class PromiseCashPending(models.Model):
    """An order line whose facts are to be written anew."""

    _name = "promise.cash.pending"
    _description = "Promise to Cash: To Renew"
    _log_access = False

    sale_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )

    _line_unique = models.UniqueIndex("(sale_line_id)")
