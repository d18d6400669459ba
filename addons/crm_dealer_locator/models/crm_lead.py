from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools import waiting

from ..handing import answers, ask

#: what a lead is won or lost by
CLOSING_FIELDS = {"stage_id", "active", "probability", "won_status"}
MOST_AT_ONCE = 1000


class CrmLead(models.Model):
    _inherit = "crm.lead"

    dealer_purpose = fields.Selection(
        [("sale", "Sale"), ("service", "Service"), ("warranty", "Warranty")],
        "Needed For",
        default="sale",
        required=True,
    )
    dealer_skill_ids = fields.Many2many(
        "dealer.skill", "crm_lead_dealer_skill_rel", string="Skills Needed"
    )
    dealer_service_level = fields.Selection(
        lambda self: self.env["dealer.profile"]._fields["service_level"].selection,
        "Service Level Needed",
    )
    dealer_consent = fields.Selection(
        [("informed", "Was informed"), ("consented", "Has consented")],
        "Customer and Hand-Over",
        copy=False,
        help="The dealer sees who the customer is only after it is recorded here that"
        " the customer was told of the hand-over, or has consented.",
    )
    dealer_consent_user_id = fields.Many2one(
        "res.users",
        "Recorded By",
        compute="_compute_dealer_consent_by",
        store=True,
        copy=False,
    )
    dealer_consent_at = fields.Datetime(
        "Recorded At", compute="_compute_dealer_consent_by", store=True, copy=False
    )
    handover_ids = fields.One2many(
        "dealer.handover", "lead_id", "Hand-Overs", readonly=True
    )
    handover_id = fields.Many2one(
        "dealer.handover", "Last Hand-Over", compute="_compute_handover"
    )
    handover_dealer_id = fields.Many2one(
        "dealer.profile", "Dealer", compute="_compute_handover"
    )
    handover_state = fields.Selection(
        lambda self: self.env["dealer.handover"]._fields["state"].selection,
        "With Dealer",
        compute="_compute_handover",
    )
    handover_until = fields.Datetime("Answer By", compute="_compute_handover")

    @api.depends("dealer_consent")
    def _compute_dealer_consent_by(self):
        for lead in self:
            lead.dealer_consent_user_id = lead.dealer_consent and self.env.user
            lead.dealer_consent_at = lead.dealer_consent and fields.Datetime.now()

    @api.depends("handover_ids.state")
    def _compute_handover(self):
        for lead in self:
            # the newest; one that is open is always the newest
            last = lead.handover_ids.sorted("id")[-1:]
            lead.handover_id = last
            lead.handover_dealer_id = last.dealer_id
            lead.handover_state = last.state
            lead.handover_until = last.until

    def write(self, vals):
        with_dealers = self.env["dealer.handover"]
        if vals.keys() & CLOSING_FIELDS:
            with_dealers = ask.open_handovers(self)
        result = super().write(vals)
        closed = with_dealers.filtered(lambda one: one.lead_id.won_status != "pending")
        answers.follow_lead(closed)
        return result

    def unlink(self):
        self.check_access("unlink")
        for handover in ask.open_handovers(self):
            answers.withdraw(handover)
        return super().unlink()

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the history goes with the lead, whoever merges
        moved = opportunities.sudo().handover_ids
        kept = ask.open_handovers(self | opportunities).sorted(
            lambda one: (one.state != "accepted", one.lead_id != self, one.id)
        )
        for handover in kept[1:]:
            answers.withdraw(handover)
        kept.flush_recordset()  # one is open at a time, also on the way
        moved.write({"lead_id": self.id})
        return result

    # -- handing over -----------------------------------------------------------------

    def hand_over(self, dealer_id, message=False, minutes=False):
        """Ask a dealer to take the lead. Before accepting they see need and place.

        :param dealer_id: id of a ``dealer.profile`` (found by the ``partner_id``
            that ``rank_dealers`` answers)
        :param message: a text of at most 4,000 characters that the dealer reads before
            accepting: what is needed, and no personal data
        :param minutes: of the dealer's opening time to answer in; False: the company's
        :returns: ``{"handover_id": int, "state": "asked", "until": "YYYY-MM-DD
            HH:MM:SS"}``, in UTC
        :raises AccessError: for who may not read dealers or change the lead
        :raises UserError: the dealer is full or not active, or the lead is with one
        :raises ValidationError: naming the argument that is wrong
        """
        self.env["dealer.profile"].check_access("read")
        self.ensure_one()
        self.check_access("write")
        waiting.begin_again(self.env)
        asking = ask.Asking(
            self,
            ask.checked_dealer(self.env, dealer_id),
            ask.checked_message(self.env, message),
            ask.checked_minutes(self.env, minutes),
        )
        ask.lock(self)
        ask.check_lead(self)
        self._check_company_of_dealer(asking.dealer)
        ask.take(asking)
        return _answer(ask.create(self.env, [asking]))

    def hand_over_to_best(self, message=False, minutes=False):
        """Ask the best dealer for each of these leads; what one is given counts for
        the next.

        :returns: ``[{"lead_id", "handover_id", "state", "until"}]``; where nobody fits,
            or the lead cannot be handed over, ``{"lead_id", "error": str}``
        """
        self.env["dealer.profile"].check_access("read")
        self.check_access("write")
        waiting.begin_again(self.env)
        message = ask.checked_message(self.env, message)
        minutes = ask.checked_minutes(self.env, minutes)
        if len(self) > MOST_AT_ONCE:
            raise UserError(
                self.env._(
                    "At most %(most)s leads are handed over together.",
                    most=MOST_AT_ONCE,
                )
            )
        ask.lock(self)
        askings, found = {}, {}
        free = self.browse()
        for lead in self:
            try:
                ask.check_lead(lead)
                free |= lead
            except UserError as error:
                found[lead.id] = {"lead_id": lead.id, "error": str(error)}
        requests = [{**lead._dealer_request(), "limit": 3} for lead in free]
        ranked = self.env["res.partner"]._rank_dealers_in_turn(requests)
        for lead, answer in zip(free, ranked, strict=True):
            error = self.env._("No dealer fits all rules.")
            for row in answer["dealers"]:
                asking = ask.Asking(
                    lead,
                    self.env["dealer.profile"].browse(row["dealer_id"]),
                    message,
                    minutes,
                    distance_km=row["distance_km"],
                )
                try:
                    ask.take(asking)
                except UserError as full:
                    error = str(full)
                    continue
                askings[lead.id] = asking
                break
            else:
                found[lead.id] = {"lead_id": lead.id, "error": error}
        handovers = ask.create(self.env, askings.values())
        for lead_id, handover in zip(askings, handovers, strict=True):
            found[lead_id] = {"lead_id": lead_id, **_answer(handover)}
        return [found[lead.id] for lead in self]

    def dealer_choice(self):
        """What the window for handing over shows: ``{"answer": as
        ``_rank_dealers`` has it, "points": as ``map_points`` has them, "minutes": int,
        "consent": str|False}``."""
        self.env["dealer.profile"].check_access("read")
        self.ensure_one()
        self.check_access("read")
        answer = self.env["res.partner"]._rank_dealers(
            {**self._dealer_request(), "limit": 20}
        )
        ids = [row["dealer_id"] for row in answer["dealers"]]
        points = self.env["dealer.profile"].map_points([("id", "in", ids)])
        company = self.company_id or self.env.company
        return {
            "answer": answer,
            "points": points,
            "minutes": company.dealer_answer_minutes,
            "consent": self.dealer_consent,
        }

    def action_choose_dealer(self):
        """Open the window with the ranked dealers and their map."""
        self.env["dealer.profile"].check_access("read")
        self.ensure_one()
        self.check_access("write")
        ask.check_lead(self)
        return {
            "type": "ir.actions.client",
            "tag": "crm_dealer_locator.choose",
            "name": self.env._("Hand Over to a Dealer"),
            "target": "new",
            "params": {"lead_id": self.id},
        }

    def action_hand_over_to_best(self):
        """As :meth:`hand_over_to_best`, and say what came of it."""
        found = self.hand_over_to_best()
        given = sum("handover_id" in one for one in found)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if given == len(found) else "warning",
                "message": self.env._(
                    "%(given)s of %(all)s leads are handed over.",
                    given=given,
                    all=len(found),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_withdraw_handover(self):
        """Take the lead back from the dealer who has it."""
        self.ensure_one()
        self.check_access("write")
        # sudo: whoever may change the lead may take it back, which is asked again
        handover = ask.open_handovers(self).with_env(self.env)
        if not handover:
            raise UserError(self.env._("No dealer has this lead."))
        return handover.withdraw()

    def _dealer_request(self):
        """What to ask :meth:`~res.partner.rank_dealers` for the lead."""
        self.ensure_one()
        declined = self.handover_ids.filtered(lambda one: one.state == "declined")
        request = {
            "partner_id": self.partner_id.id,
            "purpose": self.dealer_purpose or "sale",
            "skill_ids": self.dealer_skill_ids.ids,
            "service_level": self.dealer_service_level,
            "lang": self.lang_id.code or self.partner_id.lang or False,
            "exclude_ids": declined.dealer_id.partner_id.ids,
        }
        # Where the lead says the same as the contact, the contact's position is better.
        partner = self.partner_id
        said = (self.zip or "", self.city or "", self.country_id)
        if said != (partner.zip or "", partner.city or "", partner.country_id):
            request |= {"zip": self.zip, "city": self.city}
            request["country_code"] = self.country_id.code
        return request

    def _check_company_of_dealer(self, dealer):
        company = self.company_id
        if company and dealer.company_id and company != dealer.company_id:
            raise UserError(
                self.env._(
                    "%(dealer)s is not a dealer of the lead's company.",
                    dealer=dealer.name,
                )
            )


def _answer(handover):
    return {
        "handover_id": handover.id,
        "state": handover.state,
        "until": fields.Datetime.to_string(handover.until),
    }
