"""What can be delivered instead of a product, where the customer accepts it."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DeliveryPromiseSubstitute(models.Model):
    _name = "delivery.promise.substitute"
    _description = "Substitute Product"
    _inherit = ["company.guard"]
    _order = "sequence, id"
    _check_company_auto = True
    _rec_name = "substitute_id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain=[("type", "=", "consu")],
    )
    product_id = fields.Many2one(
        "product.product",
        string="Variant",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
        help="Empty: for each variant of the product.",
    )
    substitute_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain=[("type", "=", "consu")],
        help="What is delivered instead.",
    )
    ratio = fields.Float(
        default=1.0,
        required=True,
        digits=(16, 6),
        help="So many units of the substitute stand for one unit of the product, each "
        "in its own unit of measure.",
    )
    both_ways = fields.Boolean(
        help="The product can be delivered instead of the substitute, too."
    )
    ask = fields.Boolean(
        string="Ask First",
        default=True,
        help="The customer has to agree. It is offered in either case, never chosen.",
    )
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a substitute of all companies."
    )

    _ratio_positive = models.Constraint(
        "CHECK (ratio > 0)", "A substitute stands for more than nothing."
    )
    _product_unique = models.UniqueIndex(
        "(product_tmpl_id, COALESCE(product_id, 0), substitute_id,"
        " COALESCE(company_id, 0))",
        "This substitute is there already.",
    )

    @api.constrains("product_tmpl_id", "product_id", "substitute_id")
    def _check_products(self):
        for record in self:
            if record.product_id and (
                record.product_id.product_tmpl_id != record.product_tmpl_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(variant)s is not a variant of %(product)s.",
                        variant=record.product_id.display_name,
                        product=record.product_tmpl_id.display_name,
                    )
                )
            if record.substitute_id == record.product_id or (
                not record.product_id
                and record.substitute_id.product_tmpl_id == record.product_tmpl_id
            ):
                raise ValidationError(
                    self.env._(
                        "%s cannot stand for itself.",
                        record.substitute_id.display_name,
                    )
                )

    @api.model
    def _of_products(self, products, company):
        """{product: [(substitute, units of it for one unit, whether to ask)]} in their
        order. One query."""
        found = {product: [] for product in products}
        # sudo: what stands for what is the company's decision; which products the
        # caller may see is checked by whoever offers them
        records = self.sudo().search(
            [
                ("company_id", "in", (False, company.id)),
                "|",
                ("product_tmpl_id", "in", products.product_tmpl_id.ids),
                "&",
                ("both_ways", "=", True),
                ("substitute_id", "in", products.ids),
            ]
        )
        for record in records:
            for product in products:
                if product.product_tmpl_id.id == record.product_tmpl_id.id and (
                    not record.product_id or record.product_id.id == product.id
                ):
                    if record.substitute_id.id != product.id:
                        found[product].append(
                            (record.substitute_id.id, record.ratio, record.ask)
                        )
                elif record.both_ways and record.substitute_id.id == product.id:
                    # Of several variants nobody said which one.
                    other = record.product_id or record.product_tmpl_id
                    if other._name == "product.template":
                        variants = other.product_variant_ids
                        other = variants if len(variants) == 1 else variants.browse()
                    if other:
                        found[product].append((other.id, 1 / record.ratio, record.ask))
        return found
