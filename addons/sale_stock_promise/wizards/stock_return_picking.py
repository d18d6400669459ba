"""Goods that are sent again for others that come back."""

from odoo import api, fields, models

from odoo.addons.stock_promise.models.engine_links import own_id
from odoo.addons.stock_promise.models.own_context import without_defaults

from ..orders import adjusting


class StockReturnPickingLine(models.TransientModel):
    _inherit = "stock.return.picking.line"

    # what is promised for the goods that are sent for these
    promise_line_id = fields.Many2one("delivery.promise.line", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # the engine's to say, as on the moves that come of it
            vals_list = [self._without_promise(vals) for vals in vals_list]
        lines = super(
            StockReturnPickingLine, without_defaults(self, {"promise_line_id"})
        ).create(vals_list)
        return lines.with_env(self.env)

    def write(self, vals):
        return super().write(vals if self.env.su else self._without_promise(vals))

    @api.model
    def _without_promise(self, vals):
        return {name: vals[name] for name in vals if name != "promise_line_id"}

    def _prepare_move_default_values(self, new_picking):
        vals = super()._prepare_move_default_values(new_picking)
        # sudo: who moves goods need not read promises
        line = self.sudo()
        if line.promise_line_id:
            sent_again = (new_picking or self.wizard_id.picking_id).location_dest_id
            # What comes back to be exchanged undoes nothing of what was promised.
            vals["promise_line_id"] = (
                own_id(line.promise_line_id)
                if sent_again.usage == "customer"
                else False
            )
        return vals


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def action_create_exchanges(self):
        """What is sent for goods that come back is promised anew."""
        self.check_access("write")
        if self.picking_id.picking_type_id.code != "incoming":
            self._promise_sent_again()
        return super().action_create_exchanges()

    def _create_return(self):
        """What a customer sent back, and gets again, is promised anew."""
        if all(move._promise_delivery_sign() < 0 for move in self.picking_id.move_ids):
            self._promise_sent_again()
        return super()._create_return()

    def _promise_sent_again(self):
        # sudo: who takes goods back makes the promise that follows from it
        lines = self.sudo().product_return_moves.filtered(
            lambda line: (
                not line.promise_line_id
                and line.move_id.sale_line_id.product_id == line.product_id
                and line.uom_id.compare(line.quantity, 0.0) > 0
            )
        )
        for order, own in lines.grouped(
            lambda line: line.move_id.sale_line_id.order_id
        ).items():
            promised = adjusting.promise_exchange(
                order,
                [
                    (line.move_id.sale_line_id, line.quantity, line.uom_id)
                    for line in own
                ],
            )
            for line, promise_line in zip(own, promised, strict=False):
                line.promise_line_id = promise_line

    def _get_proc_values(self, line):
        values = super()._get_proc_values(line)
        promise_line = line.sudo().promise_line_id  # sudo: as above
        if promise_line:
            values["promise_line_id"] = own_id(promise_line)
            if promise_line.ship_date:
                values["date_deadline"] = promise_line.ship_date
                values["date_planned"] = (
                    promise_line.material_date or promise_line.ship_date
                )
        return values
