# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Planners who promise again and clerks who hold at the same time, on a server with
workers: nothing is promised twice, nobody meets an error, the lock is not held long."""

import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers import Server, copied_database, in_parallel, suite
from test_parallel import Shop, assert_no_failures

#: a little more than the lock may be held, for a machine that is busy
LONGEST = 8.0


@pytest.fixture(scope="module")
def shop():
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Shop(server)
            assert server.problems() == []


def held(shop, product_id, count):
    """So many holds of two pieces each."""
    line = {"product_id": product_id, "quantity": 2}
    return [
        shop.agent.call("delivery.promise", "hold", {"lines": [line]})["promise_id"]
        for __ in range(count)
    ]


def again(shop, promise_ids):
    """What a planner does in the window, as a call."""

    def call():
        begin = time.monotonic()
        action = shop.admin.call(
            "delivery.promise", "action_promise_again", promise_ids
        )
        rows = shop.admin.search_read(
            "delivery.promise.again.row", [("wizard_id", "=", action["res_id"])], "id"
        )
        shop.admin.call(
            "delivery.promise.again.row",
            "write",
            [row["id"] for row in rows],
            {"selected": True},
        )
        shop.admin.call("delivery.promise.again", "action_apply", [action["res_id"]])
        return time.monotonic() - begin

    return call


def days(shop, promise_ids):
    return Counter(
        row["promised_date"] and row["promised_date"][:10]
        for row in shop.admin.read("delivery.promise", promise_ids, "promised_date")
    )


def test_promising_again_and_holding_at_once_promise_nothing_twice(shop):
    product_id = shop.product(6, receipts=[(4, 14)])
    promises = held(shop, product_id, 10)
    assert shop.available(product_id) == 0
    receipt = shop.admin.search_read(
        "stock.move",
        [("product_id", "=", product_id), ("state", "=", "assigned")],
        "picking_id",
        limit=1,
    )[0]
    later = datetime.utcnow() + timedelta(9)
    shop.admin.call(
        "stock.picking",
        "write",
        [receipt["picking_id"][0]],
        {"scheduled_date": str(later)[:19]},
    )
    lines = [{"product_id": product_id, "quantity": 1}]
    results = in_parallel(
        [
            *[again(shop, promises)] * 2,
            again(shop, promises[::-1]),
            again(shop, promises[:5]),
            *shop.calls(8, lines),
        ]
    )
    assert_no_failures(results)
    # All twenty pieces are promised: nobody gets one more.
    assert all(result.refusal for result in results[4:])
    assert shop.claimed(product_id) == 20
    assert shop.available(product_id) == 0
    found = days(shop, promises)
    assert sorted(found.values()) == [3, 7]
    assert found[str(later)[:10]] == 7


def test_many_are_promised_again_in_slices_of_a_short_lock(shop):
    product_id = shop.product(0, receipts=[(4, 100)])
    promises = held(shop, product_id, 45)
    shop.admin.call("delivery.promise", "action_promise_again", promises)
    begin = time.monotonic()
    # Whoever holds meanwhile waits for one slice at most.
    results = in_parallel(
        [
            again(shop, promises),
            *shop.calls(4, [{"product_id": product_id, "quantity": 1}]),
        ]
    )
    assert_no_failures(results)
    assert time.monotonic() - begin < LONGEST * 6
    (job,) = shop.admin.search_read(
        "ir.cron",
        [("id", "=", shop.admin.ref("stock_promise.ir_cron_promise_again"))],
        "id",
    )
    for __ in range(60):
        shop.admin.call("ir.cron", "method_direct_trigger", [job["id"]])
        waiting = shop.admin.search_read(
            "delivery.promise",
            [("id", "in", promises), ("again_user_id", "!=", False)],
            "id",
        )
        if not waiting:
            break
        time.sleep(1)
    assert not waiting
    assert len(days(shop, promises)) == 1
    assert shop.available(product_id) == 100 - 90 - 4


def test_the_job_goes_on_when_somebody_promises_the_same_meanwhile(shop):
    product_id = shop.product(50)
    promises = held(shop, product_id, 2)
    __, environ = suite()
    worker = Path(__file__).with_name("again_worker.py")
    done = subprocess.run(
        [sys.executable, str(worker), shop.server.database, *map(str, promises)],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
