"""Quotas and protected quantities, and how much of them is taken."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from .checks import check_numbers


class DeliveryPromiseAllocation(models.Model):
    """A share of a product for a class of customers over a period.

    What SAP calls product allocation is a *quota*, its supply protection a
    *protection*; docs/promising.md compares them.
    """

    _name = "delivery.promise.allocation"
    _description = "Share of a Customer Class"
    _inherit = ["company.guard"]
    _order = "date_from desc, class_id, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    kind = fields.Selection(
        [("protection", "Keep for the class"), ("quota", "At most for the class")],
        required=True,
        default="protection",
        help="Keep: this quantity is there for the class alone. At most: the class "
        "gets no more than this quantity in the period.",
    )
    class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        required=True,
        ondelete="restrict",
        check_company=True,
        index=True,
    )
    against = fields.Selection(
        [("all", "All other customers"), ("lower", "Classes that come after it")],
        string="Kept From",
        required=True,
        default="all",
        help="Classes that come after it are those below it in the list of classes, "
        "and customers without a class.",
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        domain=[("is_storable", "=", True)],
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="cascade",
        help="The quantity is for each product of the category, not for all together.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="cascade",
        help="Goods are kept in one warehouse. A quota without one is for what is "
        "delivered from all warehouses together.",
    )
    quantity = fields.Float(
        required=True, digits="Product Unit", help="In the product's own unit."
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(required=True)
    release_date = fields.Date(
        string="Falls Back On",
        help="From this day on the share is over, and what was not taken is for "
        "everybody. Empty: after the last day of the period.",
    )
    taken_quantity = fields.Float(
        string="Taken",
        compute="_compute_taken",
        digits="Product Unit",
        help="What the class holds, has ordered or was sent, for days of the period. "
        "Of a category: of the product of which most is taken.",
    )
    left_quantity = fields.Float(
        string="Left", compute="_compute_taken", digits="Product Unit"
    )
    is_over = fields.Boolean(
        compute="_compute_is_over", help="It does not bind anybody any more."
    )
    note = fields.Char(string="Why")

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "A share cannot be negative."
    )
    _one_subject = models.Constraint(
        "CHECK ((product_id IS NULL) <> (categ_id IS NULL))",
        "Name either a product or a product category.",
    )
    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period ends before it begins."
    )
    _release_in_time = models.Constraint(
        "CHECK (release_date <= date_to)",
        "A share falls back on the last day of its period at the latest; after that it"
        " is over anyway.",
    )
    _protection_place = models.Constraint(
        "CHECK (kind <> 'protection' OR warehouse_id IS NOT NULL)",
        "Goods are kept in a warehouse: name the one.",
    )

    @api.depends("kind", "company_id")
    def _compute_warehouse_id(self):
        Engine = self.env["delivery.promise.engine"]
        for rule in self:
            default = Engine._default_warehouse(rule.company_id)
            if rule.warehouse_id.company_id != rule.company_id or (
                # filled in for the other kind, before somebody chose this one
                rule.kind == "quota"
                and rule.warehouse_id == default
                and rule._origin.kind != "quota"
            ):
                rule.warehouse_id = False
            if rule.kind == "protection" and not rule.warehouse_id:
                rule.warehouse_id = default

    @api.depends("kind", "class_id", "product_id", "categ_id", "quantity")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            goods = rule.product_id.display_name or rule.categ_id.display_name
            rule.display_name = self.env._(
                "%(kind)s %(class)s: %(goods)s",
                **{
                    "kind": kinds.get(rule.kind, ""),
                    "class": rule.class_id.name or "",
                    "goods": goods or "",
                },
            )

    @api.depends("date_to", "release_date")
    def _compute_is_over(self):
        today = fields.Date.context_today(self)
        for rule in self:
            rule.is_over = bool(
                (rule.release_date and rule.release_date <= today)
                or (rule.date_to and rule.date_to < today)
            )

    @api.depends(
        "quantity",
        "class_id",
        "product_id",
        "categ_id",
        "warehouse_id",
        "date_from",
        "date_to",
    )
    def _compute_taken(self):
        taken = self.env["delivery.promise.engine"]._taken_by_rule(
            self.filtered("id")._origin
        )
        for rule in self:
            rule.taken_quantity = taken.get(rule._origin.id, 0.0)
            rule.left_quantity = max(rule.quantity - rule.taken_quantity, 0.0)

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_id:
            self.categ_id = False

    @api.onchange("categ_id")
    def _onchange_categ_id(self):
        if self.categ_id:
            self.product_id = False

    @api.constrains("product_id")
    def _check_product(self):
        for rule in self:
            if rule.product_id and not rule.product_id.is_storable:
                raise ValidationError(
                    self.env._(
                        "The stock of %s is not kept, so there is nothing to share"
                        " out. Give shares of the goods themselves, of a kit those of"
                        " its parts.",
                        rule.product_id.display_name,
                    )
                )

    @api.constrains("class_id", "active")
    def _check_class_active(self):
        for rule in self:
            if rule.active and not rule.is_over and not rule.class_id.active:
                raise ValidationError(
                    self.env._(
                        "%s is archived: its share would be nobody's. Restore the"
                        " class first, or choose another.",
                        rule.class_id.display_name,
                    )
                )

    # -- whether there is any ------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _has_any(self, company_id):
        """Whether a company shares anything out: mostly not, and then a request
        costs nothing more."""
        # sudo: that there are some says nothing about any of them
        return bool(
            self.sudo().search_count([("company_id", "=", company_id)], limit=1)
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_numbers(self, vals, {"quantity"})
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        check_numbers(self, vals, {"quantity"})
        result = super().write(vals)
        if not {"active", "company_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
