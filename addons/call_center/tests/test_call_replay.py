import datetime
import json
import random

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import file_open

from ..tools import contract
from .test_call_life import CallLifeCommon

RECORDED = datetime.datetime(2026, 11, 22, 2, 0)
CALLER = "+4915112345678"
# what each recording must end in: direction, number, cause, answered by 101
EXPECTED = {
    "inbound_answered_e164": ("in", CALLER, "normalClearing", True),
    "inbound_answered_national": ("in", CALLER, "normalClearing", True),
    "inbound_anonymous": ("in", False, "normalClearing", True),
    "inbound_queue": ("in", CALLER, "normalClearing", True),
    "inbound_busy": ("in", CALLER, "busy", False),
    "inbound_cancelled": ("in", CALLER, "cancel", False),
    "click_to_dial": ("out", "+4930123456", "normalClearing", True),
}


@tagged("post_install", "-at_install")
@freeze_time(RECORDED)
class TestCallReplay(CallLifeCommon):
    """What the process beside a real PBX told of calls, in its order and in any
    other."""

    def _events(self, name):
        with file_open(f"call_center/tests/data/{name}.json") as recording:
            events = json.load(recording)
        return [
            contract.read_generic(
                {k: v if isinstance(v, list) else [v] for k, v in event.items()}
            )
            for event in events
        ]

    def _replay(self, events):
        self.Call.search([("provider_id", "=", self.provider.id)]).unlink()
        for event in events:
            self.Call._receive(self.provider, event)
        return self.Call.search([("provider_id", "=", self.provider.id)])

    def test_recordings_end_in_the_right_call(self):
        partner = self._partner("Max Muster", "0151 12345678", "DE")
        for name, (direction, number, cause, answered) in EXPECTED.items():
            with self.subTest(name):
                call = self._replay(self._events(name))
                self.assertEqual(len(call), 1)
                self.assertEqual(call.state, "ended")
                self.assertEqual(call.direction, direction)
                self.assertEqual(call.e164, number)
                self.assertEqual(call.cause, cause)
                self.assertEqual(bool(call.answered_at), answered)
                self.assertEqual(call.user_id, self.agent)
                self.assertEqual(call.leg_ids.user_id, self.agent)
                self.assertEqual(len(call.leg_ids), 1)
                if number == CALLER:
                    self.assertEqual(call.partner_id, partner)
                self.assertLessEqual(call.talk_seconds, 2)
                self.assertEqual(call.started_at.date(), RECORDED.date())

    def test_queue_is_noted(self):
        call = self._replay(self._events("inbound_queue"))
        self.assertEqual(call.queue, "support")
        self.assertEqual(call.leg_ids.queue, "support")

    def test_shuffled_and_repeated_recordings_end_the_same(self):
        chance = random.Random(7)
        for name in EXPECTED:
            events = self._events(name)
            expected = self._state(self._replay(events))
            for attempt in range(12):
                shuffled = events + chance.choices(events, k=4)
                chance.shuffle(shuffled)
                with self.subTest(name, attempt=attempt):
                    call = self._replay(shuffled)
                    self.assertEqual(len(call), 1)
                    self.assertEqual(self._state(call), expected)
