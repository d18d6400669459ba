import datetime
import itertools
import random

from freezegun import freeze_time

from odoo.tests import tagged

from ..telephony import wrap_up
from ..tools import contract
from .test_call_cards import NOW, CallCardsCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestCallMerge(CallCardsCommon):
    """What a telephone system tells under several ids is one call."""

    def _consultation(self):
        """101 talks to a customer, asks 102, and connects them."""
        inside = {"direction": "out", "from": "101", "to": "102"}
        return [
            self._event("newCall", self._after(0), user=["101"], legId="a"),
            self._event("answer", self._after(5), user="101", legId="a"),
            self._event(
                "newCall",
                self._after(20),
                callId="c2",
                user=["102"],
                legId="b",
                **inside,
            ),
            self._event("answer", self._after(25), callId="c2", user="102", legId="b"),
            self._event("merge", self._after(40), otherCallId="c2"),
            self._event("hangup", self._after(41), user="101", legId="a"),
            self._event("hangup", self._after(41), callId="c2"),
            self._event("hangup", self._after(100), cause="normalClearing"),
        ]

    def _all(self):
        return self.Call.search([("provider_id", "=", self.provider.id)])

    def _merged(self, events):
        for event in events:
            self.Call._receive(self.provider, event)
        call = self._all()
        self.assertEqual(len(call), 1)
        return call

    def test_consultation_that_is_connected_is_the_customers_call(self):
        partner = self._partner("Anna", "030 1234567", "DE")
        call = self._merged(self._consultation())
        self.assertEqual((call.direction, call.e164), ("in", "+49301234567"))
        self.assertEqual((call.partner_id, call.external_id), (partner, "c1"))
        self.assertEqual((call.wait_seconds, call.talk_seconds), (5, 95))
        self.assertEqual(call.user_id, self.users["102"])
        self.assertEqual(
            [
                (leg.user_id, leg.answered_at, leg.ended_at)
                for leg in call.leg_ids.sorted("rang_at")
            ],
            [
                (self.users["101"], self._after(5), self._after(41)),
                (self.users["102"], self._after(25), self._after(100)),
            ],
        )

    def test_any_order_repeats_and_both_directions_of_time_end_the_same(self):
        events = self._consultation()
        expected = self._state(self._merged(events))
        chance = random.Random(3)
        for attempt in range(60):
            self._all().unlink()
            shuffled = events + chance.choices(events, k=3)
            chance.shuffle(shuffled)
            with self.subTest(attempt=attempt):
                call = self._merged(shuffled)
                self.assertEqual(self._state(call), expected)
                self.assertLessEqual(set(self._cards(call).values()), {"ended"})

    def test_card_moves_with_the_caller_and_each_who_spoke_writes_down(self):
        events = self._consultation()
        for event in events[:5]:
            self.Call._receive(self.provider, event)
        call = self._all()
        self.assertEqual(self._cards(call), {"101": "ended", "102": "answered"})
        self.assertEqual(self._shown(), {"101": 1, "102": 1})
        mine = {
            extension: self.Call.with_user(user).my_calls()
            for extension, user in self.users.items()
        }
        self.assertEqual([c["state"] for c in mine["102"]], ["answered"])
        self.assertEqual(mine["103"], [])
        self._receive(events[5])
        self.assertTrue(wrap_up.is_wrapping_up(call, self.users["101"]))
        self.assertFalse(wrap_up.is_wrapping_up(call, self.users["102"]))
        call.with_user(self.users["101"]).wrap_up({"summary": "Asked for Otto"})
        self.assertFalse(wrap_up.is_wrapping_up(call, self.users["101"]))
        self.assertEqual((call.state, call.wrap_up_started_at), ("answered", False))
        self._receive(events[7])
        self.assertTrue(wrap_up.is_wrapping_up(call, self.users["102"]))
        form = call.with_user(self.users["102"]).wrap_up_form()
        self.assertEqual(form["values"]["summary"], "Asked for Otto")

    def test_agents_read_a_call_of_several_ids_with_all_its_fields(self):
        call = self._merged(self._consultation())
        self.env.invalidate_all()
        (values,) = call.with_user(self.users["101"]).read()
        self.assertEqual(values["external_id"], "c1")
        self.assertNotIn("strand_ids", values)
        (values,) = call.with_user(self.manager).read(["strand_ids"])
        self.assertEqual(values["strand_ids"], call.strand_ids.ids)

    def test_wrap_up_of_who_handed_over_counts_as_handling(self):
        with freeze_time(self._after(45)):
            for event in self._consultation()[:6]:
                self.Call._receive(self.provider, event)
        call = self._all()
        with freeze_time(self._after(61)):
            call.with_user(self.users["101"]).end_wrap_up()
        self.assertEqual(call.wrap_up_seconds, 20)

    def test_wrap_up_of_a_call_that_is_merged_counts_on(self):
        """101 spoke with a colleague and wrote that down; later it turns out that the
        call was the customer's."""
        inside = {"callId": "c2", "direction": "out", "from": "101", "to": "103"}
        with freeze_time(self._after(30)):
            for event in (
                self._event("newCall", self._after(0), user=["102"], legId="b"),
                self._event("answer", self._after(5), user="102", legId="b"),
                self._event(
                    "newCall", self._after(1), user=["101"], legId="a", **inside
                ),
                self._event(
                    "answer", self._after(2), callId="c2", user="101", legId="a"
                ),
                self._event("hangup", self._after(10), callId="c2"),
            ):
                self.Call._receive(self.provider, event)
            other = self._all().filtered(lambda call: call.external_id == "c2")
            other.with_user(self.users["101"]).end_wrap_up()
        self.assertEqual(other.wrap_up_seconds, 20)
        with freeze_time(self._after(45)):
            call = self._merged(
                [self._event("merge", self._after(40), otherCallId="c2")]
            )
        self.assertEqual(call.external_id, "c1")
        self.assertEqual(call.wrap_up_seconds, 20)
        self.assertEqual(call.parts_wrap_up_seconds, 20)

    def test_wrap_up_of_who_speaks_last_counts_once_when_calls_are_merged(self):
        *events, merge, left, other_end, end = self._consultation()
        with freeze_time(self._after(105)):
            # both write already when it is told that it was one call
            for event in (*events, left, other_end, end):
                self.Call._receive(self.provider, event)
            other = self._all().filtered(lambda call: call.external_id == "c2")
            self.assertTrue(wrap_up.is_wrapping_up(other, self.users["102"]))
            call = self._merged([merge])
        self.assertEqual(call.user_id, self.users["102"])
        with freeze_time(self._after(110)):
            call.with_user(self.users["102"]).end_wrap_up()
        self.assertFalse(wrap_up.is_wrapping_up(call, self.users["102"]))
        leg = call.leg_ids.filtered(lambda leg: leg.user_id == self.users["102"])
        self.assertFalse(leg.wrap_up_started_at)
        seconds = (call.wrap_up_ended_at - call.wrap_up_started_at).total_seconds()
        self.assertEqual(call.wrap_up_seconds, seconds + call.parts_wrap_up_seconds)
        self.assertEqual(call.parts_wrap_up_seconds, 0, "101 has not finished yet")

    def test_merge_of_calls_that_nobody_told_of_yet(self):
        merge = self._event("merge", otherCallId="c2")
        self.Call._receive(self.provider, merge)
        self.Call._receive(self.provider, merge)
        ring = self._event("newCall", self._after(3), callId="c2", user=["101"])
        call = self._merged([ring])
        self.assertEqual(call.started_at, self._after(3))
        self.assertEqual(self._cards(call), {"101": "ringing"})
        self._receive(self._event("hangup", self._after(9), cause="cancel"))
        self.assertEqual((call.state, call.cause), ("ended", "cancel"))
        self.assertEqual(self._cards(call), {"101": "missed"})

    def test_chain_of_merges_is_one_call(self):
        ring = [
            self._event("newCall", self._after(n), callId=f"c{n}", user=[f"10{n}"])
            for n in (1, 2, 3)
        ]
        merges = [
            self._event("merge", callId="c1", otherCallId="c2"),
            self._event("merge", callId="c2", otherCallId="c3"),
        ]
        end = [
            self._event("hangup", self._after(9), callId="c1", cause="cancel"),
            self._event("hangup", self._after(5), callId="c3", cause="forwarded"),
        ]
        for order in itertools.islice(
            itertools.permutations([*ring, *merges, *end]), 0, 5040, 97
        ):
            self._all().unlink()
            call = self._merged(order)
            self.assertEqual((call.state, call.cause), ("ended", "cancel"))
            self.assertEqual(call.ended_at, self._after(9))
            self.assertEqual(len(call.leg_ids), 3)

    def test_what_was_noted_and_planned_stays_with_the_call(self):
        events = self._consultation()
        for event in events[:4]:
            self.Call._receive(self.provider, event)
        self._call("c2").summary = "Anna asks for a date"
        call = self._merged(events[4:])
        self.assertEqual(call.summary, "Anna asks for a date")

    def test_merge_with_itself_or_nothing_is_no_event(self):
        for fields in (
            {"event": ["merge"], "callId": ["c1"]},
            {"event": ["merge"], "callId": ["c1"], "otherCallId": ["c1"]},
        ):
            with self.assertRaises(contract.Unprocessable):
                contract.read_generic(fields)

    def test_end_that_never_comes_is_swept(self):
        events = self._consultation()
        call = self._merged(events[:6])
        with freeze_time(self._after(9 * 3600)):
            self.Call._cron_sweep()
        self.assertEqual((call.state, call.cause), ("ended", "lost"))
        self._receive(events[-1])
        self.assertEqual(
            (call.cause, call.ended_at), ("normalClearing", self._after(100))
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestSipgateOverflow(CallCardsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider.kind = "sipgate"

    def _sipgate(self, event, seconds, call_id="s1", **values):
        fields = {"event": event, "callId": call_id, **values}
        if event == "newCall":
            fields = {
                "direction": "in",
                "from": "49301234567",
                "to": "4989100",
                **fields,
            }
        read = contract.read_sipgate(
            {k: v if isinstance(v, list) else [v] for k, v in fields.items()}
        )
        with freeze_time(self._after(seconds)):
            self.Call._receive(self.provider, read)

    def _voicemail(self):
        again = {"call_id": "s2", "origCallId": "s1", "diversion": "4989100"}
        self._sipgate("newCall", 0, user=["101"])
        self._sipgate("newCall", 20, user=["voicemail"], **again)
        self._sipgate("hangup", 20, cause="forwarded")
        self._sipgate("answer", 21, user="voicemail", **again)
        self._sipgate("hangup", 50, call_id="s2", cause="normalClearing")
        return self.Call.search([("provider_id", "=", self.provider.id)])

    def test_voicemail_is_no_answer(self):
        call = self._voicemail()
        self.assertEqual(len(call), 1)
        self.assertEqual((call.state, call.phase), ("ended", "missed"))
        self.assertFalse(call.answered_at)
        self.assertEqual(call.started_at, self._after(0))
        self.assertEqual(call.wait_seconds, 50)
        self.assertEqual(
            [(leg.name, leg.party) for leg in call.leg_ids.sorted("rang_at")],
            [("101", "agent"), ("voicemail", "machine")],
        )
        self.assertTrue(call.callback_due)
        self.assertEqual(self._cards(call), {"101": "missed"})

    def test_figures_have_one_missed_call(self):
        call = self._voicemail()
        self.env.flush_all()
        row = self.env["phone.call.report"].search([("call_id", "=", call.id)])
        self.assertEqual((row.result, row.answered, row.abandoned), ("abandoned", 0, 1))
        self.assertEqual(row.service_level, 0)

    def test_open_call_back_stays_open(self):
        self._sipgate("newCall", 0, call_id="s0", user=["101"])
        self._sipgate("hangup", 9, call_id="s0", cause="cancel")
        with freeze_time(self._after(30)):
            self._run_job("ir_cron_call_backs")
        back = self._call("s0").callback_id
        self.assertEqual(back.state, "open")
        self._voicemail()
        self._run_job("ir_cron_call_backs")
        self.assertEqual((back.state, back.missed_count), ("open", 2))

    def test_customer_is_known_though_the_first_id_was_never_told_of(self):
        partner = self._partner("Anna", "030 1234567", "DE")
        again = {"call_id": "s2", "origCallId": "s1", "diversion": "4989100"}
        self._sipgate("newCall", 20, user=["102"], **again)
        call = self.Call.search([("provider_id", "=", self.provider.id)])
        self.assertEqual((call.e164, call.partner_id), ("+49301234567", partner))

    def test_overflow_to_another_group_waits_from_the_first_ring(self):
        again = {"call_id": "s2", "origCallId": "s1", "diversion": "4989100"}
        self._sipgate("newCall", 0, user=["101"])
        self._sipgate("newCall", 20, user=["102", "103"], **again)
        self._sipgate("hangup", 20, cause="forwarded")
        self._sipgate("answer", 30, user="103", **again)
        call = self.Call.search([("provider_id", "=", self.provider.id)])
        self.assertEqual(self._cards(call), {"103": "answered"})
        self._sipgate("hangup", 90, call_id="s2", cause="normalClearing")
        self.assertEqual((call.wait_seconds, call.talk_seconds), (30, 60))
        self.assertEqual(call.user_id, self.users["103"])
        self.assertEqual(len(call.leg_ids), 3)
