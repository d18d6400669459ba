"""What a move does to the promises of others, remembered until the transaction ends,
so that whoever looks at a promise at risk knows by what it came, and by whom."""

from odoo import api, models

from .stock_move import OPEN_STATES

INSIDE = ("internal", "view")


class StockMove(models.Model):
    _inherit = "stock.move"

    def _promise_ends(self):
        """(leaves stock, brings into stock): between warehouses it does both."""
        self.ensure_one()
        source = self.location_id
        final = self.location_final_id or self.location_dest_id
        leaves, arrives = source.usage in INSIDE, final.usage in INSIDE
        if leaves and arrives and source.warehouse_id == final.warehouse_id:
            return False, False
        return leaves, arrives

    def _promise_document(self):
        """The document that a person would look at; hook for bridges."""
        self.ensure_one()
        return self.scrap_id or self.picking_id or self

    def _note_promise_cause(self, kind):
        """These moves may put promises of others at risk.

        :param kind: one of ``delivery.promise.line.risk_cause``
        """
        for move in self:
            self.env["delivery.promise"]._note_cause(
                move.product_id.ids, kind, move._name, move.id
            )

    def write(self, vals):
        if vals.keys().isdisjoint(("date", "product_uom_qty")):
            return super().write(vals)
        before = [
            (move, move.date, move.product_qty)
            for move in self
            if move.state in OPEN_STATES
        ]
        result = super().write(vals)
        for move, date, quantity in before:
            if move.state not in OPEN_STATES:
                continue
            leaves, arrives = move._promise_ends()
            if arrives and move.date > date:
                move._note_promise_cause("slipped")
            elif arrives and move.product_qty < quantity:
                move._note_promise_cause("short")
            if leaves and (move.date < date or move.product_qty > quantity):
                move._note_promise_cause("demand")
            if move.promise_line_id and move.date > date and not arrives:
                move._note_promise_cause("put_off")
            if "date_deadline" not in vals:
                # by hand: the engine plans each step for itself
                move._shift_arrival(move.date - date)
        return result

    def _shift_arrival(self, delay):
        """What leaves for another warehouse later arrives as much later: Odoo plans
        both apart, and nobody there knows of it."""
        self.ensure_one()
        if not delay or self.location_dest_id.usage != "transit":
            return
        # sudo: it may arrive in another company, or be planned by others
        for arrival in self.sudo().move_dest_ids:
            if arrival.state in OPEN_STATES and arrival._promise_ends()[1]:
                arrival.date += delay

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        moves = super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )
        for move in moves:
            if move.state in OPEN_STATES and move._promise_ends()[0]:
                move._note_promise_cause("demand")
        return moves

    def _action_cancel(self):
        expected = self.filtered(
            lambda move: move.state in OPEN_STATES and move._promise_ends()[1]
        )
        expected._note_promise_cause("cancelled")
        return super()._action_cancel()

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        for move in done:
            if move.state != "done":
                continue
            leaves, arrives = move._promise_ends()
            if leaves and (move.is_inventory or move.scrap_id):
                move._note_promise_cause("count")
                continue
            # What is still to come has a move of its own.
            more = move.product_uom.compare(move.quantity, move.product_uom_qty)
            if arrives and more < 0:
                move._note_promise_cause("short")
            if leaves and more > 0:
                move._note_promise_cause("demand")
        return done


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _note_cause(self, product_ids, kind, model, record_id):
        """What is done to the stock of products by a document in this transaction."""
        causes = self.env.cr.precommit.data.setdefault("stock_promise.causes", {})
        for product_id in product_ids:
            noted = causes.setdefault(product_id, [])
            noted.append((kind, model, record_id, self.env.uid))
