from urllib.parse import urlencode

from lxml import etree

from odoo.tests import HttpCase, tagged

from ..tools import answers, signature
from .test_call_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestDirectedAnswers(RuleCommon, HttpCase):
    """What each provider is told, over HTTP."""

    def _post(self, kind, fields, number="+49301234567"):
        line = self.env["call.provider"].create(
            {"name": kind, "kind": kind, "company_id": self.company.id}
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

    def test_answers_are_escaped(self):
        answer = {"action": "dial", "number": "<a&b>"}
        for writer in answers.WRITERS.values():
            xml = writer(answer, {"event": "newCall"}, 'https://x/?a=1&b="2"')
            self.assertIn("<a&b>", "".join(etree.fromstring(xml).itertext()))
