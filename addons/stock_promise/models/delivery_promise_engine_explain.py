"""The answer in the words of the public API, and why it is so in the words of the
person on the phone."""

from collections import defaultdict

from odoo import api, models

from ..promising.words import Terms

_lt = Terms(__name__)
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
                    or schedule.day(promised)
                    <= max(schedule.day(checked.requested), schedule.today)
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
                    "origin": str(origin) if origin else False,
                }
                for quantity, kind, origin in parts
            ]
        return entries

    # -- reasons -----------------------------------------------------------------------

    def _reasons(self, checked, line, confirmation, schedule, quoted, origins, wished):
        """[(code, sentence)] in the order in which the date comes about; where the
        sentence names a document, a third says the same without the name."""
        if confirmation.closed:
            yield (
                "closed",
                self._say(
                    _lt(
                        "%s has no working hours in the years ahead; check its shipping"
                        " hours.",
                        checked.warehouse.display_name,
                    )
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
            yield (
                "untracked",
                self._say(_lt("Always available: its stock is not kept.")),
            )
        yield from self._source_reasons(checked, confirmation, schedule, origins)
        yield from self._allocation_reasons(checked, confirmation)
        if line.lead_days:
            yield (
                "lead_time",
                self._say(
                    _lt("%s day(s) from order to shipment", self._days(line.lead_days))
                ),
            )
        if schedule.security:
            yield (
                "security_lead",
                self._say(
                    _lt(
                        "ready %s day(s) before it ships",
                        self._days(schedule.security.total_seconds() / 86400),
                    )
                ),
            )
        if schedule.working:
            yield (
                "working_time",
                self._say(
                    _lt(
                        "leaves in the working hours of %s",
                        checked.warehouse.display_name,
                    )
                ),
            )
        if line.transit_days:
            yield (
                "transit",
                self._transit_message(self._days(line.transit_days), line.carrier),
            )
        if wished:
            if schedule.day(confirmation.promised) <= schedule.day(wished):
                yield "requested", self._say(_lt("planned for the requested date"))
            else:
                yield (
                    "after_requested",
                    self._say(
                        _lt(
                            "later than the requested %s",
                            self._local_date(wished, schedule),
                        )
                    ),
                )
        start = confirmation.latest_start
        if start and schedule.day(start) > schedule.today:
            yield (
                "replenish_by",
                self._say(
                    _lt(
                        "what is missing has to be ordered or begun by %s",
                        self._local_date(start, schedule),
                    )
                ),
            )
        if checked.latest and confirmation.promised > checked.latest:
            yield (
                "after_latest",
                self._say(
                    _lt(
                        "later than %s, the latest acceptable date",
                        self._local_date(checked.latest, schedule),
                    )
                ),
            )
        if quoted:
            yield (
                "quoted",
                self._say(
                    _lt(
                        "%s more are in quotations that hold nothing",
                        self._quantity(quoted, checked.product.uom_id),
                    )
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
                self._say(
                    _lt(
                        "Of %(wanted)s, %(available)s can be promised from what is on"
                        " hand and on its way to %(warehouse)s; no supply is known for"
                        " the rest.",
                        wanted=self._quantity(shortage.wanted, unit),
                        available=self._quantity(available, unit),
                        warehouse=warehouse.display_name,
                    )
                ),
            )
        return (
            "no_supply",
            self._say(
                _lt(
                    "Of the part %(part)s, %(wanted)s are needed and %(available)s can"
                    " be promised from %(warehouse)s; no supply is known for the"
                    " rest.",
                    part=self._product(product),
                    wanted=self._quantity(shortage.wanted, unit),
                    available=self._quantity(available, unit),
                    warehouse=warehouse.display_name,
                )
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
            amount = self._quantity(quantity, product.uom_id)
            there = day and self._calendar_day(day)
            message = self._source_message(kind, amount, origin, there)
            yield self._reason(
                kind,
                self._of_part(checked, product, message),
                # for whoever reads it later and may not read the document
                origin
                and self._of_part(
                    checked, product, self._source_message(kind, amount, None, there)
                ),
            )

    def _reason(self, code, message, neutral):
        """A reason, with what is said to those who may not read its names."""
        if neutral and neutral != message:
            return code, message, neutral
        return code, message

    def _source_message(self, kind, quantity, origin, day):
        """Where a quantity comes from, as a part of a sentence."""
        if kind == "stock":
            return self._say(_lt("%(quantity)s on hand", quantity=quantity))
        if kind == "receipt":
            return self._say(
                _lt(
                    "%(quantity)s from %(origin)s, expected %(date)s",
                    quantity=quantity,
                    origin=origin or self._say(_lt("an incoming receipt")),
                    date=day,
                )
            )
        return self._say(
            _lt(
                "%(quantity)s brought from %(origin)s, there on %(date)s",
                quantity=quantity,
                origin=origin or self._say(_lt("another warehouse")),
                date=day,
            )
        )

    def _transit_message(self, days, carrier):
        if carrier:
            return self._say(_lt("%s working day(s) of the carrier on the way", days))
        return self._say(_lt("%s day(s) on the way", days))

    def _explain_one_delivery(self, request, lines, answers, confirmations):
        """Who waits for whom, where all is delivered at once."""
        if any(confirmation.promised is None for confirmation in confirmations):
            waiting = [
                answer
                for answer, confirmation in zip(answers, confirmations, strict=True)
                if confirmation.waits
            ]
            message = self._say(
                _lt("All is to be delivered at once, and another line has no date.")
            )
        else:
            latest = max(confirmation.ship for confirmation in confirmations)
            waiting = [answer for answer in answers if latest]
            message = self._say(_lt("delivered at once, with the slowest line"))
        for answer in waiting:
            answer["reasons"].append({"code": "one_delivery", "message": message})
