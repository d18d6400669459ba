from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _find_auto_batch(self):
        batch = super()._find_auto_batch()
        if batch and batch.picking_ids == self:
            # sudo: as Odoo makes the batch
            batch.sudo().promise_automatic = True
        return batch
