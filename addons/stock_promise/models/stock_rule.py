from odoo import models

from .engine_links import own_id


class StockRule(models.Model):
    _name = "stock.rule"
    _inherit = ["stock.rule", "delivery.promise.fact"]

    def _get_custom_move_fields(self):
        fields = super()._get_custom_move_fields()
        return [*fields, "promise_line_id", "promise_part"]

    def _push_prepare_move_copy_values(self, move_to_copy, new_date):
        return {
            **super()._push_prepare_move_copy_values(move_to_copy, new_date),
            "promise_line_id": own_id(move_to_copy.promise_line_id),
            "promise_part": move_to_copy.promise_part,
        }
