from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _prepare_phantom_move_values(self, bom_line, product_qty, quantity_done):
        return {
            **super()._prepare_phantom_move_values(
                bom_line, product_qty, quantity_done
            ),
            "promise_line_id": self.promise_line_id.id,
        }
