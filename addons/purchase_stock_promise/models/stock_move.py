from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _promise_document(self):
        """The purchase order says more than its receipt."""
        return self.purchase_line_id.order_id or super()._promise_document()
