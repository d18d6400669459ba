from odoo import fields, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    phone_call_count = fields.Integer(
        "Calls",
        compute="_compute_phone_call_count",
        groups="call_center.group_call_center_agent",
    )

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


class PhoneCall(models.Model):
    _inherit = "phone.call"

    def _wrap_up_abouts(self):
        """The caller's open leads too."""
        abouts = super()._wrap_up_abouts()
        if self.partner_id and self.env["crm.lead"].has_access("read"):
            leads = self.env["crm.lead"].search(
                self._caller_lead_domain(self.partner_id),
                order="priority desc, write_date desc, id desc",
                limit=10,
            )
            abouts += [lead for lead in leads if lead not in abouts]
        return abouts
