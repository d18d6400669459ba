from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from odoo.addons.call_center.telephony.caller import (
    SECTION_LIMIT,
    Documents,
    Section,
    quantity_text,
)

# an order that is paid may still be on its way: it is shown for some time more
RECENT_DAYS = 60
PRODUCTS_NAMED = 3
# products are put together from so many of the last delivered lines
LINES_READ = 500


class PhoneCaller(models.AbstractModel):
    """What the caller has ordered, and what they own."""

    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Documents(
                30,
                "orders",
                self.env._("Orders"),
                model="sale.order",
                domain=self._caller_order_domain,
                order="date_order desc, id desc",
                line=self._caller_order,
                alerts=lambda _record, orders: self._caller_order_alerts(orders),
                is_about=True,
            ),
            Section(
                60,
                "owned",
                self.env._("Products Owned"),
                self._caller_owned,
                model="sale.order.line",
                of_customer=True,
            ),
        ]

    @api.model
    def _caller_order_domain(self, record):
        """Quotations and orders that the caller may be asking about."""
        now = fields.Datetime.now()
        entity = self._caller_entity(record)
        return Domain("partner_id.commercial_partner_id", "=", entity.id) & (
            Domain("state", "in", ("draft", "sent"))
            | Domain("state", "=", "sale")
            & (
                Domain("invoice_status", "!=", "invoiced")
                | Domain("commitment_date", ">", now)
                | Domain("date_order", ">", now - timedelta(days=RECENT_DAYS))
            )
        )

    @api.model
    def _caller_order(self, order):
        return self._caller_record(
            order,
            name=order.name,
            badge=self._caller_label(order, "state"),
            level="success" if order.state == "sale" else "info",
            values=self._caller_order_values(order),
        )

    @api.model
    def _caller_order_values(self, order):
        """What an order's line says; tuples as :meth:`_caller_record` takes them."""
        return [
            (
                "promised_date",
                self.env._("Promised"),
                "datetime",
                self._caller_order_date(order),
            ),
            ("date_order", self.env._("Ordered"), "datetime", order.date_order),
            (
                "amount_total",
                self.env._("Total"),
                "text",
                format_amount(self.env, order.amount_total, order.currency_id),
            ),
            (
                "products",
                self.env._("Products"),
                "text",
                self._caller_order_products(order),
            ),
        ]

    @api.model
    def _caller_order_date(self, order):
        """The date that the customer was given."""
        return order.commitment_date

    @api.model
    def _caller_order_products(self, order):
        lines = order.order_line.filtered(
            lambda line: line.product_id and not line.display_type
        )
        names = [
            f"{quantity_text(self.env, line.product_uom_qty)} × {line.product_id.name}"
            for line in lines[:PRODUCTS_NAMED]
        ]
        if len(lines) > PRODUCTS_NAMED:
            names.append("…")
        return ", ".join(names)

    @api.model
    def _caller_order_alerts(self, orders):
        """Orders whose day has passed before all of their goods were delivered."""
        alerts = []
        for order in orders:
            date = self._caller_order_date(order)
            if order.state == "sale" and date and self._caller_is_late(order, date):
                if any(self._caller_is_undelivered(line) for line in order.order_line):
                    alerts.append(
                        self._caller_alert(
                            self.env._(
                                "%(order)s was promised for %(date)s and is not "
                                "completely delivered.",
                                order=order.name,
                                date=self._caller_date(date),
                            ),
                            "danger",
                            order,
                        )
                    )
        return alerts

    @api.model
    def _caller_is_late(self, order, date):
        """Whether the day of an order's date is over: today's delivery is not late.
        Bridges know whose day counts."""
        today = fields.Date.context_today(self)
        return fields.Date.context_today(self, date) < today

    @api.model
    def _caller_is_undelivered(self, line):
        return (
            line.product_id.type == "consu"
            and not line.display_type
            and line.product_uom_id.compare(line.qty_delivered, line.product_uom_qty)
            < 0
        )

    # -- what they own ---------------------------------------------------------

    @api.model
    def _caller_owned_domain(self, record):
        """What was delivered to the caller's company, less what came back."""
        return Domain(
            [
                (
                    "order_partner_id.commercial_partner_id",
                    "=",
                    self._caller_entity(record).id,
                ),
                ("state", "=", "sale"),
                ("qty_delivered", ">", 0),
                ("display_type", "=", False),
                ("product_id.type", "=", "consu"),
            ]
        )

    @api.model
    def _caller_owned_quantity(self, product, quantity):
        unit = product.uom_id
        return f"{quantity_text(self.env, unit.round(quantity))} {unit.name}"

    @api.model
    def _caller_owned(self, record):
        """The products that the caller has, the last ordered first."""
        lines = self.env["sale.order.line"].search(
            self._caller_owned_domain(record), order="id desc", limit=LINES_READ
        )
        records = []
        by_product = lines.grouped("product_id")
        for product in list(by_product)[:SECTION_LIMIT]:
            own = by_product[product]
            quantity = sum(
                line.product_uom_id._compute_quantity(
                    line.qty_delivered, product.uom_id, raise_if_failure=False
                )
                for line in own
            )
            last = own[0].order_id
            records.append(
                self._caller_record(
                    product,
                    values=[
                        (
                            "quantity",
                            self.env._("Has"),
                            "text",
                            self._caller_owned_quantity(product, quantity),
                        ),
                        (
                            "date_order",
                            self.env._("Last ordered"),
                            "datetime",
                            last.date_order,
                        ),
                        ("order", self.env._("Order"), "text", last.name),
                    ],
                )
            )
        return records, []
