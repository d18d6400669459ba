from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _promise_document(self):
        """The order that takes the goods says more than its delivery."""
        return self.sale_line_id.order_id or super()._promise_document()
