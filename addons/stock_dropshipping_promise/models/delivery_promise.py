from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.risk import Risk
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _watch(self, product_ids):
        """What a vendor brings to the customer waits for that vendor alone."""
        looked_at = super()._watch(product_ids)
        self.env["stock.move"].flush_model(
            ["date", "product_id", "promise_line_id", "state"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.promise_line_id, MAX(move.date)
                  FROM stock_move move
                  JOIN stock_location source ON source.id = move.location_id
                   AND source.usage = 'supplier'
                  JOIN stock_location dest ON dest.id = move.location_dest_id
                   AND dest.usage = 'customer'
                 WHERE move.product_id = ANY(%s) AND move.state IN %s
                   AND move.promise_line_id IS NOT NULL
                 GROUP BY move.promise_line_id
                """,
                list(product_ids),
                OPEN_STATES,
            )
        )
        Line = self.env["delivery.promise.line"]
        engine, now = self.env["delivery.promise.engine"], fields.Datetime.now()
        risks = {}
        for line_id, moment in rows:
            line = Line.browse(line_id)
            warehouse = line.warehouse_id
            if line.promised_date and warehouse:
                schedule = engine._schedules(warehouse, line.company_id, now)[
                    warehouse.id
                ]
                wanted = schedule.day(line.promised_date)
                day = max(schedule.day(moment), schedule.today)
                # Of a kit we deliver the other parts: they have been looked at.
                # sudo: a risk is there whoever may read the moves
                if day > wanted or not line.sudo()._planned_moves():
                    risks[line_id] = Risk(wanted, day)
        risks |= self._risks_of_unordered(product_ids)
        self._write_risks(risks)
        return looked_at | risks.keys()

    @api.model
    def _risks_of_unordered(self, product_ids):
        """{line id: Risk} of what a vendor is still to be asked for: nothing stands for
        it yet but the time to ask."""
        lines = self.env["delivery.promise.line"].browse(
            self._unordered_line_ids(
                SQL("line.product_id = ANY(%s)", list(product_ids))
            )
        )
        in_time = lines._with_grace()
        return {
            line.id: Risk(0, 0 if line in in_time else None, ordered=False)
            for line in lines
        }

    @api.model
    def _unordered_line_ids(self, condition):
        """Open lines whose goods are to be ordered, and nothing of ours leaves for."""
        self.env["delivery.promise.line"].flush_model(
            ["product_id", "replenish_by", "delivered_date", "closed_short", "at_risk"]
        )
        self.env["delivery.promise.claim"].flush_model(["line_id"])
        self.flush_model(["state", "hold_until"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM delivery_promise_line line
                  JOIN delivery_promise promise ON promise.id = line.promise_id
                 WHERE line.replenish_by IS NOT NULL AND line.delivered_date IS NULL
                   AND line.closed_short IS NOT TRUE
                   AND (promise.state = 'confirmed'
                        OR promise.state = 'held' AND promise.hold_until > %(now)s)
                   AND %(condition)s
                   AND NOT EXISTS (
                       SELECT FROM stock_move move
                        WHERE move.promise_line_id = line.id
                          AND move.state IN %(states)s)
                   AND NOT EXISTS (
                       SELECT FROM delivery_promise_claim claim
                        WHERE claim.line_id = line.id)
                """,
                now=fields.Datetime.now(),
                condition=condition,
                states=OPEN_STATES,
            )
        )
        return [line_id for (line_id,) in rows]

    @api.model
    def _products_left_behind(self):
        """And of lines whose vendor should have been asked by now."""
        passed = self._unordered_line_ids(
            SQL(
                "line.at_risk IS NOT TRUE AND line.replenish_by <= %s",
                fields.Datetime.now(),
            )
        )
        lines = self.env["delivery.promise.line"].browse(passed)
        return sorted({*super()._products_left_behind(), *lines.product_id.ids})
