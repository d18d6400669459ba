"""A line of a document that asks for dates, of whichever model: what would be sooner
instead, and the picture of its date."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..plain_json import PlainJson
from .part import Part


class DeliveryPromiseOffered(models.AbstractModel):
    """A line to which alternatives are offered, and that can take one of them."""

    _name = "delivery.promise.offered"
    _description = "Line with Alternatives"

    def action_use_alternative(self, product_id, warehouse_id):
        """Take what is offered instead, and look for the dates again.

        :param product_id: the alternative's product
        :param warehouse_id: the alternative's warehouse
        :raises UserError: it is not offered (any more), or it is too late to choose
        """
        self.ensure_one()
        self.check_access("write")
        for offer in self._promise_offers():
            if offer.get("usable", True) and (product_id, warehouse_id) == (
                offer["product_id"],
                offer["warehouse_id"],
            ):
                return self._take_promise_offer(offer)
        raise UserError(
            self.env._(
                "This alternative is not offered any more. Check the dates again."
            )
        )

    # -- what a model says -----------------------------------------------------------

    def _promise_offers(self):
        """The alternatives among which can be chosen now, as an answer has them."""
        raise NotImplementedError

    def _take_promise_offer(self, offer):
        """Ask for the offer instead, and look for the dates again."""
        raise NotImplementedError


class DeliveryPromiseAsking(models.AbstractModel):
    """A line of a lead, a quotation or an order, which asks the engine for its date
    together with the lines beside it.

    Models have ``promise_line_id``, the line of the promise that holds the goods.
    """

    _name = "delivery.promise.asking"
    _inherit = ["delivery.promise.offered"]
    _description = "Line That Asks for a Date"

    #: the field with the quantity that is asked for, in ``product_uom_id``
    _promise_quantity_field = None

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

    # -- what a model says -----------------------------------------------------------

    def _asking_document(self):
        """The lead or the order: it has ``action_compute_promise``."""
        raise NotImplementedError

    def _promise_warehouse(self):
        """Where the line is delivered from."""
        raise NotImplementedError

    def _set_promise_warehouse(self, warehouse_id):
        """Deliver the whole document from another warehouse."""
        raise NotImplementedError

    def _asking_lines(self):
        """The lines of the document, in their order, that can still be asked for."""
        raise NotImplementedError

    def _ask_promise(self, lines, **keys):
        """The engine's answer for these lines of the document.

        :param keys: further keys of the request
        """
        raise NotImplementedError

    def _asking_ship_date(self):
        """When the line leaves, as it was last looked up; False if not known."""
        return False

    # -- alternatives ----------------------------------------------------------------

    def _promise_alternatives(self):
        """The answer for a line that holds nothing, with what would be there sooner;
        False where nothing is to be chosen any more."""
        self.ensure_one()
        lines = self._asking_lines()
        if self not in lines:
            return False
        answer = self._ask_promise(lines, alternatives=True)
        answer = answer["lines"][lines.ids.index(self.id)]
        for offer in answer["alternatives"]:
            # Another warehouse is the whole document's.
            offer["usable"] = len(lines) == 1 or (
                offer["warehouse_id"] == self._promise_warehouse().id
            )
        return answer

    def _promise_offers(self):
        answer = self._promise_alternatives()
        return answer["alternatives"] if answer else []

    def _take_promise_offer(self, offer):
        document = self._asking_document()
        if offer["warehouse_id"] != self._promise_warehouse().id:
            self._set_promise_warehouse(offer["warehouse_id"])
        if offer["product_id"] != self.product_id.id:
            self.write(
                {
                    "product_id": offer["product_id"],
                    "product_uom_id": offer["uom_id"],
                    self._promise_quantity_field: offer["quantity"],
                }
            )
        return document.action_compute_promise()

    # -- parts ------------------------------------------------------------------

    def _compute_promise_parts(self):
        """Hook: the parts as :meth:`_stored_parts` writes them, or False."""
        raise NotImplementedError

    @api.model
    def _stored_parts(self, parts):
        """:class:`~.part.Part` as a field has them."""
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

    # -- the picture -----------------------------------------------------------------

    @api.readonly
    def get_promise_timeline(self):
        """What to draw for the line; see
        :meth:`~.delivery_promise_timeline.DeliveryPromiseLine.get_promise_timeline`."""
        self.ensure_one()
        self.check_access("read")
        # sudo: who may read the document may see its promise
        promise_line = self.sudo().promise_line_id
        if promise_line.promise_state in ("held", "confirmed", "done"):
            return promise_line._timeline_of_line()
        reasons, ship_date, offers = [], self._asking_ship_date(), []
        parts = self._read_parts(self.promise_parts)
        answer = self._promise_alternatives()
        if answer:
            offers = answer["alternatives"]
            reasons = [reason["message"] for reason in answer["reasons"]]
            ship_date = fields.Datetime.to_datetime(answer["ship_date"])
            parts = self.env["delivery.promise.line"]._answered_parts(answer)
        return self.env["delivery.promise.line"]._timeline(
            self.product_id,
            self.product_uom_id._compute_quantity(
                self[self._promise_quantity_field],
                self.product_id.uom_id,
                rounding_method="HALF-UP",
            ),
            self._promise_warehouse(),
            ship_date,
            reasons,
            offers,
            parts,
            self._asking_option_ids(),
        )

    def _asking_option_ids(self):
        """Ids of chosen values of attributes that create no variant; hook."""
        return ()
