import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_call_life import NOW, CallLifeCommon


class DialCommon(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.env["call.provider"].create(
            {"name": "PBX", "kind": "asterisk", "company_id": cls.company.id}
        )
        cls.token = cls.line.rotate_token()["token"]
        cls.line.connector_seen = fields.Datetime.now()
        cls.customer = cls._partner("Berger", "030 1234567", "DE")

    def _dial(self, number="030 1234567", user=None, **record):
        answer = self.Call.with_user(user or self.agent).dial(number, **record)
        return self.Call.browse(answer["call_id"])

    def _take(self):
        return self.env["phone.call.order"]._take(self.line)

    def _bus_messages(self):
        messages = []
        users = self.env.registry["res.users"]

        def send(user, kind, message):
            messages.append((user.login, kind, message))

        self.enterContext(patch.object(users, "_bus_send", send))
        return messages


@tagged("post_install", "-at_install")
class TestDial(DialCommon):
    def test_call_is_written_down_and_ordered_once(self):
        call = self._dial()
        self.assertEqual((call.direction, call.state), ("out", "ringing"))
        self.assertEqual(call.e164, "+49301234567")
        self.assertEqual(call.partner_id, self.customer)
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual(
            self._take(),
            [
                {
                    "action": "dial",
                    "callId": call.external_id,
                    "extension": "101",
                    "number": "+49301234567",
                }
            ],
        )
        self.assertEqual(self._take(), [])

    def test_record_that_the_number_stands_in_is_the_customer(self):
        other = self._partner("Huber", "030 1234567", "DE")
        call = self._dial(model="res.partner", record_id=other.id)
        self.assertEqual(call.partner_id, other)
        self.assertEqual((call.res_model, call.res_id), ("res.partner", other.id))

    def test_record_is_looked_up_where_it_makes_no_sense(self):
        for model, record_id in (
            ("res.partner", 2**40),
            ("res.partner", "1; DROP"),
            ("res.partner", True),
            ("ir.config_parameter", 1),
            ("nonsense", 1),
        ):
            call = self._dial(model=model, record_id=record_id)
            self.assertEqual(call.partner_id, self.customer, (model, record_id))
            self._take()

    def test_events_of_the_pbx_are_the_same_call(self):
        self.provider = self.line
        call = self._dial()
        call_id = call.external_id
        self._take()
        for event in (
            self._event("newCall", callId=call_id, direction="out", **{"from": "101"}),
            self._event("answer", self._after(5), callId=call_id, user="101"),
            self._event("hangup", self._after(25), callId=call_id),
        ):
            self.Call._receive(self.line, event)
        self.assertEqual(self._call(call_id), call)
        self.assertEqual(call.state, "ended")
        self.assertEqual(call.to_number, "+49301234567")
        self.assertEqual(call.user_id, self.agent)

    def test_only_an_agent_with_an_extension_may_dial(self):
        with self.assertRaises(AccessError):
            self._dial(user=self.employee)
        self.agent.phone_extension = False
        with self.assertRaisesRegex(UserError, "no telephone"):
            self._dial()
        for extension in ("1", "101@x", "123456", "10\n1", "101&102"):
            self.agent.phone_extension = extension
            with self.assertRaisesRegex(UserError, "no telephone"):
                self._dial()

    def test_only_numbers_are_dialled(self):
        for number in ("", "  ", "anonymous", "hello", "x" * 300, 5, None, "1"):
            with self.assertRaisesRegex(UserError, "number:"):
                self._dial(number)

    def test_extension_of_a_colleague_is_dialled(self):
        self.assertEqual(self._dial("102").to_number, "102")

    def test_line_that_is_not_there_is_said(self):
        self.line.connector_seen = False
        with self.assertRaisesRegex(UserError, "not connected"):
            self._dial()
        self.line.active = False
        with self.assertRaisesRegex(UserError, "Kupplung"):
            self._dial()

    def test_lines_of_other_companies_place_no_calls(self):
        self.line.company_id = self.env.ref("base.main_company")
        with self.assertRaisesRegex(UserError, "No telephone line"):
            self._dial()

    def test_second_click_orders_no_second_call(self):
        self._dial()
        with self.assertRaisesRegex(UserError, "about to ring"):
            self._dial()
        self._dial(user=self.manager)

    def test_order_that_nobody_fetched_is_given_up_and_told(self):
        with freeze_time("2026-05-04 10:00:00"):
            self.line.connector_seen = fields.Datetime.now()
            call = self._dial()
            order = self.env["phone.call.order"].search([("call_id", "=", call.id)])
            # create_date is the transaction's
            self.env.cr.execute(
                "UPDATE phone_call_order SET create_date = '2026-05-04 10:00:00'"
            )
            order.invalidate_recordset()
        messages = self._bus_messages()
        with freeze_time("2026-05-04 10:00:30"):
            self.assertEqual(self._take(), [])
        self.assertEqual((order.state, call.state), ("failed", "ended"))
        told = [m for m in messages if m[1] == "call_center.dial"]
        self.assertEqual(len(told), 1)
        self.assertEqual(told[0][0], "cc_agent")
        self.assertIn("+49301234567", told[0][2]["message"])

    def test_sweeper_gives_orders_up_that_no_process_fetches(self):
        call = self._dial()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE phone_call_order SET create_date = create_date - interval '1 min'"
        )
        self.env.invalidate_all()
        self.Call._cron_sweep()
        self.assertEqual((call.state, call.cause), ("ended", "cancel"))

    def _order(self, call):
        return self.env["phone.call.order"].search([("call_id", "=", call.id)])

    def test_own_telephone_rings_whatever_the_call_says(self):
        call = self._dial()
        # as somebody would who wants the board room's telephone to pick up
        call.sudo().write({"from_number": "199", "to_number": "+49900111"})
        command = self._take()[0]
        self.assertEqual(command["extension"], "101")
        self.assertEqual(command["number"], "+49301234567")

    def test_extension_taken_away_meanwhile_rings_nowhere(self):
        messages = self._bus_messages()
        call = self._dial()
        self.agent.phone_extension = False
        self.assertEqual(self._take(), [])
        self.assertEqual((call.state, self._order(call).state), ("ended", "failed"))
        self.assertTrue([m for m in messages if m[1] == "call_center.dial"])

    def test_fetched_order_that_is_never_told_of_is_given_up(self):
        messages = self._bus_messages()
        with freeze_time(NOW):
            self.line.connector_seen = NOW
            call = self._dial()
            self.assertTrue(self._take())
        with freeze_time(self._after(40)):
            self.Call._cron_sweep()
            self.assertEqual(call.state, "ringing")
        with freeze_time(self._after(46)):
            self.Call._cron_sweep()
        self.assertEqual((call.state, self._order(call).state), ("ended", "failed"))
        told = [m for m in messages if m[1] == "call_center.dial"]
        self.assertEqual(len(told), 1)
        self.assertIn("was not called", told[0][2]["message"])
        # the sweeper comes by itself, not in five minutes' time
        due = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("call_center.ir_cron_sweep_calls").id)]
        )
        self.assertIn(self._after(45), due.mapped("call_at"))

    def test_order_that_the_pbx_told_of_rings_on(self):
        self.provider = self.line
        with freeze_time(NOW):
            self.line.connector_seen = NOW
            call = self._dial()
            self._take()
            self._receive(
                self._event(
                    "newCall",
                    callId=call.external_id,
                    direction="out",
                    **{"from": "101", "to": "+49301234567"},
                )
            )
        self.assertEqual(self._order(call).state, "placed")
        with freeze_time(self._after(120)):
            self.Call._cron_sweep()
        self.assertEqual(call.state, "ringing")

    def test_given_up_call_that_took_place_after_all_gets_its_end(self):
        self.provider = self.line
        with freeze_time(NOW):
            self.line.connector_seen = NOW
            call = self._dial()
            self._take()
        with freeze_time(self._after(46)):
            self.Call._cron_sweep()
        id_ = call.external_id
        with freeze_time(self._after(200)):
            self._receive(
                self._event("answer", self._after(5), callId=id_, user="101"),
                self._event("hangup", self._after(65), callId=id_),
            )
        self.assertEqual((call.talk_seconds, call.cause), (60, "normalClearing"))

    def test_failure_is_told_once_and_its_cause_kept_in_any_order(self):
        ends = {
            "channel": {"cause": "busy"},
            "order": {"cause": "notFound", "failed": "agent"},
        }
        messages = self._bus_messages()
        for order in (("channel", "order"), ("order", "channel")):
            messages.clear()
            call = self._dial()
            self._take()
            for name in (*order, *order):
                self.Call._receive(
                    self.line,
                    self._event("hangup", callId=call.external_id, **ends[name]),
                )
            self.assertEqual((call.state, call.cause), ("ended", "busy"), order)
            told = [m for m in messages if m[1] == "call_center.dial"]
            self.assertEqual(len(told), 1)

    def test_failure_of_a_call_that_nobody_ordered_is_told_to_nobody(self):
        messages = self._bus_messages()
        self.Call._receive(self.line, self._event("newCall"))
        self.Call._receive(self.line, self._event("hangup", failed="agent"))
        self.assertFalse([m for m in messages if m[1] == "call_center.dial"])


