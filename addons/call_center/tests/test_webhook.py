import base64
import json
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tests.common import new_test_user

from ..models import call_provider, call_provider_event
from ..tools import signature

NEW_CALL = {
    "event": "newCall",
    "callId": "w1",
    "direction": "in",
    "from": "+49301234567",
    "to": "+4989100",
}


@tagged("post_install", "-at_install")
class TestWebhook(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.de")
        cls.lines, cls.urls = {}, {}
        for kind in ("generic", "sipgate", "twilio", "asterisk"):
            line = cls.env["call.provider"].create({"name": kind, "kind": kind})
            cls.lines[kind] = line
            cls.urls[kind] = cls._path(line.rotate_token()["url"])
        cls.lines["twilio"].auth_token = "secret"
        cls.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        cls.pem = (
            cls.key.public_key()
            .public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
            .decode()
        )

    @staticmethod
    def _path(url):
        return "/" + url.split("/", 3)[3]

    def _post(self, kind, body, **headers):
        if isinstance(body, dict):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        path = kind if kind.startswith("/") else self.urls[kind]
        return self.url_open(path, data=body, headers=headers, method="POST")

    def _calls(self, **domain):
        return self.env["phone.call"].search([(k, "=", v) for k, v in domain.items()])

    # -- generic -----------------------------------------------------------

    def test_json_event_is_taken_in(self):
        response = self._post("generic", NEW_CALL)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), {})
        call = self._calls(external_id="w1")
        self.assertEqual((call.state, call.e164), ("ringing", "+49301234567"))
        self._post("generic", {"event": "answer", "callId": "w1", "user": "x"})
        self.assertEqual(call.state, "answered")
        self._post("generic", {"event": "hangup", "callId": "w1", "cause": "busy"})
        self.assertEqual((call.state, call.cause), ("ended", "busy"))

    def test_form_event_is_taken_in(self):
        body = urlencode([*NEW_CALL.items(), ("user[]", "a"), ("user[]", "b")])
        self.assertEqual(self._post("generic", body).status_code, 200)
        self.assertEqual(
            self._calls(external_id="w1").leg_ids.mapped("key"), ["a", "b"]
        )

    def test_repeated_event_is_one_call(self):
        for _i in range(3):
            self.assertEqual(self._post("generic", NEW_CALL).status_code, 200)
        self.assertEqual(len(self._calls(external_id="w1")), 1)

    def test_asterisk_line_takes_the_generic_contract(self):
        self.assertEqual(self._post("asterisk", NEW_CALL).status_code, 200)
        self.assertEqual(self._calls(external_id="w1").provider, "asterisk")

    # -- refusals ----------------------------------------------------------

    def test_unknown_token_is_401_and_tells_nothing(self):
        response = self._post("/call_center/generic/nonsense", NEW_CALL)
        self.assertEqual((response.status_code, response.text), (401, ""))
        self.assertFalse(self._calls(external_id="w1"))

    def test_old_token_stops_at_once(self):
        old = self.urls["generic"]
        new = self._path(self.lines["generic"].rotate_token()["url"])
        self.assertEqual(self._post(old, NEW_CALL).status_code, 401)
        self.assertEqual(self._post(new, NEW_CALL).status_code, 200)

    def test_token_of_an_archived_line_is_401(self):
        self.lines["generic"].active = False
        self.assertEqual(self._post("generic", NEW_CALL).status_code, 401)

    def test_token_of_another_kind_is_401(self):
        path = self.urls["generic"].replace("/generic/", "/sipgate/")
        self.assertEqual(self._post(path, NEW_CALL).status_code, 401)

    def test_body_that_cannot_be_read_is_400(self):
        kind = "application/json"
        for body in (b"{", b"[]", b"3", b"\xff\xfe", b"", b"[" * 20_000):
            response = self._post("generic", body, **{"Content-Type": kind})
            self.assertEqual(response.status_code, 400, body[:9])
        for body in (b"{}", b"\xff=\xff", b"nonsense", b"%FF=%FF"):
            self.assertEqual(self._post("generic", body).status_code, 400, body)

    def test_body_over_64_kib_is_413(self):
        body = json.dumps({**NEW_CALL, "x": "x" * 65_536})
        kind = "application/json"
        response = self._post("generic", body, **{"Content-Type": kind})
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self._calls(external_id="w1"))
        # in pieces, without saying how long it is
        response = self.url_open(
            self.urls["generic"], data=iter([body.encode()]), method="POST"
        )
        self.assertIn(response.status_code, (400, 413))

    def test_unknown_event_or_direction_is_422(self):
        for change in (
            {"event": "dance"},
            {"event": ""},
            {"event": None},
            {"event": ["x"]},
            {"event": {"a": 1}},
            {"direction": "up"},
            {"direction": ""},
            {"callId": ""},
            {"callId": None},
        ):
            response = self._post("generic", {**NEW_CALL, **change})
            self.assertEqual(response.status_code, 422, change)
        self.assertFalse(self._calls(external_id="w1"))

    def test_strange_values_do_no_harm(self):
        for number, value in enumerate(
            (0, 1.5, True, [], [[]], {}, "\x00", "\ud800", "x" * 5000, "'; DROP", None)
        ):
            event = {
                **NEW_CALL,
                "callId": f"s{number}",
                "from": value,
                "to": value,
                "user": value,
                "queue": value,
                "timestamp": value,
            }
            response = self._post("generic", event)
            self.assertEqual(response.status_code, 200, value)
            self.assertEqual(len(self._calls(external_id=f"s{number}")), 1)

    def test_too_many_events_are_429(self):
        self.lines["generic"].rate_limit = 2
        codes = [self._post("generic", NEW_CALL).status_code for _i in range(4)]
        self.assertEqual(codes, [200, 200, 429, 429])
        self.assertEqual(self._post("asterisk", NEW_CALL).status_code, 200)

    def test_limit_refills_evenly(self):
        line, limits = self.lines["generic"], self.env["call.provider.limit"]
        line.rate_limit = 60

        def admitted(count):
            return [limits._count(line) for _i in range(count)].count(True)

        self.assertEqual(admitted(61), 60)
        # two seconds later
        self.env.cr.execute(
            "UPDATE call_provider_limit SET refilled_at = refilled_at - 2"
        )
        self.assertEqual(admitted(4), 2)
        self.assertEqual(line.refused_count, 3)
        self.assertTrue(line.refused_at)

    def test_limit_is_counted_for_each_line(self):
        for kind in ("generic", "asterisk"):
            self.lines[kind].rate_limit = 1
        limits = self.env["call.provider.limit"]
        for kind in ("generic", "asterisk"):
            self.assertTrue(limits._count(self.lines[kind]))
            self.assertFalse(limits._count(self.lines[kind]))

    def test_log_is_bounded(self):
        line = self.lines["generic"]
        events = self.env["call.provider.event"]
        self.patch(call_provider_event, "EVENTS_KEPT", 3)
        self.patch(call_provider, "TRIM_EVERY", 1)
        for number in range(6):
            event = {"event": "newCall", "call_id": str(number)}
            line._trim_log(line._log_event(200, event))
        kept = events.search([("provider_id", "=", line.id)])
        self.assertEqual(kept.mapped("external_id"), ["5", "4", "3"])

    def test_log_has_neither_token_nor_body(self):
        token = self.urls["generic"].rsplit("/", 1)[1]
        self._post("generic", {**NEW_CALL, "event": "dance", "secret": "hush"})
        self._post("generic", b"{hush", **{"Content-Type": "application/json"})
        text = str(self.lines["generic"].event_ids.read())
        self.assertIn("dance", text)
        for secret in (token, "hush", "+49301234567"):
            self.assertNotIn(secret, text)

    def test_get_is_no_event(self):
        self.assertIn(self.url_open(self.urls["generic"]).status_code, (404, 405))

    def test_what_was_received_is_listed(self):
        self._post("generic", NEW_CALL)
        self._post("generic", {**NEW_CALL, "event": "dance"})
        events = self.lines["generic"].event_ids.sorted("id")
        self.assertEqual(events.mapped("status"), [200, 422])
        self.assertEqual(events[0].external_id, "w1")
        self.assertIn("dance", events[1].problem)

    # -- sipgate -----------------------------------------------------------

    def test_sipgate_asks_for_more_and_gets_its_plus(self):
        body = urlencode({**NEW_CALL, "from": "49301234567", "user[]": "Anna"})
        response = self._post("sipgate", body)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.headers["Content-Type"].startswith("application/xml"))
        url = self.urls["sipgate"]
        self.assertRegex(response.text, rf'onAnswer="https?://[^"]*{url}"')
        self.assertRegex(response.text, rf'onHangup="https?://[^"]*{url}"')
        self.assertEqual(self._calls(external_id="w1").from_number, "+49301234567")
        response = self._post("sipgate", urlencode({"event": "dtmf", "callId": "w1"}))
        self.assertEqual(response.status_code, 200)

    def test_sipgate_signature_is_checked_on_the_raw_body(self):
        self.lines["sipgate"].public_key = self.pem
        body = urlencode(NEW_CALL).encode()
        good = base64.b64encode(
            self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())
        ).decode()
        for given, status in (
            (None, 401),
            ("", 401),
            ("%%", 401),
            ("AAAA", 401),
            (good, 200),
        ):
            headers = {} if given is None else {"X-Sipgate-Signature": given}
            response = self._post("sipgate", body, **headers)
            self.assertEqual(response.status_code, status, given)
        response = self._post(
            "sipgate", body + b"&x=1", **{"X-Sipgate-Signature": good}
        )
        self.assertEqual(response.status_code, 401)

    def test_only_an_rsa_key_is_taken(self):
        with self.assertRaises(ValidationError):
            self.lines["sipgate"].public_key = "nonsense"

    # -- twilio ------------------------------------------------------------

    def _twilio(self, url=None, secret=None, algorithm="sha1", **params):
        params = {
            "CallSid": "CA1",
            "AccountSid": "AC1",
            "From": "+49301234567",
            "To": "+4989100",
            "CallStatus": "ringing",
            "Direction": "inbound",
            **params,
        }
        url = url or self.base_url() + self.urls["twilio"]
        signed = signature.twilio_signature(
            secret or "secret", url, params.items(), algorithm
        )
        headers = {"X-Twilio-Signature": signed}
        if algorithm != "sha1":
            headers["X-Twilio-Webhooks-Signature-Settings"] = "HMAC_SHA256"
        return self._post("twilio", urlencode(params), **headers)

    def test_twilio_signature_of_the_documentation(self):
        params = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        self.assertEqual(
            signature.twilio_signature("12345", url, params.items()),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        )

    def test_twilio_call_from_ring_to_end(self):
        response = self._twilio()
        self.assertEqual(response.status_code, 200)
        self.assertIn("<Response/>", response.text)
        self._twilio(CallStatus="in-progress")
        self._twilio(CallStatus="completed")
        call = self._calls(external_id="CA1")
        self.assertEqual((call.state, call.direction), ("ended", "in"))
        self.assertEqual(call.cause, "normalClearing")

    def test_twilio_part_of_a_call_is_not_a_call(self):
        self._twilio()
        self._twilio(
            CallSid="CA2",
            ParentCallSid="CA1",
            Direction="outbound-dial",
            To="client:anna",
        )
        self._twilio(
            CallSid="CA2",
            ParentCallSid="CA1",
            Direction="outbound-dial",
            To="client:anna",
            CallStatus="completed",
        )
        call = self._calls(external_id="CA1")
        self.assertFalse(self._calls(external_id="CA2"))
        self.assertEqual(call.state, "ringing")
        self.assertEqual(call.leg_ids.name, "anna")

    def test_twilio_signature_is_needed(self):
        self.assertEqual(self._twilio(secret="wrong").status_code, 401)
        self.assertEqual(self._twilio(algorithm="sha256").status_code, 200)
        body = urlencode({"CallSid": "CA1", "CallStatus": "ringing"})
        self.assertEqual(self._post("twilio", body).status_code, 401)
        self.lines["twilio"].auth_token = False
        self.assertEqual(self._twilio().status_code, 401)

    def test_twilio_signature_with_and_without_port(self):
        shown = "https://desk.example.com"
        self.env["ir.config_parameter"].set_param("web.base.url", shown)
        for base in (shown, f"{shown}:443"):
            response = self._twilio(url=base + self.urls["twilio"])
            self.assertEqual(response.status_code, 200, base)
        response = self._twilio(url="https://else.example.com" + self.urls["twilio"])
        self.assertEqual(response.status_code, 401)

    def test_twilio_unknown_status_is_422(self):
        self.assertEqual(self._twilio(CallStatus="dancing").status_code, 422)
        self.assertEqual(self._twilio(Direction="up").status_code, 422)

    # -- the line ----------------------------------------------------------

    def test_secrets_can_be_set_and_not_read(self):
        line = self.lines["twilio"]
        manager = new_test_user(
            self.env, "cc_line_manager", "call_center.group_call_center_manager"
        )
        mine = line.with_user(manager)
        mine.write({"auth_token": "other"})
        self.assertEqual(line.sudo().auth_token_stored, "other")
        values = mine.read(["auth_token", "public_key", "has_auth_token"])[0]
        self.assertFalse(values["auth_token"])
        self.assertTrue(values["has_auth_token"])
        for name in ("token_hash", "auth_token_stored", "public_key_stored"):
            with self.assertRaises(AccessError):
                mine.read([name])
            with self.assertRaises(AccessError):
                mine.search([(name, "!=", False)])

    def test_token_is_shown_once_and_kept_as_a_hash(self):
        line = self.lines["generic"]
        answer = line.rotate_token()
        self.assertEqual(set(answer), {"token", "url"})
        self.assertTrue(
            answer["url"].endswith(f"/call_center/generic/{answer['token']}")
        )
        self.assertNotIn(answer["token"], str(line.sudo().read()))

    def test_new_address_is_shown_and_not_written_down(self):
        line = self.lines["generic"]
        action = line.action_rotate_token()
        url = action["context"]["default_url"]
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        self.assertEqual(wizard.default_get(["url"]), {"url": url})
        with Form(wizard) as form:
            self.assertEqual(form.url, url)
        token = url.rsplit("/", 1)[1]
        self.env.flush_all()
        self.env.cr.execute("SELECT t::text FROM call_provider_token t")
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        self.assertEqual(self._post(self._path(url), NEW_CALL).status_code, 200)

    def test_only_managers_have_to_do_with_lines(self):
        agent = new_test_user(
            self.env, "cc_line_agent", "call_center.group_call_center_agent"
        )
        line = self.lines["generic"].with_user(agent)
        with self.assertRaises(AccessError):
            line.rotate_token()
        with self.assertRaises(AccessError):
            line.read(["name"])
