from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools.sql import column_exists, create_column

from odoo.addons.stock_promise.models.own_context import own, owned, without_defaults

from ..leads import following, holding, merging
from .marks import CARRY, GATHERING, LINKING


class CrmLead(models.Model):
    """What a lead asks for, and what it was promised.

    The lead has at most one hold. How it is made, merged and moved is in ``leads/``.
    Products are picked from Odoo's product catalog, as on a quotation.
    """

    _name = "crm.lead"
    _inherit = ["crm.lead", "delivery.promise.consent", "product.catalog.mixin"]

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

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_linking(vals.get("promise_id"))
        leads = super(CrmLead, without_defaults(self, {"promise_id"})).create(vals_list)
        return leads.with_env(self.env)

    def write(self, vals):
        """Let the hold follow the lead: its company, lines, customer, warehouse,
        salesperson.

        All changes of one call move the hold once. A lead that is archived or lost
        gives it back, and so does one that comes to another company.
        """
        if "promise_id" in vals and any(
            # sudo: only compared
            lead.sudo().promise_id.id != (vals["promise_id"] or False)
            for lead in self
        ):
            self._check_linking(True)
        gathers = "promise_line_ids" in vals
        before = (
            following.promise_values(self)
            if following.PROMISE_FIELDS & vals.keys()
            else None
        )
        companies = following.companies_before(self, vals)
        # who gives a lead away in the same step may still change what it holds
        away = not {"user_id", "team_id", "company_id"}.isdisjoint(vals)
        follow = following.with_rights_on_hold(self) if away else self
        leads = self.with_context(**{GATHERING: own(True)}) if gathers else self
        result = super(CrmLead, leads).write(vals)
        if "active" in vals and not vals["active"]:
            self._release_promise(self.env._("The opportunity was closed."))
        # before anything is held again, which would be in the wrong company
        following.follow_company(self, companies)
        if gathers:
            following.follow_lines(follow)
        elif before is not None and not owned(self.env, GATHERING):
            after = following.promise_values(self)
            following.follow_head(
                follow.filtered(lambda lead: before[lead] != after[lead])
            )
        if "user_id" in vals:
            following.follow_salesperson(self)
        return result

    def unlink(self):
        self.check_access("unlink")
        self._release_promise(self.env._("The opportunity was deleted."))
        return super().unlink()

    def _rest_on_promise(self, promise):
        """Link a hold, or none; the one way to do it."""
        self.with_context(**{LINKING: own(True)}).promise_id = promise

    @api.model
    def _check_linking(self, promise):
        if promise and not self.env.su and not owned(self.env, LINKING):
            raise AccessError(
                self.env._(
                    "The hold of an opportunity is not chosen: hold or release its"
                    " products."
                )
            )

    # -- buttons -------------------------------------------------------------------

    def action_compute_promise(self):
        """Ask for the dates of the products and write them on the lines.

        Nothing is held. What is held or ordered keeps its date.
        """
        self.check_access("write")
        for lead in self:
            lead._compute_promise()
        return True

    def action_hold_promise(self):
        """Hold the products until the hold ends by itself: all of them, or none.

        On a lead that has a hold, what it does not cover yet joins it; pressed twice
        it holds once.

        :raises UserError: naming the product that has no date
        """
        self.check_access("write")
        # Before anything is read: a parallel hold is then waited for, not failed on.
        self.env["delivery.promise"]._begin_claim()
        for lead in self:
            holding.hold(lead)
        return True

    def action_release_promise(self):
        """Give the held products back. Without a hold there is nothing to do."""
        self.check_access("write")
        self._release_promise(self.env._("Released on the opportunity."))
        return True

    def action_extend_promise(self, hours=False):
        """Hold longer, by ``hours`` or as long as holds of the company last.

        How often and how far is limited by the settings of promises.
        """
        self.check_access("write")
        for lead in self:
            promise = lead._live_promise()
            if not promise:
                raise UserError(
                    self.env._(
                        "Nothing is held for %s, so there is nothing to extend. Hold"
                        " the products first.",
                        lead.display_name,
                    )
                )
            promise.action_extend(hours)
        return True

    def action_fill_expected_revenue(self):
        """Set the expected revenue to the amount of the products, at the prices of
        the customer's price list, in the company's currency."""
        self.check_access("write")
        for lead in self:
            if not lead.promise_line_ids:
                raise UserError(
                    self.env._(
                        "%s has no products to take the expected revenue from.",
                        lead.display_name,
                    )
                )
            lead.expected_revenue = sum(
                line.currency_id._convert(
                    line.price_subtotal,
                    lead.company_currency,
                    lead._promise_company(),
                    fields.Date.context_today(self),
                )
                for line in lead.promise_line_ids
            )
        return True

    def action_view_promise(self):
        """Open the delivery promise of the lead."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivery Promise"),
            "res_model": "delivery.promise",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.promise_id.id,
        }

    def action_paste_promise_lines(self):
        """Open the window in which products and quantities are pasted."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Paste Products"),
            "res_model": "crm.lead.promise.paste",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_lead_id": self.id},
        }

    # -- the request ---------------------------------------------------------------

    def _promise_warehouse(self):
        """Where the lead's quotations deliver from: the same place as the promise."""
        self.ensure_one()
        company = self._promise_company()
        if self.promise_warehouse_id.company_id == company:
            return self.promise_warehouse_id
        user = self.user_id or self.env.user
        # sudo: the salesperson's preference, to which the quotation defaults as well
        warehouse = user.sudo().with_company(company)._get_default_warehouse_id()
        return warehouse.with_env(self.env).filtered(
            lambda warehouse: warehouse.company_id == company
        )

    def _prepare_promise_request(self, lines):
        """The request of the public API for ``lines`` of this lead."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "company_id": self._promise_company().id,
            "warehouse_id": self._promise_warehouse().id,
            "shipping_policy": self.promise_shipping_policy,
            **self._promise_consent(),
            # not its title: promises are read by those who may not read it
            "origin": self.env._("Opportunity %s", self.id),
            "lines": [line._prepare_promise_request_line() for line in lines],
        }

    def _prepare_promise_vals(self):
        """What the held promise gets besides what it was asked for."""
        self.ensure_one()
        return {"lead_id": self.id, "user_id": (self.user_id or self.env.user).id}

    def _live_promise(self):
        """The promise that holds goods for the lead now, if any."""
        self.ensure_one()
        # sudo: to know that there is a hold; whoever changes it does it as themselves
        promise = self.sudo().promise_id
        return (promise if promise.state == "held" else promise[:0]).with_env(self.env)

    def _lines_to_promise(self):
        self.ensure_one()
        lines = self.promise_line_ids._to_promise()
        if lines:
            return lines
        if self.promise_line_ids:
            message = self.env._(
                "%s has no product left that could be promised: services are not"
                " delivered, and what was ordered has its promise already."
            )
        else:
            message = self.env._(
                "%s has no products yet. Add what the customer asks for first."
            )
        raise UserError(message % self.display_name)

    # -- checking and holding ------------------------------------------------------

    def _compute_promise(self):
        self.ensure_one()
        live = self._live_promise()
        lines = self._lines_to_promise().filtered(
            lambda line: not live or line.promise_line_id.promise_id != live
        )
        if lines:
            answer = self.env["delivery.promise"]._simulate(
                self._prepare_promise_request(lines)
            )
            for line, found in zip(lines, answer["lines"], strict=True):
                line._write_checked(found, self.env["delivery.promise.line"])
        self.write(
            {"promise_checked_date": fields.Datetime.now(), "promise_is_stale": False}
        )

    def _release_promise(self, reason):
        """Release the holds of these leads, as far as there are any.

        Who may change a lead gives back what it holds, whoever may change promises:
        nothing would be left that somebody could release.
        """
        for lead in self:
            promise = lead._live_promise()
            if promise:
                # sudo: the right on the lead is enough, and is checked by the callers
                promise.sudo()._release(reason)

    # -- quotations ----------------------------------------------------------------

    def _prepare_opportunity_quotation_context(self):
        """Have the new quotation's defaults carry products, dates and hold.

        A mark, not the defaults themselves: ``default_order_line`` would stay in the
        context of everything done on that form, and end up on the purchase orders
        that confirming it makes. ``sale.order.default_get`` reads the mark.
        """
        context = super()._prepare_opportunity_quotation_context()
        if self.promise_line_ids:
            context[CARRY] = self.id
        return context

    def create_quotation(self):
        """Create a quotation with the lead's products, dates and hold.

        A lead without a customer gets the contact that it matches, else a new one; a
        lead that is no opportunity yet becomes one.

        :return: id of the quotation
        """
        self.ensure_one()
        self.check_access("write")
        self.env["sale.order"].check_access("create")
        if not self.active:
            raise UserError(
                self.env._(
                    "%s is closed. Restore it before you make a quotation.",
                    self.display_name,
                )
            )
        if not self.partner_id:
            self._handle_partner_assignment(
                force_partner_id=self._find_matching_partner().id, create_missing=True
            )
        if self.type == "lead":
            self.convert_opportunity(self.partner_id)
        context = self._prepare_opportunity_quotation_context()
        order = self.env["sale.order"].with_context(**context).create({})
        return order.id

    def _prepare_quotation_vals(self):
        """What a new quotation takes over, as values of ``sale.order``."""
        self.ensure_one()
        lines = self.promise_line_ids._not_ordered()
        vals = {
            "order_line": [
                Command.create(line._prepare_sale_order_line_vals()) for line in lines
            ],
            "picking_policy": self.promise_shipping_policy,
            "promise_allow_split": self.promise_allow_split,
            "promise_partial": self.promise_partial,
        }
        live = self._live_promise()
        warehouse = live.warehouse_id or self._promise_warehouse()
        if warehouse:
            vals["warehouse_id"] = warehouse.id
        if live:
            vals["promise_id"] = live.id
        if self.promised_date and self.promised_date >= fields.Datetime.now():
            vals["commitment_date"] = self.promised_date
        return vals

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: who merges leads merges all of what they ask for, as it is with their
        # history and their quotations
        merging.merge(self.sudo(), opportunities.sudo())
        return result

    # -- the product catalog -------------------------------------------------------

    def _get_product_catalog_domain(self):
        company = self._promise_company()
        return (
            (Domain("company_id", "=", False) | Domain("company_id", "=", company.id))
            & Domain("type", "!=", "combo")
            & Domain("sale_ok", "=", True)
        )

    def _get_action_add_from_catalog_extra_context(self):
        return {
            **super()._get_action_add_from_catalog_extra_context(),
            "order_id": self.id,
            "product_catalog_currency_id": self._promise_currency().id,
            "product_catalog_digits": self.env["crm.lead.promise.line"]
            ._fields["price_unit"]
            .get_digits(self.env),
        }

    def _default_order_line_values(self, child_field=False):
        return {
            **super()._default_order_line_values(child_field),
            **self.env["crm.lead.promise.line"]._get_product_catalog_lines_data(),
        }

    def _get_product_catalog_order_data(self, products, **kwargs):
        data = super()._get_product_catalog_order_data(products, **kwargs)
        prices = self._promise_pricelist()._get_products_price(
            products, quantity=1.0, currency=self._promise_currency()
        )
        for product in products:
            data[product.id]["price"] = prices[product.id]
        return data

    def _get_product_catalog_record_lines(self, product_ids, **kwargs):
        lines = self.promise_line_ids._not_ordered().filtered(
            lambda line: line.product_id.id in product_ids
        )
        return lines.grouped("product_id")

    def _is_readonly(self):
        self.ensure_one()
        return not self.active

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        """Set the quantity of a product, as asked for by the product catalog.

        :return: the price of one
        """
        self.ensure_one()
        self.check_access("write")
        if self._is_readonly():
            raise UserError(
                self.env._("%s is closed: restore it first.", self.display_name)
            )
        lines = self.promise_line_ids._not_ordered().filtered(
            lambda line: line.product_id.id == product_id
        )
        if len(lines) > 1:
            raise UserError(
                self.env._(
                    "%(product)s stands on several lines of %(lead)s. Change the"
                    " quantity there.",
                    product=lines[0].product_id.display_name,
                    lead=self.display_name,
                )
            )
        if lines and quantity > 0:
            lines.quantity = quantity
        elif lines:
            lines.unlink()
        elif quantity > 0:
            last = max(self.promise_line_ids.mapped("sequence"), default=9)
            lines = self.env["crm.lead.promise.line"].create(
                {
                    "lead_id": self.id,
                    "product_id": product_id,
                    "quantity": quantity,
                    "sequence": last + 1,
                }
            )
        if lines.exists():
            return lines.price_unit
        product = self.env["product.product"].browse(product_id)
        return self._promise_pricelist()._get_product_price(
            product, 1.0, currency=self._promise_currency()
        )
