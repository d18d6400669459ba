"""Hours of work centres: kept for what is promised, until work orders stand for it."""

from odoo import api, models

from odoo.addons.stock_promise.models.risk import Need

from .components import made_of, waiting_components

CLAIM = "delivery.promise.workcenter.claim"
#: so many levels of manufacturing orders are followed
MAX_LEVELS = 5


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
