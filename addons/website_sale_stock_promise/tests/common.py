import json
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.http import root
from odoo.tests import HttpCase

from odoo.addons.stock_promise.tests.common import ship_at_any_time

from ..shop import rate


class ShopCase(HttpCase):
    """A website with a warehouse of its own, published goods and a way to pay. Visitors
    are the public, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "no_reset_password": True,
            }
        )
        ship_at_any_time(cls)
        # pages are read, not run: their bundles need not be made for each test
        cls.startClassPatcher(
            patch.object(
                cls.registry["ir.qweb"], "_get_asset_nodes", lambda *args, **kwargs: []
            )
        )
        cls.website = cls.env["website"].search([], limit=1)
        cls.company = cls.website.company_id
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company.sudo().security_lead = 0.0
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Depot Secrecy", "code": "SECR", "company_id": cls.company.id}
        )
        cls.warehouse.partner_id = cls.env["res.partner"].create(
            {"name": "Depot", "tz": "UTC"}
        )
        cls.website.write(
            {
                "warehouse_id": cls.warehouse.id,
                "promise_questions_max": 0,
                "promise_address_holds_max": 0,
                "ecommerce_access": "everyone",
            }
        )
        cls.belgium = cls.env.ref("base.be")
        cls.guest = cls._guest("Guest One")
        cls.product = cls._product("Brake Disc", 10)
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Parcel",
                "product_id": cls.env["product.product"]
                .create({"name": "Parcel", "type": "service", "list_price": 0})
                .id,
                "delivery_type": "fixed",
                "fixed_price": 0.0,
                "is_published": True,
            }
        )
        method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Dummy",
                "code": "none",
                "state": "test",
                "is_published": True,
                "payment_method_ids": [Command.set(method.ids)],
                "allow_tokenization": True,
                "company_id": cls.company.id,
            }
        )
        method.write({"active": True, "support_tokenization": True})
        cls.method = method

    def setUp(self):
        super().setUp()
        rate.forget()
        # the accounts of the provider are none of ours
        self.startPatcher(
            patch(
                "odoo.addons.account_payment.models.payment_transaction"
                ".PaymentTransaction._post_process"
            )
        )

    # -- data ----------------------------------------------------------------------

    @classmethod
    def _product(cls, name, quantity=0.0, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "list_price": 100.0,
                "sale_delay": 0.0,
                "taxes_id": [Command.clear()],
                "website_published": True,
                "allow_out_of_stock_order": True,
                **values,
            }
        )
        if quantity:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, quantity
            )
        return product

    @classmethod
    def _receipt(cls, product, quantity, days):
        at = fields.Datetime.now() + timedelta(days=days)
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": cls.warehouse.lot_stock_id.id,
                "picking_type_id": cls.warehouse.in_type_id.id,
                "date": at,
                "date_deadline": at,
                "origin": "PO-SECRECY-1",
                "company_id": cls.company.id,
            }
        )
        return move._action_confirm()

    @classmethod
    def _guest(cls, name):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.replace(' ', '.').lower()}@example.com",
                "street": "Grand-Rue 1",
                "city": "Ramillies",
                "zip": "1367",
                "phone": "+3281000000",
                "country_id": cls.belgium.id,
            }
        )

    def _cart(self, *lines, partner=None, **values):
        """A cart of (product, quantity), as the shop makes it."""
        cart = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.guest).id,
                "website_id": self.website.id,
                "company_id": self.company.id,
                "promise_allow_split": self.website.promise_split,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in lines
                ],
                **values,
            }
        )
        cart._set_delivery_method(self.carrier)
        cart._portal_ensure_token()
        return cart

    # -- a visitor -----------------------------------------------------------------

    def _shop_with(self, cart, login=None):
        """Be a visitor whose cart it is."""
        self.authenticate(login, login)
        self.session["sale_order_id"] = cart.id
        root.session_store.save(self.session)

    def _post(self, url, **params):
        answer = self.url_open(
            url,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def _ask(self, *lines, **params):
        """Answer of /shop/promise for (product, quantity) or dictionaries."""
        asked = [
            line
            if isinstance(line, dict)
            else {"product_id": line[0].id, "quantity": line[1]}
            for line in lines
        ]
        return self._post("/shop/promise", lines=asked, **params)

    def _pay(self, cart, **values):
        """Begin a payment, as the payment form does."""
        answer = self._post(
            f"/shop/payment/transaction/{cart.id}",
            access_token=cart.access_token,
            **{
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": cart.amount_total,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/shop/payment/validate",
                **values,
            },
        )
        self.assertNotIn("error", answer, answer)
        return answer["result"]

    def _transaction(self, cart):
        return cart.transaction_ids.sorted("id")[-1:]
