import datetime
import random

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..telephony import routing
from ..tools import contract
from .test_call_cards import NOW, CallCardsCommon

AGENT, CUSTOMER, OURS = "+491711112222", "+49301234567", "+4930555000"


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestClickToCall(CallCardsCommon):
    """A cloud provider calls the agent, and within that call the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider.kind = "twilio"
        cls.provider.numbers = OURS
        cls.users["101"].partner_id.phone = AGENT
        cls.customer = cls._partner("Anna", CUSTOMER)

    def _twilio(self, seconds, sid, status, to, parent="", direction=None):
        at = self._after(seconds)
        fields = {
            "CallSid": sid,
            "CallStatus": status,
            "From": OURS,
            "To": to,
            "ParentCallSid": parent,
            "Direction": direction or ("outbound-dial" if parent else "outbound-api"),
            "Timestamp": at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        return contract.read_twilio({name: [text] for name, text in fields.items()})

    def _events(self, answered=True):
        child = [
            self._twilio(6, "CA2", "initiated", CUSTOMER, "CA1"),
            self._twilio(7, "CA2", "ringing", CUSTOMER, "CA1"),
        ]
        if answered:
            child.append(self._twilio(12, "CA2", "in-progress", CUSTOMER, "CA1"))
        end = "completed" if answered else "no-answer"
        return [
            self._twilio(0, "CA1", "initiated", AGENT),
            self._twilio(1, "CA1", "ringing", AGENT),
            self._twilio(5, "CA1", "in-progress", AGENT),
            *child,
            self._twilio(72, "CA2", end, CUSTOMER, "CA1"),
            self._twilio(73, "CA1", "completed", AGENT),
        ]

    def _play(self, events):
        for event in events:
            self.Call._receive(self.provider, event)
        return self.Call.search([("provider_id", "=", self.provider.id)])

    def test_it_is_the_customers_call(self):
        call = self._play(self._events())
        self.assertEqual(len(call), 1)
        self.assertEqual((call.direction, call.e164), ("out", CUSTOMER))
        self.assertEqual(call.partner_id, self.customer)
        self.assertEqual(call.user_id, self.users["101"])
        self.assertEqual((call.wait_seconds, call.talk_seconds), (12, 61))
        self.assertEqual(self._cards(call), {"101": "ended"})

    def test_customer_who_does_not_answer_was_not_reached(self):
        call = self._play(self._events(answered=False))
        self.assertEqual((call.state, call.phase), ("ended", "unreached"))
        self.assertFalse(call.answered_at)
        self.assertEqual(call.e164, CUSTOMER)

    def test_any_order_and_repeats_end_the_same(self):
        events = self._events()
        expected = self._state(self._play(events))
        chance = random.Random(5)
        for attempt in range(40):
            self.Call.search([("provider_id", "=", self.provider.id)]).unlink()
            shuffled = events + chance.choices(events, k=3)
            chance.shuffle(shuffled)
            with self.subTest(attempt=attempt):
                call = self._play(shuffled)
                self.assertEqual(self._state(call), expected)
                self.assertEqual(call.partner_id, self.customer)

    def test_call_to_somebody_alone_is_theirs(self):
        call = self._play(
            [
                self._twilio(0, "CA1", "initiated", CUSTOMER),
                self._twilio(5, "CA1", "in-progress", CUSTOMER),
                self._twilio(65, "CA1", "completed", CUSTOMER),
            ]
        )
        self.assertEqual((call.direction, call.e164), ("out", CUSTOMER))
        self.assertEqual((call.partner_id, call.talk_seconds), (self.customer, 60))

    def test_call_that_comes_in_still_rings_at_the_agent(self):
        self._play(
            [
                {
                    **self._twilio(0, "CA1", "ringing", OURS, direction="inbound"),
                    "from": CUSTOMER,
                },
                self._twilio(2, "CA2", "ringing", AGENT, "CA1"),
                self._twilio(5, "CA2", "in-progress", AGENT, "CA1"),
            ]
        )
        call = self._call("CA1")
        self.assertEqual((call.direction, call.e164), ("in", CUSTOMER))
        self.assertEqual(self._cards(call), {"101": "answered"})


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestOwnNumbers(CallCardsCommon):
    """A call that a click placed may come in again as one from ourselves."""

    def _echo(self, number):
        return self._receive(
            self._event("newCall", user=["101"], **{"from": number}),
            self._event("hangup", self._after(20), cause="cancel"),
        )

    def test_own_numbers_are_not_called_back(self):
        other = self.provider.copy({"name": "Other line"})
        other.numbers = "+49 30 555000, 089 7770"
        self.company.phone = "0211 9876543"
        for number in (
            "+4930555000",
            "+49897770",
            "+49211987654" + "3",
            "+4930555000101",
            "+4989777101",  # the switchboard's 0 makes place for the extension
        ):
            with self.subTest(number):
                call = self._echo(number)
                self.assertTrue(routing.is_own_number(call))
                self.assertFalse(call.callback_due)
                call.unlink()
        self.assertTrue(self._echo("+4930555001").callback_due)

    def test_nobody_plans_to_call_ourselves_back(self):
        self.provider.numbers = "+4930555000"
        mine = self.Call.with_user(self.agent)
        with self.assertRaises(UserError):
            mine.plan_call_back("030 555000")
        self.assertTrue(mine.plan_call_back("030 1234567")["res_id"])

    def test_what_is_ours_is_not_stale(self):
        self.assertFalse(routing.is_own_number(self._echo("+4930555000")))
        self.provider.numbers = "030 555000"
        self.assertTrue(routing.is_own_number(self._call()))
        self.provider.active = False
        self.assertFalse(routing.is_own_number(self._call()))
