from odoo import models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _update_move_dates(self):
        """What a vendor brings comes when the purchase order says, whatever is
        promised: its moves keep their dates."""
        # sudo: where moves come from, whoever may read them
        straight = self.filtered(
            lambda line: any(
                move._is_promise_drop_ship() for move in line.sudo().move_ids
            )
        )
        return super(DeliveryPromiseLine, self - straight)._update_move_dates()
