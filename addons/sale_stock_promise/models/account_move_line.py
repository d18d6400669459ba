from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_promise_dates(self):
        """What an invoice says about the delivery of the line: the label and the
        date, for each order line behind it, once."""
        self.ensure_one()
        # sudo: who may read or print the invoice may read the dates on it
        lines = self.sudo().sale_line_ids
        dates = [pair for line in lines for pair in line._get_promise_dates()]
        return list(dict.fromkeys(dates))
