"""What a subcontractor makes, out of what we send."""

from odoo import models

from odoo.addons.stock_promise.promising.replenish import Option


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _purchase_option(
        self, product, warehouse, quantity, company, schedules, days=None
    ):
        """A purchase from a subcontractor waits for the components that we send; as
        Odoo counts: not before the vendor's lead time is over, and not before the
        components were there for the manufacturing lead time of the bill."""
        option = super()._purchase_option(
            product, warehouse, quantity, company, schedules, days
        )
        Seller = self.env["product.supplierinfo"].sudo()  # sudo: as in _browse_keys
        bills, here = {}, schedules[warehouse.id]

        def subcontract(needed):
            """(bill or none, seller, {component: (where it is taken, days)}): another
            quantity may be for another vendor."""
            seller = Seller.browse(option.source(needed)[1])
            if seller not in bills:
                bill = self._subcontract_bill(product, seller, warehouse, company)
                parts = {
                    part: self._sent_component(part, seller, warehouse, company)
                    for part in (
                        self._bill_parts(bill, product, needed) if bill else ()
                    )
                }
                bills[seller] = bill, seller, parts
            return bills[seller]

        if not option or not subcontract(quantity)[0]:
            return option

        def explode(needed):
            bill, __, parts = subcontract(needed)
            if not bill:
                return ()
            return tuple(
                (part.id, parts[part][0], total)
                for part, total in self._bill_parts(bill, product, needed).items()
                if parts.get(part)
            )

        def ready(start, needed):
            bought = option.ready(here.start, needed)
            bill, seller, parts = subcontract(needed)
            if not bill or not bought:
                return bought
            sent = here.after(start, max([0.0, *(p[1] for p in parts.values() if p)]))
            made = sent and self._vendor_ready(seller, sent, bill.produce_delay)
            made = self._on_shelf(here, made or None, days)
            return made and max(bought, made)

        ordered = here.after(here.start, company.days_to_purchase)
        earliest = ordered and here.after(
            ordered, subcontract(quantity)[0].days_to_prepare_mo
        )
        return earliest and Option(
            option.kind,
            ready,
            tuple(
                (part, where, total / quantity)
                for part, where, total in explode(quantity)
            ),
            option.origin,
            explode,
            earliest,
        )

    def _subcontract_bill(self, product, seller, warehouse, company):
        """The bill by which a vendor makes a product for us, as Odoo finds it when
        the goods are ordered; empty where it just sells them."""
        # sudo: bills decide the date whoever asks for it
        bills = product.sudo().product_tmpl_id.bom_ids
        if "subcontract" not in bills.mapped("type"):
            return bills.browse()  # known of all products at once
        return bills._bom_subcontract_find(
            product,
            picking_type=warehouse.in_type_id,
            company_id=company.id,
            bom_type="subcontract",
            subcontractor=seller.partner_id,
        )

    def _sent_component(self, part, seller, warehouse, company):
        """(place that a component comes from, days of its way) where we send it or
        have it sent; None where it is the vendor's business."""
        Rule = self.env["stock.rule"].sudo()  # sudo: as in _browse_keys
        partner = seller.partner_id.with_company(company)
        there = partner.property_stock_subcontractor or (
            company.subcontracting_location_id
        )
        production = part.with_company(company).property_stock_production
        location, rule = there, Rule
        while location and not rule:
            # the rule by which the subcontracted order's component is procured
            rule = Rule._search_rule(
                False,
                self.env["uom.uom"],
                part,
                warehouse,
                [
                    ("location_src_id", "=", location.id),
                    ("location_dest_id", "=", production.id),
                    ("action", "!=", "push"),
                ],
            )
            location = location.location_id
        if rule.procure_method != "make_to_order":
            return None
        rule = Rule._get_rule(
            part, there, {"warehouse_id": warehouse, "company_id": company}
        )
        if rule.action == "buy":
            return -warehouse.id, 0.0
        source = rule.location_src_id.warehouse_id
        if rule.action not in ("pull", "pull_push") or not source:
            return None
        return source.id, rule.delay
