"""Holds, confirmations and signatures of one customer at once, on different products:
together they never pass the customer's limit. `CREDIT_CLIENTS=32` for more of them."""

import base64
import json
import os
import urllib.request

import pytest
from servers import Server, copied_database, in_parallel, suite
from test_parallel import Shop

CLIENTS = int(os.environ.get("CREDIT_CLIENTS", "12"))
#: so many of them have the credit
GRANTED = max(CLIENTS * 10 // 32, 2)
PIXEL = base64.b64encode(
    base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
).decode()


@pytest.fixture(scope="module")
def shop():
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Shop(server)
            assert server.problems() == []


class Customer:
    """Somebody with credit for so many pieces at 10 each, without taxes."""

    def __init__(self, shop):
        self.shop, self.admin = shop, shop.admin
        group = "account_financial_risk.group_account_financial_risk_manager"
        self.admin.call(
            "res.users",
            "write",
            [self.admin.uid],
            {"group_ids": [(4, self.admin.ref(group))]},
        )
        self.admin.call(
            "res.company",
            "write",
            [shop.company_id],
            {
                "credit_confirm": "sentence",
                "portal_confirmation_sign": True,
            },
        )
        self.admin.create(
            "sale.credit.policy", company_id=shop.company_id, action="refuse"
        )
        self.partner_id = self.admin.create(
            "res.partner", name="One Limit", credit_limit=10.0 * GRANTED
        )

    def _product(self):
        product_id = self.shop.product(100)
        self.admin.call("product.product", "write", [product_id], {"taxes_id": [(5,)]})
        return product_id

    def hold(self):
        product_id = self._product()
        return lambda: self.admin.call(
            "delivery.promise",
            "hold",
            {
                "partner_id": self.partner_id,
                "hold_hours": 2,
                "lines": [{"product_id": product_id, "quantity": 1}],
            },
        )

    def _order(self):
        line = {"product_id": self._product(), "product_uom_qty": 1}
        return self.admin.create(
            "sale.order",
            partner_id=self.partner_id,
            require_signature=True,
            require_payment=False,
            order_line=[(0, 0, {**line, "tax_ids": [(5,)]})],
        )

    def hold_on_order(self):
        order_id = self._order()
        return lambda: self.admin.call("sale.order", "action_hold_promise", [order_id])

    def confirm(self):
        order_id = self._order()
        return lambda: self.admin.call("sale.order", "action_confirm", [order_id])

    def sign(self):
        order_id = self._order()
        self.admin.call("sale.order", "write", [order_id], {"state": "sent"})
        self.admin.call("sale.order", "action_preview_sale_order", [order_id])
        [order] = self.admin.read("sale.order", [order_id], "access_token")
        url = f"{self.shop.server.url}/my/orders/{order_id}/accept"
        values = {
            "access_token": order["access_token"],
            "name": "Ida",
            "signature": PIXEL,
        }
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": values})
        headers = {
            "Content-Type": "application/json",
            "X-Odoo-Database": self.shop.server.database,
        }

        def accept():
            request = urllib.request.Request(url, body.encode(), headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)

        return accept

    def exposure(self):
        return self.admin.call("res.partner", "credit_exposure", [self.partner_id])


def test_together_they_never_pass_one_limit(shop):
    customer = Customer(shop)
    ways = (customer.hold, customer.confirm, customer.sign, customer.hold_on_order)
    calls = [ways[number % len(ways)]() for number in range(CLIENTS)]
    results = in_parallel(calls)
    assert [result.failure for result in results if result.failure] == []
    found = customer.exposure()
    assert found["exposure"] == found["limit"] == 10.0 * GRANTED
    # those that were not let through were refused, and nothing of them was kept
    domain = [("partner_id", "=", customer.partner_id)]
    signed = shop.admin.search_read(
        "sale.order", [*domain, ("signature", "!=", False)], "state"
    )
    assert {order["state"] for order in signed} <= {"sale"}
    confirmed = shop.admin.search_read("sale.order", [*domain, ("state", "=", "sale")])
    held = shop.admin.search_read(
        "delivery.promise",
        [("credit_entity_id", "=", customer.partner_id), ("state", "=", "held")],
    )
    assert len(confirmed) + len(held) == GRANTED
