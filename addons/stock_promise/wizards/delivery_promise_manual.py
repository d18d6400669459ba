from odoo import api, fields, models
from odoo.exceptions import UserError


class DeliveryPromiseManual(models.TransientModel):
    """A date that a planner sets, and why."""

    _name = "delivery.promise.manual"
    _description = "Set a Promised Date by Hand"
    _inherit = ["wizard.guard"]

    line_ids = fields.Many2many(
        "delivery.promise.line", string="Promise Lines", required=True
    )
    promised_date = fields.Datetime(string="New Date", required=True)
    reason = fields.Char(
        required=True, help="Colleagues read it. The customer does not."
    )
    possible_date = fields.Datetime(
        string="Possible From",
        compute="_compute_possible_date",
        help="The earliest date for all these lines, as things stand now.",
    )
    is_early = fields.Boolean(compute="_compute_is_early")

    @api.depends("line_ids")
    def _compute_possible_date(self):
        for wizard in self:
            dates = []
            for promise in wizard.line_ids.promise_id:
                lines = wizard.line_ids._origin & promise.line_ids
                try:
                    answer = promise._simulate_again(lines, asked=False)
                except UserError:
                    answer = {"promised_date": False}
                dates.append(fields.Datetime.to_datetime(answer["promised_date"]))
            wizard.possible_date = bool(dates) and all(dates) and max(dates)

    @api.depends("possible_date", "promised_date")
    def _compute_is_early(self):
        for wizard in self:
            wizard.is_early = bool(wizard.promised_date) and (
                not wizard.possible_date or wizard.promised_date < wizard.possible_date
            )

    def action_apply(self):
        """Promise this date."""
        self.ensure_one()
        self.line_ids.set_promised_date(self.promised_date, self.reason)
        return {"type": "ir.actions.act_window_close"}
