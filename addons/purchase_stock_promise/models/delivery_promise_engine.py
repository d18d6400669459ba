from datetime import date, timedelta

from odoo import fields, models

from odoo.addons.stock_promise.promising.replenish import Option
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)


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
