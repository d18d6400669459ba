"""The answer in the words of the public API, and why it is so in the words of the
person on the phone."""

from collections import defaultdict
from datetime import date

from odoo import api, models
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

from .delivery_promise_engine_replenish import ORIGINS
from .stock_move import OPEN_STATES

#: from weakest to strongest: a kit comes from the latest of what it is made of
SOURCES = ("stock", "receipt", "transfer", "purchase", "manufacture")


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _answer(self, request, lines, confirmations, loaded, schedules):
        """The answer of the contract, as plain JSON values."""
        origins = self._origins(request, confirmations, schedules)
        answers = [
            self._line_answer(
                checked,
                line,
                confirmation,
                schedules[line.warehouse_id],
                loaded.quoted.get((checked.product.id, checked.warehouse.id), 0.0),
                origins,
            )
            for checked, line, confirmation in zip(
                request.lines, lines, confirmations, strict=True
            )
        ]
        if request.shipping_policy == "one" and len(answers) > 1:
            self._explain_one_delivery(request, lines, answers, confirmations)
        promised = [confirmation.promised for confirmation in confirmations]
        return {
            "promised_date": self._to_wire(None not in promised and max(promised)),
            "lines": answers,
        }

    def _line_answer(self, checked, line, confirmation, schedule, quoted, origins):
        promised, wished = confirmation.promised, line.requested
        in_line_unit = checked.quantity / checked.product_quantity
        start = {}
        if confirmation.latest_start:
            start["replenish_by"] = self._to_wire(confirmation.latest_start)
        return {
            **start,
            "reference": checked.reference,
            "product_id": checked.product.id,
            "quantity": checked.quantity,
            "uom_id": checked.uom.id,
            "requested_date": self._to_wire(checked.requested),
            "promised_date": self._to_wire(promised),
            "ship_date": self._to_wire(confirmation.ship),
            "on_time": bool(
                promised
                and (
                    not checked.requested
                    or promised <= max(checked.requested, schedule.now)
                )
            ),
            "date_50": False,
            "date_90": False,
            "quoted_elsewhere": quoted * in_line_unit,
            "alternatives": [],
            "schedule": self._schedule_answer(
                checked, confirmation, in_line_unit, origins
            ),
            "reasons": [
                dict(zip(("code", "message", "neutral"), reason, strict=False))
                for reason in self._reasons(
                    checked, line, confirmation, schedule, quoted, origins, wished
                )
            ],
        }

    def _schedule_answer(self, checked, confirmation, in_line_unit, origins):
        entries = []
        for piece in confirmation.pieces:
            parts = [
                (
                    source.quantity,
                    source.kind,
                    origins.get(self._origin_key(source, checked.warehouse.id)),
                )
                for source in piece.sources
            ]
            products = {source.product_id for source in piece.sources}
            if products != {checked.product.id}:
                # A kit, or goods whose stock is not kept: one entry for the piece.
                kinds = [part[1] for part in parts] or ["stock"]
                parts = [(piece.quantity, max(kinds, key=SOURCES.index), False)]
            entries += [
                {
                    "quantity": quantity * in_line_unit,
                    "ship_date": self._to_wire(piece.ship),
                    "delivery_date": self._to_wire(piece.arrival),
                    "warehouse_id": checked.warehouse.id,
                    "source": kind,
                    "origin": origin or False,
                }
                for quantity, kind, origin in parts
            ]
        return entries

    # -- where supply comes from, by name ----------------------------------------------

    def _origin_key(self, source, warehouse_id):
        """(product, days, warehouse) under which a receipt is looked up; None for the
        shelf."""
        if source.kind == "stock":
            return None
        # a vendor's place past the warehouse has its id, negated
        return source.product_id, source.origin, abs(warehouse_id)

    def _origins(self, request, confirmations, schedules):
        """{origin key: name} of the receipts that are named in the answer and that
        the caller may read. One query for all of them."""
        keys = {
            (source.product_id, source.origin, claim.warehouse_id)
            for confirmation in confirmations
            for piece in confirmation.pieces
            for source in piece.sources
            for claim in confirmation.claims
            if source.kind == "receipt" and claim.product_id == source.product_id
        }
        names = self._planned_origins(confirmations)
        if not keys:
            return names
        found = self._origin_moves(keys, schedules, request.company)
        readable = self._readable_origins(
            self.env["stock.move"].browse(
                [move_id for moves in found.values() for move_id in moves]
            )
        )
        for key, move_ids in found.items():
            labels = {readable[id_]: None for id_ in move_ids if id_ in readable}
            if labels:
                names[key] = ", ".join(list(labels)[:3])
        return names

    def _planned_origins(self, confirmations):
        """{origin key: name} of who replenishes, where the caller may read it."""
        names = {}
        for confirmation in confirmations:
            warehouse_id = confirmation.claims and confirmation.claims[0].warehouse_id
            for piece in confirmation.pieces:
                for source in piece.sources:
                    if source.kind in ("stock", "receipt") or not source.origin:
                        continue
                    model, record_id = source.origin
                    record = self.env[model].browse(record_id)
                    if record.has_access("read"):
                        key = self._origin_key(source, warehouse_id)
                        names[key] = self._origin_name(record)
        return names

    def _origin_name(self, record):
        """Who replenishes, in the words for a customer; falsy for nobody."""
        return record.display_name

    def _origin_moves(self, keys, schedules, company):
        """{key: move ids} of the receipts behind these (product, days, warehouse).
        Within a request it is looked up once, for their names and for how sure they
        are."""
        remembered = self.env.cr.cache.get(ORIGINS, {})
        asked = frozenset(keys)
        if asked not in remembered:
            remembered[asked] = self._find_origin_moves(keys, schedules, company)
        return remembered[asked]

    def _find_origin_moves(self, keys, schedules, company):
        wanted = [
            (
                product_id,
                schedules[warehouse_id].midnight(day),
                schedules[warehouse_id].midnight(day + 1),
                (product_id, (day,), warehouse_id),
            )
            for product_id, origin, warehouse_id in keys
            for day in origin or ()
        ]
        if not wanted:
            return {}
        products, starts, ends, known_as = map(list, zip(*wanted, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.number, move.id, move.location_id,
                       COALESCE(move.location_final_id, move.location_dest_id)
                  FROM unnest(%(products)s::int[], %(starts)s::timestamp[],
                              %(ends)s::timestamp[]) WITH ORDINALITY
                       AS wanted (product_id, starts, ends, number)
                  JOIN stock_move move ON move.product_id = wanted.product_id
                   AND move.state IN %(states)s
                   AND move.date >= wanted.starts AND move.date < wanted.ends
                 WHERE NOT EXISTS (
                       -- made to order: this receipt is somebody's already
                       SELECT FROM stock_move_move_rel link
                         JOIN stock_move dest ON dest.id = link.move_dest_id
                        WHERE link.move_orig_id = move.id
                          AND dest.procure_method = 'make_to_order'
                          AND dest.state IN %(states)s)
                 ORDER BY move.date, move.id
                """,
                products=products,
                starts=starts,
                ends=ends,
                states=OPEN_STATES,
            )
        )
        # sudo: the company's setting decides what counts, whoever asks
        ways = self._empty_ledger({key[2] for key in keys}, company.sudo())
        found = defaultdict(list)
        for number, move_id, place, target in rows:
            key = known_as[number - 1]
            source, final, counts = ways.way(place, target)
            if counts and final == key[2] and source != final:
                found[key].append(move_id)
        return found

    def _readable_origins(self, moves):
        """{move id: name of its document}, of those that the caller may read.
        Bridges name the order behind the receipt."""
        pickings = self.env["stock.picking"]
        if not pickings.has_access("read"):
            return {}
        # sudo: only to get from the moves to the pickings, whose rights are checked
        moves = moves.sudo()
        moves.fetch(self._origin_fields())
        by_move = {move.id: move.picking_id.id for move in moves}
        allowed = pickings.search_fetch(
            [("id", "in", [id_ for id_ in by_move.values() if id_])], ["name"]
        )
        names = {picking.id: picking.name for picking in allowed}
        return {
            move_id: names[picking_id]
            for move_id, picking_id in by_move.items()
            if picking_id in names
        }

    def _origin_fields(self):
        """Fields of moves that lead to the documents that they are named by."""
        return ["picking_id"]

    # -- reasons -----------------------------------------------------------------------

    def _reasons(self, checked, line, confirmation, schedule, quoted, origins, wished):
        """[(code, sentence)] in the order in which the date comes about; where the
        sentence names a document, a third says the same without the name."""
        if confirmation.closed:
            yield (
                "closed",
                self.env._(
                    "%s has no working hours in the years ahead; check its shipping"
                    " hours.",
                    checked.warehouse.display_name,
                ),
            )
            return
        if confirmation.shortage:
            yield self._shortage_reason(checked, confirmation.shortage)
            yield from self._allocation_reasons(checked, confirmation)
            return
        if confirmation.waits:
            return
        if not any(component.tracked for component in line.components):
            yield "untracked", self.env._("Always available: its stock is not kept.")
        yield from self._source_reasons(checked, confirmation, schedule, origins)
        yield from self._allocation_reasons(checked, confirmation)
        if line.lead_days:
            yield (
                "lead_time",
                self.env._(
                    "%s day(s) from order to shipment", self._days(line.lead_days)
                ),
            )
        if schedule.security:
            yield (
                "security_lead",
                self.env._(
                    "ready %s day(s) before it ships",
                    self._days(schedule.security.total_seconds() / 86400),
                ),
            )
        if schedule.working:
            yield (
                "working_time",
                self.env._(
                    "leaves in the working hours of %s",
                    checked.warehouse.display_name,
                ),
            )
        if line.transit_days:
            yield (
                "transit",
                self._transit_message(self._days(line.transit_days), line.carrier),
            )
        if wished:
            if confirmation.promised <= wished:
                yield "requested", self.env._("planned for the requested date")
            else:
                yield (
                    "after_requested",
                    self.env._(
                        "later than the requested %s",
                        self._local_date(wished, schedule),
                    ),
                )
        start = confirmation.latest_start
        if start and schedule.day(start) > schedule.today:
            yield (
                "replenish_by",
                self.env._(
                    "what is missing has to be ordered or begun by %s",
                    self._local_date(start, schedule),
                ),
            )
        if checked.latest and confirmation.promised > checked.latest:
            yield (
                "after_latest",
                self.env._(
                    "later than %s, the latest acceptable date",
                    self._local_date(checked.latest, schedule),
                ),
            )
        if quoted:
            yield (
                "quoted",
                self.env._(
                    "%s more are in quotations that hold nothing",
                    self._quantity(quoted, checked.product.uom_id),
                ),
            )

    def _same_fetch(self, product, product_id):
        """A product by its id; the line's own is read with those of the others."""
        return product if product.id == product_id else product.browse(product_id)

    def _shortage_reason(self, checked, shortage):
        product = self._same_fetch(checked.product, shortage.product_id)
        unit = product.uom_id
        warehouse = checked.warehouse
        if shortage.warehouse_id:
            # sudo: the name of the warehouse that the goods would come from
            warehouse = warehouse.browse(abs(shortage.warehouse_id)).sudo()
        available = max(shortage.available, 0.0)
        if product == checked.product and warehouse == checked.warehouse:
            return (
                "no_supply",
                self.env._(
                    "Of %(wanted)s, %(available)s can be promised from what is on hand"
                    " and on its way to %(warehouse)s; no supply is known for the"
                    " rest.",
                    wanted=self._quantity(shortage.wanted, unit),
                    available=self._quantity(available, unit),
                    warehouse=warehouse.display_name,
                ),
            )
        return (
            "no_supply",
            self.env._(
                "Of the part %(part)s, %(wanted)s are needed and %(available)s can be"
                " promised from %(warehouse)s; no supply is known for the rest.",
                part=product.display_name,
                wanted=self._quantity(shortage.wanted, unit),
                available=self._quantity(available, unit),
                warehouse=warehouse.display_name,
            ),
        )

    def _source_reasons(self, checked, confirmation, schedule, origins):
        totals = defaultdict(float)
        for piece in confirmation.pieces:
            for source in piece.sources:
                key = (
                    source.product_id,
                    source.kind,
                    source.day,
                    origins.get(self._origin_key(source, checked.warehouse.id)),
                )
                totals[key] += source.quantity
        for (product_id, kind, day, origin), quantity in totals.items():
            product = self._same_fetch(checked.product, product_id)
            part = f"{product.display_name}: " if product != checked.product else ""
            amount = self._quantity(quantity, product.uom_id)
            there = day and format_date(self.env, date.fromordinal(day))
            message = part + self._source_message(kind, amount, origin, there)
            # for whoever reads it later and may not read the document
            neutral = origin and part + self._source_message(kind, amount, None, there)
            if neutral and neutral != message:
                yield kind, message, neutral
            else:
                yield kind, message

    def _named_models(self):
        """The models whose documents an answer may name."""
        return ["stock.picking"]

    def _may_read_origins(self):
        """Whether the user may read what a stored answer names, also where another
        document shows it to him with all rights."""
        env = self.sudo(False).env
        # A customer on the portal has access to such documents, but to his own alone.
        return env.user._is_internal() and all(
            env[name].has_access("read") for name in self._named_models()
        )

    def _source_message(self, kind, quantity, origin, day):
        """Where a quantity comes from, as a part of a sentence."""
        if kind == "stock":
            return self.env._("%(quantity)s on hand", quantity=quantity)
        if kind == "receipt":
            return self.env._(
                "%(quantity)s from %(origin)s, expected %(date)s",
                quantity=quantity,
                origin=origin or self.env._("an incoming receipt"),
                date=day,
            )
        return self.env._(
            "%(quantity)s brought from %(origin)s, there on %(date)s",
            quantity=quantity,
            origin=origin or self.env._("another warehouse"),
            date=day,
        )

    def _transit_message(self, days, carrier):
        if carrier:
            return self.env._("%s working day(s) of the carrier on the way", days)
        return self.env._("%s day(s) on the way", days)

    def _explain_one_delivery(self, request, lines, answers, confirmations):
        """Who waits for whom, where all is delivered at once."""
        if any(confirmation.promised is None for confirmation in confirmations):
            waiting = [
                answer
                for answer, confirmation in zip(answers, confirmations, strict=True)
                if confirmation.waits
            ]
            message = self.env._(
                "All is to be delivered at once, and another line has no date."
            )
        else:
            latest = max(confirmation.ship for confirmation in confirmations)
            waiting = [answer for answer in answers if latest]
            message = self.env._("delivered at once, with the slowest line")
        for answer in waiting:
            answer["reasons"].append({"code": "one_delivery", "message": message})

    # -- words -------------------------------------------------------------------------

    def _quantity(self, quantity, unit):
        digits = 0
        if quantity != round(quantity) and unit.compare(quantity, round(quantity)):
            digits = 2
        if not digits and quantity < 1000:
            # No language groups three digits, and most quantities are of this kind.
            number = f"{quantity:.0f}"
        else:
            number = formatLang(self.env, quantity, digits=digits)
        return f"{number} {unit.name}"

    def _days(self, days):
        return formatLang(self.env, days, digits=0 if days == int(days) else 1)

    def _local_date(self, moment, schedule):
        return format_date(self.env, schedule._local(moment).date())
