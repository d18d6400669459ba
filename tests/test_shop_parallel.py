"""Many shoppers for the last pieces, over real HTTP, with Odoo's own demo provider:
nobody pays for what is not there, and whoever has paid has an order."""

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from servers import Server, copied_database, suite
from shoppers import Refused, Shopper

from workbench import paths, templates

#: PROMISE_SHOPPERS=48 for the great race
SHOPPERS = int(os.environ.get("PROMISE_SHOPPERS", "6"))
PIECES = max(1, SHOPPERS * 20 // 48)


class Shop:
    def __init__(self, server):
        self.server = server
        self.admin = server.client()
        (website,) = self.admin.search_read("website", [], "name", limit=1)
        # all of them come from one address
        self.admin.call(
            "website", "write", [website["id"]], {"promise_address_holds_max": 0}
        )
        (provider,) = self.admin.search_read(
            "payment.provider", [("code", "=", "demo")], "name", limit=1
        )
        self.admin.call(
            "payment.provider",
            "write",
            [provider["id"]],
            {"state": "test", "is_published": True},
        )
        self.warehouse = self.admin.search_read(
            "stock.warehouse", [], "lot_stock_id", limit=1
        )[0]
        self.admin.call(
            "stock.warehouse",
            "write",
            [self.warehouse["id"]],
            {"promise_calendar_id": False, "promise_cutoff": 0.0},
        )
        self.country_id = self.admin.ref("base.be")

    def product(self, quantity, **values):
        product_id = self.admin.create(
            "product.product",
            name=f"Last {time.monotonic_ns()}",
            type="consu",
            is_storable=True,
            list_price=10.0,
            taxes_id=[(5,)],
            website_published=True,
            **values,
        )
        self.admin.call(
            "stock.quant",
            "create",
            {
                "product_id": product_id,
                "location_id": self.warehouse["lot_stock_id"][0],
                "inventory_quantity_auto_apply": quantity,
            },
            context={"inventory_mode": True},
        )
        return product_id

    def shoppers(self, product_id, count):
        """Shoppers with a cart and an address, before the payment page."""
        (product,) = self.admin.read("product.product", [product_id], "product_tmpl_id")
        template_id = product["product_tmpl_id"][0]
        made = [Shopper(self.server.url, number) for number in range(count)]
        with ThreadPoolExecutor(3) as pool:
            list(
                pool.map(
                    lambda one: one.fill(template_id, product_id, self.country_id), made
                )
            )
        return made

    def orders(self, product_id):
        return self.admin.search_read(
            "sale.order",
            [("order_line.product_id", "=", product_id)],
            "state",
            "amount_total",
            "commitment_date",
        )

    def held(self, product_id):
        lines = self.admin.search_read(
            "delivery.promise.line",
            [("product_id", "=", product_id), ("promise_id.state", "=", "held")],
            "quantity",
        )
        return sum(line["quantity"] for line in lines)


@pytest.fixture(scope="module")
def shop():
    template, environ = suite()
    with copied_database(template, environ) as database:
        log = paths.LOGS / "test" / f"install-{database}.log"
        templates.install(environ, database, ["payment_demo"], log, "a way to pay")
        with Server(database, environ, workers=2) as server:
            yield Shop(server)
            assert server.problems() == []


def race(shoppers):
    """{number: state of the payment, or what was read instead of paying}"""
    found = {}
    barrier = threading.Barrier(len(shoppers))

    def buy(shopper):
        barrier.wait()
        for __ in range(5):
            try:
                shopper.open_payment()
                shopper.pay()
            except Refused as refusal:
                found[shopper.number] = str(refusal)
                if "Many customers" in str(refusal):
                    continue  # nothing was paid, and one may try again
                return
            found[shopper.number] = shopper.wait()
            return

    threads = [threading.Thread(target=buy, args=(one,)) for one in shoppers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return found


@pytest.mark.parametrize("sells_out_of_stock", [False, True])
def test_nobody_pays_for_what_is_not_there(shop, sells_out_of_stock):
    product_id = shop.product(PIECES, allow_out_of_stock_order=sells_out_of_stock)
    shoppers = shop.shoppers(product_id, SHOPPERS)
    for shopper in shoppers:
        # the cart tells each of them that it is there
        shopper.get("/shop/cart")
    found = race(shoppers)
    assert len(found) == SHOPPERS, found
    statuses = Counter(status for one in shoppers for status in one.statuses)
    assert not [status for status in statuses if status >= 500]
    paid = [number for number, state in found.items() if state == "done"]
    told = [text for text in found.values() if text != "done"]
    orders = shop.orders(product_id)
    confirmed = [order for order in orders if order["state"] == "sale"]
    # as many as were paid, and for as much
    assert len(confirmed) == len(paid) == PIECES
    transactions = shop.admin.search_read(
        "payment.transaction",
        [("sale_order_ids", "in", [order["id"] for order in orders])],
        "amount",
        "state",
    )
    done = [one["amount"] for one in transactions if one["state"] == "done"]
    assert sum(done) == sum(order["amount_total"] for order in confirmed)
    assert len({order["commitment_date"][:10] for order in confirmed}) == 1
    words = "No delivery date" if sells_out_of_stock else "no longer available"
    assert all(words in text for text in told), told
    assert shop.held(product_id) == 0


def test_a_payment_that_fails_frees_without_a_browser(shop):
    product_id = shop.product(1, allow_out_of_stock_order=False)
    first, second = shop.shoppers(product_id, 2)
    first.open_payment()
    reference = first.begin()["reference"]
    with pytest.raises(Refused):
        second.open_payment()
    # the provider calls, and nobody polls
    first.call(
        "/payment/demo/simulate_payment", reference=reference, simulated_state="error"
    )
    assert shop.held(product_id) == 0
    second.open_payment()
    second.pay()
    assert second.wait() == "done"
