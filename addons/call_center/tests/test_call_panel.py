import datetime

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import new_test_user

from ..telephony import panel
from .test_call_life import CallLifeCommon


@tagged("post_install", "-at_install")
class TestCallPanel(CallLifeCommon):
    def _told(self, event):
        """Who is told of an event, and what."""
        self.env["bus.bus"].search([]).unlink()
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        self.Call._receive(self.provider, event)
        self.env.cr.precommit.run()
        return [
            message
            for message in self.env["bus.bus"].search([])
            if "call_center.call" in message.message
        ]

    def test_agent_is_told_once_of_each_change(self):
        event = self._event("newCall", user=["101"])
        told = self._told(event)
        self.assertEqual(len(told), 1)
        self.assertIn(f'"res.partner",{self.agent.partner_id.id}]', told[0].channel)
        self.assertEqual(self._told(event), [])
        self.assertEqual(len(self._told(self._event("answer", user="101"))), 1)
        self.assertEqual(len(self._told(self._event("hangup"))), 1)

    def test_number_that_comes_late_is_told(self):
        told = self._told(self._event("answer", user="101", direction="in"))
        self.assertIn('"number":""', told[0].message)
        ring = self._event("newCall", user=["101"], queue="sales")
        told = self._told(ring)
        self.assertEqual(len(told), 1)
        self.assertIn('"number":"+49301234567"', told[0].message)
        self.assertIn('"queue":"sales"', told[0].message)
        self.assertEqual(self._told(ring), [])

    def test_withheld_number_is_none_whatever_the_provider_calls_it(self):
        event = self._event("newCall", user=["101"])
        self._receive({**event, "from": "<unknown>"})
        self.assertEqual(panel.card_values(self._call())["number"], "")

    def test_call_for_nobody_is_told_to_the_companys_agents(self):
        told = self._told(self._event("newCall"))
        channels = " ".join(told.channel for told in told)
        for user, expected in (
            (self.agent, True),
            (self.manager, True),
            (self.employee, False),
        ):
            channel = f'"res.partner",{user.partner_id.id}]'
            self.assertEqual(channel in channels, expected, user.login)

    def test_call_for_a_stranger_is_told_to_nobody(self):
        self.assertEqual(self._told(self._event("newCall", user=["999"])), [])

    def test_message_says_no_more_than_is_needed(self):
        self._partner("Anna Berger", "+49301234567")
        told = self._told(self._event("newCall", user=["101"]))
        self.assertNotIn("Anna", told[0].message)
        self.assertLess(len(told[0].message), 500)

    def test_calls_of_yesterday_ring_at_nobodys_screen(self):
        """After an outage a PBX tells all that waited: it is logged as it was, and
        nobody is rung for it."""
        now = fields.Datetime.now()
        at = now - datetime.timedelta(days=3)
        told = []
        for seconds, event, values in (
            (0, "newCall", {"user": ["101"]}),
            (9, "answer", {"user": "101"}),
            (99, "hangup", {}),
            (100, "newCall", {"user": ["101"], "callId": "c2"}),
            (120, "hangup", {"callId": "c2"}),
        ):
            moment = at + datetime.timedelta(seconds=seconds)
            told += self._told(self._event(event, moment, **values))
            self.env.cr.precommit.run()
        self.assertEqual(told, [])
        call = self._call()
        self.assertEqual(call.started_at, at.replace(microsecond=0))
        self.assertEqual((call.wait_seconds, call.talk_seconds), (9, 90))
        self.assertFalse(call.wrap_up_started_at)
        self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])

    def test_end_that_waited_ends_what_is_shown(self):
        now = fields.Datetime.now()
        self._told(self._event("newCall", now, user=["101"]))
        self.env.cr.precommit.run()
        call = self._call()
        # it was shown an hour ago, and Odoo was away since
        self.env.cr.execute(
            "UPDATE phone_call SET create_date = create_date - interval '1 hour', "
            "started_at = started_at - interval '1 hour' WHERE id = %s",
            [call.id],
        )
        call.invalidate_recordset()
        ended = now - datetime.timedelta(minutes=50)
        told = self._told(self._event("hangup", ended))
        self.assertEqual(len(told), 1)

    def test_running_calls_are_got_after_sleep(self):
        self._receive(self._event("newCall", user=["101"]))
        self._receive(self._event("newCall", callId="c2", user=["102"]))
        mine = self.Call.with_user(self.agent).my_calls()
        self.assertEqual([call["id"] for call in mine], self._call("c1").ids)
        self.assertEqual(mine[0]["state"], "ringing")
        self.assertEqual(self.Call.with_user(self.employee).my_calls(), [])

    def test_missed_calls_are_got_after_sleep(self):
        self._receive(self._event("newCall", user=["101"]))
        self._receive(self._event("hangup"))
        mine = self.Call.with_user(self.agent).my_calls()
        self.assertEqual([call["state"] for call in mine], ["ended"])
        self.assertEqual(self.Call.with_user(self.manager).my_calls(), [])
        self._call().ended_at -= datetime.timedelta(minutes=31)
        self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])

    def test_refused_calls_are_not_got_after_sleep_either(self):
        self.provider.kind = "asterisk"
        self.env["call.blocked.number"].create({"e164": "+49301234567"})
        mine = self.Call.with_user(self.agent)
        self._receive(self._event("newCall", user=["101"]))
        self.assertEqual(mine.my_calls(), [])
        self._receive(self._event("hangup", callId="c1"))
        self.assertEqual(mine.my_calls(), [])
        # whom the PBX put through all the same is talked to
        self._receive(
            self._event("newCall", callId="c2", user=["101"]),
            self._event("answer", callId="c2", user="101"),
        )
        self.assertEqual([c["id"] for c in mine.my_calls()], self._call("c2").ids)

    def test_blocked_number_that_is_told_late_is_blocked(self):
        self.provider.kind = "asterisk"
        self.env["call.blocked.number"].create({"e164": "+49301234567"})
        early = self._event("newCall", user=["101"], **{"from": ""})
        call = self._receive(early)
        self.assertFalse(call.is_blocked)
        self.env.cr.precommit.run()
        told = self._told(self._event("newCall", user=["101"]))
        self.assertTrue(call.is_blocked)
        # whose screen shows it by then is told that there is nothing to show
        self.assertEqual(len(told), 1)
        self.assertIn('"shown":false', told[0].message)
        self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])

    def test_call_that_turns_out_to_be_outgoing_is_not_refused(self):
        self.env["call.blocked.number"].create({"e164": "+49301234567"})
        call = self._receive(
            self._event("answer", user="101", **{"from": "+49301234567"}),
            self._event("newCall", user=["101"], direction="out", to="+49301234567"),
        )
        self.assertEqual((call.direction, call.is_blocked), ("out", False))

    def test_calls_to_write_down_are_got_after_sleep(self):
        self._receive(self._event("answer", user="101", direction="in"))
        self._receive(self._event("hangup"))
        mine = self.Call.with_user(self.agent).my_calls()
        self.assertEqual([call["wrap_up"] for call in mine], [True])
        self._call().with_user(self.agent).end_wrap_up()
        self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])


