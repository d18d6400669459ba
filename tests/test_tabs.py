"""One agent, one browser, three tabs: calls come in over the real webhook, one tab
rings, all show the same, whatever is closed, asleep or offline meanwhile."""

import itertools
import json
import time
import urllib.request

import pytest
from tabs import ALT, CTRL, SHIFT, Gate, Tab

ANNA, OTTO = "+49305551234", "+4989777666"
NOBODY = []
# it rings every three seconds; hidden tabs wait up to a second longer for their turn
LONG = 4.5
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def desk(odoo):
    """An agent, two customers and a line: (administrator, poster of events)."""
    admin = odoo.client()
    germany = admin.search_read("res.country", [("code", "=", "DE")], "id")[0]["id"]
    company = admin.read("res.users", [admin.uid], "company_id")[0]["company_id"][0]
    admin.call("res.company", "write", [company], {"country_id": germany})
    for name, phone in (("Anna Berger", ANNA), ("Otto Kraus", OTTO)):
        admin.create("res.partner", name=name, phone=phone)
    agent = {
        "name": "Agent",
        "login": "agent101",
        "password": "agent101",
        "phone_extension": "101",
        "group_ids": [
            (4, admin.ref("call_center.group_call_center_agent")),
            (4, admin.ref("base.group_partner_manager")),
        ],
    }
    admin.call("res.users", "create", [agent], context={"no_reset_password": True})
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

    return admin, post


@pytest.fixture(scope="module")
def gate(odoo):
    gate = Gate(int(odoo.url.rsplit(":", 1)[1]))
    yield gate
    gate.close()


@pytest.fixture(scope="module")
def browser(odoo, gate, desk):
    """A function that opens one more tab of the agent's browser."""
    from panels import Browser, session

    cookie = session(odoo.url, odoo.database, "agent101", "agent101")
    with Browser() as browser:
        yield lambda: Tab(browser, gate.url, cookie)


@pytest.fixture(scope="module")
def tabs(browser):
    opened = [browser()]
    opened[0].loaded()  # the others find its files in the browser's cache
    opened += [browser(), browser()]
    for tab in opened:
        tab.loaded()
    return opened


class Phone:
    """A telephone that rings at the agent."""

    def __init__(self, post, number):
        self.post, self.number = post, number
        self.id = f"call{next(_numbers)}"

    def ring(self):
        self.post(
            "newCall",
            self.id,
            **{"direction": "in", "from": self.number, "to": "+4930555000"},
            user=["101"],
        )
        return self

    def answer(self):
        self.post("answer", self.id, user="101")
        return self

    def hang_up(self, cause="normalClearing"):
        self.post("hangup", self.id, cause=cause)
        return self


@pytest.fixture
def phone(desk, tabs):
    """Calls of a test; afterwards no tab shows any."""
    yield lambda number=ANNA: Phone(desk[1], number)
    while left := len(tabs[0].calls()):
        tabs[0].evaluate("document.querySelector('.o_call_dismiss').click()")
        until("a card less", lambda left=left: len(tabs[0].calls()) < left, 5)
    all_see(tabs, NOBODY, 5)


def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not in {seconds} s")


def all_see(tabs, calls, seconds=20):
    """Every tab comes to show exactly these calls: [number, phase, caller]."""
    wanted = sorted(calls)
    end = time.monotonic() + seconds
    while any(sorted(tab.calls()) != wanted for tab in tabs):
        if time.monotonic() > end:
            pytest.fail(f"not {wanted}: {[tab.calls() for tab in tabs]}")
        time.sleep(0.1)
    return True


