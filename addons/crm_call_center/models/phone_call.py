from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from odoo.addons.call_center.models.phone_call_context import (
    SECTION_LIMIT,
    CallerSection,
)


class PhoneCall(models.Model):
    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self.env["crm.lead"].has_access("read"):
            sections.append(
                CallerSection(
                    20,
                    "leads",
                    self.env._("Leads"),
                    lambda: self._caller_leads(record),
                )
            )
        return sections

    @api.model
    def _caller_lead_domain(self, record):
        """The open leads and opportunities of a caller: his own, his company's, and
        those that somebody entered with his number before he was a customer."""
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
    def _caller_leads(self, record):
        leads = self.env["crm.lead"].search(
            self._caller_lead_domain(record),
            order="priority desc, write_date desc, id desc",
            limit=SECTION_LIMIT,
        )
        lines = [
            self._caller_record(
                lead,
                badge=lead.stage_id.name,
                values=self._caller_lead_values(lead),
            )
            for lead in leads
        ]
        return lines, self._caller_lead_alerts(leads)

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
