from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import target
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
        "call.rule",
        "Directed By",
        readonly=True,
        copy=False,
        ondelete="set null",
        check_company=True,
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
        answer = direction.answer if direction else {}
        # nobody's own business: the line says where its calls go otherwise
        answer = answer or self.provider_id._default_answer()
        vals = {"rule_id": rule.id} if rule else {}
        if answer:
            vals["directed_to"] = answer.get("number") or REJECT
        if direction and direction.user:
            vals["user_id"] = direction.user.id
        if target.is_queue(answer.get("number")) and not self.queue:
            # so that the queue's team is told, and its figures have the call
            vals["queue"] = answer["number"].removeprefix(target.QUEUE)
        if vals:
            self.write(vals)
        return answer

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
        vals["is_blocked"] = self._is_caller_blocked(
            provider, vals["direction"], event["from"]
        )
        return vals

    @api.model
    def _is_caller_blocked(self, provider, direction, number):
        if direction != "in":
            return False
        parsed = self._parse_number(number, provider.company_id, provider._region())
        e164 = parsed.readings[0].e164 if parsed.readings else False
        return self.env["call.blocked.number"]._is_blocked(provider.company_id, e164)

    def _number_vals(self, vals):
        """Who calls may be told by a later event than the first."""
        more = super()._number_vals(vals)
        if {"from_number", "direction"} & vals.keys():
            more["is_blocked"] = self._is_caller_blocked(
                self.provider_id,
                vals.get("direction", self.direction),
                vals.get("from_number", self.from_number),
            )
            if more["is_blocked"] and not self.is_blocked:
                # their screens show it
                more["told_ids"] = self._agents_to_tell().ids
        return more

    def _is_own_number(self):
        """Whether the other side is one of the house's own numbers: a call that a
        click placed may come in again as one from ourselves."""
        self.ensure_one()
        own = self.env["call.provider"]._own_numbers(self.company_id.id)
        return bool(self.e164) and self.e164 in own

    def _is_put_through(self):
        self.ensure_one()
        return not self.is_blocked and self.directed_to != REJECT

    @api.model
    def _shown_domain(self):
        """What is not put through is shown to nobody, after a reload either."""
        return super()._shown_domain() & (
            Domain("answered_at", "!=", False)
            | Domain("is_blocked", "=", False)
            & Domain("directed_to", "not in", [REJECT])
        )

    def _is_shown(self):
        """Calls that are refused ring at nobody's screen either."""
        put_through = self._is_put_through() or bool(self.answered_at)
        return put_through and super()._is_shown()

    def _agents_to_tell(self):
        """Of a call that is refused, those who were told before that was known."""
        if self._is_shown():
            return super()._agents_to_tell()
        return self._users_told()

    def _tell_all(self):
        return self._is_shown() and super()._tell_all()

    def _is_missed(self):
        """Nobody calls ourselves back."""
        return (
            self._is_put_through()
            and super()._is_missed()
            and not self._is_own_number()
        )

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
