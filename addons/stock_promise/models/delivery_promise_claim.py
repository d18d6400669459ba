from odoo import fields, models


class DeliveryPromiseClaim(models.Model):
    """What a held promise takes from the shelf: one row for each component, day and
    warehouse. Only promises in force have claims; an order's moves take over from
    them when it is confirmed."""

    _name = "delivery.promise.claim"
    _description = "Claim of a Delivery Promise"
    _inherit = ["company.guard"]
    _rec_name = "product_id"
    _log_access = False
    _order = "date, id"

    line_id = fields.Many2one(
        "delivery.promise.line", required=True, ondelete="cascade", index=True
    )
    promise_id = fields.Many2one(
        "delivery.promise", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="promise_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", index=True
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    quantity = fields.Float(
        required=True, digits="Product Unit", help="In the product's unit."
    )
    planned = fields.Boolean(
        help="Taken for, or brought by, a replenishment: not what is delivered."
    )
    date = fields.Datetime(required=True, help="When it must be on the shelf.")
