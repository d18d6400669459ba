from odoo import api, fields, models
from odoo.exceptions import UserError

from ..calls import dealers

MAX_ID = 2**31 - 1
MOST_TYPED = 100


class PhoneCall(models.Model):
    _inherit = "phone.call"

    dealer_place_id = fields.Many2one(
        "dealer.place",
        "Caller's Place",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.model
    def caller_dealers(self, model, id, place_id=False):  # noqa: A002
        """The best dealers for a caller.

        :param str model: model of a match that ``lookup`` returned
        :param int id: its id
        :param place_id: a ``dealer.place`` that the caller has named
        :returns: ``{"dealers": [{"dealer_id", "name", "distance_km", "approximate",
            "open", "hours", "reason", "say"}], "excluded": [{"name", "message"}],
            "relax": [{"message", "dealers"}], "known": bool, "place": str|False,
            "with_dealer": str|False}``; ``known``: whether it is known where the
            caller is
        """
        self.env["dealer.profile"].check_access("read")
        record = self.env["phone.caller"]._check_caller(model, id)
        place = self._checked_place(place_id)
        live = self._live_call_of(record)
        if place and live:
            # sudo: kept for this call, whatever its agent may write otherwise
            live.sudo().dealer_place_id = place
        place = place or live.dealer_place_id
        request = dealers.request_of(self.env, record, place)
        answer = self.env["res.partner"]._rank_dealers(request)
        lang = request.get("lang")
        lead = self._lead_with_dealer(record)
        return {
            "dealers": dealers.lines(self.env, answer, lang),
            "excluded": [
                {"name": row["name"], "message": row["message"]}
                for row in answer["excluded"]
            ],
            "relax": [
                {
                    "message": one["message"],
                    "dealers": dealers.lines(self.env, one, lang),
                }
                for one in answer["relax"]
            ],
            "known": answer["latitude"] is not False,
            "place": place.display_name,
            "with_dealer": lead and self.env["phone.caller"]._who_has(lead),
        }

    @api.model
    @api.readonly
    def dealer_places(self, text):
        """Places that a caller may mean: ``[{"id", "name"}]``, at most eight.

        :param str text: the beginning of a zip code or a name
        """
        self.env["dealer.profile"].check_access("read")
        if not isinstance(text, str) or len(text) > MOST_TYPED:
            raise UserError(self.env._("text: the beginning of a place is expected."))
        country = self.env.company.country_id.code
        # sudo: places are no secret
        places = self.env["dealer.place"].sudo()._suggest(text, country)
        return [{"id": place.id, "name": place.display_name} for place in places]

    @api.model
    def remember_place(self, model, id, place_id):  # noqa: A002
        """Write the place that a caller has named to their contact: its zip code, town
        and country.

        :returns: True
        """
        self.env["dealer.profile"].check_access("read")
        record = self.env["phone.caller"]._check_caller(model, id)
        place = self._checked_place(place_id)
        partner = self.env["phone.caller"]._caller_partner(record)
        if not place or not partner:
            raise UserError(self.env._("Choose a place for a contact."))
        country = self.env["res.country"].search(
            [("code", "=", place.country_code)], limit=1
        )
        values = {"city": place.name, "country_id": country.id}
        if place.zip:
            values["zip"] = place.zip
        partner.write(values)
        return True

    @api.model
    def caller_hand_over(self, model, id, dealer_id, options=False):  # noqa: A002
        """Hand a caller over: their open lead, or a new one.

        :param dealer_id: id of a ``dealer.profile``
        :param options: ``{"message": str, "consent": "informed"|"consented",
            "place_id": int}``, each absent or False where there is none
        :returns: as ``crm.lead.hand_over``, with ``lead_id``
        """
        self.env["dealer.profile"].check_access("read")
        self.env["crm.lead"].check_access("write")
        record = self.env["phone.caller"]._check_caller(model, id)
        options = options or {}
        known = {"message", "consent", "place_id"}
        if not isinstance(options, dict) or set(options) - known:
            raise UserError(
                self.env._("options: known are message, consent and place_id.")
            )
        consent = options.get("consent")
        if consent not in (None, False, "informed", "consented"):
            raise UserError(
                self.env._('options: consent must be "informed" or "consented".')
            )
        place = self._checked_place(options.get("place_id"))
        lead = self._lead_to_hand_over(record, place)
        if consent:
            lead.dealer_consent = consent
        answer = lead.hand_over(dealer_id, options.get("message") or False)
        return {"lead_id": lead.id, **answer}

    @api.model
    def _checked_place(self, place_id):
        # sudo: places are no secret
        Place = self.env["dealer.place"].sudo()
        if not place_id:
            return Place
        whole = isinstance(place_id, int) and not isinstance(place_id, bool)
        place = Place.browse(place_id if whole and 0 < place_id <= MAX_ID else 0)
        if not place.exists():
            raise UserError(self.env._("place_id: this is not a place."))
        return place

    @api.model
    def _live_call_of(self, record):
        """The user's present call with a caller, if there is one."""
        partner = self.env["phone.caller"]._caller_partner(record)
        if not partner:
            return self.browse()
        return self.search(
            [
                ("user_id", "=", self.env.uid),
                ("state", "in", ("ringing", "answered")),
                ("partner_id", "=", partner.id),
            ],
            limit=1,
        )

    @api.model
    def _open_leads(self, record):
        domain = self.env["phone.caller"]._caller_lead_domain(record)
        return self.env["crm.lead"].search(domain, order="id desc", limit=10)

    @api.model
    def _lead_with_dealer(self, record):
        leads = self._open_leads(record)
        return leads.filtered(lambda one: one.handover_state in ("asked", "accepted"))[
            :1
        ]

    @api.model
    def _lead_to_hand_over(self, record, place):
        if record._name == "crm.lead":
            lead = record
        else:
            leads = self._open_leads(record)._filtered_access("write")
            lead = leads.filtered(
                lambda one: one.handover_state not in ("asked", "accepted")
            )[:1]
        partner = self.env["phone.caller"]._caller_partner(record)
        if not lead:
            lead = self.env["crm.lead"].create(
                {
                    "name": self.env._("Call of %(name)s", name=record.display_name),
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": self.env.uid,
                }
            )
        if place and not (lead.zip or lead.city):
            country = self.env["res.country"].search(
                [("code", "=", place.country_code)], limit=1
            )
            lead.write({"zip": place.zip, "city": place.name, "country_id": country.id})
        return lead
