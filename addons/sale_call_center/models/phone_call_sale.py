from odoo import api, models
from odoo.fields import Domain

from odoo.addons.call_center.models.phone_call_context import (
    SECTION_LIMIT,
    CallerSection,
)

# products are put together from so many of the last delivered lines
LINES_READ = 500


class PhoneCall(models.Model):
    """What the caller has, and the orders that a call can have been about."""

    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self._caller_entity(record) and self.env["sale.order.line"].has_access(
            "read"
        ):
            sections.append(
                CallerSection(
                    60,
                    "owned",
                    self.env._("Products Owned"),
                    lambda: self._caller_owned(record),
                )
            )
        return sections

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
                            f"{product.uom_id.round(quantity):g} {product.uom_id.name}",
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

    def _wrap_up_abouts(self):
        abouts = super()._wrap_up_abouts()
        if self.partner_id and self.env["sale.order"].has_access("read"):
            orders = self.env["sale.order"].search(
                self._caller_order_domain(self.partner_id),
                order="date_order desc, id desc",
                limit=SECTION_LIMIT,
            )
            abouts += [order for order in orders if order not in abouts]
        return abouts
