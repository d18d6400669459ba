"""Goods on hand that are removed on a day."""

from odoo import api, models
from odoo.tools import SQL


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _demand_queries(self, scope):
        """On a quant's removal date what is not reserved of it leaves; what is reserved
        is told of all quants of such products."""
        self.env["stock.quant"].flush_model(["removal_date", "reserved_quantity"])
        self.env["product.template"].flush_model(["use_expiration_date"])
        join, tz = self._clock(scope)
        owner = SQL()
        if scope.company.promise_exclude_owner:
            owner = SQL(
                "AND (quant.owner_id IS NULL OR quant.owner_id = %s)",
                scope.company.partner_id.id,
            )
        common = {
            "tz": tz,
            "day": self._day(SQL("quant.removal_date"), scope),
            "join": join,
            "products": scope.product_ids,
            "owner": owner,
        }
        return [
            *super()._demand_queries(scope),
            SQL(
                """
                SELECT 'expiry', quant.product_id, quant.location_id, NULL::int,
                       %(tz)s AS tz, %(day)s AS day, NULL::timestamp,
                       SUM(quant.quantity)::float8, false
                  FROM stock_quant quant
                  JOIN product_product product ON product.id = quant.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                       %(join)s
                 WHERE quant.product_id = ANY(%(products)s)
                   AND template.use_expiration_date
                   AND quant.removal_date IS NOT NULL AND quant.quantity > 0
                       %(owner)s
                 GROUP BY quant.product_id, quant.location_id, tz, day
                """,
                **common,
            ),
            SQL(
                """
                SELECT 'reserved', quant.product_id, quant.location_id, NULL::int,
                       %(tz)s AS tz, %(day)s AS day, NULL::timestamp,
                       SUM(quant.reserved_quantity)::float8, false
                  FROM stock_quant quant
                  JOIN product_product product ON product.id = quant.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                       %(join)s
                 WHERE quant.product_id = ANY(%(products)s)
                   AND template.use_expiration_date
                   AND quant.reserved_quantity > 0
                       %(owner)s
                 GROUP BY quant.product_id, quant.location_id, tz, day
                """,
                **common,
            ),
        ]
