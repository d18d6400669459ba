from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime, split_every

from odoo.addons.stock_promise.models.own_context import own

from . import open_orders
from .sale_order_adjust import WATCHED


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
            order.promise_alert = order._get_promise_alert(answer)
            order.promise_not_stocked = order._get_not_stocked(answer)

    def _get_promise_alert(self, answer):
        """Why the typed delivery date cannot be kept, or False."""
        self.ensure_one()
        wished = self.commitment_date
        if not wished:
            return False
        possible = fields.Datetime.to_datetime(answer["promised_date"])
        if not possible:
            missing = [
                self.env["product.product"].browse(line["product_id"]).display_name
                for line in answer["lines"]
                if not line["promised_quantity"]
            ]
            if not missing:
                return self.env._(
                    "Not all of what is ordered can be promised: a part has no date."
                )
            return self.env._(
                "No date can be promised for %(products)s: no supply is known that"
                " would suffice.",
                products=", ".join(dict.fromkeys(missing)),
            )
        if self._promise_day(wished) < self._promise_day(possible):
            return self.env._(
                "The delivery date cannot be kept: it is possible from %(date)s.",
                date=format_datetime(self.env, possible, dt_format="short"),
            )
        return False

    def _get_not_stocked(self, answer):
        """Say which products are promised because nobody counts them, or False."""
        self.ensure_one()
        names = [
            line.product_id.display_name
            for line, found in zip(self._promise_lines(), answer["lines"], strict=True)
            if any(reason["code"] == "untracked" for reason in found["reasons"])
        ]
        if not names:
            return False
        return self.env._(
            "Promised without looking at stock, because it is not tracked: %s",
            ", ".join(dict.fromkeys(names)),
        )

    @api.onchange("commitment_date", "expected_date")
    def _onchange_commitment_date(self):
        """Ask the engine instead of comparing with the customer lead time alone."""
        if self.state not in ("draft", "sent") or not self.promise_possible_date:
            if self.promise_alert:
                return self._promise_notification()
            return super()._onchange_commitment_date()
        return self._promise_notification() if self.promise_alert else None

    def _promise_notification(self):
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("This date cannot be promised"),
                "message": self.promise_alert,
            }
        }

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
                order._adjust_promise(order._promise_lines())
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
