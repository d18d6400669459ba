"""Three agents, each with a browser of their own: calls come in over the real webhook,
are answered by one, handed on, parked and fetched; each screen shows what its agent's
telephone does, and when all is quiet none of them rings."""

import itertools
import json
import time
import urllib.request

import pytest
from tabs import Tab

ANNA = "+49305551234"
EXTENSIONS = ("101", "102", "103")
RINGS, TALKS = [ANNA, "ringing", "Anna Berger"], [ANNA, "answered", "Anna Berger"]
WRITES, MISSED = [ANNA, "ended", "Anna Berger"], [ANNA, "missed", "Anna Berger"]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def post(odoo):
    """A function that tells of an event."""
    admin = odoo.client()
    germany = admin.search_read("res.country", [("code", "=", "DE")], "id")[0]["id"]
    company = admin.read("res.users", [admin.uid], "company_id")[0]["company_id"][0]
    admin.call("res.company", "write", [company], {"country_id": germany})
    admin.create("res.partner", name="Anna Berger", phone=ANNA)
    agents = [
        {
            "name": f"Agent {extension}",
            "login": f"agent{extension}",
            "password": f"agent{extension}",
            "phone_extension": extension,
            "group_ids": [
                (4, admin.ref("call_center.group_call_center_agent")),
                (4, admin.ref("base.group_partner_manager")),
            ],
        }
        for extension in EXTENSIONS
    ]
    quietly = {"no_reset_password": True}
    admin.call("res.users", "create", agents, context=quietly)
    line = admin.create("call.provider", name="Line")
    token = admin.call("call.provider", "rotate_token", [line])["token"]

    def post(event, call, **more):
        body = {"event": event, "callId": call, **more}
        request = urllib.request.Request(
            f"{odoo.url}/call_center/generic/{token}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200

    return post


@pytest.fixture(scope="module")
def screens(odoo, post):
    """{extension: the agent's browser}"""
    from panels import Browser, session

    with Browser() as browser:
        tabs = {}
        for extension in EXTENSIONS:
            login = f"agent{extension}"
            cookie = session(odoo.url, odoo.database, login, login)
            tabs[extension] = Tab(browser, odoo.url, cookie, alone=True).loaded()
        yield tabs


@pytest.fixture
def call(post, screens):
    """A call that is told of; afterwards nothing is on any screen."""
    name = f"call{next(_numbers)}"

    def tell(event, other="", **values):
        if "otherCallId" in values:
            values["otherCallId"] = name + values["otherCallId"]
        post(event, name + other, **values)

    yield tell
    for tab in screens.values():
        for _card in tab.calls():
            tab.evaluate("document.querySelector('.o_call_dismiss').click()")
            time.sleep(0.2)
    see(screens, {})


def see(screens, wanted, seconds=20):
    """Wait until each screen shows its card and nothing else: {extension: card}."""
    wanted = {name: [wanted[name]] if name in wanted else [] for name in screens}
    end = time.monotonic() + seconds
    while (seen := {name: tab.calls() for name, tab in screens.items()}) != wanted:
        if time.monotonic() > end:
            pytest.fail(f"not {wanted}: {seen}")
        time.sleep(0.1)


def incoming(**values):
    return {"direction": "in", "from": ANNA, "to": "+4930555000", **values}


def test_ring_for_all_is_over_for_all_but_who_answers(call, screens):
    call("newCall", **incoming())
    see(screens, dict.fromkeys(EXTENSIONS, RINGS))
    call("answer", user="102")
    see(screens, {"102": TALKS})
    call("hangup")
    see(screens, {"102": WRITES})


def test_ring_for_all_that_nobody_answers_rings_no_longer(call, screens):
    call("newCall", **incoming())
    see(screens, dict.fromkeys(EXTENSIONS, RINGS))
    call("hangup", cause="cancel")
    see(screens, dict.fromkeys(EXTENSIONS, MISSED))


def test_ring_that_turns_out_to_be_for_one_leaves_the_others(call, screens):
    call("newCall", **incoming())
    see(screens, dict.fromkeys(EXTENSIONS, RINGS))
    call("newCall", **incoming(user=["103"]))
    see(screens, {"103": RINGS})
    screens["101"].reload()
    see(screens, {"103": RINGS})
    call("hangup", cause="cancel")
    see(screens, {"103": MISSED})


def test_outgoing_call_is_its_agents_alone(call, screens):
    call("newCall", direction="out", **{"from": "101", "to": ANNA}, user=["101"])
    see(screens, {"101": RINGS})
    call("answer", user="101")
    see(screens, {"101": TALKS})
    call("hangup")
    see(screens, {"101": WRITES})


def test_card_moves_with_the_caller(call, screens):
    call("newCall", **incoming(user=["101"], legId="a"))
    call("answer", user="101", legId="a")
    see(screens, {"101": TALKS})
    inside = {"direction": "out", "from": "101", "to": "102"}
    call("newCall", "x", user=["102"], legId="b", **inside)
    call("answer", "x", user="102", legId="b")
    time.sleep(0.5)
    call("merge", otherCallId="x")
    call("hangup", user="101", legId="a")
    see(screens, {"101": WRITES, "102": TALKS})
    # who was asked loads the page again: it is the customer's call
    screens["102"].reload()
    see(screens, {"101": WRITES, "102": TALKS})
    call("hangup")
    see(screens, {"101": WRITES, "102": WRITES})
    for name in ("101", "102"):
        screens[name].click(".o_wrap_up_nothing")
    see(screens, {})


def test_caller_who_comes_back_rings_again(call, screens):
    call("newCall", **incoming(user=["101"], legId="a"))
    call("answer", user="101", legId="a")
    see(screens, {"101": TALKS})
    call("hangup", user="101", legId="a")
    see(screens, {"101": WRITES})
    time.sleep(1)  # moments are whole seconds
    call("newCall", **incoming(user=["101"], legId="c"))
    see(screens, {"101": RINGS})
    call("answer", user="101", legId="c")
    see(screens, {"101": TALKS})
    call("hangup")
    see(screens, {"101": WRITES})


def test_voicemail_is_a_missed_call(call, screens):
    call("newCall", **incoming(user=["101"]))
    see(screens, {"101": RINGS})
    time.sleep(1)  # moments are whole seconds
    call("answer", user="voicemail")
    see(screens, {"101": MISSED})
    call("hangup")
    see(screens, {"101": MISSED})


def test_server_has_nothing_to_complain_of(odoo):
    assert not odoo.problems()
