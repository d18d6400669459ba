from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..promising.values import goods
from .stock_move import OPEN_STATES


class DeliveryPromiseLine(models.Model):
    _name = "delivery.promise.line"
    _description = "Delivery Promise Line"
    _inherit = ["company.guard"]
    # by whom a promise is at risk: maybe somebody of another company
    _neutral_links = frozenset({"risk_user_id"})
    _order = "promise_id desc, sequence, id"
    _check_company_auto = True
    _rec_name = "product_id"

    promise_id = fields.Many2one(
        "delivery.promise", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    reference = fields.Char(help="The caller's own name for this line.")
    company_id = fields.Many2one(related="promise_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="promise_id.partner_id", store=True)
    user_id = fields.Many2one(related="promise_id.user_id", store=True)
    promise_state = fields.Selection(related="promise_id.state", string="Promise State")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        domain=[("type", "=", "consu")],
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
    )
    route_ids = fields.Many2many(
        "stock.route",
        string="Routes",
        readonly=True,
        copy=False,
        help="The way that was chosen for this line. Empty: that of the product.",
    )
    no_variant_value_ids = fields.Many2many(
        "product.template.attribute.value",
        string="Options",
        readonly=True,
        copy=False,
        help="Chosen values of attributes that create no variant.",
    )
    requested_date = fields.Datetime(help="When the customer wants it.")
    latest_date = fields.Datetime(help="Later than this is of no use to the customer.")
    lead_days = fields.Float(
        string="Lead Time",
        compute="_compute_lead_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days from the order to its earliest shipment.",
    )
    first_promised_date = fields.Datetime(readonly=True, copy=False)
    promised_date = fields.Datetime(
        readonly=True,
        copy=False,
        index=True,
        help="When all of it is with the customer.",
    )
    missed_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="A promised date that was in force when its day ended without all of it"
        " being delivered. Promising a later date afterwards does not undo that: the"
        " line is measured by this date.",
    )
    cancelled_date = fields.Datetime(
        string="Called Off",
        readonly=True,
        copy=False,
        help="When what had been ordered was called off.",
    )
    ship_date = fields.Datetime(
        readonly=True, copy=False, help="When it leaves the warehouse."
    )
    material_date = fields.Datetime(
        string="Needed On",
        readonly=True,
        copy=False,
        help="When it must be on the shelf.",
    )
    replenish_by = fields.Datetime(
        string="Order Goods By",
        readonly=True,
        copy=False,
        help="The latest safe start: what is missing has to be ordered or begun until "
        "then for this date to be met.",
    )
    replenish_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="When a date was given that rests on goods still to be ordered.",
    )
    hours_delay = fields.Integer(
        string="Days Later by Changed Hours",
        readonly=True,
        copy=False,
        help="By how many days it is with the customer later than promised, by hours "
        "and days on the way that have changed since.",
    )
    plan_delay = fields.Integer(
        string="Days Later by Changed Plans",
        readonly=True,
        copy=False,
        help="By how many days it is with the customer later than promised, by hours "
        "of vendors and work centres that have changed before its goods were ordered.",
    )
    replenish_ordered = fields.Boolean(
        string="Goods Are Ordered",
        readonly=True,
        copy=False,
        help="What was missing when the date was given is on the shelf or on its way.",
    )
    transit_days = fields.Float(readonly=True, copy=False)
    delivered_quantity = fields.Float(digits="Product Unit", readonly=True, copy=False)
    delivered_date = fields.Datetime(
        readonly=True, copy=False, help="When the last unit was with the customer."
    )
    closed_short = fields.Boolean(
        readonly=True,
        copy=False,
        help="Less than was promised was delivered, and nothing more is under way.",
    )
    at_risk = fields.Boolean(readonly=True, copy=False)
    feasible_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="When it could be with the customer as things are now, if that is later "
        "than promised.",
    )
    status = fields.Selection(
        [
            ("on_time", "On time"),
            ("at_risk", "At risk"),
            ("late", "Late"),
            ("kept", "Kept"),
            ("broken", "Broken"),
        ],
        compute="_compute_status",
        store=True,
        help="Measured by the latest promise.",
    )
    late_from = fields.Datetime(
        compute="_compute_status",
        store=True,
        help="The end of the promised day, in the warehouse's time zone.",
    )
    kept_requested = fields.Boolean(
        string="Kept: Requested Date", compute="_compute_status", store=True
    )
    kept_first = fields.Boolean(
        string="Kept: First Promise", compute="_compute_status", store=True
    )
    kept_latest = fields.Boolean(
        string="Kept: Latest Promise", compute="_compute_status", store=True
    )
    price_unit = fields.Float(
        string="Unit Price",
        readonly=True,
        min_display_digits="Product Price",
        help="The price of the document that this was promised for, without taxes, in"
        " the company's currency. 0 where it has none.",
    )
    amount = fields.Monetary(
        string="Value",
        compute="_compute_amount",
        store=True,
        help="At the price of the document, else at the list price.",
    )
    move_ids = fields.One2many("stock.move", "promise_line_id", string="Stock Moves")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A promise is for a quantity greater than 0."
    )
    _open_index = models.Index("(product_id) WHERE delivered_date IS NULL")

    # -- fields ------------------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """What was promised for a day is late from the end of that day on, whether
        or not anything was written since. When a hold has ended, nothing is owed."""
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr == "status":
            return SQL(
                "CASE WHEN %(status)s IN ('on_time', 'at_risk') AND EXISTS ("
                "SELECT FROM delivery_promise held WHERE held.id = %(promise)s"
                " AND held.state = 'held' AND held.hold_until <= %(now)s) THEN NULL"
                " WHEN %(status)s IN ('on_time', 'at_risk')"
                " AND %(late)s <= %(now)s THEN 'late' ELSE %(status)s END",
                status=sql,
                promise=super()._field_to_sql(alias, "promise_id", query),
                late=super()._field_to_sql(alias, "late_from", query),
                now=fields.Datetime.now(),
            )
        return sql

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id

    @api.depends("product_id")
    def _compute_lead_days(self):
        for line in self:
            line.lead_days = line.product_id.sale_delay

    @api.depends("promise_id.warehouse_id")
    def _compute_warehouse_id(self):
        for line in self:
            line.warehouse_id = line.warehouse_id or line.promise_id.warehouse_id

    @api.depends("product_id", "quantity", "product_uom_id", "price_unit")
    def _compute_amount(self):
        for line in self:
            product = line.product_id
            if not product or not line.product_uom_id:
                line.amount = 0.0
                continue
            if line.price_unit:
                line.amount = line.quantity * line.price_unit
                continue
            quantity = line.product_uom_id._compute_quantity(
                line.quantity, product.uom_id, raise_if_failure=False
            )
            company = line.company_id or self.env.company
            line.amount = quantity * self._list_price(product, company)

    @api.model
    def _list_price(self, product, company):
        """The list price of a product, in the currency of a company."""
        product = product.with_company(company)
        return product.currency_id._convert(
            product.lst_price,
            company.currency_id,
            company,
            fields.Date.context_today(self),
            round=False,
        )

    @api.depends(
        "delivered_date",
        "closed_short",
        "promised_date",
        "missed_date",
        "first_promised_date",
        "requested_date",
        "at_risk",
        "promise_id.state",
        "warehouse_id",
    )
    def _compute_status(self):
        for line in self:
            line.late_from = line.promised_date and line._end_of_day(line.promised_date)
            line.kept_requested = line._is_kept(line.requested_date)
            line.kept_first = line._is_kept(line.first_promised_date)
            line.kept_latest = line._is_kept(line.missed_date or line.promised_date)
            if line.closed_short:
                line.status = "broken"
            elif line.delivered_date:
                line.status = "kept" if line.kept_latest else "broken"
            elif line.promise_id.state in ("held", "confirmed"):
                risk = line.at_risk or not line.promised_date
                line.status = "at_risk" if risk else "on_time"
            else:
                line.status = False

    def _is_kept(self, date):
        """Delivered in full, not later than the day of ``date`` in the warehouse's
        time zone; any earlier day counts."""
        self.ensure_one()
        if not date or not self.delivered_date or self.closed_short:
            return False
        return self.delivered_date < self._end_of_day(date)

    def _note_missed_day(self):
        """Keep the promised date that is about to be replaced, if its day is over and
        not all was delivered on it. The first such date is the one that counts."""
        now = fields.Datetime.now()
        for line in self:
            if (
                line.promised_date
                and not line.missed_date
                and line.promise_id.state in ("confirmed", "done")
                and line._end_of_day(line.promised_date) <= now
                and not line.kept_latest
            ):
                line.missed_date = line.promised_date

    def _note_cancelled(self):
        """Note when these lines were called off, before their day or after it."""
        self.write({"cancelled_date": fields.Datetime.now()})

    def _end_of_day(self, moment):
        """The moment, in UTC, at which the warehouse's day of ``moment`` is over."""
        # sudo: the time zone counts, whoever asks
        warehouse = self.warehouse_id.sudo()
        zone = warehouse._promise_zone() if warehouse else timezone.utc
        day = warehouse._promise_day(moment)
        midnight = datetime.combine(day + timedelta(days=1), time.min, zone)
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)

    def _is_same_day(self, first, second):
        """Whether two moments, or none, are the same to a person: the same day of the
        warehouse."""
        if not first or not second:
            return not first and not second
        warehouse = self.warehouse_id
        return warehouse._promise_day(first) == warehouse._promise_day(second)

    #: the moments of a promise; they move together or not at all
    _moments = ("promised_date", "ship_date", "material_date")

    def _keep_same_days(self, vals):
        """These computed values; where every moment is on the day on which it was
        promised before, that moment stays: people promise days."""
        self.ensure_one()
        if not self.promised_date or not self.first_promised_date:
            return vals
        moments = {name for name in self._moments if name in vals}
        if not all(self._is_same_day(self[name], vals[name]) for name in moments):
            return vals
        kept = {**vals, **{name: self[name] for name in moments}}
        answer = vals.get("answer")
        if answer and answer.get("schedule"):
            wire = fields.Datetime.to_string
            dates = {"delivery_date": "promised_date", "ship_date": "ship_date"}
            kept["answer"] = {
                **answer,
                "schedule": [
                    entry
                    | {
                        key: wire(self[name])
                        for key, name in dates.items()
                        if entry[key] and entry[key] == wire(vals[name])
                    }
                    for entry in answer["schedule"]
                ],
            }
        return kept

    #: what a date was computed for: it does not hold for anything else
    _computed_for = {
        "product_id",
        "quantity",
        "product_uom_id",
        "warehouse_id",
        "requested_date",
        "latest_date",
        "lead_days",
        "minimum_first",
    }

    def write(self, vals):
        if "promised_date" in vals:
            # sudo: what was missed is noted whoever promises anew
            self.sudo()._note_missed_day()
        if "promised_date" not in vals and not self._computed_for.isdisjoint(vals):
            changed = self.filtered(
                lambda line: any(
                    line._fields[name].convert_to_write(line[name], line)
                    != line._fields[name].convert_to_write(
                        line._fields[name].convert_to_cache(vals[name], line), line
                    )
                    for name in self._computed_for & vals.keys()
                )
            )
            changed._check_not_in_force()
            super(DeliveryPromiseLine, changed).write(vals)
            # sudo: whoever changes what was asked for takes the answer away with it
            super(DeliveryPromiseLine, changed.sudo()).write(self._no_answer())
            return super(DeliveryPromiseLine, self - changed).write(vals)
        result = super().write(vals)
        if "answer" in vals and not vals.get("promised_date"):
            # Nothing of it moves that would be looked at.
            for line in self:
                if line.promise_state == "confirmed":
                    product_ids = line._stocked_products().ids
                    self.env["delivery.promise"]._touch_products(product_ids)
        return result

    def _check_not_in_force(self):
        for line in self:
            if line.promise_state in ("held", "confirmed", "done"):
                raise UserError(
                    self.env._(
                        "%(promise)s is in force for %(product)s; release it to change"
                        " what is promised, or change its order.",
                        promise=line.promise_id.name,
                        product=line.product_id.display_name,
                    )
                )

    @api.model
    def _no_answer(self):
        """The values of a line whose date was not computed."""
        return {
            "promised_date": False,
            "first_promised_date": False,
            "ship_date": False,
            "material_date": False,
            "promised_quantity": 0.0,
            "first_parts": False,
            "answer": False,
        }

    # -- request and answer --------------------------------------------------------

    def _prepare_request_line(self):
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "uom_id": self.product_uom_id.id,
            "requested_date": self.requested_date,
            "latest_date": self.latest_date,
            "minimum_first": self.minimum_first,
            "warehouse_id": self.warehouse_id.id,
            "reference": self.reference,
            "lead_days": self.lead_days,
            # sudo: what was chosen is the line's own, whoever may read routes
            "route_ids": self.sudo().route_ids.ids,
            "no_variant_value_ids": self.sudo().no_variant_value_ids.ids,
        }

    def _goods(self, quantity):
        """What the engine knows a quantity of this line by, in the product's unit."""
        self.ensure_one()
        # sudo: as in _prepare_request_line
        return goods(self.product_id, quantity, self.sudo().no_variant_value_ids.ids)

    @api.model
    def _prepare_answer_vals(self, answer, confirmation=None):
        """What an answered line writes down."""
        to_datetime = fields.Datetime.to_datetime
        vals = {
            "promised_date": to_datetime(answer["promised_date"]),
            "promised_quantity": answer["promised_quantity"],
            "ship_date": to_datetime(answer["ship_date"]),
            "answer": self._prepare_answer(answer),
            "at_risk": False,
            "feasible_date": False,
            "risk_said": False,
            "hours_delay": 0,
            "plan_delay": 0,
            # what was called off is ordered again
            "cancelled_date": False,
        }
        if confirmation is not None:
            vals["material_date"] = confirmation.material
            vals["replenish_by"] = confirmation.latest_start or False
            # the transaction's own time: what is ordered from now on is younger
            vals["replenish_since"] = vals["replenish_by"] and self.env.cr.now()
            vals["replenish_ordered"] = False
            if confirmation.pieces:
                transit = confirmation.promised - confirmation.ship
                vals["transit_days"] = transit / timedelta(days=1)
        return vals

    def _write_answer(self, answer, confirmations=None):
        """Write an answer on the lines, which are in the order of the request.

        The first date that is promised stays as the first promise.
        """
        self.check_access("write")
        for index, line in enumerate(self):
            vals = self._prepare_answer_vals(
                answer["lines"][index], confirmations and confirmations[index]
            )
            if confirmations and not line.first_promised_date:
                vals["first_promised_date"] = vals["promised_date"]
            # sudo: dates are written by the engine alone
            line.sudo().write(line._keep_same_days(vals))

    def _write_hours(self, confirmations):
        """Keep the hours of work centres that these lines, in force, count on instead
        of those they had; hook for bridges.

        :param confirmations: ``Confirmation`` of each line, None for nothing
        """

    def _update_move_dates(self):
        """Plan the open moves of an order for what is promised now: the last step for
        the shipment, each step before it as much earlier as it was."""
        # sudo: the moves of an order follow its promise, whoever may edit moves
        lines = self.sudo()
        with lines._remember_rests():
            for line in lines:
                moves = line._planned_moves()
                if not moves:
                    continue
                material, ship = line._planned_moments(moves)
                if not material:
                    continue
                shift = material - max(moves.mapped("date"))
                for move in moves:
                    # of a part, nobody knows when the whole goes
                    deadline = ship or move.date_deadline
                    move._plan_for(move.date + shift, deadline)

    def _planned_moments(self, moves):
        """(when the goods of the line must be on the shelf, when they leave) for these
        moves of an order. What has no date and comes from the shelf waits after all
        that is known."""
        self.ensure_one()
        if self._is_undated():
            if moves._is_to_order():
                return False, False
            moment = self._rest_moment()
            return moment, moment
        return self.material_date, self.ship_date

    def _is_undated(self):
        """Whether nobody knows when any of it can be delivered."""
        self.ensure_one()
        return (
            self.promise_id.state == "confirmed"
            and not self.promised_date
            and not self._parts()
        )

    # -- hours that have changed since ---------------------------------------------

    def _hours_delays(self):
        """{line: by how many of the warehouse's days it arrives later than promised, by
        the hours that count now}. Each leaves when it was promised, or as soon after as
        its warehouse works."""
        engine, now = self.env["delivery.promise.engine"], fields.Datetime.now()
        given, delays = self._given_today(), dict.fromkeys(self, 0)
        # one for all promises of a warehouse: it remembers the hours that it has read
        schedules = {}
        for (warehouse, promise), own in self.grouped(
            lambda line: (line.warehouse_id, line.promise_id)
        ).items():
            place = warehouse, promise.company_id
            if place not in schedules:
                schedules[place] = engine._schedules(*place, now)[warehouse.id]
            schedule = schedules[place]
            days, carrier = promise._transit(warehouse)
            for line in own:
                if not line._leaves_from_warehouse():
                    continue
                ship = schedule.slot(line.ship_date)
                day = schedule.day(line.ship_date)
                if line in given and schedule.is_past_cutoff(given[line]):
                    # ordered after the hour: it begins on the next working day
                    if schedule.day(given[line]) == day:
                        ship = schedule.slot(schedule.midnight(day + 1))
                if ship and schedule.day(ship) == day:
                    ship = line.ship_date  # at another hour of the same day
                arrival = ship and schedule.arrival(ship, days, carrier)
                if arrival:
                    promised = schedule.day(line.promised_date)
                    delays[line] = max(schedule.day(arrival) - promised, 0)
        return delays

    def _days_late(self):
        """By how many days it arrives later than promised, by hours of the warehouse
        or by those of whoever makes or sells its goods."""
        self.ensure_one()
        return max(self.hours_delay, self.plan_delay)

    def _leaves_from_warehouse(self):
        """Whether the hours of the warehouse count; hook for bridges."""
        return True

    def _given_today(self):
        """{line: when its date was given}, of what was promised and ships within a
        day."""
        soon = fields.Datetime.now() + timedelta(days=1)
        lines = self.filtered(lambda line: line.ship_date <= soon)
        groups = self.env["delivery.promise.history"]._read_group(
            [("line_id", "in", lines.ids)], ["line_id"], ["date:max"]
        )
        return dict(groups)

    # -- what is still to be ordered ------------------------------------------------

    def _with_grace(self):
        """Those whose missing goods can still be ordered in time. Whoever orders has a
        day to do so, even where it has to be done at once."""
        grace = fields.Datetime.now() - timedelta(days=1)
        return self.filtered(
            lambda line: line.replenish_by and line.replenish_by > grace
        )

    @api.model
    def _to_be_ordered(self, companies):
        """Open lines of these companies, of all where there are none, whose goods are
        still to be ordered."""
        domain = [
            ("replenish_by", "!=", False),
            ("replenish_ordered", "=", False),
            ("promise_state", "in", ("held", "confirmed")),
            ("delivered_date", "=", False),
            ("closed_short", "=", False),
        ]
        if companies:
            domain.append(("company_id", "in", companies.ids))
        # sudo: a date is looked at whoever changes what it rests on
        return self.sudo().search(domain)

    def _bought_since(self):
        """{(line id, product id, warehouse id): quantity that comes in} of what was
        ordered since these lines were given a date that rests on it. For lines whose
        goods were ordered before, without end: they are waited for."""
        Move = self.env["stock.move"]
        Move.flush_model(["state", "product_qty", "location_id", "location_dest_id"])
        self.flush_recordset(["replenish_since", "replenish_ordered"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, move.product_id, final.warehouse_id,
                       CASE WHEN line.replenish_ordered THEN 'infinity'::float8
                            ELSE SUM(move.product_qty)::float8 END
                  FROM delivery_promise_line line
                  JOIN stock_move move ON move.state IN %(states)s
                   AND move.product_id IN (
                       SELECT line.product_id
                        UNION SELECT claim.product_id
                         FROM delivery_promise_claim claim
                        WHERE claim.line_id = line.id
                        UNION SELECT own.product_id
                         FROM stock_move own WHERE own.promise_line_id = line.id)
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                   AND final.usage IN ('internal', 'view')
                 WHERE line.id = ANY(%(lines)s)
                   AND source.warehouse_id IS DISTINCT FROM final.warehouse_id
                   AND (line.replenish_ordered
                        OR move.create_date >= line.replenish_since)
                 GROUP BY line.id, move.product_id, final.warehouse_id
                """,
                states=OPEN_STATES,
                lines=self.ids,
            )
        )
        return {tuple(row[:3]): row[3] for row in rows}

    def _part_materials(self):
        """{number of a part: when it must be on the shelf}."""
        self.ensure_one()
        return {
            number: self._part_moments(number, part)[0]
            for number, part, __ in self._parts_due()
            if part.ship
        }

    def _planned_moves(self):
        """Open moves whose date is the promise's. What a customer sends back is not
        planned by it."""
        self.ensure_one()
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move._promise_delivery_sign() >= 0
            )
        )

    def _prepare_remaining_line(self):
        """What is still to be delivered, as a line of a request."""
        self.ensure_one()
        remaining = self.quantity - self.delivered_quantity
        return {
            **self._prepare_request_line(),
            "quantity": remaining if remaining > 0 else self.quantity,
            # a first delivery was made already
            "minimum_first": 0.0 if self.delivered_quantity else self.minimum_first,
        }
