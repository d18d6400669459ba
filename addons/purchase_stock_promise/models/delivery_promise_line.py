"""Whose receipt a promised date rests on."""

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.stock_move import OPEN_STATES


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    vendor_id = fields.Many2one(
        "res.partner",
        string="Vendor of the Receipt",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="stock_promise.group_promise_manager,purchase.group_purchase_user",
        help="Whose receipt, or whose goods still to be bought, the promised date "
        "rested on when it was given.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"vendor_id"}

    def _write_vendors(self):
        """Note the vendors of lines whose date was given just now: of a receipt, that
        of the last one that is in time; of goods to be bought, whom Odoo would buy
        from. One query for the receipts of all of them."""
        sources = {
            line: {part.get("source") for part in line.schedule or ()} for line in self
        }
        received = self.filtered(lambda line: "receipt" in sources[line])
        vendors = received._receipt_vendors()
        for line in self:
            vendor_id = vendors.get(line.id, False)
            if not vendor_id and "purchase" in sources[line]:
                seller = self.env["delivery.promise.engine"]._promise_seller(
                    line.product_id,
                    line.quantity,
                    fields.Date.context_today(line),
                    line.company_id,
                )
                vendor_id = seller.partner_id.id
            if line.vendor_id.id != vendor_id:
                line.vendor_id = vendor_id

    def _receipt_vendors(self):
        """{line id: vendor id} of the last purchase receipt that each line waits
        for."""
        if not self:
            return {}
        self.env["stock.move"].flush_model(["date", "state", "purchase_line_id"])
        self.flush_model(["material_date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (line.id) line.id, purchase.partner_id
                  FROM delivery_promise_line line
                  JOIN stock_move move ON move.product_id = line.product_id
                  JOIN stock_location dest ON dest.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                  JOIN purchase_order_line bought ON bought.id = move.purchase_line_id
                  JOIN purchase_order purchase ON purchase.id = bought.order_id
                 WHERE line.id = ANY(%(lines)s)
                   AND move.state IN %(states)s
                   AND dest.warehouse_id = line.warehouse_id
                   AND move.date <= line.material_date + INTERVAL '1 day'
                 ORDER BY line.id, move.date DESC, move.id DESC
                """,
                lines=self.ids,
                states=OPEN_STATES,
            )
        )
        return dict(rows)


class DeliveryPromiseHistory(models.Model):
    _inherit = "delivery.promise.history"

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        # sudo: the vendor is noted whoever promises, and shown to few
        changes.sudo().line_id._write_vendors()
        return changes
