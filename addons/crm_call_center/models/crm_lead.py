from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "phone.directory.mixin"]

    phone_call_count = fields.Integer(
        "Calls",
        compute="_compute_phone_call_count",
        groups="call_center.group_call_center_agent",
    )

    @api.model
    def _phone_directory_triggers(self):
        return super()._phone_directory_triggers() + ["partner_id"]

    @api.model
    def _phone_directory_country(self, alias):
        # a lead without an address is where its customer is
        return SQL(
            "COALESCE(%(alias)s.country_id, (SELECT customer.country_id "
            "FROM res_partner customer WHERE customer.id = %(alias)s.partner_id), "
            "%(super)s)",
            alias=alias,
            super=super()._phone_directory_country(alias),
        )

    @api.model
    def _phone_match_fields(self):
        return super()._phone_match_fields() + ["partner_id"]

    def _phone_directory_partners(self):
        return {lead.id: lead.partner_id for lead in self}

    def _caller_identity_values(self):
        self.ensure_one()
        return [
            ("contact_name", self.env._("Contact"), "text", self.contact_name),
            ("partner_name", self.env._("Company"), "text", self.partner_name),
            ("phone", self.env._("Phone"), "text", self.phone),
            ("email", self.env._("Email"), "text", self.email_from),
            ("city", self.env._("City"), "text", self.city),
        ]

    # -- its calls -----------------------------------------------------------

    def _phone_call_domain(self):
        """Calls about the lead, from its number, and its customer's."""
        self.ensure_one()
        domain = Domain("res_model", "=", self._name) & Domain("res_id", "=", self.id)
        numbers = set(self.env["phone.directory"]._numbers_of(self))
        if self.phone_sanitized:  # of a lost lead, which the directory has no more
            numbers.add(self.phone_sanitized)
        if numbers:
            domain |= Domain("e164", "in", sorted(numbers))
        if self.partner_id:
            domain |= Domain("partner_id", "=", self.partner_id.id)
        return domain

    def _compute_phone_call_count(self):
        # a form's field: one lead is looked at
        for lead in self:
            lead.phone_call_count = (
                self.env["phone.call"].search_count(lead._phone_call_domain())
                if lead.id
                else 0
            )

    def action_view_phone_calls(self):
        """Open the calls of the lead."""
        self.ensure_one()
        self.check_access("read")
        self.env["phone.call"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "call_center.phone_call_action"
        )
        action["domain"] = list(self._phone_call_domain())
        action["context"] = {"default_partner_id": self.partner_id.id}
        return action
