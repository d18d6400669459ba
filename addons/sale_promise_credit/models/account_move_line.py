from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _look_at_credit_again(self):
        """What these customers owe has changed: ask again about what waits."""
        # sudo: whose items they are, whoever booked them
        lines = self.sudo().filtered(
            lambda line: (
                line.partner_id and line.account_id.account_type == "asset_receivable"
            )
        )
        for company, items in lines.grouped("company_id").items():
            self.env["sale.credit.request"]._look_again_at(
                items.partner_id.commercial_partner_id, company
            )
