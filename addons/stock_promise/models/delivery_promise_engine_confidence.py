"""How sure a date is: the days by which half, and nine in ten, of such deliveries have
come, from what the company's own planned dates turned out to be."""

from datetime import timedelta, timezone
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

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
        if setting != "off":
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
                        "message": self.env._(
                            "too little history yet to tell how sure the date is"
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

    def _lateness(self, wanted, company):
        """{Wanted: (days at 50 %, days at 90 %)} of those with enough history: the
        finest group that has one. One query for all."""
        wanted = list(wanted)
        if not wanted:
            return {}
        columns = [list(column) for column in zip(*wanted, strict=True)]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (wanted.number)
                       wanted.number, late.days_50, late.days_90
                  FROM unnest(%(kinds)s::text[], %(products)s::int[],
                              %(partners)s::int[], %(sellers)s::int[],
                              %(moves)s::int[]) WITH ORDINALITY
                       AS wanted (kind, product_id, partner_id, seller_id, move_id,
                                  number)
                  JOIN product_product product ON product.id = wanted.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN product_supplierinfo seller ON seller.id = wanted.seller_id
                  LEFT JOIN stock_move move ON move.id = wanted.move_id
                  LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                  LEFT JOIN stock_location source ON source.id = move.location_id
                  LEFT JOIN res_partner partner ON partner.id = COALESCE(
                       wanted.partner_id, seller.partner_id,
                       picking.partner_id, move.partner_id)
                 CROSS JOIN LATERAL (
                       SELECT 'p' || product.id AS p,
                              'v' || partner.commercial_partner_id AS v,
                              'c' || template.categ_id AS c) AS part
                 CROSS JOIN LATERAL unnest(
                       ARRAY[p || '/' || v, p, v || '/' || c, v, c, ''])
                       WITH ORDINALITY AS name (key, rank)
                  JOIN delivery_promise_lateness late
                    ON late.company_id = %(company)s
                   AND late.kind = COALESCE(
                       wanted.kind,
                       CASE source.usage WHEN 'production' THEN 'manufacture'
                                         WHEN 'supplier' THEN 'receipt'
                                         WHEN 'transit' THEN 'transfer' END)
                   AND late.key = name.key
                   AND late.computed_on >= %(since)s
                 ORDER BY wanted.number, name.rank
                """,
                kinds=columns[0],
                products=columns[1],
                partners=columns[2],
                sellers=columns[3],
                moves=columns[4],
                company=company.id,
                since=fields.Date.today() - timedelta(days=DAYS_VALID),
            )
        )
        return {wanted[number - 1]: (half, nine) for number, half, nine in rows}
