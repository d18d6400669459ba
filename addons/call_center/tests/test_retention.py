import datetime

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_call_life import CallLifeCommon


@tagged("post_install", "-at_install")
class TestRetention(CallLifeCommon):
    def _old(self, days, call_id="o1", **values):
        at = fields.Datetime.now() - datetime.timedelta(days=days)
        partner = self._partner("Berger", False, "DE")
        return self.Call.create(
            {
                "external_id": call_id,
                "provider": "generic",
                "from_number": "+49301234567",
                "to_number": "+4989100",
                "direction": "in",
                "partner_id": partner.id,
                "res_model": "res.partner",
                "res_id": partner.id,
                "summary": "He said",
                "recording_url": "https://x.example.com/1",
                "user_id": self.agent.id,
                "company_id": self.company.id,
                "started_at": at,
                "answered_at": at,
                "ended_at": at + datetime.timedelta(seconds=60),
                "state": "ended",
                "leg_ids": [(0, 0, {"key": "+4930777", "name": "+4930777"})],
                **values,
            }
        )

    def test_calls_lose_who_it_was_and_keep_what_is_counted(self):
        self.company.call_retention_days = 30
        old, young = self._old(31), self._old(29, "o2")
        self.Call._gc_personal_data()
        for name in (
            *("from_number", "to_number", "e164", "external_id", "partner_id"),
            *("res_model", "res_id", "summary", "recording_url"),
        ):
            self.assertFalse(old[name], name)
            self.assertTrue(young[name], name)
        self.assertFalse(old.leg_ids.name)
        self.assertNotIn("4930777", old.leg_ids.key)
        self.assertTrue(old.anonymised_at)
        self.assertEqual(old.talk_seconds, 60)
        self.assertEqual(old.user_id, self.agent)
        self.assertEqual(old.number_kind, "external")

    def test_call_backs_without_calls_are_forgotten_too(self):
        self.company.call_retention_days = 30
        now = fields.Datetime.now()
        backs = self.env["phone.call.back"].create(
            [
                {
                    "company_id": self.company.id,
                    "e164": f"+4930123456{index}",
                    "state": state,
                    "closed_at": state == "done"
                    and now - datetime.timedelta(days=days),
                }
                for index, (state, days) in enumerate(
                    [("done", 31), ("done", 29), ("open", 31)]
                )
            ]
        )
        self.Call._gc_personal_data()
        self.assertEqual(backs.exists(), backs[1:])

    def test_companies_that_keep_calls_keep_them(self):
        old = self._old(3000)
        self.Call._gc_personal_data()
        self.assertTrue(old.from_number)

    def test_running_calls_and_other_companies_calls_are_kept(self):
        self.company.call_retention_days = 30
        other = self.env["res.company"].create({"name": "Other"})
        kept = self._old(40, company_id=other.id, user_id=False, partner_id=False)
        kept |= self._old(40, "o2", state="ringing", ended_at=False, answered_at=False)
        self.Call._gc_personal_data()
        self.assertEqual(kept.mapped("from_number"), ["+49301234567"] * 2)

    def test_only_managers_anonymise_by_hand(self):
        old = self._old(1)
        with self.assertRaises(AccessError):
            old.with_user(self.agent).action_anonymise()
        old.with_user(self.manager).action_anonymise()
        self.assertFalse(old.from_number)

    def test_days_are_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.company.call_retention_days = -1
            self.company.flush_recordset()
