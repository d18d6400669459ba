from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..telephony import call_backs
from .test_call_life import NOW
from .test_call_rule import RuleCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestBlockedNumber(RuleCommon):
    def _block(self, number="030 1234567", user=None):
        return (
            self.env["call.blocked.number"]
            .with_user(user or self.agent)
            .create({"e164": number})
        )

    def test_blocked_number_is_refused_by_the_rule_that_comes_along(self):
        self._rule(number="7", sequence=10)
        self._block()
        self.assertEqual(self._answer(), {"action": "reject", "reason": "busy"})
        call = self._call("r1")
        self.assertTrue(call.is_blocked)
        self.assertEqual(call.rule_id, self.env.ref("call_center.call_rule_blocked"))

    def test_refused_call_rings_at_nobodys_screen_and_is_not_called_back(self):
        self._block()
        told = []
        self.patch(
            self.registry["res.users"],
            "_bus_send",
            lambda user, kind, message: told.append((user, kind, message)),
        )
        self._answer(user="101")
        self.Call._receive(
            self.provider, self._event("hangup", callId="r1", cause="busy")
        )
        self.assertEqual(told, [])
        self.assertFalse(call_backs.is_missed(self._call("r1")))
        self._answer("+49891111111", "r2", user="101")
        self.assertTrue(told)

    def test_number_is_blocked_from_a_call(self):
        self._answer()
        call = self._call("r1").with_user(self.agent)
        self.assertFalse(call.is_number_blocked)
        call.action_block_number()
        call.action_block_number()
        self.assertTrue(call.is_number_blocked)
        self.assertEqual(self._answer(call_id="r2")["action"], "reject")
        call.with_user(self.manager).action_unblock_number()
        self.assertEqual(self._answer(call_id="r3"), {})
        call.action_block_number()
        self.assertEqual(self._answer(call_id="r4")["action"], "reject")

    def test_agents_block_and_managers_unblock(self):
        blocked = self._block()
        with self.assertRaises(AccessError):
            blocked.with_user(self.agent).active = False
        with self.assertRaises(AccessError):
            self._block(user=self.employee)
        blocked.with_user(self.manager).active = False

    def test_only_numbers_of_the_outside_are_blocked(self):
        for number, call_id in (("anonymous", "r1"), ("102", "r2")):
            self._answer(number, call_id)
            with self.assertRaises(UserError):
                self._call(call_id).with_user(self.agent).action_block_number()
        for number in ("", "hello", "102"):
            with self.assertRaises(UserError):
                self._block(number)

    def test_number_is_blocked_in_any_spelling(self):
        self.assertEqual(self._block("0049 (30) 12345-67").e164, "+49301234567")

    def test_other_companies_numbers_are_not_blocked(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["call.blocked.number"].create(
            {"e164": "+49301234567", "company_id": other.id}
        )
        self.assertEqual(self._answer(), {})

    def test_internal_calls_are_nobodys_history(self):
        self.agent.partner_id.phone = "101"
        self._answer("101", to="102")
        call = self._call("r1")
        self.assertEqual(call.number_kind, "internal")
        self.assertFalse(call.partner_id or call.e164 or call.res_id)

    def test_withheld_calls_are_nobodys_history(self):
        for call_id, number in (("r1", "anonymous"), ("r2", ""), ("r3", "<unknown>")):
            self._answer(number, call_id)
            call = self._call(call_id)
            self.assertEqual(call.number_kind, "anonymous")
            self.assertFalse(call.partner_id or call.e164)
            self.assertEqual(call.display_name or "", call.display_name)

    def test_calls_among_the_lines_own_numbers_are_nobodys_history(self):
        self._partner("Own switchboard", "+49 30 555000", "DE")
        self._answer("030 555000")
        self.assertTrue(self._call("r1").partner_id)
        self.provider.numbers = "4989100, 030/555000"
        self._answer("+4930555000", "r2")
        self.assertFalse(self._call("r2").partner_id)
        self._answer("+49301234567", "r3")
        self.assertEqual(self._call("r3").partner_id, self.customer)

    def test_line_shows_whom_its_calls_can_be_shown_to(self):
        self.assertEqual(self.provider.agent_ids, self.agent | self.manager)
