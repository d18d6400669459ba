"""Several clients at once: a dealer's capacity is not exceeded, a lead is with one
dealer, and of accepting and expiring at the same moment one wins."""

import os
import time
from datetime import datetime, timedelta

import pytest
from servers import Server, copied_database, in_parallel, suite

CLIENTS = int(os.environ.get("PROMISE_CLIENTS", "32"))
CAPACITY = 10


class Desk:
    """A server with an agent who hands leads over."""

    def __init__(self, server):
        self.server = server
        self.admin = server.client()
        groups = (
            "sales_team.group_sale_salesman_all_leads",
            "dealer_locator.group_dealer_user",
        )
        self.admin.create(
            "res.users",
            name="Agent",
            login="dealer_agent",
            password="agent-of-dealers",
            group_ids=[(6, 0, [self.admin.ref(group) for group in groups])],
        )
        self.agent = server.client("dealer_agent", "agent-of-dealers")
        lead_id = self.lead()
        self.hand_over(lead_id, self.dealer())  # what is loaded once

    def dealer(self, **values):
        partner_id = self.admin.create(
            "res.partner", name=f"Dealer {time.monotonic_ns()}"
        )
        return self.admin.create("dealer.profile", partner_id=partner_id, **values)

    def lead(self):
        return self.admin.create("crm.lead", name="Boiler", type="opportunity")

    def hand_over(self, lead_id, dealer_id):
        return self.agent.call("crm.lead", "hand_over", [lead_id], dealer_id)

    def read(self, model, id_, *names):
        return self.admin.read(model, [id_], *names)[0]


@pytest.fixture(scope="module")
def desk():
    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ, workers=4) as server:
            yield Desk(server)
            assert server.problems() == []


def assert_no_failures(results):
    failures = [result.failure for result in results if result.failure]
    assert not failures, f"{len(failures)} clients met an error: {failures[0]}"


def test_ten_leads_of_many_go_to_a_dealer_with_room_for_ten(desk):
    dealer_id = desk.dealer(capacity=CAPACITY)
    leads = [desk.lead() for _client in range(CLIENTS)]
    before = desk.server.retries()
    results = in_parallel(
        [
            lambda lead_id=lead_id: desk.hand_over(lead_id, dealer_id)
            for lead_id in leads
        ]
    )
    assert_no_failures(results)
    # They wait for each other. Failing and trying again would do with a few.
    assert desk.server.retries() == before
    asked = [result.answer for result in results if result.answer]
    refused = [result.refusal for result in results if result.refusal]
    assert (len(asked), len(refused)) == (CAPACITY, CLIENTS - CAPACITY)
    assert all("is full: 10 of 10" in text for text in refused)
    assert desk.read("dealer.profile", dealer_id, "open_count")["open_count"] == 10


def test_a_lead_goes_to_one_dealer_of_many(desk):
    lead_id = desk.lead()
    dealers = [desk.dealer() for _client in range(8)]
    results = in_parallel(
        [lambda id_=id_: desk.hand_over(lead_id, id_) for id_ in dealers]
    )
    assert_no_failures(results)
    assert len([result for result in results if result.answer]) == 1
    counts = desk.admin.read("dealer.profile", dealers, "open_count")
    assert sum(row["open_count"] for row in counts) == 1


def test_of_accepting_and_expiring_one_wins(desk):
    cron_id = desk.admin.ref("crm_dealer_locator.ir_cron_expire")
    won = set()
    for early in (0.0, 0.15, 0.3):
        dealer_id = desk.dealer()
        handover_id = desk.hand_over(desk.lead(), dealer_id)["handover_id"]
        # The time ends in the middle of it; nobody but the system writes this.
        moment = datetime.utcnow().replace(microsecond=0) + timedelta(seconds=2)
        desk.admin.call(
            "ir.actions.server",
            "run",
            [
                desk.admin.create(
                    "ir.actions.server",
                    name="End",
                    model_id=desk.admin.ref("crm_dealer_locator.model_dealer_handover"),
                    state="code",
                    code=f"model.browse({handover_id}).sudo().write("
                    f"{{'until': '{moment}'}})",
                )
            ],
        )
        time.sleep(max((moment - datetime.utcnow()).total_seconds() + 1 - early, 0))

        def accept(id_=handover_id):
            return desk.agent.call("dealer.handover", "accept", [id_])

        def expire():
            return desk.admin.call("ir.cron", "method_direct_trigger", [cron_id])

        results = in_parallel([accept, expire, accept])
        failures = [result.failure for result in results if result.failure]
        assert not failures, failures[0]
        row = desk.read("dealer.handover", handover_id, "state")
        profile = desk.read(
            "dealer.profile", dealer_id, "open_count", "asked_count", "accepted_count"
        )
        accepted = [result for result in (results[0], results[2]) if result.answer]
        assert profile["asked_count"] == int(row["state"] != "asked")
        if accepted:
            assert (len(accepted), row["state"]) == (1, "accepted")
            assert (profile["open_count"], profile["accepted_count"]) == (1, 1)
        else:
            assert row["state"] in ("expired", "asked")
            assert profile["open_count"] == int(row["state"] == "asked")
        won.add(row["state"])
    assert won
