import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=2))
class TestBoard(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.agent.ids)],
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        cls.env["mail.presence"].create(
            [{"user_id": u.id, "status": "online"} for u in (cls.agent, cls.manager)]
        )

    def _board(self, user=None):
        return self.Call.with_user(user or self.manager).board()

    def _status(self, user, viewer=None):
        agents = self._board(viewer)["agents"]
        return next(a["status"] for a in agents if a["id"] == user.id)

    def _row(self, queue="sales", viewer=None):
        return next(r for r in self._board(viewer)["queues"] if r["queue"] == queue)

    def test_waiting_calls_and_the_longest_wait(self):
        self._receive(self._event("newCall", self._after(10), queue="sales"))
        self._receive(
            self._event("newCall", self._after(40), callId="c2", queue="sales")
        )
        totals = self._board()["totals"]
        self.assertEqual(totals["waiting"], 2)
        self.assertEqual(totals["waiting_since"], "2026-05-04 10:00:10")
        row = self._row()
        self.assertEqual((row["waiting"], row["free"]), (2, 1))
        self.assertEqual(row["waiting_since"], "2026-05-04 10:00:10")

    def test_agent_is_free_talks_wraps_up_and_is_free_again(self):
        self.assertEqual(self._status(self.agent), "free")
        call = self._receive(
            self._event("newCall", queue="sales", user=["101"]),
            self._event("answer", self._after(5), user="101"),
        )
        self.assertEqual(self._status(self.agent), "talking")
        self.assertEqual(self._row()["on_call"], 1)
        self._receive(self._event("hangup", self._after(65)))
        self.assertEqual(self._status(self.agent), "wrap_up")
        self.assertEqual(self._row()["wrap_up"], 1)
        call.with_user(self.agent).end_wrap_up()
        self.assertEqual(self._status(self.agent), "free")

    def test_agent_steps_away_and_is_back(self):
        mine = self.Call.with_user(self.agent)
        self.assertIs(mine.set_away(True), True)
        self.assertEqual(self._status(self.agent), "away")
        self.assertEqual(self._board(self.agent)["me"]["away"], "2026-05-04 10:02:00")
        self.assertFalse(self._board()["me"]["away"])
        mine.set_away(False)
        self.assertEqual(self._status(self.agent), "free")
        with self.assertRaises(UserError):
            mine.set_away("yes")

    def test_agent_whose_browser_is_closed_is_not_free(self):
        self.env["mail.presence"].search([("user_id", "=", self.agent.id)]).unlink()
        self.assertEqual(self._status(self.agent), "offline")
        self.assertEqual(self._row()["free"], 0)

    def test_service_level_of_the_day(self):
        for number, wait in enumerate((5, 20, 21)):
            id_ = f"a{number}"
            self._receive(
                self._event("newCall", callId=id_, queue="sales"),
                self._event("answer", self._after(wait), callId=id_, user="101"),
                self._event("hangup", self._after(60), callId=id_),
            )
        for number, wait in enumerate((4, 30)):
            id_ = f"m{number}"
            self._receive(
                self._event("newCall", callId=id_, queue="sales"),
                self._event("hangup", self._after(wait), callId=id_, cause="cancel"),
            )
        row = self._row()
        # three answered, two of them in time, one given up, one too short to count
        self.assertEqual((row["offered"], row["answered"], row["abandoned"]), (4, 3, 1))
        self.assertEqual(row["service_level"], 50)
        self.assertEqual((row["goal_seconds"], row["goal_share"]), (20, 80.0))

    def test_agents_see_their_team_and_managers_all(self):
        outsider = self._new_user("outsider", "call_center.group_call_center_agent")
        self._receive(self._event("newCall", queue="sales"))
        self.assertEqual(self._board(outsider)["totals"]["waiting"], 0)
        self.assertEqual(
            {a["id"] for a in self._board(outsider)["agents"]}, {outsider.id}
        )
        self.assertEqual(
            {a["id"] for a in self._board(self.agent)["agents"]}, {self.agent.id}
        )
        self.assertLessEqual(
            {outsider.id, self.agent.id}, {a["id"] for a in self._board()["agents"]}
        )

    def test_others_have_no_board(self):
        with self.assertRaises(AccessError):
            self._board(self.employee)
        with self.assertRaises(AccessError):
            self.Call.with_user(self.employee).set_away(True)

    def test_boards_are_told_and_read_for_themselves(self):
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()
        self._receive(self._event("newCall", queue="sales"))
        self.env.cr.precommit.run()
        told = self.env["bus.bus"].search([("channel", "like", "call_center.board")])
        self.assertEqual(len(told), 1)
        self.assertIn(f'"res.company",{self.company.id},', told.channel)
        self.assertNotIn("1234567", told.message)

    def test_board_takes_as_many_statements_for_many_calls(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._board()
            return self.env.cr.sql_log_count - before

        self._receive(self._event("newCall", queue="sales", user=["101"]))
        count()
        one = count()
        for number in range(6):
            self._receive(
                self._event("newCall", callId=f"x{number}", queue="sales", user=["101"])
            )
        self.assertLessEqual(count(), one)

    def test_blocked_callers_do_not_wait(self):
        self.env["call.blocked.number"].create({"e164": "+49301234567"})
        self._receive(self._event("newCall", queue="sales", user=["101"]))
        board = self._board()
        self.assertEqual(board["totals"]["waiting"], 0)
        self.assertEqual(self._row()["waiting"], 0)
        self.assertFalse(any(agent["ringing"] for agent in board["agents"]))

    def test_queues_of_two_companies_are_two_though_named_the_same(self):
        other = self.env["res.company"].create(
            {"name": "Bremsen AG", "country_id": self.germany.id}
        )
        theirs = self.env["call.team"].create(
            {
                "name": "Verkauf",
                "company_id": other.id,
                "queue_ids": [(0, 0, {"name": "Sales"})],
                "service_threshold": 5,
            }
        )
        line = self.env["call.provider"].create({"name": "O", "company_id": other.id})
        self._receive(self._event("newCall", queue="sales"))
        self.Call._receive(line, self._event("newCall", callId="o1", queue="sales"))
        self.Call._receive(line, self._event("newCall", callId="o2"))
        self.manager.company_ids = [(4, other.id)]
        both = {"allowed_company_ids": (self.company | other).ids}
        board = self.Call.with_user(self.manager).with_context(**both).board()
        rows = {
            (row["company"], row["queue"].lower()): (
                row["team"],
                row["waiting"],
                row["goal_seconds"],
                row["free"],
            )
            for row in board["queues"]
        }
        self.assertEqual(
            rows,
            {
                ("Kupplung GmbH", "sales"): ("Sales", 1, 20, 1),
                ("Bremsen AG", "sales"): (theirs.name, 1, 5, 0),
                # without a team: the manager works for both, the agent does not
                ("Bremsen AG", ""): ("", 1, 20, 1),
            },
        )
        self.assertEqual(len({row["key"] for row in board["queues"]}), 3)
        self.assertEqual({r["company"] for r in self._board()["queues"]}, {""})

    def test_who_stepped_away_is_told_in_his_companies_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._new_user("stranger", "call_center.group_call_center_agent")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        agents = self.env["call.agent"].create(
            [{"user_id": user.id} for user in (self.agent, stranger)]
        )
        seen = self.env["call.agent"].with_user(self.manager).search([])
        self.assertEqual(seen & agents, agents[0])
        with self.assertRaises(AccessError):
            agents[1].with_user(self.manager).read(["away_since"])
