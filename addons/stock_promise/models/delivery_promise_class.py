"""Customer classes: who goes first, and who gets which share of scarce goods."""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .own_context import without_defaults


class DeliveryPromiseClass(models.Model):
    _name = "delivery.promise.class"
    _description = "Customer Class"
    _inherit = ["company.guard"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="The rank of the class: the first goes before the others."
    )
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a class of all companies."
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Low"), ("2", "High"), ("3", "Very High")],
        default="0",
        required=True,
        help="The priority of a request that names none.",
    )
    color = fields.Integer()

    _name_company_unique = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))",
        "There is a customer class of this name already.",
    )

    @api.model
    @tools.ormcache()
    def _has_any(self):
        """Whether there are classes at all: mostly not, and then nobody's is read."""
        # sudo: that there are some says nothing about any of them
        return bool(self.sudo().search_count([], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        classes = super().create(vals_list)
        self.env.registry.clear_cache()
        return classes

    def write(self, vals):
        """A class whose customers have shares stays where it is: what is kept for
        nobody is kept from everybody."""
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_no_shares()
        if vals.get("company_id"):
            self._check_no_shares(other_than=vals["company_id"])
        result = super().write(vals)
        if "active" in vals:
            self.env.registry.clear_cache()
        return result

    def _check_no_shares(self, other_than=False):
        """Refuse while there are shares of these classes that are not over.

        :param other_than: id of a company whose shares are left out
        """
        # sudo: whatever binds customers counts, whoever may read it
        shares = (
            self.env["delivery.promise.allocation"]
            .sudo()
            .search(
                [("class_id", "in", self.ids), ("company_id", "!=", other_than)],
                order="date_from, id",
            )
            .filtered(lambda share: not share.is_over)
        )
        for name, its_shares in shares.grouped("class_id").items():
            readable = its_shares.with_env(self.env)._filtered_access("read")
            named = [
                self.env._(
                    "%(share)s, until %(day)s",
                    share=share.display_name,
                    day=format_date(self.env, share.date_to),
                )
                for share in readable[:10]
            ]
            if len(its_shares) > len(named):
                named.append(self.env._("%s more", len(its_shares) - len(named)))
            raise UserError(
                self.env._(
                    "%(class)s still has shares of goods, which would be nobody's."
                    " Archive them or let them end first:\n%(shares)s",
                    **{"class": name.display_name, "shares": "\n".join(named)},
                )
            )

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _promise_rank(self):
        """The smaller goes first."""
        self.ensure_one()
        return self.sequence

    @api.model
    def _of_partner(self, partner, company):
        """The class of a customer in a company; empty where there is none."""
        nobody = self.browse()
        if not partner or not self._has_any():
            return nobody
        # sudo: the class decides the date whoever asks for it
        entity = partner.sudo().commercial_partner_id
        found = entity.with_company(company).promise_class_id
        if not found.active or (found.company_id and found.company_id != company):
            return nobody
        return found.with_env(self.env)


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

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "promise_class_id"]

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


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    promise_class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        compute="_compute_promise_class_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The class of the customer when this was promised.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_promise_class_id(self):
        Class = self.env["delivery.promise.class"]
        for promise in self:
            promise.promise_class_id = Class._of_partner(
                promise.partner_id, promise.company_id
            )

    @api.onchange("partner_id")
    def _onchange_partner_priority(self):
        if self.promise_class_id:
            self.priority = self.promise_class_id.priority

    def _follow_class(self, request):
        """What is promised anew counts for the class that the customer has now."""
        self.ensure_one()
        found = request.customer_class
        if found is not None and found != self.promise_class_id:
            # sudo: computed, as when the promise was made
            self.sudo().promise_class_id = found
