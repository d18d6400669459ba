"""Claiming: under the lock, all lines or none, and given back."""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .own_context import without_defaults
from .promised_again import PromisedAgain


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    # -- public API ----------------------------------------------------------------

    @api.model
    def hold(self, request):
        """Answer a request as :meth:`simulate` does, and claim the quantities until
        the hold ends. All lines or none.

        :param dict request: as for :meth:`simulate`; ``hold_hours`` says for how long,
            ``idempotency_key`` makes a repeated call give the same promise again
        :return: the answer plus ``promise_id, name, state, hold_until`` (UTC)
        :raises ValidationError: naming the line and the key
        :raises UserError: a line has no date, or one later than its ``latest_date``,
            or the user may not hold as much or as long; nothing is held then
        """
        self._begin_claim()
        self.check_access("create")
        promise, answer = self._hold(request)
        return {
            **self.env["delivery.promise.engine"]._public(answer),
            "promise_id": promise.id,
            "name": promise.name,
            "state": promise.state,
            "hold_until": fields.Datetime.to_string(promise.hold_until) or False,
        }

    def action_hold(self):
        """Hold the lines of a draft, or of a hold that has ended."""
        self._begin_claim()
        self._lock_as_they_stand(("draft", "expired", "released"))
        for promise in self:
            if promise.state not in ("draft", "expired", "released"):
                raise UserError(self.env._("%s is in force already.", promise.name))
            promise._claim_again(promise._prepare_request(), promise.line_ids)
            # sudo: the state is written by the engine alone; rights are checked above
            promise.sudo().write(
                {
                    "state": "held",
                    "hold_until": self._checked_hold_until(False, promise.company_id),
                    "extension_count": 0,
                }
            )
        return True

    def action_release(self):
        """Give the quantities back."""
        self._begin_claim()
        self.check_access("write")
        self._lock_claimed()
        for promise in self:
            if promise.state in ("confirmed", "done"):
                raise UserError(
                    self.env._(
                        "%s belongs to an order; cancel the order to release it.",
                        promise.name,
                    )
                )
        self._release()
        return True

    def action_extend(self, hours=False):
        """Hold ``hours`` longer than now agreed, the company's usual time by default.

        :raises UserError: the hold is over, or was extended as often or is asked for
            as long as the company's settings let nobody but an administrator
        """
        self._begin_claim()
        self.check_access("write")
        engine = self.env["delivery.promise.engine"]
        hours = engine._checked_hours(hours)
        # Who waits for the lock may wait longer than the hold lasts.
        self._lock_claimed()
        manager = self.env.user.has_group("stock_promise.group_promise_manager")
        for promise in self:
            if promise.state != "held":
                raise UserError(
                    self.env._(
                        "%s is not held any more: check its dates and hold it again.",
                        promise.name,
                    )
                )
            company = promise.company_id.sudo()  # sudo: settings of the company
            if (
                not manager
                and promise.extension_count >= company.promise_extensions_max
            ):
                raise UserError(
                    self.env._(
                        "%(promise)s was extended %(count)s times, which is as often as"
                        " %(company)s allows. Ask an administrator of promises.",
                        promise=promise.name,
                        count=promise.extension_count,
                        company=company.name,
                    )
                )
            self._check_hold_hours(hours or company.promise_hold_hours, company)
            # sudo: the end of a hold is written by the engine alone
            promise.sudo().write(
                {
                    "hold_until": promise.hold_until
                    + timedelta(hours=hours or company.promise_hold_hours),
                    "extension_count": promise.extension_count + 1,
                }
            )
        return True

    def action_repromise(self):
        """Compute the dates again, from what is there now, and promise those.

        The promise's own quantities are free for it meanwhile. The first promised
        date stays on record. What was closed short is sent after all.
        """
        self._begin_claim()
        self._reopen_closed_short()
        for promise in self:
            if promise.state not in ("held", "confirmed"):
                raise UserError(
                    self.env._(
                        "%s is not in force: hold it to promise dates.", promise.name
                    )
                )
        for outcome in PromisedAgain(self).run():
            if outcome.error:
                raise outcome.error
        return True

    # -- for bridges ---------------------------------------------------------------

    @api.model
    def _hold(self, request, vals=None, line_vals=None, ignore=None):
        """Claim the quantities of a request in a new promise.

        :param vals: further values of the promise
        :param line_vals: further values of the lines, in the order of the request
        :param ignore: promises whose claims do not count
        :return: (promise, answer)
        :raises UserError: naming the line without a date; nothing is written then
        """
        engine = self.env["delivery.promise.engine"]
        checked = engine._check_request(request)
        self._lock(checked)
        if checked.idempotency_key:
            same = self._same_key(checked)
            if same:
                return same, same._recorded_answer(checked)
        computation = engine._compute_request(checked, ignore.ids if ignore else ())
        self._check_answer(computation)
        terms = (ignore or self.browse())._hold_terms(computation, line_vals, vals)
        values = {
            "state": "held",
            "hold_until": self._checked_hold_until(checked.hold_hours, checked.company),
            **(vals or {}),
            **terms,
        }
        promise = self._create_promise(computation, values, line_vals)
        if promise.state == "held":
            promise._write_claims(promise.line_ids, computation.confirmations)
        return promise, computation.answer

    @api.model
    def _record(self, request, vals=None, line_vals=None, ignore_moves=()):
        """A confirmed promise for an order that held nothing: what can be promised
        now, under the lock; lines without a date are recorded without one.

        :return: (promise, answer)
        """
        engine = self.env["delivery.promise.engine"]
        checked = engine._check_request(request)
        self._lock(checked)
        computation = engine._compute_request(checked, (), ignore_moves)
        promise = self._create_promise(
            computation, {"state": "confirmed", **(vals or {})}, line_vals
        )
        promise.line_ids._write_hours(computation.confirmations)
        return promise, computation.answer

    def _rehold(self, request, line_vals=None):
        """Replace the lines of a hold by those of a request, and claim again.

        Lines are known again by their reference and keep their first promised date.

        :return: the answer
        :raises UserError: naming the line without a date; nothing is changed then
        """
        self.ensure_one()
        computation = self._compute_again(request, line_vals=line_vals)
        lines = self._write_lines(computation, line_vals)
        # sudo: as in _write_lines
        (self.line_ids - lines).sudo().unlink()
        self._write_claims(lines, computation.confirmations)
        return computation.answer

    def _rerecord(self, request, line_vals=None, ignore_moves=()):
        """New dates for some lines of a confirmed promise, after its order changed.

        Lines are known again by their reference, missing ones are added, others are
        left alone; a line without a date is recorded without one.

        :param ignore_moves: ids of the order's own open moves
        :return: the answer
        """
        self.ensure_one()
        computation = self._compute_again(request, ignore_moves, refuse=False)
        lines = self._write_lines(computation, line_vals)
        lines._write_hours(computation.confirmations)
        return computation.answer

    def _write_lines(self, computation, line_vals=None):
        """The promise's lines for a computation, in the order of its request."""
        known = {line.reference: line for line in self.line_ids if line.reference}
        lines = Line = without_defaults(self.env["delivery.promise.line"])
        for index in range(len(computation.request.lines)):
            vals = self._prepare_line_vals(computation, index)
            vals.update(line_vals[index] if line_vals else {})
            line = known.pop(vals["reference"], Line)
            if line:
                if line.first_promised_date:
                    del vals["first_promised_date"]
                for name in ("route_ids", "no_variant_value_ids"):
                    if name not in vals and line[name]:
                        vals[name] = [Command.clear()]
                # sudo: what is in force is written by the engine alone; the right to
                # write the promise was checked
                line.sudo().write(line._keep_same_days(vals))
            else:
                line = Line.sudo().create({**vals, "promise_id": self.id})
            lines += line.with_env(self.env)
        return lines

    def _confirm(self):
        """The order's stock moves take over in the same transaction."""
        self.check_access("write")
        # sudo: claims and the state are written by the engine alone
        self.claim_ids.sudo().unlink()
        self.sudo().write({"state": "confirmed"})

    def _release(self, reason=None):
        """Give the quantities back, and say why in the chatter."""
        promises = self.filtered(lambda promise: promise.state != "released")
        promises.check_access("write")
        # sudo: claims and the state are written by the engine alone
        claims = promises.claim_ids.sudo()
        self._touch_products(claims.product_id.ids)
        claims.unlink()
        ordered = promises.filtered(lambda promise: promise.state == "confirmed")
        ordered.sudo().line_ids.filtered(
            lambda line: not line.delivered_date
        )._note_cancelled()
        promises.sudo().write({"state": "released"})
        if reason:
            for promise in promises:
                promise.message_post(body=reason)

    # -- steps -----------------------------------------------------------------------

    def _compute_again(
        self,
        request,
        ignore_moves=(),
        refuse=True,
        lines=(),
        shifts=(),
        line_vals=None,
    ):
        """A computation for this promise, under the lock, its own claims left out.

        :param lines: what the request is about, line by line; where it is left out,
            lines are known again by their reference
        :param shifts: as of the engine's ``_compute_request``
        :param line_vals: see :meth:`_rehold`
        """
        self.check_access("write")
        engine = self.env["delivery.promise.engine"]
        checked = engine._check_request(request, archived=True)
        if self.state == "confirmed":
            checked = self._with_parts_ahead(checked, lines)
        self._lock(checked)
        computation = engine._compute_request(checked, self.ids, ignore_moves, shifts)
        if refuse:
            self._check_answer(computation)
        self._follow_class(checked)
        if self.state != "confirmed":
            terms = self._hold_terms(computation, line_vals)
            if terms:
                # sudo: what is in force is written by the engine alone
                self.sudo().write(terms)
        return computation

    def _with_parts_ahead(self, checked, lines):
        """The request, and what was delivered of kits that are not complete."""
        known = {line.reference: line for line in self.line_ids if line.reference}
        lines = lines or [known.get(str(each.reference)) for each in checked.lines]
        return checked._replace(
            lines=tuple(
                each._replace(**line._open_parts()) if line else each
                for each, line in zip(checked.lines, lines, strict=True)
            )
        )

    def _claim_again(self, request, lines):
        self.ensure_one()
        prices = [{"price_unit": line.price_unit} for line in lines]
        computation = self._compute_again(request, line_vals=prices)
        lines._write_answer(computation.answer, computation.confirmations)
        self._write_claims(lines, computation.confirmations)

    def _reopen_closed_short(self):
        """Have what was closed short sent after all; hook for bridges, which know the
        document that asks for it."""

    def _follow_dates(self):
        """Bring the documents of confirmed promises up to dates that have moved; hook
        for bridges."""

    def _follow_held_date(self, before):
        """Bring what offers the date of a hold up to its new one; hook for bridges.

        :param before: the date before, or False
        """

    @api.model
    def _create_promise(self, computation, vals, line_vals=None):
        request = computation.request
        lines = []
        for index in range(len(request.lines)):
            line = self._prepare_line_vals(computation, index)
            line.update(line_vals[index] if line_vals else {})
            lines.append(Command.create(line))
        # sudo: what is in force is written by the engine alone; the right to create
        # just this promise is checked right after
        promise = (
            without_defaults(self.with_company(request.company))
            .with_context(mail_create_nosubscribe=True)
            .sudo()
            .create(
                {
                    "partner_id": request.partner.id,
                    "company_id": request.company.id,
                    "warehouse_id": (
                        request.warehouse or request.lines[0].warehouse
                    ).id,
                    "shipping_policy": request.shipping_policy,
                    "priority": request.priority,
                    "origin": request.origin,
                    "allow_split": request.allow_split,
                    "alternatives": request.alternatives,
                    "partial": request.partial,
                    "idempotency_key": request.idempotency_key,
                    "line_ids": lines,
                    **vals,
                }
            )
            .sudo(self.env.su)
        )
        promise.check_access("create")
        promise.line_ids.check_access("create")
        return promise

    @api.model
    def _prepare_line_vals(self, computation, index):
        checked = computation.request.lines[index]
        vals = self.env["delivery.promise.line"]._prepare_answer_vals(
            computation.answer["lines"][index], computation.confirmations[index]
        )
        return {
            "sequence": index + 1,
            "reference": str(checked.reference) if checked.reference else False,
            "product_id": checked.product.id,
            "quantity": checked.quantity,
            "product_uom_id": checked.uom.id,
            "warehouse_id": checked.warehouse.id,
            "requested_date": checked.requested,
            "latest_date": checked.latest,
            **({} if checked.lead_days is None else {"lead_days": checked.lead_days}),
            "minimum_first": checked.minimum_first,
            **self._prepare_choices(checked),
            "first_promised_date": vals["promised_date"],
            **vals,
        }

    @api.model
    def _prepare_choices(self, checked):
        """What was chosen for a line besides the product; mostly nothing, which then
        needs no row."""
        choices = {
            "route_ids": checked.route_ids,
            "no_variant_value_ids": checked.option_ids,
        }
        return {name: [Command.set(ids)] for name, ids in choices.items() if ids}

    def _write_claims(self, lines, confirmations):
        """Replace the claims of these lines by those of the confirmations, in one
        insert."""
        self.ensure_one()
        # sudo: claims are written by the engine alone
        Claim = without_defaults(self.env["delivery.promise.claim"].sudo())
        self.claim_ids.sudo().filtered(lambda claim: claim.line_id in lines).unlink()
        Claim.create(
            [
                {
                    "line_id": line.id,
                    "promise_id": self.id,
                    "product_id": claim.product_id,
                    "warehouse_id": claim.warehouse_id,
                    "quantity": claim.quantity,
                    "date": claim.at,
                    "planned": planned,
                }
                for line, confirmation in zip(lines, confirmations, strict=True)
                for planned, claims in (
                    (False, confirmation.claims),
                    (True, confirmation.planned),
                )
                for claim in claims
                # past the warehouse there is no stock to claim
                if claim.warehouse_id > 0
            ]
        )
        lines._write_hours(confirmations)

    def _same_key(self, request):
        # sudo: the key was used in this company, whoever used it; rights are checked
        # on what is found
        same = self.sudo().search(
            [
                ("company_id", "=", request.company.id),
                ("idempotency_key", "=", request.idempotency_key),
                ("active", "in", (True, False)),
            ],
            limit=1,
        )
        same = same.with_env(self.env)
        if same and not same.has_access("read"):
            raise AccessError(
                self.env._("This idempotency key is taken by another promise.")
            )
        return same

    def _recorded_answer(self, request):
        """The answer again, from what was recorded."""
        self.ensure_one()
        # as the caller writes them: a number stays one
        references = {str(line.reference): line.reference for line in request.lines}
        to_string = fields.Datetime.to_string
        return {
            "promised_date": to_string(self.promised_date) or False,
            "lines": [
                {
                    "reference": references.get(line.reference, line.reference),
                    "product_id": line.product_id.id,
                    "quantity": line.quantity,
                    "uom_id": line.product_uom_id.id,
                    "requested_date": to_string(line.requested_date) or False,
                    "promised_date": to_string(line.promised_date) or False,
                    "promised_quantity": line.promised_quantity,
                    "ship_date": to_string(line.ship_date) or False,
                    "on_time": bool(
                        line.promised_date
                        and (
                            not line.requested_date
                            or line.warehouse_id._promise_day(line.promised_date)
                            <= line.warehouse_id._promise_day(
                                max(line.requested_date, line.create_date)
                            )
                        )
                    ),
                    "date_50": False,
                    "date_90": False,
                    "quoted_elsewhere": 0.0,
                    "alternatives": [],
                    "schedule": line.schedule or [],
                    "reasons": line.reasons or [],
                }
                for line in self.line_ids
            ],
        }
