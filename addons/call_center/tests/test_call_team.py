import datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..telephony import panel
from .test_call_life import NOW, CallLifeCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=2))
class TestCallTeam(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsider = cls._new_user(
            "outsider", "call_center.group_call_center_agent", phone_extension="109"
        )
        cls.team = cls.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.agent.ids)],
                "queue_ids": [(0, 0, {"name": "Sales"})],
            }
        )

    def _ring(self, call_id, **values):
        return self._receive(self._event("newCall", callId=call_id, **values))

    def _seen_by(self, user, calls):
        return self.Call.with_user(user).search([("id", "in", calls.ids)])

    def test_call_is_its_queues_teams_however_it_is_spelt(self):
        self.assertEqual(self._ring("c1", queue=" sALES ").team_id, self.team)
        self.assertFalse(self._ring("c2", queue="service").team_id)

    def test_agents_see_their_teams_calls_and_those_of_no_team(self):
        teams = self._ring("c1", queue="sales")
        nobodys = self._ring("c2")
        other = self._ring("c3", queue="service")
        calls = teams | nobodys | other
        self.assertEqual(self._seen_by(self.agent, calls), calls)
        self.assertEqual(self._seen_by(self.manager, calls), calls)
        self.assertEqual(self._seen_by(self.outsider, calls), nobodys | other)
        with self.assertRaises(AccessError):
            teams.with_user(self.outsider).read(["from_number"])

    def test_agent_sees_a_call_that_rang_at_him_whosever_it_is(self):
        call = self._ring("c1", queue="sales", user=["109"])
        self.assertEqual(self._seen_by(self.outsider, call), call)
        self.assertTrue(call.with_user(self.outsider).leg_ids.name)

    def test_parts_are_seen_with_their_call(self):
        call = self._ring("c1", queue="sales", user=["101"])
        Leg = self.env["phone.call.leg"]
        domain = [("call_id", "=", call.id)]
        self.assertTrue(Leg.with_user(self.agent).search(domain))
        self.assertFalse(Leg.with_user(self.outsider).search(domain))

    def test_team_leader_and_managers_see_the_teams_calls(self):
        call = self._ring("c1", queue="sales")
        self.team.user_id = self.outsider
        self.assertEqual(self._seen_by(self.outsider, call), call)

    def test_calls_follow_their_queue_to_another_team(self):
        call = self._ring("c1", queue="service")
        queue = self.env["call.team.queue"].create(
            {"name": "service", "team_id": self.team.id}
        )
        self.assertEqual(call.team_id, self.team)
        self.assertEqual(self._ring("c2", queue="service").team_id, self.team)
        queue.unlink()
        self.assertFalse(call.team_id)
        self.assertFalse(self._ring("c3", queue="service").team_id)

    def test_archived_team_has_no_calls(self):
        call = self._ring("c1", queue="sales")
        self.team.active = False
        self.assertFalse(call.team_id)
        self.assertFalse(self._ring("c2", queue="sales").team_id)

    def test_queue_belongs_to_one_team(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["call.team"].create(
                {
                    "name": "Other",
                    "company_id": self.company.id,
                    "queue_ids": [(0, 0, {"name": "SALES"})],
                }
            )

    def test_other_companys_queue_of_that_name_is_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        team = self.env["call.team"].create(
            {
                "name": "Other sales",
                "company_id": other.id,
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        self.assertEqual(self._ring("c1", queue="sales").team_id, self.team)
        self.assertFalse(
            self.env["call.team"].with_user(self.agent).search([("id", "=", team.id)])
        )

    def test_call_that_names_nobody_rings_at_its_team(self):
        call = self._ring("c1", queue="sales")
        self.assertEqual(panel.agents_to_tell(call), self.agent)
        self.assertIn(self.outsider, panel.agents_to_tell(self._ring("c2")))

    def test_agents_do_not_change_teams(self):
        with self.assertRaises(AccessError):
            self.team.with_user(self.agent).name = "Mine"

    def test_goal_is_the_companys_unless_the_team_has_its_own(self):
        self.assertEqual(self.team._goal(), (20, 80.0))
        self.team.write({"service_threshold": 10, "service_share": 90})
        self.assertEqual(self.team._goal(), (10, 90.0))
