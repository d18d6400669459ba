"""Whether promises in force can still be met, looked at when something that they rest
on has changed."""

import operator
from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..promising.pegging import Demand, Peg, peg
from ..promising.reservation import NO_DAY, PLAIN, PROMISED, UNDATED
from ..promising.values import Confirmation
from ..promising.words import Terms
from .risk import NOBODY, Need, Risk, Settled, supplies_by_day, worst_risk
from .shelves import Shelves
from .stock_move import OPEN_STATES
from .stock_move_part import REST

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
    def _hours_changed(self, warehouses, document):
        """Look at the promises from these warehouses at the end of the transaction: the
        hours in which they ship, or the way to the customer, may not be those any more
        that their dates were given for.

        :param document: what was changed
        """
        if not warehouses:
            return
        precommit = self.env.cr.precommit
        noted = precommit.data.setdefault("stock_promise.hours", {})
        if not noted:
            # sudo: a risk is noted whoever causes it
            precommit.add(self.env["delivery.promise"].sudo()._watch_hours)
        for warehouse_id in warehouses.ids:
            noted.setdefault(warehouse_id, (document._name, document.id))

    @api.model
    def _watch_hours(self):
        """Note by how many days what ships from now on is later than promised, by the
        hours, cut-off times and days on the way as they are now."""
        noted = self.env.cr.precommit.data.pop("stock_promise.hours", {})
        lines = self.env["delivery.promise.line"].search(
            [
                ("warehouse_id", "in", list(noted)),
                ("promise_state", "in", ("held", "confirmed")),
                ("delivered_date", "=", False),
                ("closed_short", "=", False),
                ("promised_date", "!=", False),
                ("ship_date", ">=", fields.Datetime.now()),
            ]
        )
        delays = lines._hours_delays()
        changed = lines.filtered(lambda line: line.hours_delay != delays[line])
        # What is still to be ordered was planned by these hours, too.
        planned = changed.filtered(
            lambda line: (
                line.plan_delay
                and not line.replenish_ordered
                and line in line.promise_id._lines_to_plan()
            )
        )
        for (model, id_), own in planned.grouped(
            lambda line: noted[line.warehouse_id.id]
        ).items():
            self._plans_changed(own, self.env[model].browse(id_))
        touched = set()
        for line in changed:
            line.hours_delay = delays[line]
            product_ids = line._stocked_products().ids
            self._note_cause(product_ids, "hours", *noted[line.warehouse_id.id])
            touched.update(product_ids)
        looked_at = self._watch(sorted(touched))
        # What is not kept in stock is not looked at there.
        self._write_risks(
            {
                line.id: Risk(0, 0, ordered=line.replenish_ordered)
                for line in changed
                if line.id not in looked_at
                and (
                    bool(line._days_late()) > line.at_risk
                    or (line.risk_cause == "hours" and not line._days_late())
                )
            }
        )

    @api.model
    def _plans_changed(self, lines, document):
        """As :meth:`_hours_changed`, of lines whose goods are still to be ordered from
        a vendor, or made in a work centre, whose hours have changed."""
        if not lines:
            return
        precommit = self.env.cr.precommit
        noted = precommit.data.setdefault("stock_promise.plans", {})
        if not noted:
            # sudo: as in _hours_changed
            precommit.add(self.env["delivery.promise"].sudo()._watch_plans)
        for line_id in lines.ids:
            noted.setdefault(line_id, (document._name, document.id))

    @api.model
    def _watch_plans(self):
        """Plan again what is still to be ordered, for the dates that were promised, and
        note by how many days it would be later."""
        noted = self.env.cr.precommit.data.pop("stock_promise.plans", {})
        engine, now = self.env["delivery.promise.engine"], fields.Datetime.now()
        found = self.env["delivery.promise.line"].browse(noted).exists()
        touched = set()
        for promise in found.promise_id:
            lines = promise._lines_to_plan()
            if not lines:
                continue
            # Whoever orders has a day: the time that is gone of it makes nothing late.
            waited = lines._with_grace().filtered(lambda line: line.replenish_by < now)
            confirmations = promise._confirmations_for_dates(lines)
            in_time = True
            for line, confirmation in zip(lines, confirmations, strict=True):
                schedule = engine._schedules(line.warehouse_id, line.company_id, now)[
                    line.warehouse_id.id
                ]
                promised = schedule.day(line.promised_date)
                vals = {"plan_delay": 0}
                if not confirmation.pieces:
                    in_time = False
                    if line.replenish_by:
                        vals["replenish_by"] = now - timedelta(days=2)  # too late
                else:
                    delay = schedule.day(confirmation.promised) - promised
                    if line in waited:
                        delay -= schedule.today - schedule.day(line.replenish_by)
                    vals["plan_delay"] = max(delay, 0)
                    in_time = in_time and delay <= 0
                line.write(vals)
                product_ids = line._stocked_products().ids
                if line.id in noted:
                    self._note_cause(product_ids, "hours", *noted[line.id])
                touched.update(product_ids)
            if in_time:
                promise._take_plan(lines, confirmations)
        self._watch(sorted(touched))

    def _lines_to_plan(self):
        """Open lines of this promise that can be planned again together; none where
        something is sent in parts, or has no date: it keeps the plan that it has."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: not (line.delivered_date or line.closed_short)
        )
        if all(line.promised_date and not line._parts() for line in lines):
            return lines
        return lines.browse()

    def _take_plan(self, lines, confirmations):
        """What is to be ordered for the dates of these lines was planned again, and is
        in time."""
        for line, confirmation in zip(lines, confirmations, strict=True):
            if line.replenish_by and confirmation.latest_start:
                # sudo: dates are written by the engine alone
                line.sudo().replenish_by = confirmation.latest_start

    def _confirmations_for_dates(self, lines):
        """``Confirmation`` of each line, wanted whole on the day that is promised;
        nothing where it cannot be asked for any more."""
        engine = self.env["delivery.promise.engine"]
        ordered = self.state == "confirmed"
        request = {
            **self._prepare_request(),
            "allow_split": False,
            "partial": False,
            "alternatives": False,
            "lines": [
                {
                    **(
                        line._prepare_remaining_line()
                        if ordered
                        else line._prepare_request_line()
                    ),
                    "requested_date": line.promised_date,
                    "latest_date": False,
                    "minimum_first": 0.0,
                }
                for line in lines
            ],
        }
        # sudo: the moves of an order follow its promise, whoever may edit moves
        moves = lines.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        try:
            checked = engine._check_request(request, archived=True)
        except UserError:  # of another company since, say
            return [Confirmation()] * len(lines)
        if ordered:
            checked = self._with_parts_ahead(checked, lines)
        return engine._compute_request(checked, self.ids, moves.ids).confirmations

    def _transit(self, warehouse):
        """(days from a warehouse to the customer, who carries) of this promise, as they
        are now."""
        self.ensure_one()
        engine = self.env["delivery.promise.engine"]
        partner = self._get_destination_partner()
        carrier = engine._transit_carrier(warehouse, partner)
        return (
            engine._transit_days(warehouse, partner),
            engine._delivered_by(carrier, partner),
        )

    @api.model
    def _watch(self, product_ids):
        """Mark lines at risk, or no longer so, whose goods are these products.

        Demand is pegged to supply first dated first served, promises before other
        demand of the same day: the rule by which stock is reserved too.

        :return: ids of the lines that were looked at
        """
        touched = set(self._resting_on(product_ids))
        beside = self._products_beside(touched)
        needs, planned = self._open_needs(sorted(touched | beside))
        own = {
            need.line_id for key in needs if key[0] in touched for need in needs[key]
        }
        risks = {}
        for warehouse_id in {key[1] for key in needs}:
            keys = {key for key in needs if key[1] == warehouse_id}
            found = self._warehouse_risks(warehouse_id, keys, needs, planned)
            for line_id, risk in found.items():
                # its goods may come from several warehouses
                risks[line_id] = risk.worse(risks.get(line_id, risk))
        # Of other lines only some of their goods were looked at.
        self._write_risks({line_id: risks[line_id] for line_id in own})
        return own

    def _warehouse_risks(self, warehouse_id, keys, needs, planned):
        """{line id: :class:`Risk`}, of that part of each line that is latest."""
        engine = self.env["delivery.promise.engine"]
        warehouse = self.env["stock.warehouse"].browse(warehouse_id)
        company = warehouse.company_id
        schedules = engine._schedules(warehouse, company, fields.Datetime.now())
        loaded = engine._load(keys, schedules, company)
        Line = self.env["delivery.promise.line"]
        lines = Line.browse({need.line_id for key in keys for need in needs[key]})
        late = self._late_supplies(keys, schedules)
        graces = lines._with_grace()
        bought = graces._bought_since() if graces else {}
        shelves, today = Shelves(self.env), schedules[warehouse_id].today
        demands = shelves.open_demand(sorted({key[0] for key in keys}))
        by_key = defaultdict(list)
        for demand in demands:
            by_key[demand.product_id, demand.warehouse_id].append(demand)
        asides = shelves.aside(warehouse, keys, by_key, today)
        shelves.put_aside(asides, loaded)
        found, places = defaultdict(list), {}
        for key in keys:
            settled = self._settled(
                shelves, key, by_key[key], needs[key], loaded, late, graces
            )
            pegs = self._peg_needs(
                loaded.timelines[key],
                loaded.pairs[key],
                needs[key],
                planned.get(key, ()),
                company,
                {line.id: bought.get((line.id, *key), 0.0) for line in graces},
                late.get(key, {}),
                settled,
            )
            for need in needs[key]:
                found[need.line_id].append((need, pegs[need.move_id]))
                if key in asides and pegs[need.move_id].day == today + 1:
                    places[need.line_id] = asides[key].place_id
        return {
            line_id: worst_risk(pegged, today)._replace(place_id=places.get(line_id))
            for line_id, pegged in found.items()
        }

    def _settled(self, shelves, key, demands, needs, loaded, late, graces):
        """:class:`Settled` of a product in a warehouse.

        :param demands: [``ShelfDemand``] of it
        :param late: see :meth:`_late_supplies`
        :param graces: lines for which what is missing can still be ordered
        """
        supplies = supplies_by_day(
            loaded.timelines[key], loaded.pairs[key], late.get(key, {})
        )
        pegging = shelves.pegging(key, demands, loaded, supplies.items())
        in_time = set(graces.ids)
        ordering = {demand.move_id for demand in demands if demand.line_id in in_time}
        if pegging.is_late(ordering):
            pegging = shelves.with_firm(pegging)
            pegging.settle(ordering)
        reserved = {
            need.key: quantity
            for need, quantity in zip(pegging.needs, pegging.reserved, strict=True)
            if quantity > 0
        }
        watched = {need.move_id for need in needs}
        return Settled(
            reserved,
            [
                (
                    need.key,
                    need.rank[0] if need.kind == PLAIN else need.day,
                    need.quantity,
                    need.kind,
                )
                for need in pegging.needs
                if isinstance(need.key, int) and need.key not in watched
            ],
            {
                demand.move_id
                for demand in demands
                if not demand.dated and demand.move_id in watched
            },
        )

    @api.model
    def _products_beside(self, product_ids):
        """What else the lines take that take these products: a kit is late by any of
        its parts, and what is to be made by any of its components."""
        self.env["delivery.promise.claim"].flush_model(["line_id", "product_id"])
        self.env["stock.move"].flush_model(["promise_line_id", "product_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT beside.product_id
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise_claim beside ON beside.line_id = claim.line_id
                 WHERE claim.product_id = ANY(%(products)s)
                 UNION
                SELECT beside.product_id
                  FROM stock_move move
                  JOIN stock_move beside
                    ON beside.promise_line_id = move.promise_line_id
                   AND beside.state IN %(states)s
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.state IN %(states)s
                   AND move.promise_line_id IS NOT NULL
                """,
                products=list(product_ids),
                states=OPEN_STATES,
            )
        )
        return {product_id for (product_id,) in rows}

    @api.model
    def _resting_on(self, product_ids):
        """These products, and others whose supply may be late because of them; hook for
        bridges."""
        return product_ids

    @api.model
    def _late_supplies(self, keys, schedules):
        """{(product, warehouse): {move: (its day, its quantity, day)}} of supply that
        cannot be there on its day, as far as it is known; hook for bridges.

        :param schedules: {warehouse id: Schedule} of the warehouse of these keys
        """
        return {}

    def _peg_needs(
        self,
        timeline,
        pairs,
        needs,
        planned,
        company,
        graces,
        late_supplies,
        settled=NOBODY,
    ):
        """{move id: Peg} of the promises of one product.

        :param planned: [(day, quantity, line id)] of what holds count on being ordered
        :param graces: {line id: quantity bought since} of lines for which what is
            missing can still be ordered in time
        :param late_supplies: of this product, see :meth:`_late_supplies`
        :param settled: :class:`Settled`
        """
        engine = self.env["delivery.promise.engine"]
        today = timeline.today
        pegs, queue = {}, []
        others = dict(timeline.demands())
        for day, quantity, __ in planned:
            day = max(day, today)
            others[day] = others.get(day, 0.0) + quantity
        for need in needs:
            day = max(need.day, today)
            grace = need.line_id in graces
            own = pairs.get(need.move_id, ())
            # Made to order: it waits for its own receipt and for no other.
            left = need.quantity - sum(quantity for __, quantity, __ in own)
            if own:
                days = [
                    late_supplies[supply_id][2]
                    if supply_id in late_supplies
                    else engine._overdue_day(supply_day, today, company)
                    for supply_day, __, supply_id in own
                ]
                pegs[need.move_id] = Peg(None if None in days else max(days), True)
            if own and left <= timeline.epsilon:
                continue
            others[day] = others.get(day, 0.0) - left
            left -= settled.reserved.get(need.move_id, 0.0)
            if left <= timeline.epsilon:
                # It is on the shelf in its name.
                pegs.setdefault(need.move_id, Peg(today, True))
                continue
            if need.unordered:
                wanted = max(need.wanted, today)
                pegs[need.move_id] = Peg(wanted if grace else None, False)
                continue
            queue.append(
                (
                    (NO_DAY, UNDATED, need.line_id, need.move_id)
                    if need.move_id in settled.undated
                    else (day, PROMISED, need.line_id, need.move_id),
                    Demand(
                        need.move_id,
                        max(need.wanted, today),
                        left,
                        grace,
                        partial(operator.ge, graces.get(need.line_id, 0.0)),
                    ),
                )
            )
        for move_id, day, quantity, kind in settled.others:
            others[day] = others.get(day, 0.0) - quantity
            left = quantity - settled.reserved.get(move_id, 0.0)
            place = NO_DAY if kind == UNDATED else day
            queue.append(((place, kind, 0, move_id), Demand(None, day, left)))
        supplies = supplies_by_day(timeline, pairs, late_supplies)
        for day, quantity in others.items():
            if quantity < -timeline.epsilon:
                # what is watched, but does not count
                supplies[day] += -quantity
            elif quantity > timeline.epsilon:
                queue.append(((day, PLAIN, 0, 0), Demand(None, day, quantity)))
        queue.sort(key=operator.itemgetter(0))
        found = peg(
            timeline.on_hand - sum(settled.reserved.values()),
            today,
            list(supplies.items()),
            [demand for __, demand in queue],
            timeline.epsilon,
            # What is on order by now, or too late to order, is nobody's to count on.
            [
                (max(day, today), quantity)
                for day, quantity, line_id in planned
                if quantity - graces.get(line_id, quantity) > timeline.epsilon
            ],
        )
        for move_id, pegged in found.items():
            before = pegs.get(move_id)
            if before and None in (before.day, pegged.day):
                pegged = Peg(None, pegged.ordered)
            elif before:
                pegged = Peg(max(before.day, pegged.day), pegged.ordered)
            pegs[move_id] = pegged
        return pegs

    @api.model
    def _open_needs(self, product_ids):
        """({(product, warehouse): [:class:`Need`]} of promises in force, {(product,
        warehouse): [(day, quantity, line id)]} of what holds count on being ordered):
        the claims of holds, and the open moves of orders. What has no date is nobody's
        to watch."""
        self.flush_model(["state", "hold_until"])
        self.env["delivery.promise.claim"].flush_model()
        self.env["delivery.promise.line"].flush_model(["material_date"])
        self.env["stock.move"].flush_model(
            [
                "promise_line_id",
                "promise_part",
                "state",
                "date",
                "product_qty",
                "procure_method",
                "move_orig_ids",
                "location_id",
                "location_dest_id",
                "location_final_id",
            ]
        )
        found = self.env.execute_query(
            SQL(
                """
                SELECT claim.line_id, claim.product_id, claim.warehouse_id, claim.date,
                       claim.date, claim.quantity::float8, -claim.id, 0, false
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                UNION ALL
                SELECT move.promise_line_id, move.product_id, source.warehouse_id,
                       move.date, COALESCE(line.material_date, move.date),
                       move.product_qty::float8, move.id, move.promise_part,
                       move.procure_method = 'make_to_order' AND NOT EXISTS (
                           SELECT FROM stock_move_move_rel link
                             JOIN stock_move feed ON feed.id = link.move_orig_id
                              AND feed.state <> 'cancel'
                            WHERE link.move_dest_id = move.id)
                  FROM stock_move move
                  JOIN delivery_promise_line line ON line.id = move.promise_line_id
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.is_storable
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                 WHERE move.product_id = ANY(%(products)s)
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
        engine = self.env["delivery.promise.engine"]
        now, zones = fields.Datetime.now(), {}
        for warehouse in self.env["stock.warehouse"].browse({row[2] for row in found}):
            zones |= engine._schedules(warehouse, warehouse.company_id, now)
        in_parts = self.env["delivery.promise.line"].browse(
            {row[0] for row in found if row[7]}
        )
        parts = {line.id: line._part_materials() for line in in_parts}
        needs, planned = defaultdict(list), defaultdict(list)
        for row in found:
            line_id, product_id, warehouse_id, date, wanted, quantity, move_id = row[:7]
            part, unordered = row[7:]
            key, zone = (product_id, warehouse_id), zones[warehouse_id]
            if quantity < 0:
                planned[key].append((zone.day(date), -quantity, line_id))
                continue
            wanted = parts.get(line_id, {}).get(part, wanted)
            needs[key].append(
                Need(
                    line_id,
                    move_id,
                    zone.day(date),
                    zone.day(wanted),
                    quantity,
                    unordered,
                )
            )
        return needs, planned

    def _write_risks(self, risks):
        Line = self.env["delivery.promise.line"]
        engine = self.env["delivery.promise.engine"]
        for line in Line.browse(risks):
            risk = risks[line.id]
            wanted, possible, later = risk[:3]
            vals = {"at_risk": False, "feasible_date": False, "risk_said": False}
            vals["replenish_ordered"] = bool(line.replenish_by and risk.ordered)
            sentence = None
            if possible is None:
                vals["at_risk"] = True
                sentence = _lt(
                    "No known supply covers %s any more.",
                    engine._product(line.product_id),
                )
            elif possible > wanted or line._days_late():
                vals["at_risk"] = True
                if later is None:
                    later = possible - wanted
                vals["feasible_date"] = line.promised_date and (
                    line.promised_date + timedelta(days=max(later, line._days_late()))
                )
                if line._days_late() > later:
                    sentence = self._hours_sentence(line)
                elif risk.put_off:
                    sentence = self._put_off_sentence(line, wanted, possible)
                elif risk.place_id:
                    sentence = self._aside_sentence(line, risk.place_id)
                else:
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

    @api.model
    def _hours_sentence(self, line):
        """As :meth:`_risk_sentence`, where hours have changed since it was promised."""
        engine = self.env["delivery.promise.engine"]
        return _lt(
            "By the hours and days that count now, %(product)s is with the customer"
            " %(days)s day(s) later than promised.",
            product=engine._product(line.product_id),
            days=line._days_late(),
        )

    @api.model
    def _put_off_sentence(self, line, wanted, possible):
        """As :meth:`_risk_sentence`, where somebody has planned it for a later day."""
        engine = self.env["delivery.promise.engine"]
        return _lt(
            "The delivery of %(product)s is planned for %(date)s, %(days)s day(s) later"
            " than needed.",
            product=engine._product(line.product_id),
            date=engine._calendar_day(possible),
            days=possible - wanted,
        )

    @api.model
    def _aside_sentence(self, line, place_id):
        """As :meth:`_risk_sentence`, where the goods lie aside."""
        return _lt(
            "%(product)s lies in %(place)s, where deliveries cannot take it: move it to"
            " stock.",
            product=self.env["delivery.promise.engine"]._product(line.product_id),
            place=self.env["stock.location"].browse(place_id).display_name,
        )
