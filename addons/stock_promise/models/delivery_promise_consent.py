"""What a customer agrees to, recorded on the document that he agrees to it for."""

from odoo import fields, models


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
