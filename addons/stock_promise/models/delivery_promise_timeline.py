"""What the picture of a line's date is drawn from."""

from collections import defaultdict
from datetime import UTC

from odoo import api, fields, models

from ..promising.values import goods

#: the picture goes on for some days after the goods have left
SHORTEST, LONGEST, DAYS_AFTER = 30, 365, 14


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    @api.readonly
    def get_promise_timeline(self):
        """What to draw for the line: its products over the coming days, with its own
        claim among those of others.

        :return: ``{"title": str, "warehouse_id": int, "days": int, "reasons": [str],
            "alternatives": [those of an answer], "parts": str, "products": [{"id": int,
            "name": str, "uom_name": str, "claims": [{"date": "YYYY-MM-DD",
            "quantity": float, "own": True, "counted": bool}]}]}``; a kit has its
            components as products, quantities are in their own
            units, days are the warehouse's. ``counted`` is false for what is only
            looked up and held against nobody. ``parts`` says what comes when, of a
            line in parts.
        :raises AccessError: the line may not be read
        """
        self.ensure_one()
        self.check_access("read")
        return self._timeline_of_line()

    def _timeline_of_line(self):
        """As above, for a document that shows its own promise."""
        return self._timeline(
            self.product_id,
            self.product_uom_id._compute_quantity(
                self.quantity, self.product_id.uom_id, rounding_method="HALF-UP"
            ),
            self.warehouse_id,
            self.ship_date,
            [reason["message"] for reason in self.reasons or ()],
            parts=self._parts(),
            # sudo: what was chosen is the line's own
            option_ids=self.sudo().no_variant_value_ids.ids,
        )

    def _timeline(
        self,
        product,
        quantity,
        warehouse,
        ship_date,
        reasons,
        alternatives=(),
        parts=(),
        option_ids=(),
    ):
        """As :meth:`get_promise_timeline`; without a line in force the quantity is
        drawn on the day on which it would leave.

        :param alternatives: those of the answer, with ``usable`` where the document
            can take them by itself
        :param parts: :class:`~.part.Part` of a line in parts
        """
        # sudo: the claims and moves of a line are part of it, and the warehouse's days
        # count for everybody
        line = self.sudo()
        zone = warehouse.sudo()._promise_zone()

        def day(moment):
            return moment.replace(tzinfo=UTC).astimezone(zone).date()

        engine = self.env["delivery.promise.engine"]
        company = warehouse.sudo().company_id or self.env.company
        wanted = goods(product, quantity, option_ids)
        components = engine._explode({wanted}, company).get(wanted) or ((product, 1.0),)
        today = day(fields.Datetime.now())
        counted = defaultdict(lambda: defaultdict(float))
        for part, moment, taken in line._timeline_claims():
            counted[part.id][max(day(moment), today)] += taken
        counted_any = bool(counted)
        whole = sum(part.quantity for part in parts)
        leaving = {ship_date: quantity} if ship_date else {}
        if parts:
            leaving = {
                part.ship: quantity * part.quantity / whole
                for part in parts
                if part.ship
            }
        products = []
        for component, ratio in components:
            if not component.is_storable:
                continue
            drawn = counted[component.id]
            if not counted_any:
                for moment, left in leaving.items():
                    drawn[max(day(moment), today)] += left * ratio
            products.append(
                {
                    "id": component.id,
                    "name": component.display_name,
                    "uom_name": component.uom_id.name,
                    "claims": [
                        {
                            "date": fields.Date.to_string(date),
                            "quantity": taken,
                            "own": True,
                            "counted": counted_any,
                        }
                        for date, taken in sorted(drawn.items())
                    ],
                }
            )
        last = max(leaving, default=False)
        days = (day(last) - today).days + DAYS_AFTER if last else 0
        return {
            "title": product.display_name,
            "warehouse_id": warehouse.id,
            "days": min(max(days, SHORTEST), LONGEST),
            "reasons": [str(reason) for reason in reasons],
            "alternatives": [
                {**offer, "message": str(offer["message"])} for offer in alternatives
            ],
            "parts": self._parts_in_words(parts, warehouse, whole),
            "products": products,
        }

    def _timeline_claims(self):
        """[(product, moment, quantity)] that others cannot have because of the line."""
        if self.promise_state == "held":
            claims = self.promise_id.claim_ids.filtered(
                lambda claim: claim.line_id == self and claim.quantity > 0
            )
            return [(claim.product_id, claim.date, claim.quantity) for claim in claims]
        if self.promise_state == "confirmed":
            # The last step only: the steps before it bring the same goods nearer.
            return [
                (move.product_id, move.date, move.product_qty)
                for move in self.move_ids
                if move.state not in ("draft", "done", "cancel")
                and move._promise_delivery_sign() > 0
            ]
        return []
