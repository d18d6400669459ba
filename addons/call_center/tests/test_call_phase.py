from odoo.tests import tagged

from .test_call_life import CallLifeCommon


@tagged("post_install", "-at_install")
class TestCallPhase(CallLifeCommon):
    def test_what_became_of_an_incoming_call(self):
        call = self._receive(self._event("newCall", user=["101"]))
        self.assertEqual(call.phase, "ringing")
        self._receive(self._event("answer", user="101"))
        self.assertEqual(call.phase, "talking")
        self._receive(self._event("hangup"))
        self.assertEqual(call.phase, "answered")

    def test_nobody_answered(self):
        missed = self._receive(self._event("newCall"), self._event("hangup"))
        self.assertEqual(missed.phase, "missed")
        missed.is_blocked = True
        self.assertEqual(missed.phase, "refused")
        out = self._event("newCall", callId="c2", direction="out", user=["101"])
        unreached = self._receive(out, self._event("hangup", callId="c2", cause="busy"))
        self.assertEqual(unreached.phase, "unreached")

    def test_withheld_number_is_named_so(self):
        event = self._event("newCall")
        call = self._receive({**event, "from": "anonymous"})
        self.assertEqual(call.display_name, "Withheld number")
