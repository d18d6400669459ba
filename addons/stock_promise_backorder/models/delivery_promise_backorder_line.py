from odoo import api, fields, models

from odoo.addons.stock_promise.plain_json import PlainJson

from .delivery_promise_backorder_rule import STRATEGY_SELECTION


class DeliveryPromiseBackorderLine(models.Model):
    """What a run does to one line of a promise."""

    _name = "delivery.promise.backorder.line"
    _description = "Result of Backorder Processing"
    _inherit = ["company.guard"]
    _order = "run_id desc, group_id, sequence, id"
    _rec_name = "promise_line_id"

    run_id = fields.Many2one(
        "delivery.promise.backorder", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    group_id = fields.Many2one(
        "delivery.promise.backorder.group", ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    promise_line_id = fields.Many2one(
        "delivery.promise.line", required=True, ondelete="cascade", index=True
    )
    promise_id = fields.Many2one(related="promise_line_id.promise_id", store=True)
    product_id = fields.Many2one(related="promise_line_id.product_id", store=True)
    partner_id = fields.Many2one(
        related="promise_line_id.partner_id", store=True, string="Customer"
    )
    class_id = fields.Many2one(
        related="promise_line_id.promise_id.promise_class_id",
        store=True,
        string="Customer Class",
    )
    warehouse_id = fields.Many2one(related="promise_line_id.warehouse_id", store=True)
    user_id = fields.Many2one(related="promise_line_id.user_id", store=True)
    strategy = fields.Selection(STRATEGY_SELECTION, readonly=True)
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="What is still to be delivered."
    )
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    requested_date = fields.Datetime(readonly=True)
    date_before = fields.Datetime(string="Before", readonly=True)
    date_after = fields.Datetime(string="After", readonly=True)
    quantity_before = fields.Float(
        string="Promised Before",
        digits="Product Unit",
        readonly=True,
        help="How much of it has a date.",
    )
    quantity_after = fields.Float(
        string="Promised After", digits="Product Unit", readonly=True
    )
    days = fields.Integer(
        string="Days Gained",
        readonly=True,
        aggregator="sum",
        help="How many days earlier than now; negative for later.",
    )
    outcome = fields.Selection(
        [
            ("gains", "Gains"),
            ("same", "Same"),
            ("loses", "Loses"),
            ("no_date", "No date"),
            ("left_out", "Left out"),
        ],
        readonly=True,
    )
    unmet = fields.Boolean(
        string="Strategy Not Kept",
        readonly=True,
        help="A Win that is late, or a Gain whose goods are not there any more.",
    )
    changes = fields.Boolean(readonly=True)
    # What there is to say, to each reader in his language.
    note_said = PlainJson(readonly=True, groups="base.group_system")
    note = fields.Char(compute="_compute_note", compute_sudo=False)

    @api.depends("note_said")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_note(self):
        # sudo: what is shown of it is decided for each reader
        kept = [row.note_said for row in self.sudo()]
        told = self.env["delivery.promise.engine"]._tell_texts(kept)
        for row, text in zip(self, told, strict=True):
            row.note = text
