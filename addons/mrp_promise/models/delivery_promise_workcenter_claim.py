from odoo import api, fields, models
from odoo.tools import SQL

from .work_load import serve


class DeliveryPromiseWorkcenterClaim(models.Model):
    """Hours of a work centre that a promise counts on: one row for each operation of
    what is to be made for it.

    They count while the promise is held, and from its order on until manufacturing
    orders made since are planned, whose work orders stand for them then.
    """

    _name = "delivery.promise.workcenter.claim"
    _description = "Working Hours Claimed by a Delivery Promise"
    _inherit = ["company.guard"]
    _rec_name = "workcenter_id"
    _log_access = False
    _order = "date_from, id"

    line_id = fields.Many2one(
        "delivery.promise.line", required=True, ondelete="cascade", index=True
    )
    promise_id = fields.Many2one(
        "delivery.promise", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="promise_id.company_id", store=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", string="Work Center", required=True, ondelete="cascade"
    )
    date_from = fields.Datetime("From", required=True)
    date_to = fields.Datetime("To", required=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        help="What is made.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    quantity = fields.Float(
        required=True,
        digits="Product Unit",
        help="How much is made and no manufacturing order stands for yet, in the"
        " product's unit.",
    )
    making = fields.Integer(
        required=True, help="Operations of the same production have the same number."
    )
    since = fields.Datetime(
        string="Ordered On", help="When an order took the promise over."
    )
    is_kept = fields.Boolean(
        string="Kept",
        compute="_compute_is_kept",
        help="Not free for others: no planned work orders stand for these hours yet.",
    )

    _hours_index = models.Index("(workcenter_id, date_to)")

    @api.depends("promise_id.state", "since")
    def _compute_is_kept(self):
        keys = {(row.product_id.id, row.warehouse_id.id) for row in self if row.since}
        engine = self.env["delivery.promise.engine"]
        waiting = keys and engine._waiting_makings(keys)
        for row in self:
            row.is_kept = (
                (row.line_id.id, row.making) in waiting
                if row.since
                else row.promise_id.state == "held"
            )

    @api.model
    def _live_condition(self):
        """Of ``promise`` and ``line``: whether their hours count, at this second."""
        return SQL(
            "(promise.state = 'held' AND promise.hold_until > %(now)s"
            " OR promise.state = 'confirmed' AND %(open)s)",
            now=fields.Datetime.now(),
            open=self._ordered_condition(),
        )

    @api.model
    def _ordered_condition(self):
        return SQL("line.delivered_date IS NULL AND line.closed_short IS NOT TRUE")

    @api.model
    def _flush_live(self):
        self.flush_model()
        self.env["delivery.promise"].flush_model(["state", "hold_until"])
        self.env["delivery.promise.line"].flush_model(
            ["delivered_date", "closed_short"]
        )

    @api.model
    def _tidy(self):
        """Drop what does not count any more."""
        self._flush_live()
        self.env.execute_query(
            SQL(
                """
                DELETE FROM delivery_promise_workcenter_claim hours
                 USING delivery_promise promise, delivery_promise_line line
                 WHERE promise.id = hours.promise_id AND line.id = hours.line_id
                   AND NOT %s
             RETURNING hours.id
                """,
                self._live_condition(),
            )
        )
        self.invalidate_model()

    def _with_production(self):
        """Those that manufacturing orders were made for, which are still open: the
        hours are needed until these are planned."""
        ordered = self.filtered("since")
        if not ordered:
            return ordered
        # sudo: what is made counts, whoever may read it
        productions = (
            self.env["mrp.production"]
            .sudo()
            .search(
                [
                    ("product_id", "in", ordered.product_id.ids),
                    ("state", "not in", ("draft", "done", "cancel")),
                    ("create_date", ">=", min(ordered.mapped("since"))),
                ]
            )
        )
        return ordered.filtered(
            lambda row: any(
                production.product_id == row.product_id
                and production.location_dest_id.warehouse_id == row.warehouse_id
                and production.create_date >= row.since
                for production in productions
            )
        )

    def _makings(self):
        """[(since, name, quantity)] of these rows, as ``serve`` takes them."""
        return list(
            {
                (row.since, (row.line_id.id, row.making), row.quantity): None
                for row in self
            }
        )

    def _serve(self, made):
        """What is finished was made for those who ordered first.

        :param made: [(since when it is made, quantity)]
        """
        left = serve(self._makings(), made)
        for row in self:
            quantity = left.get((row.line_id.id, row.making), 0.0)
            if not quantity:
                row.unlink()
            elif quantity != row.quantity:
                row.quantity = quantity
