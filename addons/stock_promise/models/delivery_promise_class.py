"""Customer classes: who goes first, and who gets which share of scarce goods."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import format_date


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
