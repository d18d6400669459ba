from odoo import api, fields, models
from odoo.exceptions import AccessError

from .own_context import without_defaults


class ResPartner(models.Model):
    _inherit = "res.partner"

    promise_class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        company_dependent=True,
        check_company=True,
        copy=False,
        ondelete="restrict",
        help="Decides the priority of this customer's promises, and which share of "
        "scarce goods is kept for it. Contacts have the class of their company.",
    )
    promise_mail = fields.Boolean(
        string="Mail about Moved Dates",
        help="This customer wants a mail when a promised date moves. Set on a company,"
        " it is for all its contacts.",
    )
    promise_no_substitutes = fields.Boolean(
        string="Accepts No Substitutes",
        help="No other product is offered to this customer instead of the one asked "
        "for. Contacts follow their company.",
    )

    @api.model
    def _commercial_fields(self):
        return [
            *super()._commercial_fields(),
            "promise_class_id",
            "promise_no_substitutes",
        ]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_readable_class(vals.get("promise_class_id"))
        partners = super(
            ResPartner, without_defaults(self, {"promise_class_id"})
        ).create(vals_list)
        partners = partners.with_env(self.env)
        for partner, vals in zip(partners, vals_list, strict=True):
            if vals.get("promise_class_id"):
                partner._check_promise_class_rights()
        return partners

    def write(self, vals):
        if "promise_class_id" in vals:
            self._check_readable_class(vals["promise_class_id"])
            self.filtered(
                lambda partner: (
                    partner.promise_class_id.id != (vals["promise_class_id"] or False)
                )
            )._check_promise_class_rights()
        entities = {}
        if not {"parent_id", "is_company"}.isdisjoint(vals):
            entities = {
                partner: partner.commercial_partner_id
                for partner in self
                if partner.commercial_partner_id != partner
            }
        result = super().write(vals)
        if "promise_class_id" not in vals or not self._may_choose_promise_class():
            self._leave_promise_class(entities)
        if not {"name", "tz", "lang"}.isdisjoint(vals) and self._is_warehouse_address():
            self.env["delivery.promise.fact"]._forget_facts()
        return result

    @api.model
    def _leave_promise_class(self, entities):
        """What a contact had of its company stays with the company.

        :param entities: {contact: company that it belonged to}
        """
        gone = [
            partner
            for partner, entity in entities.items()
            if partner.commercial_partner_id != entity
        ]
        if not gone or not self.env["delivery.promise.class"]._has_any():
            return
        # sudo: who may change the contact takes it from the class of its company, in
        # all of our companies
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            for partner in gone:
                contact = partner.sudo().with_company(company)
                entity = contact.commercial_partner_id
                contact.promise_class_id = (
                    entity.promise_class_id if entity != contact else False
                )

    @api.model
    def _check_readable_class(self, class_id):
        """Another company's class is not named, as Odoo's own check would."""
        if (
            class_id
            and not self.env.su
            and not self.env["delivery.promise.class"].search_count(
                [("id", "=", class_id)], limit=1
            )
        ):
            raise AccessError(
                self.env._("This customer class is not there, or not your company's.")
            )

    def _check_promise_class_rights(self):
        """Who goes first is decided by those who share out; contacts follow."""
        if (
            any(partner.commercial_partner_id == partner for partner in self)
            and not self._may_choose_promise_class()
        ):
            raise AccessError(
                self.env._(
                    "Only an administrator of promises chooses the class of a customer."
                )
            )

    @api.model
    def _may_choose_promise_class(self):
        return self.env.su or self.env.user.has_group(
            "stock_promise.group_promise_manager"
        )

    def _is_warehouse_address(self):
        """Whether one of these is the address of a company or of a warehouse, whose
        name, zone and language are remembered."""
        # sudo: whoever may write the address may not see the warehouse
        return bool(
            self.env["res.company"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("partner_id", "in", self.ids)], limit=1)
            or self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("partner_id", "in", self.ids)], limit=1)
        )
