"""Somebody else keeps what a request needs for minutes: the request gives up in time,
with one sentence, however it came in and whatever it had written before."""

import contextlib
import http.cookiejar
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import psycopg2
import pytest
from servers import Result, Server, copied_database, in_parallel, suite
from test_parallel import LONG_FLOW, Shop
from test_waiting_parallel import hold, ordered_from_hold

SENTENCE = "Somebody else is changing the same products or documents"
#: the budgets, and what a slow machine needs besides
SCREEN, PROGRAM, SPARE = 5, 20, 4


@pytest.fixture(scope="module")
def shop():
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Shop(server)


@pytest.fixture(scope="module")
def screen(shop):
    return Screen(shop.server)


class Screen:
    """A person at the web client."""

    def __init__(self, server):
        self.url = server.url
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )
        self.post(
            "/web/session/authenticate",
            db=server.database,
            login="admin",
            password="admin",
        )

    def post(self, path, **params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=120) as answer:
            result = json.load(answer)
        if "error" in result:
            return {"refusal": result["error"]["data"]["message"]}
        return {"answer": result["result"]}

    def call(self, model, method, *args, **kwargs):
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )


@contextlib.contextmanager
def kept(shop, query, *parameters):
    """What a query locks is kept by somebody else."""
    variables = {**os.environ, **shop.server.environ}
    connection = psycopg2.connect(
        dbname=shop.server.database,
        host=variables.get("PGHOST"),
        port=variables.get("PGPORT"),
        user=variables.get("PGUSER"),
        password=variables.get("PGPASSWORD"),
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            yield
    finally:
        connection.rollback()
        connection.close()


def all_products(shop):
    return kept(shop, "SELECT id FROM delivery_promise_lock FOR UPDATE")


def quotation(shop, product_id):
    partner_id = shop.admin.create("res.partner", name="Waiting Room")
    return shop.admin.create(
        "sale.order",
        partner_id=partner_id,
        order_line=[(0, 0, {"product_id": product_id, "product_uom_qty": 1})],
    )


def timed(call):
    begin = time.monotonic()
    result = call()
    return time.monotonic() - begin, result


def assert_gave_up(seconds, refusal, limit):
    assert SENTENCE in refusal
    assert seconds < limit + SPARE, f"{seconds:.1f} s"


def test_screens_wait_five_seconds(shop, screen):
    product_id = shop.product(5)
    held_id, promise_id, line_id = ordered_from_hold(shop, shop.product(5))
    [line] = shop.admin.search_read(
        "sale.order.line", [("order_id", "=", held_id)], "id"
    )
    action_id = shop.admin.create(
        "ir.actions.server",
        name="Long flow",
        model_id=shop.admin.search_read(
            "ir.model", [("model", "=", "delivery.promise")], "id"
        )[0]["id"],
        state="code",
        code=LONG_FLOW,
    )
    request = {"lines": [{"product_id": product_id, "quantity": 1}]}
    calls = {
        "hold": lambda: screen.call("delivery.promise", "hold", request),
        "confirm": lambda: screen.call("sale.order", "action_confirm", [held_id]),
        "change an order": lambda: screen.call(
            "sale.order.line", "write", [line["id"]], {"product_uom_qty": 4}
        ),
        "set a date": lambda: screen.call(
            "delivery.promise.line",
            "set_promised_date",
            [line_id],
            "2036-11-05 09:00:00",
            "After the fair",
        ),
        "release": lambda: screen.call(
            "delivery.promise", "action_repromise", [promise_id]
        ),
        "written before": lambda: screen.call(
            "ir.actions.server",
            "run",
            [action_id],
            context={"held_product_id": product_id},
        ),
    }
    with all_products(shop):
        for name, call in calls.items():
            seconds, result = timed(call)
            assert SENTENCE in result.get("refusal", ""), (name, result)
            assert seconds < SCREEN + SPARE, (name, seconds)
    assert hold(shop, product_id, 5)["promised_date"]
    [order] = shop.admin.read("sale.order", [held_id], "state")
    assert order["state"] == "draft"


def test_programs_wait_twenty_seconds(shop):
    product_id = shop.product(5)
    order_id = ordered_from_hold(shop, shop.product(5))[0]
    with all_products(shop):
        results = in_parallel(
            [
                lambda: hold(shop, product_id, 1),
                lambda: shop.admin.call("sale.order", "action_confirm", [order_id]),
            ]
        )
    for result in results:
        assert isinstance(result, Result)
        assert_gave_up(result.seconds, result.refusal, PROGRAM)
        assert result.seconds > PROGRAM - SPARE


def test_a_document_that_is_kept_is_waited_for_as_long(shop, screen):
    """Odoo tries again what fails on a row; all tries are one wait."""
    order_id = ordered_from_hold(shop, shop.product(5))[0]
    with kept(shop, "SELECT id FROM sale_order WHERE id = %s FOR UPDATE", order_id):
        seconds, result = timed(
            lambda: screen.call("sale.order", "action_confirm", [order_id])
        )
    assert_gave_up(seconds, result.get("refusal", ""), SCREEN)


def test_what_is_free_in_time_is_done(shop, screen):
    product_id = shop.product(5)
    request = {"lines": [{"product_id": product_id, "quantity": 5}]}

    def busy():
        with all_products(shop):
            time.sleep(3)

    def later():
        time.sleep(1)
        return timed(lambda: screen.call("delivery.promise", "hold", request))

    __, waited = in_parallel([busy, later])
    seconds, result = waited.answer
    assert result["answer"]["promised_date"]
    assert seconds > 1


def test_an_event_of_a_call_is_refused_for_the_moment(shop):
    """Whoever sent it sends it again; meanwhile it keeps no worker busy."""
    line_id = shop.admin.create("call.provider", name="Line", kind="generic")
    url = shop.admin.call("call.provider", "rotate_token", [line_id])["url"]
    path = urllib.parse.urlsplit(url).path

    def send(event, **values):
        fields = {"event": event, "callId": "kept", **values}
        request = urllib.request.Request(
            shop.server.url + path,
            json.dumps(fields).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    ring = {"direction": "in", "from": "+49301234567", "to": "+4989100"}
    assert send("newCall", **ring) == 200
    with kept(shop, "SELECT id FROM phone_call FOR UPDATE"):
        seconds, status = timed(lambda: send("hangup"))
    assert status == 503
    assert seconds < SCREEN + SPARE
    assert send("hangup") == 200
