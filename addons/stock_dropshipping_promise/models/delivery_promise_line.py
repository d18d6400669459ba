from odoo import models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _planned_moves(self):
        """What a vendor brings comes when the purchase order says, whatever is
        promised: its moves keep their dates."""
        return (
            super()
            ._planned_moves()
            .filtered(lambda move: not move._is_promise_drop_ship())
        )

    def _leaves_from_warehouse(self):
        """What a vendor brings comes in the vendor's own time."""
        reasons = {reason["code"] for reason in self.reasons or ()}
        return "drop_ship" not in reasons and super()._leaves_from_warehouse()

    def _is_delivery_open(self):
        """A vendor who is still to be asked delivers, too."""
        return super()._is_delivery_open() or bool(
            # sudo: a delivery is measured whoever validated it
            self.env["purchase.order.line"]
            .sudo()
            .search_count(
                [
                    ("sale_line_id.promise_line_id", "=", self.id),
                    ("order_id.state", "in", ("draft", "sent", "to approve")),
                ],
                limit=1,
            )
        )

    def _open_parts(self):
        # sudo: what the vendor has confirmed counts, whoever may read the moves
        moves = self.sudo().move_ids.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move._is_promise_drop_ship()
            )
        )
        coming = {
            part.id: max(own.mapped("date"))
            for part, own in moves.grouped("product_id").items()
        }
        return {**super()._open_parts(), "coming": tuple(coming.items())}
