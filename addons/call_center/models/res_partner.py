from odoo import api, fields, models
from odoo.tools import SQL

from ..telephony import customer


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "phone.directory.mixin"]

    phone_call_count = fields.Integer(
        "Calls",
        compute="_compute_phone_call_count",
        groups="call_center.group_call_center_agent",
    )

    def _compute_phone_call_count(self):
        entities = self.commercial_partner_id
        groups = self.env["phone.call"]._read_group(
            [("partner_id.commercial_partner_id", "in", entities.ids)],
            ["partner_id"],
            ["__count"],
        )
        counts = dict.fromkeys(entities, 0)
        for partner, count in groups:
            counts[partner.commercial_partner_id] += count
        for partner in self:
            partner.phone_call_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_phone_calls(self):
        """Open the calls of the customer, those of all of its people included."""
        self.ensure_one()
        self.check_access("read")
        self.env["phone.call"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "call_center.phone_call_action"
        )
        entity = self.commercial_partner_id
        action["domain"] = [("partner_id.commercial_partner_id", "=", entity.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def write(self, vals):
        result = super().write(vals)
        # sudo: whoever may edit a company's contact need not see companies
        if "country_id" in vals and self.env["res.company"].sudo().search_count(
            [("partner_id", "in", self.ids)], limit=1
        ):
            self.env["phone.directory"]._company_country_changed()
        return result

    @api.model
    def _phone_directory_triggers(self):
        return super()._phone_directory_triggers() + ["parent_id"]

    @api.model
    def _phone_directory_country(self, alias):
        # a contact entered without an address is where its company is
        return SQL(
            "COALESCE(%(alias)s.country_id, (SELECT parent.country_id "
            "FROM res_partner parent WHERE parent.id = %(alias)s.parent_id), "
            "%(super)s)",
            alias=alias,
            super=super()._phone_directory_country(alias),
        )

    def _phone_directory_refresh(self, new=False):
        result = super()._phone_directory_refresh(new=new)
        customer.link_earlier(self.env, self.ids)
        return result

    @api.model
    def _phone_match_fields(self):
        # the salesperson: rules may put their customers' calls through to them
        return ["complete_name", "commercial_partner_id", "company_id", "user_id"]

    def _phone_match_name(self):
        # stored, where the display name reads a dozen fields
        return self.complete_name or super()._phone_match_name()

    def _phone_directory_partners(self):
        return {partner.id: partner for partner in self}

    def _caller_identity_values(self):
        self.ensure_one()
        return [
            ("function", self.env._("Position"), "text", self.function),
            ("phone", self.env._("Phone"), "text", self.phone),
            ("email", self.env._("Email"), "text", self.email),
            ("city", self.env._("City"), "text", self.city),
            ("country", self.env._("Country"), "text", self.country_id.name),
            (
                "tags",
                self.env._("Tags"),
                "text",
                ", ".join(self.category_id.mapped("display_name")),
            ),
            (
                "salesperson",
                self.env._("Salesperson"),
                "text",
                self.user_id.sudo().name,
            ),
        ]
