from odoo import api, fields, models

from ..telephony import customer
from ..telephony.routing import Caller, Direction


class CallRuleTest(models.TransientModel):
    """What would become of a call."""

    _name = "call.rule.test"
    _description = "Try Call Rules Out"
    _inherit = ["wizard.guard"]

    provider_id = fields.Many2one(
        "call.provider",
        "Line",
        required=True,
        default=lambda self: self.env["call.provider"].search([], limit=1),
    )
    number = fields.Char("Caller's Number", help="Empty: withheld.")
    to_number = fields.Char("Number Called")
    at = fields.Datetime(
        "When", required=True, default=lambda self: fields.Datetime.now()
    )
    partner_id = fields.Many2one("res.partner", "Customer", compute="_compute_result")
    result = fields.Char(compute="_compute_result")
    line_ids = fields.One2many(
        "call.rule.test.line", "test_id", "Rules", compute="_compute_result"
    )

    @api.depends("provider_id", "number", "to_number", "at")
    def _compute_result(self):
        for test in self:
            test.partner_id = test.result = False
            lines = self.env["call.rule.test.line"]
            # a form may name any line
            if test.provider_id.has_access("read") and test.at and test.provider_id:
                lines = test._try_out()
            test.line_ids = lines

    def _caller(self):
        # as a call of the line would be, never written
        provider = self.provider_id.sudo()  # a manager reads lines, not all contacts
        call = provider.env["phone.call"].new(
            {
                "provider": provider.kind,
                "provider_id": provider.id,
                "company_id": provider.company_id.id,
                "from_number": self.number,
                "to_number": self.to_number,
            }
        )
        vals = customer.customer_vals(call) if self.number else {}
        partner = provider.env["res.partner"].browse(vals.get("partner_id"))
        e164 = call.e164 or ""
        return Caller(
            provider=provider,
            kind=call.number_kind,
            e164=e164,
            to_number=self.to_number or "",
            partner=partner,
            blocked=self.env["call.blocked.number"]._is_blocked(
                provider.company_id, e164
            ),
            at=self.at,
        )

    def _try_out(self):
        caller = self._caller()
        self.partner_id = self.env["res.partner"].browse(caller.partner.id)
        lines = self.env["call.rule.test.line"]
        found = False
        for rule in self.env["call.rule"]._rules_of(caller.provider.company_id):
            counts = False
            if found:
                told = self.env._("not asked: an earlier rule counts")
            elif why := rule._why_not(caller):
                told = self.env._("does not apply: %s", why)
            elif direction := rule._direction(caller):
                found = counts = True
                told = self._in_words(direction)
                self.result = f"{rule.name}: {told}"
            else:
                told = self.env._("applies, but has nowhere to send the call")
            lines |= lines.new({"rule_id": rule.id, "told": told, "counts": counts})
        if not found:
            self.result = self.env._("No rule: %s.", self._in_words(Direction({})))
        return lines

    def _in_words(self, direction):
        answer = direction.answer or self.provider_id._default_answer()
        if answer.get("action") == "reject":
            return self.env._("refused as busy")
        if not answer and self.provider_id.needs_target:
            return self.env._("Twilio hangs up: the line does not say where calls go")
        if not answer:
            return self.env._("as the telephone system has it")
        if direction.user:
            return self.env._(
                "to %(user)s (%(number)s)",
                user=direction.user.name,
                number=answer["number"],
            )
        return self.env._("to %s", answer["number"])


class CallRuleTestLine(models.TransientModel):
    _name = "call.rule.test.line"
    _description = "Call Rule Tried Out"
    _inherit = ["wizard.guard"]

    test_id = fields.Many2one("call.rule.test", ondelete="cascade")
    rule_id = fields.Many2one("call.rule", ondelete="cascade")
    told = fields.Char("Result")
    counts = fields.Boolean()
