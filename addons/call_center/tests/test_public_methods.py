import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_call_life import CallLifeCommon

NASTY = [
    *(None, True, False, 0, -1, 1, 7, 2**31, 2**63, 2**70, 1.5, float("nan")),
    *(float("inf"), "", " ", "1", "x" * 100_000, "\x00", "\ud800", "'; DROP TABLE x"),
    *([], [[]], [1], ["x"], [None], {}, {"a": 1}, {1: 2}, {"id": 1}, b"x"),
    *("res.partner", "ir.cron", "2026-13-45", "9999-12-31 23:59:59"),
    datetime.date(2026, 5, 4),
]


class FuzzMixin:
    """Calls public methods as whoever has a log-in can over RPC: a wrong value is
    refused with words, and nothing else happens."""

    def _fuzz(self, method, good, **more):
        """Call a method with each of its arguments replaced by what it may not be."""
        cases = [
            (name, value) for name in good for value in (*NASTY, *more.get(name, ()))
        ]
        for name, value in cases:
            with (
                self.subTest(method=method.__name__, name=name, value=repr(value)[:40]),
                mute_logger("odoo.sql_db"),
            ):
                try:
                    with self.env.cr.savepoint():
                        method(**{**good, name: value})
                        self.env.flush_all()
                except UserError as error:
                    self.assertTrue(str(error).strip())
                    self.assertLess(len(str(error)), 600)


@tagged("post_install", "-at_install")
class TestPublicMethods(FuzzMixin, CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._partner("Berger", "+49 30 1234567")
        other = cls.env["res.company"].create({"name": "Other"})
        cls.hidden = cls._partner("Hidden", "+49307654321", company_id=other.id)
        cls.line = cls.env["call.provider"].create(
            {"name": "PBX", "kind": "asterisk", "company_id": cls.company.id}
        )
        cls.line.rotate_token()
        cls.line.connector_seen = datetime.datetime.now()
        cls.mine = cls.Call.with_user(cls.agent)

    def test_lookup(self):
        self._fuzz(
            self.mine.lookup, {"number": "030 1", "country_code": "DE", "limit": 5}
        )

    def test_context(self):
        caller = {"model": "res.partner", "id": self.customer.id}
        self._fuzz(self.mine.caller_context, {**caller, "codes": ["contact"]})
        self._fuzz(self.mine.caller_outline, caller)
        for method in (self.mine.caller_context, self.mine.caller_outline):
            with self.assertRaises(AccessError):
                method("res.partner", self.hidden.id)

    def test_call_backs(self):
        good = {"number": "030 1234567", "model": "res.partner"}
        self._fuzz(self.mine.plan_call_back, {**good, "id": self.customer.id})
        with self.assertRaises(AccessError):
            self.mine.plan_call_back("030 1234567", "res.partner", self.hidden.id)

    def test_dialling(self):
        good = {"number": "030 1234567", "model": "res.partner"}
        self._fuzz(self.mine.dial, {**good, "record_id": self.customer.id})

    def test_away(self):
        self._fuzz(self.mine.set_away, {"away": True})

    def test_wrap_up(self):
        call = self._receive(
            self._event("newCall", user=["101"]), self._event("answer", user="101")
        ).with_user(self.agent)
        type_ = self.env.ref("mail.mail_activity_data_call").id
        about = {"model": "res.partner", "id": self.customer.id}
        activity = {
            "activity_type_id": type_,
            "date_deadline": "2026-05-05",
            "user_id": self.agent.id,
            "summary": "Call",
        }
        good = {
            "outcome_id": False,
            "subject_id": False,
            "tag_ids": [],
            "summary": "x",
            "about": about,
            "activity": activity,
        }

        def wrap_up(**values):
            return call.wrap_up(values)

        def wrap_up_activity(**values):
            return call.wrap_up({"about": about, "activity": values})

        def wrap_up_about(**values):
            return call.wrap_up({"about": values})

        self._fuzz(call.wrap_up, {"values": good})
        self._fuzz(wrap_up, good)
        self._fuzz(wrap_up_activity, activity)
        self._fuzz(wrap_up_about, about, id=[self.hidden.id])

    def test_who_has_no_right_to_calls_gets_nowhere(self):
        """Lookup is for all who work here; calls are for agents."""
        call = self._receive(self._event("newCall", user=["101"]))
        back = self.env["phone.call.back"].create(
            {"company_id": self.company.id, "e164": "+49301234567"}
        )
        stranger = self.Call.with_user(self.employee)
        record = call.with_user(self.employee)
        theirs = back.with_user(self.employee)
        self.assertEqual(stranger.my_calls(), [])
        for method, args in (
            (stranger.board, ()),
            (stranger.set_away, (True,)),
            (stranger.dial, ("030 1234567",)),
            (stranger.plan_call_back, ("030 1234567",)),
            (record.wrap_up, ({"summary": "x"},)),
            (record.wrap_up_form, ()),
            (record.end_wrap_up, ()),
            (record.action_block_number, ()),
            (record.action_unblock_number, ()),
            (record.action_anonymise, ()),
            (record.action_plan_activity, ()),
            (record.write, ({"summary": "x"},)),
            (record.unlink, ()),
            (record.copy, ()),
            (theirs.action_done, ()),
            (theirs.action_take, ()),
            (self.line.with_user(self.employee).rotate_token, ()),
            (self.line.with_user(self.employee).action_rotate_token, ()),
            (self.line.with_user(self.agent).rotate_token, ()),
            (self.line.with_user(self.agent).action_rotate_token, ()),
        ):
            with self.subTest(method=method.__name__), self.assertRaises(AccessError):
                method(*args)
        self.assertEqual((call.state, back.state), ("ringing", "open"))

    def test_who_has_no_right_to_calls_reads_none_of_it(self):
        self._receive(self._event("newCall", user=["101"]))
        for model in (
            *("phone.call", "phone.call.leg", "phone.call.back", "phone.call.report"),
            *("phone.call.order", "phone.directory", "call.agent", "call.team"),
            *("call.team.queue", "call.provider", "call.provider.event", "call.rule"),
            *("call.provider.limit", "call.blocked.number", "phone.call.outcome"),
            *("phone.call.subject", "phone.call.tag", "call.provider.token"),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.employee).search([], limit=1).read()

    def test_agent_alone_changes_nothing_of_how_it_is_set_up(self):
        """The least of rights: neither lines, rules, teams nor anybody's state."""
        self._receive(self._event("newCall", user=["101"]))
        values = {"name": "x"}
        for model in (
            *("phone.call.leg", "phone.call.order", "phone.directory", "call.agent"),
            *("call.team", "call.team.queue", "call.provider", "call.provider.event"),
            *("call.rule", "call.provider.limit", "phone.call.outcome"),
            *("phone.call.subject", "phone.call.tag", "call.provider.token"),
            "phone.call.report",
        ):
            mine = self.env[model].with_user(self.agent)
            for right in ("create", "write", "unlink"):
                with self.subTest(model=model, right=right):
                    self.assertFalse(mine.has_access(right))
            with self.assertRaises(AccessError):
                mine.create(values)
        self.assertFalse(self.mine.has_access("unlink"))
