from odoo import api, fields, models
from odoo.fields import Domain

PROVIDER_KINDS = [
    ("generic", "Generic"),
    ("sipgate", "sipgate"),
    ("twilio", "Twilio"),
    ("asterisk", "Asterisk"),
]


class PhoneCall(models.Model):
    _name = "phone.call"
    _inherit = [
        "phone.call.lookup.mixin",
        "phone.call.context.mixin",
        "phone.call.panel.mixin",
        "phone.call.life.mixin",
        "phone.call.dial.mixin",
        "company.guard",
    ]
    _description = "Phone Call"
    _order = "started_at desc, id desc"
    _check_company_auto = True

    provider = fields.Selection(PROVIDER_KINDS, index=True)
    provider_id = fields.Many2one(
        "call.provider",
        "Line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    leg_ids = fields.One2many("phone.call.leg", "call_id", "Parts", readonly=True)
    external_id = fields.Char(
        "Call ID",
        copy=False,
        help="What the provider calls this call.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], required=True, default="in"
    )
    from_number = fields.Char("From")
    to_number = fields.Char("To")
    e164 = fields.Char(
        "Number",
        compute="_compute_e164",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="The outside party's number in international form.",
    )
    state = fields.Selection(
        [("ringing", "Ringing"), ("answered", "Answered"), ("ended", "Ended")],
        required=True,
        default="ringing",
        index=True,
    )
    cause = fields.Selection(
        [
            ("normalClearing", "Normal clearing"),
            ("busy", "Busy"),
            ("cancel", "Cancelled"),
            ("noAnswer", "No answer"),
            ("congestion", "Congestion"),
            ("notFound", "Not found"),
            ("forwarded", "Forwarded"),
            ("lost", "End unknown"),
        ],
        "Hang-up Cause",
    )
    started_at = fields.Datetime(
        "Started", required=True, default=fields.Datetime.now, index=True
    )
    answered_at = fields.Datetime("Answered")
    ended_at = fields.Datetime("Ended")
    wait_seconds = fields.Integer(
        "Waiting Time (s)",
        compute="_compute_durations",
        store=True,
        precompute=True,
        aggregator="avg",
        help="From the first ring to the answer, or to the end if nobody answered.",
    )
    talk_seconds = fields.Integer(
        "Talking Time (s)",
        compute="_compute_durations",
        store=True,
        precompute=True,
        aggregator="avg",
    )
    user_id = fields.Many2one(
        "res.users", "Agent", index=True, check_company=True, ondelete="set null"
    )
    queue = fields.Char()
    partner_id = fields.Many2one(
        "res.partner", "Customer", index=True, check_company=True
    )
    res_model = fields.Char("Document Model")
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    recording_url = fields.Char(
        "Recording", groups="call_center.group_call_center_recording"
    )
    summary = fields.Text()

    _external_unique = models.UniqueIndex(
        "(external_id, provider_id) "
        "WHERE external_id IS NOT NULL AND provider_id IS NOT NULL",
        "This provider's call is logged already.",
    )
    _partner_started_idx = models.Index("(partner_id, started_at DESC)")

    @api.depends("direction", "from_number", "to_number", "company_id", "provider_id")
    def _compute_e164(self):
        for call in self:
            number = call.from_number if call.direction == "in" else call.to_number
            parsed = call._parse_number(
                number,
                call.company_id or self.env.company,
                call._region(),
                sent=bool(call.provider_id or call.provider),
            )
            call.e164 = parsed.readings[0].e164 if parsed.readings else False
            call.number_kind = (
                parsed.kind if number or call.direction == "in" else False
            )

    @api.depends("started_at", "answered_at", "ended_at")
    def _compute_durations(self):
        for call in self:
            until = call.answered_at or call.ended_at
            call.wait_seconds = call._seconds(call.started_at, until)
            call.talk_seconds = call._seconds(call.answered_at, call.ended_at)

    @api.depends(
        "direction", "from_number", "to_number", "e164", "number_kind", "partner_id"
    )
    def _compute_display_name(self):
        for call in self:
            number = call.from_number if call.direction == "in" else call.to_number
            if not number or call.number_kind == "anonymous":
                number = self.env._("Withheld number")
            number = call.e164 or number
            # sudo: the name of a customer the user may not read is not shown
            partner = call.partner_id._filtered_access("read")
            call.display_name = f"{partner.name} ({number})" if partner else number

    @api.model
    def _search_display_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS or operator == "in":
            return super()._search_display_name(operator, value)
        return Domain.OR(
            Domain(name, operator, value)
            for name in ("e164", "from_number", "to_number", "partner_id.name")
        )

    def _region(self):
        """Two-letter code of the country that numbers without one belong to."""
        if self.provider_id.sudo().country_id:
            # sudo: agents may not read lines; the number's country is no secret
            return self.provider_id.sudo().country_id.code
        company = self.company_id or self.env.company
        return self.env["phone.directory"]._company_region(company.id)

    @staticmethod
    def _seconds(start, end):
        """Providers' clocks and the order of their events cannot be relied on."""
        return max(0, round((end - start).total_seconds())) if start and end else 0
