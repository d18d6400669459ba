from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_being_sent(self):
        """A batch that has begun and that somebody is responsible for is in their
        hands. Odoo begins automatic batches by itself, and takes over the responsible
        of a single transfer: nobody picks those yet."""
        # sudo: who plans need not read batches
        batch = self.picking_id.sudo().batch_id
        return super()._is_being_sent() or (
            batch.state == "in_progress"
            and bool(batch.user_id)
            and not batch.promise_automatic
        )
