"""Receipts whose vendor has not said yet that they will come, and when."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.own_context import owned
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)
POLICY = "acknowledged"


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _supply_policy(self, request):
        policy = super()._supply_policy(request)
        # sudo: the setting counts for everybody who may ask for a date
        if not request.company.sudo().promise_count_unacknowledged:
            policy = (*policy, POLICY)
        return policy

    def _apply_supply_policy(self, policy, wanted, loaded, schedules, company):
        super()._apply_supply_policy(policy, wanted, loaded, schedules, company)
        if POLICY not in policy:
            return
        rows = self._unacknowledged(wanted, loaded.scope, schedules, company)
        for product_id, warehouse_id, day, quantity, order_ids in rows:
            timeline = loaded.timelines.get((product_id, warehouse_id))
            if timeline and (product_id, warehouse_id) in wanted:
                planned = day.toordinal()
                timeline.withhold((planned,), quantity, (planned, tuple(order_ids)))

    def _unacknowledged(self, wanted, scope, schedules, company):
        """[(product, warehouse, day, quantity, purchase orders)] of open receipts of
        orders that were not acknowledged. What was ordered for a delivery (make to
        order) stays with it; what comes in addition is meant."""
        for model, names in {
            "purchase.order": ["acknowledged"],
            "purchase.order.line": ["order_id"],
            "stock.move": ["purchase_line_id"],
        }.items():
            self.env[model].flush_model(names)
        warehouse_ids = sorted({warehouse_id for __, warehouse_id in wanted})
        # sudo: the company's setting decides what counts, whoever asks
        own = company.sudo()
        return self.env.execute_query(
            SQL(
                """
                SELECT move.product_id, zone.warehouse_id,
                       timezone(zone.tz, timezone('UTC', move.date))::date AS day,
                       SUM(GREATEST(move.product_qty - made_to_order.quantity, 0))
                           ::float8,
                       array_agg(DISTINCT purchase.id)
                  FROM stock_move move
                  JOIN purchase_order_line line ON line.id = move.purchase_line_id
                  JOIN purchase_order purchase ON purchase.id = line.order_id
                   AND purchase.acknowledged IS NOT TRUE
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                   AND final.usage IN ('internal', 'view')
                  JOIN unnest(%(warehouses)s::int[], %(zones)s::text[])
                       AS zone (warehouse_id, tz)
                    ON zone.warehouse_id = final.warehouse_id
                  LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(dest.product_qty), 0) AS quantity
                         FROM stock_move_move_rel link
                         JOIN stock_move dest ON dest.id = link.move_dest_id
                        WHERE link.move_orig_id = move.id
                          AND dest.procure_method = 'make_to_order'
                          AND dest.state IN %(states)s) made_to_order
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.state IN %(states)s
                   AND move.id <> ALL(%(ignored)s)
                   AND source.warehouse_id IS DISTINCT FROM final.warehouse_id
                   AND (NOT %(exclude_owner)s
                        OR COALESCE(move.restrict_partner_id, picking.owner_id, %(own)s)
                           = %(own)s)
                 GROUP BY move.product_id, zone.warehouse_id, day
                """,
                warehouses=warehouse_ids,
                zones=[str(schedules[id_].zone) for id_ in warehouse_ids],
                products=sorted({product_id for product_id, __ in wanted}),
                states=OPEN_STATES,
                ignored=list(scope.ignore_moves),
                exclude_owner=own.promise_exclude_owner,
                own=own.partner_id.id,
            )
        )

    # -- in words ----------------------------------------------------------------------

    def _origin_moves(self, keys, schedules, company):
        found = super()._origin_moves(keys, schedules, company)
        if POLICY not in owned(self.env, "promise_supply_policy", ()):
            return found
        # sudo: which receipts count is decided whoever asks
        moves = (
            self.env["stock.move"]
            .sudo()
            .browse([move_id for move_ids in found.values() for move_id in move_ids])
        )
        counted = set(
            moves.filtered(
                lambda move: (
                    not move.purchase_line_id
                    or move.purchase_line_id.order_id.acknowledged
                )
            ).ids
        )
        return {
            key: [move_id for move_id in move_ids if move_id in counted]
            for key, move_ids in found.items()
        }

    @api.model
    def _answer(self, request, lines, confirmations, loaded, schedules):
        answer = super()._answer(request, lines, confirmations, loaded, schedules)
        if POLICY not in owned(self.env, "promise_supply_policy", ()):
            return answer
        withheld = {}
        for index, (line, confirmation) in enumerate(
            zip(lines, confirmations, strict=True)
        ):
            entries = [
                (component.product_id, *entry)
                for component in line.components
                if component.tracked
                for entry in loaded.timelines[
                    component.product_id, line.warehouse_id
                ].withheld
            ]
            if entries and self._misses_supply(confirmation):
                withheld[index] = entries
        if withheld:
            self._explain_withheld(request, answer, withheld)
        return answer

    def _explain_withheld(self, request, answer, withheld):
        """:param withheld: {index of a line: [(product, (day, orders), quantity)]}"""
        names = self._readable_orders(
            {
                order_id
                for entries in withheld.values()
                for __, (__, order_ids), __ in entries
                for order_id in order_ids
            }
        )
        for index, entries in withheld.items():
            product = request.lines[index].product
            reasons = []
            for product_id, (day, order_ids), quantity in entries:
                part = self._same_fetch(product, product_id)
                known = [names[id_] for id_ in order_ids if id_ in names]
                message, neutral = (
                    self._of_part(
                        request.lines[index],
                        part,
                        self._withheld_message(quantity, part, origin, day),
                    )
                    for origin in (known and self._all_named(known), None)
                )
                reason = self._reason("not_acknowledged", message, known and neutral)
                keys = ("code", "message", "neutral")
                reasons.append(dict(zip(keys, reason, strict=False)))
            self._insert_reasons(answer["lines"][index]["reasons"], reasons)

    def _withheld_message(self, quantity, part, origin, day):
        return self._say(
            _lt(
                "%(quantity)s from %(origin)s, planned for %(date)s, not counted: the"
                " vendor has not acknowledged it yet",
                quantity=self._quantity(quantity, part.uom_id),
                origin=origin or self._say(_lt("an incoming receipt")),
                date=self._calendar_day(day),
            )
        )

    def _readable_orders(self, order_ids):
        """{id: name} of those that the caller may read."""
        orders = self.env["purchase.order"]
        if not orders.has_access("read"):
            return {}
        found = orders.search([("id", "in", sorted(order_ids))])
        return {order.id: self._named(order) for order in found}
