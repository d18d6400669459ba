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

    def _promise_document(self):
        """What is made comes from its manufacturing order, what is used goes there."""
        production = self.production_id or self.raw_material_production_id
        return production or super()._promise_document()
