from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.own_context import owned


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _security_days(self, company):
        return super()._security_days(company) + company.security_lead

    @api.model
    def _company_facts(self):
        return super()._company_facts() | {"security_lead"}

    def _flushed_fields(self):
        return super()._flushed_fields() | {
            "sale.order": ["state", "validity_date", "warehouse_id", "promise_id"],
            "sale.order.line": [
                "order_id",
                "product_id",
                "product_uom_id",
                "product_uom_qty",
                "warehouse_id",
            ],
            "uom.uom": ["factor"],
            "product.template": ["uom_id"],
            "product.product": ["product_tmpl_id"],
        }

    @api.model
    def _quoted_queries(self, scope):
        """Open quotations that hold nothing. Who asks for a quotation names it in
        the context, so that it does not see itself."""
        asking = owned(self.env, "promise_asking_order_ids", ())
        return [
            *super()._quoted_queries(scope),
            SQL(
                """
                SELECT 'quoted', line.product_id,
                       COALESCE(line.warehouse_id, quotation.warehouse_id),
                       NULL::int, NULL::text, NULL::int, NULL::timestamp,
                       (SUM(line.product_uom_qty * (
                           SELECT factor FROM uom_uom WHERE id = line.product_uom_id
                        )) / (
                           SELECT unit.factor
                             FROM product_product product
                             JOIN product_template template
                               ON template.id = product.product_tmpl_id
                             JOIN uom_uom unit ON unit.id = template.uom_id
                            WHERE product.id = line.product_id
                        ))::float8,
                       false
                  FROM sale_order_line line
                  JOIN sale_order quotation ON quotation.id = line.order_id
                 WHERE line.product_id = ANY(%(products)s)
                   AND COALESCE(line.warehouse_id, quotation.warehouse_id)
                       = ANY(%(warehouses)s)
                   AND quotation.state IN ('draft', 'sent')
                   AND quotation.id <> ALL(%(asking)s)
                   AND line.product_uom_qty > 0
                   AND (quotation.validity_date IS NULL
                        OR quotation.validity_date >= %(today)s)
                   AND (SELECT promise.state = 'held' AND promise.hold_until > %(now)s
                          FROM delivery_promise promise
                         WHERE promise.id = quotation.promise_id) IS NOT TRUE
                 GROUP BY line.product_id,
                          COALESCE(line.warehouse_id, quotation.warehouse_id)
                """,
                products=scope.product_ids,
                warehouses=scope.warehouse_ids,
                asking=list(asking),
                today=fields.Date.today(),
                now=scope.now,
            ),
        ]
