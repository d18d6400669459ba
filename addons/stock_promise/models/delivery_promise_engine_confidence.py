"""How sure a date is: the days by which half, and nine in ten, of such deliveries have
come, from what the company's own planned dates turned out to be."""

from datetime import timedelta, timezone
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..promising.words import Terms
from .delivery_promise_lateness import lateness_keys

_lt = Terms(__name__)
#: After so many days what was computed is out of date: nobody refreshes it any more.
DAYS_VALID = 14
#: Kinds of sources whose lateness is known under another name.
KIND_OF_SOURCE = {
    "purchase": "receipt",
    "manufacture": "manufacture",
    "transfer": "transfer",
}


class Wanted(NamedTuple):
    """Whose lateness is asked for. Without a kind it is that of the move."""

    kind: str | None
    product_id: int
    partner_id: int | None = None
    seller_id: int | None = None
    move_id: int | None = None


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _answer(self, request, lines, confirmations, loaded, schedules):
        answer = super()._answer(request, lines, confirmations, loaded, schedules)
        # sudo: the setting counts for everybody who may ask for a date
        setting = request.company.sudo().promise_confidence
        if setting == "say" or (
            setting != "off" and self._lateness_is_known(request.company)
        ):
            self._add_confidence(request, answer, confirmations, schedules, setting)
        return answer

    def _add_confidence(self, request, answer, confirmations, schedules, setting):
        partner_id = request.partner.commercial_partner_id.id or None
        moves = self._confidence_moves(request, confirmations, schedules)
        deciding = [
            self._deciding(confirmation, checked.product.id, partner_id, moves)
            for checked, confirmation in zip(request.lines, confirmations, strict=True)
        ]
        known = self._lateness(
            {
                one
                for pieces in deciding
                for shipment, supplies in pieces
                for one in (shipment, *(one for __, ones in supplies for one in ones))
            },
            request.company,
        )
        for checked, confirmation, pieces, line in zip(
            request.lines, confirmations, deciding, answer["lines"], strict=True
        ):
            if not confirmation.promised:
                continue
            schedule = schedules[checked.warehouse.id]
            dates = self._sure_dates(confirmation, pieces, known, schedule)
            if dates:
                line["date_50"], line["date_90"] = map(self._to_wire, dates)
            elif setting == "say":
                line["reasons"].append(
                    {
                        "code": "too_little_history",
                        "message": self._say(
                            _lt("too little history yet to tell how sure the date is")
                        ),
                    }
                )

    def _confidence_moves(self, request, confirmations, schedules):
        """{(product, day, warehouse): move ids} of the receipts that lines wait for."""
        keys = {
            (source.product_id, source.origin, claim.warehouse_id)
            for confirmation in confirmations
            for claim in confirmation.claims
            for piece in confirmation.pieces
            for source in piece.sources
            if source.kind == "receipt" and claim.product_id == source.product_id
        }
        if not keys:
            return {}
        return {
            (product_id, day, warehouse_id): move_ids
            for (product_id, (day,), warehouse_id), move_ids in self._origin_moves(
                keys, schedules, request.company
            ).items()
        }

    def _deciding(self, confirmation, product_id, partner_id, moves):
        """[(Wanted of the shipment, [(source, [Wanted of its supply])])], a pair for
        each piece."""
        shipment = Wanted("delivery", product_id, partner_id)
        warehouse_id = confirmation.claims and confirmation.claims[0].warehouse_id
        return [
            (
                shipment,
                [
                    (source, self._supply_wanted(source, warehouse_id, moves))
                    for source in piece.sources
                    if source.kind != "stock"
                ],
            )
            for piece in confirmation.pieces
        ]

    def _supply_wanted(self, source, warehouse_id, moves):
        product_id = source.product_id
        if source.kind == "receipt":
            move_ids = [
                move_id
                for day in source.origin or ()
                for move_id in moves.get((product_id, day, warehouse_id), ())
            ]
            return [
                Wanted(None, product_id, move_id=move_id) for move_id in move_ids
            ] or [Wanted("receipt", product_id)]
        model, record_id = source.origin or (None, None)
        return [
            Wanted(
                KIND_OF_SOURCE[source.kind],
                product_id,
                seller_id=record_id if model == "product.supplierinfo" else None,
            )
        ]

    # -- the dates -------------------------------------------------------------------

    def _sure_dates(self, confirmation, pieces, known, schedule):
        """(date at 50 %, date at 90 %), or None where too little is known.

        A piece is as late as the latest of what it waits for and of such shipments:
        not their sum, since most late shipments waited for their goods themselves.
        """
        dates = []
        for piece, (shipment, supplies) in zip(
            confirmation.pieces, pieces, strict=True
        ):
            shifts = [known[shipment]] if shipment in known else []
            for source, wanted in supplies:
                if not all(one in known for one in wanted):
                    return None
                slack = self._slack(piece, source, schedule)
                # What comes long before it is needed may be that much late.
                shifts += [
                    [max(days - slack, 0) if slack > 0 else days for days in known[one]]
                    for one in wanted
                ]
            if not shifts:
                return None
            dates.append(
                [
                    self._shifted(piece.arrival, max(days), schedule)
                    for days in zip(*shifts, strict=True)
                ]
            )
        return [max(level) for level in zip(*dates, strict=True)]

    def _slack(self, piece, source, schedule):
        """Days between the arrival of goods and their use."""
        if source.day is None:
            return 0
        return schedule.day(piece.material) - schedule.day(
            schedule.material(source.day)
        )

    def _shifted(self, moment, days, schedule):
        """The same hour so many days later, but not in the past."""
        local = moment.replace(tzinfo=timezone.utc).astimezone(schedule.zone)
        shifted = (local + timedelta(days=days)).astimezone(timezone.utc)
        return max(shifted.replace(tzinfo=None), schedule.now)

    # -- what is known ---------------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _lateness_computed_on(self, company_id):
        """The last day on which a company's lateness was computed, or None."""
        self.env["delivery.promise.lateness"].flush_model(["company_id", "computed_on"])
        return self.env.execute_query(
            SQL(
                "SELECT MAX(computed_on) FROM delivery_promise_lateness"
                " WHERE company_id = %s",
                company_id,
            )
        )[0][0]

    def _lateness_is_known(self, company):
        """Whether any lateness of a company is known that is not out of date."""
        computed_on = self._lateness_computed_on(company.id)
        since = fields.Date.today() - timedelta(days=DAYS_VALID)
        return bool(computed_on and computed_on >= since)

    def _lateness(self, wanted, company):
        """{Wanted: (days at 50 %, days at 90 %)} of those with enough history: the
        finest group that has one. One query for all that is on the shelf, two more
        for what is still to come."""
        if not wanted or not self._lateness_is_known(company):
            return {}
        kinds, partners = self._kinds_and_partners(wanted)
        # sudo: the category of a component is no secret of the component
        products = self.env["product.product"].sudo()
        products = products.browse({one.product_id for one in wanted})
        category = {product.id: product.categ_id.id for product in products}
        keys = {
            one: lateness_keys(
                one.product_id, partners.get(one), category[one.product_id]
            )
            for one in wanted
            if one in kinds
        }
        rows = self.env.execute_query(
            SQL(
                """
                SELECT kind, key, days_50, days_90
                  FROM delivery_promise_lateness
                 WHERE company_id = %s AND kind = ANY(%s) AND key = ANY(%s)
                   AND computed_on >= %s
                """,
                company.id,
                list(set(kinds.values())),
                list({key for found in keys.values() for key in found}),
                fields.Date.today() - timedelta(days=DAYS_VALID),
            )
        )
        known = {(kind, key): (half, nine) for kind, key, half, nine in rows}
        late = {}
        for one, found in keys.items():
            days = (known.get((kinds[one], key)) for key in found)
            if first := next(filter(None, days), None):
                late[one] = first
        return late

    def _kinds_and_partners(self, wanted):
        """({Wanted: kind}, {Wanted: commercial partner}), as far as they are known."""
        kinds = {one: one.kind for one in wanted if one.kind}
        partners = {one: one.partner_id for one in wanted if one.partner_id}
        sellers = [one for one in wanted if one.seller_id and not one.partner_id]
        # sudo: whose lateness it is decides the date, and is not told
        Seller = self.env["product.supplierinfo"].sudo()
        for one, seller in zip(
            sellers, Seller.browse([one.seller_id for one in sellers]), strict=True
        ):
            partners[one] = seller.partner_id.commercial_partner_id.id
        moves = [one for one in wanted if one.move_id]
        if moves:
            found = self._move_lateness([one.move_id for one in moves])
            for one in moves:
                kind, partner_id = found.get(one.move_id, (None, None))
                if kind and not one.kind:
                    kinds[one] = kind
                partners.setdefault(one, partner_id)
        return kinds, partners

    def _move_lateness(self, move_ids):
        """{move id: (kind, commercial partner)}"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id,
                       CASE source.usage WHEN 'production' THEN 'manufacture'
                                         WHEN 'supplier' THEN 'receipt'
                                         WHEN 'transit' THEN 'transfer' END,
                       partner.commercial_partner_id
                  FROM stock_move move
                  JOIN stock_location source ON source.id = move.location_id
                  LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                  LEFT JOIN res_partner partner ON partner.id = COALESCE(
                       picking.partner_id, move.partner_id)
                 WHERE move.id = ANY(%s)
                """,
                move_ids,
            )
        )
        return {move_id: (kind, partner) for move_id, kind, partner in rows}
