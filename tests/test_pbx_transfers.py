"""Callers who are handed on: three telephones at a real Asterisk, the process beside
it, a live Odoo. Each case ends in one call with the customer's number and a part for
each who had to do with it; on the way each agent's screen shows what their telephone
does.

`PBX_ROUNDS=3` runs each case three times.
"""

import contextlib
import os
import time
from types import SimpleNamespace

import pytest
from pbx import DESKS, OUR_NUMBER, PARK, TEAM_NUMBER, TRUNK, Connector, Pbx, missing
from phones import Phone

ROUNDS = int(os.environ.get("PBX_ROUNDS", "1"))
MOBILE = "+4915112345678"
ELSEWHERE = "4940555777"
EXTENSIONS = ["101", "102", "103"]
RINGS, TALKS, WRITES = "ringing", "answered", "ended"
SPOKE, RANG, OUTSIDE = "spoke", "rang", "outside"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    if reason := missing():
        pytest.skip(f"no telephone exchange on this machine: {reason}")
    with Pbx(tmp_path_factory.mktemp("transfers"), EXTENSIONS) as pbx:
        yield pbx


@pytest.fixture(scope="module")
def desk(odoo):
    """Odoo with customers, three agents and a line: (administrator, line's address)."""
    client = odoo.client()
    germany = client.search_read("res.country", [("code", "=", "DE")], "id")[0]["id"]
    company = client.read("res.users", [client.uid], "company_id")[0]["company_id"][0]
    client.call("res.company", "write", [company], {"country_id": germany})
    client.create("res.partner", name="Mobile", phone="0151 12345678")
    client.create("res.partner", name="Elsewhere", phone=f"+{ELSEWHERE}")
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
    with Connector(exchange, desk[1], tmp_path_factory.mktemp("connector")) as running:
        wait_for("the connection", running.connections)
        yield running


@pytest.fixture
def crew(exchange, odoo, desk, process):
    """Three agents at their telephones, and people outside."""
    client = desk[0]
    known = client.call("phone.call", "search", [])
    with contextlib.ExitStack() as stack:

        def phone(name, address, port):
            return stack.enter_context(Phone(name, address, port, exchange.sip_port))

        a, b, c = [phone(n, DESKS, exchange.desk_ports[n]) for n in EXTENSIONS]
        outside = phone(MOBILE, TRUNK, exchange.trunk_port)
        yield Crew(
            a=a,
            b=b,
            c=c,
            outside=outside,
            process=process,
            client=client,
            known=known,
            agents={n: odoo.client(f"agent{n}", f"agent{n}") for n in EXTENSIONS},
        )
    assert not odoo.problems()


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not in {seconds} s")


