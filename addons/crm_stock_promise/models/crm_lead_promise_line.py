from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.stock_promise.models.checks import check_numbers
from odoo.addons.stock_promise.models.engine_links import own_id
from odoo.addons.stock_promise.models.own_context import own, owned, without_defaults
from odoo.addons.stock_promise.plain_json import PlainJson

from ..leads import following
from .marks import GATHERING, LINKING

#: what the dates of a line, and of the lines beside it, depend on
DEMAND_FIELDS = {
    "lead_id",
    "product_id",
    "quantity",
    "product_uom_id",
    "requested_date",
    "promise_minimum_first",
}


class CrmLeadPromiseLine(models.Model):
    """A product that a lead asks for, and the date on which it can have it.

    The date comes from the last check, or from the line of the promise that holds
    the goods; nobody types it.
    """

    _name = "crm.lead.promise.line"
    _description = "Product Asked For by a Lead"
    _inherit = ["delivery.promise.asking", "company.guard"]
    # a lead without a company is as Odoo has it: whoever may write it writes it
    _no_company_is_all = False
    _rec_name = "product_id"
    _order = "lead_id, sequence, id"

    _promise_quantity_field = "quantity"

    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        related="lead_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('sale_ok', '=', True), ('type', '!=', 'combo'),"
        " '|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
    )
    product_type = fields.Selection(related="product_id.type")
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    allowed_uom_ids = fields.Many2many(
        "uom.uom", compute="_compute_allowed_uom_ids", compute_sudo=True
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_uom_ids)]",
    )
    product_qty = fields.Float(
        "Quantity in Product Unit",
        compute="_compute_product_qty",
        store=True,
        digits="Product Unit",
    )
    requested_date = fields.Datetime(
        "Requested", help="When the customer wants it. Empty: as soon as possible."
    )

    # -- the promise ---------------------------------------------------------------
    checked_date = fields.Datetime(copy=False, readonly=True)
    # What was answered, to be told to each reader in his words.
    checked_reasons = PlainJson(copy=False, groups="base.group_system")
    checked_message = fields.Char(compute="_compute_checked_message")
    checked_parts = PlainJson(copy=False, groups="base.group_system")
    # the parts of the promise, or of the last check
    promise_parts = PlainJson(compute_sudo=True)
    promise_line_id = fields.Many2one(
        "delivery.promise.line",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    promised_date = fields.Datetime(
        "Promised", compute="_compute_promised_date", store=True, copy=False
    )
    promise_message = fields.Char(
        "Why This Date", compute="_compute_promise_message", compute_sudo=True
    )
    promise_state = fields.Selection(
        [
            ("none", "Not checked"),
            ("impossible", "No date"),
            ("checked", "Checked"),
            ("held", "Held"),
            ("expired", "Hold expired"),
            ("ordered", "Ordered"),
        ],
        "Promise",
        compute="_compute_promise_state",
        compute_sudo=True,
    )
    is_late = fields.Boolean("Promised Late", compute="_compute_is_late", store=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
    )
    price_unit = fields.Float(
        "Unit Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        help="From the customer's price list, without taxes or with them as the price"
        " list has them. A price typed here is kept, and carried to the quotation.",
    )
    # what the price list says; a unit price that differs was typed by somebody
    pricelist_price = fields.Float(copy=False)
    price_subtotal = fields.Monetary("Amount", compute="_compute_amount", store=True)
    company_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount", store=True
    )
    revenue = fields.Monetary(
        compute="_compute_amount",
        store=True,
        currency_field="company_currency_id",
        help="The amount in the company's currency, at the rate of the day.",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0 AND quantity <= 1e12)",
        "The quantity of a product asked for must be greater than 0.",
    )

    # -- computed ------------------------------------------------------------------

    @api.depends("product_id.display_name")
    def _compute_display_name(self):
        for line in self:
            # sudo: a lead of no company is read by people who may not read the product
            line.display_name = line.sudo().product_id.display_name

    @api.depends("product_id.uom_id", "product_id.uom_ids")
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            uom = line.product_uom_id
            if not uom or (
                line.product_id
                and not uom._has_common_reference(line.product_id.uom_id)
            ):
                line.product_uom_id = line.product_id.uom_id

    @api.depends("quantity", "product_uom_id", "product_id.uom_id")
    def _compute_product_qty(self):
        for line in self:
            line.product_qty = (
                line.product_uom_id._compute_quantity(
                    line.quantity, line.product_id.uom_id, rounding_method="HALF-UP"
                )
                if line.product_id and line.product_uom_id
                else line.quantity
            )

    @api.depends("checked_date", "promise_line_id.promised_date")
    def _compute_promised_date(self):
        for line in self:
            # what is promised may have lost its date, whatever was found once
            line.promised_date = (line.promise_line_id or line)[
                "promised_date" if line.promise_line_id else "checked_date"
            ]

    @api.depends("checked_reasons")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_checked_message(self):
        # sudo: what is shown of it is decided for each reader. What a form holds that
        # is not saved yet was sent by a client: no word of it is the engine's.
        kept = [
            (line.checked_reasons and line._origin.checked_reasons) or []
            for line in self.sudo()
        ]
        told = self.env["delivery.promise.engine"]._tell(kept)
        for line, reasons in zip(self, told, strict=True):
            line.checked_message = (
                "; ".join(reason["message"] for reason in reasons) or False
            )

    @api.depends("checked_message", "promise_line_id.message")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_promise_message(self):
        for line in self:
            line.promise_message = line.promise_line_id.message or line.checked_message

    @api.depends(
        "checked_parts", "promise_line_id.answer", "promise_line_id.promise_id"
    )
    def _compute_promise_parts(self):
        for line in self:
            promise_line = line.promise_line_id
            line.promise_parts = (
                line._stored_parts(promise_line._parts())
                if promise_line
                else line.checked_parts
            )

    @api.depends(
        "checked_date",
        "checked_reasons",
        "promise_parts",
        "promise_line_id.promise_id.state",
    )
    def _compute_promise_state(self):
        for line in self:
            state = line.promise_line_id.promise_id.state
            if state in ("confirmed", "done"):
                line.promise_state = "ordered"
            elif state in ("held", "expired"):
                line.promise_state = state
            elif line.promised_date or line.promise_parts:
                line.promise_state = "checked"
            else:
                line.promise_state = "impossible" if line.checked_reasons else "none"

    @api.depends("requested_date", "promised_date")
    def _compute_is_late(self):
        for line in self:
            wished, promised = line.requested_date, line.promised_date
            line.is_late = False
            if wished and promised and line.lead_id:
                day = line.lead_id._promise_warehouse()._promise_day
                line.is_late = day(promised) > day(wished)

    @api.onchange(
        "product_id",
        "quantity",
        "product_uom_id",
        "requested_date",
        "promise_minimum_first",
    )
    def _onchange_demand(self):
        # the date on the screen was given for something else
        if self.promise_state not in ("held", "ordered"):
            self.update(self._forgotten())
            # sudo: the engine's answer is not the user's to write
            self.sudo().update({"checked_reasons": False, "checked_parts": False})

    # -- rules ---------------------------------------------------------------------

    @api.constrains("product_id", "product_uom_id", "quantity")
    def _check_product(self):
        for line in self:
            product = line.product_id
            if product.type == "combo":
                raise ValidationError(
                    self.env._(
                        "%s is a combo: choose the products of it instead.",
                        product.display_name,
                    )
                )
            if not line.product_uom_id:
                raise ValidationError(
                    self.env._(
                        "Say in which unit %s is asked for.", product.display_name
                    )
                )
            if not line.product_uom_id._has_common_reference(product.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is counted in %(unit)s; %(wrong)s cannot be"
                        " converted into it. Choose another unit.",
                        product=product.display_name,
                        unit=product.uom_id.name,
                        wrong=line.product_uom_id.name,
                    )
                )

    @api.constrains("product_id", "company_id")
    def _check_product_company(self):
        for line in self:
            # sudo: whose the product is must be known to refuse it
            owner = line.sudo().product_id.company_id
            if owner and line.company_id and owner != line.company_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s belongs to another company than the opportunity"
                        " %(lead)s (%(company)s).",
                        product=line.sudo().product_id.display_name,
                        lead=line.lead_id.display_name,
                        company=line.company_id.name,
                    )
                )

    # -- changes -------------------------------------------------------------------

    @api.model
    def _check_quantity(self, vals):
        """Refuse what nobody can ask for, before the database does in its own words."""
        check_numbers(self, vals, {"quantity", "promise_minimum_first"})
        if (vals.get("promise_minimum_first") or 0.0) < 0:
            raise ValidationError(
                self.env._("The smallest first delivery cannot be negative.")
            )
        field = self._fields["quantity"]
        if "quantity" in vals and not (
            # as it is rounded when it is stored
            float(field.convert_to_column(vals["quantity"] or 0.0, self)) > 0
        ):
            # sudo: the name of what was asked for
            product = (
                self.env["product.product"]
                .sudo()
                .browse(vals.get("product_id") or self.product_id[:1].id)
            )
            raise ValidationError(
                self.env._(
                    "%s: the quantity of a product asked for must be greater than 0.",
                    product.display_name or self.env._("Products"),
                )
            )

    @api.model
    def _check_answered(self, vals):
        """What was answered is kept by the engine alone: it is put into words."""
        if not self.env.su and (
            vals.get("checked_reasons") or vals.get("checked_parts")
        ):
            raise AccessError(
                self.env._(
                    "The reasons of a date cannot be written: they are computed."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_linking(vals.get("promise_line_id"))
            self._check_quantity(vals)
            self._check_answered(vals)
        names = {"checked_parts", "checked_reasons", "promise_line_id"}
        lines = super(CrmLeadPromiseLine, without_defaults(self, names)).create(
            vals_list
        )
        lines = lines.with_env(self.env)
        lines._demand_changed(lines.lead_id)
        return lines

    def write(self, vals):
        linked = vals.get("promise_line_id")
        # sudo: only compared
        self._check_linking(
            linked and any(line.sudo().promise_line_id.id != linked for line in self)
        )
        self._check_quantity(vals)
        self._check_answered(vals)
        leads = self.lead_id if "lead_id" in vals else self.env["crm.lead"]
        result = super().write(vals)
        if DEMAND_FIELDS & vals.keys():
            self._demand_changed(leads | self.lead_id)
        if "product_id" in vals and "price_unit" not in vals:
            for line in self:
                line._set_pricelist_price()
        return result

    def unlink(self):
        leads = self.lead_id
        result = super().unlink()
        self._demand_changed(leads.exists())
        return result

    def _demand_changed(self, leads):
        """Have the leads follow, unless one of them gathers the changes itself."""
        if not owned(self.env, GATHERING):
            following.follow_lines(leads)

    # -- buttons -------------------------------------------------------------------

    def action_add_from_catalog(self):
        """Open the product catalog for the lead that the context names."""
        self.check_access("read")
        return self._lead_of_button().action_add_from_catalog()

    def action_paste_lines(self):
        """Open the window to paste products for the lead that the context names."""
        self.check_access("read")
        return self._lead_of_button().action_paste_promise_lines()

    def _lead_of_button(self):
        self.env["crm.lead"].check_access("write")
        lead_id = self.env.context.get("lead_id")
        # a client's own number, or whatever it sends instead
        lead = self.env["crm.lead"].browse(lead_id if isinstance(lead_id, int) else ())
        lead = lead.exists()
        if not lead:
            raise UserError(self.env._("Save the opportunity first."))
        lead.check_access("write")
        return lead

    # -- for the lead --------------------------------------------------------------

    def _not_ordered(self):
        """The lines that no order took over yet."""
        return self.filtered(lambda line: line.promise_state != "ordered")

    def _to_promise(self):
        """The lines that ask for goods and were not ordered yet, in their order."""
        return (
            self._not_ordered()
            .filtered(lambda line: line.product_id.type == "consu")
            .sorted(lambda line: (line.sequence, line._origin.id or 0))
        )

    def _write_checked(self, found, promise_line):
        """Note the line's part of the engine's answer."""
        self._linking().write(
            {
                "checked_date": found["promised_date"],
                "promise_line_id": promise_line.id,
            }
        )
        engine = self.env["delivery.promise.engine"]
        parts = self.env["delivery.promise.line"]._answered_parts(found)
        # sudo: the engine's answer is not the user's to write
        self.sudo().write(
            {
                "checked_reasons": engine._keep(found["reasons"]),
                "checked_parts": self._stored_parts(parts),
            }
        )

    def _forgotten(self):
        """The values of a line about whose date nothing is known."""
        return {
            "checked_date": False,
            "promise_line_id": False,
        }

    # -- what could be asked for instead ---------------------------------------------

    def _asking_document(self):
        return self.lead_id

    def _asking_lines(self):
        return self.lead_id.promise_line_ids._to_promise()

    def _ask_promise(self, lines, **keys):
        return self.env["delivery.promise"]._simulate(
            {**self.lead_id._prepare_promise_request(lines), **keys}
        )

    def _promise_warehouse(self):
        return self.lead_id._promise_warehouse()

    def _set_promise_warehouse(self, warehouse_id):
        self.lead_id.promise_warehouse_id = warehouse_id

    # -- in the words of others -------------------------------------------------------

    def _promise_reference(self):
        self.ensure_one()
        return f"{self._name},{self.id}"

    def _prepare_promise_request_line(self):
        """This line as a line of a request to the engine."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "uom_id": self.product_uom_id.id,
            "requested_date": fields.Datetime.to_string(self.requested_date)
            if self.requested_date
            else False,
            "reference": self._promise_reference(),
            **self._minimum_first_asked(),
        }

    def _prepare_promise_line_vals(self):
        """What the promise's lines get besides what they are asked for: the price, in
        the currency of the company that delivers."""
        today = fields.Date.context_today(self)
        result = []
        for line in self:
            company = line.lead_id._promise_company()
            currency = line.currency_id or company.currency_id
            price = currency._convert(
                line.price_unit, company.currency_id, company, today, round=False
            )
            result.append({"price_unit": price})
        return result

    def _prepare_sale_order_line_vals(self):
        """The values of the quotation's line; its price is the quotation's matter
        unless somebody typed one here."""
        self.ensure_one()
        vals = {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom_id": self.product_uom_id.id,
            "sequence": self.sequence,
            "promise_minimum_first": self.promise_minimum_first,
        }
        if self._has_manual_price():
            vals["price_unit"] = self.price_unit
        if self.promise_state == "held":
            vals["promise_line_id"] = own_id(self.promise_line_id)
        return vals

    def _get_product_catalog_lines_data(self, **kwargs):
        """What the product catalog shows of these lines, all of one product."""
        if not self:
            return {"quantity": 0}
        product = self.product_id
        product.ensure_one()
        alone = len(self) == 1
        return {
            "quantity": self.quantity if alone else sum(self.mapped("product_qty")),
            "price": self[:1].price_unit,
            # two lines of one product: which of them should the catalog change?
            "readOnly": not alone,
            "uomDisplayName": (
                self.product_uom_id if alone else product.uom_id
            ).display_name,
        }

    # -- computed ------------------------------------------------------------------

    @api.depends("lead_id.partner_id", "lead_id.company_id")
    def _compute_currency_id(self):
        for lead, lines in self.grouped("lead_id").items():
            lines.currency_id = lead._promise_currency()

    @api.depends(
        "product_id", "product_uom_id", "quantity", "lead_id.partner_id", "currency_id"
    )
    def _compute_price_unit(self):
        for line in self:
            if not line._has_manual_price():
                line._set_pricelist_price()

    def _has_manual_price(self):
        """Whether somebody typed the price: it then survives a new quantity."""
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return bool(
            self.price_unit
            and currency.compare_amounts(self.price_unit, self.pricelist_price)
        )

    def _set_pricelist_price(self):
        self.ensure_one()
        price = 0.0
        if self.product_id:
            lead = self.lead_id
            price = lead._promise_pricelist()._get_product_price(
                self.product_id.with_company(lead._promise_company()),
                self.quantity or 1.0,
                currency=self.currency_id or None,
                uom=self.product_uom_id or self.product_id.uom_id,
                date=fields.Datetime.now(),
            )
        self.update({"price_unit": price, "pricelist_price": price})

    @api.depends("quantity", "price_unit", "currency_id", "lead_id.company_id")
    def _compute_amount(self):
        today = fields.Date.context_today(self)
        for line in self:
            company = line.lead_id._promise_company()
            currency = line.currency_id or company.currency_id
            line.company_currency_id = company.currency_id
            line.price_subtotal = currency.round(line.quantity * line.price_unit)
            line.revenue = currency._convert(
                line.price_subtotal, company.currency_id, company, today
            )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self._set_pricelist_price()

    def _linking(self):
        """These lines, to be tied to lines of promises."""
        return self.with_context(**{LINKING: own(True)})

    @api.model
    def _check_linking(self, promise_line):
        """It would be shown, of whichever company it is."""
        self.env["crm.lead"]._check_linking(promise_line)
