from odoo import api, fields, models
from odoo.tools import SQL


class DeliveryPromiseReport(models.Model):
    _inherit = "delivery.promise.report"
    _depends = {
        "delivery.promise.line": ["vendor_id"],
        "product.supplierinfo": [
            "company_id",
            "min_qty",
            "partner_id",
            "price",
            "product_id",
            "product_tmpl_id",
            "sequence",
        ],
    }

    vendor_id = fields.Many2one(
        "res.partner",
        string="Vendor of the Receipt",
        readonly=True,
        groups="stock_promise.group_promise_manager,purchase.group_purchase_user",
        help="Whose receipt the promised date rested on. Empty for what was promised "
        "from the shelf, made or moved from another warehouse.",
    )
    main_vendor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        groups="stock_promise.group_promise_manager,purchase.group_purchase_user",
        help="The first vendor of the product, whatever the date rested on.",
    )

    @api.model
    def _fact_columns(self):
        return {
            **super()._fact_columns(),
            "vendor_id": SQL("l.vendor_id"),
            "main_vendor_id": SQL("seller.partner_id"),
        }

    @api.model
    def _from(self):
        """In the order in which Odoo offers vendors; those of the variant first."""
        return SQL(
            "%s LEFT JOIN LATERAL (SELECT s.partner_id FROM product_supplierinfo s"
            " WHERE s.product_tmpl_id = product.product_tmpl_id"
            " AND (s.product_id IS NULL OR s.product_id = product.id)"
            " AND (s.company_id IS NULL OR s.company_id = l.company_id)"
            " ORDER BY s.product_id IS NULL, s.sequence, s.min_qty DESC, s.price, s.id"
            " LIMIT 1) seller ON TRUE",
            super()._from(),
        )