@tagged("post_install", "-at_install")
class TestCallPanelTour(HttpCase):
    def _agent_and_webhook(self):
        self.env.company.country_id = self.env.ref("base.de")
        agent = new_test_user(
            self.env,
            "cc_tour_agent",
            "call_center.group_call_center_agent,base.group_partner_manager",
            phone_extension="101",
        )
        self.env["res.partner"].create({"name": "Anna Berger", "phone": "030/5551234"})
        line = self.env["call.provider"].create({"name": "Line"})
        return agent, "/" + line.rotate_token()["url"].split("/", 3)[3]

    def test_wrap_up_with_the_keyboard_alone(self):
        agent, path = self._agent_and_webhook()
        self.start_tour(
            f"/odoo/contacts?webhook={path}",
            "call_center_wrap_up_keyboard",
            login=agent.login,
        )
        call = self.env["phone.call"].search([("external_id", "=", "keys")])
        self.assertEqual(call.outcome_id.name, "Solved")
        self.assertEqual(call.summary, "Nothing but keys")

    def test_a_call_from_ring_to_note(self):
        agent, path = self._agent_and_webhook()
        self.start_tour(
            f"/odoo/contacts?webhook={path}", "call_center_panel", login=agent.login
        )
        call = self.env["phone.call"].search([("external_id", "=", "tour")])
        self.assertEqual(call.summary, "Wants eight brake discs")
        self.assertEqual((call.state, call.user_id), ("ended", agent))
        self.assertEqual(call.outcome_id.name, "Call back")
        self.assertEqual(call.subject_id.name, "Delivery date")
        self.assertEqual(call.tag_ids.name, "Urgent")
        self.assertTrue(call.wrap_up_ended_at)
        self.assertEqual(call.partner_id.activity_ids.user_id, agent)
