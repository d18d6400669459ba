"""Several clients at once: nothing is promised twice, nobody meets an error that he
could have been spared by waiting, and a crash leaves no half promise."""

import http.client
import itertools
import threading
import time
import xmlrpc.client
from collections import Counter
from datetime import datetime, timedelta

import pytest
from servers import Server, copied_database, crashable_database, in_parallel, suite

PASSWORD = "agent-of-promises"
#: A longer flow: it has written before it holds, so that it cannot begin again.
LONG_FLOW = """
partner = env["res.partner"].create({"name": "Written before the hold"})
product_id = env.context["held_product_id"]
env["delivery.promise"].hold({
    "partner_id": partner.id,
    "lines": [{"product_id": product_id, "quantity": 1}],
})
"""


class Shop:
    """A server with what the tests need on it."""

    def __init__(self, server):
        self.server = server
        self.admin = server.client()
        self.company_id = self.admin.read("res.users", [self.admin.uid], "company_id")[
            0
        ]["company_id"][0]
        self.warehouse = self.admin.search_read(
            "stock.warehouse", [], "lot_stock_id", "in_type_id", limit=1
        )[0]
        self.agent = self._agent("stock_promise.group_promise_user")
        self._warm_up()

    def _agent(self, *groups):
        """A user with nobody's rights but his own; the server checks as always."""
        login = f"agent{time.monotonic_ns()}"
        ids = [self.admin.ref(group) for group in ("base.group_user", *groups)]
        self.admin.create(
            "res.users",
            name="Agent",
            login=login,
            password=PASSWORD,
            group_ids=[(6, 0, ids)],
        )
        return self.server.client(login, PASSWORD)

    def _warm_up(self):
        """Let each worker check the password once and load what it needs."""
        product_id = self.product(0)
        line = {"product_id": product_id, "quantity": 1}
        call = self.calls(1, [line])[0]
        for _ in range(2):
            in_parallel([call] * (self.server.workers * 2 + 2))

    def product(self, quantity, receipts=()):
        """A product with stock and dated receipts.

        :param receipts: [(days from now, quantity)]
        """
        product_id = self.admin.create(
            "product.product",
            name=f"Part {time.monotonic_ns()}",
            type="consu",
            is_storable=True,
            list_price=10.0,
        )
        if quantity:
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
        for days, received in receipts:
            self._receipt(product_id, days, received)
        return product_id

    def _receipt(self, product_id, days, quantity):
        picking_id = self.admin.create(
            "stock.picking",
            picking_type_id=self.warehouse["in_type_id"][0],
            location_id=self.admin.ref("stock.stock_location_suppliers"),
            location_dest_id=self.warehouse["lot_stock_id"][0],
            scheduled_date=str(datetime.utcnow() + timedelta(days))[:19],
            move_ids=[
                (
                    0,
                    0,
                    {
                        "product_id": product_id,
                        "product_uom_qty": quantity,
                        "location_id": self.admin.ref("stock.stock_location_suppliers"),
                        "location_dest_id": self.warehouse["lot_stock_id"][0],
                    },
                )
            ],
        )
        self.admin.call("stock.picking", "action_confirm", [picking_id])

    def made_at(self, centre_id, minutes):
        """A product that is made in so many minutes, of nothing that could lack."""
        product_id = self.admin.create(
            "product.product",
            name=f"Made {time.monotonic_ns()}",
            type="consu",
            is_storable=True,
            route_ids=[(4, self.admin.ref("mrp.route_warehouse0_manufacture"))],
        )
        (product,) = self.admin.read("product.product", [product_id], "product_tmpl_id")
        operation = {"name": "Saw", "workcenter_id": centre_id}
        operation["time_cycle_manual"] = minutes
        self.admin.create(
            "mrp.bom",
            product_tmpl_id=product["product_tmpl_id"][0],
            operation_ids=[(0, 0, operation)],
        )
        return product_id

    def calls(self, count, lines, method="hold"):
        def call():
            return self.agent.call("delivery.promise", method, {"lines": lines})

        return [call] * count

    def claimed(self, product_id):
        claims = self.admin.search_read(
            "delivery.promise.line",
            [("product_id", "=", product_id), ("promise_id.state", "=", "held")],
            "quantity",
        )
        return sum(claim["quantity"] for claim in claims)

    def available(self, product_id):
        """What can still be promised, ever."""
        day = str(datetime.utcnow().date() + timedelta(365))
        profile = self.admin.call(
            "delivery.promise", "atp_profile", [product_id], False, day, day
        )
        return profile[str(product_id)][0]["available_to_promise"]


