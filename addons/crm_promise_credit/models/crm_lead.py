from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    promise_credit_state = fields.Selection(
        related="promise_id.credit_state", string="Credit"
    )

    def _hold_promise(self):
        """One claim on the customer's credit at a time, before anything else."""
        # sudo: the lock carries no data
        self.env["delivery.promise"]._lock_customers(self.sudo().partner_id)
        waiting = self.sudo().promise_id.filtered(
            lambda promise: (
                promise.state == "draft" and promise.credit_state == "waiting"
            )
        )
        # what waited without goods is asked for again, as the lead has it now
        waiting._release()
        return super()._hold_promise()
