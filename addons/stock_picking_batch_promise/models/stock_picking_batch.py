from odoo import fields, models


class StockPickingBatch(models.Model):
    _inherit = "stock.picking.batch"

    promise_automatic = fields.Boolean(
        string="Begun by Odoo",
        readonly=True,
        copy=False,
        help="Odoo has made this batch, for whoever is responsible for its transfer. "
        "Nobody has taken it yet.",
    )

    def write(self, vals):
        if "user_id" in vals:
            # a person takes it, or gives it to somebody
            vals = {**vals, "promise_automatic": False}
        return super().write(vals)
