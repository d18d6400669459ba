"""Alternatives: offered beside a date, never chosen by themselves."""

from typing import NamedTuple

from odoo import api, fields, models

from ..plain_json import PlainJson
from ..promising.alternatives import find_alternatives
from ..promising.words import Terms
from .delivery_promise_engine_check import CheckedLine

_lt = Terms(__name__)


class Option(NamedTuple):
    """A line as it could be asked for instead."""

    index: int
    kind: str
    checked: CheckedLine
    ask: bool = False


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _add_alternatives(self, request, confirmations, answer, loaded, schedules):
        """Write into the answer what would be sooner instead. One load for all."""
        options = self._alternative_options(request, confirmations)
        if not options:
            return
        lines = self._promising_lines(
            request._replace(lines=tuple(option.checked for option in options))
        )
        wanted = {
            (component.product_id, line.warehouse_id)
            for line in lines
            for component in line.components
            if component.tracked
        }
        places = {option.checked.warehouse for option in options}
        missing = {place for place in places if place.id not in schedules}
        if missing:
            schedules |= self._schedules(
                missing, request.company, fields.Datetime.now()
            )
        self._load_components(wanted, loaded, schedules, request.company)
        # What is made to order each time has no stock to offer.
        to_order = self._to_order_keys(wanted, request.company)
        numbers = [
            number
            for number, line in enumerate(lines)
            if not any(
                (component.product_id, line.warehouse_id) in to_order
                for component in line.components
            )
        ]
        found = find_alternatives(
            confirmations,
            [(options[number].index, lines[number]) for number in numbers],
            loaded.timelines,
            schedules,
            loaded.scope.allocation,
            one_delivery=request.shipping_policy == "one",
        )
        offers = {}
        for position, instead, arrival in found:
            option = options[numbers[position]]
            offers.setdefault(option.index, []).append(
                self._alternative(request, option, instead, arrival, schedules)
            )
        for index, alternatives in offers.items():
            alternatives.sort(key=lambda offer: (offer["promised_date"], offer["cost"]))
            answer["lines"][index]["alternatives"] = alternatives

    def _alternative_options(self, request, confirmations):
        """[Option] of all lines that are not with the customer as soon as asked for."""
        lines = [
            (index, checked)
            for index, (checked, confirmation) in enumerate(
                zip(request.lines, confirmations, strict=True)
            )
            if not self._is_in_time(checked, confirmation)
        ]
        if not lines:
            return []
        # search: what the user may not see is not offered to him
        warehouses = self.env["stock.warehouse"].search_fetch(
            [("company_id", "=", request.company.id)], self._warehouse_fields()
        )
        options = [
            Option(index, "warehouse", checked._replace(warehouse=warehouse))
            for index, checked in lines
            for warehouse in warehouses
            if warehouse != checked.warehouse
        ]
        # sudo: what a customer accepts counts, whoever asks
        if not request.partner.sudo().commercial_partner_id.promise_no_substitutes:
            options += self._substitute_options(request, lines)
        return options

    def _is_in_time(self, checked, confirmation):
        return bool(
            checked.requested
            and confirmation.promised
            and not confirmation.short
            and confirmation.promised <= checked.requested
        )

    def _substitute_options(self, request, lines):
        products = self.env["product.product"].browse(
            {checked.product.id for __, checked in lines}
        )
        substitutes = self.env["delivery.promise.substitute"]._of_products(
            products, request.company
        )
        ids = {entry[0] for entries in substitutes.values() for entry in entries}
        if not ids:
            return []
        # search: as for the warehouses
        readable = self.env["product.product"].search_fetch(
            [
                ("id", "in", list(ids)),
                ("type", "=", "consu"),
                ("company_id", "in", (False, request.company.id)),
            ],
            ["active", "product_tmpl_id"],
        )
        # sudo: what a variant inherits from its template may be read with it
        readable.sudo().product_tmpl_id.fetch(self._product_fields())
        by_id = {product.id: product for product in readable}
        options = []
        for index, checked in lines:
            for product_id, ratio, ask in substitutes[checked.product]:
                product = by_id.get(product_id)
                if not product:
                    continue
                unit = product.uom_id
                quantity = unit.round(
                    checked.product_quantity * ratio, rounding_method="UP"
                )
                instead = checked._replace(
                    product=product,
                    quantity=quantity,
                    uom=unit,
                    product_quantity=quantity,
                    minimum_first=checked.minimum_first / checked.quantity * quantity,
                    lead_days=None,
                    # they are the other product's
                    option_ids=(),
                )
                options.append(Option(index, "product", instead, ask))
        return options

    def _alternative(self, request, option, instead, arrival, schedules):
        """An alternative as the public API writes it."""
        checked = option.checked
        return {
            "kind": option.kind,
            "product_id": checked.product.id,
            "warehouse_id": checked.warehouse.id,
            "quantity": checked.quantity,
            "uom_id": checked.uom.id,
            "promised_date": self._to_wire(arrival),
            "ship_date": self._to_wire(instead.ship),
            "cost": self._alternative_cost(request, option),
            "ask": option.ask,
            "message": self._alternative_message(
                option, arrival, schedules[checked.warehouse.id]
            ),
        }

    def _alternative_cost(self, request, option):
        """What it costs the company more than what was asked for (less, if negative),
        in its currency: the difference of the goods' standard prices. Bridges may know
        what the way costs."""
        if option.kind == "warehouse":
            return 0.0
        asked = request.lines[option.index]
        # sudo: of the prices no more than the difference is told
        instead, own = (
            line.product.sudo().with_company(request.company).standard_price
            * line.product_quantity
            for line in (option.checked, asked)
        )
        return request.company.currency_id.round(instead - own)

    def _alternative_message(self, option, arrival, schedule):
        checked = option.checked
        values = {
            "warehouse": checked.warehouse.display_name,
            "product": self._named(
                checked.product, checked.product.display_name, _lt("another product")
            ),
            "quantity": self._quantity(checked.quantity, checked.uom),
            "date": self._local_date(arrival, schedule),
        }
        if option.kind == "warehouse":
            return self._say(_lt("from %(warehouse)s on %(date)s", **values))
        if option.ask:
            return self._say(
                _lt(
                    "%(quantity)s of %(product)s instead on %(date)s, if the customer"
                    " agrees",
                    **values,
                )
            )
        return self._say(
            _lt("%(quantity)s of %(product)s instead on %(date)s", **values)
        )


