import datetime
import random

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..telephony import privacy
from .test_call_life import CallLifeCommon

MONDAY = datetime.datetime(2026, 5, 4, 7, 30)  # half past nine in Berlin


@tagged("post_install", "-at_install")
@freeze_time(datetime.datetime(2026, 6, 30, 12, 0))
class TestCallReport(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.tz = "Europe/Berlin"
        cls.team = cls.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.agent.ids)],
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        cls.delivery = cls.env.ref("call_center.subject_delivery")
        cls.invoice = cls.env.ref("call_center.subject_invoice")

    def _logged(
        self, wait, talk=None, at=MONDAY, ring=None, wrap_up=0, queue="sales", **values
    ):
        """An ended call; answered if it talked. It rang at the agent for ``ring``
        seconds before he answered."""
        seconds = datetime.timedelta
        answered = at + seconds(seconds=wait) if talk is not None else False
        ended = at + seconds(seconds=wait + (talk or 0))
        call = self.Call.create(
            {
                "company_id": self.company.id,
                "queue": queue,
                "direction": "in",
                "from_number": "+49301234567",
                "state": "ended",
                "started_at": at,
                "answered_at": answered,
                "ended_at": ended,
                "user_id": self.agent.id if answered else False,
                "wrap_up_started_at": ended,
                "wrap_up_ended_at": ended + seconds(seconds=wrap_up),
                **values,
            }
        )
        if answered:
            self.env["phone.call.leg"].create(
                {
                    "call_id": call.id,
                    "key": "101",
                    "user_id": self.agent.id,
                    "rang_at": answered
                    - seconds(seconds=wait if ring is None else ring),
                    "answered_at": answered,
                }
            )
        return call

    def _figure(self, *names, by=(), user=None, domain=()):
        Report = self.env["phone.call.report"].with_user(user or self.manager)
        aggregates = [
            f"{name}:{Report._fields[name].aggregator or 'sum'}" for name in names
        ]
        return Report._read_group(
            [("company_id", "=", self.company.id), *domain], list(by), aggregates
        )

    def test_service_level_is_answered_in_time_of_all_offered(self):
        for wait in (5, 10, 20, 21):
            self._logged(wait, talk=60)
        self._logged(30)  # given up
        self._logged(4)  # too short to count
        figures = self._figure("offered", "answered", "abandoned", "service_level")
        # 3 of 5
        self.assertEqual(figures, [(5, 4, 1, 60.0)])

    def test_calls_given_up_before_the_threshold_count_if_not_too_short(self):
        self._logged(10, talk=60)
        self._logged(6)
        self.assertEqual(self._figure("service_level"), [(50.0,)])
        self.company.call_short_abandon = 10
        self.assertEqual(self._figure("service_level"), [(100.0,)])

    def test_threshold_and_share_are_the_companys_or_the_teams(self):
        self._logged(15, talk=60)
        figures = ("service_level", "service_goal")
        self.assertEqual(self._figure(*figures), [(100.0, 80.0)])
        self.company.write({"call_service_threshold": 10, "call_service_share": 70})
        self.assertEqual(self._figure(*figures), [(0.0, 70.0)])
        self.team.write({"service_threshold": 15, "service_share": 95})
        self.assertEqual(self._figure(*figures), [(100.0, 95.0)])

    def test_abandonment_is_given_up_of_all_offered(self):
        for wait in (5, 10, 20):
            self._logged(wait, talk=60)
        self._logged(30)
        self._logged(2)
        self._logged(30, cause="forwarded")
        self.assertEqual(self._figure("abandon_rate"), [(25.0,)])

    def test_speed_of_answer_with_and_without_ringing(self):
        self._logged(20, talk=60, ring=8)
        self._logged(10, talk=60, ring=4)
        self._logged(90)
        figures = self._figure("speed_of_answer", "speed_without_ringing")
        # (20 + 10) / 2; (12 + 6) / 2; who gave up was not answered
        self.assertEqual(figures, [(15.0, 9.0)])

    def test_handle_time_is_talking_and_wrap_up_of_answered_calls(self):
        self._logged(5, talk=100, wrap_up=20)
        self._logged(5, talk=200, wrap_up=40)
        self._logged(60)
        figures = self._figure("talk_seconds", "wrap_up_seconds", "handle_seconds")
        self.assertEqual(figures, [(150.0, 30.0, 180.0)])

    def _days(self, days):
        return MONDAY + datetime.timedelta(days=days)

    def _first_contact(self):
        return self._figure("first_contact")[0][0]

    def test_first_contact_solved_unless_the_customer_calls_again(self):
        anna = self._partner("Anna", "+49301234567")
        berta = self._partner("Berta", "+49307654321")
        about = {"subject_id": self.delivery.id}
        self._logged(5, 60, partner_id=anna.id, **about)
        self._logged(5, 60, partner_id=berta.id, **about)
        self.assertEqual(self._first_contact(), 100.0)
        # the second call is no first contact: one of two is solved
        self._logged(5, 60, at=self._days(6), partner_id=anna.id, **about)
        self.assertEqual(self._first_contact(), 50.0)

    def test_another_subject_and_a_later_week_are_other_contacts(self):
        anna = self._partner("Anna", "+49301234567")
        first = {"partner_id": anna.id, "subject_id": self.delivery.id}
        self._logged(5, 60, **first)
        self._logged(
            5, 60, at=self._days(1), **{**first, "subject_id": self.invoice.id}
        )
        self._logged(5, 60, at=self._days(8), **first)
        self.assertEqual(self._first_contact(), 100.0)

    def test_days_without_another_call_are_a_setting(self):
        self._logged(5, 60)
        self._logged(5, 60, at=self._days(2))
        self.assertEqual(self._first_contact(), 0.0)
        self.company.call_contact_days = 1
        self.assertEqual(self._first_contact(), 100.0)

    def test_colleague_of_the_customer_calls_about_the_same(self):
        firma = self._partner("Firma", "+49301234560", is_company=True)
        anna = self._partner("Anna", "+49301234561", parent_id=firma.id)
        about = {"subject_id": self.delivery.id}
        self._logged(5, 60, partner_id=anna.id, **about)
        self._logged(5, 60, at=self._days(1), partner_id=firma.id, **about)
        self.assertEqual(self._first_contact(), 0.0)

    def test_call_in_vain_is_another_call_too(self):
        self._logged(5, 60, subject_id=self.delivery.id)
        self._logged(40, at=self._days(1))
        self.assertEqual(self._first_contact(), 0.0)

    def test_call_in_vain_before_does_not_hide_the_first_contact(self):
        self._logged(40)
        self._logged(5, 60, at=self._days(1), subject_id=self.delivery.id)
        self.assertEqual(self._first_contact(), 100.0)

    def test_call_in_vain_was_about_what_was_spoken_of_next(self):
        anna = self._partner("Anna", "+49301234567")
        about = {"partner_id": anna.id}
        self._logged(5, 60, subject_id=self.delivery.id, **about)
        self._logged(40, at=self._days(1), **about)
        self._logged(5, 60, at=self._days(2), subject_id=self.invoice.id, **about)
        # nobody called about the delivery again, nor about the invoice
        self.assertEqual(self._first_contact(), 100.0)

    def test_call_in_vain_was_about_what_we_called_back_for(self):
        self._logged(5, 60, subject_id=self.delivery.id)
        self._logged(40, at=self._days(1))
        self._logged(
            5,
            60,
            at=self._days(2),
            direction="out",
            from_number="101",
            to_number="+49301234567",
            subject_id=self.invoice.id,
        )
        self.assertEqual(self._first_contact(), 100.0)

    def test_call_in_vain_says_nothing_of_a_talk_long_after(self):
        self._logged(5, 60, subject_id=self.delivery.id)
        self._logged(40, at=self._days(1))
        self._logged(5, 60, at=self._days(9), subject_id=self.invoice.id)
        # it may have been about the delivery
        self.assertEqual(self._first_contact(), 50.0)

    def test_calls_of_the_same_second_are_told_apart(self):
        about = {"subject_id": self.delivery.id}
        self._logged(5, 60, **about)
        self._logged(5, 60, **about)
        # the one that was logged first is the first
        self.assertEqual(self._first_contact(), 0.0)

    def test_wrong_numbers_and_refused_calls_are_no_second_contact(self):
        self._logged(5, 60, subject_id=self.delivery.id)
        self._logged(2, at=self._days(1))
        self._logged(30, at=self._days(2), is_blocked=True)
        self._logged(30, at=self._days(3), directed_to="reject")
        self.assertEqual(self._first_contact(), 100.0)

    def test_whether_it_was_solved_is_known_after_the_days(self):
        self._logged(5, 60, at=datetime.datetime(2026, 6, 25))
        self.assertFalse(self._first_contact())

    def test_outgoing_calls_count_for_handle_time_alone(self):
        self._logged(5, 60, direction="out", to_number="+49301234567")
        figures = self._figure("call_count", "offered", "handle_seconds")
        self.assertEqual(figures, [(1, 0, 60.0)])
        rows = self.env["phone.call.report"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertFalse(rows.service_level)

    def test_colleagues_and_refused_callers_say_nothing_of_the_service(self):
        self._logged(5, 60)
        self._logged(60, from_number="102")
        self._logged(60, is_blocked=True)
        self._logged(60, directed_to="reject")
        self.assertEqual(self._figure("call_count", "offered"), [(4, 1)])

    def test_each_call_has_one_place(self):
        self._logged(5, 60)
        self._logged(30)
        self._logged(2)
        self._logged(30, cause="forwarded")
        self._logged(30, is_blocked=True)
        self._logged(30, directed_to="reject")
        self._logged(30, from_number="102")
        self._logged(5, 60, direction="out", from_number="101", to_number="+49302")
        counts = dict(self._figure("call_count", by=["result"]))
        self.assertEqual(
            counts,
            {
                "answered": 1,
                "abandoned": 1,
                "short": 1,
                "forwarded": 1,
                "refused": 2,
                "internal": 1,
                "outgoing": 1,
            },
        )
        figures = self._figure("offered", "refused", "service_level", "abandon_rate")
        self.assertEqual(figures, [(2, 2, 50.0, 50.0)])

    def test_blocked_caller_who_got_through_spoils_no_share(self):
        self._logged(5, 60)
        self._logged(300, 60, is_blocked=True)
        self._logged(300, is_blocked=True)
        figures = self._figure("offered", "refused", "service_level", "abandon_rate")
        self.assertEqual(figures, [(1, 2, 100.0, 0.0)])
        self.assertEqual(self._figure("speed_of_answer"), [(5.0,)])

    def test_by_queue_agent_hour_and_day(self):
        self._logged(5, 60)
        self._logged(5, 60, queue="service", at=self._days(1))
        count = "call_count"
        self.assertEqual(
            self._figure(count, by=["queue"]), [("sales", 1), ("service", 1)]
        )
        self.assertEqual(self._figure(count, by=["user_id"]), [(self.agent, 2)])
        self.assertEqual(
            self._figure(count, by=["hour"], user=self.manager), [("09", 2)]
        )
        self.assertEqual(self._figure(count, by=["weekday"]), [("1", 1), ("2", 1)])
        self.assertEqual(len(self._figure(count, by=["started_at:day"])), 2)

    def test_report_shows_the_calls_that_the_user_may_see(self):
        outsider = self._new_user("outsider", "call_center.group_call_center_agent")
        self._logged(5, 60)
        self.assertEqual(self._figure("call_count", user=self.agent), [(1,)])
        self.assertFalse(self._figure("call_count", user=outsider)[0][0])
        with self.assertRaises(AccessError):
            self._figure("call_count", user=self.employee)

    def test_running_calls_are_not_reported(self):
        self._logged(5, 60, state="answered")
        self.assertFalse(self._figure("call_count")[0][0])

    # -- anonymous calls -----------------------------------------------------

    def test_anonymous_calls_keep_their_first_contacts(self):
        anna = self._partner("Anna", "+49301234567")
        berta = self._partner("Berta", "+49307654321")
        about = {"subject_id": self.delivery.id}
        self._logged(5, 60, partner_id=anna.id, **about)
        self._logged(5, 60, at=self._days(2), partner_id=anna.id, **about)
        self._logged(5, 60, partner_id=berta.id, **about)
        self._logged(5, 60, from_number="+49305555555", **about)
        before = self._figure("first_contact")
        self.assertAlmostEqual(before[0][0], 200 / 3)
        privacy.anonymise(self._calls())
        self.assertEqual(self._figure("first_contact"), before)

    def test_anonymous_calls_keep_their_place(self):
        self._logged(5, 60, partner_id=self._partner("Anna", "+49301").id)
        self._logged(30)
        self._logged(2)
        self._logged(30, cause="forwarded")
        self._logged(30, is_blocked=True)
        self._logged(30, directed_to="reject")
        self._logged(30, directed_to="+49305550001")
        self._logged(30, from_number="102")
        self._logged(5, 60, direction="out", from_number="101", to_number="+49302")
        names = ("call_count", "offered", "service_level", "abandon_rate", "refused")
        before = self._figure(*names, by=["result"])
        privacy.anonymise(self._calls())
        self.assertEqual(self._figure(*names, by=["result"]), before)
        self.assertEqual(set(self._calls().mapped("directed_to")), {False, "reject"})

    def test_calls_before_and_after_the_line_are_still_one_customers(self):
        about = {"subject_id": self.delivery.id}
        old = self._logged(5, 60, **about)
        self._logged(5, 60, at=self._days(3), **about)
        self.assertEqual(self._first_contact(), 0.0)
        privacy.anonymise(old)
        self.assertEqual(self._first_contact(), 0.0)

    def test_anonymous_calls_say_nothing_of_who_it_was(self):
        call = self._logged(5, 60)
        privacy.anonymise(call)
        self.env.flush_all()
        key = call.sudo().customer_key
        self.assertRegex(key, "^[0-9a-f]{64}$")
        self.assertNotIn("301234567", key)
        for name in ("customer_key", "first_contact"):
            with self.assertRaises(AccessError):
                call.with_user(self.manager).read([name])
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).read(["call_customer_key"])
        # another company's key makes another hash of the same number
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._logged(5, 60, company_id=other.id, user_id=False)
        privacy.anonymise(theirs)
        self.assertNotEqual(theirs.sudo().customer_key, key)

    def test_hash_is_forgotten_when_nothing_follows_from_it_any_more(self):
        about = {"subject_id": self.delivery.id}
        self.company.call_retention_days = 30
        first = self._logged(5, 60, **about)
        again = self._logged(5, 60, at=self._days(5), **about)
        other = self._logged(5, 60, from_number="+49305555555", **about)
        recent = self._logged(5, 60, at=datetime.datetime(2026, 6, 20), **about)
        before = self._figure("first_contact", by=["started_at:day"])
        for day in (6, 12):
            with freeze_time(MONDAY + datetime.timedelta(days=30 + day)):
                self.Call._gc_personal_data()
        self.env.flush_all()
        old = (first | again | other).sudo()
        self.assertEqual(
            old.mapped("first_contact"), ["again", "none", "solved"], "kept"
        )
        self.assertFalse(any(old.mapped("customer_key")), "forgotten")
        self.assertFalse(recent.anonymised_at)
        self.assertEqual(self._figure("first_contact", by=["started_at:day"]), before)

    def test_hash_is_kept_while_a_calls_result_depends_on_it(self):
        about = {"subject_id": self.delivery.id}
        self.company.call_retention_days = 30
        first = self._logged(5, 60, **about)
        self._logged(5, 60, at=self._days(5), **about)
        with freeze_time(MONDAY + datetime.timedelta(days=31)):
            self.Call._gc_personal_data()
        self.assertEqual(first.sudo().first_contact, "again")
        self.assertTrue(first.sudo().customer_key)
        # else the second would be a first contact
        self.assertEqual(self._first_contact(), 0.0)

    def _calls(self):
        return self.Call.search([("company_id", "=", self.company.id)])

    # -- customers who call very often -----------------------------------------

    def _random_calls(self, seed, count):
        chance = random.Random(seed)
        subjects = [False, False, self.delivery.id, self.invoice.id]
        numbers = ["+49301234567", "+49305555555", "+49307777777"]
        for _n in range(count):
            minutes = chance.randrange(0, 20 * 24 * 60, 360)
            talk = chance.choice([60, 60, None])
            self._logged(
                chance.choice([2, 30]),
                talk,
                at=MONDAY + datetime.timedelta(minutes=minutes),
                from_number=chance.choice(numbers),
                subject_id=chance.choice(subjects) if talk else False,
                cause=chance.choice(["cancel", "forwarded"]) if not talk else False,
            )
        self.env.flush_all()

    def _by_hand(self, calls):
        """First contacts as the words say it, from the calls alone."""
        contact = datetime.timedelta(days=self.company.call_contact_days)
        order = {
            call: (call.started_at, call.id) for call in calls if call.direction == "in"
        }

        def is_attempt(call):
            return (
                call.answered_at
                or call.cause == "forwarded"
                or call.wait_seconds >= self.company.call_short_abandon
            )

        def subject(call):
            if call.answered_at:
                return call.subject_id
            talks = [
                other
                for other in order
                if other.e164 == call.e164
                and other.answered_at
                and order[other] > order[call]
            ]
            talk = min(talks, key=order.get, default=None)
            near = talk and talk.started_at <= call.started_at + contact
            return talk.subject_id if near else call.subject_id

        about = {call: subject(call) for call in order}
        result = {}
        for call, moment in order.items():
            if not call.answered_at:
                result[call.id] = None
                continue
            others = [
                other
                for other in order
                if other != call
                and other.e164 == call.e164
                and is_attempt(other)
                and abs(other.started_at - call.started_at) <= contact
                and (not about[other] or not about[call] or about[other] == about[call])
            ]
            if any(o.answered_at and order[o] < moment for o in others):
                result[call.id] = None
            else:
                again = any(order[o] > moment for o in others)
                result[call.id] = 0.0 if again else 100.0
        return result

    def test_first_contacts_are_those_of_a_count_by_hand(self):
        for seed in range(6):
            with self.subTest(seed):
                self._calls().with_user(1).unlink()
                self._random_calls(seed, 25)
                calls = self._calls()
                expected = self._by_hand(calls)
                report = self.env["phone.call.report"]
                found = {
                    row.call_id.id: row.first_contact
                    for row in report.search([("call_id", "in", calls.ids)])
                }
                kept = dict(
                    self.env.execute_query(
                        report._first_contacts_query(self.company, calls[:9])
                    )
                )
                self.assertEqual(
                    {id_: value or 0.0 for id_, value in expected.items()}, found
                )
                self.assertEqual({id_: expected[id_] for id_ in calls[:9].ids}, kept)

    def test_figures_do_not_grow_with_the_square_of_a_customers_calls(self):
        report = self.env["phone.call.report"]
        plan = "\n".join(
            line
            for (line,) in self.env.execute_query(
                SQL("EXPLAIN %s", report._table_query)
            )
        )
        # the calls themselves, and what was nearest to each: no calls joined with calls
        self.assertEqual(plan.count("CTE Scan on ended"), 2, plan)

    def test_results_are_kept_in_batches(self):
        about = {"subject_id": self.delivery.id}
        self.company.call_retention_days = 30
        for day in range(5):
            self._logged(5, 60, at=self._days(day), **about)
        self._logged(5, 60, from_number="+49305555555", **about)
        self.env.flush_all()
        before = self._figure("first_contact")
        self.patch(privacy, "BATCH", 2)
        with freeze_time(MONDAY + datetime.timedelta(days=60)):
            runs = 0
            while self.Call._gc_personal_data()[1] and runs < 20:
                runs += 1
        self.assertGreater(runs, 2)
        calls = self._calls().sudo()
        self.assertFalse(calls.filtered(lambda call: not call.anonymised_at))
        self.assertTrue(all(calls.mapped("first_contact")))
        self.assertFalse(any(calls.mapped("customer_key")))
        self.assertEqual(self._figure("first_contact"), before)
