from odoo import api, fields, models

from odoo.addons.stock_promise.plain_json import PlainJson


class DeliveryPromiseBackorderGroup(models.Model):
    """Products whose promises get their dates together, or not at all."""

    _name = "delivery.promise.backorder.group"
    _description = "Products of Backorder Processing"
    _inherit = ["company.guard"]
    _order = "run_id desc, sequence, id"

    run_id = fields.Many2one(
        "delivery.promise.backorder", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    sequence = fields.Integer()
    name = fields.Char(string="Products", required=True, readonly=True)
    product_ids = fields.Many2many("product.product", readonly=True)
    line_ids = fields.One2many("delivery.promise.backorder.line", "group_id")
    state = fields.Selection(
        [
            ("same", "Nothing changes"),
            ("unmet", "Not to be applied"),
            ("pending", "To do"),
            ("done", "Done"),
            ("refused", "Refused"),
            ("failed", "Failed"),
            ("stopped", "Stopped"),
        ],
        default="pending",
        required=True,
        readonly=True,
    )
    # What came of applying, to be said to each reader in his language.
    message_said = PlainJson(readonly=True, groups="base.group_system")
    message = fields.Char(compute="_compute_message", compute_sudo=False)

    @api.depends("message_said")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_message(self):
        # sudo: what is shown of it is decided for each reader
        kept = [group.message_said for group in self.sudo()]
        told = self.env["delivery.promise.engine"]._tell_texts(kept)
        for group, text in zip(self, told, strict=True):
            group.message = text