@pytest.fixture(scope="module", params=[4, 0], ids=["4 workers", "threads"])
def shop(request):
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=request.param) as server:
            yield Shop(server)
            assert server.problems() == []


def assert_no_failures(results):
    failures = [result.failure for result in results if result.failure]
    assert not failures, f"{len(failures)} clients met an error: {failures[0]}"


def test_20_pieces_go_to_20_of_32_clients(shop):
    product_id = shop.product(20)
    line = {"product_id": product_id, "quantity": 1}
    before = shop.server.retries()
    results = in_parallel(shop.calls(32, [line]))
    assert_no_failures(results)
    # They wait for each other. Failing, pausing and trying again would do with a few.
    assert shop.server.retries() == before
    held = [result.answer for result in results if result.answer]
    refused = [result.refusal for result in results if result.refusal]
    assert (len(held), len(refused)) == (20, 12)
    assert len({answer["promise_id"] for answer in held}) == 20
    assert len({answer["name"] for answer in held}) == 20
    assert all(answer["state"] == "held" for answer in held)
    # In words: nothing was held, which line, and that there is no more.
    assert all("Nothing was held" in text and "Line 1" in text for text in refused)
    assert shop.claimed(product_id) == 20
    assert shop.available(product_id) == 0


def test_parallel_holds_do_not_pass_a_quota(shop):
    product_id = shop.product(50)
    class_id = shop.admin.create(
        "delivery.promise.class", name=f"Class {time.monotonic_ns()}"
    )
    partner_id = shop.admin.create(
        "res.partner", name="One of many", promise_class_id=class_id
    )
    today = datetime.utcnow().date()
    shop.admin.create(
        "delivery.promise.allocation",
        kind="quota",
        class_id=class_id,
        product_id=product_id,
        quantity=12,
        date_from=str(today - timedelta(1)),
        date_to=str(today + timedelta(30)),
    )
    latest = str(datetime.utcnow() + timedelta(20))[:19]
    line = {"product_id": product_id, "quantity": 1, "latest_date": latest}

    def call():
        request = {"partner_id": partner_id, "lines": [line]}
        return shop.agent.call("delivery.promise", "hold", request)

    results = in_parallel([call] * 24)
    assert_no_failures(results)
    assert len([result for result in results if result.answer]) == 12
    refused = [result.refusal for result in results if result.refusal]
    assert all("the latest acceptable date" in text for text in refused)
    assert shop.claimed(product_id) == 12
    # Others are not bound: the rest is theirs.
    assert shop.available(product_id) == 38


def test_parallel_holds_of_different_products_do_not_share_an_hour(shop):
    """Both are made at the same work centre: no product is asked for twice, but an
    hour would be given twice if only products were locked."""
    centre_id = shop.admin.create("mrp.workcenter", name="Saw")
    products = [shop.made_at(centre_id, minutes=30) for _ in range(8)]
    results = in_parallel(
        [shop.calls(1, [{"product_id": id_, "quantity": 2}])[0] for id_ in products]
    )
    assert_no_failures(results)
    assert not [result.refusal for result in results if result.refusal]
    rows = shop.admin.search_read(
        "delivery.promise.workcenter.claim",
        [("workcenter_id", "=", centre_id)],
        "date_from",
        "date_to",
    )
    hours = sorted((row["date_from"], row["date_to"]) for row in rows)
    assert len(hours) == 8
    for (__, end), (start, __) in itertools.pairwise(hours):
        assert end <= start, "the same hour is promised twice"


def test_who_comes_too_late_gets_a_later_date(shop):
    product_id = shop.product(20, receipts=[(6, 12)])
    line = {"product_id": product_id, "quantity": 1}
    results = in_parallel(shop.calls(32, [line]))
    assert_no_failures(results)
    assert all(result.answer for result in results)
    dates = Counter(result.answer["promised_date"][:10] for result in results)
    sources = Counter(
        entry["source"]
        for result in results
        for entry in result.answer["lines"][0]["schedule"]
    )
    assert sources == {"stock": 20, "receipt": 12}
    assert sorted(dates.values()) == [12, 20]
    assert dates[min(dates)] == 20
    assert shop.available(product_id) == 0


