from datetime import datetime, time

from babel.dates import get_month_names

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools.misc import babel_locale_parse

from ..tools.paste import (
    IS_PIECES,
    MAX_CELLS,
    MAX_LINE,
    MAX_QUANTITY,
    MONTHS,
    parse_lines,
)

MAX_LINES = 500
MAX_TEXT = 200_000
#: how many products are named when a text could be any of them
NAMED = 3


class CrmLeadPromisePaste(models.TransientModel):
    """Products of a lead from pasted text: a list in a mail, rows of a spreadsheet.

    What was understood is shown before it is added, and what was not can be settled
    by choosing the product.
    """

    _name = "crm.lead.promise.paste"
    _description = "Paste Products into a Lead"
    _inherit = ["wizard.guard"]

    lead_id = fields.Many2one(
        "crm.lead", required=True, ondelete="cascade", readonly=True
    )
    text = fields.Text("Products and quantities")
    requested_date = fields.Datetime(
        "Requested", help="For the lines that name no date themselves."
    )
    line_ids = fields.One2many(
        "crm.lead.promise.paste.line",
        "paste_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    understood_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")

    @api.depends("text")
    def _compute_line_ids(self):
        for paste in self:
            paste.line_ids = [Command.clear()] + [
                Command.create(vals) for vals in paste._read_text()
            ]

    @api.depends(
        "line_ids.product_id",
        "line_ids.quantity",
        "line_ids.product_uom_id",
        "line_ids.requested_date",
    )
    def _compute_counts(self):
        for paste in self:
            understood = paste.line_ids.filtered(lambda line: line._is_complete())
            paste.understood_count = len(understood)
            paste.problem_count = len(paste.line_ids) - len(understood)

    def action_add(self):
        """Add what was understood to the lead."""
        self.ensure_one()
        self.lead_id.check_access("write")
        complete = self.line_ids.filtered(lambda line: line._is_complete())
        if not complete:
            raise UserError(
                self.env._(
                    "Nothing to add: no line names a product that is known. Write the"
                    " product's code, barcode or name and a quantity, one product a"
                    " line, for example: ABC-100 x 4"
                )
            )
        last = max(self.lead_id.promise_line_ids.mapped("sequence"), default=9)
        self.lead_id.write(
            {
                "promise_line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "quantity": line.quantity,
                            **line._unit_vals(),
                            "requested_date": line.requested_date
                            or self.requested_date,
                            "sequence": sequence,
                        }
                    )
                    for sequence, line in enumerate(complete, last + 1)
                ]
            }
        )
        return {"type": "ir.actions.act_window_close"}

    # -- reading -------------------------------------------------------------------

    def _read_text(self):
        """The values of a line for each line of the text."""
        self.ensure_one()
        text = self.text or ""
        if len(text) > MAX_TEXT:
            raise ValidationError(
                self.env._(
                    "%(count)s characters were pasted; %(maximum)s fit at once. Paste"
                    " the list in parts, or import it from a file.",
                    count=len(text),
                    maximum=MAX_TEXT,
                )
            )
        pasted = parse_lines(text, **self._notation())
        if len(pasted) > MAX_LINES:
            raise ValidationError(
                self.env._(
                    "%(count)s lines were pasted; %(maximum)s fit at once. Import the"
                    " list from a file instead.",
                    count=len(pasted),
                    maximum=MAX_LINES,
                )
            )
        codes = self._find_by_code(
            {reading.product for line in pasted for reading in line.readings}
        )
        return [self._line_vals(line, codes) for line in pasted]

    def _notation(self):
        """How the user writes numbers and dates, as :func:`parse_lines` wants it."""
        code = self.env.lang or "en_US"
        # sudo: the user's own notation
        lang = self.env["res.lang"].sudo()._lang_get(code)
        day, month = (lang.date_format.find(mark) for mark in ("%d", "%m"))
        names = get_month_names("wide", locale=babel_locale_parse(code))
        return {
            "decimal_point": lang.decimal_point or ".",
            "day_first": None if -1 in (day, month) else day < month,
            "months": MONTHS | {name.lower(): at for at, name in names.items()},
        }

    def _product_domain(self):
        company = self.lead_id._promise_company()
        return (
            Domain("sale_ok", "=", True)
            & Domain("type", "!=", "combo")
            & Domain("company_id", "in", (company.id, False))
        )

    def _find_by_code(self, texts):
        """Products whose code or barcode is one of ``texts``, by lower case text."""
        spelled = sorted({form for t in texts for form in (t, t.upper(), t.lower())})
        found = self.env["product.product"].search(
            self._product_domain()
            & (Domain("default_code", "in", spelled) | Domain("barcode", "in", spelled))
        )
        result = {}
        for product in found:
            for code in {product.default_code, product.barcode} - {False}:
                result.setdefault(code.lower(), self.env["product.product"])
                result[code.lower()] |= product
        return result

    def _line_vals(self, line, codes):
        vals = {"sequence": line.number, "text": line.text[:256]}
        if line.too_long:
            return vals | {
                "problem": self.env._(
                    "Too long to be read: a line has at most %(characters)s characters"
                    " and %(columns)s columns.",
                    characters=MAX_LINE,
                    columns=MAX_CELLS,
                ),
            }
        for find in (lambda text: codes.get(text.lower()), self._find_by_name):
            for reading in line.readings:
                products = find(reading.product)
                if products:
                    return vals | self._reading_vals(reading, products, codes)
        quantities = [reading.quantity or 0.0 for reading in line.readings]
        return vals | {
            # a number that was written is more likely meant than the one assumed
            "quantity": next((q for q in quantities if q != 1), 1.0),
            "unread_unit": next(
                (reading.unit for reading in line.readings if reading.unit), False
            ),
            "problem": self.env._("No product is called that."),
        }

    def _find_by_name(self, text):
        """Products by their name: the whole name if there is one, else part of it."""
        if len(text) < 3:
            return self.env["product.product"]
        Product = self.env["product.product"]
        whole = Product.search(
            self._product_domain() & Domain("name", "=ilike", self._escape(text)),
            limit=NAMED + 1,
        )
        return whole or Product.search(
            self._product_domain() & Domain("name", "ilike", self._escape(text)),
            limit=NAMED + 1,
        )

    @staticmethod
    def _escape(text):
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    def _reading_vals(self, reading, products, codes):
        """The values of a line whose text names these products."""
        vals = {
            "quantity": reading.quantity or 0.0,
            "requested_date": self._end_of_day(reading.requested),
            "unread_date": reading.unread_date,
        }
        # a barcode beside a code: of the same product, or nobody knows which is meant
        for other in reading.others:
            other_products = codes.get(other.lower())
            if other_products and len(other) > NAMED:
                products = (products & other_products) or products | other_products
        if len(products) > 1:
            names = ", ".join(products[:NAMED].mapped("display_name"))
            vals["problem"] = self.env._("Which one? %s …", names)
            vals["unread_unit"] = reading.unit
            return vals
        vals["product_id"] = products.id
        vals |= self._read_unit(reading.unit, products)
        if reading.quantity is None and self._names_only(reading, products):
            vals["quantity"] = 1.0
        elif reading.quantity is None:
            vals["problem"] = self.env._(
                "How many? “%(text)s” is not understood as a quantity of at most"
                " %(maximum)s.",
                text=reading.unread_quantity,
                maximum=MAX_QUANTITY,
            )
        elif reading.quantity <= 0:
            vals["problem"] = self.env._("How many?")
        return vals

    def _names_only(self, reading, product):
        """Whether all that stands beside a product is another name of it, so that
        nothing says how many."""
        names = {product.default_code, product.barcode, product.name}
        names = {name.lower() for name in names if name}
        return bool(reading.others) and all(
            other.lower() in names for other in reading.others
        )

    def _read_unit(self, text, product):
        """The unit of a product that is written behind a number: one of those in which
        it is sold, by its name."""
        if not text:
            return {"product_uom_id": product.uom_id.id}
        word = text.lower().rstrip(".")
        piece = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        for unit in product.uom_id | product.uom_ids:
            name = unit.name.lower()
            if word in (name, name + "s", name.removesuffix("s")) or (
                unit == piece and IS_PIECES.fullmatch(text)
            ):
                return {"product_uom_id": unit.id}
        return {"unread_unit": text}

    def _end_of_day(self, day):
        """A date alone means: until the evening of that day."""
        if not day:
            return False
        zone = self.env.tz
        moment = datetime.combine(day, time(18), tzinfo=None)
        local = (
            zone.localize(moment)
            if hasattr(zone, "localize")
            else moment.replace(tzinfo=zone)
        )
        return fields.Datetime.to_datetime(
            (local - local.utcoffset()).replace(tzinfo=None)
        )


