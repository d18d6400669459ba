import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestPhoneCall(CallCenterCommon):
    def _call(self, **values):
        return self.Call.create({"company_id": self.company.id, **values})

    def test_number_of_the_outside_party_is_kept(self):
        incoming = self._call(direction="in", from_number="030/1234567", to_number="10")
        self.assertEqual(incoming.e164, "+49301234567")
        outgoing = self._call(
            direction="out", from_number="10", to_number="0151 234567"
        )
        self.assertEqual(outgoing.e164, "+49151234567")
        self.assertFalse(self._call(from_number="anonymous").e164)
        self.assertFalse(self._call().e164)

    def test_durations(self):
        start = datetime.datetime(2026, 5, 4, 10, 0)
        call = self._call(started_at=start)
        self.assertEqual((call.wait_seconds, call.talk_seconds), (0, 0))
        call.answered_at = start + datetime.timedelta(seconds=12)
        call.ended_at = start + datetime.timedelta(seconds=72)
        self.assertEqual((call.wait_seconds, call.talk_seconds), (12, 60))

    def test_unanswered_call_waited_until_its_end(self):
        start = datetime.datetime(2026, 5, 4, 10, 0)
        call = self._call(
            started_at=start, ended_at=start + datetime.timedelta(seconds=30)
        )
        self.assertEqual((call.wait_seconds, call.talk_seconds), (30, 0))

    def test_clocks_that_disagree_give_no_negative_time(self):
        start = datetime.datetime(2026, 5, 4, 10, 0)
        call = self._call(
            started_at=start, answered_at=start - datetime.timedelta(seconds=3)
        )
        self.assertEqual(call.wait_seconds, 0)

    def test_call_of_a_provider_is_logged_once(self):
        first, second = self.env["call.provider"].create(
            [{"name": name, "company_id": self.company.id} for name in ("A", "B")]
        )
        # small telephone systems count their calls from one on
        self._call(provider_id=first.id, external_id="1")
        self._call(provider_id=second.id, external_id="1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._call(provider_id=first.id, external_id="1")

    def test_lines_can_be_deleted_and_leave_their_calls(self):
        lines = self.env["call.provider"].create(
            [{"name": name, "company_id": self.company.id} for name in ("A", "B")]
        )
        calls = self.Call.browse()
        for line in lines:
            calls |= self._call(provider_id=line.id, external_id="1")
        lines.unlink()
        self.assertEqual(calls.mapped("external_id"), ["1", "1"])

    def test_agents_see_the_calls_of_their_companies(self):
        mine = self._call()
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._call(company_id=other.id)
        seen = self.Call.with_user(self.agent).search(
            [("id", "in", (mine | theirs).ids)]
        )
        self.assertEqual(seen, mine)
        with self.assertRaises(AccessError):
            theirs.with_user(self.agent).read(["from_number"])

    def test_agents_do_not_delete_calls(self):
        call = self._call()
        with self.assertRaises(AccessError):
            call.with_user(self.agent).unlink()
        call.with_user(self.manager).unlink()

    def test_others_do_not_see_calls(self):
        call = self._call()
        with self.assertRaises(AccessError):
            call.with_user(self.employee).read(["from_number"])

    def test_recordings_are_a_right_of_their_own(self):
        call = self._call(recording_url="https://example.com/1.mp3")
        for user in (self.agent, self.manager):
            with self.assertRaises(AccessError):
                call.with_user(user).read(["recording_url"])
        listener = self._new_user("listener", "call_center.group_call_center_recording")
        self.assertTrue(call.with_user(listener).recording_url)

    def test_customers_calls_are_counted_with_those_of_his_people(self):
        company = self._partner("Firma", "+49 30 1234567", is_company=True)
        person = self._partner("Anna", "+49 30 1234567-12", parent_id=company.id)
        calls = self._call(partner_id=person.id) | self._call(partner_id=company.id)
        self._call()
        for partner in (company, person):
            mine = partner.with_user(self.agent)
            self.assertEqual(mine.phone_call_count, 2)
            domain = mine.action_view_phone_calls()["domain"]
            self.assertEqual(self.Call.search(domain), calls)
