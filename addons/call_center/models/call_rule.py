import datetime
import fnmatch
import re

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..telephony.routing import REJECT, Direction
from ..tools import phone_number, target

_PATTERN = re.compile(r"^[+0-9*?# ]+$")


class CallRule(models.Model):
    """Where an incoming call goes, or that it is refused. The first that applies to a
    call, and has somewhere to send it, counts."""

    _name = "call.rule"
    _description = "Call Rule"
    _inherit = ["company.guard"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: all companies.",
    )
    provider_ids = fields.Many2many(
        "call.provider", string="Lines", check_company=True, help="Empty: all lines."
    )
    caller = fields.Selection(
        [
            ("any", "Anybody"),
            ("known", "A customer"),
            ("unknown", "A number that nobody has"),
            ("withheld", "A withheld number"),
            ("blocked", "A blocked number"),
        ],
        required=True,
        default="any",
    )
    category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Tags",
        help="The customer or their company has one of them.",
    )
    caller_pattern = fields.Char(
        "Caller's Number",
        help="How it begins, with its country; several with commas: “+4930*, +43*”. "
        "A * stands for any digits, a ? for one.",
    )
    called_pattern = fields.Char(
        "Number Called", help="As the provider sends it: “*100, 4989*”."
    )
    calendar_id = fields.Many2one(
        "resource.calendar", "Opening Hours", check_company=True
    )
    hours = fields.Selection(
        [("open", "While open"), ("closed", "While closed")], default="open"
    )
    action = fields.Selection(
        [
            ("salesperson", "To the customer's salesperson"),
            ("last_agent", "To the agent whom they spoke to last"),
            ("user", "To a user"),
            ("number", "To a number or queue"),
            ("reject", "Refuse: busy"),
            ("pass", "As the telephone system has it"),
        ],
        required=True,
        default="salesperson",
    )
    user_id = fields.Many2one(
        "res.users", domain="[('share', '=', False)]", check_company=True
    )
    number = fields.Char(
        "Number or Queue", help="What the telephone system is to dial."
    )
    last_days = fields.Integer("Within Days", default=30)

    _last_days_positive = models.Constraint(
        "CHECK (last_days > 0)", "The last call lies at least a day back."
    )

    @api.constrains("caller_pattern", "called_pattern", "action", "user_id", "number")
    def _check_rule(self):
        for rule in self:
            for pattern in (rule.caller_pattern, rule.called_pattern):
                if pattern and not all(map(_PATTERN.match, rule._patterns(pattern))):
                    raise ValidationError(
                        self.env._(
                            "%(rule)s: a number is digits, with * for any digits and ? "
                            "for one, not “%(pattern)s”.",
                            rule=rule.name,
                            pattern=pattern,
                        )
                    )
            if rule.action == "user" and not rule.user_id:
                raise ValidationError(
                    self.env._("%s: choose whom the call goes to.", rule.name)
                )
            if rule.action == "number" and not target.is_target(rule.number):
                raise ValidationError(
                    self.env._(
                        "%s: enter the number or queue, without blanks.", rule.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # -- deciding ----------------------------------------------------------

    @api.model
    def _rules_of(self, company):
        # sudo: how a call goes does not depend on who asks
        return self.sudo().search([("company_id", "in", (company.id, False))])

    @api.model
    @ormcache("company_id")
    def _callers_of_rules(self, company_id):
        """((id, whose calls), …) of a company's rules, in their order: few of them
        concern a caller, and each new call asks."""
        company = self.env["res.company"].browse(company_id)
        return tuple((rule.id, rule.caller) for rule in self._rules_of(company))

    @api.model
    def _decide(self, caller):
        """(rule, direction) of the first rule that applies; (empty, None) if none."""
        ids = [
            rule_id
            for rule_id, kind in self._callers_of_rules(caller.provider.company_id.id)
            if _is_kind(kind, caller)
        ]
        # sudo: as for finding them
        for rule in self.sudo().browse(ids):
            if not rule._failing(caller):
                direction = rule._direction(caller)
                if direction:
                    return rule, direction
        return self.browse(), None

    def _failing(self, caller):
        """The first condition that a caller does not meet; an empty text if none."""
        self.ensure_one()
        if not self._is_line(caller):
            return "line"
        if not _is_kind(self.caller, caller):
            return "caller"
        if not self._has_tag(caller):
            return "tag"
        if not self._fits(self.caller_pattern, caller.e164):
            return "caller_number"
        if self.called_pattern and not any(
            self._fits(self.called_pattern, number) for number in _called(caller)
        ):
            return "called_number"
        # last: it takes longest
        if self.calendar_id and not self._is_time(caller.at):
            return "hours"
        return ""

    def _why_not(self, caller):
        """Why the rule does not apply to a caller, in words; an empty text if it
        does. For who tries rules out: a call that waits needs no words."""
        failing = self._failing(caller)
        if not failing:
            return ""
        return {
            "line": self.env._("another line"),
            "caller": self.env._("another kind of caller"),
            "tag": self.env._("the customer has none of the tags"),
            "caller_number": self.env._("the caller's number is another"),
            "called_number": self.env._("the number called is another"),
            "hours": self.env._("the hours"),
        }[failing]

    def _is_line(self, caller):
        return not self.provider_ids or caller.provider in self.provider_ids

    def _has_tag(self, caller):
        if not self.category_ids:
            return True
        partner = caller.partner
        tags = partner.category_id | partner.commercial_partner_id.category_id
        return bool(tags & self.category_ids)

    @staticmethod
    def _patterns(text):
        return [part.replace(" ", "") for part in text.split(",") if part.strip()]

    def _fits(self, patterns, number):
        if not patterns:
            return True
        number = (number or "").replace(" ", "")
        return any(
            fnmatch.fnmatchcase(number, pattern) for pattern in self._patterns(patterns)
        )

    def _is_time(self, at):
        start = pytz.utc.localize(at)
        intervals = self.calendar_id._work_intervals_batch(
            start, start + datetime.timedelta(minutes=1)
        )[False]
        is_open = any(begin <= start < end for begin, end, _meta in intervals)
        return is_open == (self.hours != "closed")

    # -- what is done ------------------------------------------------------

    def _direction(self, caller):
        """Where a call goes, or None if the rule has nowhere to send it."""
        self.ensure_one()
        if self.action == REJECT:
            return Direction({"action": "reject", "reason": "busy"})
        if self.action == "pass":
            return Direction({})
        if self.action == "number":
            if not target.fits(self.number, caller.provider.kind):
                return None
            number = caller.provider._dialled(self.number)
            return Direction({"action": "dial", "number": number})
        user = self._user_for(caller)
        number = user and self._number_of(user, caller.provider)
        if not number:
            return None
        return Direction({"action": "dial", "number": number}, user)

    def _user_for(self, caller):
        if self.action == "user":
            user = self.user_id
        elif self.action == "salesperson":
            partner = caller.partner
            user = partner.user_id or partner.commercial_partner_id.user_id
        else:
            user = self._last_agent(caller)
        company = caller.provider.company_id
        if user.active and not user.share and company in user.company_ids:
            return user
        return user.browse()

    def _last_agent(self, caller):
        domain = [
            ("company_id", "=", caller.provider.company_id.id),
            ("answered_at", "!=", False),
            ("user_id", "!=", False),
            (
                "started_at",
                ">=",
                caller.at - datetime.timedelta(days=self.last_days),
            ),
        ]
        if caller.partner:
            domain.append(("partner_id", "=", caller.partner.id))
        elif caller.e164:
            domain.append(("e164", "=", caller.e164))
        else:
            return self.env["res.users"]
        # sudo: by the rule, not by who asks
        call = self.env["phone.call"].sudo().search(domain, limit=1)
        return call.user_id

    @api.model
    def _number_of(self, user, provider):
        """What to dial for a user: cloud providers reach numbers, a telephone system
        of one's own its extensions."""
        if provider.kind in ("sipgate", "twilio"):
            region = provider._region()
            parsed = phone_number.parse(user.partner_id.phone or "anonymous", region)
            keys = [reading.e164 for reading in parsed.readings if reading.e164]
            if keys:
                return keys[0]
        return user.phone_extension or ""


def _called(caller):
    """The number called, as it was sent and in full, with and without its plus: lines
    send the same number in several ways."""
    number = caller.to_number or ""
    parsed = phone_number.parse(
        number or "anonymous", caller.provider._region(), sent=True
    )
    numbers = [number, *(reading.e164 for reading in parsed.readings)]
    return {form for n in numbers for form in (n, n.removeprefix("+"))}


def _is_kind(kind, caller):
    """Whether a caller is one of those whose calls a rule is about."""
    if kind == "withheld":
        return caller.kind == "anonymous"
    if kind == "blocked":
        return caller.blocked
    if kind == "known":
        return bool(caller.partner)
    if kind == "unknown":
        return caller.kind == "external" and not caller.partner
    return True
