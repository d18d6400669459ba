"""Data of the tests of buying: a vendor, a buyer, orders through the form."""

from datetime import timedelta

from odoo.tests import Form

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


class PurchaseCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.days_to_purchase = 0
        cls.vendor = cls.env["res.partner"].create({"name": "Steel Mill"})
        # Where receipts are in batches, Odoo asks buyers for rights on these.
        cls.buyer = cls._create_user(
            "buyer", "purchase.group_purchase_user,stock.group_stock_user"
        )
        cls.storekeeper = cls._create_user("storekeeper", "stock.group_stock_user")

    @classmethod
    def sells(cls, delay, vendor=None, product=None, **values):
        product = product or cls.product
        return cls.env["product.supplierinfo"].create(
            {
                "partner_id": (vendor or cls.vendor).id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "delay": delay,
                "company_id": cls.company.id,
                **values,
            }
        )

    def later(self, days):
        return NOW + timedelta(days=days)

    def quotation(self, *lines, vendor=None):
        """A request for quotation of the buyer, as typed in.

        :param lines: (product, quantity, days from today)
        """
        form = Form(self.env["purchase.order"].with_user(self.buyer))
        form.partner_id = vendor or self.vendor
        for product, quantity, days in lines:
            with form.order_line.new() as line:
                line.product_id = product
                line.product_qty = quantity
                line.date_planned = self.later(days)
        return form.save()

    def bought(self, quantity, days, product=None):
        """An order that the buyer has confirmed."""
        order = self.quotation((product or self.product, quantity, days))
        order.button_confirm()
        return order

    def settle(self):
        """The end of the transaction: what it touched is looked at."""
        self.env.cr.precommit.run()
