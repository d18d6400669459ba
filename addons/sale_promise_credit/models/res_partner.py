from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..credit import words
from ..credit.desk import Desk
from ..credit.exposure import today

#: who reads what customers owe
READERS = (
    "account_financial_risk.group_account_financial_risk_user,"
    "account.group_account_readonly,account.group_account_invoice"
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    credit_none = fields.Boolean(
        string="Pays in Advance",
        company_dependent=True,
        copy=False,
        groups=READERS,
        help="The customer has no credit at all. A limit of 0 without this mark is no"
        " limit.",
    )
    risk_promise_include = fields.Boolean(
        string="Include Holds", default=True, help="Full risk computation"
    )
    risk_promise_limit = fields.Monetary(
        string="Limit Holds",
        currency_field="risk_currency_id",
        copy=False,
        groups=READERS,
    )
    risk_promise = fields.Monetary(
        compute="_compute_risk_account_amount",
        compute_sudo=True,
        string="Total Held, Not Ordered",
        currency_field="risk_currency_id",
        groups=READERS,
        help="What is held for quotations, leads and requests, with tax.",
    )
    # what counts is everything, unless somebody takes it out
    risk_invoice_draft_include = fields.Boolean(default=True)
    risk_invoice_open_include = fields.Boolean(default=True)
    risk_invoice_unpaid_include = fields.Boolean(default=True)
    risk_account_amount_include = fields.Boolean(default=True)
    risk_account_amount_unpaid_include = fields.Boolean(default=True)
    risk_sale_order_include = fields.Boolean(default=True)
    # amounts were for every employee to read
    risk_invoice_draft = fields.Monetary(copy=False, groups=READERS)
    risk_invoice_draft_limit = fields.Monetary(copy=False, groups=READERS)
    risk_invoice_open = fields.Monetary(copy=False, groups=READERS)
    risk_invoice_open_limit = fields.Monetary(copy=False, groups=READERS)
    risk_invoice_unpaid = fields.Monetary(copy=False, groups=READERS)
    risk_invoice_unpaid_limit = fields.Monetary(copy=False, groups=READERS)
    risk_account_amount = fields.Monetary(copy=False, groups=READERS)
    risk_account_amount_limit = fields.Monetary(copy=False, groups=READERS)
    risk_account_amount_unpaid = fields.Monetary(copy=False, groups=READERS)
    risk_account_amount_unpaid_limit = fields.Monetary(copy=False, groups=READERS)
    risk_sale_order = fields.Monetary(copy=False, groups=READERS)
    risk_sale_order_limit = fields.Monetary(copy=False, groups=READERS)
    risk_total = fields.Monetary(copy=False, groups=READERS, compute_sudo=True)
    risk_amount_exceeded = fields.Monetary(
        copy=False, groups=READERS, compute_sudo=True
    )
    risk_exception = fields.Boolean(compute_sudo=True)
    risk_remaining_value = fields.Monetary(
        copy=False, groups=READERS, compute_sudo=True
    )
    risk_remaining_percentage = fields.Float(
        copy=False, groups=READERS, compute_sudo=True
    )

    # -- public ----------------------------------------------------------------------

    @api.readonly
    def credit_exposure(self, company_id=False):
        """What this customer's commercial entity owes, and may come to owe.

        :param company_id: a company of the user's; their current one by default
        :return: ``{"limit", "exposure", "static", "dynamic", "overdue", "currency"}``:
            amounts in the company's currency, ``limit`` False where there is none,
            ``currency`` its ISO code
        :raises AccessError: the user may not read what customers owe
        """
        self.ensure_one()
        self.check_access("read")
        if not words.may_see_amounts(self.env):
            raise AccessError(
                self.env._(
                    "What a customer owes is for accounting to read. Ask for the right"
                    " Financial Risk: User."
                )
            )
        company = self._credit_company(company_id)
        desk = Desk(self.env, company)
        entity = self.sudo().commercial_partner_id  # sudo: as in Desk
        known = desk.exposures(entity)[entity]
        limit = desk.limit(entity)
        rounded = company.sudo().currency_id.round
        return {
            "limit": False if limit is None else rounded(limit),
            "exposure": rounded(known.total),
            "static": rounded(known.static),
            "dynamic": rounded(known.dynamic),
            "overdue": rounded(known.overdue),
            "currency": company.sudo().currency_id.name,
        }

    def _credit_company(self, company_id):
        if not company_id:
            return self.env.company
        if isinstance(company_id, bool) or not isinstance(company_id, int):
            raise AccessError(self.env._("company_id must be the id of a company."))
        if not self.env.su and company_id not in self.env.user._get_company_ids():
            raise AccessError(self.env._("company_id: this is none of your companies."))
        return self.env["res.company"].browse(company_id)

    # -- the figures of Financial Risk and of Odoo -----------------------------------

    @api.depends_context("company")
    def _compute_risk_account_amount(self):
        """One statement for all parts: see :mod:`..credit.exposure`."""
        names = (
            "risk_invoice_draft",
            "risk_invoice_open",
            "risk_invoice_unpaid",
            "risk_account_amount",
            "risk_account_amount_unpaid",
            "risk_sale_order",
            "risk_promise",
        )
        self.update(dict.fromkeys(names, 0.0))
        company = self.env.company
        entities = (self._origin & self._origin.commercial_partner_id).exists()
        known = Desk(self.env, company).exposures(entities)
        for partner in self:
            exposure = known.get(partner._origin)
            if not exposure:
                continue
            partner = partner.with_company(company)
            own_account = partner.property_account_receivable_id.id
            amounts = dict.fromkeys(names, 0.0)
            amounts["risk_invoice_draft"] = exposure.draft
            amounts["risk_sale_order"] = exposure.delivered + exposure.ordered
            amounts["risk_promise"] = exposure.held
            for account, overdue, amount in exposure.accounts:
                if account == own_account:
                    name = "risk_invoice_unpaid" if overdue else "risk_invoice_open"
                else:
                    name = "risk_account_amount" + ("_unpaid" if overdue else "")
                amounts[name] += amount
            currency = partner.risk_currency_id or company.currency_id
            for name, amount in amounts.items():
                partner[name] = company.currency_id._convert(
                    amount, currency, company, today(company), round=False
                )

    @api.depends_context("company")
    def _compute_risk_sale_order(self):
        self._compute_risk_account_amount()

    @api.depends("credit_none")
    @api.depends_context("company")
    def _compute_risk_exception(self):
        """Where the policy decides, everything counts, whatever is ticked."""
        result = super()._compute_risk_exception()
        one_figure = self.env.company.credit_confirm == "sentence"
        for partner in self:
            if one_figure:
                partner.risk_total = sum(
                    partner[name] for name, __, __ in self._risk_field_list()
                )
            limit = partner.credit_limit
            if partner.credit_none:
                limit = 0.0
            elif not limit or not one_figure:
                continue
            if partner.risk_total > limit:
                partner.risk_exception = True
                partner.risk_amount_exceeded = partner.risk_total - limit
        return result

    @api.depends_context("company")
    def _compute_risk_remaining(self):
        return super()._compute_risk_remaining()

    @api.model
    def _risk_field_list(self):
        return [
            *super()._risk_field_list(),
            ("risk_promise", "risk_promise_limit", "risk_promise_include"),
        ]

    def _get_financial_risk_lines(self):
        return [
            *super()._get_financial_risk_lines(),
            (
                self.risk_promise_include,
                self.risk_promise,
                self._fields["risk_promise"]._description_string(self.env),
            ),
        ]

    def _get_field_risk_model_domain(self, field_name):
        if field_name == "risk_promise":
            return "delivery.promise.line", [
                ("promise_id.credit_entity_id", "in", self.ids),
                ("promise_id.state", "=", "held"),
                ("promise_id.company_id", "=", self.env.company.id),
            ]
        return super()._get_field_risk_model_domain(field_name)

    @api.model
    def _get_risk_company_domain(self):
        """The figures are one company's, whatever is ticked in the switcher."""
        return fields.Domain("company_id", "=", self.env.company.id)

    @api.depends_context("company")
    def _compute_credit_to_invoice(self):
        """What Odoo's banner adds to what is owed: orders and holds, as counted
        everywhere."""
        super()._compute_credit_to_invoice()
        if not self.env.company.account_use_credit_limit:
            return
        entities = self._origin & self._origin.commercial_partner_id
        known = Desk(self.env, self.env.company).exposures(entities)
        for partner in self:
            exposure = known.get(partner._origin)
            if exposure:
                partner.credit_to_invoice = exposure.delivered + exposure.dynamic

    # -- changes ---------------------------------------------------------------------

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "credit_none"]

    def write(self, vals):
        result = super().write(vals)
        if not {"credit_limit", "credit_none", "promise_class_id"}.isdisjoint(vals):
            self.env["sale.credit.request"]._look_again_at(
                self.commercial_partner_id, self.env.company
            )
        return result
