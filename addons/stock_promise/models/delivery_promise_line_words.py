"""What is told of a promised line: to each reader in his language, and as far as he may
read what it names."""

from odoo import api, fields, models

from ..plain_json import PlainJson


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    # What was answered to the one who asked; others see of it what they may read.
    answer = PlainJson(copy=False, groups="base.group_system")
    schedule = PlainJson(compute="_compute_answered", compute_sudo=False)
    reasons = PlainJson(compute="_compute_answered", compute_sudo=False)
    message = fields.Char(
        string="Why This Date",
        compute="_compute_message",
        compute_sudo=False,
        help="In plain words.",
    )
    # What is to be said of the risk, to each reader in his language.
    risk_said = PlainJson(copy=False, groups="base.group_system")
    risk_message = fields.Char(compute="_compute_risk_message", compute_sudo=False)

    def _answered(self):
        """What was answered for each line, names and all."""
        # sudo: what is shown of it is decided for each reader. What a form holds that
        # is not saved yet was sent by a client: no word of it is the engine's.
        return [line._origin.answer or {} for line in self.sudo()]

    @api.depends("answer")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_answered(self):
        engine = self.env["delivery.promise.engine"]
        answers = self._answered()
        named = engine._may_read_origins()
        told = engine._tell([answer.get("reasons") or [] for answer in answers])
        for line, answer, reasons in zip(self, answers, told, strict=True):
            schedule = answer.get("schedule")
            line.schedule = schedule and [
                entry if named else {**entry, "origin": False} for entry in schedule
            ]
            line.reasons = reasons

    @api.depends("risk_said")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_risk_message(self):
        # sudo: as above
        kept = [line._origin.risk_said for line in self.sudo()]
        told = self.env["delivery.promise.engine"]._tell_texts(kept)
        for line, text in zip(self, told, strict=True):
            line.risk_message = text

    @api.depends("reasons")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_message(self):
        for line in self:
            line.message = "; ".join(reason["message"] for reason in line.reasons or ())

    @api.model
    def _prepare_answer(self, answer):
        """What is kept of the answer, to be told to each reader in his words."""
        engine = self.env["delivery.promise.engine"]
        return {
            "schedule": answer["schedule"],
            "reasons": engine._keep(answer["reasons"]),
        }
