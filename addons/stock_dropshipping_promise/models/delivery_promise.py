from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.delivery_promise_risk import Risk
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _watch(self, product_ids):
        """What a vendor brings to the customer waits for that vendor alone."""
        result = super()._watch(product_ids)
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
        self._write_risks(risks)
        return result