class Crew(SimpleNamespace):
    def ringing_customer(self, number=None):
        """Somebody calls 101, or a number of ours."""
        return self.outside.call(number or f"{OUR_NUMBER}101", MOBILE)

    def talking(self):
        """A customer talks to 101: both ends."""
        customer = self.ringing_customer()
        desk = self.a.ringing()
        self.see({"101": RINGS})
        desk.answer()
        customer.wait("talking")
        self.see({"101": TALKS})
        return customer, desk

    def _seen(self):
        seen = {}
        for name, agent in self.agents.items():
            cards = agent.call("phone.call", "my_calls")
            states = [
                card["state"]
                for card in cards
                if card["id"] not in self.known
                and (card["state"] != "ended" or card["wrap_up"])
            ]
            if states:
                seen[name] = states[0] if len(states) == 1 else states
        return seen

    def see(self, wanted, seconds=10):
        """Wait until the screens show this, and nothing else: {agent: card}."""
        end = time.monotonic() + seconds
        while (seen := self._seen()) != wanted:
            if time.monotonic() > end:
                pytest.fail(f"screens show {seen}, not {wanted}")
            time.sleep(0.1)

    def calls(self):
        return self.client.search_read(
            "phone.call",
            [("id", "not in", self.known)],
            *("state", "direction", "e164", "cause", "partner_id", "user_id"),
            *("started_at", "answered_at", "ended_at", "number_kind", "leg_ids"),
            order="id",
        )

    def ended(self, parts, *, user, direction="in", partner="Mobile", others=0):
        """Wait for the end; there is one call, with these parts and no more."""

        def over():
            calls = self.calls()
            return all(call["state"] == "ended" for call in calls) and calls

        calls = wait_for("the end", over)
        customers = [call for call in calls if call["number_kind"] == "external"]
        assert len(customers) == 1, calls
        assert len(calls) == 1 + others, calls
        (call,) = customers
        legs = self.client.read(
            "phone.call.leg",
            call["leg_ids"],
            *("name", "party", "rang_at", "answered_at", "ended_at"),
        )
        found = {}
        for leg in legs:
            kind = SPOKE if leg["answered_at"] else RANG
            if leg["party"] == "outside":
                kind = OUTSIDE
            if found.get(leg["name"]) != SPOKE:
                found[leg["name"]] = kind
            assert leg["ended_at"], leg
            assert leg["ended_at"] <= call["ended_at"], leg
            assert not leg["answered_at"] or leg["rang_at"] <= leg["answered_at"]
        told = (call, legs)
        assert found == parts, told
        assert call["direction"] == direction, told
        assert (call["partner_id"] or [0, None])[1] == partner, told
        assert call["user_id"][1] == f"Agent {user}", told
        assert call["answered_at"], told
        first = min(leg["answered_at"] for leg in legs if leg["answered_at"])
        assert call["answered_at"] == first, told
        assert call["started_at"] <= min(leg["rang_at"] for leg in legs), told
        self._write_down({name for name, kind in parts.items() if kind == SPOKE})
        return call

    def _write_down(self, who):
        """Each who spoke has something to write down, and then is free."""
        self.see(dict.fromkeys(who, WRITES))
        for name in who:
            agent = self.agents[name]
            cards = agent.call("phone.call", "my_calls")
            ids = [card["id"] for card in cards if card["wrap_up"]]
            agent.call("phone.call", "end_wrap_up", ids)
        self.see({})


# -- cases -------------------------------------------------------------------


def blind_transfer(crew):
    customer, desk = crew.talking()
    desk.send_on("102")
    other = crew.b.ringing()
    crew.see({"101": WRITES, "102": RINGS})
    other.answer()
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def blind_transfer_of_a_call_that_we_placed(crew):
    mine = crew.a.call(f"00{ELSEWHERE}")
    customer = crew.outside.ringing()
    crew.see({"101": RINGS})
    customer.answer()
    mine.wait("talking")
    crew.see({"101": TALKS})
    mine.send_on("102")
    crew.b.ringing().answer()
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended(
        {"101": SPOKE, "102": SPOKE}, user="102", direction="out", partner="Elsewhere"
    )


def attended_transfer(crew):
    customer, desk = crew.talking()
    question = crew.a.call("102")
    crew.b.ringing().answer()
    question.wait("talking")
    desk.connect(question)
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def attended_transfer_by_keypad(crew):
    customer, desk = crew.talking()
    time.sleep(0.3)
    desk.press("*2")
    time.sleep(0.5)
    desk.press("102")
    crew.b.ringing(12).answer()
    crew.b.until(crew.b.talks, "102 to talk")
    time.sleep(0.4)
    desk.hang_up()
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def consultation_that_is_refused(crew):
    customer, _desk = crew.talking()
    question = crew.a.call("102")
    crew.b.ringing().refuse()
    question.wait("refused")
    crew.see({"101": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE}, user="101", others=1)


def transferrer_hangs_up_early(crew):
    customer, desk = crew.talking()
    question = crew.a.call("102")
    other = crew.b.ringing()
    question.wait("ringing")
    desk.connect(question)
    crew.see({"101": WRITES, "102": RINGS})
    other.answer()
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def transfer_to_the_outside(crew):
    customer, desk = crew.talking()
    desk.send_on(f"00{ELSEWHERE}")
    crew.outside.ringing().answer()
    crew.see({"101": WRITES})
    time.sleep(0.5)
    customer.hang_up()
    crew.ended({"101": SPOKE, f"00{ELSEWHERE}": OUTSIDE}, user="101")


