from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date
from odoo.tools.sql import column_exists, create_column

from odoo.addons.stock_promise.models.delivery_promise_guard import labels
from odoo.addons.stock_promise.models.engine_links import (
    check_unchanged,
    own_id,
    taken,
)
from odoo.addons.stock_promise.models.own_context import without_defaults
from odoo.addons.stock_promise.models.part import Part
from odoo.addons.stock_promise.plain_json import PlainJson

#: what an order line says of its promise, written by the engine alone
DATES = frozenset({"promised_date", "promise_ship_date", "promise_parts"})


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "delivery.promise.asking"]

    _promise_quantity_field = "product_uom_qty"

    promise_line_id = fields.Many2one(
        "delivery.promise.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    promised_date = fields.Datetime(
        string="Promised",
        compute="_compute_promise_dates",
        store=True,
        # for the engine, which keeps what it looked up: people may not, see the guard
        readonly=False,
        copy=False,
        help="When the whole quantity is with the customer. Without a hold it is what "
        "was possible when it was last looked up.",
    )
    promise_ship_date = fields.Datetime(
        string="Ships",
        compute="_compute_promise_dates",
        store=True,
        readonly=False,
        copy=False,
        help="When it leaves the warehouse.",
    )
    promise_status = fields.Selection(
        related="promise_line_id.status", string="Promise Status"
    )
    promise_delivered_date = fields.Datetime(
        related="promise_line_id.delivered_date", string="Delivered On"
    )
    promise_message = fields.Char(
        related="promise_line_id.message",
        string="Why This Date",
        # it names what a customer, who may read the line, should not
        groups="base.group_user",
    )

    # what was looked up, or the parts of the promise
    promise_parts = PlainJson(
        compute="_compute_promise_dates", store=True, readonly=False, copy=False
    )
    promise_is_manual = fields.Boolean(
        related="promise_line_id.is_manual", string="Date Set by Hand"
    )

    @api.depends(
        "promise_line_id.promised_date",
        "promise_line_id.ship_date",
        "promise_line_id.answer",
        "promise_minimum_first",
        "order_id.promise_allow_split",
        "order_id.promise_partial",
        "product_id",
        "product_uom_qty",
        "product_uom_id",
        "warehouse_id",
        "customer_lead",
        "order_id.commitment_date",
        "order_id.picking_policy",
        "order_id.partner_shipping_id",
        "route_ids",
        "product_no_variant_attribute_value_ids",
    )
    def _compute_promise_dates(self):
        """The dates of the promise. A date that was only looked up is void as soon
        as something changes on which it rested."""
        for line in self:
            line.promised_date = line.promise_line_id.promised_date
            line.promise_ship_date = line.promise_line_id.ship_date
            promise_line = line.promise_line_id
            line.promise_parts = promise_line and self._stored_parts(
                promise_line._parts()
            )

    # -- what is promised ----------------------------------------------------------

    def _is_promisable(self):
        """Goods that are to be delivered; not sections, services, down payments,
        expenses or what the customer gives back."""
        self.ensure_one()
        return bool(
            not self.display_type
            and not self.is_downpayment
            and not self.is_expense
            and self.product_id.type == "consu"
            and self.product_uom_id
            and self.product_uom_id.compare(self.product_uom_qty, 0.0) > 0
        )

    def _promise_warehouse(self):
        self.ensure_one()
        return self.warehouse_id or self.order_id.warehouse_id

    def _is_later_day(self, moment, than):
        """Whether a moment is on a later day of the warehouse than another one, if
        that is given."""
        day = self._promise_warehouse()._origin._promise_day
        return bool(than) and day(moment) > day(than)

    def _prepare_promise_line_vals(self):
        """What the promise's lines get besides what they are asked for: the price of
        one, without taxes, in the company's currency."""
        result = []
        for line in self:
            company, order = line.company_id, line.order_id
            price = (line.currency_id or company.currency_id)._convert(
                line.price_subtotal / (line.product_uom_qty or 1.0),
                company.currency_id,
                company,
                order.date_order or fields.Date.context_today(self),
                round=False,
            )
            result.append({"price_unit": price})
        return result

    def _promise_reference(self):
        """What ties the line to its promise line; a line that came with a promise
        keeps the reference that it was given there."""
        self.ensure_one()
        return self.promise_line_id.reference or f"{self._name},{self._origin.id}"

    def _promise_key(self):
        """What a claim, or the deliveries of an order, rest on: when it changes, they
        have to change."""
        self.ensure_one()
        return (
            self.product_id.id,
            self.product_uom_qty,
            self.product_uom_id.id,
            self._promise_warehouse().id,
            self.customer_lead,
        )

    def _promise_choices(self):
        """What was chosen for the line besides its product, as keys of a request."""
        self.ensure_one()
        # sudo: what was chosen decides the date, whoever may read routes
        line = self.sudo()
        return {
            "route_ids": line.route_ids._origin.sorted("id").ids,
            "no_variant_value_ids": (
                line.product_no_variant_attribute_value_ids._origin.sorted("id").ids
            ),
        }

    def _promise_asked_key(self):
        """The same, and what decides about the parts of the line."""
        self.ensure_one()
        return (*self._promise_key(), self._minimum_first_asked())

    def _prepare_promise_line(self, requested, quantity=None):
        """The line in the words of a promise request."""
        self.ensure_one()
        return {
            "product_id": self.product_id._origin.id,
            "quantity": self.product_uom_qty if quantity is None else quantity,
            "uom_id": self.product_uom_id._origin.id,
            "requested_date": requested and fields.Datetime.to_string(requested),
            "warehouse_id": self._promise_warehouse()._origin.id,
            "reference": self._promise_reference(),
            "lead_days": max(self.customer_lead, 0.0),
            **self._promise_choices(),
            **self._minimum_first_asked(),
        }

    # -- the moves of a promise ----------------------------------------------------

    def _prepare_procurement_values(self):
        """A promised line ships on its own date, whatever the order's is."""
        values = super()._prepare_procurement_values()
        # sudo: whoever confirms (a customer online, a shop) may not read promises
        promise_line = self.sudo().promise_line_id
        if promise_line.promise_id.state not in ("confirmed", "done"):
            return values
        values["promise_line_id"] = own_id(promise_line)
        if promise_line.ship_date:
            # where it is in parts, each of them has its own: _create_procurements
            values["date_deadline"] = promise_line.ship_date
            values["date_planned"] = (
                promise_line.material_date or promise_line.ship_date
            )
        return values

    def _plan_promised_moves(self):
        """Open moves follow the promise of their line."""
        # sudo: the moves of an order follow its promise, whoever may edit moves
        for line in self.sudo().filtered("promise_line_id"):
            line._promised_moves().promise_line_id = line.promise_line_id
        self.sudo().promise_line_id._update_move_dates()

    def _promised_moves(self):
        """The open moves that these lines' promise is about; what is exchanged has a
        promise of its own."""
        # sudo: the moves of an order follow its promise, whoever may edit moves
        lines = self.sudo()
        return lines.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.promise_line_id not in move.sale_line_id._exchanged()
            )
        )

    def _exchanged(self):
        """The promise lines of what was sent again for this line's goods."""
        # sudo: the order's own promise
        line = self.sudo()
        return line.move_ids.promise_line_id.filtered(
            lambda promised: "/exchange/" in (promised.reference or "")
        )

    def _promise_delivered(self):
        """How much of the line was sent and needs not be sent again, in its unit.

        As Odoo counts it, or as the promise does: of goods that come back to be
        exchanged Odoo counts the return, but what is sent for them has a promise of
        its own.
        """
        self.ensure_one()
        promise_line = self.sudo().promise_line_id  # sudo: the order's own promise
        if promise_line.product_id != self.product_id:
            return self.qty_delivered
        delivered = promise_line.product_uom_id._compute_quantity(
            promise_line.delivered_quantity, self.product_uom_id, round=False
        )
        return max(self.qty_delivered, delivered)

    def _is_delivery_due(self):
        """Whether something of the line is still to be sent: not what came back, nor
        what was closed short, unless more is ordered or under way again."""
        self.ensure_one()
        unit = self.product_uom_id
        if unit.compare(self.product_uom_qty, self._promise_delivered()) <= 0:
            return False
        promise_line = self.sudo().promise_line_id  # sudo: the order's own promise
        if not (promise_line.delivered_date or promise_line.closed_short):
            return True
        promised = promise_line.product_uom_id._compute_quantity(
            promise_line.quantity, unit, round=False
        )
        return (
            promise_line.product_id != self.product_id
            or unit.compare(self.product_uom_qty, promised) > 0
            or bool(self._promised_moves())
        )

    # -- what could be asked for instead ---------------------------------------------

    @api.readonly
    def get_promise_timeline(self):
        if not self.env.user._is_internal():
            # A customer reads his lines, too, but not what is behind their dates.
            raise AccessError(self.env._("The picture of a date is for employees."))
        return super().get_promise_timeline()

    def _asking_document(self):
        return self.order_id

    def _asking_lines(self):
        lines = self.order_id._promise_lines()
        return lines.filtered(lambda line: line.state in ("draft", "sent"))

    def _ask_promise(self, lines, **keys):
        order = self.order_id
        return order._promise_model()._simulate(
            {**order._prepare_promise_request(lines), **keys}, ignore=order.promise_id
        )

    def _asking_ship_date(self):
        return self.promise_ship_date

    def _asking_option_ids(self):
        return self._promise_choices()["no_variant_value_ids"]

    def _set_promise_warehouse(self, warehouse_id):
        self.order_id.warehouse_id = warehouse_id

    # -- documents -----------------------------------------------------------------

    def _get_promise_dates(self):
        """What a document says about the delivery of the line: pairs of a label and
        a date or the dates of its parts, in the warehouse's days and the document's
        language."""
        self.ensure_one()
        # sudo: who may read the document may read the dates on it
        line = self.sudo()
        promise_line = line.promise_line_id
        state = promise_line.promise_id.state
        pairs = []
        dated = line.promised_date or line.promise_parts
        if state in ("held", "confirmed", "done"):
            # what is typed on the line is no promise
            if promise_line.promised_date or promise_line._parts():
                words = line._promise_in_words(
                    promise_line.promised_date, line._held_parts(promise_line)
                )
                pairs.append((self.env._("Promised"), words))
        elif line.state in ("draft", "sent") and not state and dated:
            words = line._promise_in_words(line.promised_date)
            pairs.append((self.env._("Expected"), words))
        if promise_line.delivered_date and line.state == "sale":
            delivered = line._promise_local_date(promise_line.delivered_date)
            pairs.append((self.env._("Delivered"), delivered))
        if line.state == "sale":
            for exchange in line._exchanged():
                words = line._promise_in_words(
                    exchange.promised_date, exchange._parts()
                )
                pairs.append((self.env._("Exchange promised"), words))
                if exchange.delivered_date:
                    delivered = line._promise_local_date(exchange.delivered_date)
                    pairs.append((self.env._("Exchange delivered"), delivered))
        return pairs

    def _held_parts(self, promise_line):
        """The parts of the line, with what was ordered more than its hold is for."""
        self.ensure_one()
        parts = promise_line._parts()
        if promise_line.promise_state != "held":
            return parts
        held = promise_line.product_uom_id._compute_quantity(
            promise_line.quantity, self.product_uom_id, round=False
        )
        rest = self.product_uom_qty - held
        if self.product_uom_id.compare(rest, 0.0) <= 0:
            return parts
        whole = [Part(held, promise_line.ship_date, promise_line.promised_date)]
        return [*(parts or whole), Part(rest)]

    def _promise_in_words(self, promised, parts=None):
        """The date of a line, or the dates of its parts."""
        self.ensure_one()
        if parts is None:
            parts = self._read_parts(self.promise_parts)
        if parts:
            return self._promise_parts_in_words(parts)
        if promised:
            return self._promise_local_date(promised)
        return self.env._("no date is known")

    def _promise_local_date(self, moment):
        zone = self._promise_warehouse()._promise_zone()
        return format_date(self.env, moment.replace(tzinfo=UTC).astimezone(zone).date())

    # -- changes -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        for vals in vals_list if not self.env.su else ():
            self._check_engine_dates({name for name in DATES if vals.get(name)})
        vals_list = taken(self, vals_list, "promise_line_id")
        clean = without_defaults(self, DATES | {"promise_line_id"})
        with orders._promise_watched() as watched:
            lines = super(SaleOrderLine, clean.with_context(**watched)).create(
                vals_list
            )
        return lines.with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self._check_engine_dates(DATES & vals.keys())
        check_unchanged(self, vals, "promise_line_id")
        with self.order_id._promise_watched() as watched:
            return super(SaleOrderLine, self.with_context(**watched)).write(vals)

    def unlink(self):
        with self.order_id._promise_watched() as watched:
            return super(SaleOrderLine, self.with_context(**watched)).unlink()

    def _auto_init(self):
        # The column of a stored computed field, made beforehand: no line is in parts
        # yet, so there is nothing to compute for the many that may exist.
        if not column_exists(self.env.cr, "sale_order_line", "promise_parts"):
            create_column(self.env.cr, "sale_order_line", "promise_parts", "jsonb")
        return super()._auto_init()

    # -- the moves of a line in parts --------------------------------------------------

    def _action_launch_stock_rule(self, **kwargs):
        # sudo: as in _create_procurements
        with self.sudo().promise_line_id._remember_rests():
            return super()._action_launch_stock_rule(**kwargs)

    def _create_procurements(self, product_qty, procurement_uom, values):
        """Each part of a promised line is procured for its own date."""
        # sudo: whoever confirms (a customer online, a shop) may not read promises
        promise_line = self.sudo().promise_line_id
        less = procurement_uom.compare(product_qty, 0.0) < 0
        if not values.get("promise_line_id") or not (
            promise_line._parts() or (less and promise_line._is_undated())
        ):
            return super()._create_procurements(product_qty, procurement_uom, values)
        if not promise_line._parts():
            shares = self._shares_of_undated(product_qty, procurement_uom)
        elif less:
            shares = self._shares_to_take_back(product_qty, procurement_uom)
        else:
            shares = self._shares_to_procure(product_qty, procurement_uom)
        procurements = []
        for quantity, own in shares:
            procurements += super()._create_procurements(
                quantity, procurement_uom, {**values, **own}
            )
        return procurements

    def _shares_to_procure(self, product_qty, uom):
        """[(quantity, values)] of the parts of what is procured; what was ordered in
        addition is dealt out to them when it is promised."""
        line = self.sudo().promise_line_id  # sudo: as above
        to_send = line._parts_to_send()
        whole = sum(quantity for __, __, quantity in to_send)
        asked = uom._compute_quantity(
            product_qty, line.product_uom_id, rounding_method="HALF-UP"
        )
        if not to_send or line.product_uom_id.compare(asked, whole):
            return [(product_qty, {})]
        shares, left = [], product_qty
        for number, part, quantity in to_send:
            share = uom.round(product_qty * quantity / whole)
            if part is to_send[-1][1]:
                share = left
            left -= share
            material, ship = line._part_moments(number, part)
            values = {
                "promise_part": number,
                "date_planned": material,
                "date_deadline": ship,
            }
            shares.append((share, values))
        return shares

    def _shares_to_take_back(self, product_qty, uom):
        """[(negative quantity, values)] of the parts that get less, the last one
        first: what has no date, then what comes last. Odoo takes them off the moves
        that were asked for by the same values."""
        line = self.sudo().promise_line_id  # sudo: as above
        moves = line._open_moves().sorted("id")
        shares, left = [], -product_qty
        for number, __, quantity in reversed(line._parts_to_send()):
            move = moves.filtered(lambda m, number=number: m.promise_part == number)[:1]
            there = line.product_uom_id._compute_quantity(
                quantity, uom, rounding_method="HALF-UP"
            )
            taken = min(there, left)
            if not move or uom.compare(taken, 0.0) <= 0:
                continue
            left -= taken
            values = {
                "promise_part": number,
                "date_planned": move.date,
                "date_deadline": move._promise_deadline_asked(),
            }
            shares.append((-taken, values))
        if uom.compare(left, 0.0) > 0:
            shares.append((-left, {}))
        return shares

    def _shares_of_undated(self, product_qty, uom):
        """The same for a line without a date, whose moves are planned after all that
        is known."""
        line = self.sudo().promise_line_id  # sudo: as above
        moves = line._open_moves().sorted("id")
        moves = moves.filtered(
            lambda m: m.location_dest_id == moves[0].location_dest_id
        )
        shares, left = [], -product_qty
        for move in moves.sorted("id", reverse=True):
            taken = min(
                move.product_uom._compute_quantity(
                    move.product_uom_qty, uom, rounding_method="HALF-UP"
                ),
                left,
            )
            if uom.compare(taken, 0.0) > 0:
                left -= taken
                values = {
                    "promise_part": move.promise_part,
                    "date_planned": move.date,
                    "date_deadline": move._promise_deadline_asked(),
                }
                shares.append((-taken, values))
        if uom.compare(left, 0.0) > 0:
            shares.append((-left, {}))
        return shares

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of this line, and why."""
        self.ensure_one()
        self.order_id._check_promise_reader()
        return self.promise_line_id.action_set_by_hand()

    @api.model
    def _check_engine_dates(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%s of an order line cannot be written: dates are computed. Use"
                    " Promise Dates, or have an administrator of promises set the date"
                    " by hand, with a reason.",
                    labels(self, names),
                )
            )

    def _set_looked_up(self, promised, ship, parts):
        """Note the dates that were looked up.

        :param promised: when all of it is with the customer, or False
        :param ship: when it leaves, or False; None: not known here
        :param parts: as :meth:`_stored_parts` gives them
        """
        self.ensure_one()
        vals = {"promised_date": promised, "promise_parts": parts}
        if ship is not None:
            vals["promise_ship_date"] = ship
        # sudo: the engine's answer is not the user's to write
        self.sudo().write(vals)

    @api.constrains("promise_line_id")
    def _check_promise_line(self):
        for line in self.sudo():  # sudo: only compared
            promise_line = line.promise_line_id
            promise = promise_line.promise_id
            if promise and (
                promise != line.order_id.promise_id
                or promise_line.product_id != line.product_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(product)s of %(order)s cannot rest on %(promise)s, which is"
                        " not the order's or not for this product.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        promise=promise.name,
                    )
                )
