from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.stock_promise.plain_json import PlainJson
from odoo.addons.stock_promise.promising.words import Terms

from ..runs import applying

_lt = Terms(__name__)


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

    def _apply(self):
        """The job: promise what the run came to, for all promises of these products
        or for none."""
        self.ensure_one()
        if not self.exists() or self.state != "pending":
            return
        # sudo: states are written by the jobs and the buttons alone
        group = self.sudo()
        try:
            with self.env.cr.savepoint():
                applying.apply_result(self)
        except UserError as error:
            engine = self.env["delivery.promise.engine"]
            said = engine._keep_text(error.args[0])
            group.write({"state": "refused", "message_said": said})
        else:
            group.write({"state": "done", "message_said": False})

    def _note_failure(self, exc_name=False, exc_message=False, **values):
        """The job could not end: nothing of it was written."""
        engine = self.env["delivery.promise.engine"]
        message = engine._say(
            _lt(
                "Nothing was changed. An administrator finds the cause in the job"
                " queue: %s",
                str(exc_message or exc_name),
            )
        )
        # sudo: as in _apply
        self.sudo().write(
            {"state": "failed", "message_said": engine._keep_text(message)}
        )

    # -- steps ---------------------------------------------------------------------
