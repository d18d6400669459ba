import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..telephony import chatter, panel
from .test_call_life import NOW, CallLifeCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=2))
class TestWrapUp(CallLifeCommon):
    def _ended(self, call_id="c1", start=0, talk=60, **values):
        return self._receive(
            self._event(
                "newCall", self._after(start), callId=call_id, user=["101"], **values
            ),
            self._event("answer", self._after(start + 8), callId=call_id, user="101"),
            self._event("hangup", self._after(start + 8 + talk), callId=call_id),
        )

    def test_wrap_up_begins_with_the_end_of_an_answered_call(self):
        call = self._ended()
        self.assertEqual(call.wrap_up_started_at, call.ended_at)
        self.assertFalse(call.wrap_up_ended_at)
        self.assertTrue(panel.card_values(call)["wrap_up"])

    def test_note_that_cannot_be_posted_keeps_no_agent_busy(self):
        first = self._ended("c1")
        second = self._receive(
            self._event("newCall", callId="c2", user=["102"]),
            self._event("answer", callId="c2", user="102"),
            self._event("hangup", self._after(70), callId="c2"),
        )
        post = chatter.post

        def failing(call):
            if call.external_id == "c1":
                raise ZeroDivisionError
            return post(call)

        logger = "odoo.addons.call_center.telephony.sweeping"
        with (
            freeze_time(self._after(3600)),
            patch.object(chatter, "post", failing),
            self.assertLogs(logger, "ERROR") as logged,
        ):
            self.Call._cron_sweep()
        self.assertIn(str(first.id), logged.output[0])
        self.assertTrue(first.wrap_up_ended_at)
        self.assertTrue(second.wrap_up_ended_at)

    def test_agent_of_two_companies_writes_down_calls_of_both(self):
        """Whichever of them he has chosen in the menu: the telephone does not know."""
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.germany.id}
        )
        self.agent.company_ids = [(4, other.id)]
        line = self.env["call.provider"].create({"name": "O", "company_id": other.id})
        for event in (
            self._event("newCall", user=["101"]),
            self._event("answer", self._after(5), user="101"),
            self._event("hangup", self._after(65)),
        ):
            self.Call._receive(line, event)
        chosen = {"allowed_company_ids": self.company.ids}
        mine = self.Call.with_user(self.agent).with_context(**chosen)
        self.assertEqual([call["id"] for call in mine.my_calls()], self._call().ids)
        call = mine.browse(self._call().id)
        self.assertIn(
            self.agent.id, [user["id"] for user in call.wrap_up_form()["users"]]
        )
        ours, theirs = self.env["phone.call.outcome"].create(
            [
                {"name": "x", "company_id": company.id}
                for company in (self.company, other)
            ]
        )
        with self.assertRaisesRegex(UserError, "outcome_id"):
            call.wrap_up({"outcome_id": ours.id})
        with self.assertRaises(UserError):
            call.with_context(allowed_company_ids=other.ids).outcome_id = ours
        call.wrap_up({"summary": "Theirs", "outcome_id": theirs.id})
        self.assertEqual(self._call().summary, "Theirs")
        call.end_wrap_up()
        # those of a company that is not his stay hidden
        self.agent.company_ids = [(3, other.id)]
        self.assertEqual(mine.my_calls(), [])
        with self.assertRaises(AccessError):
            call.wrap_up({"summary": "Mine"})

    def test_missed_call_has_no_wrap_up(self):
        call = self._receive(
            self._event("newCall", user=["101"]),
            self._event("hangup", self._after(20), cause="cancel"),
        )
        self.assertFalse(call.wrap_up_started_at)

    def test_without_wrap_up_agents_are_free_at_once(self):
        self.company.call_wrap_up_minutes = 0
        self.assertFalse(self._ended().wrap_up_started_at)

    def test_handle_time_is_talking_and_wrap_up(self):
        call = self._ended(talk=60)
        with freeze_time(call.ended_at + datetime.timedelta(seconds=25)):
            call.with_user(self.agent).end_wrap_up()
        self.assertEqual(call.wrap_up_seconds, 25)
        self.assertEqual(call.handle_seconds, 85)

    def test_order_of_events_does_not_matter(self):
        newcall = self._event("newCall", user=["101"])
        answer = self._event("answer", self._after(8), user="101")
        hangup = self._event("hangup", self._after(68))
        call = self._receive(hangup, answer, newcall)
        self.assertEqual(call.wrap_up_started_at, self._after(68))

    def test_next_call_ends_the_wrap_up(self):
        first = self._ended()
        self._receive(
            self._event("newCall", self._after(80), callId="c2", user=["101"]),
            self._event("answer", self._after(90), callId="c2", user="101"),
        )
        self.assertEqual(first.wrap_up_ended_at, self._after(90))
        self.assertEqual(first.wrap_up_seconds, 22)

    def test_wrap_up_that_nobody_ended_counts_for_nothing(self):
        call = self._ended()
        with freeze_time(call.ended_at + datetime.timedelta(minutes=9)):
            self.Call._cron_sweep()
            self.assertFalse(call.wrap_up_ended_at)
        with freeze_time(call.ended_at + datetime.timedelta(minutes=10)):
            self.Call._cron_sweep()
        self.assertTrue(call.wrap_up_ended_at)
        self.assertEqual(call.wrap_up_seconds, 0)

    def test_agent_writes_down_how_the_call_went(self):
        anna = self._partner("Anna", "+49301234567")
        call = self._ended()
        mine = call.with_user(self.agent)
        form = mine.wrap_up_form()
        names = [outcome["name"] for outcome in form["outcomes"]]
        self.assertIn("Solved", names)
        self.assertEqual(form["abouts"][0]["model"], "res.partner")
        tag = self.env.ref("call_center.tag_urgent")
        result = mine.wrap_up(
            {
                "outcome_id": self.env.ref("call_center.outcome_call_back").id,
                "subject_id": self.env.ref("call_center.subject_delivery").id,
                "tag_ids": tag.ids,
                "summary": "  Wants the pads sooner ",
                "about": {"model": "res.partner", "id": anna.id},
                "activity": {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "date_deadline": "2026-05-05",
                    "user_id": self.manager.id,
                    "summary": "Tell her the new date",
                },
            }
        )
        self.assertIs(result, True)
        self.assertEqual(call.outcome_id.name, "Call back")
        self.assertEqual(call.subject_id.name, "Delivery date")
        self.assertEqual((call.tag_ids, call.summary), (tag, "Wants the pads sooner"))
        self.assertTrue(call.wrap_up_ended_at)
        activity = anna.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.summary, "Tell her the new date")
        self.assertEqual(activity.date_deadline, datetime.date(2026, 5, 5))

    def test_activity_for_an_unknown_caller_is_a_call_back(self):
        call = self._ended()
        call.with_user(self.agent).wrap_up(
            {
                "activity": {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "date_deadline": "2026-05-05",
                }
            }
        )
        back = self.env["phone.call.back"].search([("e164", "=", "+49301234567")])
        self.assertEqual(back.activity_ids.user_id, self.agent)

    def test_what_cannot_be_is_refused_by_name(self):
        mine = self._ended().with_user(self.agent)
        for values, named in (
            ([], "wrap_up"),
            ({"outcome": 1}, "outcome"),
            ({"outcome_id": "1"}, "outcome_id"),
            ({"subject_id": 2**30}, "subject_id"),
            ({"tag_ids": 3}, "tag_ids"),
            ({"summary": 3}, "summary"),
            ({"about": {"model": "res.users", "id": 1}}, "about"),
            ({"activity": {"activity_type_id": False}}, "activity"),
            ({"activity": {"note": "x"}}, "activity"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, named):
                mine.wrap_up(values)
        self.assertFalse(mine.wrap_up_ended_at)

    def test_calls_are_in_the_chatter_only_where_the_company_wants_it(self):
        anna = self._partner("Anna", "+49301234567")
        before = anna.message_ids
        self._ended("c1").with_user(self.agent).wrap_up({"summary": "Silent"})
        self.assertEqual(anna.message_ids, before)
        self.company.call_log_in_chatter = True
        call = self._ended("c2").with_user(self.agent)
        call.wrap_up({"summary": "<b>Loud</b>"})
        call.wrap_up({"summary": "<b>Loud</b>"})
        new = anna.message_ids - before
        self.assertEqual(len(new), 1)
        self.assertIn("&lt;b&gt;Loud", new.body)
        self.assertNotIn("1234567", new.body)
        self.assertEqual(new.author_id, self.agent.partner_id)

    def test_form_proposes_the_outcomes_activity(self):
        outcome = self.env.ref("call_center.outcome_call_back")
        form = self._ended().with_user(self.agent).wrap_up_form()
        proposed = next(o for o in form["outcomes"] if o["id"] == outcome.id)
        self.assertEqual(proposed["activity_type_id"], outcome.activity_type_id.id)
        self.assertEqual(
            proposed["date_deadline"],
            fields.Date.to_string(NOW.date() + datetime.timedelta(days=1)),
        )

    def test_manager_corrects_who_spoke(self):
        """What the other one wrote down stays theirs; the times are nobody's to
        write."""
        call = self._ended()
        with freeze_time(self._after(90)):
            call.with_user(self.agent).end_wrap_up()
        call.with_user(self.manager).user_id = self.manager
        self.assertEqual(call.user_id, self.manager)
        self.assertEqual(call.leg_ids.wrap_up_started_at, call.ended_at)
        self.assertEqual(call.parts_wrap_up_seconds, 22)

    def test_manager_corrects_when_a_call_ended(self):
        call = self._ended()
        call.with_user(self.manager).ended_at = self._after(50)
        self.assertEqual(call.wrap_up_started_at, self._after(50))
