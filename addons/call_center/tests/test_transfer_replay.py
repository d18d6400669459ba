import datetime
import json
import random

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import file_open

from ..tools import contract
from .test_call_cards import CallCardsCommon

CALLER, ELSEWHERE = "+4915112345678", "94940555777"
# what each must end in: direction, number, the agent who spoke
# last, who spoke, who was only rung, whom outside it was handed to
EXPECTED = {
    "blind_transfer": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "attended_transfer": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "attended_by_keypad": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "attended_early": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "attended_by_keypad_early": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "consultation_refused": ("in", CALLER, "101", {"101"}, set(), set()),
    "transfer_outside": ("in", CALLER, "101", {"101"}, set(), {ELSEWHERE}),
    "attended_outside": ("in", CALLER, "101", {"101"}, set(), {ELSEWHERE}),
    "outgoing_blind_transfer": ("out", None, "102", {"101", "102"}, set(), set()),
    "parked_fetched": ("in", CALLER, "102", {"101", "102"}, set(), set()),
    "parked_too_long": ("in", CALLER, "101", {"101"}, set(), set()),
    "picked_up": ("in", CALLER, "102", {"102"}, {"101"}, set()),
    "ring_two_local": ("in", CALLER, "102", {"102"}, {"101"}, set()),
    "queue_local": ("in", CALLER, "102", {"102"}, {"101", "103"}, set()),
}
#: those in which the agents speak with each other apart from the customer
APART = {"consultation_refused"}


@tagged("post_install", "-at_install")
class TestTransferReplay(CallCardsCommon):
    """What the process beside a real PBX told of callers who are handed on, in its
    order and in any other."""

    def _events(self, name):
        path = f"call_center/tests/data/transfers/{name}.json"
        with file_open(path) as recording:
            events = json.load(recording)
        self.recorded = datetime.datetime.fromtimestamp(
            max(float(event["timestamp"]) for event in events), datetime.timezone.utc
        ).replace(tzinfo=None)
        return [
            contract.read_generic(
                {k: v if isinstance(v, list) else [v] for k, v in event.items()}
            )
            for event in events
        ]

    def _replay(self, events):
        self.Call.search([("provider_id", "=", self.provider.id)]).unlink()
        self.screens.clear()
        with freeze_time(self.recorded + datetime.timedelta(seconds=5)):
            for event in events:
                self.Call._receive(self.provider, event)
        return self.Call.search([("provider_id", "=", self.provider.id)])

    def _check(self, name, calls):
        direction, number, last, spoke, rung, outside = EXPECTED[name]
        call = calls.filtered(lambda one: one.number_kind == "external")
        self.assertEqual(len(call), 1, calls)
        self.assertEqual(len(calls), 2 if name in APART else 1)
        self.assertEqual((call.state, call.direction), ("ended", direction))
        if number:
            self.assertEqual(call.e164, number)
        self.assertEqual(call.user_id, self.users[last])
        agents = call.leg_ids.filtered(lambda leg: leg.party == "agent")
        talks = agents.filtered("answered_at")
        self.assertEqual(set(talks.mapped("name")), spoke)
        self.assertEqual(set((agents - talks).mapped("name")) - spoke, rung)
        others = call.leg_ids - agents
        self.assertEqual(set(others.mapped("name")), outside)
        for agent, cards in self._all_cards().items():
            self.assertLessEqual(set(cards), {"ended", "missed"}, agent)

    def test_recordings_end_in_one_call_with_parts(self):
        for name in EXPECTED:
            with self.subTest(name):
                self._check(name, self._replay(self._events(name)))

    def test_shuffled_and_repeated_they_end_the_same(self):
        chance = random.Random(11)
        for name in EXPECTED:
            events = self._events(name)
            expected = sorted(map(str, map(self._state, self._replay(events))))
            for attempt in range(4):
                shuffled = events + chance.choices(events, k=3)
                chance.shuffle(shuffled)
                with self.subTest(name, attempt=attempt):
                    calls = self._replay(shuffled)
                    self._check(name, calls)
                    self.assertEqual(
                        sorted(map(str, map(self._state, calls))), expected
                    )