def test_opposite_orders_of_the_same_products_do_not_block_each_other(shop):
    products = [shop.product(6) for _ in range(6)]
    requests = []
    for index in range(24):
        chosen = [products[(index + step) % 6] for step in range(3)]
        if index % 2:
            chosen.reverse()
        requests.append([{"product_id": id_, "quantity": 1} for id_ in chosen])
    results = in_parallel([shop.calls(1, lines)[0] for lines in requests])
    assert_no_failures(results)
    left = Counter(dict.fromkeys(products, 6))
    for lines, result in zip(requests, results, strict=True):
        if result.answer:
            left.subtract(line["product_id"] for line in lines)
    assert min(left.values()) >= 0, "promised more than there is"
    for product_id in products:
        assert shop.claimed(product_id) == 6 - left[product_id]
        assert shop.available(product_id) == left[product_id]
    # All or nothing: whoever was refused lacked at least one of his products.
    for lines, result in zip(requests, results, strict=True):
        if result.refusal:
            assert any(not left[line["product_id"]] for line in lines)


def test_the_same_key_gives_one_promise_to_clients_who_repeat_themselves(shop):
    product_id = shop.product(5)
    request = {
        "idempotency_key": f"order {time.monotonic_ns()}",
        "lines": [{"product_id": product_id, "quantity": 2}],
    }
    results = in_parallel(
        [lambda: shop.agent.call("delivery.promise", "hold", request)] * 8
    )
    assert_no_failures(results)
    assert len({result.answer["promise_id"] for result in results}) == 1
    assert shop.claimed(product_id) == 2


def test_releases_and_holds_at_once_neither_lose_nor_double_a_piece(shop):
    product_id = shop.product(8)
    line = {"product_id": product_id, "quantity": 1}
    first = [call() for call in shop.calls(8, [line])]
    releases = [
        lambda id_=answer["promise_id"]: shop.agent.call(
            "delivery.promise", "action_release", [id_]
        )
        for answer in first[:4]
    ]
    results = in_parallel([*releases, *shop.calls(12, [line])])
    assert_no_failures(results)
    assert all(result.answer is True for result in results[:4])
    held = sum(bool(result.answer) for result in results[4:])
    assert 0 <= held <= 4
    assert shop.claimed(product_id) == 4 + held
    assert shop.available(product_id) == 4 - held


def test_orders_confirmed_at_once_do_not_get_the_same_pieces(shop):
    """Policy "promise automatically": each order is confirmed, and each promise is one
    that can be kept; whose pieces are gone gets the receipt's date or none."""
    product_id = shop.product(5, receipts=[(6, 4)])
    admin = shop.admin
    admin.call(
        "res.company",
        "write",
        [shop.company_id],
        {"promise_confirm_policy": "auto"},
    )
    partner = admin.create("res.partner", name="Two at once")
    orders = [
        admin.create(
            "sale.order",
            partner_id=partner,
            order_line=[(0, 0, {"product_id": product_id, "product_uom_qty": 1})],
        )
        for _ in range(12)
    ]
    results = in_parallel(
        [
            lambda id_=id_: admin.call("sale.order", "action_confirm", [id_])
            for id_ in orders
        ],
        seconds=180,
    )
    assert_no_failures(results)
    assert not [result.refusal for result in results if result.refusal]
    found = admin.read("sale.order", orders, "state", "promise_id")
    assert {order["state"] for order in found} == {"sale"}
    promises = admin.read(
        "delivery.promise",
        [order["promise_id"][0] for order in found],
        "state",
        "promised_date",
    )
    assert len(promises) == 12
    assert {promise["state"] for promise in promises} == {"confirmed"}
    days = Counter((promise["promised_date"] or "never")[:10] for promise in promises)
    assert sorted(days.values()) == [3, 4, 5]
    today, receipt, never = sorted(days)
    assert (days[today], days[receipt], never) == (5, 4, "never")
    assert shop.available(product_id) == -3  # what three were not promised


def test_a_hold_and_an_order_compete_for_the_last_piece(shop):
    product_id = shop.product(1)
    admin = shop.admin
    order = admin.create(
        "sale.order",
        partner_id=admin.create("res.partner", name="Last piece"),
        order_line=[(0, 0, {"product_id": product_id, "product_uom_qty": 1})],
    )
    line = {"product_id": product_id, "quantity": 1}
    confirmed, held = in_parallel(
        [
            lambda: admin.call("sale.order", "action_confirm", [order]),
            *shop.calls(1, [line]),
        ]
    )
    assert_no_failures([confirmed, held])
    (found,) = admin.read("sale.order", [order], "promise_id")
    (promise,) = admin.read(
        "delivery.promise", [found["promise_id"][0]], "promised_date"
    )
    assert bool(promise["promised_date"]) != bool(held.answer)


