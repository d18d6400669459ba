import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_call_life import NOW, CallLifeCommon

BACK_LOG = "odoo.addons.call_center.models.phone_call_back"


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=2))
class TestCallBack(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._new_user(
            "colleague", "call_center.group_call_center_agent", phone_extension="103"
        )
        cls.team = cls.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, (cls.agent | cls.colleague).ids)],
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        cls.Back = cls.env["phone.call.back"]

    def _missed(self, call_id, start=0, **values):
        values = {"queue": "sales", **values}
        return self._receive(
            self._event("newCall", self._after(start), callId=call_id, **values),
            self._event(
                "hangup", self._after(start + 20), callId=call_id, cause="cancel"
            ),
        )

    def _answered(self, call_id, start=0, **values):
        return self._receive(
            self._event(
                "newCall", self._after(start), callId=call_id, user=["103"], **values
            ),
            self._event("answer", self._after(start + 5), callId=call_id, user="103"),
        )

    def _backs(self):
        self._run_job("ir_cron_call_backs")
        return self.Back.search([("company_id", "=", self.company.id)])

    def test_missed_call_becomes_a_call_back_of_the_queues_team(self):
        back = self._missed("c1") and self._backs()
        self.assertEqual((back.state, back.missed_count), ("open", 1))
        self.assertEqual(back.team_id, self.team)
        self.assertIn(back.user_id, self.team.member_ids)
        activity = back.activity_ids
        self.assertEqual(activity.user_id, back.user_id)
        self.assertEqual(
            activity.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )

    def test_lines_team_calls_back_where_no_queue_is_named(self):
        self.team.queue_ids.unlink()
        self.provider.team_id = self.team
        self._missed("c1", queue="")
        self.assertEqual(self._backs().team_id, self.team)

    def test_calls_of_one_caller_are_one_call_back(self):
        self._missed("c1")
        first = self._backs()
        self._missed("c2", 30)
        self._missed("c3", 60, **{"from": "030 1234567"})
        back = self._backs()
        self.assertEqual(back, first)
        self.assertEqual(back.missed_count, 3)
        self.assertEqual(back.first_missed_at, self._after(0))
        self.assertEqual(back.last_missed_at, self._after(60))
        self.assertEqual(len(back.activity_ids), 1)
        self.assertIn("3", back.activity_ids.summary)

    def test_calls_of_one_customer_from_two_numbers_are_one_call_back(self):
        self._partner("Anna", "+49301234567")
        self._missed("c1")
        self._backs()
        call = self._missed("c2", 30, **{"from": "+49891111111"})
        call.callback_due = True
        call.partner_id = self._call("c1").partner_id
        self.assertEqual(self._backs().missed_count, 2)

    def test_withheld_and_internal_numbers_cannot_be_called_back(self):
        self._missed("c1", **{"from": "anonymous"})
        self._missed("c2", **{"from": "104"})
        self.assertFalse(self._backs())

    def test_forwarded_calls_are_not_missed(self):
        self._receive(
            self._event("newCall", queue="sales"),
            self._event("hangup", self._after(9), cause="forwarded"),
        )
        self.assertFalse(self._backs())

    def test_company_that_does_not_call_back(self):
        self.company.call_back_missed = False
        self._missed("c1")
        self.assertFalse(self._backs())

    def test_late_answer_makes_no_call_back(self):
        call = self._missed("c1")
        self._receive(self._event("answer", self._after(10), user="103"))
        self.assertTrue(call.answered_at)
        self.assertFalse(self._backs())

    def test_end_is_given_time_for_a_late_answer(self):
        self._missed("c1")
        with freeze_time(self._after(22)):
            self.assertFalse(self._backs())
        self.assertTrue(self._backs())

    def test_caller_who_gets_through_closes_his_call_back(self):
        self._missed("c1")
        back = self._backs()
        call = self._answered("c2", 40)
        self._backs()
        self.assertEqual(back.state, "done")
        self.assertEqual(back.reached_call_id, call)
        self.assertFalse(back.activity_ids)

    def test_reaching_the_caller_closes_his_call_back(self):
        self._missed("c1")
        back = self._backs()
        called = {"direction": "out", "from": "103", "to": "+49301234567"}
        self._receive(
            self._event(
                "newCall", self._after(40), callId="o1", user=["103"], **called
            ),
            self._event("hangup", self._after(60), callId="o1", cause="noAnswer"),
        )
        self._backs()
        self.assertEqual(back.state, "open", "he was not reached")
        self._answered("o2", 70, **called)
        self._backs()
        self.assertEqual(back.state, "done")

    def test_caller_reached_before_the_job_ran_is_not_called_back(self):
        self._missed("c1")
        self._answered("c2", 40)
        self.assertFalse(self._backs())

    def test_later_miss_after_a_closed_call_back_is_a_new_one(self):
        self._missed("c1")
        first = self._backs()
        first.with_user(self.agent).action_done()
        self._missed("c2", 60)
        self.assertEqual(len(self._backs()), 2)

    def test_done_activity_closes_the_call_back(self):
        self._missed("c1")
        back = self._backs()
        back.activity_ids.with_user(back.user_id).action_done()
        self.assertEqual(back.state, "done")

    def test_members_share_the_call_backs(self):
        self._missed("c1", **{"from": "+49301111111"})
        self._missed("c2", 30, **{"from": "+49302222222"})
        self.assertEqual(self._backs().user_id, self.team.member_ids)

    def test_salesperson_of_the_team_calls_his_customer_back(self):
        self._partner("Anna", "+49301234567", user_id=self.colleague.id)
        self._missed("c1")
        self.assertEqual(self._backs().user_id, self.colleague)

    def test_team_can_name_who_calls_back(self):
        self.team.callback_user_id = self.manager
        self._missed("c1")
        self.assertEqual(self._backs().user_id, self.manager)

    def test_colleague_takes_a_call_back_over_with_its_activity(self):
        self._missed("c1")
        back = self._backs()
        other = self.team.member_ids - back.user_id
        back.with_user(other).action_take()
        self.assertEqual((back.user_id, back.activity_ids.user_id), (other, other))

    def test_call_backs_are_the_teams(self):
        self._missed("c1")
        back = self._backs()
        outsider = self._new_user("outsider", "call_center.group_call_center_agent")
        with self.assertRaises(AccessError):
            back.with_user(outsider).read(["e164"])
        self.assertTrue(back.with_user(self.manager).e164)
        with self.assertRaises(AccessError):
            back.with_user(self.employee).read(["e164"])

    def test_new_contact_is_entered_in_the_call_back(self):
        self._missed("c1")
        back = self._backs()
        anna = self._partner("Anna", "+49301234567")
        self.assertEqual(back.partner_id, anna)

    # -- failures ----------------------------------------------------------

    def _failing(self, *call_ids):
        """Callers of whom no call-back can be made."""
        take = type(self.Back)._take_missed

        def failing(back, call):
            if call.external_id in call_ids:
                raise ZeroDivisionError(call.external_id)
            return take(back, call)

        return patch.object(type(self.Back), "_take_missed", failing)

    def test_failing_call_back_stops_no_other(self):
        self._missed("c1", **{"from": "+49301111111"})
        self._missed("c2", 1, **{"from": "+49302222222"})
        self._missed("c3", 2, **{"from": "+49303333333"})
        with self._failing("c2"), self.assertLogs(BACK_LOG, "ERROR") as logged:
            backs = self._backs()
        self.assertEqual(set(backs.mapped("e164")), {"+49301111111", "+49303333333"})
        self.assertIn(str(self._call("c2").id), logged.output[0])
        self.assertTrue(self._call("c2").callback_due)

    def test_failed_call_back_is_tried_again_later(self):
        self._missed("c1")
        with self._failing("c1"), mute_logger(BACK_LOG):
            self.assertFalse(self._backs())
        # the failure is gone, but it is not asked for at once
        self.assertFalse(self._backs())
        with freeze_time(NOW + datetime.timedelta(minutes=3, seconds=1)):
            self.assertEqual(self._backs().missed_count, 1)
        self.assertFalse(self._call("c1").callback_due)
        self.assertFalse(self._call("c1").callback_tries)

    def test_call_back_that_always_fails_is_given_up(self):
        call = self._missed("c1")
        with self._failing("c1"), mute_logger(BACK_LOG):
            for day in range(1, 7):
                with freeze_time(NOW + datetime.timedelta(days=day)):
                    self.assertFalse(self._backs())
        self.assertFalse(call.callback_due)

    def test_half_made_call_back_leaves_nothing(self):
        self._missed("c1")

        def failing(back):
            raise ZeroDivisionError

        with patch.object(type(self.Back), "_plan", failing), mute_logger(BACK_LOG):
            self.assertFalse(self._backs())
        self.assertFalse(self._call("c1").callback_id)

    def test_job_says_how_far_it_is(self):
        for number in range(3):
            self._missed(f"c{number}", number, **{"from": f"+4930111111{number}"})
        told = []
        cron = type(self.env["ir.cron"])
        progress = cron._commit_progress

        def commit(cron, processed=0, **options):
            told.append((processed, options.get("remaining")))
            return progress(cron, processed, **options)

        with patch.object(cron, "_commit_progress", commit):
            self._backs()
        self.assertEqual(told, [(0, 3), (1, None), (1, None), (1, None)])

    # -- another team's ----------------------------------------------------

    def _outsider(self):
        outsider = self._new_user("outsider", "call_center.group_call_center_agent")
        self.env["call.team"].create(
            {
                "name": "Service",
                "company_id": self.company.id,
                "member_ids": [(6, 0, outsider.ids)],
            }
        )
        return outsider

    def test_call_back_of_another_team_stays_theirs_and_hears_of_it(self):
        self._missed("c1")
        back = self._backs()
        before = back.user_id, back.activity_ids
        outsider = self._outsider()
        self.env.flush_all()
        action = self.Call.with_user(outsider).plan_call_back("030 1234567")
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("Another team", action["params"]["message"])
        self.assertEqual((back.user_id, back.activity_ids), before)
        self.assertIn(outsider.name, back.message_ids[0].body)
        self.assertEqual(back.message_ids[0].author_id, outsider.partner_id)
        with self.assertRaises(AccessError):
            back.with_user(outsider).read(["e164"])

    def test_next_activity_on_another_teams_call_back_is_refused_clearly(self):
        self._missed("c1")
        self._backs()
        outsider = self._outsider()
        outsider.phone_extension = "109"
        call = self._receive(
            self._event("newCall", self._after(60), callId="c9", user=["109"]),
            self._event("answer", self._after(65), callId="c9", user="109"),
            self._event("hangup", self._after(70), callId="c9"),
        )
        # its number was withheld from the customer's list: nobody is linked
        self.assertFalse(call.partner_id)
        type_ = self.env.ref("mail.mail_activity_data_call").id
        with self.assertRaisesRegex(UserError, "Another team"):
            call.with_user(outsider).wrap_up({"activity": {"activity_type_id": type_}})

    def test_call_back_by_hand_is_the_planners_teams(self):
        """Without a team it would be everybody's to see."""
        action = self.Call.with_user(self.agent).plan_call_back("+49309999999")
        back = self.Back.browse(action["res_id"])
        self.assertEqual((back.team_id, back.user_id), (self.team, self.agent))
        with self.assertRaises(AccessError):
            back.with_user(self._outsider()).read(["e164"])

    def test_call_back_goes_to_nobody_who_left(self):
        self.team.callback_user_id = self.manager
        self.manager.active = False
        self._missed("c1")
        self.assertIn(self._backs().user_id, self.team.member_ids)

    def test_call_back_is_given_to_colleagues_of_the_company_only(self):
        self._missed("c1")
        back = self._backs().with_user(self.agent)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "call_center.group_call_center_agent")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with self.assertRaises(UserError):
            back.user_id = stranger
        hidden = self._partner("Hidden", False, company_id=other.id)
        with self.assertRaises(AccessError):
            back.partner_id = hidden

    def test_agents_change_who_calls_back_and_nothing_that_follows_from_calls(self):
        self._missed("c1")
        back = self._backs().with_user(self.agent)
        back.user_id = self.agent
        for name, value in (
            ("state", "done"),
            ("e164", "+491"),
            ("missed_count", 9),
            ("closed_at", self._after(0)),
            ("company_id", self.env.ref("base.main_company").id),
        ):
            with self.assertRaises(AccessError, msg=name):
                back.write({name: value})
        with self.assertRaises(AccessError):
            self.Back.with_user(self.agent).create(
                {"company_id": self.company.id, "e164": "+49301"}
            )
        action = self.Call.with_user(self.agent).plan_call_back("+49309999999")
        made = self.Back.browse(action["res_id"]).with_user(self.agent)
        self.assertEqual((made.e164, made.user_id), ("+49309999999", self.agent))
        made.action_done()
        self.assertEqual(made.state, "done")