class CrmLeadPromisePasteLine(models.TransientModel):
    _name = "crm.lead.promise.paste.line"
    _inherit = ["wizard.guard"]
    _description = "Pasted Product of a Lead"
    _order = "sequence, id"

    paste_id = fields.Many2one(
        "crm.lead.promise.paste", required=True, ondelete="cascade"
    )
    sequence = fields.Integer("Line")
    text = fields.Char("Pasted", readonly=True)
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True), ('type', '!=', 'combo')]",
    )
    quantity = fields.Float(digits="Product Unit")
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    product_uom_id = fields.Many2one(
        "uom.uom", "Unit", domain="[('id', 'in', allowed_uom_ids)]"
    )
    requested_date = fields.Datetime("Requested")
    # what stands in the text and is not understood
    problem = fields.Char("Not understood", readonly=True)
    unread_unit = fields.Char(readonly=True)
    unread_date = fields.Char(readonly=True)
    remark = fields.Char(compute="_compute_remark")

    @api.depends("product_id")
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids

    @api.depends(
        "problem",
        "unread_unit",
        "unread_date",
        "product_id",
        "quantity",
        "product_uom_id",
        "requested_date",
    )
    def _compute_remark(self):
        for line in self:
            line.remark = line._say_what_is_missing()

    def _say_what_is_missing(self):
        """What keeps the line from being added, False if nothing does."""
        self.ensure_one()
        if not self.product_id or not 0 < self.quantity <= MAX_QUANTITY:
            return self.problem or self.env._(
                "Say how many: more than 0 and at most %s.", MAX_QUANTITY
            )
        if self.unread_unit and not self.product_uom_id:
            return self.env._(
                "%(product)s is not sold by “%(unit)s”. Choose the unit.",
                product=self.product_id.display_name,
                unit=self.unread_unit,
            )
        if self.unread_date and not self.requested_date:
            return self.env._(
                "Which day? “%s” is not understood. Choose the requested date.",
                self.unread_date,
            )
        return False

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_uom_id not in self.product_id.uom_id | self.product_id.uom_ids:
            self.product_uom_id = False

    def _is_complete(self):
        return not self._say_what_is_missing()

    def _unit_vals(self):
        """The unit as a value of the lead's line: the product's own if none is said."""
        self.ensure_one()
        return {"product_uom_id": self.product_uom_id.id} if self.product_uom_id else {}
