from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.own_context import owned
from odoo.addons.stock_promise.models.stock_move import OPEN_STATES
from odoo.addons.stock_promise.promising.replenish import Option
from odoo.addons.stock_promise.promising.schedule import Schedule
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)
#: a supply policy: receipts count only once their vendor has said when they come
POLICY = "acknowledged"


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    # -- what could be bought --------------------------------------------------------

    def _rule_option(self, rule, product, warehouse, quantity, days, schedules):
        if rule.action != "buy":
            return super()._rule_option(
                rule, product, warehouse, quantity, days, schedules
            )
        days += self._steps_to_shelf(
            product, rule.picking_type_id.default_location_dest_id, warehouse
        )
        company = rule.company_id or warehouse.company_id
        return self._purchase_option(
            product, warehouse, quantity, company, schedules, days
        )

    def _purchase_option(
        self, product, warehouse, quantity, company, schedules, days=None
    ):
        """How a product can be bought, or None where nobody sells it.

        :param quantity: the most that would be bought
        :param days: days of the warehouse between the vendor's delivery and the shelf;
            None where it does not come to the warehouse
        """
        here = schedules[warehouse.id]
        today = date.fromordinal(here.day(here.start))
        sellers = {}

        def seller_for(needed):
            """The price break, and with it the delay, depends on what is short."""
            if needed not in sellers:
                sellers[needed] = self._promise_seller(product, needed, today, company)
            return sellers[needed]

        def ready(start, needed):
            ordered = here.after(start, company.days_to_purchase)
            if ordered is None:
                return None
            received = self._vendor_ready(
                seller_for(needed), ordered, seller_for(needed).delay
            )
            return self._on_shelf(here, received, days)

        if not seller_for(quantity):
            return None
        return Option(
            "purchase",
            ready,
            origin=lambda needed: ("product.supplierinfo", seller_for(needed).id),
        )

    def _on_shelf(self, schedule, received, days):
        """The day on which what was received can be taken; None: it never comes."""
        if received is None or days is None:
            return received
        return schedule.after(received, days)

    def _promise_seller(self, product, quantity, day, company):
        """Whom Odoo would buy a quantity from, among those whose lead time somebody has
        entered. Where it is less than anybody sells, whoever sells the least: more than
        is short can be bought.

        :return: product.supplierinfo, empty where nobody sells it on that day
        """
        product = product.with_company(company)
        seller = product._select_seller(
            quantity=quantity, date=day, uom_id=product.uom_id
        )
        if seller and not seller._promise_counted(company):
            sellers = product._get_filtered_sellers(
                quantity=quantity, date=day, uom_id=product.uom_id
            )
            seller = sellers._promise_counted(company)[:1]
        if not seller:
            sellers = product._get_filtered_sellers(quantity=None, date=day)
            seller = sellers._promise_counted(company).sorted(
                lambda seller: seller.product_uom_id._compute_quantity(
                    seller.min_qty, product.uom_id, round=False
                )
            )[:1]
        return seller

    def _unknown_seller(self, product, day, company):
        """The first vendor on that day whose lead time nobody has entered."""
        sellers = product.with_company(company)._get_filtered_sellers(
            quantity=None, date=day
        )
        return (sellers - sellers._promise_counted(company))[:1]

    def _no_seller_message(self, product, day, company):
        """Why a product cannot be bought on a day, and what to do about it."""
        if self._unknown_seller(product, day, company):
            return self._say(
                _lt(
                    "%s could be bought, but nobody has entered how long its vendor"
                    " takes: enter the lead time with the vendors of the product.",
                    self._product(product),
                )
            )
        return self._say(
            _lt(
                "%s could be bought, but has no vendor in force: add one to the"
                " product.",
                self._product(product),
            )
        )

    def _vendor_ready(self, seller, start, days):
        """When goods that are ordered at ``start`` are delivered, ``days`` later; None
        where they never are. A vendor without a calendar works on every day."""
        return start + timedelta(days=days)

    # -- in words --------------------------------------------------------------------

    def _origin_name(self, record):
        if record._name == "purchase.order":
            return record.name  # without the vendor's own reference
        if record._name != "product.supplierinfo":
            return super()._origin_name(record)
        # The name of a price tells the price; the customer is told the vendor at most.
        vendor = record.partner_id
        return vendor.has_access("read") and vendor.display_name

    def _source_message(self, kind, quantity, origin, day):
        if kind != "purchase":
            return super()._source_message(kind, quantity, origin, day)
        if origin:
            return self._say(
                _lt(
                    "%(quantity)s to be bought from %(vendor)s, there on %(date)s",
                    quantity=quantity,
                    vendor=origin,
                    date=day,
                )
            )
        return self._say(
            _lt(
                "%(quantity)s to be bought, there on %(date)s",
                quantity=quantity,
                date=day,
            )
        )

    def _shortage_reason(self, checked, shortage):
        code, message = super()._shortage_reason(checked, shortage)
        # sudo: whether somebody sells it decides the date whoever asks for it
        product = self._same_fetch(checked.product, shortage.product_id).sudo()
        warehouse = checked.warehouse.sudo()
        if shortage.warehouse_id:
            warehouse = warehouse.browse(abs(shortage.warehouse_id))
        rule, __ = self._replenishing_rule(product, warehouse)
        if rule.action != "buy" and (
            rule or not product.purchase_ok or product.seller_ids
        ):
            return code, message
        company = rule.company_id or warehouse.company_id
        now = fields.Datetime.now()
        schedule = self._schedules(warehouse, company, now)[warehouse.id]
        day = date.fromordinal(schedule.today)
        if self._promise_seller(product, shortage.wanted, day, company):
            return code, message
        hint = self._no_seller_message(product, day, company)
        return "no_vendor" if rule else code, self._join(" ", (message, hint))

    def _origin_fields(self):
        return [*super()._origin_fields(), "purchase_line_id"]

    def _named_models(self):
        return [*super()._named_models(), "purchase.order"]

    def _readable_origins(self, moves):
        """A receipt is named by its purchase order, where that may be read."""
        names = super()._readable_origins(moves)
        orders = self.env["purchase.order"]
        if not orders.has_access("read"):
            return names
        # sudo: only to get from the moves to the orders, whose rights are checked
        moves = moves.sudo()
        moves.fetch(self._origin_fields())
        moves.purchase_line_id.fetch(["order_id"])
        by_move = {
            move.id: move.purchase_line_id.order_id.id
            for move in moves
            if move.purchase_line_id
        }
        allowed = orders.search_fetch(
            [("id", "in", list(set(by_move.values())))], ["name"]
        )
        order_names = {order.id: self._named(order) for order in allowed}
        return names | {
            move_id: order_names[order_id]
            for move_id, order_id in by_move.items()
            if order_id in order_names
        }

    def _schedules(self, warehouses, company, now):
        schedules = super()._schedules(warehouses, company, now)
        for warehouse in warehouses:
            here = schedules[warehouse.id]
            past = schedules[-warehouse.id] = Schedule(now, here.zone)
            # after the cut-off nobody orders from the vendor before tomorrow
            past.start = here.start
        return schedules

    def _to_order_keys(self, keys, company, options=None):
        shelves = {key for key in keys if key[1] > 0}
        return super()._to_order_keys(shelves, company, options)

    def _replenishment_options(self, wanted, company, schedules):
        shelves = {key: wanted[key] for key in wanted if key[1].id > 0}
        options = super()._replenishment_options(shelves, company, schedules)
        for product, place in wanted.keys() - shelves.keys():
            option = self._purchase_option(
                product,
                place.browse(-place.id),
                wanted[product, place],
                company.sudo(),  # sudo: as in _browse_keys
                schedules,
            )
            if option:
                options[product.id, place.id] = option
        return options

    def _supply_policy(self, request):
        policy = super()._supply_policy(request)
        # sudo: the setting counts for everybody who may ask for a date
        if not request.company.sudo().promise_count_unacknowledged:
            policy = (*policy, POLICY)
        return policy

    def _apply_supply_policy(self, policy, wanted, loaded, schedules, company):
        super()._apply_supply_policy(policy, wanted, loaded, schedules, company)
        if POLICY not in policy:
            return
        rows = self._unacknowledged(wanted, loaded.scope, schedules, company)
        for product_id, warehouse_id, day, quantity, order_ids in rows:
            timeline = loaded.timelines.get((product_id, warehouse_id))
            if timeline and (product_id, warehouse_id) in wanted:
                planned = day.toordinal()
                timeline.withhold((planned,), quantity, (planned, tuple(order_ids)))

    def _unacknowledged(self, wanted, scope, schedules, company):
        """[(product, warehouse, day, quantity, purchase orders)] of open receipts of
        orders that were not acknowledged. What was ordered for a delivery (make to
        order) stays with it; what comes in addition is meant."""
        for model, names in {
            "purchase.order": ["acknowledged"],
            "purchase.order.line": ["order_id"],
            "stock.move": ["purchase_line_id"],
        }.items():
            self.env[model].flush_model(names)
        warehouse_ids = sorted({warehouse_id for __, warehouse_id in wanted})
        # sudo: the company's setting decides what counts, whoever asks
        own = company.sudo()
        return self.env.execute_query(
            SQL(
                """
                SELECT move.product_id, zone.warehouse_id,
                       timezone(zone.tz, timezone('UTC', move.date))::date AS day,
                       SUM(GREATEST(move.product_qty - made_to_order.quantity, 0))
                           ::float8,
                       array_agg(DISTINCT purchase.id)
                  FROM stock_move move
                  JOIN purchase_order_line line ON line.id = move.purchase_line_id
                  JOIN purchase_order purchase ON purchase.id = line.order_id
                   AND purchase.acknowledged IS NOT TRUE
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location final ON final.id
                       = COALESCE(move.location_final_id, move.location_dest_id)
                   AND final.usage IN ('internal', 'view')
                  JOIN unnest(%(warehouses)s::int[], %(zones)s::text[])
                       AS zone (warehouse_id, tz)
                    ON zone.warehouse_id = final.warehouse_id
                  LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(dest.product_qty), 0) AS quantity
                         FROM stock_move_move_rel link
                         JOIN stock_move dest ON dest.id = link.move_dest_id
                        WHERE link.move_orig_id = move.id
                          AND dest.procure_method = 'make_to_order'
                          AND dest.state IN %(states)s) made_to_order
                 WHERE move.product_id = ANY(%(products)s)
                   AND move.state IN %(states)s
                   AND move.id <> ALL(%(ignored)s)
                   AND source.warehouse_id IS DISTINCT FROM final.warehouse_id
                   AND (NOT %(exclude_owner)s
                        OR COALESCE(move.restrict_partner_id, picking.owner_id, %(own)s)
                           = %(own)s)
                 GROUP BY move.product_id, zone.warehouse_id, day
                """,
                warehouses=warehouse_ids,
                zones=[str(schedules[id_].zone) for id_ in warehouse_ids],
                products=sorted({product_id for product_id, __ in wanted}),
                states=OPEN_STATES,
                ignored=list(scope.ignore_moves),
                exclude_owner=own.promise_exclude_owner,
                own=own.partner_id.id,
            )
        )

    # -- in words ----------------------------------------------------------------------

    def _origin_moves(self, keys, schedules, company):
        found = super()._origin_moves(keys, schedules, company)
        if POLICY not in owned(self.env, "promise_supply_policy", ()):
            return found
        # sudo: which receipts count is decided whoever asks
        moves = (
            self.env["stock.move"]
            .sudo()
            .browse([move_id for move_ids in found.values() for move_id in move_ids])
        )
        counted = set(
            moves.filtered(
                lambda move: (
                    not move.purchase_line_id
                    or move.purchase_line_id.order_id.acknowledged
                )
            ).ids
        )
        return {
            key: [move_id for move_id in move_ids if move_id in counted]
            for key, move_ids in found.items()
        }

    @api.model
    def _answer(self, request, lines, confirmations, loaded, schedules):
        answer = super()._answer(request, lines, confirmations, loaded, schedules)
        if POLICY not in owned(self.env, "promise_supply_policy", ()):
            return answer
        withheld = {}
        for index, (line, confirmation) in enumerate(
            zip(lines, confirmations, strict=True)
        ):
            entries = [
                (component.product_id, *entry)
                for component in line.components
                if component.tracked
                for entry in loaded.timelines[
                    component.product_id, line.warehouse_id
                ].withheld
            ]
            if entries and self._misses_supply(confirmation):
                withheld[index] = entries
        if withheld:
            self._explain_withheld(request, answer, withheld)
        return answer

    def _explain_withheld(self, request, answer, withheld):
        """:param withheld: {index of a line: [(product, (day, orders), quantity)]}"""
        names = self._readable_orders(
            {
                order_id
                for entries in withheld.values()
                for __, (__, order_ids), __ in entries
                for order_id in order_ids
            }
        )
        for index, entries in withheld.items():
            product = request.lines[index].product
            reasons = []
            for product_id, (day, order_ids), quantity in entries:
                part = self._same_fetch(product, product_id)
                known = [names[id_] for id_ in order_ids if id_ in names]
                message, neutral = (
                    self._of_part(
                        request.lines[index],
                        part,
                        self._withheld_message(quantity, part, origin, day),
                    )
                    for origin in (known and self._all_named(known), None)
                )
                reason = self._reason("not_acknowledged", message, known and neutral)
                keys = ("code", "message", "neutral")
                reasons.append(dict(zip(keys, reason, strict=False)))
            self._insert_reasons(answer["lines"][index]["reasons"], reasons)

    def _withheld_message(self, quantity, part, origin, day):
        return self._say(
            _lt(
                "%(quantity)s from %(origin)s, planned for %(date)s, not counted: the"
                " vendor has not acknowledged it yet",
                quantity=self._quantity(quantity, part.uom_id),
                origin=origin or self._say(_lt("an incoming receipt")),
                date=self._calendar_day(day),
            )
        )

    def _readable_orders(self, order_ids):
        """{id: name} of those that the caller may read."""
        orders = self.env["purchase.order"]
        if not orders.has_access("read"):
            return {}
        found = orders.search([("id", "in", sorted(order_ids))])
        return {order.id: self._named(order) for order in found}
