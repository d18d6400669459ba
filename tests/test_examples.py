"""The examples for integrators, run as an integrator runs them: against a live server,
each in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import odoo_process

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def run_example(name, server, **variables):
    """What an example prints; it has to end well."""
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "ODOO_URL": server.url,
        "ODOO_DATABASE": server.database,
        "ODOO_LOGIN": "admin",
        "ODOO_PASSWORD": "admin",
        # as on a machine where people write other languages than English
        "PYTHONIOENCODING": "utf-8",
        **variables,
    }
    result = subprocess.run(
        [sys.executable, "-B", str(EXAMPLES / name)],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.fixture(scope="module")
def api_key(suite_server):
    """A key as the web client makes one in a user's preferences."""
    code = (
        "key = env(user=env.ref('base.user_admin').id)['res.users.apikeys']"
        "._generate('rpc', 'examples', False)\n"
        "env.cr.commit()\n"
        "print('KEY', key)\n"
    )
    result = subprocess.run(
        odoo_process.command("shell", "-d", suite_server.database, "--no-http"),
        env=suite_server.environ,
        input=code,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r"KEY (\S+)", result.stdout)
    assert found, result.stderr[-2000:]
    return found[1]


def assert_story(output):
    """The promised date goes all the way, and the caller sees it."""
    steps = re.findall(r"^(\d)\. ", output, re.MULTILINE)
    assert steps == ["1", "2", "3", "4", "5", "6", "7", "8", "9"], output
    dates = {}
    for product, date in re.findall(rf"(\S+ \S+) \d+: promised ({MOMENT})", output):
        dates.setdefault(product, []).append(date)
    assert set(dates) == {"Water pump", "Timing belt"}
    for product, seen in dates.items():
        # lead checked, lead held, quotation, order, delivery, invoice
        assert len(seen) == 6, output
        # What the hold promised is what every later document says.
        assert set(seen[1:]) == {seen[1]}, (product, seen)
    assert max(dates["Water pump"]) < min(dates["Timing belt"])
    assert "PROM/" in output
    assert "exact match" in output
    assert output.count(": kept") == 2, output
    assert re.search(r"Invoice \S+ over 5?\d+\.\d+ is posted", output), output


def test_story_over_xmlrpc(suite_server):
    assert_story(run_example("xmlrpc_lead_to_invoice.py", suite_server))


def test_story_over_json2(suite_server, api_key):
    output = run_example(
        "json2_lead_to_invoice.py",
        suite_server,
        ODOO_API_KEY=api_key,
        ODOO_PASSWORD="",
    )
    assert_story(output)


@pytest.mark.parametrize("name", ["odoorpc_hold.py", "odooly_hold.py"])
def test_public_client(name, suite_server):
    output = run_example(name, suite_server)
    assert re.search(rf"possible on {MOMENT} UTC", output)
    assert re.search(rf"PROM/\d+: held until {MOMENT} UTC", output)
    assert "Nothing was held" in output
    assert re.search(r"PROM/\d+: released", output)


def test_wrong_key_is_refused_in_words(suite_server):
    with pytest.raises(
        AssertionError, match=r"stock\.warehouse\.search_read: "
    ) as seen:
        run_example("json2_lead_to_invoice.py", suite_server, ODOO_API_KEY="wrong")
    assert "Traceback" not in str(seen.value)
