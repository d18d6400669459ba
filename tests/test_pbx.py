"""Real calls: sipp phones a real Asterisk, the process beside it tells a live Odoo,
and Odoo has the right calls, times, customers and parts. Everything three times over,
the exchange restarted in between while the process goes on.
"""

import contextlib
import datetime
import os
import time
from pathlib import Path

import pytest
from pbx import (
    OUR_NUMBER,
    QUEUE_NUMBER,
    RTP_PORTS,
    Connector,
    Pbx,
    missing,
)

MOBILE = "+4915112345678"
NATIONAL = "0301234567"
CUSTOMER = "+4930123456"
ROUNDS = 3
#: seconds by which a time may be too short or too long: calls have whole seconds, and
#: people on a busy machine pick up and hang up late
TOO_SHORT, TOO_LONG = 1.5, 3

# name, extension, whom the agent talks to, what becomes of the call:
# direction, number, cause, seconds of ringing, seconds of talk (None: not answered)
SCENARIOS = {
    "queue": ("101", "Mobile", "in", MOBILE, "normalClearing", 1, 1.5),
    "answered": ("102", "Mobile", "in", MOBILE, "normalClearing", 0.5, 2),
    "busy": ("103", "Mobile", "in", MOBILE, "busy", 0, None),
    "cancelled": ("104", "Mobile", "in", MOBILE, "cancel", 1, None),
    "withheld": ("105", None, "in", False, "normalClearing", 0.5, 1),
    "national": ("106", "National", "in", "+49301234567", "normalClearing", 0.5, 1),
    "dialled": ("107", "Customer", "out", CUSTOMER, "normalClearing", 1.5, 1),
    "not picked up": ("108", "Customer", "out", CUSTOMER, "busy", 0, None),
    "internal": ("109", None, "out", False, "normalClearing", 0.5, 1),
}
EXTENSIONS = [values[0] for values in SCENARIOS.values()]


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    if reason := missing():
        pytest.skip(f"no telephone exchange on this machine: {reason}")
    with Pbx(tmp_path_factory.mktemp("pbx"), [*EXTENSIONS, "110"]) as pbx:
        yield pbx


@pytest.fixture(scope="module")
def desk(odoo):
    """Odoo with customers, agents and a line; the line's address."""
    client = odoo.client()
    germany = client.search_read("res.country", [("code", "=", "DE")], "id")[0]["id"]
    company = client.read("res.users", [client.uid], "company_id")[0]["company_id"][0]
    client.call("res.company", "write", [company], {"country_id": germany})
    for name, phone in (
        ("Mobile", "0151 12345678"),
        ("National", "030/1234567"),
        ("Customer", CUSTOMER),
    ):
        client.create("res.partner", name=name, phone=phone, country_id=germany)
    group = client.ref("call_center.group_call_center_agent")
    agents = [
        {
            "name": f"Agent {extension}",
            "login": f"agent{extension}",
            "password": f"agent{extension}",
            "phone_extension": extension,
            "group_ids": [(4, group)],
        }
        for extension in EXTENSIONS
    ]
    quietly = {"no_reset_password": True}
    client.call("res.users", "create", agents, context=quietly)
    line = client.create("call.provider", name="Exchange", kind="asterisk")
    token = client.call("call.provider", "rotate_token", [line])["token"]
    return client, f"{odoo.url}/call_center/generic/{token}"


@pytest.fixture(scope="module")
def process(exchange, desk, tmp_path_factory):
    """The process beside the exchange, as an administrator starts it."""
    with Connector(exchange, desk[1], tmp_path_factory.mktemp("connector")) as running:
        yield running.connections


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not in {seconds} s")


def calls_since(client, known):
    return client.search_read(
        "phone.call", [("id", "not in", known)], "state", order="id"
    )


def phone(exchange, odoo):
    """Make every scenario's call at once; returns when each person has hung up."""
    to = {name: OUR_NUMBER + values[0] for name, values in SCENARIOS.items()}
    desk = {name: values[0] for name, values in SCENARIOS.items()}
    people = [
        exchange.desk(name, desk[name])
        for name in ("queue", "answered", "withheld", "national", "dialled")
    ]
    people += [
        exchange.desk("busy", desk["busy"], does="busy"),
        exchange.desk("cancelled", desk["cancelled"], does="ring"),
        exchange.desk("not picked up", desk["not picked up"], does="busy"),
        exchange.desk("internal", desk["internal"]),
        exchange.outside_telephone("dialled", rings=500),
    ]
    wait_for("telephones", lambda: all(listening(p) for p in people), 15)
    call = exchange.outside_call
    people += [
        call("queue", MOBILE, QUEUE_NUMBER, after=2500),
        call("answered", MOBILE, to["answered"], after=2000),
        call("busy", MOBILE, to["busy"], ends="busy"),
        call("cancelled", MOBILE, to["cancelled"], ends="cancel", after=1000),
        call("withheld", "anonymous", to["withheld"]),
        call("national", NATIONAL, to["national"]),
        exchange.inside_call("internal", "110", "109"),
    ]
    for name in ("dialled", "not picked up"):
        login = f"agent{desk[name]}"
        odoo.client(login, login).call("phone.call", "dial", "030 123456")
    problems = [problem for person in people if (problem := person.result())]
    assert not problems, "\n".join(problems) + exchange.tail()