class DeliveryPromiseLine(models.Model):
    _name = "delivery.promise.line"
    _inherit = ["delivery.promise.line", "delivery.promise.offered"]

    alternatives = PlainJson(
        compute="_compute_alternatives",
        compute_sudo=False,
        help="What could be with the customer sooner.",
    )
    alternative_message = fields.Char(
        string="Sooner Instead",
        compute="_compute_alternative_message",
        help="The best of the alternatives.",
    )

    @api.depends("answer")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_alternatives(self):
        kept = [answer.get("alternatives") or [] for answer in self._answered()]
        told = self.env["delivery.promise.engine"]._tell(kept)
        for line, offers in zip(self, told, strict=True):
            line.alternatives = offers

    @api.depends("alternatives")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_alternative_message(self):
        for line in self:
            offers = line.alternatives or []
            line.alternative_message = offers[0]["message"] if offers else False

    def _engine_fields(self):
        return super()._engine_fields() | {"alternatives"}

    @api.model
    def _prepare_answer(self, answer):
        kept = super()._prepare_answer(answer)
        if answer["alternatives"]:
            engine = self.env["delivery.promise.engine"]
            kept["alternatives"] = engine._keep(answer["alternatives"])
        return kept

    def _promise_offers(self):
        return self.alternatives or []

    def _take_promise_offer(self, offer):
        """The promise delivers each line from a warehouse of its own."""
        quantity = offer["quantity"]
        self.write(
            {
                "product_id": offer["product_id"],
                "warehouse_id": offer["warehouse_id"],
                "quantity": quantity,
                "minimum_first": self.minimum_first / self.quantity * quantity,
                "product_uom_id": offer["uom_id"],
            }
        )
        return self.promise_id.action_simulate()


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _recorded_answer(self, request):
        answer = super()._recorded_answer(request)
        for recorded, line in zip(answer["lines"], self.line_ids, strict=True):
            recorded["alternatives"] = line.alternatives or []
        return answer