@tagged("post_install", "-at_install")
class TestDialCommands(DialCommon, HttpCase):
    def _ask(self, token):
        return self.url_open(
            f"/call_center/generic/{token}/commands", data=b"{}", method="POST"
        )

    def test_process_beside_the_pbx_fetches_orders_with_the_token(self):
        self.line.connector_seen = fields.Datetime.now()
        call = self._dial()
        self.line.connector_seen = False
        response = self._ask(self.token)
        self.assertEqual(response.status_code, 200)
        commands = json.loads(response.text)["commands"]
        self.assertEqual([c["callId"] for c in commands], [call.external_id])
        self.assertTrue(self.line.connector_seen)
        self.assertEqual(json.loads(self._ask(self.token).text)["commands"], [])

    def test_nobody_else_gets_orders(self):
        self._dial()
        other = self.provider.rotate_token()["token"]
        for token in ("nonsense", other):
            response = self._ask(token)
            self.assertEqual((response.status_code, response.text), (401, ""))
        self.line.active = False
        self.assertEqual(self._ask(self.token).status_code, 401)

    def test_session_says_whether_numbers_can_be_called(self):
        self.agent.password = "cc_agent_1"
        self.authenticate("cc_agent", "cc_agent_1")
        self.assertTrue(self._session()["call_center_dial"])
        self.agent.phone_extension = False
        self.assertFalse(self._session()["call_center_dial"])

    def _session(self):
        response = self.url_open(
            "/web/session/get_session_info",
            data=json.dumps({"jsonrpc": "2.0", "params": {}}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()["result"]


@tagged("post_install", "-at_install")
class TestDialTour(DialCommon, HttpCase):
    def test_number_is_called_from_the_contacts_form(self):
        self.line.connector_seen = fields.Datetime.now()
        # where he may edit the contact the link stands beside the field
        self.agent.group_ids += self.env.ref("base.group_partner_manager")
        with mute_logger("odoo.http"):  # the second click is refused
            self.start_tour(self._path(), "call_center_dial", login="cc_agent")
        call = self.Call.search([("user_id", "=", self.agent.id)])
        self.assertEqual(len(call), 1)
        self.assertEqual((call.e164, call.direction), ("+49301234567", "out"))
        self.assertEqual((call.res_model, call.res_id), self._record())

    def test_without_extension_the_browser_calls(self):
        self.agent.phone_extension = False
        self.start_tour(self._path(), "call_center_no_dial", login="cc_agent")
        self.assertFalse(self.Call.search([("user_id", "=", self.agent.id)]))

    def _record(self):
        return "res.partner", self.customer.id

    def _path(self):
        return f"/odoo/res.partner/{self.customer.id}"