def listening(person):
    """Whether a telephone is there: sipp has bound its port."""
    with contextlib.suppress(OSError):
        table = Path("/proc/net/udp").read_text()
        return f":{person.port:04X} " in table
    return True


@pytest.mark.parametrize("attempt", range(1, ROUNDS + 1))
def test_real_calls(exchange, odoo, desk, process, attempt):
    client = desk[0]
    if attempt > 1:
        exchange.restart()
    wait_for("the connection", lambda: process() >= attempt, 30)
    if attempt == 1:
        # a process that was never heard of cannot be asked to place calls
        line = [("kind", "=", "asterisk"), ("connector_seen", "!=", False)]
        wait_for("the process", lambda: client.call("call.provider", "search", line))
    known = client.call("phone.call", "search", [])
    began = datetime.datetime.utcnow()

    phone(exchange, odoo)

    def all_ended():
        calls = calls_since(client, known)
        ended = [call for call in calls if call["state"] == "ended"]
        return len(ended) >= len(SCENARIOS) and calls

    found = wait_for("the ends of the calls", all_ended)
    assert len(found) == len(SCENARIOS), "a call is missing or there twice"
    seconds = (datetime.datetime.utcnow() - began).total_seconds()
    ids = [call["id"] for call in found]
    for name, expected in SCENARIOS.items():
        check(client, ids, name, expected, began, seconds)
    assert not odoo.problems()


def check(client, ids, name, expected, began, lasted):
    extension, customer, direction, number, cause, rings, talk = expected
    user = client.search_read(
        "res.users", [("login", "=", f"agent{extension}")], "name"
    )[0]
    calls = client.search_read(
        "phone.call",
        [("id", "in", ids), ("leg_ids.user_id", "=", user["id"])],
        *("direction", "e164", "state", "cause", "from_number", "to_number", "queue"),
        *("partner_id", "user_id", "started_at", "answered_at", "ended_at"),
        *("wait_seconds", "talk_seconds", "leg_ids", "provider"),
    )
    assert len(calls) == 1, f"{name}: {calls}"
    (call,) = calls
    told = f"{name}: {call}"
    assert call["provider"] == "asterisk", told
    assert call["state"] == "ended", told
    assert call["direction"] == direction, told
    assert call["e164"] == number, told
    assert call["cause"] == cause, told
    assert (call["partner_id"] or [0, None])[1] == customer, told
    assert call["user_id"] == [user["id"], user["name"]], told
    assert call["queue"] == ("support" if name == "queue" else False), told
    start = datetime.datetime.fromisoformat(call["started_at"])
    assert -1 <= (start - began).total_seconds() <= lasted, told
    assert bool(call["answered_at"]) == (talk is not None), told
    for seconds, wanted in (
        (call["wait_seconds"], rings),
        (call["talk_seconds"], talk or 0),
    ):
        assert wanted - TOO_SHORT <= seconds <= wanted + TOO_LONG, told
    if talk is None:
        assert not call["talk_seconds"], told
    legs = client.read(
        "phone.call.leg", call["leg_ids"], "name", "user_id", "queue", "ended_at"
    )
    assert [leg["name"] for leg in legs] == [extension], told
    assert legs[0]["queue"] == call["queue"], told
    assert legs[0]["ended_at"] == call["ended_at"], told


def test_whose_telephone_is_not_there_is_told(exchange, odoo, desk, process):
    """Nobody answers at the agent's own desk: the call ends, and says so."""
    client = desk[0]
    wait_for("the connection", process)
    mine = odoo.client("agent102", "agent102")
    call_id = mine.call("phone.call", "dial", CUSTOMER)["call_id"]
    # nothing listens at his port: the exchange gives up when the time is over
    order = [("call_id", "=", call_id), ("state", "=", "failed")]
    wait_for(
        "the failure",
        lambda: client.call("phone.call.order", "search", order),
        20,
    )
    call = client.read("phone.call", [call_id], "state", "cause", "answered_at")[0]
    assert (call["state"], call["cause"]) == ("ended", "noAnswer")
    assert not call["answered_at"]


def test_nothing_listens_beyond_loopback(exchange):
    """The exchange under test is nobody else's."""
    inodes = set()
    for entry in os.scandir(f"/proc/{exchange.process.pid}/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(entry.path)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    assert inodes
    ours = {exchange.sip_port, *range(*RTP_PORTS)}
    open_to_all = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in (Path("/proc/net") / table).read_text().splitlines()[1:]:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            port = int(local.split(":")[1], 16)
            # beside them there are the ends at which it asks the name server
            waits = state == "0A" or port in ours
            if inode in inodes and waits and not local.startswith("0100007F"):
                open_to_all.append(f"{table} {local}")
    assert not open_to_all, open_to_all
