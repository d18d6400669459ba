from odoo import api, fields, models


class DealerHandoverAnswer(models.TransientModel):
    """What the dealer said on the telephone: declined, or the result."""

    _name = "dealer.handover.answer"
    _inherit = "wizard.guard"
    _description = "Answer of a Dealer"

    handover_id = fields.Many2one("dealer.handover", required=True)
    answer = fields.Selection(
        [("declined", "Declined"), ("won", "Won"), ("lost", "Lost")],
        required=True,
        default="declined",
    )
    used_for = fields.Char(compute="_compute_used_for")
    reason_id = fields.Many2one(
        "dealer.handover.reason", domain="[('used_for', '=', used_for)]"
    )
    note = fields.Text()

    @api.depends("answer")
    def _compute_used_for(self):
        for window in self:
            window.used_for = {"declined": "decline", "lost": "lost"}.get(window.answer)

    def action_record(self):
        """Record the answer."""
        self.ensure_one()
        self.check_access("write")
        handover = self.handover_id
        if self.answer == "declined":
            handover.decline(self.reason_id.id, self.note)
        else:
            reason = self.reason_id.id if self.answer == "lost" else False
            handover.report_result(self.answer, reason, self.note)
        return {"type": "ir.actions.act_window_close"}
