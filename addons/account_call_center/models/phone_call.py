from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from odoo.addons.call_center.models.phone_call_context import (
    SECTION_LIMIT,
    CallerSection,
)


class PhoneCall(models.Model):
    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self._caller_entity(record) and self.env["account.move"].has_access("read"):
            sections.append(
                CallerSection(
                    50,
                    "invoices",
                    self.env._("Invoices"),
                    lambda: self._caller_invoices(record),
                )
            )
        return sections

    @api.model
    def _caller_invoice_domain(self, record):
        """What the caller's company has not paid yet."""
        return Domain(
            [
                ("commercial_partner_id", "=", self._caller_entity(record).id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    @api.model
    def _caller_overdue_domain(self, record):
        return self._caller_invoice_domain(record) & Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("invoice_date_due", "<", fields.Date.context_today(self)),
            ]
        )

    @api.model
    def _caller_invoices(self, record):
        invoices = self.env["account.move"].search(
            self._caller_invoice_domain(record),
            order="invoice_date_due, id",
            limit=SECTION_LIMIT,
        )
        today = fields.Date.context_today(self)
        return [
            self._caller_invoice(invoice, today) for invoice in invoices
        ], self._caller_invoice_alerts(record)

    @api.model
    def _caller_invoice(self, invoice, today):
        due = invoice.invoice_date_due
        if invoice.move_type == "out_refund":
            badge, level = self.env._("Credit note"), "info"
        elif due and due < today:
            badge, level = self.env._("Overdue"), "danger"
        else:
            badge, level = self.env._("Open"), "info"
        currency = invoice.currency_id
        return self._caller_record(
            invoice,
            name=invoice.name,
            badge=badge,
            level=level,
            values=[
                ("invoice_date_due", self.env._("Due"), "date", due),
                (
                    "amount_residual",
                    self.env._("Open"),
                    "text",
                    format_amount(self.env, invoice.amount_residual, currency),
                ),
                (
                    "amount_total",
                    self.env._("of"),
                    "text",
                    format_amount(self.env, invoice.amount_total, currency),
                ),
            ],
        )

    @api.model
    def _caller_invoice_alerts(self, record):
        """How much is overdue, in each currency, over all invoices."""
        groups = self.env["account.move"]._read_group(
            self._caller_overdue_domain(record),
            ["currency_id"],
            ["__count", "amount_residual:sum"],
        )
        return [
            self._caller_alert(
                self.env._(
                    "Overdue invoices: %(count)s, together %(amount)s.",
                    count=count,
                    amount=format_amount(self.env, amount, currency),
                ),
                "warning",
            )
            for currency, count, amount in groups
        ]
