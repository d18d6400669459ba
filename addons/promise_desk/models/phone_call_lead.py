from odoo import api, models
from odoo.exceptions import UserError

LINE_KEYS = {"product_id", "quantity", "requested_date"}
MAX_LINES = 100


class PhoneCall(models.Model):
    """From the caller to a lead with what he wants."""

    _inherit = "phone.call"

    @api.model
    def caller_lead(self, model, id, number, lines):  # noqa: A002
        """Enter what a caller wants: on his lead, or on a new one of his.

        Holding the goods is a call of its own (``crm.lead.action_hold_promise``): the
        lead is there, whether they can be held or not.

        :param str model: model of the match that ``lookup`` returned
        :param int id: its id
        :param str number: what he calls from
        :param list lines: ``[{"product_id", "quantity", "requested_date"}]``
        :return: id of the lead
        :rtype: int
        """
        record = self._check_caller(model, id)
        self._check_lead_lines(lines)
        commands = [(0, 0, line) for line in lines]
        if record._name == "crm.lead":
            record.check_access("write")
            record.write({"promise_line_ids": commands})
            return record.id
        vals = self._prepare_caller_lead(record, number, lines)
        return self.env["crm.lead"].create({**vals, "promise_line_ids": commands}).id

    @api.model
    def _prepare_caller_lead(self, record, number, lines):
        product = self.env["product.product"].browse(lines[0]["product_id"])
        return {
            "name": self.env._(
                "%(customer)s: %(product)s",
                customer=record.display_name,
                product=product.name,
            ),
            "type": "opportunity",
            "partner_id": self._caller_partner(record).id,
            "phone": str(number or "")[:64] or False,
            "user_id": self.env.uid,
            "company_id": self.env.company.id,
        }

    @api.model
    def _check_lead_lines(self, lines):
        if not isinstance(lines, list) or not 0 < len(lines) <= MAX_LINES:
            raise UserError(self.env._("lines: name what the caller wants."))
        for index, line in enumerate(lines, 1):
            if not isinstance(line, dict) or set(line) - LINE_KEYS:
                raise UserError(
                    self.env._(
                        "line %s: product, quantity and date are expected.", index
                    )
                )
            product = line.get("product_id")
            if isinstance(product, bool) or not isinstance(product, int):
                raise UserError(
                    self.env._("line %s: product_id: an id is expected.", index)
                )
            quantity = line.get("quantity")
            if isinstance(quantity, bool) or not isinstance(quantity, (int, float)):
                raise UserError(
                    self.env._("line %s: quantity: a number is expected.", index)
                )
            if not 0 < quantity < 1e9:
                raise UserError(
                    self.env._("line %s: quantity: more than 0 must be wanted.", index)
                )
            found = self.env["product.product"].search([("id", "=", product)])
            if not found:
                raise UserError(
                    self.env._("line %s: product_id: there is no such one.", index)
                )
