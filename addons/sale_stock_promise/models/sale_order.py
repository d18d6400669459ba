import logging
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import split_every

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own, owned, without_defaults

from ..orders import adjusting, confirming, dates, ending, linking, showing
from . import open_orders
from .marks import WATCHED

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "delivery.promise.consent"]

    promise_id = fields.Many2one(
        "delivery.promise",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    promise_state = fields.Selection(related="promise_id.state", string="Promise State")
    promise_hold_until = fields.Datetime(
        related="promise_id.hold_until", string="Held Until"
    )
    promise_possible_date = fields.Datetime(
        string="Possible From",
        compute="_compute_promise_possible",
        help="The earliest moment at which everything can be with the customer, as "
        "things stand now.",
    )
    promise_alert = fields.Char(compute="_compute_promise_possible")
    promise_not_stocked = fields.Char(
        compute="_compute_promise_possible",
        help="Products that are promised without looking at any stock.",
    )

    @api.constrains("promise_id")
    def _check_promise_partner(self):
        for order in self:
            # sudo: the promise may be somebody else's; only its customer is compared
            partner = order.promise_id.sudo().partner_id.commercial_partner_id
            if partner and partner not in (
                order.partner_id.commercial_partner_id,
                order.partner_shipping_id.commercial_partner_id,
            ):
                raise ValidationError(
                    self.env._(
                        "%(promise)s was made to %(customer)s and cannot be used for"
                        " %(order)s.",
                        promise=order.promise_id.name,
                        customer=partner.display_name,
                        order=order.name,
                    )
                )

    # -- what is possible ----------------------------------------------------------

    @api.depends(
        "state",
        "commitment_date",
        "warehouse_id",
        "picking_policy",
        "partner_shipping_id",
        "promise_allow_split",
        "promise_partial",
        "promise_id.state",
        "order_line.product_id",
        "order_line.product_uom_qty",
        "order_line.product_uom_id",
        "order_line.warehouse_id",
        "order_line.customer_lead",
    )
    def _compute_promise_possible(self):
        """Only forms read this: one question to the engine for each quotation."""
        self.promise_possible_date = False
        self.promise_alert = False
        self.promise_not_stocked = False
        for order in self:
            if order.state not in ("draft", "sent") or not order._promise_lines():
                continue
            if not order.env["delivery.promise"].has_access("read"):
                continue
            try:
                answer = order._simulate_promise(requested=False)
            except UserError:
                # What is typed is not complete or not possible yet; Odoo says so
                # itself when it is saved.
                continue
            order.promise_possible_date = answer["promised_date"]
            order.promise_alert = showing.get_promise_alert(order, answer)
            order.promise_not_stocked = showing.get_not_stocked(order, answer)

    @api.onchange("commitment_date", "expected_date")
    def _onchange_commitment_date(self):
        """Ask the engine instead of comparing with the customer lead time alone."""
        if self.state not in ("draft", "sent") or not self.promise_possible_date:
            if self.promise_alert:
                return showing.promise_notification(self)
            return super()._onchange_commitment_date()
        return showing.promise_notification(self) if self.promise_alert else None

    # -- the request ---------------------------------------------------------------

    def _promise_lines(self):
        """The lines that can be promised, in the order of the document."""
        return self.order_line.filtered(lambda line: line._is_promisable())

    def _promise_partner(self):
        """To whom the goods travel."""
        self.ensure_one()
        return self.partner_shipping_id or self.partner_id

    def _promise_day(self, moment):
        """The day of a moment in the warehouse that the order leaves from, or False."""
        self.ensure_one()
        return moment and self.warehouse_id._origin._promise_day(moment)

    def _is_same_promise_day(self, first, second):
        """Whether two moments, or none, are the same to a customer."""
        return self._promise_day(first) == self._promise_day(second)

    def _prepare_promise_request(self, lines, requested=None):
        """The request for some lines.

        :param requested: the date asked for by all lines; ``None`` leaves each line
            what it asked for when it was promised, else the order's delivery date
        """
        self.ensure_one()
        request_lines = []
        for line in lines:
            wished = requested
            if requested is None:
                # sudo: the date that the customer asked for is the order's own
                wished = (
                    self.commitment_date or line.sudo().promise_line_id.requested_date
                )
            request_lines.append(line._prepare_promise_line(wished))
        return {
            "partner_id": self._promise_partner()._origin.id,
            "company_id": self.company_id.id,
            "warehouse_id": self.warehouse_id._origin.id,
            "shipping_policy": self.picking_policy,
            **self._promise_consent(),
            "origin": self._origin.name or False,
            "lines": request_lines,
        }

    def _prepare_promise_values(self):
        """What a promise takes over from the order."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "user_id": self.user_id.id or False,
            "origin": self.name,
        }

    def _promise_model(self):
        """The promises, asked on behalf of this order."""
        return (
            self.env["delivery.promise"]
            .with_company(self.company_id[:1] or self.env.company)
            .with_context(promise_asking_order_ids=own(tuple(self._origin.ids)))
        )

    def _simulate_promise(self, lines=None, requested=None):
        self.ensure_one()
        request = self._prepare_promise_request(
            self._promise_lines() if lines is None else lines, requested
        )
        # of a new quotation too: its hold came with the lead
        promise = self.promise_id._origin
        return self._promise_model()._simulate(request, ignore=promise)

    # -- buttons -------------------------------------------------------------------

    def _check_promise_reader(self):
        """Customers read their orders, too, but not what is behind their dates."""
        self.check_access("read")
        self.env["delivery.promise"].check_access("read")

    def _check_promise_button(self):
        """A public method: who calls it may change the order and use promises."""
        self.check_access("write")
        self._check_promise_reader()
        for order in self:
            if order.state == "cancel":
                raise UserError(
                    self.env._(
                        "%s is cancelled. Set it back to a quotation first.", order.name
                    )
                )
            if not order._promise_lines():
                raise UserError(
                    self.env._(
                        "%s has no goods to promise: add a product with a quantity.",
                        order.name,
                    )
                )

    def action_compute_promise(self):
        """Look up the dates of the lines. A quotation without a hold only shows
        them; a hold or an order is promised anew."""
        self._check_promise_button()
        for order in self:
            if order.state == "sale" or order._has_live_hold():
                # sudo: as in _adjust_promise
                order.sudo()._procure_closed_short()
                adjusting.adjust_promise(order, order._promise_lines())
                continue
            answer = order._simulate_promise()
            for line, found in zip(
                order._promise_lines(), answer["lines"], strict=True
            ):
                parts = self.env["delivery.promise.line"]._answered_parts(found)
                line._set_looked_up(
                    fields.Datetime.to_datetime(found["promised_date"]),
                    fields.Datetime.to_datetime(found["ship_date"]),
                    line._stored_parts(parts),
                )
        return True

    def action_hold_promise(self):
        """Hold the goods of the quotation until the hold runs out: all lines or
        none."""
        self._check_promise_button()
        for order in self:
            if order.state not in ("draft", "sent"):
                raise UserError(
                    self.env._(
                        "%s is confirmed: its goods are kept by its deliveries.",
                        order.name,
                    )
                )
        self.env["delivery.promise"]._begin_claim()
        for order in self:
            if order._has_live_hold():
                continue
            lines = order._promise_lines()
            promise, __ = order._promise_model()._hold(
                order._prepare_promise_request(lines),
                vals={**order._prepare_promise_values(), "user_id": self.env.uid},
                line_vals=lines._prepare_promise_line_vals(),
            )
            # sudo: one may hold for a colleague's quotation; the hold is then his
            promise.sudo().user_id = order.user_id or self.env.user
            order._set_promise(promise, lines)
        return True

    def action_release_promise(self):
        """Give the held goods back."""
        self._check_promise_action()
        for order in self:
            if order._promise_is_shared():
                raise UserError(
                    self.env._(
                        "%(promise)s does not belong to %(order)s alone. Release it"
                        " where it was made.",
                        promise=order.promise_id.name,
                        order=order.name,
                    )
                )
            # sudo: who may change the quotation disposes of its hold
            order.promise_id.sudo().action_release()
        return True

    def action_extend_promise(self):
        """Hold the goods for as long again as a hold usually lasts."""
        self._check_promise_action()
        for order in self:
            # sudo: as above; the limits are still those of the user
            order.promise_id.sudo().action_extend()
        return True

    def _check_promise_action(self):
        self.check_access("write")
        for order in self:
            if not order._has_live_hold():
                raise UserError(self.env._("%s holds no goods.", order.name))

    def action_view_promise(self):
        """Open the order's promise."""
        self.ensure_one()
        self._check_promise_reader()
        return {
            "type": "ir.actions.act_window",
            "res_model": "delivery.promise",
            "view_mode": "form",
            "res_id": self.promise_id.id,
        }

    # -- the link ------------------------------------------------------------------

    def _has_live_hold(self):
        self.ensure_one()
        # sudo: whether the order's own goods are held is for everybody who has it
        return self.state in ("draft", "sent") and (
            self.sudo().promise_id.state == "held"
        )

    def _promise_is_shared(self):
        """Whether the hold is not this quotation's alone to change or release: other
        quotations rest on it too. Bridges add other owners."""
        self.ensure_one()
        # sudo: the other quotation may be a colleague's
        others = self.sudo().promise_id.sale_order_ids - self.sudo()
        return self.state in ("draft", "sent") and any(
            order.state in ("draft", "sent") for order in others
        )

    def _set_promise(self, promise, lines):
        """Link a promise, whose lines are in the order of ``lines``."""
        self.ensure_one()
        order = self.with_context(**WATCHED)
        order.promise_id = promise
        for line, promise_line in zip(
            lines.with_env(order.env), promise.line_ids, strict=True
        ):
            # sudo: the link is written by the engine alone
            line.sudo().promise_line_id = promise_line

    # -- orders that the addon did not see -------------------------------------------

    @api.model
    def _cron_promise_open_orders(self):
        """Promise open orders that have no promise: those that were confirmed while
        the addon was being installed, or whose promise could not be made then."""
        order_ids = open_orders.open_order_ids(self.env)
        remaining = len(order_ids)
        self.env["ir.cron"]._commit_progress(remaining=remaining)
        for some in split_every(100, order_ids):
            promised = open_orders.try_to_promise(self.browse(some))
            remaining -= len(some)
            done = len(some) if promised else 0
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                break

    def _promise_all_at_once(self):
        return self.picking_policy == "one"

    def _get_promise_consent(self):
        """What the customer agrees to, in sentences for him."""
        self.ensure_one()
        consent = self._promise_consent()
        said = []
        if consent["allow_split"]:
            said.append(
                self.env._(
                    "You accept a product in several deliveries, each with its date."
                )
            )
        if consent["partial"]:
            said.append(
                self.env._(
                    "Where not all of a product can be promised, you accept a part of"
                    " it; the rest follows without a promised date."
                )
            )
        return said

    # -- noticing ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        is_linking = linking.is_client_linking(self)
        for vals in vals_list if is_linking else ():
            linking.check_readable_promise(self, vals.get("promise_id"))
        # What a new quotation comes with is not a change.
        new = without_defaults(self, {"promise_id"}).with_context(**WATCHED)
        orders = super(SaleOrder, new).create(vals_list).with_env(self.env)
        for order, vals in zip(orders, vals_list, strict=True):
            if is_linking and vals.get("promise_id"):
                linking.check_linked_promise(order)
        return orders

    def write(self, vals):
        linked = linking.linked_by_client(self, vals)
        with self._promise_watched() as watched:
            result = super(SaleOrder, self.with_context(**watched)).write(vals)
        if "commitment_date" in vals:
            # Odoo gives all moves the order's date; a promised line has its own.
            dates.restore_promised_deadlines(self)
        linking.check_linked_promise(linked)
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
                adjusting.adjust_changed(order, before[order.id])
            except WaitedTooLong:
                raise
            except UserError as error:
                if adjusting.is_changed_by_customer(order):
                    raise adjusting.error_for_customers(order, error) from None
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

    # -- a quotation that holds ----------------------------------------------------

    # -- a promised order ----------------------------------------------------------

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

    # -- words ---------------------------------------------------------------------

    def action_promise_again(self):
        """Show what promising the orders again would change, and ask."""
        self._check_promise_reader()
        return self._promises_in_force().action_promise_again()

    def action_set_promise_by_hand(self):
        """Ask a planner for the date of an order, and why."""
        self.ensure_one()
        self._check_promise_reader()
        return self._promises_in_force().action_set_by_hand()

    def _promises_in_force(self):
        promises = self.promise_id.filtered(
            lambda promise: promise.state in ("held", "confirmed")
        )
        if not promises:
            raise UserError(
                self.env._("Nothing is promised here that is still to be delivered.")
            )
        return promises

    def _get_promise_moves(self):
        """{line: how its promised date has moved}, for the customer: the same as a
        mail says and not before it, the latest last."""
        # sudo: who may read the order may read its dates
        orders = self.sudo()
        promises = orders.order_line.promise_line_id.promise_id.filtered(
            lambda promise: promise.state in ("confirmed", "done")
        )
        # sudo: customers see on the portal what they were told, of their own orders
        changes = self.env["delivery.promise.history"].sudo()
        changes = changes.search([("promise_id", "in", promises.ids)], order="id")
        by_line = {}
        for group in changes.grouped("promise_id").values():
            for telling in group._tellings():
                for words in telling._moves_in_words():
                    by_line.setdefault(words["line"], []).append(words)
        return {
            # sudo: as above
            line: by_line.get(line.sudo().promise_line_id, [])
            for line in self.order_line
        }

    def _may_rest_on_promise(self, promise):
        """Whether the user may give this promise to the quotation; bridges add what
        else belongs to it."""
        self.ensure_one()
        return promise.has_access("write")

    # -- confirming ----------------------------------------------------------------

    def action_confirm(self):
        """Confirm, with what is held or can be promised; never a question back, so
        that customers and programs can confirm too."""
        if any(confirming.promises_on_confirmation(order) for order in self):
            self.env["delivery.promise"]._begin_claim()
        return super().action_confirm()

    def _action_confirm(self):
        for order in self:
            confirming.promise_before_moves(order)
        result = super()._action_confirm()
        # sudo: the moves of an order follow its promise, whoever confirms
        lines = self.sudo().order_line.promise_line_id
        lines.filtered(lambda line: line._is_undated())._update_move_dates()
        return result

    # -- giving up -----------------------------------------------------------------

    def action_draft(self):
        self.check_access("write")
        orders = self.filtered(lambda order: order.state in ("cancel", "sent"))
        dates.restore_wished_date(orders)
        ending.end_promise(
            orders, self.env._("The order was set back to a quotation."), forget=True
        )
        return super().action_draft()

    def _action_cancel(self):
        # Before the moves are cancelled: what the customer calls off is not broken.
        ending.end_promise(self, self.env._("The order was cancelled."))
        return super()._action_cancel()

    @api.ondelete(at_uninstall=False)
    def _release_promise_on_unlink(self):
        ending.end_promise(self, self.env._("The quotation was deleted."))

    # -- the confirmation mail ---------------------------------------------------------

    def _send_order_notification_mail(self, mail_template, *args, **kwargs):
        order = self
        if self.state == "sale":
            order = self.with_context(promise_dates_in_mail=own(True))
        return super(SaleOrder, order)._send_order_notification_mail(
            mail_template, *args, **kwargs
        )

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        render_context = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs
        )
        if owned(self.env, "promise_dates_in_mail"):
            render_context["promise_rows"] = self._get_promise_rows(
                render_context.get("lang")
            )
        return render_context

    def _get_promise_rows(self, lang=None):
        """[(product, dates)] for a mail to the customer."""
        order = self.with_context(lang=lang) if lang else self
        rows = []
        for line in order._promise_lines():
            dates = [f"{label}: {date}" for label, date in line._get_promise_dates()]
            if dates:
                rows.append((line.product_id.display_name, ", ".join(dates)))
        return rows
