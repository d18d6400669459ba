from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from odoo.addons.call_center.telephony.caller import Documents, Section


class PhoneCaller(models.AbstractModel):
    """What the caller has not paid, and whether they have credit left before something
    is promised to them."""

    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Section(
                14,
                "credit",
                self.env._("Credit"),
                lambda caller: ([], self._caller_credit_alerts(caller)),
                of_customer=True,
            ),
            Documents(
                50,
                "invoices",
                self.env._("Invoices"),
                model="account.move",
                domain=self._caller_invoice_domain,
                order="invoice_date_due, id",
                line=self._caller_invoice,
                alerts=self._caller_invoice_alerts,
            ),
        ]

    @api.model
    def _caller_credit_alerts(self, record):
        """An alert when Odoo's own credit limit is used up.

        Amounts are for those who may read invoices; that something is wrong is for
        whoever is about to sell.
        """
        company = self.env.company
        # sudo: see above; the fields are accountants'
        entity = self._caller_entity(record).sudo().with_company(company)
        if not (company.sudo().account_use_credit_limit and entity.credit_limit):
            return []
        if entity.credit <= entity.credit_limit:
            return []
        return [
            self._caller_alert(
                self.env._(
                    "Credit limit used up: ask accounting before you take an order."
                ),
                "danger",
            )
        ]

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
    def _caller_invoice(self, invoice):
        due = invoice.invoice_date_due
        if invoice.move_type == "out_refund":
            badge, level = self.env._("Credit note"), "info"
        elif due and due < fields.Date.context_today(self):
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
    def _caller_invoice_alerts(self, record, _invoices):
        """How much is overdue, in each currency, over all invoices."""
        overdue = self._caller_invoice_domain(record) & Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("invoice_date_due", "<", fields.Date.context_today(self)),
            ]
        )
        groups = self.env["account.move"]._read_group(
            overdue, ["currency_id"], ["__count", "amount_residual:sum"]
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
