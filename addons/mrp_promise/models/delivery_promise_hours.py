"""Hours of work centres: kept for what is promised, until work orders stand for it."""

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.stock_promise.models.delivery_promise_risk import Need
from odoo.addons.stock_promise.models.own_context import without_defaults

from .components import made_of, waiting_components
from .work_load import serve

CLAIM = "delivery.promise.workcenter.claim"
#: so many levels of manufacturing orders are followed
MAX_LEVELS = 5


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    @tools.ormcache()
    def _has_work_centres(self):
        self.env["mrp.workcenter"].flush_model()
        return bool(self.env.execute_query(SQL("SELECT 1 FROM mrp_workcenter LIMIT 1")))

    @api.model
    def _promised_hours(self, centres, ignore_promises=()):
        """Hours that count as taken because they are promised, in one statement; a
        second one where orders wait for their production to be planned.

        :param centres: list of work centres
        :param ignore_promises: ids of promises whose own hours do not count
        :return: {work centre: [(start, end)]}
        """
        # sudo: what is promised is taken, whoever asks
        Claim = self.env[CLAIM].sudo()
        Claim._flush_live()
        # What is being made for a promise needs its hours, whatever else it gets.
        stays = ignore_promises and (
            Claim.search([("promise_id", "in", list(ignore_promises))])
            ._with_production()
            .ids
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hours.workcenter_id, hours.date_from, hours.date_to, hours.since,
                       hours.line_id, hours.making, hours.product_id, hours.warehouse_id
                  FROM delivery_promise_workcenter_claim hours
                  JOIN delivery_promise promise ON promise.id = hours.promise_id
                  JOIN delivery_promise_line line ON line.id = hours.line_id
                 WHERE hours.workcenter_id = ANY(%(centres)s)
                   AND hours.date_to > %(now)s
                   AND (hours.promise_id <> ALL(%(ignored)s)
                        OR hours.id = ANY(%(stays)s))
                   AND %(live)s
                """,
                centres=[centre.id for centre in centres],
                now=fields.Datetime.now(),
                ignored=list(ignore_promises),
                stays=stays or [],
                live=Claim._live_condition(),
            )
        )
        ordered = {row[6:] for row in rows if row[3]}
        waiting = ordered and self._waiting_makings(ordered)
        found, by_id = {}, {centre.id: centre for centre in centres}
        for centre_id, start, end, since, *name, __, __ in rows:
            if not since or tuple(name) in waiting:
                found.setdefault(by_id[centre_id], []).append((start, end))
        return found

    def _waiting_makings(self, keys):
        """What was ordered and has to be made, and no planned production stands for.

        :param keys: {(product id, warehouse id)}
        :return: {(line id, number)}
        """
        self._flush_productions()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT hours.product_id, hours.warehouse_id, hours.since,
                       hours.line_id, hours.making, hours.quantity
                  FROM delivery_promise_workcenter_claim hours
                  JOIN delivery_promise promise ON promise.id = hours.promise_id
                  JOIN delivery_promise_line line ON line.id = hours.line_id
                 WHERE hours.product_id = ANY(%(products)s) AND hours.since IS NOT NULL
                   AND promise.state = 'confirmed' AND %(open)s
                 UNION
                SELECT production.product_id, place.warehouse_id,
                       production.create_date, NULL, production.id,
                       production.product_uom_qty
                  FROM mrp_production production
                  JOIN stock_location place ON place.id = production.location_dest_id
                 WHERE production.product_id = ANY(%(products)s)
                   AND production.state NOT IN ('draft', 'done', 'cancel')
                   AND NOT EXISTS (
                       SELECT FROM mrp_workorder work
                        WHERE work.production_id = production.id
                          AND work.state NOT IN ('done', 'cancel')
                          AND work.leave_id IS NULL)
                """,
                products=list({product_id for product_id, __ in keys}),
                open=self.env[CLAIM]._ordered_condition(),
            )
        )
        waiting = set()
        for key in keys:
            makings, planned = [], []
            for product_id, warehouse_id, since, line_id, number, quantity in rows:
                if (product_id, warehouse_id) != key:
                    continue
                if line_id:
                    makings.append((since, (line_id, number), quantity))
                else:
                    planned.append((since, quantity))
            waiting.update(serve(makings, planned))
        return waiting

    def _flush_productions(self):
        self.env["mrp.production"].flush_model(
            ["product_id", "location_dest_id", "state", "product_uom_qty"]
        )
        self.env["mrp.workorder"].flush_model(["production_id", "state", "leave_id"])
        self.env["stock.location"].flush_model(["warehouse_id"])


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _write_hours(self, confirmations):
        super()._write_hours(confirmations)
        if not self.env["delivery.promise.engine"]._has_work_centres():
            return
        # sudo: hours are written by the engine alone
        Claim = without_defaults(self.env[CLAIM].sudo())
        before = Claim.search([("line_id", "in", self.ids)])
        stays = before.filtered(
            lambda row: row.promise_id.state == "confirmed"
        )._with_production()
        (before - stays).unlink()
        number = max(stays.mapped("making"), default=0)
        rows = []
        for line, confirmation in zip(self, confirmations, strict=True):
            for claim in confirmation.planned if confirmation else ():
                number += 1
                rows += [
                    {
                        "line_id": line.id,
                        "promise_id": line.promise_id.id,
                        "workcenter_id": hours.centre_id,
                        "date_from": hours.start,
                        "date_to": hours.end,
                        "product_id": claim.product_id,
                        "warehouse_id": claim.warehouse_id,
                        "quantity": -claim.quantity,
                        "making": number,
                        "since": line.promise_id.state == "confirmed"
                        and self.env.cr.now(),
                    }
                    for hours in claim.hours
                ]
        Claim.create(rows)


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _confirm(self):
        result = super()._confirm()
        if self.env["delivery.promise.engine"]._has_work_centres():
            # sudo: as in _write_hours
            claims = self.env[CLAIM].sudo().search([("promise_id", "in", self.ids)])
            # the transaction's own time: an order made from now on is younger
            claims.since = self.env.cr.now()
        return result

    def _set_by_hand(self, lines, date, reason):
        result = super()._set_by_hand(lines, date, reason)
        # sudo: as in _write_hours
        Claim = self.env[CLAIM].sudo()
        if self.env["delivery.promise.engine"]._has_work_centres() and (
            Claim.search_count([("line_id", "in", lines.ids)], limit=1)
        ):
            self._plan_for_dates()
        return result

    def _plan_for_dates(self):
        """Plan what is made for this promise anew, for the dates that it has by now:
        hours are found that nobody else has. Where there are none in time, or it is
        sent in parts, what was kept for it stays as it is."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.delivered_date)
        if not all(lines.mapped("promised_date")) or any(
            line._parts() for line in lines
        ):
            return
        confirmations = self._confirmations_for_dates(lines)
        if any(
            not confirmation.pieces or confirmation.promised > line.promised_date
            for line, confirmation in zip(lines, confirmations, strict=True)
        ):
            return
        self._take_plan(lines, confirmations)

    def _take_plan(self, lines, confirmations):
        super()._take_plan(lines, confirmations)
        if self.state != "held":
            lines._write_hours(confirmations)
            return
        # Goods and hours are of one plan.
        products = self.claim_ids.product_id
        self._write_claims(lines, confirmations)
        self._touch_products((products | self.claim_ids.product_id).ids)

    # -- components that are late ------------------------------------------------------

    @api.model
    def _resting_on(self, product_ids):
        """And what is being made of these products."""
        return made_of(self.env, super()._resting_on(product_ids))

    @api.model
    def _late_supplies(self, keys, schedules, level=0):
        """What is made of components that come later than it is to be begun is there as
        much later. Components of which nothing is known to come may still be ordered:
        they say nothing."""
        late = super()._late_supplies(keys, schedules)
        (warehouse_id,) = {warehouse_id for __, warehouse_id in keys}
        waiting = waiting_components(self.env, keys)
        if not waiting or level > MAX_LEVELS:
            return late
        engine = self.env["delivery.promise.engine"]
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        schedule, needs = schedules[warehouse_id], {}
        for row in waiting:
            day = schedule.day(row.date)
            key = row.component_id, warehouse_id
            needs.setdefault(key, {})[row.raw_id] = Need(
                0, row.raw_id, day, day, row.needed
            )
        loaded = engine._load(set(needs), schedules, warehouse.company_id)
        deeper = self._late_supplies(set(needs), schedules, level + 1)
        there = {}
        for key, own in needs.items():
            pegs = self._peg_needs(
                loaded.timelines[key],
                loaded.pairs[key],
                list(own.values()),
                (),
                warehouse.company_id,
                {},
                deeper.get(key, {}),
            )
            for raw_id, need in own.items():
                day = pegs[raw_id].day
                if day is not None:
                    there[raw_id] = day - max(need.day, schedule.today)
        for row in waiting:
            delay = there.get(row.raw_id, 0)
            if delay <= 0:
                continue
            key, day = (row.product_id, warehouse_id), schedule.day(row.finished)
            known = late.setdefault(key, {}).get(row.move_id)
            later = max(day, schedule.today) + delay
            if not known or known[2] < later:
                late[key][row.move_id] = day, row.quantity, later
        return late

    @api.model
    def _cron_tidy(self):
        result = super()._cron_tidy()
        # sudo: as in _write_hours
        self.env[CLAIM].sudo()._tidy()
        return result