def attended_transfer_to_the_outside(crew):
    customer, desk = crew.talking()
    question = crew.a.call(f"00{ELSEWHERE}")
    crew.outside.ringing().answer()
    question.wait("talking")
    desk.connect(question)
    crew.see({"101": WRITES})
    customer.hang_up()
    crew.ended({"101": SPOKE, f"00{ELSEWHERE}": OUTSIDE}, user="101")


def parked_and_fetched(crew):
    customer, desk = crew.talking()
    desk.send_on(PARK)
    crew.see({"101": WRITES})
    crew.b.call("701").wait("talking")
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def parked_too_long(crew):
    customer, desk = crew.talking()
    desk.send_on(PARK)
    crew.see({"101": WRITES})
    back = crew.a.ringing(10)
    crew.see({"101": RINGS})
    back.answer()
    crew.see({"101": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE}, user="101")


def picked_up(crew):
    customer = crew.ringing_customer()
    crew.a.ringing()
    crew.see({"101": RINGS})
    crew.b.call("*8101").wait("talking")
    crew.see({"102": TALKS})
    customer.hang_up()
    crew.ended({"101": RANG, "102": SPOKE}, user="102")


def two_ring_by_way_of_the_dial_plan(crew):
    customer = crew.ringing_customer(f"{OUR_NUMBER}8101")
    crew.a.ringing()
    other = crew.b.ringing()
    crew.see({"101": RINGS, "102": RINGS})
    other.answer()
    crew.see({"102": TALKS})
    customer.hang_up()
    crew.ended({"101": RANG, "102": SPOKE}, user="102")


def team_rings_by_way_of_the_dial_plan(crew):
    customer = crew.ringing_customer(TEAM_NUMBER)
    crew.see({"101": RINGS, "102": RINGS, "103": RINGS})
    crew.c.ringing().answer()
    crew.see({"103": TALKS})
    customer.hang_up()
    crew.ended({"101": RANG, "102": RANG, "103": SPOKE}, user="103")


def process_restarts_amid_a_call(crew):
    customer, desk = crew.talking()
    before = crew.process.connections()
    crew.process.kill()
    # what happens meanwhile nobody tells
    question = crew.a.call("102")
    crew.b.ringing().answer()
    question.wait("talking")
    desk.connect(question)
    desk.phone.until(lambda: question.state == "ended", "101 to be free")
    crew.process.start()
    wait_for("the process", lambda: crew.process.connections() > before)
    crew.see({"101": WRITES, "102": TALKS})
    customer.hang_up()
    crew.ended({"101": SPOKE, "102": SPOKE}, user="102")


def call_ends_while_nobody_listens(crew):
    customer, _desk = crew.talking()
    before = crew.process.connections()
    crew.process.kill()
    customer.hang_up()
    time.sleep(0.5)
    crew.process.start()
    wait_for("the process", lambda: crew.process.connections() > before)
    crew.ended({"101": SPOKE}, user="101")


CASES = [
    blind_transfer,
    blind_transfer_of_a_call_that_we_placed,
    attended_transfer,
    attended_transfer_by_keypad,
    consultation_that_is_refused,
    transferrer_hangs_up_early,
    transfer_to_the_outside,
    attended_transfer_to_the_outside,
    parked_and_fetched,
    parked_too_long,
    picked_up,
    two_ring_by_way_of_the_dial_plan,
    team_rings_by_way_of_the_dial_plan,
    process_restarts_amid_a_call,
    call_ends_while_nobody_listens,
]


@pytest.mark.parametrize("attempt", range(1, ROUNDS + 1))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_one_call_with_parts(crew, case, attempt):
    case(crew)
