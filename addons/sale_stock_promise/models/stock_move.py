from datetime import timedelta

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _promise_document(self):
        """The order that takes the goods says more than its delivery."""
        return self.sale_line_id.order_id or super()._promise_document()

    def _promise_deadline_asked(self):
        """The deadline of the procurement that would give a move this one's."""
        self.ensure_one()
        return self.date_deadline and (
            self.date_deadline + timedelta(days=self.rule_id.delay)
        )
