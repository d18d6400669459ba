from urllib.parse import urlencode

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from ..telephony import panel
from ..tools import answers, signature
from .test_call_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestDirectedAnswers(RuleCommon, HttpCase):
    """What each provider is told, over HTTP."""

    # more of the line that is asked
    line = {}

    def _post(self, kind, fields, number="+49301234567"):
        line = self.env["call.provider"].create(
            {"name": kind, "kind": kind, "company_id": self.company.id, **self.line}
        )
        path = "/" + line.rotate_token()["url"].split("/", 3)[3]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if kind == "twilio":
            line.auth_token = "secret"
            headers["X-Twilio-Signature"] = signature.twilio_signature(
                "secret", self.base_url() + path, fields.items()
            )
        response = self.url_open(path, data=urlencode(fields), headers=headers)
        self.assertEqual(response.status_code, 200)
        return response

    def _sipgate(self):
        fields = {"event": "newCall", "callId": "s1", "direction": "in"}
        fields.update({"from": "49301234567", "to": "4989100"})
        return etree.fromstring(self._post("sipgate", fields).content)

    def _twilio(self):
        fields = {"CallSid": "CA1", "CallStatus": "ringing", "Direction": "inbound"}
        fields.update({"From": "+49301234567", "To": "+4989100"})
        return etree.fromstring(self._post("twilio", fields).content)

    def _generic(self):
        fields = {"event": "newCall", "callId": "g1", "direction": "in"}
        fields.update({"from": "+49301234567", "to": "+4989100"})
        return self._post("generic", fields).json()

    def test_generic_dial_and_reject(self):
        rule = self._rule(number="+49305550001")
        self.assertEqual(self._generic(), {"action": "dial", "number": "+49305550001"})
        rule.action = "reject"
        self.Call.search([("external_id", "=", "g1")]).unlink()
        self.assertEqual(self._generic(), {"action": "reject", "reason": "busy"})

    def test_sipgate_dial_and_reject(self):
        rule = self._rule(number="+49305550001")
        answer = self._sipgate()
        self.assertEqual(answer.find("Dial/Number").text, "49305550001")
        self.assertTrue(answer.get("onAnswer") and answer.get("onHangup"))
        rule.action = "reject"
        self.Call.search([("external_id", "=", "s1")]).unlink()
        answer = self._sipgate()
        self.assertEqual(answer.find("Reject").get("reason"), "busy")
        self.assertTrue(answer.get("onHangup"))

    def test_twilio_dial_and_reject(self):
        rule = self._rule(number="+49305550001")
        number = self._twilio().find("Dial/Number")
        self.assertEqual(number.text, "+49305550001")
        self.assertIn("/call_center/twilio/", number.get("statusCallback"))
        rule.action = "reject"
        self.Call.search([("external_id", "=", "CA1")]).unlink()
        self.assertEqual(self._twilio().find("Reject").get("reason"), "busy")

    def test_twilio_client_is_no_number(self):
        self._rule(number="anna")
        self.assertEqual(self._twilio().find("Dial/Client").text, "anna")

    # -- calls that no rule sends anywhere -----------------------------------

    def test_twilio_is_told_where_calls_go_that_no_rule_sends(self):
        self.line = {"default_target": "030 / 555000"}
        number = self._twilio().find("Dial/Number")
        self.assertEqual(number.text, "+4930555000")
        self.assertIn("/call_center/twilio/", number.get("statusCallback"))
        call = self.Call.search([("external_id", "=", "CA1")])
        self.assertEqual(call.directed_to, "+4930555000")
        self.assertFalse(call.rule_id)

    def test_twilio_takes_queues_sip_addresses_and_clients(self):
        for target, path, text in (
            ("queue:sales", "Enqueue", "sales"),
            ("sip:desk@pbx.example.com:5061", "Dial/Sip", None),
            ("anna", "Dial/Client", "anna"),
            ("+4930555000", "Dial/Number", "+4930555000"),
        ):
            self.line = {"default_target": target}
            self.Call.search([("external_id", "=", "CA1")]).unlink()
            self.assertEqual(self._twilio().find(path).text, text or target)

    def test_call_sent_to_a_queue_is_the_queues(self):
        team = self.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [(6, 0, self.agent.ids)],
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        self.line = {"default_target": "queue:sales"}
        self._twilio()
        call = self.Call.search([("external_id", "=", "CA1")])
        self.assertEqual((call.queue, call.team_id), ("sales", team))
        self.assertEqual(panel.agents_to_tell(call), self.agent)

    def test_rule_comes_before_the_lines_own_target(self):
        self.line = {"default_target": "+4930555000"}
        rule = self._rule(number="0305550001")
        self.assertEqual(self._twilio().find("Dial/Number").text, "+49305550001")
        self.Call.search([("external_id", "=", "CA1")]).unlink()
        # "as the telephone system has it": at Twilio that is the line's target
        rule.action = "pass"
        self.assertEqual(self._twilio().find("Dial/Number").text, "+4930555000")

    def test_refused_callers_are_refused_with_a_target_too(self):
        self.line = {"default_target": "+4930555000"}
        self.env["call.blocked.number"].create({"e164": "+49301234567"})
        self.assertEqual(self._twilio().find("Reject").get("reason"), "busy")

    def test_other_providers_know_where_calls_go(self):
        self.line = {"default_target": "+4930555000"}
        self.assertEqual(self._generic(), {})
        self.assertIsNone(self._sipgate().find("Dial"))

    def test_sipgate_reaches_numbers_only(self):
        self._rule(number="queue:sales", sequence=1)
        self._rule(number="+49305550001", sequence=2)
        self.assertEqual(self._sipgate().find("Dial/Number").text, "49305550001")

    def test_line_without_target_is_warned_about(self):
        line = self.env["call.provider"].create({"name": "T", "kind": "twilio"})
        self.assertTrue(line.needs_target)
        line.default_target = "queue:sales"
        self.assertFalse(line.needs_target)
        self.assertFalse(self.provider.needs_target)
        for target in ("sip:", "queue:", "a b", "<x>", "sip:a@b@c", "sip:a b@c"):
            with self.assertRaises(ValidationError, msg=target):
                line.default_target = target

    def test_answers_are_escaped(self):
        answer = {"action": "dial", "number": "<a&b>"}
        for writer in answers.WRITERS.values():
            xml = writer(answer, {"event": "newCall"}, 'https://x/?a=1&b="2"')
            self.assertIn("<a&b>", "".join(etree.fromstring(xml).itertext()))
