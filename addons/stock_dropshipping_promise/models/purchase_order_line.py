from odoo import models

from odoo.addons.stock_promise.models.engine_links import own_id


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _prepare_stock_moves(self, picking):
        """A drop-shipment fulfils the promise of its order line."""
        moves = super()._prepare_stock_moves(picking)
        # sudo: who buys may not read promises
        promise_line = self.sudo().sale_line_id.promise_line_id
        if promise_line and self._is_dropshipped():
            for move in moves:
                move["promise_line_id"] = own_id(promise_line)
        return moves
