import math
from datetime import date, timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount

#: a customer's own promise is for so many days ahead at most
DAYS_AHEAD = 90
LONGEST_TEXT = 2000


class PortalPaymentPromise(PortalAccount):
    """A customer says by when they pay, or that an invoice is not right."""

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        user = request.env.user
        own = (
            not user._is_public()
            and user.partner_id.commercial_partner_id == invoice.commercial_partner_id
        )
        if not own or invoice.move_type != "out_invoice" or invoice.state != "posted":
            return values
        today = fields.Date.context_today(invoice)
        # sudo: the customer's own invoice, checked above
        promises = invoice.sudo().line_ids.payment_promise_ids
        disputes = invoice.sudo().payment_dispute_ids
        values.update(
            payment_promises=promises.filtered(lambda promise: promise.state == "open"),
            payment_disputes=disputes,
            payment_can_promise=bool(invoice._open_instalments())
            and not any(promise.state == "open" for promise in promises),
            payment_can_dispute=bool(invoice._open_instalments())
            and not any(dispute.state == "open" for dispute in disputes),
            payment_first_day=today,
            payment_last_day=today + timedelta(days=DAYS_AHEAD),
            payment_reasons=request.env["account.payment.dispute"]
            ._fields["reason"]
            ._description_selection(request.env),
            payment_own=True,
            payment_answer=kwargs.get("payment"),
        )
        return values

    @http.route(
        "/my/invoices/<int:invoice_id>/promise_to_pay",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_promise_to_pay(self, invoice_id, day=None, amount=None, **_other):
        """The customer says by when they pay this invoice, and how much."""
        invoice = self._own_open_invoice(invoice_id)
        if not invoice:
            return request.redirect("/my/invoices")
        lines = invoice._open_instalments()
        residual = sum(lines.mapped("amount_residual_currency"))
        today = fields.Date.context_today(invoice)
        try:
            by = date.fromisoformat(day or "")
            wanted = float(amount) if amount else residual
        except ValueError:
            return self._answered(invoice, "unclear")
        currency = invoice.currency_id
        if not today <= by <= today + timedelta(days=DAYS_AHEAD):
            return self._answered(invoice, "day")
        if not (
            math.isfinite(wanted)
            and currency.compare_amounts(wanted, 0) > 0
            and currency.compare_amounts(wanted, residual) <= 0
        ):
            return self._answered(invoice, "amount")
        if any(promise.state == "open" for promise in lines.payment_promise_ids):
            return self._answered(invoice, "again")
        promise = self._made(
            invoice,
            "account.payment.promise",
            {
                "partner_id": invoice.commercial_partner_id.id,
                "company_id": invoice.company_id.id,
                "currency_id": currency.id,
                "amount": wanted,
                "date": by,
                "channel": "portal",
                "user_id": invoice.invoice_user_id.id,
                "line_ids": [fields.Command.set(lines.ids)],
            },
        )
        return self._answered(invoice, "promised" if promise else "unclear")

    @http.route(
        "/my/invoices/<int:invoice_id>/dispute",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_dispute(self, invoice_id, reason=None, description=None, **_other):
        """The customer says what is wrong with this invoice."""
        invoice = self._own_open_invoice(invoice_id)
        if not invoice:
            return request.redirect("/my/invoices")
        text = (description or "").strip()[:LONGEST_TEXT]
        reasons = dict(
            request.env["account.payment.dispute"]._fields["reason"].selection
        )
        if reason not in reasons or not text:
            return self._answered(invoice, "unclear")
        if any(dispute.state == "open" for dispute in invoice.payment_dispute_ids):
            return self._answered(invoice, "again")
        dispute = self._made(
            invoice,
            "account.payment.dispute",
            {
                "move_id": invoice.id,
                "amount": invoice.amount_residual,
                "reason": reason,
                "description": text,
                "channel": "portal",
                "user_id": invoice.invoice_user_id.id,
            },
        )
        return self._answered(invoice, "disputed" if dispute else "unclear")

    def _own_open_invoice(self, invoice_id):
        """The invoice with sudo, if it is the customer's own and open; else nothing."""
        try:
            invoice = self._document_check_access("account.move", invoice_id)
        except (AccessError, MissingError):
            return None
        entity = request.env.user.partner_id.commercial_partner_id
        if invoice.commercial_partner_id != entity or not invoice._open_instalments():
            return None
        return invoice

    def _made(self, invoice, model, values):
        """The record made for a customer, or nothing: nothing of an error is told."""
        try:
            with request.env.cr.savepoint():
                # sudo: the customer's own invoice; the values are made here
                return (
                    request.env[model]
                    .sudo()
                    .with_company(invoice.company_id)
                    .create(values)
                )
        except UserError:
            return None

    def _answered(self, invoice, code):
        return request.redirect(f"/my/invoices/{invoice.id}?payment={code}")
