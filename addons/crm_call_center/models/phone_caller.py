from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from odoo.addons.call_center.telephony.caller import Documents


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Documents(
                20,
                "leads",
                self.env._("Leads"),
                model="crm.lead",
                domain=self._caller_lead_domain,
                order="priority desc, write_date desc, id desc",
                line=self._caller_lead,
                alerts=lambda _record, leads: self._caller_lead_alerts(leads),
                of_customer=False,
                is_about=True,
            ),
        ]

    @api.model
    def _caller_lead_domain(self, record):
        """The open leads and opportunities of a caller: their own, their company's,
        and those that were entered with their number before they were a customer."""
        domain = Domain.FALSE
        if entity := self._caller_entity(record):
            domain |= Domain("partner_id.commercial_partner_id", "=", entity.id)
        if record._name == "crm.lead":
            domain |= Domain("id", "=", record.id)
        number = record._phone_format() if record._name != "res.users" else False
        if number:
            domain |= Domain("phone_sanitized", "=", number)
        return Domain("won_status", "=", "pending") & domain

    @api.model
    def _caller_lead(self, lead):
        return self._caller_record(
            lead, badge=lead.stage_id.name, values=self._caller_lead_values(lead)
        )

    @api.model
    def _caller_lead_values(self, lead):
        """What a lead's line says; tuples as :meth:`_caller_record` takes them."""
        revenue = lead.expected_revenue and format_amount(
            self.env, lead.expected_revenue, lead.company_currency
        )
        return [
            ("expected_revenue", self.env._("Expected"), "text", revenue),
            ("date_deadline", self.env._("Closing"), "date", lead.date_deadline),
            (
                "salesperson",
                self.env._("Salesperson"),
                "text",
                # sudo: a colleague's name, whoever may read users
                lead.user_id.sudo().name,
            ),
        ]

    @api.model
    def _caller_lead_alerts(self, leads):
        """Alerts of the leads' section; a hook for what leads have more."""
        return []
