import secrets

from odoo import fields, models
from odoo.tools import ormcache

from ..telephony.privacy import KEY_BYTES

# what each event of a call asks for
CALL_SETTINGS = ("call_wrap_up_minutes", "call_back_missed", "call_log_in_chatter")


class ResCompany(models.Model):
    _inherit = "res.company"

    call_service_threshold = fields.Integer("Calls: Answer Within (s)", default=20)
    call_service_share = fields.Float("Calls: Share to Reach (%)", default=80.0)
    call_short_abandon = fields.Integer(
        "Calls: Too Short to Count (s)",
        default=5,
        help="A caller who gives up sooner is not counted: they dialled wrongly.",
    )
    call_contact_days = fields.Integer(
        "Calls: Days Without Another Call",
        default=7,
        help="Solved at the first contact is what the customer does not call about "
        "again within these days.",
    )
    call_wrap_up_minutes = fields.Integer(
        "Calls: Longest Wrap-up (min)",
        default=10,
        help="0: agents are free as soon as they hang up.",
    )
    call_back_missed = fields.Boolean(
        "Call Back Missed Calls",
        default=True,
        help="Incoming calls that nobody answered become call-backs.",
    )
    call_log_in_chatter = fields.Boolean(
        "Calls in the Chatter",
        help="Calls are noted on the customer and on what they were about, for all "
        "who may read these.",
    )

    call_retention_days = fields.Integer(
        "Calls: Days Until Anonymous",
        default=0,
        help="So long after a call its number, customer, notes and recording are kept; "
        "then only what is counted. 0: for ever.",
    )
    call_customer_key = fields.Char(copy=False, groups=fields.NO_ACCESS)

    _call_retention_positive = models.Constraint(
        "CHECK (call_retention_days >= 0)",
        "Calls are kept for a number of days, or 0 for ever.",
    )
    _call_service_sane = models.Constraint(
        "CHECK (call_service_threshold > 0 AND call_service_share BETWEEN 0 AND 100 "
        "AND call_short_abandon >= 0 AND call_contact_days > 0 "
        "AND call_wrap_up_minutes >= 0)",
        "Times and days of the calls' figures must be positive, the share between 0 "
        "and 100 percent.",
    )

    def cache_invalidation_fields(self):
        # the telephone number: it is one of our own
        return super().cache_invalidation_fields() | {*CALL_SETTINGS, "phone"}

    def _call_setting(self, name):
        """One of the settings of calls, whoever asks: they are no secrets."""
        self.ensure_one()
        return dict(self._call_settings())[name]

    def _ensure_call_customer_key(self):
        """The company's secret, made when it is needed first."""
        # sudo: nobody may read it
        for company in self.sudo().filtered(lambda c: not c.call_customer_key):
            company.call_customer_key = secrets.token_hex(2 * KEY_BYTES)

    @ormcache("self.id")
    def _call_settings(self):
        # sudo: agents need not be allowed to read companies
        company = self.sudo()
        return tuple((name, company[name]) for name in CALL_SETTINGS)
