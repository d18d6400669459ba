"""Who waits for a lock goes on with what is there once he has it: a promise is never
given twice, whichever button was pressed meanwhile."""

import time
import xmlrpc.client

import pytest
from servers import Server, copied_database, in_parallel, suite
from test_parallel import Shop

#: Keeps the products' locks, as somebody does whose claim takes long.
SLOW = """
env["delivery.promise.lock"]._acquire(env.context["slow_product_ids"])
time.sleep(env.context["slow_seconds"])
"""


@pytest.fixture(scope="module")
def shop():
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Shop(server)
            assert server.problems() == []


@pytest.fixture
def slowly(shop):
    """A call that keeps the lock of a product for some seconds."""
    action_id = shop.admin.create(
        "ir.actions.server",
        name="Slow claim",
        model_id=shop.admin.search_read(
            "ir.model", [("model", "=", "delivery.promise")], "id"
        )[0]["id"],
        state="code",
        code=SLOW,
    )

    def slow(product_id, seconds):
        def call():
            return shop.admin.call(
                "ir.actions.server",
                "run",
                [action_id],
                context={"slow_product_ids": [product_id], "slow_seconds": seconds},
            )

        return call

    return slow


def later(seconds, call):
    def wait():
        time.sleep(seconds)
        return call()

    return wait


def hold(shop, product_id, quantity, **request):
    return shop.admin.call(
        "delivery.promise",
        "hold",
        {"lines": [{"product_id": product_id, "quantity": quantity}], **request},
    )


def test_hold_that_ends_while_one_waits_is_not_extended(shop, slowly):
    product_id = shop.product(5)
    ends = hold(shop, product_id, 5, hold_hours=3 / 3600)
    promise_id = ends["promise_id"]

    def extend():
        return shop.admin.call("delivery.promise", "action_extend", [promise_id], 1)

    def take():
        return hold(shop, product_id, 5)

    slow, extended, taken = in_parallel(
        [slowly(product_id, 5), later(0.5, extend), later(1, take)]
    )
    assert slow.failure == ""
    assert "not held any more" in extended.refusal
    assert taken.failure == ""
    assert taken.answer["promised_date"]
    assert shop.claimed(product_id) == 5
    assert shop.available(product_id) == 0


def test_hold_that_is_extended_first_is_kept(shop, slowly):
    product_id = shop.product(5)
    seconds = 20
    begin = time.monotonic()
    promise_id = hold(shop, product_id, 5, hold_hours=seconds / 3600)["promise_id"]

    def extend():
        return shop.admin.call("delivery.promise", "action_extend", [promise_id], 1)

    def take():
        return hold(shop, product_id, 5)

    __, extended, taken = in_parallel(
        [slowly(product_id, 2), later(0.3, extend), later(1.2, take)]
    )
    assert extended.failure == ""
    assert extended.answer is True
    assert "Nothing was held" in taken.refusal
    # past the end that it had at first
    time.sleep(max(begin + seconds + 1 - time.monotonic(), 0))
    with pytest.raises(xmlrpc.client.Fault, match="Nothing was held"):
        take()
    assert shop.claimed(product_id) == 5


def ordered_from_hold(shop, product_id):
    """A quotation with a hold: (order, promise, its line)."""
    partner_id = shop.admin.create("res.partner", name="Waiting Room")
    order_id = shop.admin.create(
        "sale.order",
        partner_id=partner_id,
        order_line=[(0, 0, {"product_id": product_id, "product_uom_qty": 5})],
    )
    shop.admin.call("sale.order", "action_hold_promise", [order_id])
    [order] = shop.admin.read("sale.order", [order_id], "promise_id")
    promise_id = order["promise_id"][0]
    [line] = shop.admin.search_read(
        "delivery.promise.line", [("promise_id", "=", promise_id)], "id"
    )
    return order_id, promise_id, line["id"]


def test_date_by_hand_and_an_order_that_takes_the_hold(shop, slowly):
    """Whoever is first: the deliveries are planned for what is promised."""
    product_id = shop.product(5)
    order_id, promise_id, line_id = ordered_from_hold(shop, product_id)

    def confirm():
        return shop.admin.call("sale.order", "action_confirm", [order_id])

    def by_hand():
        return shop.admin.call(
            "delivery.promise.line",
            "set_promised_date",
            [line_id],
            "2036-11-05 09:00:00",
            "After the fair",
        )

    results = in_parallel(
        [slowly(product_id, 3), later(0.5, confirm), later(1, by_hand)]
    )
    assert [each.failure for each in results] == ["", "", ""]
    assert [each.refusal for each in results] == ["", "", ""]
    [line] = shop.admin.read(
        "delivery.promise.line", [line_id], "promised_date", "material_date"
    )
    assert line["promised_date"] == "2036-11-05 09:00:00"
    [promise] = shop.admin.read("delivery.promise", [promise_id], "state")
    assert promise["state"] == "confirmed"
    moves = shop.admin.search_read(
        "stock.move", [("promise_line_id", "=", line_id)], "date"
    )
    assert [move["date"] for move in moves] == [line["material_date"]]
    claims = shop.admin.search_read(
        "delivery.promise.claim", [("promise_id", "=", promise_id)], "id"
    )
    assert claims == []


def test_promising_again_from_its_window(shop):
    """It is applied in a savepoint, which a new start would end."""
    product_id = shop.product(5)
    promise_ids = [hold(shop, product_id, 1)["promise_id"] for __ in "ab"]
    action = shop.admin.call("delivery.promise", "action_promise_again", promise_ids)
    wizard_id = action["res_id"]
    rows = shop.admin.search_read(
        "delivery.promise.again.row", [("wizard_id", "=", wizard_id)], "id"
    )
    assert len(rows) == 2
    shop.admin.call(
        "delivery.promise.again.row",
        "write",
        [row["id"] for row in rows],
        {"selected": True},
    )
    answer = shop.admin.call("delivery.promise.again", "action_apply", [wizard_id])
    assert answer["type"] == "ir.actions.act_window_close"
