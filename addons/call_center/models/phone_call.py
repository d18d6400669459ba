from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..telephony import (
    board,
    call_backs,
    dialling,
    events,
    guard,
    lookup,
    panel,
    privacy,
    routing,
    sweeping,
    wrap_up,
    wrap_up_form,
)

PROVIDER_KINDS = [
    ("generic", "Generic"),
    ("sipgate", "sipgate"),
    ("twilio", "Twilio"),
    ("asterisk", "Asterisk"),
]
#: what wrap-up follows from
LIFE_FIELDS = {"state", "answered_at", "ended_at", "user_id"}


class PhoneCall(models.Model):
    """A call: what its provider told of it, whose it is, what an agent noted of it.

    What happens to calls is in the modules of ``telephony``: ``events`` takes in what
    providers tell, ``panel`` shows it to agents, ``wrap_up`` follows what they do
    after it.
    """

    _name = "phone.call"
    _inherit = ["company.guard"]
    _description = "Phone Call"
    _order = "started_at desc, id desc"
    _check_company_auto = True

    # what the provider tells
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
    is_joined = fields.Boolean(
        copy=False, readonly=True, help="It was told of under several ids."
    )
    strand_ids = fields.One2many(
        "phone.call.strand",
        "call_id",
        readonly=True,
        # who may not read strands reads calls with all of their fields
        groups="call_center.group_call_center_manager",
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
    phase = fields.Selection(
        [
            ("ringing", "Ringing"),
            ("talking", "On the Phone"),
            ("answered", "Answered"),
            ("missed", "Missed"),
            ("unreached", "Not Reached"),
            ("refused", "Refused"),
        ],
        "Result",
        compute="_compute_phase",
        help="What people call what became of a call: “ended” alone says little.",
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
    team_id = fields.Many2one(
        "call.team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index=True, check_company=True
    )
    res_model = fields.Char("Document Model")
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    recording_url = fields.Char(
        "Recording", groups="call_center.group_call_center_recording"
    )
    # no relation: it is read with the call, written for calls that name nobody, and
    # searched by nobody
    told_ids = fields.Json(
        "Users Told",
        copy=False,
        groups=fields.NO_ACCESS,
        help="Users who were told of the call beside those whom it names.",
    )

    # where it goes by rule
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

    # what the agent notes
    outcome_id = fields.Many2one(
        "phone.call.outcome",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    subject_id = fields.Many2one(
        "phone.call.subject",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    tag_ids = fields.Many2many("phone.call.tag", string="Tags")
    summary = fields.Text()
    wrap_up_started_at = fields.Datetime("Wrap-up Started", readonly=True, copy=False)
    wrap_up_ended_at = fields.Datetime("Wrap-up Ended", readonly=True, copy=False)
    wrap_up_seconds = fields.Integer(
        "Wrap-up Time (s)",
        compute="_compute_handle_seconds",
        store=True,
        precompute=True,
        aggregator="avg",
    )
    # not computed: nearly all calls have none, and no part would be read for it
    parts_wrap_up_seconds = fields.Integer(
        "Wrap-up of Others (s)",
        readonly=True,
        help="Of agents who handed the call over.",
    )
    handle_seconds = fields.Integer(
        "Handle Time (s)",
        compute="_compute_handle_seconds",
        store=True,
        precompute=True,
        aggregator="avg",
        help="Talking and wrap-up.",
    )
    in_chatter = fields.Boolean(copy=False, readonly=True)

    # what follows if nobody answered
    callback_id = fields.Many2one(
        "phone.call.back",
        "Call-back",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    # for the job alone
    callback_due = fields.Boolean(copy=False)
    callback_tries = fields.Integer(copy=False)
    callback_retry_at = fields.Datetime(copy=False)

    # what is left of it when its time is over
    anonymised_at = fields.Datetime("Anonymised", readonly=True, copy=False)
    customer_key = fields.Char(copy=False, groups=fields.NO_ACCESS)
    first_contact = fields.Selection(
        [
            ("solved", "Solved"),
            ("again", "Called Again"),
            ("none", "No First Contact"),
        ],
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Of anonymous calls, kept when their customer is forgotten.",
    )

    _external_unique = models.UniqueIndex(
        "(external_id, provider_id) "
        "WHERE external_id IS NOT NULL AND provider_id IS NOT NULL",
        "This provider's call is logged already.",
    )
    _partner_started_idx = models.Index("(partner_id, started_at DESC)")
    _wrapping_up_idx = models.Index(
        "(user_id) WHERE wrap_up_started_at IS NOT NULL AND wrap_up_ended_at IS NULL"
    )
    _callback_due_idx = models.Index("(id) WHERE callback_due")
    _anonymise_idx = models.Index(
        "(company_id, started_at) WHERE anonymised_at IS NULL"
    )
    _customer_key_idx = models.Index(
        "(company_id, started_at) WHERE customer_key IS NOT NULL"
    )

    # -- fields --------------------------------------------------------------

    @api.depends("direction", "from_number", "to_number", "company_id", "provider_id")
    def _compute_e164(self):
        for call in self:
            number = call.from_number if call.direction == "in" else call.to_number
            parsed = lookup.parse(
                self.env,
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
            call.wait_seconds = wrap_up.seconds(call.started_at, until)
            call.talk_seconds = wrap_up.seconds(call.answered_at, call.ended_at)

    @api.depends(
        "talk_seconds",
        "wrap_up_started_at",
        "wrap_up_ended_at",
        "parts_wrap_up_seconds",
    )
    def _compute_handle_seconds(self):
        for call in self:
            call.wrap_up_seconds = call.parts_wrap_up_seconds + wrap_up.seconds(
                call.wrap_up_started_at, call.wrap_up_ended_at
            )
            call.handle_seconds = call.talk_seconds + call.wrap_up_seconds

    @api.depends("state", "direction", "answered_at", "is_blocked", "directed_to")
    def _compute_phase(self):
        for call in self:
            if call.state != "ended":
                call.phase = "ringing" if call.state == "ringing" else "talking"
            elif call.answered_at:
                call.phase = "answered"
            elif call.direction == "out":
                call.phase = "unreached"
            else:
                refused = not routing.is_put_through(call)
                call.phase = "refused" if refused else "missed"

    # changes of teams, queues and lines are followed by CallTeam._queues_changed
    @api.depends("queue", "company_id", "provider_id")
    def _compute_team_id(self):
        for call in self:
            call.team_id = self.env["call.team"]._team_of(call)

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

    # -- what users write ----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                guard.check_abouts(self.new(), vals)
        return super().create(vals_list)

    def write(self, vals):
        if guard.is_restricted(self.env):
            guard.check_agent_vals(self, vals)
        if not self.env.su:
            guard.check_abouts(self, vals)
        if "user_id" in vals:
            for call in self:
                if call.user_id.id != vals["user_id"]:
                    wrap_up.keep(call)
        result = super().write(vals)
        if LIFE_FIELDS & vals.keys():
            wrap_up.follow(self)
        if {"state", "answered_at"} & vals.keys():
            call_backs.note(self)
        return result

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Forms show the rest as what it is to an agent: not to be changed."""
        result = super().fields_get(allfields, attributes)
        if guard.is_restricted(self.env):
            own = self._agent_fields()
            for name, description in result.items():
                if name not in own and "readonly" in description:
                    description["readonly"] = True
        return result

    @api.model
    def _agent_fields(self):
        """Names of the fields that agents write; add-ons that have more add theirs."""
        return {
            "summary",
            "outcome_id",
            "subject_id",
            "tag_ids",
            "partner_id",
            "res_model",
            "res_id",
        }

    @api.model
    def _check_agent(self):
        self.browse().check_access("read")

    # -- callers -------------------------------------------------------------

    @api.model
    @api.readonly
    def lookup(self, number, country_code=False, limit=10):
        """Find who has a phone number.

        :param str number: as typed, pasted or sent by a provider
        :param country_code: two-letter code of the country to assume for a number
            without one, usually that of the line called; by default the company's
        :param int limit: most matches to return, 1 to 100
        :return: ``{"number", "e164", "kind", "matches"}`` with every match the user
            may read, best first; ``certainty`` is ``exact``, ``switchboard`` (a
            direct dial of that number) or ``suffix`` (the same last digits)
        :rtype: dict
        """
        return lookup.look_up(self.env, number, country_code, limit)

    @api.model
    @api.readonly
    def caller_context(self, model, id, codes=False):  # noqa: A002
        """What is known about a caller, in sections.

        :param str model: model of a match that ``lookup`` returned
        :param int id: its id
        :param codes: list of the sections' codes to return; by default all
        :return: ``{"sections": [{"code", "title", "records", "alerts"}]}`` with the
            sections whose documents the user may read
        :rtype: dict
        """
        return self.env["phone.caller"]._caller_context(model, id, codes)

    @api.model
    @api.readonly
    def caller_outline(self, model, id):  # noqa: A002
        """The codes and titles of the sections that ``caller_context`` has for a
        caller, without their content: they can then be asked for one by one.

        :rtype: list[dict]
        """
        return self.env["phone.caller"]._caller_outline(model, id)

    @api.model
    def dial(self, number, model=False, record_id=False):
        """Call a number from the user's own telephone: it rings first, and the other
        side is called when it is picked up.

        :param str number: as written in the record
        :param model: whose number it is, if that is known: the record's model
        :param record_id: and its id
        :return: ``{"call_id": int}``
        :rtype: dict
        """
        return dialling.dial(self.env, number, model, record_id)

    @api.model
    def plan_call_back(self, number, model=False, id=False):  # noqa: A002
        """Put a caller on the list of call-backs, for the user.

        :param str number: the caller's number, in any spelling
        :param model: with ``id``, the match of ``lookup`` that it is, if one was found
        :return: an action that opens the call-back
        :rtype: dict
        """
        self._check_agent()
        return call_backs.plan(self.env, number, model, id)

    def action_block_number(self):
        """Refuse this caller's calls from now on."""
        return routing.block(self)

    def action_unblock_number(self):
        """Put this caller's calls through again."""
        return routing.unblock(self)

    # -- events --------------------------------------------------------------

    @api.model
    def _receive(self, provider, event):
        """Take an event of a line in; see :func:`events.receive`."""
        return events.receive(self.env, provider, event)

    @api.model
    def _cron_sweep(self):
        """End what nobody will end any more."""
        sweeping.sweep(self.env)

    # -- screens -------------------------------------------------------------

    @api.model
    @api.readonly
    def my_calls(self):
        """The calls that a browser shows that was closed or asleep while they came:
        those that ring at or are talked by the user, those that the user has still to
        write something down of, and who tried to reach the user in vain.

        :rtype: list[dict]
        """
        return panel.my_calls(self.env)

    @api.model
    @api.readonly
    def board(self):
        """What goes on now, of the calls that the user may see.

        :return: ``{"now", "totals", "queues", "agents", "me"}``; the times in it are
            moments, from which the browser counts
        :rtype: dict
        """
        self._check_agent()
        return board.values(self.env)

    @api.model
    def set_away(self, away):
        """Tell whether the user takes calls.

        :param bool away: True: not at the telephone
        :return: True
        """
        self._check_agent()
        if not isinstance(away, bool):
            raise UserError(self.env._("away: true or false is expected."))
        self.env["call.agent"]._set_away(away)
        panel.tell_boards(self.env, self.env.user.company_ids)
        return True

    # -- after a call --------------------------------------------------------

    @api.readonly
    def wrap_up_form(self):
        """What the agent can choose from after a call, and what is entered already.

        :rtype: dict
        """
        self.ensure_one()
        call = panel.in_own_companies(self)
        call.check_access("read")
        return wrap_up_form.form_values(call)

    def wrap_up(self, values):
        """Write down how the call went, and end the wrap-up.

        :param dict values: ``outcome_id``, ``subject_id``: ids or False; ``tag_ids``:
            list of ids; ``summary``: text; ``about``: ``{"model", "id"}`` as
            :meth:`wrap_up_form` proposes it; ``activity``: ``{"activity_type_id",
            "date_deadline", "user_id", "summary"}``. All of them optional.
        :return: True
        """
        self.ensure_one()
        call = panel.in_own_companies(self)
        call.check_access("write")
        wrap_up_form.save(call, values)
        return True

    def end_wrap_up(self):
        """The agent has nothing to note: they are free again.

        :return: True
        """
        calls = panel.in_own_companies(self)
        calls.check_access("write")
        user = self.env.user
        for call in calls:
            if wrap_up.is_wrapping_up(call) or wrap_up.is_wrapping_up(call, user):
                wrap_up.finish(call, user)
                panel.notify(call)
        return True

    def action_plan_activity(self):
        """Open Odoo's dialog for the next activity, on what the call was about."""
        self.ensure_one()
        self.check_access("read")
        return wrap_up_form.plan_activity_action(self)

    # -- personal data -------------------------------------------------------

    def action_anonymise(self):
        """Take away by whom the calls were and what was said; the figures stay."""
        self.check_access("unlink")
        privacy.anonymise(self)
        return True

    def _anonymised_vals(self):
        """What a call that nobody may be known by any more has lost. Add-ons that put
        personal data into calls add theirs."""
        self.ensure_one()
        return {
            "from_number": False,
            "to_number": False,
            "external_id": False,
            "partner_id": False,
            "res_model": False,
            "res_id": False,
            "recording_url": False,
            "summary": False,
            "told_ids": False,
            # whether it was refused is nobody's data, and keeps it out of the shares
            "directed_to": (
                routing.REJECT if self.directed_to == routing.REJECT else False
            ),
            "anonymised_at": fields.Datetime.now(),
        }

    @api.autovacuum
    def _gc_personal_data(self):
        """Anonymise calls whose company keeps them no longer."""
        return privacy.collect(self.env)
