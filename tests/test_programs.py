# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a program can rely on: what is stored can be read by any client, and changes
can be followed without missing one."""

import os
import re
import subprocess
import sys
import xmlrpc.client
from pathlib import Path

import pytest

from workbench import addons, odoo_process
from workbench.databases import Databases

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
if str(EXAMPLES) not in sys.path:
    sys.path.insert(0, str(EXAMPLES))

import json2_follow_changes  # noqa: E402
import json2_lead_to_invoice  # noqa: E402
from story import Story  # noqa: E402

LIMIT = 200
#: nobody at all may read them
CLOSED = {"bus.bus"}
#: moments of the suite have no fractions of seconds
JUST_OVER = "date_trunc('second', now() AT TIME ZONE 'UTC') - interval '1 second'"


@pytest.fixture(scope="module")
def key(odoo):
    code = (
        "key = env(user=env.ref('base.user_admin').id)['res.users.apikeys']"
        "._generate('rpc', 'reading', False)\n"
        "env.cr.commit()\n"
        "print('KEY', key)\n"
    )
    result = subprocess.run(
        odoo_process.command("shell", "-d", odoo.database, "--no-http"),
        env=odoo.environ,
        input=code,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r"KEY (\S+)", result.stdout)
    assert found, result.stderr[-2000:]
    return found[1]


@pytest.fixture(scope="module")
def query(odoo):
    databases = Databases(odoo.environ, odoo.environ["ODOO_DATA_DIR"])

    def run(statement, *parameters):
        return databases.query(statement, parameters, database=odoo.database)

    run.connect = lambda: databases.connect(odoo.database)
    return run


@pytest.fixture(scope="module")
def call(odoo, key):
    """JSON-2, with a lead that was promised, held, quoted and ordered."""
    called = json2_lead_to_invoice.connect(odoo.url, odoo.database, key)
    story = Story(called, say=lambda *_text: None)
    story.prepare()
    lead = story.lead()
    story.check_dates(lead)
    story.hold(lead)
    story.confirm(story.quotation(lead))
    return called


@pytest.fixture(scope="module")
def proxy(odoo):
    """XML-RPC as a client has it that knows no null, as most do not."""
    common = xmlrpc.client.ServerProxy(f"{odoo.url}/xmlrpc/2/common")
    uid = common.authenticate(odoo.database, "admin", "admin", {})
    models = xmlrpc.client.ServerProxy(f"{odoo.url}/xmlrpc/2/object")

    def execute(model, method, *args, **named):
        return models.execute_kw(
            odoo.database, uid, "admin", model, method, list(args), named
        )

    return execute


@pytest.fixture(scope="module")
def models(proxy):
    """Names of the stored models that the suite has or extends."""
    ours = set(addons.discover())
    names = {
        field["model"]
        for field in proxy("ir.model.fields", "search_read", [], ["model", "modules"])
        if ours & {name.strip() for name in (field["modules"] or "").split(",")}
    }
    stored = [
        ("model", "in", sorted(names)),
        ("transient", "=", False),
        ("abstract", "=", False),
    ]
    found = proxy("ir.model", "search_read", stored, ["model"])
    return sorted(model["model"] for model in found)


def nulls(value, path=""):
    """Where there is a null in a value."""
    if value is None:
        return [path]
    if isinstance(value, dict):
        return [p for key, part in value.items() for p in nulls(part, f"{path}.{key}")]
    if isinstance(value, list):
        return [p for part in value for p in nulls(part, f"{path}[]")]
    return []


def test_every_model_is_read_over_xmlrpc(call, models, proxy, query):
    # there is something that would fail
    kept = query("SELECT answer::text FROM delivery_promise_line WHERE answer NOTNULL")
    assert any(re.search(r"[:,\[] ?null", text) for (text,) in kept)
    assert len(models) > 40
    failed, read = {}, 0
    for model in models:
        try:
            read += bool(proxy(model, "search_read", [], limit=LIMIT))
        except xmlrpc.client.Fault as fault:
            failed[model] = fault.faultString.strip().splitlines()[-1]
    assert set(failed) <= CLOSED, failed
    assert read > 20


def test_every_model_is_read_over_json2(call, models):
    failed, found = {}, {}
    for model in models:
        try:
            rows = call(model, "search_read", domain=[], limit=LIMIT)
        except SystemExit as refusal:
            failed[model] = str(refusal)
            continue
        if paths := sorted(set(nulls(rows))):
            found[model] = paths
    assert set(failed) <= CLOSED, failed
    assert found == {}


# -- following changes -----------------------------------------------------------------


@pytest.fixture
def follower(odoo, key, call):
    follower = json2_follow_changes.Follower(
        *json2_follow_changes.connect(odoo.url, odoo.database, key)
    )
    assert follower.poll()
    assert follower.poll() == []
    return follower


@pytest.fixture
def held(call):
    """A promise held, its id and that of its line."""
    product = call(
        "product.product",
        "create",
        vals_list={"name": "Oil filter", "type": "consu", "is_storable": True},
    )
    (warehouse,) = call(
        "stock.warehouse", "search_read", domain=[], fields=["lot_stock_id"], limit=1
    )
    call(
        "stock.quant",
        "create",
        vals_list={
            "product_id": product[0],
            "location_id": warehouse["lot_stock_id"][0],
            "inventory_quantity_auto_apply": 8,
        },
        context={"inventory_mode": True},
    )
    answer = call(
        "delivery.promise",
        "hold",
        request={"lines": [{"product_id": product[0], "quantity": 2}]},
    )
    promise = answer["promise_id"]
    (line,) = call(
        "delivery.promise.line", "search", domain=[["promise_id", "=", promise]]
    )
    return promise, line


def told(follower):
    """{(model, id): (values before, values now)} of what changed."""
    return {
        (model.removeprefix("delivery."), id_): (before, row)
        for model, id_, before, row in follower.poll()
    }


def test_what_is_written_is_told_once(follower, held):
    promise, line = held
    changes = told(follower)
    assert changes["promise", promise][1]["state"] == "held"
    assert changes["promise.line", line][1]["status"] == "on_time"
    assert told(follower) == {}


def test_a_hold_that_ends_is_told_with_its_lines(follower, held, query):
    promise, line = held
    told(follower)
    (before,) = query("SELECT write_date FROM delivery_promise WHERE id = %s", promise)
    # the clock alone: nothing else is written
    query(
        f"UPDATE delivery_promise SET hold_until = {JUST_OVER} WHERE id = %s", promise
    )
    changes = told(follower)
    assert changes["promise", promise][1]["state"] == "expired"
    assert changes["promise.line", line][1]["status"] is False
    assert told(follower) == {}
    (after,) = query("SELECT write_date FROM delivery_promise WHERE id = %s", promise)
    assert after == before


def test_a_day_that_ends_is_told(follower, held, query):
    _promise, line = held
    told(follower)
    query(
        f"UPDATE delivery_promise_line SET late_from = {JUST_OVER} WHERE id = %s", line
    )
    changes = told(follower)
    assert changes["promise.line", line][1]["status"] == "late"


def test_a_long_transaction_is_not_missed(follower, held, query):
    promise, line = held
    told(follower)
    connection = query.connect()
    try:
        connection.autocommit = False
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE delivery_promise SET name = name || 'x', write_date = "
                "now() AT TIME ZONE 'UTC' - interval '10 minutes' WHERE id = %s",
                [promise],
            )
            assert told(follower) == {}
        connection.commit()
    finally:
        connection.close()
    # and its line, which names it
    assert set(told(follower)) == {("promise", promise), ("promise.line", line)}


def test_what_is_deleted_is_told(follower, held, query):
    promise, line = held
    told(follower)
    query("DELETE FROM delivery_promise WHERE id = %s", promise)
    changes = told(follower)
    assert changes["promise", promise][1] is None
    assert changes["promise.line", line][1] is None
    assert told(follower) == {}


def test_the_example_runs_as_it_is(odoo, key):
    result = subprocess.run(
        [sys.executable, "-B", str(EXAMPLES / "json2_follow_changes.py")],
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "ODOO_URL": odoo.url,
            "ODOO_DATABASE": odoo.database,
            "ODOO_API_KEY": key,
            "ODOO_ROUNDS": "1",
            "ODOO_SECONDS": "0",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert re.match(r"\d+ promises and lines are there", result.stdout), result.stderr
