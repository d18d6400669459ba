import hashlib
import hmac
import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

from ..tools import phone_number, signature, target
from .phone_call import PROVIDER_KINDS

TOKEN_BYTES = 32
# how often a line's log is trimmed
TRIM_EVERY = 200
# what the token of each request is remembered with
TOKEN_FIELDS = {"token_hash", "active", "company_id", "kind"}
# what a company's own numbers are remembered with
OWN_FIELDS = {"numbers", "active", "company_id", "country_id"}
#: providers that hang up on a call which they are told nothing to do with
NEED_TARGET = ("twilio",)
_PHONE = re.compile(r"\d{6,20}")


class CallProvider(models.Model):
    """A line at a telephony provider, and the key of its webhook.

    Of the token only a hash is kept: it is shown once, when it is made. It is long
    and random, so a plain hash is enough, and lets it be found by an index.
    """

    _name = "call.provider"
    _description = "Telephony Line"
    _inherit = ["mail.thread", "company.guard"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        PROVIDER_KINDS, required=True, default="generic", tracking=True
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    country_id = fields.Many2one(
        "res.country",
        help="Numbers that come without a country are read as this country's. "
        "Empty: the company's.",
    )
    numbers = fields.Char(
        help="This line's own numbers, with commas. Calls from one of them are linked "
        "to no customer.",
    )
    agent_ids = fields.Many2many(
        "res.users",
        string="Agents with an Extension",
        compute="_compute_agent_ids",
        help="Whom calls of this line can be shown to. Extensions are set in the "
        "user's form.",
    )
    team_id = fields.Many2one(
        "call.team",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        ondelete="set null",
        help="Calls that come by this line and name no queue of a team are this "
        "team's.",
    )
    default_target = fields.Char(
        "Calls Go To",
        tracking=True,
        help="Where calls go that no rule sends anywhere: a number (+49 30 555000), a "
        "queue (queue:sales), a SIP address (sip:desk@pbx.example.com) or one of "
        "Twilio's own clients by its name.",
    )
    needs_target = fields.Boolean(compute="_compute_needs_target")
    token_hash = fields.Char(copy=False, groups=fields.NO_ACCESS)
    token_date = fields.Datetime("Token Made On", copy=False, readonly=True)
    rate_limit = fields.Integer(
        "Events per Minute",
        default=6000,
        help="What comes faster is refused, counted over all server processes.",
    )
    auth_token = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_auth_token",
        copy=False,
        help="Of your Twilio account; Twilio signs with it. It can be set, not read.",
    )
    has_auth_token = fields.Boolean(
        "Auth Token Is Set", compute="_compute_has_secrets", compute_sudo=True
    )
    auth_token_stored = fields.Char(copy=False, groups=fields.NO_ACCESS)
    public_key = fields.Text(
        compute="_compute_secrets",
        inverse="_inverse_public_key",
        copy=False,
        help="sipgate's public key (PEM). Once it is set, unsigned events are refused. "
        "It can be set, not read.",
    )
    has_public_key = fields.Boolean(
        "Public Key Is Set", compute="_compute_has_secrets", compute_sudo=True
    )
    public_key_stored = fields.Text(copy=False, groups=fields.NO_ACCESS)
    connector_seen = fields.Datetime(
        "Process Last Seen",
        copy=False,
        readonly=True,
        help="When the process beside the PBX last asked for calls to place.",
    )
    webhook_hint = fields.Char(
        "Address",
        compute="_compute_webhook_hint",
        help="Where the provider sends events; its end is secret and was shown once.",
    )
    limit_ids = fields.One2many("call.provider.limit", "provider_id", readonly=True)
    refused_count = fields.Integer("Refused", compute="_compute_refused")
    refused_at = fields.Datetime("Last Refused", compute="_compute_refused")
    event_ids = fields.One2many("call.provider.event", "provider_id", readonly=True)

    _token_hash_unique = models.UniqueIndex(
        "(token_hash) WHERE token_hash IS NOT NULL", "This token is taken."
    )
    _rate_limit_positive = models.Constraint(
        "CHECK (rate_limit > 0)", "At least one event a minute must be let in."
    )

    @api.depends("auth_token_stored", "public_key_stored")
    def _compute_has_secrets(self):
        for provider in self:
            provider.has_auth_token = bool(provider.auth_token_stored)
            provider.has_public_key = bool(provider.public_key_stored)

    @api.depends("company_id")
    def _compute_agent_ids(self):
        # a form may name any company
        own = set(self.env.user._get_company_ids())
        for provider in self:
            # sudo: who has which extension is no secret to who sets lines up
            provider.agent_ids = (
                self.env["res.users"]
                .sudo()
                .search(
                    [
                        ("phone_extension", "!=", False),
                        ("share", "=", False),
                        (
                            "company_ids",
                            "in",
                            [id_ for id_ in provider.company_id.ids if id_ in own],
                        ),
                    ]
                )
            )

    @api.model
    @ormcache("company_id")
    def _own_numbers(self, company_id):
        """A company's own numbers in international form: its lines', these followed by
        somebody's extension, and the company's own; asked for by each call."""
        # sudo: agents may not read lines; which numbers are ours is no secret
        lines = self.sudo().search([("company_id", "=", company_id)])
        company = self.env["res.company"].sudo().browse(company_id)
        own = set()
        for line in lines:
            for number in (line.numbers or "").split(","):
                own |= _readings(number, line._region())
        own |= _readings(company.phone, lines[:1]._region() if lines else "")
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("phone_extension", "!=", False),
                    ("company_ids", "in", [company_id]),
                ]
            )
        )
        extensions = set(users.mapped("phone_extension"))
        heads = own | {number[:-1] for number in own if number.endswith("0")}
        return frozenset(own | {head + ext for head in heads for ext in extensions})

    @api.model
    def _own_among(self, keys, company):
        """Which of some E.164 numbers are a company's own."""
        return self._own_numbers(company.id).intersection(keys)

    @api.depends("kind")
    def _compute_webhook_hint(self):
        for provider in self:
            provider.webhook_hint = provider._webhook_url("…")

    @api.depends("limit_ids.refused")
    def _compute_refused(self):
        for provider in self:
            provider.refused_count = sum(provider.limit_ids.mapped("refused"))
            provider.refused_at = provider.limit_ids[:1].refused_at

    def _compute_secrets(self):
        """They can be set and not read."""
        self.auth_token = False
        self.public_key = False

    def _inverse_auth_token(self):
        for provider in self:
            # sudo: who may write the line may set its secret, nobody may read it
            provider.sudo().auth_token_stored = provider.auth_token

    def _inverse_public_key(self):
        for provider in self:
            key = provider.public_key
            if key and not signature.load_public_key(key):
                raise ValidationError(
                    self.env._("public_key: this is no RSA public key in PEM form.")
                )
            # sudo: as for the auth token
            provider.sudo().public_key_stored = key

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("numbers") for vals in vals_list):
            self.env.registry.clear_cache()
        return super().create(vals_list)._forget_secrets()

    def write(self, vals):
        result = super().write(vals)
        self._forget_secrets()
        if not (TOKEN_FIELDS | OWN_FIELDS).isdisjoint(vals):
            self.env.registry.clear_cache()
        if "team_id" in vals:
            self.env["call.team"]._queues_changed(self.company_id)
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _forget_secrets(self):
        """What was just set must not be read back either, by whoever saves a form."""
        self.invalidate_recordset(["auth_token", "public_key"])
        return self

    def rotate_token(self):
        """Make a new token; the old one stops at once.

        :return: ``{"token", "url"}``, the only time that the token is shown
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        # sudo: nobody may read or write the hash itself
        self.sudo().write(
            {"token_hash": self._hash(token), "token_date": fields.Datetime.now()}
        )
        return {"token": token, "url": self._webhook_url(token)}

    def action_rotate_token(self):
        """Make a new token and show it in a dialog, once."""
        url = self.rotate_token()["url"]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Address to enter at the provider"),
            "res_model": "call.provider.token",
            "views": [(False, "form")],
            "target": "new",
            # a default of a form that is never saved
            "context": {"default_provider_id": self.id, "default_url": url},
        }

    @api.model
    def _hash(self, token):
        return hashlib.sha256(token.encode()).hexdigest()

    def _path_kind(self):
        """The kind in the webhook's address."""
        return _path_kind(self.kind)

    def _webhook_url(self, token):
        return f"{self.get_base_url()}/call_center/{self._path_kind()}/{token}"

    @api.model
    def _from_token(self, path_kind, token):
        """The active line whose token this is, in superuser mode; or none."""
        try:
            provider_id, kind, company_id = self._of_hash(self._hash(token))
        except LookupError:
            return self.browse()
        if _path_kind(kind) != path_kind:
            return self.browse()
        # sudo: the token is the caller's only credential
        return self.sudo().browse(provider_id).with_company(company_id)

    @api.model
    @ormcache("hashed")
    def _of_hash(self, hashed):
        """(id, kind, company's id) of the active line with this token. What is nobody's
        is not remembered, so that guesses do not push out what is."""
        # sudo: as for the token
        provider = self.sudo().search(
            [("token_hash", "=", hashed), ("company_id.active", "=", True)], limit=1
        )
        if not provider or not hmac.compare_digest(provider.token_hash, hashed):
            raise LookupError("nobody's token")
        return provider.id, provider.kind, provider.company_id.id

    def _region(self):
        self.ensure_one()
        return (
            self.country_id.code
            or self.env["phone.directory"]._company_region(self.company_id.id)
            or ""
        )

    @api.model
    def _dialling_lines(self, company):
        """Lines that can make an agent's telephone call somebody, in superuser mode."""
        # sudo: agents may not read lines
        return self.sudo().search(
            [
                ("kind", "=", "asterisk"),
                ("company_id", "=", company.id),
                ("token_hash", "!=", False),
            ]
        )

    def _see_connector(self):
        """Note that the process beside the PBX is there, twice a minute at most."""
        self.ensure_one()
        now = fields.Datetime.now()
        seen = self.connector_seen
        if not seen or seen < fields.Datetime.subtract(now, seconds=20):
            # past the chatter and the change log: it is no change by anybody
            self.env.cr.execute(
                SQL(
                    "UPDATE call_provider SET connector_seen = %s WHERE id = %s",
                    now,
                    self.id,
                )
            )
            self.invalidate_recordset(["connector_seen"], flush=False)

    def _log_event(self, status, event=None, problem=False):
        """Keep what was received, and what was wrong with it, for the settings; to be
        followed by :meth:`_trim_log`.

        Past the ORM: it is done for each event, and nothing hangs on it.

        :return: the id in the log
        """
        event = event or {}
        [(logged,)] = self.env.execute_query(
            SQL(
                """
                INSERT INTO call_provider_event (provider_id, status, event,
                            external_id, problem, create_date)
                VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC')
             RETURNING id
                """,
                self.id,
                status,
                event.get("event") or None,
                event.get("call_id") or None,
                problem or None,
            )
        )
        self.invalidate_recordset(["event_ids"], flush=False)
        return logged

    def _trim_log(self, logged):
        """Now and then; not where something else would be undone with it."""
        if logged % TRIM_EVERY == 0:
            self.env["call.provider.event"]._trim(self)

    # -- where calls go otherwise ----------------------------------------------

    @api.depends("kind", "default_target")
    def _compute_needs_target(self):
        for provider in self:
            provider.needs_target = (
                provider.kind in NEED_TARGET and not provider.default_target
            )

    @api.constrains("default_target")
    def _check_default_target(self):
        for provider in self:
            text = provider._compact(provider.default_target)
            if text and not target.is_target(text):
                raise ValidationError(
                    self.env._(
                        "%(line)s: calls cannot go to “%(target)s”: enter a number, "
                        "queue:name, sip:name@host or the name of a client.",
                        line=provider.name,
                        target=provider.default_target,
                    )
                )

    def _default_answer(self):
        """The generic contract's answer to a call that no rule sends anywhere."""
        self.ensure_one()
        if self.kind not in NEED_TARGET or not self.default_target:
            return {}
        number = self._dialled(self._compact(self.default_target))
        return {"action": "dial", "number": number}

    @staticmethod
    def _compact(text):
        """A number as people write it, without what telephones do not dial."""
        text = (text or "").strip()
        return re.sub(r"[ ()/\-]", "", text) if re.match(r"[+\d]", text) else text

    def _dialled(self, number):
        """A number as a cloud provider takes it: with its country. To them anything
        else would be somebody's name."""
        self.ensure_one()
        if self.kind not in ("sipgate", "twilio") or not _PHONE.fullmatch(number):
            return number
        parsed = phone_number.parse(number, self._region())
        keys = [reading.e164 for reading in parsed.readings if reading.e164]
        return keys[0] if keys else number


def _readings(number, region):
    if not (number or "").strip():
        return set()
    parsed = phone_number.parse(number, region)
    return {reading.e164 for reading in parsed.readings} - {False}


def _path_kind(kind):
    """What Asterisk's process posts is the generic contract."""
    return "generic" if kind == "asterisk" else kind
