from collections import defaultdict

from odoo import api, fields, models

from .engine_links import check_unchanged, own_id, taken
from .own_context import without_defaults

#: what is planned and not done: drafts do not count, neither do done and cancelled ones
OPEN_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class StockMove(models.Model):
    _inherit = "stock.move"

    promise_line_id = fields.Many2one(
        "delivery.promise.line",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        readonly=True,
        help="The promise that this move fulfils.",
    )
    first_planned_date = fields.Datetime(
        copy=False,
        readonly=True,
        help="The date planned when the move was confirmed. The scheduled date is "
        "overwritten when plans change and when the move is done.",
    )

    # What is open is a small part of all moves ever made; promising reads only that.
    # With all that it reads in the index, a product's many moves need not be fetched
    # from the table, unless they were written since the last VACUUM.
    _promise_open_index = models.Index(
        "(product_id, date) INCLUDE (location_id, location_dest_id, location_final_id,"
        " product_qty, procure_method) WHERE state IN"
        " ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = taken(self, vals_list, "promise_line_id")
        returned = {
            vals["origin_returned_move_id"]
            for vals in vals_list
            if vals.get("origin_returned_move_id")
        }
        if returned:
            line_ids = {
                move.id: move.promise_line_id.id for move in self.browse(returned)
            }
            for vals in vals_list:
                line_id = line_ids.get(vals.get("origin_returned_move_id"))
                if line_id:
                    vals.setdefault("promise_line_id", line_id)
        clean = without_defaults(self, {"promise_line_id"})
        moves = super(StockMove, clean).create(vals_list).with_env(self.env)
        moves._drop_foreign_promises()
        return moves

    def _drop_foreign_promises(self):
        """What another company's warehouse sends on fulfils no promise there."""
        # sudo: only compared
        foreign = self.sudo().filtered(
            lambda move: (
                move.promise_line_id
                and move.promise_line_id.company_id != move.company_id
            )
        )
        foreign.promise_line_id = False

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        moves = super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )
        by_date = defaultdict(self.browse)
        for move in moves:
            if not move.first_planned_date and move.state not in ("draft", "cancel"):
                by_date[move.date] |= move
        for date, planned in by_date.items():
            planned.first_planned_date = date
        # sudo: a delivery is measured whoever plans it
        lines = moves.sudo().promise_line_id
        # more is under way of what was settled
        lines.filtered(
            lambda line: line.delivered_date or line.closed_short
        )._update_delivery()
        moves._touch_promises()
        return moves

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        moves = self.exists() | done
        moves.promise_line_id._update_delivery()
        moves._touch_promises()
        return done

    def _action_cancel(self):
        lines = self.promise_line_id
        result = super()._action_cancel()
        lines._update_delivery()
        self._touch_promises()
        return result

    def write(self, vals):
        check_unchanged(self, vals, "promise_line_id")
        result = super().write(vals)
        if not vals.keys().isdisjoint(
            ("date", "product_uom_qty", "location_id", "location_dest_id")
        ):
            self.filtered(
                lambda move: move.state not in ("draft", "done", "cancel")
            )._touch_promises()
        return result

    def _touch_promises(self):
        """Promises of these products are looked at when the transaction ends."""
        if self:
            self.env["delivery.promise"]._touch_products(self.product_id.ids)

    def _prepare_move_split_vals(self, qty):
        return {
            **super()._prepare_move_split_vals(qty),
            "promise_line_id": own_id(self.promise_line_id),
            "first_planned_date": self.first_planned_date,
        }

    def _prepare_procurement_values(self):
        return {
            **super()._prepare_procurement_values(),
            "promise_line_id": own_id(self.promise_line_id),
        }

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [*super()._prepare_merge_moves_distinct_fields(), "promise_line_id"]

    def _promise_delivery_sign(self):
        """1 for a move to the customer, -1 for one that brings goods back, else 0."""
        self.ensure_one()
        source, dest = self.location_id.usage, self.location_dest_id.usage
        if dest == "customer" and source != "customer":
            return 1
        if source == "customer" and dest != "customer":
            return -1
        return 0
