import datetime
import itertools
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ..telephony import panel
from ..tools import contract
from .common import CallCenterCommon

NOW = datetime.datetime(2026, 5, 4, 10, 0)


class CallLifeCommon(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.phone_extension = "101"
        cls.manager.phone_extension = "102"
        cls.provider = cls.env["call.provider"].create(
            {"name": "Line", "kind": "generic", "company_id": cls.company.id}
        )

    def _event(self, event, at=None, **values):
        seconds = (at or NOW).replace(tzinfo=datetime.timezone.utc).timestamp()
        fields = {
            "event": event,
            "callId": "c1",
            "timestamp": seconds,
            **(
                {"direction": "in", "from": "+49301234567", "to": "+4989100"}
                if event == "newCall"
                else {}
            ),
            **values,
        }
        return contract.read_generic(
            {k: v if isinstance(v, list) else [v] for k, v in fields.items()}
        )

    def _receive(self, *events):
        for event in events:
            answer = self.Call._receive(self.provider, event)
            self.assertIsInstance(answer, dict)
        return self._call(events[0]["call_id"])

    def _call(self, call_id="c1"):
        return self.Call.search([("external_id", "=", call_id)])

    @staticmethod
    def _after(seconds):
        return NOW + datetime.timedelta(seconds=seconds)

    def _state(self, call):
        """All that a call's events decide."""
        names = ["direction", "from_number", "to_number", "state", "cause", "e164"]
        names += ["started_at", "answered_at", "ended_at", "wait_seconds"]
        names += ["talk_seconds", "queue"]
        legs = sorted(
            (
                leg.key,
                leg.name,
                leg.user_id.id,
                leg.rang_at,
                leg.answered_at,
                leg.ended_at,
                leg.queue,
            )
            for leg in call.leg_ids
        )
        return [call[name] for name in names] + [call.user_id.id, legs]


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestCallLife(CallLifeCommon):
    def _answered(self):
        return [
            self._event("newCall", user=["101"], queue="sales"),
            self._event("answer", self._after(8), user="101"),
            self._event("hangup", self._after(68), cause="normalClearing"),
        ]

    def test_answered_call(self):
        call = self._receive(*self._answered())
        self.assertEqual(call.state, "ended")
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual((call.wait_seconds, call.talk_seconds), (8, 60))
        self.assertEqual(call.queue, "sales")
        self.assertEqual(call.cause, "normalClearing")
        self.assertEqual(call.provider, "generic")
        self.assertEqual(call.provider_id, self.provider)

    def test_any_order_and_repeats_end_in_the_same_state(self):
        expected = self._state(self._receive(*self._answered()))
        events = self._answered()
        for order in itertools.permutations([*events, events[1]]):
            self._call().unlink()
            call = self._receive(*order)
            self.assertEqual(len(call), 1)
            self.assertEqual(self._state(call), expected, [e["event"] for e in order])

    def test_answer_of_an_unknown_call_creates_it(self):
        call = self._receive(
            self._event("answer", self._after(8), **{"from": "+49301234567"})
        )
        self.assertEqual((call.state, call.direction), ("answered", "in"))
        self.assertEqual(call.e164, "+49301234567")

    def test_hangup_of_an_unknown_call_creates_it_ended(self):
        call = self._receive(self._event("hangup", cause="cancel"))
        self.assertEqual((call.state, call.cause), ("ended", "cancel"))

    def test_events_without_time_take_that_of_arrival(self):
        event = self._event("newCall")
        event["at"] = None
        call = self._receive(event)
        self.assertEqual(call.started_at, self._after(600))

    def test_impossible_times_are_not_believed(self):
        for seconds in ("nan", "inf", "-5", "1e30", "99999999999", "abc"):
            event = self._event("newCall", callId=f"t{seconds}", timestamp=seconds)
            self.assertEqual(self._receive(event).started_at, self._after(600))

    def test_late_answer_without_time_gives_no_negative_talk(self):
        answer = self._event("answer", user="101")
        answer["at"] = None
        call = self._receive(
            self._event("newCall"), self._event("hangup", self._after(5)), answer
        )
        self.assertEqual((call.state, call.talk_seconds), ("ended", 0))

    def test_call_handed_over_is_one_call_with_two_parts(self):
        call = self._receive(
            self._event("newCall", user=["101"]),
            self._event("answer", self._after(5), user="101"),
            self._event("newCall", self._after(30), user=["102"]),
            self._event("answer", self._after(35), user="102"),
            self._event("hangup", self._after(95), cause="normalClearing"),
        )
        self.assertEqual(len(call.leg_ids), 2)
        self.assertEqual(call.user_id, self.manager)
        self.assertEqual((call.wait_seconds, call.talk_seconds), (5, 90))

    def test_agent_is_known_by_extension_login_or_name(self):
        self.agent.name = "Anna Agent"
        for name in ("101", self.agent.login, "anna agent"):
            call = self._receive(self._event("newCall", callId=name, user=name))
            self.assertEqual(call.user_id, self.agent, name)
        call = self._receive(self._event("newCall", callId="x", user="%"))
        self.assertFalse(call.user_id)

    def test_agents_of_other_companies_are_not_meant(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.agent.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        call = self._receive(self._event("newCall", user="101"))
        self.assertFalse(call.user_id)

    def test_customer_found_for_certain_is_linked(self):
        partner = self._partner("Anna", "030 1234567", "DE")
        call = self._receive(self._event("newCall"))
        self.assertEqual(call.partner_id, partner)
        self.assertEqual((call.res_model, call.res_id), ("res.partner", partner.id))

    def test_company_with_many_contacts_on_a_number_is_linked_itself(self):
        company = self._partner("Firma", "+49301234567", is_company=True)
        self._partner("Anna", "+49301234567", parent_id=company.id)
        call = self._receive(self._event("newCall"))
        self.assertEqual(call.partner_id, company)

    def test_number_of_two_customers_is_nobodys(self):
        self._partner("Anna", "+49301234567")
        self._partner("Berta", "+49301234567")
        self.assertFalse(self._receive(self._event("newCall")).partner_id)

    def test_similar_number_is_not_linked(self):
        self._partner("Anna", "12345678", "DE")
        event = self._event("newCall", **{"from": "+493012345678"})
        self.assertFalse(self._receive(event).partner_id)

    def test_customer_of_another_company_is_not_linked(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._partner("Anna", "+49301234567", company_id=other.id)
        self.assertFalse(self._receive(self._event("newCall")).partner_id)

    def test_earlier_calls_get_the_customer_created_later(self):
        call = self._receive(self._event("newCall"))
        self.assertFalse(call.partner_id)
        partner = self._partner("Anna", "030 1234567", "DE")
        self.env.flush_all()
        self.assertEqual(call.partner_id, partner)

    def test_earlier_calls_stay_with_whom_they_were_linked(self):
        anna = self._partner("Anna", "030 1234567", "DE")
        call = self._receive(self._event("newCall"))
        self._partner("Berta", "030 1234567", "DE")
        self.env.flush_all()
        self.assertEqual(call.partner_id, anna)

    def test_calls_of_two_lines_with_the_same_id_are_two(self):
        other = self.env["call.provider"].create(
            {"name": "Other", "kind": "generic", "company_id": self.company.id}
        )
        event = self._event("newCall", **{"from": "+49301111111"})
        self.Call._receive(self.provider, event)
        event = self._event("newCall", **{"from": "+49302222222"})
        self.Call._receive(other, event)
        self.Call._receive(other, self._event("hangup"))
        calls = self._call()
        self.assertEqual(
            {(call.provider_id, call.e164, call.state) for call in calls},
            {
                (self.provider, "+49301111111", "ringing"),
                (other, "+49302222222", "ended"),
            },
        )

    def test_what_a_call_was_about_stays_when_the_customer_is_entered(self):
        call = self._receive(self._event("newCall"))
        order = self._partner("What it was about", False)
        call.write({"res_model": "res.partner", "res_id": order.id})
        anna = self._partner("Anna", "030 1234567", "DE")
        self.env.flush_all()
        self.assertEqual((call.partner_id, call.res_id), (anna, order.id))

    def test_call_that_cannot_be_swept_holds_up_no_other(self):
        calls = [
            self._receive(self._event("newCall", self._after(-600), callId=id_))
            for id_ in ("c1", "c2")
        ]
        notify = panel.notify

        def failing(call):
            if call.external_id == "c1":
                raise ZeroDivisionError
            return notify(call)

        logger = "odoo.addons.call_center.telephony.sweeping"
        with (
            patch.object(panel, "notify", failing),
            self.assertLogs(logger, "ERROR") as logged,
        ):
            self.Call._cron_sweep()
        self.assertIn(str(calls[0].id), logged.output[0])
        self.assertEqual([call.state for call in calls], ["ringing", "ended"])

    def test_number_is_read_with_the_lines_country(self):
        self.provider.country_id = self.austria
        event = self._event("newCall", **{"from": "01 5144420"})
        self.assertEqual(self._receive(event).e164, "+4315144420")

    def test_sweeper_closes_calls_whose_end_was_not_told(self):
        ringing = self._receive(self._event("newCall", self._after(-600)))
        talking = self._receive(
            self._event("newCall", callId="c2"),
            self._event("answer", self._after(5), callId="c2", user="101"),
        )
        self.Call._cron_sweep()
        self.assertEqual((ringing.state, ringing.cause), ("ended", "lost"))
        self.assertEqual(talking.state, "answered")
        with freeze_time(self._after(9 * 3600)):
            self.Call._cron_sweep()
        self.assertEqual((talking.state, talking.cause), ("ended", "lost"))
        self.assertEqual(talking.talk_seconds, 0)

    def test_end_told_after_the_sweeper_is_believed(self):
        call = self._receive(self._event("newCall", self._after(-600)))
        self.Call._cron_sweep()
        self._receive(self._event("hangup", self._after(60), cause="cancel"))
        self.assertEqual((call.cause, call.ended_at), ("cancel", self._after(60)))

    def test_numbers_withheld_are_logged_without_customer(self):
        self._partner("Anonymous", "anonymous")
        event = self._event("newCall", **{"from": "anonymous"})
        call = self._receive(event)
        self.assertFalse(call.e164)
        self.assertFalse(call.partner_id)
