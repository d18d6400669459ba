"""From the hold to the order's own moves, and back when it is cancelled."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own, owned

from .sale_order_adjust import WATCHED


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # -- confirming ----------------------------------------------------------------

    def action_confirm(self):
        """Confirm, with what is held or can be promised; never a question back, so
        that customers and programs can confirm too."""
        if any(order._promises_on_confirmation() for order in self):
            self.env["delivery.promise"]._begin_claim()
        return super().action_confirm()

    def _promises_on_confirmation(self):
        self.ensure_one()
        return bool(self._promise_lines()) and (
            self._has_live_hold()
            # sudo: the policy is the company's
            or self.company_id.sudo().promise_confirm_policy == "auto"
        )

    def _action_confirm(self):
        for order in self:
            order._promise_before_moves()
        result = super()._action_confirm()
        # sudo: the moves of an order follow its promise, whoever confirms
        lines = self.sudo().order_line.promise_line_id
        lines.filtered(lambda line: line._is_undated())._update_move_dates()
        return result

    def _promise_before_moves(self):
        """The claim is dropped and the moves that follow in this transaction take
        its place, on its dates."""
        self.ensure_one()
        # sudo: a customer or a shop confirms too; the promise is the order's own
        promise = self.sudo().promise_id
        if promise.state == "held" and self._take_hold(promise):
            return
        if promise.state == "held" and not self._promise_is_shared():
            # It could not be taken: what the order asks for now counts, once.
            promise._release(
                self.env._("%s was confirmed without this hold.", self.name)
            )
        if promise:
            self._forget_promise(
                self.env._(
                    "%(promise)s holds nothing any more (%(state)s).",
                    promise=promise.name,
                    state=dict(
                        promise._fields["state"]._description_selection(self.env)
                    )[promise.state],
                )
            )
        policy = self.company_id.sudo().promise_confirm_policy  # sudo: as above
        if not self._promise_lines():
            return
        if policy == "auto":
            self._promise_automatically()
        elif policy == "warn":
            self._warn_of_dates()

    def _take_hold(self, promise):
        """Make the hold the order's. False when it ended in the meantime."""
        lines = self._promise_lines()
        if not lines:
            return False
        self._match_hold_lines(promise, lines)
        request = self._prepare_promise_request(lines)
        try:
            promise._lock_request(request)
        except WaitedTooLong:
            raise
        except UserError as error:
            self.message_post(body=self._promise_failure(error))
            return False
        # While one waits, it may have ended, or been promised for other days.
        promise.line_ids.invalidate_recordset()
        promise.invalidate_recordset()
        if promise.state != "held":
            return False
        exact = self._hold_covers(promise, lines)
        try:
            with self.env.cr.savepoint():
                promise._confirm()
                if not exact:
                    promise.write(self._promise_consent())
                    answer = self._rerecord_promise(promise, request)
                    # a day that was over before anybody ordered was not missed
                    promise.line_ids.missed_date = False
        except WaitedTooLong:
            raise
        except UserError as error:
            # The order goes on, whoever confirms it; without this hold.
            self.message_post(body=self._promise_failure(error))
            return False
        if not exact:
            self._link_by_reference(promise, lines)
            (promise.line_ids - lines.sudo().promise_line_id).unlink()
            self._post_missed(lines, answer)
        promise.write({"partner_id": self.partner_id.id, "origin": self.name})
        self._take_from_others(promise)
        self._set_promised_commitment(promise)
        return True

    def _match_hold_lines(self, promise, lines):
        """Tie lines to a hold that was made elsewhere: the same goods, in the same
        quantity, first; then the same goods."""
        lines = lines.sudo().with_context(**WATCHED)
        free = promise.line_ids - lines.promise_line_id
        for same_quantity in (True, False):
            for line in lines:
                if line.promise_line_id in promise.line_ids:
                    continue
                found = next(
                    (
                        held
                        for held in free
                        if held.product_id == line.product_id
                        and held.product_uom_id == line.product_uom_id
                        and same_quantity <= (held.quantity == line.product_uom_qty)
                    ),
                    free.browse(),
                )
                if found:
                    line.promise_line_id = found
                    free -= found

    def _hold_covers(self, promise, lines):
        """Whether the hold is for exactly what is confirmed."""
        held = lines.sudo().promise_line_id
        wished = self.commitment_date
        today = self._promise_day(fields.Datetime.now())
        return (
            held == promise.line_ids
            # what was held for a day that is over is promised for another one
            and not any(
                line.promised_date and self._promise_day(line.promised_date) < today
                for line in held
            )
            and len(held) == len(lines)
            and promise.shipping_policy == self.picking_policy
            and self._hold_has_consent(promise, lines)
            and all(
                # The date of the whole promise, as a lead hands it over, is no wish.
                not wished
                or any(
                    line._is_same_day(wished, date)
                    for date in (
                        promise.promised_date,
                        line.requested_date,
                        line.promised_date,
                    )
                    if date
                )
                for line in held
            )
            and all(
                line._promise_key()
                == (
                    line.promise_line_id.product_id.id,
                    line.promise_line_id.quantity,
                    line.promise_line_id.product_uom_id.id,
                    line.promise_line_id.warehouse_id.id,
                    line.promise_line_id.lead_days,
                )
                and line._promise_choices()
                == {
                    "route_ids": line.promise_line_id.route_ids.sorted("id").ids,
                    "no_variant_value_ids": (
                        line.promise_line_id.no_variant_value_ids.sorted("id").ids
                    ),
                }
                for line in lines.sudo()
            )
            and self._hold_arrives(held)
        )

    def _hold_arrives(self, held):
        """Whether what is held, sent when it was planned, is with this order's address
        on the days that were promised: the address, the carrier or the way may be
        others by now."""
        engine = self._promise_model().env["delivery.promise.engine"]
        partner = self._promise_partner()
        schedules = engine._schedules(
            held.warehouse_id, self.company_id, fields.Datetime.now()
        )
        for line in held:
            warehouse = line.warehouse_id
            if not line.ship_date or not line.promised_date or line.is_manual:
                continue
            arrival = schedules[warehouse.id].arrival(
                line.ship_date,
                engine._transit_days(warehouse, partner),
                engine._delivered_by(
                    engine._transit_carrier(warehouse, partner), partner
                ),
            )
            if not line._is_same_day(arrival, line.promised_date):
                return False
        return True

    def _take_from_others(self, promise):
        """Who shared the hold has none any more, and is told."""
        # sudo: the other quotation may be a colleague's
        for other in promise.sudo().sale_order_ids - self.sudo():
            if other.state in ("draft", "sent"):
                other._forget_promise(
                    self.env._(
                        "%(order)s was confirmed and has taken what %(promise)s held"
                        " for both. This quotation holds nothing any more.",
                        order=self.name,
                        promise=promise.name,
                    )
                )

    def _promise_automatically(self):
        """Record what can be promised now, under the lock."""
        lines = self._promise_lines()
        if not lines:
            return
        request = self._prepare_promise_request(lines)
        moves = lines._promised_moves()
        wished = self.commitment_date
        try:
            # sudo: a customer or a shop confirms too
            promise, answer = (
                self._promise_model()
                .sudo()
                ._record(
                    request,
                    vals=self._prepare_promise_values(),
                    line_vals=lines._prepare_promise_line_vals(),
                    ignore_moves=moves.ids,
                )
            )
        except WaitedTooLong:
            raise
        except UserError as error:
            self.message_post(body=self._promise_failure(error))
            return
        self._set_promise(promise, lines)
        lines._plan_promised_moves()
        self._post_missed(lines, answer, wished)
        self._set_promised_commitment(promise)

    def _post_missed(self, lines, answer, wished=None):
        wished = wished or self.commitment_date
        missed = []
        for line, found in zip(lines, answer["lines"], strict=True):
            promised = fields.Datetime.to_datetime(found["promised_date"])
            if not promised or line._is_later_day(promised, wished):
                missed.append((line, promised))
        if missed:
            self._post_unkept(missed, wished)

    def _warn_of_dates(self):
        """Say in the chatter which lines cannot be there when Odoo plans them."""
        lines = self._promise_lines()
        try:
            # sudo: a customer or a shop confirms too
            answer = self.sudo()._simulate_promise(lines)
        except UserError as error:
            self.message_post(body=self._promise_failure(error))
            return
        missed = []
        for line, found in zip(lines, answer["lines"], strict=True):
            promised = fields.Datetime.to_datetime(found["promised_date"])
            planned = self.commitment_date or line._expected_date()
            if not promised or line._is_later_day(promised, planned):
                missed.append((line, promised))
        if missed:
            self._post_unkept(missed, self.commitment_date)

    def _set_promised_commitment(self, promise):
        """The order's delivery date is the promised arrival of its last line."""
        promised = promise.promised_date
        for order in self:
            if promised and not order._is_same_promise_day(
                promised, order.commitment_date
            ):
                order.with_context(**WATCHED).commitment_date = promised

    def _lose_promised_commitment(self, lost):
        """What was promised for a day and is not any more leaves no date behind.

        :param lost: the lines of the promise that have no date any more
        """
        for order in self.filtered("commitment_date"):
            order.with_context(**WATCHED).commitment_date = False
            lines = order.order_line.filtered(
                lambda line: line.sudo().promise_line_id in lost
            )
            order._post_unkept([(line, False) for line in lines])

    # -- giving up -----------------------------------------------------------------

    def action_draft(self):
        self.check_access("write")
        orders = self.filtered(lambda order: order.state in ("cancel", "sent"))
        orders._restore_wished_date()
        orders._end_promise(
            self.env._("The order was set back to a quotation."), forget=True
        )
        return super().action_draft()

    def _restore_wished_date(self):
        """What was promised is not what the customer asks for the next time."""
        for order in self:
            # sudo: the order's own promise
            promise = order.sudo().promise_id
            if promise and order._is_same_promise_day(
                order.commitment_date, promise.promised_date
            ):
                wished = promise.line_ids.mapped("requested_date")
                order.with_context(**WATCHED).commitment_date = all(wished) and max(
                    wished, default=False
                )

    def _action_cancel(self):
        # Before the moves are cancelled: what the customer calls off is not broken.
        self._end_promise(self.env._("The order was cancelled."))
        return super()._action_cancel()

    @api.ondelete(at_uninstall=False)
    def _release_promise_on_unlink(self):
        self._end_promise(self.env._("The quotation was deleted."))

    def _end_promise(self, reason, forget=False):
        for order in self:
            # sudo: whoever may cancel the order gives its goods back
            promise = order.sudo().promise_id
            if not promise:
                continue
            if order._promise_is_shared():
                order._forget_promise()
                continue
            order._release_promise(promise, reason)
            if forget:
                order._forget_promise()

    def _release_promise(self, promise, reason):
        if promise.state in ("held", "confirmed"):
            promise._release(reason)

    def _forget_promise(self, message=None):
        """Loosen the link; the promise itself stays as it is."""
        order = self.with_context(**WATCHED)
        # sudo: the link is written by the engine alone
        order.order_line.sudo().promise_line_id = False
        order.promise_id = False
        if message:
            self.message_post(body=message)

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