def test_a_flow_that_has_written_already_competes_without_overselling(shop):
    """Such a transaction cannot begin again: the row of the lock makes it fail where
    its view of the database is stale, and Odoo runs the whole of it again."""
    product_id = shop.product(10)
    admin = shop.admin
    action_id = admin.create(
        "ir.actions.server",
        name="A longer flow",
        model_id=admin.search_read("ir.model", [("model", "=", "res.partner")], "id")[
            0
        ]["id"],
        state="code",
        code=LONG_FLOW,
    )

    def long_flow():
        admin.call(
            "ir.actions.server",
            "run",
            [action_id],
            context={"held_product_id": product_id},
        )
        return "held"

    line = {"product_id": product_id, "quantity": 1}
    results = in_parallel([*[long_flow] * 8, *shop.calls(8, [line])], seconds=180)
    assert_no_failures(results)
    held = sum(bool(result.answer) for result in results)
    refused = sum("Nothing was held" in result.refusal for result in results)
    assert (held, refused) == (10, 6)
    assert shop.claimed(product_id) == 10
    assert shop.available(product_id) == 0
    # A refused flow has left nothing behind.
    partners = admin.call(
        "res.partner", "search_count", [("name", "=", "Written before the hold")]
    )
    assert partners == sum(bool(result.answer) for result in results[:8])
    admin.call(
        "res.partner",
        "write",
        admin.call("res.partner", "search", [("name", "like", "Written before")]),
        {"name": "Counted"},
    )


def test_a_killed_server_and_a_stopped_database_leave_whole_promises():
    """SIGKILL for Odoo, an immediate stop for PostgreSQL, in the middle of holds:
    afterwards every promise is there with all of its lines and claims, or not at
    all, and no lock is left."""
    with crashable_database("stock_promise") as (cluster, database, environ):
        with Server(database, environ, workers=2) as server:
            shop = Shop(server)
            products = [shop.product(500) for _ in range(5)]
            acknowledged = _hold_until_killed(shop, products, cluster)
        cluster.start()
        with Server(database, environ) as server:
            _check_after_crash(server, products, acknowledged)


def _hold_until_killed(shop, products, cluster):
    """Clients hold without pause until both servers are gone.

    :return: ids of the promises that were answered for
    """
    request = {"lines": [{"product_id": id_, "quantity": 1} for id_ in products]}
    acknowledged, stop = [], threading.Event()

    def hold_on():
        while not stop.is_set():
            try:
                answer = shop.agent.call("delivery.promise", "hold", request)
                acknowledged.append(answer["promise_id"])
            except (OSError, http.client.HTTPException, xmlrpc.client.Error):
                return  # killed, as it should be

    threads = [threading.Thread(target=hold_on, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while len(acknowledged) < 30 and time.monotonic() < end:
        time.sleep(0.01)
    shop.server.kill()
    cluster.crash()
    stop.set()
    for thread in threads:
        thread.join(30)
    assert len(acknowledged) >= 30
    return acknowledged


def _check_after_crash(server, products, acknowledged):
    admin = server.client()
    promises = admin.search_read(
        "delivery.promise",
        [("line_ids.product_id", "in", products)],
        "state",
        "line_ids",
        "claim_ids",
    )
    # What a client was told is there; a hold whose answer got lost may be, too.
    assert set(acknowledged) <= {promise["id"] for promise in promises}
    assert {promise["state"] for promise in promises} == {"held"}
    assert {len(promise["line_ids"]) for promise in promises} == {len(products)}
    assert {len(promise["claim_ids"]) for promise in promises} == {len(products)}
    # Nothing of a hold that was cut off claims anything, and no lock is left over.
    day = str(datetime.utcnow().date())
    profile = admin.call("delivery.promise", "atp_profile", products, False, day, day)
    for days in profile.values():
        assert days[0]["available_to_promise"] == 500 - len(promises)
    orphans = admin.call(
        "delivery.promise.line", "search_count", [("promise_id", "=", False)]
    )
    assert orphans == 0
    answer = admin.call(
        "delivery.promise",
        "hold",
        {"lines": [{"product_id": id_, "quantity": 1} for id_ in products]},
    )
    assert answer["state"] == "held"
