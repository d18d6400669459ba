import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon


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
        self.Back._cron_follow()
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
