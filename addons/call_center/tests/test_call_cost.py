from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCallCost(CallLifeCommon):
    """An event takes few statements; what it does not ask for again is not stale."""

    def _statements(self, event):
        """How many statements an event takes, what it writes included."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Call._receive(self.provider, event)
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before

    def _events(self, call_id):
        number = "+49301234567"
        return [
            self._event("newCall", callId=call_id, user=["101"], **{"from": number}),
            self._event("answer", callId=call_id, user="101"),
            self._event("hangup", callId=call_id),
        ]

    def test_an_event_takes_few_statements(self):
        self._partner("Anna Berger", "+49301234567")
        for event in self._events("warm"):
            self._statements(event)
        taken = [self._statements(event) for event in self._events("c1")]
        self.assertEqual(self._call().state, "ended")
        self.assertTrue(self._call().partner_id)
        for count, most in zip(taken, (14, 13, 11), strict=True):
            self.assertLessEqual(count, most, taken)

    def test_a_call_for_all_takes_no_more_for_many(self):
        def taken(call_id):
            event = self._event("newCall", callId=call_id)
            return self._statements(event)

        taken("warm")
        few = taken("c1")
        for number in range(10):
            self._new_user(f"more{number}", "call_center.group_call_center_agent")
        taken("warm2")
        self.assertLessEqual(taken("c2"), few + 1)

    def test_a_call_that_rings_is_written_once(self):
        partner = self._partner("Anna Berger", "+49301234567")
        with patch.object(type(self.Call), "write") as write:
            self._statements(self._events("c1")[0])
        write.assert_not_called()
        call = self._call()
        self.assertEqual((call.partner_id, call.user_id), (partner, self.agent))
        self.assertEqual((call.res_model, call.res_id), ("res.partner", partner.id))
        self.assertEqual(call.leg_ids.mapped("rang_at"), [NOW])

    def _rings_at(self, call_id):
        event = self._event("newCall", callId=call_id, user=["101"])
        return self._receive(event).user_id

    def test_extension_that_moves_moves_its_calls(self):
        self.assertEqual(self._rings_at("c1"), self.agent)
        self.agent.phone_extension = False
        self.assertFalse(self._rings_at("c2"))
        self.manager.phone_extension = "101"
        self.assertEqual(self._rings_at("c3"), self.manager)
        self.agent.phone_extension = "101"  # now two have it
        self.assertFalse(self._rings_at("c4"))
        self.manager.active = False
        self.assertEqual(self._rings_at("c5"), self.agent)
        self.agent.active = False
        self.assertFalse(self._rings_at("c6"))
        new = self._new_user(
            "new", "call_center.group_call_center_agent", phone_extension="101"
        )
        self.assertEqual(self._rings_at("c7"), new)

    def test_extension_of_another_company_is_nobodys(self):
        self.assertEqual(self._rings_at("c1"), self.agent)
        other = self.env["res.company"].create({"name": "Other"})
        self.agent.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self._rings_at("c2"))

    def test_new_changed_and_deleted_rules_count_at_once(self):
        def answer(call_id):
            event = self._event("newCall", callId=call_id)
            return self.Call._receive(self.provider, event).get("number")

        self.assertFalse(answer("c1"))
        rule = self.env["call.rule"].create(
            {
                "name": "All",
                "company_id": self.company.id,
                "action": "number",
                "number": "10",
            }
        )
        self.assertEqual(answer("c2"), "10")
        rule.caller = "withheld"
        self.assertFalse(answer("c3"))
        rule.caller = "unknown"
        self.assertEqual(answer("c4"), "10")
        first = rule.copy({"number": "20", "sequence": rule.sequence - 1})
        self.assertEqual(answer("c5"), "20")
        first.sequence = rule.sequence + 1
        self.assertEqual(answer("c6"), "10")
        rule.unlink()
        self.assertEqual(answer("c7"), "20")
        first.active = False
        self.assertFalse(answer("c8"))

    def test_company_settings_count_at_once(self):
        def wraps_up(call_id):
            self._receive(*self._events(call_id))
            return bool(self._call(call_id).wrap_up_started_at)

        self.assertTrue(wraps_up("c1"))
        self.company.call_wrap_up_minutes = 0
        self.assertFalse(wraps_up("c2"))

        def called_back(call_id):
            self._receive(
                self._event("newCall", callId=call_id),
                self._event("hangup", callId=call_id),
            )
            return self._call(call_id).callback_due

        self.assertTrue(called_back("c3"))
        self.company.call_back_missed = False
        self.assertFalse(called_back("c4"))

    def test_token_is_nobodys_any_more_at_once(self):
        Provider = self.env["call.provider"]
        company = self.env["res.company"].create({"name": "Other"})
        self.provider.company_id = company
        token = self.provider.rotate_token()["token"]
        for _again in range(2):
            self.assertEqual(Provider._from_token("generic", token), self.provider)
        self.assertFalse(Provider._from_token("sipgate", token))
        company.active = False
        self.assertFalse(Provider._from_token("generic", token))
        company.active = True
        self.assertEqual(Provider._from_token("generic", token), self.provider)
        self.provider.kind = "sipgate"
        self.assertFalse(Provider._from_token("generic", token))
        self.assertEqual(Provider._from_token("sipgate", token), self.provider)
        self.provider.unlink()
        self.assertFalse(Provider._from_token("sipgate", token))
