from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.promise_desk_base.tools import waiting

from ..handing import answers, onward

STATES = [
    ("asked", "Asked"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
    ("reported", "Reported"),
]
#: in these the dealer has the lead, or may have it
OPEN_STATES = ("asked", "accepted")
#: in these the dealer sees whose lead it is
TOLD_STATES = ("accepted", "reported")
MOST_NOTE = 2000


class DealerHandover(models.Model):
    """A lead that a dealer is asked to take. Only this module's methods write it."""

    _name = "dealer.handover"
    _inherit = "company.guard"
    _description = "Hand-Over to a Dealer"
    _order = "asked_at desc, id desc"
    _rec_names_search = ["city", "zip"]
    _check_company_auto = True
    _no_company_is_all = False

    lead_id = fields.Many2one(
        "crm.lead",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        # A dealer sees a name of a link whether or not they may read the record.
        groups="sales_team.group_sale_salesman",
    )
    dealer_id = fields.Many2one(
        "dealer.profile",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Handed Over By",
        readonly=True,
        groups="base.group_user",
    )
    state = fields.Selection(
        STATES, default="asked", required=True, readonly=True, index=True
    )
    attempt = fields.Integer(
        default=1,
        readonly=True,
        help="1: chosen by a person. 2 and more: asked because the one before did not"
        " accept.",
    )

    # -- what the dealer sees at any time: need and place -----------------------------
    purpose = fields.Selection(
        [("sale", "Sale"), ("service", "Service"), ("warranty", "Warranty")],
        default="sale",
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True)
    skill_ids = fields.Many2many(
        "dealer.skill", string="Skills", readonly=True, groups="base.group_user"
    )
    skill_names = fields.Char("Skills Needed", compute="_compute_skill_names")
    zip = fields.Char("Zip Code", readonly=True)
    city = fields.Char(readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    distance_km = fields.Float("Distance (km)", readonly=True, aggregator="avg")

    # -- what the dealer sees after acceptance ----------------------------------------
    customer_name = fields.Char("Customer", compute="_compute_customer")
    customer_contact = fields.Char("Contact Person", compute="_compute_customer")
    customer_phone = fields.Char("Phone", compute="_compute_customer")
    customer_email = fields.Char("Email", compute="_compute_customer")
    customer_address = fields.Char("Address", compute="_compute_customer")
    subject = fields.Char(compute="_compute_customer")
    consent_missing = fields.Boolean(
        compute="_compute_customer",
        help="The customer has to be told, or has to consent, before the dealer sees"
        " who they are.",
    )

    recipients = fields.Char(
        compute="_compute_recipients",
        groups="base.group_user",
        help="Ids of the contacts who are told by mail.",
    )
    dealer_url = fields.Char("Address to Answer", compute="_compute_dealer_url")

    # -- time -------------------------------------------------------------------------
    minutes = fields.Integer("Minutes to Answer", readonly=True, aggregator=False)
    asked_at = fields.Datetime(readonly=True)
    until = fields.Datetime(
        "Answer By", readonly=True, help="Counted in the dealer's opening hours."
    )
    answered_at = fields.Datetime(readonly=True)
    answer_hours = fields.Float(
        "Answered Within (h)",
        readonly=True,
        aggregator="avg",
        help="Hours of the dealer's opening time.",
    )
    closed_at = fields.Datetime(readonly=True)

    # -- answers ----------------------------------------------------------------------
    outcome = fields.Selection(
        [("won", "Won"), ("lost", "Lost")], readonly=True, index="btree_not_null"
    )
    reason_id = fields.Many2one(
        "dealer.handover.reason", readonly=True, ondelete="restrict"
    )
    note = fields.Text("Dealer's Note", readonly=True)
    accepted_number = fields.Integer("Accepted", compute="_compute_numbers", store=True)
    won_number = fields.Integer("Won", compute="_compute_numbers", store=True)
    lost_number = fields.Integer("Lost", compute="_compute_numbers", store=True)

    _one_open = models.UniqueIndex(
        "(lead_id) WHERE state IN ('asked', 'accepted')",
        "This lead is with a dealer already. Withdraw it there first.",
    )
    _due_index = models.Index("(until) WHERE state = 'asked'")

    @api.depends("state", "answered_at", "outcome")
    def _compute_numbers(self):
        for handover in self:
            # withdrawn after acceptance is accepted, too
            taken = handover.state in TOLD_STATES or (
                handover.state == "withdrawn" and bool(handover.answered_at)
            )
            handover.accepted_number = int(taken)
            handover.won_number = int(handover.outcome == "won")
            handover.lost_number = int(handover.outcome == "lost")

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_customer(self):
        for handover in self:
            # sudo: shown only where the next lines allow it
            lead = handover.sudo().lead_id
            taken = handover.state in TOLD_STATES
            told = lead if taken and lead.dealer_consent else lead.browse()
            handover.consent_missing = taken and not lead.dealer_consent
            handover.subject = told.name
            handover.customer_name = (
                told.partner_name or told.partner_id.name or told.contact_name
            )
            handover.customer_contact = told.contact_name
            handover.customer_phone = told.phone
            handover.customer_email = told.email_from
            place = " ".join(filter(None, (told.zip, told.city)))
            parts = (told.street, told.street2, place, told.country_id.name)
            handover.customer_address = ", ".join(filter(None, parts)) or False

    @api.depends("dealer_id.person_ids", "purpose")
    def _compute_recipients(self):
        for handover in self:
            # sudo: who is told at the dealer's
            dealer = handover.sudo().dealer_id
            roles = dealer.person_ids.filtered("partner_id.email").grouped("role")
            people = roles.get(handover.purpose) or roles.get("manager")
            told = people.partner_id if people else dealer.partner_id
            ids = told.filtered("email").ids
            handover.recipients = ",".join(map(str, ids)) or False

    @api.depends("skill_ids")
    def _compute_skill_names(self):
        for handover in self:
            # sudo: dealers may read the names, not the list of skills
            names = handover.sudo().skill_ids.mapped("name")
            handover.skill_names = ", ".join(names) or False

    def _compute_dealer_url(self):
        """Where the dealer answers; addons that have such a page know it."""
        self.dealer_url = False

    @api.depends("dealer_id", "state")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for handover in self:
            handover.display_name = self.env._(
                "Hand-over %(number)s (%(state)s)",
                number=handover.id or "",
                state=states.get(handover.state, ""),
            )

    # -- what dealers and agents do ---------------------------------------------------

    def accept(self):
        """The dealer takes the lead. Afterwards they see the customer.

        :returns: ``{"state": "accepted"}``
        :raises UserError: the time is over, or it was withdrawn or answered already
        """
        self._check_may_answer()
        waiting.begin_again(self.env)
        answers.accept(self)
        return {"state": "accepted"}

    def decline(self, reason_id=False, note=False):
        """The dealer does not take the lead; the next one is asked.

        :param reason_id: a ``dealer.handover.reason`` for declining
        :param note: a text of at most 2,000 characters
        :returns: ``{"state": "declined"}``
        """
        self._check_may_answer()
        waiting.begin_again(self.env)
        reason = self._checked_reason(reason_id, "decline")
        answers.decline(self, reason, self._checked_note(note))
        return {"state": "declined"}

    def report_result(self, outcome, reason_id=False, note=False):
        """What became of an accepted lead.

        :param outcome: ``"won"`` or ``"lost"``
        :param reason_id: for ``"lost"``: a ``dealer.handover.reason`` for that
        :param note: a text of at most 2,000 characters
        :returns: ``{"state": "reported"}``
        """
        self._check_may_answer()
        waiting.begin_again(self.env)
        if outcome not in ("won", "lost"):
            raise ValidationError(self.env._('outcome: must be "won" or "lost".'))
        used_for = "lost" if outcome == "lost" else None
        reason = self._checked_reason(reason_id, used_for)
        answers.report(self, outcome, reason, self._checked_note(note))
        return {"state": "reported"}

    def withdraw(self):
        """Take the lead back from the dealer, accepted or not. They see it no longer.

        :returns: ``{"state": "withdrawn"}``
        """
        self.ensure_one()
        self.check_access("read")
        if not self._is_lead_writable():
            raise AccessError(
                self.env._("Only who may change the lead can withdraw it.")
            )
        waiting.begin_again(self.env)
        answers.withdraw(self)
        return {"state": "withdrawn"}

    def action_open_lead(self):
        """The lead that was handed over."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the link; whether the lead may be read is asked next
        lead = self.sudo().lead_id.with_env(self.env)
        lead.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": lead.id,
            "views": [(False, "form")],
        }

    # -- rights -----------------------------------------------------------------------

    def _check_may_answer(self):
        """The dealer, or whoever may change the lead and has heard from the dealer."""
        self.ensure_one()
        self.check_access("read")
        if not self._is_answered_by_dealer() and not self._is_lead_writable():
            raise AccessError(
                self.env._(
                    "Only the dealer, or who may change the lead, can answer this"
                    " hand-over."
                )
            )

    def _is_answered_by_dealer(self):
        return False

    def _is_lead_writable(self):
        # sudo: asked again with the user's own rights
        return self.sudo().lead_id.with_env(self.env).has_access("write")

    def _checked_reason(self, reason_id, used_for):
        # sudo: reasons are no secret, and dealers choose among them
        Reason = self.env["dealer.handover.reason"].sudo()
        if not reason_id:
            return Reason
        whole = isinstance(reason_id, int) and not isinstance(reason_id, bool)
        domain = [("id", "=", reason_id if whole else 0), ("used_for", "=", used_for)]
        reason = Reason.search(domain)
        if not reason:
            raise ValidationError(
                self.env._("reason_id: this is not a reason that can be chosen here.")
            )
        return reason

    def _checked_note(self, note):
        if not note:
            return False
        if not isinstance(note, str) or len(note) > MOST_NOTE or "\0" in note:
            raise ValidationError(
                self.env._(
                    "note: must be a text of at most %(most)s characters.",
                    most=MOST_NOTE,
                )
            )
        return note

    # -- what the clock does ----------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """End what was not answered in time, and ask the next."""
        onward.expire_due(self.env)
