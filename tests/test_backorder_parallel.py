# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A run is applied by real jobs while others hold and release the same goods: nothing
is promised twice, and each product gets all that was shown or nothing."""

import time
from datetime import datetime, timedelta

import pytest
from servers import Server, copied_database, in_parallel, suite
from test_parallel import Shop

PRODUCTS = 3


@pytest.fixture(scope="module", params=[2, 0], ids=["2 workers", "threads"])
def shop(request):
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=request.param) as server:
            yield Shop(server)
            assert server.problems() == []


def hold(shop, product_id, quantity, priority="0"):
    """A hold of the planner, as soon as possible."""
    return shop.admin.call(
        "delivery.promise",
        "hold",
        {
            "priority": priority,
            "lines": [{"product_id": product_id, "quantity": quantity}],
        },
    )


def computed_run(shop, product_ids):
    run_id = shop.admin.create(
        "delivery.promise.backorder", product_ids=[(6, 0, product_ids)]
    )
    shop.admin.call("delivery.promise.backorder", "action_compute", [run_id])
    return run_id


def finished(shop, run_id, *, seconds=120):
    """{product id: state} once no job is left."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        [run] = shop.admin.read("delivery.promise.backorder", [run_id], "state")
        if run["state"] == "done":
            groups = shop.admin.search_read(
                "delivery.promise.backorder.group",
                [("run_id", "=", run_id)],
                "product_ids",
                "state",
            )
            return {group["product_ids"][0]: group["state"] for group in groups}
        time.sleep(0.5)
    raise AssertionError("the jobs of the run have not ended")


def available_today(shop, product_id):
    """The smallest balance of today and of all days to come."""
    day = str(datetime.utcnow().date())
    profile = shop.admin.call(
        "delivery.promise", "atp_profile", [product_id], False, day, day
    )
    return profile[str(product_id)][0]["available_to_promise"]


def day(answer):
    moment = datetime.strptime(answer["promised_date"], "%Y-%m-%d %H:%M:%S")
    return round((moment - datetime.utcnow()) / timedelta(days=1))


def test_jobs_run_and_promise_what_was_shown(shop):
    product_id = shop.product(10, [(7, 10)])
    loser, winner = hold(shop, product_id, 10), hold(shop, product_id, 10, "3")
    assert (day(loser), day(winner)) == (0, 7)
    run_id = computed_run(shop, [product_id])
    shop.admin.call("delivery.promise.backorder", "action_apply", [run_id])
    assert finished(shop, run_id) == {product_id: "done"}
    after = shop.admin.read(
        "delivery.promise",
        [loser["promise_id"], winner["promise_id"]],
        "promised_date",
    )
    assert [day(each) for each in after] == [7, 0]


def test_nothing_is_promised_twice_while_others_hold(shop):
    products = [shop.product(12, [(7, 12)]) for __ in range(PRODUCTS)]
    winners = {}
    for product_id in products:
        hold(shop, product_id, 10)
        winners[product_id] = hold(shop, product_id, 10, "3")["promise_id"]
    run_id = computed_run(shop, products)

    def apply():
        return shop.admin.call("delivery.promise.backorder", "action_apply", [run_id])

    def come_and_go(product_id, keep):
        def call():
            for __ in range(4):
                answer = shop.agent.call(
                    "delivery.promise",
                    "hold",
                    {"lines": [{"product_id": product_id, "quantity": 1}]},
                )
                if not keep:
                    shop.agent.call(
                        "delivery.promise", "action_release", [answer["promise_id"]]
                    )

        return call

    # The first product loses what is left of it: its result does not hold any more.
    calls = [come_and_go(products[0], True)]
    calls += [come_and_go(product_id, False) for product_id in products for __ in "ab"]
    results = in_parallel([apply, *calls])
    assert [result.failure for result in results if result.failure] == []
    states = finished(shop, run_id)
    assert set(states.values()) <= {"done", "refused"}
    for product_id in products:
        assert available_today(shop, product_id) >= 0
        [winner] = shop.admin.read(
            "delivery.promise", [winners[product_id]], "promised_date"
        )
        assert day(winner) == (0 if states[product_id] == "done" else 7)