def holds(what, condition, seconds):
    """What does not happen: something is so, and stays so for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"{what}: no more"
        time.sleep(0.1)


def first_to_ring(tabs, seconds):
    """The tabs that make a sound when the next one is heard."""
    before = [tab.sounds() for tab in tabs]

    def ringing():
        return [i for i, tab in enumerate(tabs) if tab.sounds() > before[i]]

    return until("a tab to ring", ringing, seconds)


RINGING = [ANNA, "ringing", "Anna Berger"]
TALKING = [ANNA, "answered", "Anna Berger"]
WRAP_UP = [ANNA, "ended", "Anna Berger"]
MISSED = [ANNA, "missed", "Anna Berger"]


def test_one_tab_rings_and_all_show_who_it_is(tabs, phone):
    tabs[1].click(".o_main_navbar")  # browsers let a tab be heard after that
    before = [tab.sounds() for tab in tabs]
    call = phone().ring()
    all_see(tabs, [RINGING])
    until("a sound", lambda: tabs[1].sounds() > before[1])
    once = tabs[1].sounds()
    until("it to go on ringing", lambda: tabs[1].sounds() > once, 15)
    assert [tabs[0].sounds(), tabs[2].sounds()] == [before[0], before[2]]
    call.answer()
    all_see(tabs, [TALKING])
    silent = [tab.sounds() for tab in tabs]
    holds("silence", lambda: [tab.sounds() for tab in tabs] == silent, LONG)
    call.hang_up()
    all_see(tabs, [WRAP_UP])


def told(tabs):
    return [title for tab in tabs for title in tab.evaluate("window.told")]


def test_desktop_is_told_once_by_name_of_who_looks_elsewhere(tabs, phone):
    for tab in tabs[1:]:
        tab.evaluate("window.isAway = true")
    tabs[0].look()
    phone().ring()
    all_see(tabs[:1], [RINGING])
    holds("the panel is there to be seen", lambda: not told(tabs), 1)
    tabs[0].evaluate("window.isAway = true")
    phone(OTTO).ring()
    until("the desktop", lambda: told(tabs))
    holds("told once", lambda: told(tabs) == ["Otto Kraus is calling"], 0.5)
    for tab in tabs:
        tab.evaluate("window.isAway = false")


def test_wrapped_up_in_one_tab_is_over_in_all(desk, tabs, phone):
    call = phone().ring().answer().hang_up()
    all_see(tabs, [WRAP_UP])
    tabs[2].click(".o_wrap_up textarea")
    tabs[2].type("Wants eight brake discs")
    tabs[2].reload()
    note = "document.querySelector('.o_wrap_up textarea')?.value"
    until("the note", lambda: tabs[2].evaluate(note) == "Wants eight brake discs")
    tabs[2].wait("!!document.querySelector('.o_wrap_up_save:enabled')")
    tabs[2].click(".o_wrap_up textarea")
    tabs[2].press("Enter", CTRL)
    all_see(tabs, NOBODY)
    domain = [("external_id", "=", call.id)]
    (noted,) = desk[0].search_read("phone.call", domain, "summary")
    assert noted["summary"] == "Wants eight brake discs"


def test_removed_in_one_tab_is_gone_from_all_and_stays_so(tabs, phone):
    call = phone().ring()
    all_see(tabs, [RINGING])
    tabs[0].click(".o_call_dismiss")
    all_see(tabs, NOBODY)
    tabs[0].reload()
    until("its calls", lambda: tabs[0].has_asked("my_calls"))
    assert all_see(tabs, NOBODY)
    # who takes it after all has a call to write down
    call.answer()
    all_see(tabs, [TALKING])
    call.hang_up()
    all_see(tabs, [WRAP_UP])
    tabs[1].click(".o_wrap_up_nothing")
    all_see(tabs, NOBODY)


def test_number_that_comes_late_names_the_caller(desk, tabs, phone):
    call = phone()
    desk[1]("answer", call.id, user="101", direction="in")
    all_see(tabs, [["Withheld number", "answered", ""]])
    call.ring()
    all_see(tabs, [TALKING])
    assert "withholds" not in tabs[0].evaluate(
        "document.querySelector('.o_call_panel').textContent"
    )


def test_which_of_several_it_is_holds_in_all(desk, tabs, phone):
    number = "+49405557700"
    for name in ("Garage Nord", "Nordlicht"):
        desk[0].create("res.partner", name=name, phone=number)
    call = phone(number).ring()
    all_see(tabs, [[number, "ringing", "2 possible callers"]])
    tabs[0].click(".o_caller_match:last-child > button")
    tabs[0].click(".o_caller_choose")
    all_see(tabs, [[number, "ringing", "Nordlicht"]])
    found = desk[0].search_read(
        "phone.call", [("external_id", "=", call.id)], "partner_id"
    )
    assert found[0]["partner_id"][1] == "Nordlicht"


def test_closing_the_tab_that_rings_hands_over(browser, tabs, phone):
    for tab in tabs[1:]:
        tab.click(".o_main_navbar")
    phone().ring()
    all_see(tabs, [RINGING])
    (one,) = first_to_ring(tabs, 15)
    tabs[one].close()
    left = [tab for index, tab in enumerate(tabs) if index != one]
    assert len(first_to_ring(left, 6)) == 1
    tabs[one] = browser().loaded()
    all_see(tabs, [RINGING])


def test_offline_misses_nothing_and_shows_nothing_twice(tabs, phone):
    running = phone().ring().answer()
    all_see(tabs, [TALKING])
    for tab in tabs:
        tab.forget_cuts()
    for tab in tabs:
        tab.offline(True)
    until("the tabs to know it", lambda: all(tab.is_cut() for tab in tabs))
    running.hang_up()
    phone(OTTO).ring().hang_up("cancel")
    waiting = phone(OTTO).ring()
    holds("offline", lambda: all(tab.calls() == [TALKING] for tab in tabs), 1)
    for tab in tabs:
        tab.offline(False)
    missed = [OTTO, "missed", "Otto Kraus"]
    all_see(tabs, [WRAP_UP, missed, [OTTO, "ringing", "Otto Kraus"]])
    waiting.hang_up("cancel")
    all_see(tabs, [WRAP_UP, missed, missed])


def test_cut_connection_is_made_up_for(gate, tabs, phone):
    first = phone().ring()
    all_see(tabs, [RINGING])
    gate.cut()
    first.hang_up("cancel")
    phone(OTTO).ring()
    # the browser has noticed, and tries again
    refused = gate.refused
    until("somebody to knock", lambda: gate.refused > refused)
    gate.mend()
    all_see(tabs, [MISSED, [OTTO, "ringing", "Otto Kraus"]])


def test_tab_that_slept_agrees_when_it_wakes(tabs, phone):
    call = phone().ring()
    all_see(tabs, [RINGING])
    tabs[2].sleep(True)
    call.answer().hang_up()
    awake = tabs[:2]
    all_see(awake, [WRAP_UP])
    tabs[0].click(".o_wrap_up_nothing")
    all_see(awake, NOBODY)
    phone(OTTO).ring()
    tabs[2].sleep(False)
    all_see(tabs, [[OTTO, "ringing", "Otto Kraus"]])


FOCUS = """(() => {
    const one = document.activeElement;
    const name = one.getAttribute("aria-label") || one.textContent;
    return [
        one.closest(".o_call_panel") ? "panel" : "",
        name.replace(/\\s+/g, " ").trim(),
        one.className,
    ];
})()"""
STOPS = """
[...document.querySelectorAll(
    ".o_call_panel button, .o_call_panel a, .o_call_panel input," +
    ".o_call_panel select, .o_call_panel textarea"
)].filter((one) => one.checkVisibility() && !one.disabled).length
"""


def test_keyboard_alone_reaches_everything(desk, tabs, phone):
    tab = tabs[0]
    call = phone().ring()
    all_see(tabs, [RINGING])
    until(
        "who it is",
        lambda: tab.evaluate("!!document.querySelector('.o_caller_record')"),
    )
    loading = "!!document.querySelector('.o_call_panel .placeholder')"
    until("the other sections", lambda: not tab.evaluate(loading))
    tab.evaluate("document.querySelector('.o_searchview_input').focus()")
    tab.press("k", ALT | SHIFT)
    until("the call", lambda: "o_call_choose" in tab.evaluate(FOCUS)[2])
    assert "Anna Berger" in tab.evaluate(FOCUS)[1]
    # forwards to the end of the panel, then all the way back
    while tab.evaluate(FOCUS)[0]:
        tab.press("Tab")
    names, nameless = 0, []
    tab.press("Tab", SHIFT)
    while (focus := tab.evaluate(FOCUS))[0]:
        names += 1
        nameless += [focus[2]] if not focus[1] else []
        tab.press("Tab", SHIFT)
    assert not nameless, "a screen reader has nothing to say there"
    assert names == tab.evaluate(STOPS)
    # Escape leads back to where one was, and the calls stay in sight
    tab.press("k", ALT | SHIFT)
    until("the call", lambda: "o_call_choose" in tab.evaluate(FOCUS)[2])
    tab.evaluate("document.querySelector('.o_searchview_input').focus()")
    tab.press("k", ALT | SHIFT)
    until("the call", lambda: "o_call_choose" in tab.evaluate(FOCUS)[2])
    tab.press("Escape")
    until("back", lambda: "o_searchview_input" in tab.evaluate(FOCUS)[2])
    headline = "document.querySelector('.o_call_headline').textContent"
    until("who rings", lambda: "Anna Berger" in tab.evaluate(headline))
    call.answer().hang_up()
    all_see(tabs, [WRAP_UP])
    tab.press("k", ALT | SHIFT)
    until("the call", lambda: "o_call_choose" in tab.evaluate(FOCUS)[2])
    until(
        "the form",
        lambda: tab.evaluate("!!document.querySelector('.o_wrap_up_outcome:enabled')"),
    )
    tab.press("w", ALT | SHIFT)
    until("the wrap-up", lambda: "o_wrap_up_outcome" in tab.evaluate(FOCUS)[2])
    while "o_wrap_up_nothing" not in tab.evaluate(FOCUS)[2]:
        assert tab.evaluate(FOCUS)[0], "the button comes after the fields"
        tab.press("Tab")
    tab.press("Enter")
    all_see(tabs, NOBODY)


def test_screen_reader_is_told_what_happens(tabs, phone):
    role = "document.querySelector('.o_call_announcement')"
    assert tabs[0].evaluate(f"{role}.getAttribute('role')") == "status"
    assert tabs[0].evaluate(f"{role}.ariaLive") == "assertive"
    call = phone().ring()
    for words, then in (
        (f"Incoming call from Anna Berger, {ANNA}", call.answer),
        ("On the phone", call.hang_up),
        ("Call ended. Write down how it went.", None),
    ):
        until(words, lambda words=words: tabs[0].said() == words)
        if then:
            then()


def test_server_has_nothing_to_complain_of(odoo):
    assert not odoo.problems()
