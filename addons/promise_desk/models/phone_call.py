from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.call_center.telephony.lookup import NUMBER_MAX_LENGTH

LINE_KEYS = {"product_id", "quantity", "requested_date"}
MAX_LINES = 100


class PhoneCall(models.Model):
    """From the caller to a lead with what they want."""

    _inherit = "phone.call"

    @api.model
    def caller_lead(self, model, id, number, lines):  # noqa: A002
        """Enter what a caller wants: on their lead, or on a new one.

        Holding the goods is a call of its own (``crm.lead.action_hold_promise``): the
        lead is there, whether they can be held or not.

        :param str model: model of the match that ``lookup`` returned
        :param int id: its id
        :param str number: what they call from
        :param list lines: ``[{"product_id", "quantity", "requested_date"}]``
        :return: id of the lead
        :rtype: int
        """
        record = self.env["phone.caller"]._check_caller(model, id)
        phone = self._check_lead_number(number)
        commands = [(0, 0, line) for line in self._checked_lead_lines(lines)]
        if record._name == "crm.lead":
            record.check_access("write")
            record.write({"promise_line_ids": commands})
            return record.id
        self.env["crm.lead"].check_access("create")
        vals = self._prepare_caller_lead(record, phone, commands[0][2]["product_id"])
        return self.env["crm.lead"].create({**vals, "promise_line_ids": commands}).id

    @api.model
    def _prepare_caller_lead(self, record, phone, product_id):
        product = self.env["product.product"].browse(product_id)
        return {
            "name": self.env._(
                "%(customer)s: %(product)s",
                customer=record.display_name,
                product=product.name,
            ),
            "type": "opportunity",
            "partner_id": self.env["phone.caller"]._caller_partner(record).id,
            "phone": phone,
            "user_id": self.env.uid,
            "company_id": self.env.company.id,
        }

    @api.model
    def _check_lead_number(self, number):
        if number and not isinstance(number, str):
            raise UserError(self.env._("number: a text is expected."))
        if number and len(number) > NUMBER_MAX_LENGTH:
            raise UserError(self.env._("number: this text is too long for a number."))
        return "".join(filter(str.isprintable, number or "")).strip() or False

    @api.model
    def _checked_lead_lines(self, lines):
        """The lines as the lead takes them, each refused by its number."""
        if not isinstance(lines, list) or not 0 < len(lines) <= MAX_LINES:
            raise UserError(
                self.env._("lines: name what the caller wants, at most %s.", MAX_LINES)
            )
        # dates, quantities and ids as the public API of promises takes them
        Engine = self.env["delivery.promise.engine"]
        checked = []
        for number, line in enumerate(lines, 1):
            if not isinstance(line, dict) or set(line) - LINE_KEYS:
                raise UserError(
                    self.env._(
                        "Line %s: product, quantity and date are expected.", number
                    )
                )
            Engine._check_id(number, "product_id", line.get("product_id"))
            requested = Engine._checked_datetime(number, line, "requested_date")
            checked.append(
                {
                    "product_id": line["product_id"],
                    "quantity": Engine._checked_quantity(number, line.get("quantity")),
                    "requested_date": requested or False,
                }
            )
        found = self.env["product.product"].search(
            [("id", "in", [line["product_id"] for line in checked])]
        )
        products = {product.id: product for product in found}
        for number, line in enumerate(checked, 1):
            product = products.get(line["product_id"])
            if not product:
                Engine._refuse_line(
                    number, "product_id", self.env._("there is no such product.")
                )
            if product.company_id not in (
                self.env.company,
                product.company_id.browse(),
            ):
                Engine._refuse_line(
                    number,
                    "product_id",
                    self.env._("%s is another company's.", product.display_name),
                )
        return checked
