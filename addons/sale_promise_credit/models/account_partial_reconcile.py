from odoo import api, models


class AccountPartialReconcile(models.Model):
    """Payments, credit notes, write-offs, and payments that come back: each of them
    allocates items, or frees them again."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        (partials.debit_move_id | partials.credit_move_id)._look_at_credit_again()
        return partials

    def unlink(self):
        items = self.debit_move_id | self.credit_move_id
        result = super().unlink()
        items.exists()._look_at_credit_again()
        return result
