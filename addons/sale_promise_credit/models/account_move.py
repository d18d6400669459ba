from odoo import models
from odoo.tools import formatLang

from ..credit.desk import Desk


class AccountMove(models.Model):
    _inherit = "account.move"

    # -- the question opens again ----------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.line_ids._look_at_credit_again()
        return result

    # -- the window of Financial Risk ------------------------------------------------

    def _first_invoice_exception_msg(self):
        """Nothing that a client says passes it; what was delivered is invoiced."""
        context = dict(self.env.context)
        context.pop("bypass_risk", None)
        # sudo: amounts are accounting's; that something is wrong is for who invoices
        for move in self.with_env(self.env(context=context)).sudo():
            move = move.with_company(move.company_id)
            if move._is_of_delivered() or move._is_window_passed():
                continue
            invoice, message = super(AccountMove, move)._first_invoice_exception_msg()
            if message and not move._is_of_no_limit():
                return invoice.with_env(self.env), message
        return False, False

    def _is_of_no_limit(self):
        """Whether only a limit of 0, which is none, speaks against it."""
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        if partner.credit_limit or partner.credit_none or partner.risk_exception:
            return False
        opened = partner.risk_invoice_open + self.risk_amount_total_currency
        limit = partner.risk_invoice_open_limit
        return not limit or opened <= limit

    def _is_of_delivered(self):
        """Whether all that is invoiced was delivered."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.product_id)
        # sudo: the orders may be somebody else's
        return bool(lines) and all(
            line.sudo().sale_line_ids
            and all(
                sold.product_uom_id.compare(sold.qty_delivered, sold.qty_invoiced) >= 0
                and sold.qty_delivered > 0
                for sold in line.sudo().sale_line_ids
            )
            for line in lines
        )

    def _is_window_passed(self):
        self.ensure_one()
        return self.env["partner.risk.exceeded.wiz"]._is_passed(self)

    # -- Odoo's banner ---------------------------------------------------------------

    def _build_credit_warning_message(
        self, record, current_amount=0.0, exclude_current=False, exclude_amount=0.0
    ):
        """Odoo's banner, with the one figure, of the document's company."""
        company = record.company_id
        # sudo: what is owed counts, whoever writes the document
        record = record.sudo().with_company(company)
        partner = record.partner_id.commercial_partner_id
        if not partner:
            return ""
        desk = Desk(self.env, company)
        known = desk.exposures(partner)[partner._origin or partner]
        limit = desk.limit(partner)
        if limit is None:
            return ""
        own = record._credit_in_figure(known) if record._origin else 0.0
        others = known.total - own
        same = (partner.risk_currency_id or company.currency_id) == company.currency_id
        if same and not partner.credit_none:
            # Odoo adds up what is owed and what is to be invoiced, less this
            return super()._build_credit_warning_message(
                record,
                current_amount,
                exclude_amount=partner.credit_to_invoice + partner.credit - others,
            )
        total = others + current_amount
        if total <= limit:
            return ""
        currency = company.currency_id
        return self.env._(
            "%(customer)s has reached their credit limit of %(limit)s. Total amount"
            " due, with this document: %(total)s",
            customer=partner.name,
            limit=formatLang(self.env, limit, currency_obj=currency),
            total=formatLang(self.env, total, currency_obj=currency),
        )

    def _credit_in_figure(self, known):
        """How much of the customer's figure is this document."""
        company = self.company_id
        if not company.credit_count_drafts or self.state != "draft":
            return 0.0
        lines = self._origin.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return sum(lines.mapped("balance"))
