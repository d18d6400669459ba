"""Whatever changes on a quotation that holds goods, or on a promised order, changes
its claim at once: one adjustment for each order, whoever writes how many lines."""

import logging
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own, owned

from .customer_change import CustomerChange

_logger = logging.getLogger(__name__)

#: written in the course of an adjustment; it must not start another one
WATCHED = {"promise_watched": own(True)}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # -- noticing ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # What a new quotation comes with is not a change.
        orders = super(SaleOrder, self.with_context(**WATCHED)).create(vals_list)
        return orders.with_env(self.env)

    def write(self, vals):
        with self._promise_watched() as watched:
            result = super(SaleOrder, self.with_context(**watched)).write(vals)
        if "commitment_date" in vals:
            # Odoo gives all moves the order's date; a promised line has its own.
            self._restore_promised_deadlines()
        return result

    @contextmanager
    def _promise_watched(self):
        """Adjust the claims of those orders on which something changes inside."""
        if owned(self.env, "promise_watched"):
            yield {}
            return
        before = {
            order.id: order._promise_keys()
            for order in self
            if order._has_live_hold() or order._has_confirmed_promise()
        }
        yield WATCHED
        for order in self.browse(before).exists():
            try:
                order._adjust_changed(before[order.id])
            except WaitedTooLong:
                raise
            except UserError as error:
                if order._is_changed_by_customer():
                    raise order._error_for_customers(error) from None
                raise

    def _has_confirmed_promise(self):
        self.ensure_one()
        # sudo: an order's promise follows the order, whoever changes it
        promise = self.sudo().promise_id
        return self.state == "sale" and promise.state in ("confirmed", "done")

    def _promise_header_key(self):
        """What all lines rest on; bridges add what else decides about a date."""
        self.ensure_one()
        return (
            self.picking_policy,
            self._promise_partner().id,
            self.partner_id.id,
            self._promise_consent(),
        )

    def _promise_keys(self):
        self.ensure_one()
        return {
            "header": self._promise_header_key(),
            # people promise days: another hour of the same day is no other wish
            "date": self._promise_day(self.commitment_date),
            "lines": {
                line.id: line._promise_asked_key() for line in self._promise_lines()
            },
            "choices": {
                line.id: line._promise_choices() for line in self._promise_lines()
            },
        }

    def _adjust_changed(self, before):
        """Compare with what was and adjust what changed."""
        self.ensure_one()
        after = self._promise_keys()
        if not self._has_live_hold():
            # The deliveries of an order go on as they were planned.
            after["choices"] = before["choices"]
        if after == before:
            return
        lines = self._promise_lines()
        requested = None
        if after["date"] != before["date"]:
            requested = self.commitment_date
        elif after["header"] == before["header"]:
            lines = lines.filtered(
                lambda line: any(
                    before[name].get(line.id) != after[name].get(line.id)
                    for name in ("lines", "choices")
                )
            )
        self._adjust_promise(lines, requested)

    def _adjust_promise(self, lines, requested=None):
        """Bring the claim up to what the order says.

        :param lines: the lines that changed
        :param requested: the date now asked for by all lines; None: unchanged
        """
        self.ensure_one()
        # sudo: whoever may change the order changes its claim with it
        promise = self.sudo().promise_id
        if self._has_live_hold():
            if self._promise_is_shared():
                self._leave_shared_hold(promise, lines)
            else:
                self._adjust_hold(promise, requested)
        elif self._has_confirmed_promise():
            self._adjust_confirmed(promise, lines, requested)
        elif self.state == "sale":
            self._promise_automatically()

    # -- a quotation that holds ----------------------------------------------------

    def _adjust_hold(self, promise, requested=None):
        lines = self._promise_lines()
        if not lines:
            self._release_promise(
                promise, self.env._("Nothing is left on %s to hold.", self.name)
            )
            return
        if self._is_changed_by_customer():
            CustomerChange(self, promise).follow()
            return
        try:
            self._rehold_promise(
                promise, self._prepare_promise_request(lines, requested), lines
            )
        except WaitedTooLong:
            raise
        except UserError as error:
            raise UserError(
                self.env._(
                    "%(order)s cannot be changed like this, because the goods that it"
                    " holds (%(promise)s) would have to change with it. Release the"
                    " hold first, or choose another quantity or date.\n%(why)s",
                    order=self.name,
                    promise=promise.name,
                    why=error.args[0],
                )
            ) from error
        promise.write(
            {
                "partner_id": self.partner_id.id,
                "shipping_policy": self.picking_policy,
                **self._promise_consent(),
                "warehouse_id": self.warehouse_id.id or promise.warehouse_id.id,
            }
        )
        self._link_by_reference(promise, lines)

    def _rehold_promise(self, promise, request, lines):
        """The hold for a request, without what this order itself quotes.

        :param lines: the order's lines that the request is for
        """
        return promise.with_context(
            promise_asking_order_ids=own(tuple(self.ids))
        )._rehold(request, lines._prepare_promise_line_vals())

    def _is_changed_by_customer(self):
        """Whether the customer, or somebody of the public, does what is done now: on
        the portal, by paying, in a shop."""
        # superuser mode or not, it is the user of the request who reads the answer
        return not self.env.user._is_internal()

    def _error_for_customers(self, error):
        """What a customer reads instead of an error made for employees: that names
        stock, documents and what an employee could do about it."""
        self.ensure_one()
        _logger.info("%s: a customer's change was refused: %s", self.name, error)
        return UserError(
            self.env._(
                "This change cannot be made online at the moment. Please contact us and"
                " we will make it for you."
            )
        )

    def _leave_shared_hold(self, promise, lines):
        """The hold is not this quotation's to change: say so, and that its changed
        lines rest on nothing until it is confirmed."""
        changed = lines.filtered("promise_line_id")
        # sudo: the link is written by the engine alone
        lines.sudo().with_context(**WATCHED).promise_line_id = False
        names = (changed or lines).mapped("product_id.display_name")
        self.message_post(
            body=self.env._(
                "%(promise)s is shared with other documents, so what it holds was not"
                " changed. %(products)s: no longer covered by it on this quotation."
                " When this quotation is confirmed, its quantities and dates are"
                " looked up again.",
                promise=promise.name,
                products=", ".join(dict.fromkeys(names)) or self.env._("Lines"),
            )
        )

    def _link_by_reference(self, promise, lines):
        by_reference = {line.reference: line for line in promise.line_ids}
        for line in lines.with_context(**WATCHED):
            promise_line = by_reference.get(line._promise_reference())
            if promise_line and line.sudo().promise_line_id != promise_line:
                # sudo: the link is written by the engine alone
                line.sudo().promise_line_id = promise_line.id

    # -- a promised order ----------------------------------------------------------

    def _adjust_confirmed(self, promise, lines, requested=None):
        """New dates for what changed; the rest keeps its own, unless all is to be
        delivered at once."""
        self._check_promised_warehouse(promise)
        self._drop_settled_lines(promise)
        if self.picking_policy == "one" and lines:
            lines = self._promise_lines()
        pending = lines.filtered(lambda line: line._is_delivery_due())
        self._shrink_delivered_lines(lines - pending)
        if pending:
            promise.write({"state": "confirmed", **self._promise_consent()})
            self._promise_pending(promise, pending, requested)
        self._set_promised_commitment(promise)
        promise._update_done()

    def _promise_pending(self, promise, lines, requested):
        request, line_vals = self._prepare_pending_request(lines, requested)
        moves = lines._promised_moves()
        before = {line: line.sudo().promise_line_id.promised_date for line in lines}
        try:
            answer = self._rerecord_promise(promise, request, line_vals, moves)
        except WaitedTooLong:
            raise
        except UserError as error:
            # The order goes on; what is due is due on the date that was promised.
            self.message_post(body=self._promise_failure(error))
            for line in lines.sudo().filtered("promise_line_id"):
                line.promise_line_id._reduce(line.product_uom_qty)
            lines.sudo().promise_line_id._update_delivery()
            return
        self._link_by_reference(promise, lines)
        self._check_promised_again(lines, answer, before, requested)
        lines._plan_promised_moves()
        # what was delivered of less is not delivered of more
        lines.sudo().promise_line_id._update_delivery()

    def _rerecord_promise(self, promise, request, line_vals=None, moves=()):
        """New dates on the lines of the request, without the order's own moves."""
        return promise.with_context(
            promise_asking_order_ids=own(tuple(self.ids))
        )._rerecord(request, line_vals, [move.id for move in moves])

    def _prepare_pending_request(self, lines, requested):
        """What is still to be delivered of the lines. What was promised before is
        what is asked for: an order's date does not move without need."""
        request = self._prepare_promise_request(lines, requested)
        line_vals = []
        # sudo: the order's own promise
        for line, request_line in zip(lines.sudo(), request["lines"], strict=True):
            promise_line = line.promise_line_id
            wished = requested
            if requested is None:
                wished = promise_line.promised_date or promise_line.requested_date
                if promise_line._parts() or any(self._promise_consent().values()):
                    # That is the last part's; earlier ones are wanted, too.
                    wished = promise_line.requested_date
                line_vals.append({"requested_date": promise_line.requested_date})
            else:
                line_vals.append({"requested_date": requested})
            line_vals[-1]["quantity"] = line.product_uom_qty
            line_vals[-1]["minimum_first"] = request_line.get("minimum_first", 0.0)
            delivered = line._promise_delivered()
            if delivered:
                # a first delivery was made already
                request_line.pop("minimum_first", None)
            request_line.update(
                quantity=line.product_uom_qty - delivered,
                requested_date=wished and fields.Datetime.to_string(wished),
            )
        return request, line_vals

    def _check_promised_again(self, lines, answer, before, requested):
        """Refuse a date that cannot be kept; say what moved."""
        moved = []
        for line, found in zip(lines, answer["lines"], strict=True):
            promised = fields.Datetime.to_datetime(found["promised_date"])
            earlier = before[line]
            late = not promised or line._is_later_day(promised, requested)
            if requested and earlier and late:
                why = "; ".join(reason["message"] for reason in found["reasons"])
                raise UserError(
                    self.env._(
                        "%(order)s cannot be delivered by %(date)s. %(product)s:"
                        " %(possible)s %(why)s",
                        order=self.name,
                        date=format_datetime(self.env, requested, dt_format="short"),
                        product=line.product_id.display_name,
                        possible=(
                            self.env._(
                                "possible from %s.",
                                format_datetime(self.env, promised, dt_format="short"),
                            )
                            if promised
                            else self.env._("no date is known.")
                        ),
                        why=why,
                    )
                )
            if not promised or line._is_later_day(promised, earlier):
                moved.append((line, promised))
        if moved:
            self._post_unkept(moved)

    def _check_promised_warehouse(self, promise):
        """The deliveries of a confirmed order leave from where they were planned."""
        for line in self._promise_lines():
            # sudo: the order's own promise and moves
            promise_line = line.sudo().promise_line_id
            is_open = any(
                move.state not in ("done", "cancel") for move in line.sudo().move_ids
            )
            if (
                promise_line.warehouse_id
                and is_open
                and promise_line.warehouse_id != line._promise_warehouse()
            ):
                raise UserError(
                    self.env._(
                        "%(product)s of %(order)s is promised from %(warehouse)s, and"
                        " its delivery is planned there. To deliver from another"
                        " warehouse, cancel the order and set it back to a quotation.",
                        product=line.product_id.display_name,
                        order=self.name,
                        warehouse=promise_line.warehouse_id.display_name,
                    )
                )

    def _drop_settled_lines(self, promise):
        """Nothing more is promised of a line that was set to 0."""
        lines = self.order_line.sudo().filtered(
            lambda line: line.promise_line_id and not line._is_promisable()
        )
        delivered = lines.filtered("qty_delivered")
        for line in delivered:
            line.promise_line_id._reduce(line.qty_delivered)
        delivered.promise_line_id._update_delivery()
        called_off = (lines - delivered).promise_line_id
        # Called off after its day was over, it stays a promise that was not kept.
        now = fields.Datetime.now()
        late = called_off.filtered(
            lambda line: (line.late_from and line.late_from <= now) or line.missed_date
        )
        late.filtered(lambda line: not line.cancelled_date)._note_cancelled()
        late._update_delivery()
        (called_off - late).unlink()

    def _shrink_delivered_lines(self, lines):
        """Less was ordered than before, and all of it is delivered already."""
        # sudo: the order's own promise
        for line in lines.sudo():
            if line.promise_line_id:
                line.promise_line_id._reduce(line.product_uom_qty)
        lines.sudo().promise_line_id._update_delivery()

    def _procure_closed_short(self):
        """Have sent after all what a delivery that was cancelled, or closed without a
        backorder, has left."""
        lines = self.order_line.filtered(
            lambda line: line.state == "sale" and line.promise_line_id.closed_short
        )
        locked = lines.order_id.filtered("locked")
        if locked:
            raise UserError(
                self.env._(
                    "%s is locked, so nothing more can be sent for it. Unlock it"
                    " first.",
                    ", ".join(locked.mapped("name")),
                )
            )
        if lines:
            lines._action_launch_stock_rule()
            lines.promise_line_id._update_delivery()

    # -- what was delivered is exchanged --------------------------------------------

    def _promise_exchange(self, wanted):
        """Promise goods that are sent for others that come back: a quantity that is
        due anew, beside what was promised and delivered before.

        :param wanted: [(order line, quantity, unit)]
        :return: the promise lines, in their order; none where nothing was promised
        """
        self.ensure_one()
        # sudo: who takes goods back makes the promise that follows from it
        order = self.sudo()
        promise = order.promise_id
        if not order._has_confirmed_promise():
            return promise.line_ids.browse()
        # the promise is in force again
        promise.state = "confirmed"
        count = sum("/exchange/" in (line.reference or "") for line in promise.line_ids)
        lines = []
        for number, (line, quantity, uom) in enumerate(wanted, count + 1):
            asked = line._prepare_promise_line(False, quantity)
            asked.pop("minimum_first", None)
            asked["uom_id"] = uom.id
            asked["reference"] = f"{line._promise_reference()}/exchange/{number}"
            lines.append(asked)
        request = {
            **order._prepare_promise_request(order.order_line.browse()),
            "lines": lines,
        }
        try:
            order._rerecord_promise(promise, request)
        except WaitedTooLong:
            raise
        except UserError as error:
            # The goods are exchanged; no date is promised for them.
            order.message_post(body=order._promise_failure(error))
            return promise.line_ids.browse()
        by_reference = {line.reference: line for line in promise.line_ids}
        order._set_promised_commitment(promise)
        return promise.line_ids.browse(
            [by_reference[line["reference"]].id for line in lines]
        )

    def _restore_promised_deadlines(self):
        for order in self:
            if not order._has_confirmed_promise():
                continue
            order.order_line._plan_promised_moves()

    # -- words ---------------------------------------------------------------------

    def _promise_failure(self, error):
        return self.env._(
            "No delivery date was promised for this order: %s", error.args[0]
        )

    def _post_unkept(self, moved, wished=None):
        """Note the lines whose date is later than wanted, or unknown."""
        rows = [
            self.env._(
                "%(product)s: %(date)s",
                product=line.product_id.display_name,
                date=line._promise_in_words(promised),
            )
            for line, promised in moved
        ]
        if wished:
            text = self.env._(
                "Not everything can be delivered by %(date)s. What is possible:"
                " %(rows)s",
                date=self.order_line[:1]._promise_local_date(wished),
                rows="; ".join(rows),
            )
        else:
            text = self.env._(
                "Not everything can be delivered as planned. What is possible:"
                " %(rows)s",
                rows="; ".join(rows),
            )
        self.message_post(body=text)
