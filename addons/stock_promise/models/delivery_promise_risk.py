"""Whether promises in force can still be met, looked at when something that they rest
on has changed."""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..promising.timeline import feasible_days
from ..promising.words import Terms
from .stock_move import OPEN_STATES
from .stock_move_part import REST


class Risk(NamedTuple):
    """What becomes of a line, in ordinal days."""

    wanted: int
    #: None: no known supply
    possible: int | None
    #: days by which all of the line is later than wanted; a part alone may be more so
    later: int | None = None


_lt = Terms(__name__)


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _touch_products(self, product_ids):
        """Look at the promises of these products at the end of the transaction, once,
        whatever happens to their stock in between."""
        precommit = self.env.cr.precommit
        touched = precommit.data.setdefault("stock_promise.touched", set())
        if not touched:
            # sudo: a risk is noted whoever causes it
            precommit.add(self.env["delivery.promise"].sudo()._watch_touched)
        touched.update(product_ids)

    @api.model
    def _watch_touched(self):
        touched = self.env.cr.precommit.data.pop("stock_promise.touched", set())
        if touched:
            self._watch(sorted(touched))

    @api.model
    def _watch(self, product_ids):
        """Mark lines at risk, or no longer so, whose goods are these products.

        Demand is pegged to supply first dated first served, promises before other
        demand of the same day: the rule by which stock is reserved too.
        """
        rows = self._open_demand(product_ids)
        if not rows:
            return
        by_key = defaultdict(list)
        for line_id, product_id, warehouse_id, day, quantity, move_id in rows:
            by_key[product_id, warehouse_id].append(
                (line_id, day.toordinal(), quantity, move_id)
            )
        risks = {}
        for warehouse_id in {key[1] for key in by_key}:
            keys = {key for key in by_key if key[1] == warehouse_id}
            risks |= self._warehouse_risks(warehouse_id, keys, by_key)
        self._write_risks(risks)

    def _warehouse_risks(self, warehouse_id, keys, by_key):
        """{line id: :class:`Risk`}, of that part of each line that is latest."""
        engine = self.env["delivery.promise.engine"]
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        company = warehouse.company_id
        schedules = engine._schedules(warehouse, company, fields.Datetime.now())
        schedule = schedules[warehouse_id]
        loaded = engine._load(keys, schedules, company)
        found = defaultdict(list)
        for key in keys:
            possible = self._possible_days(
                loaded.timelines[key], loaded.pairs[key], by_key[key], company
            )
            for line_id, wanted, __, move_id in by_key[key]:
                wanted = max(wanted, schedule.today)
                found[line_id].append((wanted, possible[line_id, move_id]))
        return {line_id: self._worst_risk(days) for line_id, days in found.items()}

    @api.model
    def _worst_risk(self, days):
        """:class:`Risk` of a line.

        :param days: [(day wanted, day possible or None)] of its goods and parts
        """
        for wanted, possible in days:
            if not possible:
                return Risk(wanted, None)
        wanted, possible = max(days, key=lambda pair: (pair[1] - pair[0], pair[1]))
        last = max(day for __, day in days) - max(day for day, __ in days)
        return Risk(wanted, possible, max(last, 0))

    def _possible_days(self, timeline, pairs, own, company):
        """{(line, move): day or None} of the promises of one product."""
        engine = self.env["delivery.promise.engine"]
        today = timeline.today
        possible, queue = {}, []
        others = dict(timeline.demands())
        for line_id, day, quantity, move_id in own:
            day = max(day, today)
            if move_id in pairs:
                # Made to order: it waits for its own receipt and for no other.
                days = [
                    engine._overdue_day(supply_day, today, company)
                    for supply_day in pairs[move_id]
                ]
                possible[line_id, move_id] = None if None in days else max(days)
                continue
            others[day] = others.get(day, 0.0) - quantity
            queue.append(
                ((day, 0, line_id, move_id), (line_id, move_id), day, quantity)
            )
        supplies = [
            (day, supply.quantity)
            for day, arrivals in timeline.supplies.items()
            for supply in arrivals
        ]
        for day, quantity in others.items():
            if quantity < -timeline.epsilon:
                # what a hold counts on being bought or made
                supplies.append((day, -quantity))
            elif quantity > timeline.epsilon:
                queue.append(((day, 1, 0, 0), ("other", day), day, quantity))
        queue.sort(key=lambda entry: entry[0])
        return possible | feasible_days(
            timeline.on_hand,
            today,
            supplies,
            [(key, day, quantity) for __, key, day, quantity in queue],
            timeline.epsilon,
        )

    @api.model
    def _open_demand(self, product_ids):
        """[(line, product, warehouse, day, quantity, move)] of promises in force: the
        claims of holds, with their id negated, and the open moves of orders. What has
        no date is nobody's to watch."""
        self.flush_model(["state", "hold_until"])
        self.env["delivery.promise.claim"].flush_model()
        self.env["stock.move"].flush_model(
            [
                "promise_line_id",
                "promise_part",
                "state",
                "date",
                "product_qty",
                "location_id",
                "location_dest_id",
                "location_final_id",
            ]
        )
        found = self.env.execute_query(
            SQL(
                """
                SELECT claim.line_id, claim.product_id, claim.warehouse_id, claim.date,
                       claim.quantity::float8, -claim.id
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND claim.quantity > 0
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                UNION ALL
                SELECT move.promise_line_id, move.product_id, source.warehouse_id,
                       move.date, move.product_qty::float8, move.id
                  FROM stock_move move
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.is_storable
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.promise_line_id IS NOT NULL
                   AND COALESCE(move.promise_part, 0) <> %(rest)s
                   AND move.state IN %(states)s
                   AND source.warehouse_id IS NOT NULL
                   AND source.usage IN ('internal', 'view')
                   AND (final.warehouse_id IS DISTINCT FROM source.warehouse_id
                        OR final.usage NOT IN ('internal', 'view'))
                """,
                products=list(product_ids),
                now=fields.Datetime.now(),
                states=OPEN_STATES,
                rest=REST,
            )
        )
        warehouses = self.env["stock.warehouse"].browse({row[2] for row in found})
        engine = self.env["delivery.promise.engine"]
        zones = {}
        for warehouse in warehouses:
            zones |= engine._schedules(
                warehouse, warehouse.company_id, fields.Datetime.now()
            )
        return [
            (
                line_id,
                product_id,
                warehouse_id,
                date.fromordinal(zones[warehouse_id].day(moment)),
                quantity,
                move_id,
            )
            for line_id, product_id, warehouse_id, moment, quantity, move_id in found
        ]

    def _write_risks(self, risks):
        Line = self.env["delivery.promise.line"]
        engine = self.env["delivery.promise.engine"]
        for line in Line.browse(risks):
            wanted, possible, later = Risk(*risks[line.id])
            # whoever orders has a day to do so, even where it has to be done at once
            grace = fields.Datetime.now() - timedelta(days=1)
            if line.replenish_by and line.replenish_by > grace:
                # There is still time to order what is missing.
                possible = wanted
            vals = {"at_risk": False, "feasible_date": False, "risk_said": False}
            sentence = None
            if possible is None:
                vals["at_risk"] = True
                sentence = _lt(
                    "No known supply covers %s any more.",
                    engine._product(line.product_id),
                )
            elif possible > wanted:
                vals["at_risk"] = True
                if later is None:
                    later = possible - wanted
                vals["feasible_date"] = line.promised_date and (
                    line.promised_date + timedelta(days=later)
                )
                sentence = self._risk_sentence(line, wanted, possible)
            if sentence:
                kept = engine._keep_text(engine._say(sentence))
                # the same in another language is no news
                if (line.risk_said or {}).get("said") == kept["said"]:
                    kept = line.risk_said
                vals["risk_said"] = kept
            changed = {
                name: value for name, value in vals.items() if line[name] != value
            }
            if changed:
                line.write(changed)

    @api.model
    def _risk_sentence(self, line, wanted, possible):
        """Why a line is at risk whose goods come too late.

        :param wanted: the day on which they are needed, an ordinal
        :param possible: the day on which they are there
        """
        engine = self.env["delivery.promise.engine"]
        return _lt(
            "%(product)s is there on %(date)s at the earliest, %(days)s day(s)"
            " later than needed.",
            product=engine._product(line.product_id),
            date=engine._calendar_day(possible),
            days=possible - wanted,
        )
