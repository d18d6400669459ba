from odoo import api, models
from odoo.tools import SQL


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "phone.directory.mixin"]

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
