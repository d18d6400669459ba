from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_being_sent(self):
        """A batch that has begun is in the hands of whoever picks it."""
        return super()._is_being_sent() or (
            self.picking_id.batch_id.state == "in_progress"
        )
