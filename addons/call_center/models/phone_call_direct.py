from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import phone_number
from .call_rule import REJECT, Caller

# providers that wait for our answer before they put a call through
DIRECTED_KINDS = ("generic", "sipgate", "twilio")


class PhoneCall(models.Model):
    """Where calls go by rule, and whose are not put through."""

    _inherit = "phone.call"

    number_kind = fields.Selection(
        [
            ("external", "Outside"),
            ("internal", "Internal"),
            ("anonymous", "Withheld"),
            ("invalid", "Not understood"),
        ],
        "Kind of Number",
        compute="_compute_e164",
        store=True,
        precompute=True,
    )
    rule_id = fields.Many2one(
        "call.rule", "Directed By", readonly=True, copy=False, ondelete="set null"
    )
    directed_to = fields.Char(
        readonly=True,
        copy=False,
        help="What the provider was told: a number, or “reject”.",
    )
    is_blocked = fields.Boolean(
        "Caller Blocked",
        readonly=True,
        copy=False,
        help="The number was blocked when it called.",
    )
    is_number_blocked = fields.Boolean(compute="_compute_is_number_blocked")

    def _compute_is_number_blocked(self):
        numbers = (
            self.env["call.blocked.number"]
            .sudo()  # whether calls are put through is no secret to agents
            .search(
                [
                    ("e164", "in", self.mapped("e164")),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        blocked = {(number.company_id, number.e164) for number in numbers}
        for call in self:
            call.is_number_blocked = (call.company_id, call.e164) in blocked

    # -- directing ---------------------------------------------------------

    def _direct(self, event):
        """What a provider is told to do with a new call: ``{}``, or the generic
        contract's answer. A provider that asks again gets the same answer."""
        self.ensure_one()
        answer = super()._direct(event)
        if answer or self.direction != "in" or self.provider not in DIRECTED_KINDS:
            return answer
        if self.directed_to:
            return self._told()
        if self.rule_id:
            return {}
        rule, direction = self.env["call.rule"]._decide(self._caller())
        if not direction:
            return {}
        vals = {"rule_id": rule.id}
        if direction.answer:
            vals["directed_to"] = direction.answer.get("number") or REJECT
        if direction.user:
            vals["user_id"] = direction.user.id
        self.write(vals)
        return direction.answer

    def _told(self):
        if self.directed_to == REJECT:
            return {"action": "reject", "reason": "busy"}
        return {"action": "dial", "number": self.directed_to}

    def _caller(self):
        self.ensure_one()
        return Caller(
            provider=self.provider_id,
            kind=self.number_kind,
            e164=self.e164 or "",
            to_number=self.to_number or "",
            partner=self.partner_id,
            blocked=self.is_blocked,
            at=fields.Datetime.now(),
        )

    # -- blocked numbers ---------------------------------------------------

    @api.model
    def _prepare_call_vals(self, provider, event, now):
        vals = super()._prepare_call_vals(provider, event, now)
        if vals["direction"] == "in":
            parsed = phone_number.parse(
                event["from"] or "anonymous", provider._region()
            )
            e164 = parsed.readings[0].e164 if parsed.readings else False
            vals["is_blocked"] = self.env["call.blocked.number"]._is_blocked(
                provider.company_id, e164
            )
        return vals

    def _is_own_number(self):
        """Whether the other side is one of the house's own numbers."""
        self.ensure_one()
        # sudo: agents may not read lines
        line = self.provider_id.sudo()
        return bool(line.numbers and self.e164 and line._owns(self.e164))

    @api.model
    def _cron_sweep(self):
        """Orders that no process fetches any more are given up, too."""
        result = super()._cron_sweep()
        orders = self.env["phone.call.order"]
        waiting = orders.search([("state", "=", "waiting")], limit=500)
        orders._expire(waiting.provider_id)
        return result

    def _is_put_through(self):
        self.ensure_one()
        return not self.is_blocked and self.directed_to != REJECT

    def _notify_agents(self):
        """Calls that are refused ring at nobody's screen either."""
        if self._is_put_through() or self.answered_at:
            return super()._notify_agents()
        return None

    def _is_missed(self):
        return self._is_put_through() and super()._is_missed()

    def action_block_number(self):
        """Refuse this caller's calls from now on."""
        numbers = self.env["call.blocked.number"]
        for call in self:
            call.check_access("write")
            if call.number_kind != "external" or not call.e164:
                raise UserError(
                    self.env._(
                        "%s: only a number of the outside can be blocked; for withheld "
                        "ones there are rules.",
                        call.display_name,
                    )
                )
            if not call.is_number_blocked:
                # an unblocked number is kept, archived
                old = numbers.sudo().with_context(active_test=False)  # any agent may
                old = old.search(
                    [
                        ("company_id", "=", call.company_id.id),
                        ("e164", "=", call.e164),
                    ]
                )
                if old:
                    old.active = True
                else:
                    numbers.create(
                        {"company_id": call.company_id.id, "e164": call.e164}
                    )
        self.invalidate_recordset(["is_number_blocked"])
        return True

    def action_unblock_number(self):
        """Put this caller's calls through again."""
        self.env["call.blocked.number"].search(
            [
                ("e164", "in", self.mapped("e164")),
                ("company_id", "in", self.company_id.ids),
            ]
        ).action_archive()
        self.invalidate_recordset(["is_number_blocked"])
        return True
