import json
import logging
from urllib.parse import urlencode

from psycopg2 import errors

from odoo import sql_db
from odoo.service.server import CommonRequestHandler
from odoo.tests import BaseCase, HttpCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..controllers.secret_log import MaskTokens, masked
from ..controllers.webhook import CallLock
from ..telephony import panel
from ..tools import signature

NEW_CALL = {
    "event": "newCall",
    "callId": "w1",
    "direction": "in",
    "from": "+49301234567",
    "to": "+4989100",
    "user": "101",
}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@tagged("post_install", "-at_install")
class TestWebhookRefusals(HttpCase):
    """Who may not, or sends too much or nonsense, is told so in a number: without a
    traceback, without an effect, and without a secret in the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paths, cls.lines = {}, {}
        for kind in ("generic", "sipgate", "twilio"):
            line = cls.env["call.provider"].create({"name": kind, "kind": kind})
            cls.lines[kind] = line
            cls.paths[kind] = "/" + line.rotate_token()["url"].split("/", 3)[3]
        cls.lines["twilio"].auth_token = "the-auth-token"

    def _post(self, path, body, headers=None):
        if isinstance(body, dict):
            body, headers = json.dumps(body), {**JSON, **(headers or {})}
        return self.url_open(path, data=body, headers=headers or FORM, method="POST")

    def _counts(self):
        return [
            self.env[model].search_count([])
            for model in (
                *("phone.call", "phone.call.leg", "phone.call.back", "bus.bus"),
                *("phone.call.order", "res.partner", "ir.cron.trigger"),
            )
        ]

    def _refusals(self):
        generic, twilio = self.paths["generic"], self.paths["twilio"]
        form = urlencode(
            {"CallSid": "CA1", "CallStatus": "ringing", "Direction": "inbound"}
        )
        bad = signature.twilio_signature("other", "https://x", [])
        big = json.dumps({**NEW_CALL, "x": "y" * 70_000})
        return [
            (401, "/call_center/generic/nonsense", NEW_CALL, None),
            (401, "/call_center/generic/" + "x" * 5_000, NEW_CALL, None),
            (401, generic.replace("generic", "sipgate"), NEW_CALL, None),
            (401, generic[:-1], NEW_CALL, None),
            (401, generic + "x", NEW_CALL, None),
            (401, "/call_center/generic/nonsense/commands", {}, None),
            (401, generic + "/commands", {}, None),
            (401, twilio, form, FORM),
            (401, twilio, form, {**FORM, "X-Twilio-Signature": bad}),
            (401, twilio, form, {**FORM, "X-Twilio-Signature": "ä".encode("latin-1")}),
            (401, twilio, "x" * 60_000, FORM),
            (413, generic, big, JSON),
            (413, twilio, "a=" + "b" * 70_000, FORM),
            (400, generic, "{", JSON),
            (400, generic, b"\xff\xfe\x00", JSON),
            (400, generic, "[" * 30_000, JSON),
            (400, generic, "&".join(f"a{i}=1" for i in range(2_000)), FORM),
            (422, generic, {**NEW_CALL, "event": "dance"}, None),
            (422, generic, {**NEW_CALL, "direction": "up"}, None),
            (422, generic, {**NEW_CALL, "callId": ["", {}]}, None),
            (422, self.paths["sipgate"], urlencode({"event": "x"}), FORM),
        ]

    def test_refusals_are_a_number_and_nothing_else(self):
        before = self._counts()
        for status, path, body, headers in self._refusals():
            with (
                self.subTest(status=status, path=path[:30], body=str(body)[:40]),
                self.assertNoLogs("odoo", "WARNING"),
            ):
                response = self._post(path, body, headers)
                self.assertEqual(response.status_code, status)
                self.assertNotIn("Traceback", response.text)
                if status != 422:
                    self.assertEqual(response.text, "")
        self.assertEqual(self._counts(), before)

    def test_flood_is_a_number_and_nothing_else(self):
        line = self.lines["generic"]
        line.rate_limit = 1
        self._post(self.paths["generic"], NEW_CALL)
        before = self._counts(), len(line.event_ids)
        with self.assertNoLogs("odoo", "WARNING"):
            for number in range(5):
                event = {**NEW_CALL, "callId": f"flood{number}"}
                response = self._post(self.paths["generic"], event)
                self.assertEqual((response.status_code, response.text), (429, ""))
                self.assertTrue(response.headers["Retry-After"])
        line.invalidate_recordset()
        # not even a line in the list of what was received
        self.assertEqual((self._counts(), len(line.event_ids)), before)
        self.assertEqual(line.refused_count, 5)

    def test_signature_is_asked_for_before_the_body_is_read(self):
        """What cannot be read, of somebody who has not signed it, is unsigned."""
        for body in (b"\xff=\xff", b"nonsense", b"", b"=" * 60_000):
            response = self._post(self.paths["twilio"], body, FORM)
            self.assertEqual(response.status_code, 401, body[:9])

    def test_address_that_is_none_has_no_port(self):
        for url in ("http://desk:port/x", "http://desk:99999/x", "http://[::1/x"):
            self.assertEqual(signature.url_variants(url), {url})

    def test_tokens_are_in_no_log(self):
        """As the server writes requests down, in whatever way they end."""
        handler = CommonRequestHandler.__new__(CommonRequestHandler)
        handler.command, handler.request_version = "POST", "HTTP/1.1"
        handler.client_address = ("192.0.2.1", 1)
        with self.assertLogs("werkzeug", logging.INFO) as requests:
            for status, path, __, __ in self._refusals():
                handler.path = path
                handler.log_request(status)
                handler.path = path + "?a=1"
                handler.log_request(200)
            handler.log_error("bad request: %r", self.paths["twilio"])
        text = "\n".join(requests.output)
        self.assertIn("/call_center/generic/*** HTTP", text)
        self.assertIn("/call_center/generic/***/commands", text)
        self.assertIn("/call_center/generic/***?a=1", text)
        for secret in (
            *(path.rsplit("/", 1)[1] for path in self.paths.values()),
            *("nonsense", "the-auth-token"),
        ):
            self.assertNotIn(secret, text)

    def test_secrets_are_masked_wherever_they_stand(self):
        for text, expected in (
            ("POST /call_center/generic/abc-_1 HTTP/1.1", "/generic/*** HTTP"),
            ("https://x/call_center/twilio/abc?x=1", "/twilio/***?x=1"),
            ('"/call_center/sipgate/abc"', '/sipgate/***"'),
            ("POST //call_center//generic//abc HTTP/1.1", "generic//*** HTTP"),
            ("/web/login", "/web/login"),
        ):
            self.assertIn(expected, masked(text))
            self.assertNotIn("abc", masked(text))
        record = logging.LogRecord("x", 20, "", 0, "%s %s", (200, "x"), None)
        self.assertTrue(MaskTokens().filter(record))
        self.assertEqual(record.getMessage(), "200 x")

    def test_fault_of_ours_passes_and_leaves_nothing(self):
        def fault(*_arguments):
            raise ZeroDivisionError

        before = self._counts()
        self.patch(panel, "notify", fault)
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_http"):
            response = self._post(self.paths["generic"], NEW_CALL)
        self.assertEqual((response.status_code, response.text), (503, ""))
        self.assertTrue(response.headers["Retry-After"])
        self.assertEqual(self._counts(), before)


@tagged("post_install", "-at_install")
class TestCallLock(BaseCase):
    """One event of a call after the other: over sessions of the database."""

    def setUp(self):
        super().setUp()
        database = sql_db.db_connect(get_db_name())
        self.cr, self.other = database.cursor(), database.cursor()
        self.addCleanup(self.other.close)
        self.addCleanup(self.cr.close)
        self.cr.execute("CREATE TEMP TABLE call_lock (x int)")
        self.cr.commit()  # pylint: disable=invalid-commit

    def _is_free(self):
        self.other.execute(
            "SELECT pg_try_advisory_lock(hashtextextended('call_center|k', 0))"
        )
        free = self.other.fetchone()[0]
        self.other.execute("SELECT pg_advisory_unlock_all()")
        return free

    def _rows(self):
        self.cr.rollback()
        self.cr.execute("SELECT count(*) FROM call_lock")
        return self.cr.fetchone()[0]

    def test_event_is_kept_and_the_next_let_in(self):
        with CallLock(self.cr, "k"):
            self.cr.execute("INSERT INTO call_lock VALUES (1)")
            self.assertFalse(self._is_free())
        self.assertTrue(self._is_free())
        self.assertEqual(self._rows(), 1)

    def test_what_was_done_before_stays_and_a_failed_event_goes(self):
        self.cr.execute("INSERT INTO call_lock VALUES (1)")
        with self.assertRaises(ZeroDivisionError), CallLock(self.cr, "k"):
            self.cr.execute("INSERT INTO call_lock VALUES (2)")
            raise ZeroDivisionError
        self.assertTrue(self._is_free())
        self.assertEqual(self._rows(), 1)

    def test_broken_transaction_does_not_keep_the_lock(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(errors.UndefinedTable),
            CallLock(self.cr, "k"),
        ):
            self.cr.execute("SELECT * FROM no_such_table")
        self.assertTrue(self._is_free())

    def test_commit_that_fails_does_not_keep_the_lock(self):
        self.cr.execute(
            "CREATE TEMP TABLE call_lock_late (x int UNIQUE DEFERRABLE "
            "INITIALLY DEFERRED)"
        )
        self.cr.commit()  # pylint: disable=invalid-commit
        with self.assertRaises(errors.UniqueViolation), CallLock(self.cr, "k"):
            # found out at the commit alone
            self.cr.execute("INSERT INTO call_lock_late VALUES (1), (1)")
            self.cr.execute("INSERT INTO call_lock VALUES (1)")
        self.assertTrue(self._is_free())
        self.assertEqual(self._rows(), 0)

    def test_other_calls_do_not_wait(self):
        with CallLock(self.cr, "k"), CallLock(self.other, "l"):
            self.other.execute("SELECT 1")
        self.assertTrue(self._is_free())
