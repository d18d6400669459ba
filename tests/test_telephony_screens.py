"""Every screen of the telephony opens in a real browser, for who may do least and for
who may do most, with nothing in it and with calls."""

import datetime

import pytest
from tabs import Tab

SCREENS = (
    *("phone-calls", "live-board", "call-backs", "call-report"),
    *("telephony-lines", "call-rules", "blocked-numbers"),
)
FOR_AGENTS = SCREENS[:4]
MINUTE = datetime.timedelta(minutes=1)
VIEWS = ("kanban", "calendar", "graph", "pivot")
STATE = """(() => {
    const error = document.querySelector(".o_error_dialog, .o_notification .bg-danger");
    const there = document.querySelector(".o_action_manager .o_action, .o_live_board");
    return error ? error.textContent : there ? "open" : "";
})()"""


@pytest.fixture(scope="module")
def agent(odoo):
    admin = odoo.client()
    values = {
        "name": "Agent",
        "login": "agent",
        "password": "agent",
        "group_ids": [(4, admin.ref("call_center.group_call_center_agent"))],
    }
    quietly = {"no_reset_password": True}
    return admin.call("res.users", "create", [values], context=quietly)[0]


@pytest.fixture(scope="module")
def browser():
    from panels import Browser

    with Browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def calls(odoo, agent):
    """An answered call of today and a missed one, made when they are first needed."""
    admin = odoo.client()
    begin = datetime.datetime.utcnow().replace(microsecond=0)
    times = {"started_at": str(begin), "ended_at": str(begin + MINUTE)}
    for number, more in (
        ("+4930123456", {"answered_at": str(begin), "user_id": agent}),
        ("anonymous", {}),
    ):
        admin.create(
            "phone.call",
            from_number=number,
            queue="sales",
            state="ended",
            **times,
            **more,
        )


def look(odoo, browser, login, screens):
    from panels import session

    cookie = session(odoo.url, odoo.database, login, login)
    tab = Tab(browser, odoo.url, cookie).loaded()
    try:
        for screen in screens:
            tab.command("Page.navigate", url=f"{odoo.url}/odoo/{screen}")
            assert tab.wait(STATE, 30) == "open", screen
            for view in VIEWS if screen == "phone-calls" else ():
                tab.click(f".o_switch_view.o_{view}")
                tab.wait(f"!!document.querySelector('.o_{view}_view')")
                assert tab.evaluate(STATE) == "open", view
    finally:
        tab.close()


def test_with_nothing_in_them(odoo, agent, browser):
    look(odoo, browser, "agent", FOR_AGENTS)
    look(odoo, browser, "admin", SCREENS)


def test_with_calls(odoo, agent, calls, browser):
    look(odoo, browser, "agent", FOR_AGENTS)
    look(odoo, browser, "admin", SCREENS)
    assert not odoo.problems()
