"""Calls at a live server: what happens at the same moment, and while its database is
away."""

import contextlib
import json
import time
import urllib.error
import urllib.request

import psycopg2
import pytest
from servers import Server, copied_database, in_parallel, suite

CALLER = "+49301234567"


@pytest.fixture(scope="module")
def desk():
    """A server with workers, eight agents and a line."""
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Desk(server, environ)


class Desk:
    def __init__(self, server, environ):
        self.server, self.environ = server, environ
        self.admin = admin = server.client()
        germany = admin.search_read("res.country", [("code", "=", "DE")], "id")
        company = admin.read("res.users", [admin.uid], "company_id")[0]["company_id"]
        admin.call(
            "res.company", "write", [company[0]], {"country_id": germany[0]["id"]}
        )
        group = admin.ref("call_center.group_call_center_agent")
        agents = [
            {
                "name": f"Agent {number}",
                "login": f"agent{number}",
                "password": f"agent{number}",
                "phone_extension": str(number),
                "group_ids": [(4, group)],
            }
            for number in range(101, 109)
        ]
        quietly = {"no_reset_password": True}
        admin.call("res.users", "create", agents, context=quietly)
        self.agents = [server.client(a["login"], a["login"]) for a in agents]
        line = admin.create("call.provider", name="Line")
        token = admin.call("call.provider", "rotate_token", [line])["token"]
        self.url = f"{server.url}/call_center/generic/{token}"

    def post(self, **body):
        """(status, headers) of the answer to an event."""
        request = urllib.request.Request(
            self.url,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers

    def connect(self, database):
        return psycopg2.connect(
            dbname=database,
            host=self.environ["PGHOST"],
            port=self.environ.get("PGPORT"),
            user=self.environ.get("PGUSER"),
            password=self.environ.get("PGPASSWORD"),
        )

    @contextlib.contextmanager
    def plans_call_backs(self):
        """Somebody plans a call-back in each company, and does not come to an end."""
        connection = self.connect(self.server.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock("
                    "hashtextextended('call_back|' || id, 0)) FROM res_company"
                )
            yield
        finally:
            connection.rollback()
            connection.close()

    @contextlib.contextmanager
    def database_away(self):
        """Nobody gets a connection to it, and whoever had one loses it."""
        name = self.server.database
        connection = self.connect("postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = %s",
                    [name],
                )
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            connection.close()


def test_eight_who_plan_a_call_back_get_the_same_one(desk):
    for number in (CALLER, "+4989777666", "+4940555111"):
        calls = [
            lambda agent=agent, number=number: agent.call(
                "phone.call", "plan_call_back", number
            )
            for agent in desk.agents
        ]
        results = in_parallel(calls)
        assert [r.failure or r.refusal for r in results] == [""] * len(calls)
        told = {
            (r.answer["type"], r.answer["res_model"], r.answer["res_id"])
            for r in results
        }
        assert len(told) == 1, told
        backs = desk.admin.search_read(
            "phone.call.back", [("e164", "=", number)], "state", "activity_ids"
        )
        assert len(backs) == 1, backs
        assert len(backs[0]["activity_ids"]) == 1, backs
    assert desk.server.problems() == []


def test_who_plans_a_call_back_does_not_wait_for_ever(desk):
    agent = desk.agents[0]
    with desk.plans_call_backs():
        (result,) = in_parallel(
            [lambda: agent.call("phone.call", "plan_call_back", "+4969123456")]
        )
    assert "Somebody else is changing the same" in result.refusal, result.failure
    # what a program waits (20 s), and what a slow machine needs besides
    assert result.seconds < 24
    assert desk.server.problems() == []


def test_events_of_calls_that_merge_at_the_same_moment(desk):
    for round_ in range(4):
        # others each time: whoever takes a call has finished with the one before, and
        # two who shared that one would change it at the same moment
        first, second = f"{101 + 2 * round_}", f"{102 + 2 * round_}"
        inside = {"direction": "out", "from": first, "to": second}
        one, two = f"m{round_}a", f"m{round_}b"
        ring = {"event": "newCall", "direction": "in", "from": CALLER, "to": "+49305"}
        bodies = [
            {**ring, "callId": one, "user": [first], "legId": "1"},
            {"event": "answer", "callId": one, "user": first, "legId": "1"},
            {
                "event": "newCall",
                "callId": two,
                "user": [second],
                "legId": "2",
                **inside,
            },
            {"event": "answer", "callId": two, "user": second, "legId": "2"},
            {"event": "merge", "callId": one, "otherCallId": two},
            {"event": "hangup", "callId": one, "user": first, "legId": "1"},
            {"event": "hangup", "callId": two},
            {"event": "hangup", "callId": one},
        ]
        results = in_parallel([lambda body=b: desk.post(**body)[0] for b in bodies])
        assert [r.answer for r in results] == [200] * len(bodies)
        calls = desk.admin.search_read(
            "phone.call",
            [("external_id", "in", [one, two])],
            *("state", "direction", "e164", "leg_ids"),
        )
        assert len(calls) == 1, calls
        (call,) = calls
        assert (call["state"], call["direction"]) == ("ended", "in"), call
        assert (call["e164"], len(call["leg_ids"])) == (CALLER, 2), call
    assert desk.server.problems() == []


def test_webhooks_are_told_to_try_again_while_the_database_is_away(desk):
    event = {"event": "newCall", "direction": "in", "from": CALLER, "to": "+4930"}
    assert desk.post(**event, callId="before")[0] == 200
    with desk.database_away():
        for _again in range(6):  # whichever worker it is
            status, headers = desk.post(**event, callId="away")
            assert status == 503
            assert headers["Retry-After"]
    end = time.monotonic() + 30
    while (status := desk.post(**event, callId="away")[0]) != 200:
        assert time.monotonic() < end, status
        time.sleep(0.5)
