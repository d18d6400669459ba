from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..tools.paste import parse_lines

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

    @api.depends("line_ids.product_id", "line_ids.quantity")
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
                self.env._("That is too much text to be a list of products.")
            )
        # sudo: the user's own notation of numbers
        lang = self.env["res.lang"].sudo()._lang_get(self.env.lang or "en_US")
        pasted = parse_lines(text, lang.decimal_point or ".")
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
        for reading in line.readings:
            products = codes.get(reading.product.lower())
            if products:
                return vals | self._reading_vals(reading, products)
        for reading in line.readings:
            products = self._find_by_name(reading.product)
            if products:
                return vals | self._reading_vals(reading, products)
        quantities = [reading.quantity for reading in line.readings]
        return vals | {
            # a number that was written is more likely meant than the one assumed
            "quantity": next((q for q in quantities if q != 1), 1.0),
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

    def _reading_vals(self, reading, products):
        vals = {
            "quantity": reading.quantity,
            "requested_date": self._end_of_day(reading.requested),
        }
        if len(products) > 1:
            names = ", ".join(products[:NAMED].mapped("display_name"))
            vals["problem"] = self.env._("Which one? %s …", names)
        else:
            vals["product_id"] = products.id
            if reading.quantity <= 0:
                vals["problem"] = self.env._("How many?")
        return vals

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
    requested_date = fields.Datetime("Requested")
    problem = fields.Char("Not understood", readonly=True)
    remark = fields.Char(compute="_compute_remark")

    @api.depends("problem", "product_id", "quantity")
    def _compute_remark(self):
        for line in self:
            line.remark = False if line._is_complete() else line.problem

    def _is_complete(self):
        return bool(self.product_id and self.quantity > 0)
