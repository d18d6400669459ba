"""What a customer agrees to, recorded on the document that he agrees to it for."""

from odoo import api, fields, models

from ..plain_json import PlainJson
from .delivery_promise_parts import Part


class DeliveryPromiseConsent(models.AbstractModel):
    """A lead or an order. Nothing is agreed to unless somebody says so, and what was
    agreed to once is not agreed to for a copy."""

    _name = "delivery.promise.consent"
    _description = "Document with a Customer's Consent"

    promise_allow_split = fields.Boolean(
        string="Accepts Several Deliveries",
        copy=False,
        tracking=True,
        help="The customer accepts a product in several deliveries, each with its own"
        " date. Not where all products are delivered at once.",
    )
    promise_partial = fields.Boolean(
        string="Accepts a Part Now",
        copy=False,
        tracking=True,
        help="The customer agrees: where not all of a product can be promised, the part"
        " that can be is, and the rest follows without a promised date. Not where all"
        " products are delivered at once.",
    )

    def _promise_all_at_once(self):
        """Whether everything is to be delivered together; such a document has no
        parts, whatever else was agreed to."""
        raise NotImplementedError

    def _promise_consent(self):
        """The consent as keys of a request."""
        self.ensure_one()
        open_to_parts = not self._promise_all_at_once()
        return {
            "allow_split": open_to_parts and self.promise_allow_split,
            "partial": open_to_parts and self.promise_partial,
        }


class DeliveryPromiseAsking(models.AbstractModel):
    _inherit = "delivery.promise.asking"

    promise_minimum_first = fields.Float(
        string="At Least First",
        digits="Product Unit",
        help="The smallest first delivery that is of use to the customer. 0 for any.",
    )
    promise_parts = PlainJson(
        compute="_compute_promise_parts",
        help="What comes when, of a line in parts.",
    )
    promise_parts_message = fields.Char(
        string="Deliveries", compute="_compute_promise_parts_message"
    )

    _promise_minimum_first_positive = models.Constraint(
        "CHECK (promise_minimum_first IS NULL OR promise_minimum_first >= 0)",
        "The smallest first delivery cannot be negative.",
    )

    def _compute_promise_parts(self):
        """Hook: the parts as :meth:`_stored_parts` writes them, or False."""
        raise NotImplementedError

    @api.model
    def _stored_parts(self, parts):
        """:class:`~.delivery_promise_parts.Part` as a field has them."""
        return [
            {
                "quantity": part.quantity,
                "ship_date": fields.Datetime.to_string(part.ship) or False,
                "promised_date": fields.Datetime.to_string(part.arrival) or False,
            }
            for part in parts
        ] or False

    @api.model
    def _read_parts(self, stored):
        to_datetime = fields.Datetime.to_datetime
        return [
            Part(
                entry["quantity"],
                to_datetime(entry["ship_date"] or None),
                to_datetime(entry["promised_date"] or None),
            )
            for entry in stored or ()
        ]

    @api.depends("promise_parts")
    @api.depends_context("lang")
    def _compute_promise_parts_message(self):
        for line in self:
            parts = self._read_parts(line.promise_parts)
            line.promise_parts_message = (
                line._promise_parts_in_words(parts) if parts else False
            )

    def _promise_parts_in_words(self, parts):
        self.ensure_one()
        return self.env["delivery.promise.line"]._parts_in_words(
            parts, self._promise_warehouse(), sum(part.quantity for part in parts)
        )

    def _minimum_first_asked(self):
        """The smallest first delivery, as the line of a request has it: only where
        the customer accepts parts at all."""
        self.ensure_one()
        consent = self._asking_document()._promise_consent()
        if not self.promise_minimum_first or not any(consent.values()):
            return {}
        quantity = self[self._promise_quantity_field]
        return {"minimum_first": min(self.promise_minimum_first, quantity)}
