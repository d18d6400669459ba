from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from odoo.addons.stock_promise.models.own_context import own, owned

from .crm_lead_promise_line import GATHERING

#: fields of the lead that its dates depend on
PROMISE_FIELDS = {
    "promise_warehouse_id",
    "promise_shipping_policy",
    "promise_allow_split",
    "promise_partial",
    "partner_id",
}


class CrmLead(models.Model):
    """What a lead asks for, and what it was promised.

    The lead has at most one hold. What can be done with it is in
    ``crm_lead_promise.py``.
    """

    _name = "crm.lead"
    _inherit = ["crm.lead", "delivery.promise.consent"]

    promise_line_ids = fields.One2many(
        "crm.lead.promise.line", "lead_id", "Products", copy=True
    )
    promise_id = fields.Many2one(
        "delivery.promise",
        "Delivery Promise",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The hold of the goods of this opportunity, which its quotations share.",
    )
    promise_state = fields.Selection(related="promise_id.state", string="Hold")
    promise_hold_until = fields.Datetime(
        related="promise_id.hold_until", string="Held Until"
    )
    promised_date = fields.Datetime(
        compute="_compute_promised_date",
        store=True,
        copy=False,
        help="When the last of the products arrives. Empty as long as one of them has"
        " no date.",
    )
    promise_checked_date = fields.Datetime(
        "Dates Checked On", copy=False, readonly=True
    )
    promise_is_stale = fields.Boolean(
        copy=False,
        readonly=True,
        help="Something changed since the dates were checked.",
    )
    promise_status = fields.Selection(
        [
            ("empty", "No products"),
            ("none", "Dates not checked"),
            ("stale", "Changed since the dates were checked"),
            ("impossible", "No date for every product"),
            ("checked", "Dates checked, nothing held"),
            ("held", "Held"),
            ("partial", "Partly held"),
            ("expired", "Hold expired"),
            ("ordered", "Ordered"),
        ],
        "Promise",
        compute="_compute_promise_status",
        compute_sudo=True,
    )
    promise_reason = fields.Text(
        "Why This Date", compute="_compute_promise_status", compute_sudo=True
    )
    promise_is_late = fields.Boolean(
        "Promised Late",
        compute="_compute_promise_is_late",
        search="_search_promise_is_late",
        help="A product is promised for later than the customer asked for.",
    )
    promise_warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Delivered From",
        domain="[('company_id', '=?', company_id)]",
        help="Empty: the warehouse that the salesperson's quotations start from.",
    )
    promise_shipping_policy = fields.Selection(
        [
            ("direct", "Each product as soon as possible"),
            ("one", "All products at once"),
        ],
        "Shipping",
        default="direct",
        required=True,
    )
    promise_currency_id = fields.Many2one(
        "res.currency", compute="_compute_promise_amount"
    )
    promise_amount = fields.Monetary(
        "Amount of the Products",
        compute="_compute_promise_amount",
        currency_field="promise_currency_id",
    )

    def _auto_init(self):
        # The column of a stored computed field, made beforehand: no lead has products
        # yet, so there is nothing to compute for the many that may exist.
        if not column_exists(self.env.cr, "crm_lead", "promised_date"):
            create_column(self.env.cr, "crm_lead", "promised_date", "timestamp")
        return super()._auto_init()

    # -- computed ------------------------------------------------------------------

    @api.depends("promise_line_ids.promised_date", "promise_line_ids.product_id")
    def _compute_promised_date(self):
        for lead in self:
            lines = lead.promise_line_ids.filtered(
                lambda line: line.product_id.type == "consu"
            )
            dates = lines.mapped("promised_date")
            lead.promised_date = max(dates) if dates and all(dates) else False

    @api.depends(
        "promise_line_ids.promise_state",
        "promise_line_ids.promise_message",
        "promise_line_ids.promised_date",
        "promise_is_stale",
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_promise_status(self):
        # all of it in a few queries, however many leads a list shows
        held = self.promise_line_ids.promise_line_id
        held.fetch(["promise_id"])
        # sudo: what is shown of it is decided for each reader
        held.sudo().fetch(["answer"])
        held.promise_id.fetch(["state"])
        self.promise_line_ids.mapped("promise_message")
        for lead in self:
            lines = lead.promise_line_ids.filtered(
                lambda line: line.product_id.type == "consu"
            )
            states = set(lines.mapped("promise_state"))
            if not lines:
                status = "empty"
            elif states == {"ordered"}:
                status = "ordered"
            elif "held" in states:
                status = "held" if states <= {"held", "ordered"} else "partial"
            elif "expired" in states:
                status = "expired"
            elif lead.promise_is_stale:
                status = "stale"
            elif "impossible" in states:
                status = "impossible"
            else:
                status = "none" if "none" in states else "checked"
            lead.promise_status = status
            lead.promise_reason = lead._explain_promise(lines)

    def _explain_promise(self, lines):
        """Why the date is what it is: what is said of the lines without a date, else
        of the line that comes last."""
        said = lines.filtered("promise_message")
        open_lines = said.filtered(lambda line: not line.promised_date)
        if not open_lines and said and self.promised_date:
            open_lines = said.filtered(
                lambda line: line.promised_date == self.promised_date
            )
        return (
            "\n".join(
                self.env._(
                    "%(product)s: %(reason)s",
                    product=line.product_id.display_name,
                    reason=line.promise_message,
                )
                for line in open_lines[:3]
            )
            or False
        )

    @api.depends("promise_line_ids.is_late")
    def _compute_promise_is_late(self):
        for lead in self:
            lead.promise_is_late = any(lead.promise_line_ids.mapped("is_late"))

    def _search_promise_is_late(self, operator, value):
        if operator != "in" or any(v not in (True, False) for v in value):
            return NotImplemented
        if len(set(value)) != 1:
            return Domain.TRUE if value else Domain.FALSE
        late = Domain("promise_line_ids.is_late", "=", True)
        return late if True in value else ~late

    @api.depends(
        "promise_line_ids.price_subtotal", "promise_line_ids.currency_id", "partner_id"
    )
    def _compute_promise_amount(self):
        for lead in self:
            lead.promise_currency_id = (
                lead.promise_line_ids.currency_id[:1] or lead._promise_currency()
            )
            lead.promise_amount = sum(lead.promise_line_ids.mapped("price_subtotal"))

    def _promise_all_at_once(self):
        return self.promise_shipping_policy == "one"

    # -- what the lines ask the lead -----------------------------------------------

    def _promise_company(self):
        """The company that delivers: the lead's, else the one that holds goods for it,
        else the one that is worked in."""
        if self.company_id:
            return self.company_id
        # sudo: only which company it is
        promise = self.sudo().promise_id
        if promise.state == "held":
            return promise.company_id.with_env(self.env)
        return self.env.company

    def _promise_pricelist(self):
        """The price list of the lead's customer, as a quotation would choose it."""
        return self.partner_id.with_company(
            self._promise_company()
        ).property_product_pricelist

    def _promise_currency(self):
        return (
            self._promise_pricelist().currency_id or self._promise_company().currency_id
        )

    # -- changes -------------------------------------------------------------------

    def write(self, vals):
        """Let the hold follow the lead: its company, lines, customer, warehouse,
        salesperson.

        All changes of one call move the hold once. A lead that is archived or lost
        gives it back, and so does one that comes to another company.
        """
        gathers = "promise_line_ids" in vals
        before = self._promise_values() if PROMISE_FIELDS & vals.keys() else None
        companies = self._companies_before(vals)
        # who gives a lead away in the same step may still change what it holds
        away = not {"user_id", "team_id", "company_id"}.isdisjoint(vals)
        follow = self._with_rights_on_hold() if away else self
        leads = self.with_context(**{GATHERING: own(True)}) if gathers else self
        result = super(CrmLead, leads).write(vals)
        if "active" in vals and not vals["active"]:
            self._release_promise(self.env._("The opportunity was closed."))
        # before anything is held again, which would be in the wrong company
        self._follow_company(companies)
        if gathers:
            follow._follow_promise_lines()
        elif before is not None and not owned(self.env, GATHERING):
            after = self._promise_values()
            follow.filtered(
                lambda lead: before[lead] != after[lead]
            )._follow_promise_head()
        if "user_id" in vals:
            self._follow_salesperson()
        return result

    def _companies_before(self, vals):
        """{lead: company} of the leads whose company may change by these values: it is
        computed from the salesperson, the team and the customer as well."""
        if {"company_id", "user_id", "team_id", "partner_id"}.isdisjoint(vals):
            return {}
        # sudo: only compared
        return {lead: lead.sudo().company_id for lead in self}

    def _with_rights_on_hold(self):
        """These leads, with the rights on them and their holds that the user has by
        now."""
        self.check_access("write")
        promises = self.env["delivery.promise"].union(
            *(lead._live_promise() for lead in self)
        )
        # sudo: the rights are checked here, before the lead is somebody else's
        return self.sudo() if promises.has_access("write") else self

    def _promise_values(self):
        # sudo: only compared, also where the lead has become somebody else's
        return {
            lead: tuple(
                lead[name].id if lead._fields[name].relational else lead[name]
                for name in sorted(PROMISE_FIELDS)
            )
            for lead in self.sudo()
        }

    def unlink(self):
        self.check_access("unlink")
        self._release_promise(self.env._("The opportunity was deleted."))
        return super().unlink()
