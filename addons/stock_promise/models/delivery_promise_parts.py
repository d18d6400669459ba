"""A line that is promised in parts: several deliveries with a date each, or a part with
a date and a rest without one."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..promising.words import Terms
from .part import Part
from .stock_move_part import REST

_lt = Terms(__name__)
#: where it is kept when what has no date is planned for
RESTS = "delivery_promise_rests"


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    undated_quantity = fields.Float(
        string="Without a Date",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="How much of a line that is promised in part has no date.",
    )
    part_late = fields.Boolean(
        string="A Part Was Late",
        readonly=True,
        copy=False,
        help="A part was with the customer later than on its day.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"undated_quantity", "part_late"}

    @api.model
    def _no_answer(self):
        return super()._no_answer() | {"undated_quantity": 0.0}

    @api.model
    def _prepare_answer_vals(self, answer, confirmation=None):
        vals = super()._prepare_answer_vals(answer, confirmation)
        return {**vals, "undated_quantity": self._undated(answer)}

    @api.model
    def _undated(self, answer):
        """How much of an answered line has no date, while the rest has one."""
        if answer["promised_date"] or not answer["promised_quantity"]:
            return 0.0
        return answer["quantity"] - answer["promised_quantity"]

    # -- the parts -------------------------------------------------------------------

    @api.model
    def _parts_of(self, schedule, undated=0.0):
        """[:class:`Part`] of a schedule, in the order of their dates; empty where all
        of it is one delivery, or nothing has a date."""
        quantities = defaultdict(float)
        for entry in schedule or ():
            dates = entry["delivery_date"] or "", entry["ship_date"] or ""
            quantities[dates] += entry["quantity"]
        to_datetime = fields.Datetime.to_datetime
        parts = [
            Part(quantity, to_datetime(ship or None), to_datetime(arrival or None))
            for (arrival, ship), quantity in sorted(quantities.items())
        ]
        if parts and undated > 0:
            parts.append(Part(undated))
        return parts if len(parts) > 1 else []

    @api.model
    def _answered_parts(self, answer):
        """As :meth:`_parts_of`, of a line of an answer."""
        return self._parts_of(answer["schedule"], self._undated(answer))

    def _parts(self):
        """[:class:`Part`] of this line as it was last promised. What was delivered
        before that is not among them."""
        if not self:
            return []
        self.ensure_one()
        promise = self.promise_id
        if not (promise.allow_split or promise.partial):
            return []
        # quantities and dates alone, without the names of documents
        (answer,) = self._answered()
        return self._parts_of(
            answer.get("schedule"), 0.0 if self.promised_date else self.undated_quantity
        )

    def _parts_due(self):
        """[(number, part, quantity of the line that is delivered with it)]: numbers
        from 1 on, :data:`REST` for what has no date."""
        self.ensure_one()
        parts = self._parts()
        total = max(self.quantity - sum(part.quantity for part in parts), 0.0)
        due = []
        for number, part in enumerate(parts, 1):
            total = min(total + part.quantity, self.quantity)
            due.append((number if part.arrival else REST, part, total))
        return due

    def _parts_to_send(self):
        """As :meth:`_parts_due`, of what is not delivered; the third is how much of
        the part that is."""
        self.ensure_one()
        to_send = []
        before = self.delivered_quantity
        for number, part, total in self._parts_due():
            quantity = min(total - before, part.quantity)
            if self.product_uom_id.compare(quantity, 0.0) > 0:
                to_send.append((number, part, quantity))
        return to_send

    @api.model
    def _parts_in_words(self, parts, warehouse, whole=0.0):
        """What is told of parts: "6 on 12/03/2026, 4 on 12/20/2026" or "6 of 10 on
        12/03/2026; no date for 4". What leaves on one day is one.

        :param whole: the quantity that is asked for
        """
        # sudo: the warehouse's days count for everybody
        zone = warehouse.sudo()._promise_zone()
        by_day, undated = defaultdict(float), 0.0
        for part in parts:
            if part.arrival:
                moment = part.arrival.replace(tzinfo=UTC).astimezone(zone)
                by_day[moment.date()] += part.quantity
            else:
                undated += part.quantity
        said = []
        for day, quantity in sorted(by_day.items()):
            values = {
                "quantity": self._spare_number(quantity),
                "whole": self._spare_number(whole),
                "date": format_date(self.env, day),
            }
            if undated and whole and len(by_day) == 1:
                said.append(
                    self.env._("%(quantity)s of %(whole)s on %(date)s", **values)
                )
            else:
                said.append(self.env._("%(quantity)s on %(date)s", **values))
        words = ", ".join(said)
        if undated:
            return self.env._(
                "%(parts)s; no date for %(quantity)s",
                parts=words,
                quantity=self._spare_number(undated),
            )
        return words

    @api.model
    def _spare_number(self, quantity):
        """A quantity without zeros that say nothing."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rounded = round(quantity, digits)
        while digits and round(rounded, digits - 1) == rounded:
            digits -= 1
        return formatLang(self.env, rounded, digits=digits)

    # -- kept, late ------------------------------------------------------------------

    @api.depends(
        "answer",
        "undated_quantity",
        "delivered_quantity",
        "part_late",
        "quantity",
        "promise_id.allow_split",
        "promise_id.partial",
    )
    def _compute_status(self):
        """Each part has its day. What is promised in part is kept when its parts were
        there on their days; by the date of the whole it is not measured."""
        result = super()._compute_status()
        for line in self:
            due = line._parts_due()
            if not due:
                continue
            line.late_from = next(
                (
                    line._end_of_day(part.arrival)
                    for __, part, total in due
                    if part.arrival
                    and line.product_uom_id.compare(line.delivered_quantity, total) < 0
                ),
                False,
            )
            if line.part_late:
                line.kept_latest = False
            if line.delivered_date and not line.closed_short:
                kept = line.kept_latest
                if not line.promised_date and not line.missed_date:
                    kept = not line.part_late
                line.status = "kept" if kept else "broken"
        return result

    def _update_delivery(self):
        result = super()._update_delivery()
        # sudo: a delivery is measured whoever validated it
        lines = self.sudo().filtered(lambda line: line.first_parts or line._parts())
        delivered = lines._delivered_moves() if lines else {}
        for line in lines:
            steps = line._delivery_steps(delivered[line])
            for name, due in (
                ("part_late", line._parts_due()),
                ("first_part_late", line._first_parts_due()),
            ):
                late = line._is_a_part_late(steps, due)
                if due and late != line[name]:
                    line[name] = late
        return result

    def _is_a_part_late(self, steps, due):
        """Whether a part that was delivered came after its day.

        :param steps: [(moment, quantity in the product's unit)]
        :param due: as of :meth:`_parts_due`
        """
        self.ensure_one()
        unit = self.product_id.uom_id
        for __, part, total in due:
            if not part.arrival:
                continue
            wanted = self.product_uom_id._compute_quantity(
                total, unit, rounding_method="HALF-UP"
            )
            there = 0.0
            for moment, quantity in steps:
                there += quantity
                if unit.compare(there, wanted) >= 0:
                    arrived = moment + timedelta(days=self.transit_days)
                    if arrived >= self._end_of_day(part.arrival):
                        return True
                    break
        return False

    # -- by hand ---------------------------------------------------------------------

    def _schedule_by_hand(self, date, ship):
        """What had no date has this one."""
        parts = super()._schedule_by_hand(date, ship)
        if parts and self.undated_quantity and not self.promised_date:
            last = {**parts[-1], "origin": False, "quantity": self.undated_quantity}
            last["ship_date"] = fields.Datetime.to_string(ship)
            last["delivery_date"] = fields.Datetime.to_string(date)
            parts.append(last)
        return parts

    def _prepare_by_hand(self, *args):
        vals = super()._prepare_by_hand(*args)
        return {**vals, "undated_quantity": 0.0, "promised_quantity": self.quantity}

    # -- the moves of an order ---------------------------------------------------------

    def _part_moments(self, number, part):
        """(when a part must be on the shelf, when it leaves) for its moves."""
        self.ensure_one()
        if number == REST:
            moment = self._rest_moment()
            return moment, moment
        if not number:
            if self._is_undated():
                moment = self._rest_moment()
                return moment, moment
            return self.material_date, self.ship_date
        security = self.env["delivery.promise.engine"]._security_days(self.company_id)
        return part.ship - timedelta(days=security), part.ship

    @contextmanager
    def _remember_rests(self):
        """Within this block it is looked up once, for all of these lines, when what has
        no date is planned for."""
        cache = self.env.cr.cache
        before = cache.get(RESTS)
        cache[RESTS] = self, {}
        try:
            yield
        finally:
            cache[RESTS] = before

    def _rest_moment(self):
        """What has no date waits after all that is known: nobody who was promised
        something loses it to the rest."""
        self.ensure_one()
        lines, known = self.env.cr.cache.get(RESTS) or (self, {})
        if self not in lines:
            lines, known = self, {}
        if self.id not in known:
            others = (lines - self).filtered(lambda line: line._has_rest())
            known.update((self | others.with_env(self.env))._rest_moments())
        return known[self.id]

    def _has_rest(self):
        return self._is_undated() or any(not part.arrival for part in self._parts())

    def _rest_moments(self):
        """{line id: moment}, loaded at once."""
        engine = self.env["delivery.promise.engine"]
        moments = {}
        for company, lines in self.grouped("company_id").items():
            exploded = engine._explode(
                {line._goods(line.quantity) for line in lines}, company
            )
            wanted = {
                line: {
                    (product.id, line.warehouse_id.id)
                    for product, __ in exploded.get(line._goods(line.quantity))
                    or ((line.product_id, 1.0),)
                }
                for line in lines
            }
            schedules = engine._schedules(
                lines.warehouse_id, company, fields.Datetime.now()
            )
            timelines = engine._load(
                set().union(*wanted.values()), schedules, company
            ).timelines
            for line, keys in wanted.items():
                schedule = schedules[line.warehouse_id.id]
                days = [schedule.today]
                for timeline in map(timelines.get, keys):
                    days += [*timeline.supplies, *dict(timeline.demands())]
                ships = [part.ship for part in line._parts() if part.ship]
                latest = schedule.midnight(max(days)) + timedelta(hours=12)
                moments[line.id] = max([latest, *ships])
        return moments

    def _update_move_dates(self):
        """Open moves of a line in parts are dealt out to its parts."""
        # sudo: the moves of an order follow its promise, whoever may edit moves
        in_parts = self.sudo().filtered(
            lambda line: line._parts() or any(line._open_moves().mapped("promise_part"))
        )
        plans = defaultdict(self.env["stock.move"].sudo().browse)
        with in_parts._remember_rests():
            for line in in_parts:
                for step, *dates in line._plan_parts():
                    plans[tuple(dates)] |= step
        # what is planned for the same day is planned at once
        for (date, deadline), moves in plans.items():
            moves._plan_for(date, deadline)
        return super(DeliveryPromiseLine, self - in_parts)._update_move_dates()

    def _open_moves(self):
        """The moves that are still to bring the line to its customer."""
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move._promise_delivery_sign() >= 0
            )
        )

    def _plan_parts(self):
        """Mark the open moves of the line with its parts.

        :return: [(moves, date, deadline)] that they are to be planned for
        """
        self.ensure_one()
        planned = []
        moves = self._open_moves()
        to_send = self._parts_to_send()
        if not self._parts() and (self.material_date or self._is_undated()):
            # whole again
            to_send = [(0, Part(self.quantity, self.ship_date), self.quantity)]
        if not moves or not to_send:
            return planned
        whole = sum(quantity for __, __, quantity in to_send)
        shares = [(number, quantity / whole) for number, __, quantity in to_send]
        dealt = [
            step._deal_out_parts(shares)
            for step in moves.grouped(lambda move: move._promise_step()).values()
        ]
        for number, part, __ in to_send:
            steps = [
                own
                for step in dealt
                if (
                    own := step.filtered(
                        lambda m, number=number: m.promise_part == number
                    )
                )
            ]
            if not steps:
                continue
            material, ship = self._part_moments(number, part)
            latest = [max(step.mapped("date")) for step in steps]
            for step, date_of_step in zip(steps, latest, strict=True):
                # each step as much earlier than the shipment as it was
                date = material - (max(latest) - date_of_step)
                planned.append((step, date, ship))
        return planned

    # -- at risk -----------------------------------------------------------------------

    def _risk_dates(self, tz=None):
        """Of a part that is late, while the whole is not, its own words."""
        whole_late = bool(
            self.promised_date
            and self.feasible_date
            and self.feasible_date > self.promised_date
        )
        if self.risk_message and not whole_late and self._parts():
            return self.risk_message
        return super()._risk_dates(tz)


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _risk_sentence(self, line, wanted, possible):
        if not line._parts():
            return super()._risk_sentence(line, wanted, possible)
        engine = self.env["delivery.promise.engine"]
        return _lt(
            "A part of %(product)s is there on %(date)s at the earliest, %(days)s"
            " day(s) later than needed.",
            product=engine._product(line.product_id),
            date=engine._calendar_day(possible),
            days=possible - wanted,
        )
