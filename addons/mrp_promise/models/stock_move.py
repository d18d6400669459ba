from odoo import models

from odoo.addons.stock_promise.models.engine_links import own_id


class StockMove(models.Model):
    _inherit = "stock.move"

    def _prepare_phantom_move_values(self, bom_line, product_qty, quantity_done):
        return {
            **super()._prepare_phantom_move_values(
                bom_line, product_qty, quantity_done
            ),
            "promise_line_id": own_id(self.promise_line_id),
        }

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done.filtered(
            lambda move: move.production_id.product_id == move.product_id
        )._promise_made()
        return done

    def _promise_made(self):
        """What is finished needs no hours of work centres any more."""
        if not self or not self.env["delivery.promise.engine"]._has_work_centres():
            return
        # sudo: hours are written by the engine alone, whoever has made it
        claims = (
            self.env["delivery.promise.workcenter.claim"]
            .sudo()
            .search(
                [
                    ("product_id", "in", self.product_id.ids),
                    ("since", "!=", False),
                    ("promise_id.state", "=", "confirmed"),
                    ("line_id.delivered_date", "=", False),
                    ("line_id.closed_short", "=", False),
                ]
            )
        )
        by_key = claims.grouped(lambda row: (row.product_id, row.warehouse_id))
        for (product, warehouse), rows in by_key.items():
            rows._serve(
                [
                    (move.production_id.create_date, move.product_qty)
                    for move in self
                    if move.product_id == product
                    and move.location_dest_id.warehouse_id == warehouse
                ]
            )

    def _promise_document(self):
        """What is made comes from its manufacturing order, what is used goes there;
        what is taken apart has an unbuild order."""
        return (
            self.production_id
            or self.raw_material_production_id
            or self.consume_unbuild_id
            or self.unbuild_id
            or super()._promise_document()
        )
