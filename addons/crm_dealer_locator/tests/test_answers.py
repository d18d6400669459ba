from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HandoverCase

TOLD = ("customer_name", "customer_phone", "customer_email", "subject")


@tagged("post_install", "-at_install")
class TestAnswers(HandoverCase):
    def test_the_person_is_shown_after_acceptance_and_with_consent_alone(self):
        handover = self.hand_over()
        self.assertEqual([handover[name] for name in TOLD], [False] * 4)
        handover.with_user(self.agent).accept()
        self.assertTrue(handover.consent_missing)
        self.assertEqual([handover[name] for name in TOLD], [False] * 4)
        [activity] = self.lead.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.lead.dealer_consent = "informed"
        handover.invalidate_recordset()
        self.assertEqual(handover.customer_name, "Customer")
        self.assertEqual(handover.customer_phone, self.customer.phone)
        handover.with_user(self.agent).withdraw()
        handover.invalidate_recordset()
        self.assertEqual([handover[name] for name in TOLD], [False] * 4)

    def test_accepting_counts_for_the_dealer(self):
        with freeze_time("2026-06-03 10:00:00"):
            handover = self.hand_over()
        with freeze_time("2026-06-03 10:30:00"):
            handover.with_user(self.agent).accept()
        self.assertEqual(handover.state, "accepted")
        self.assertAlmostEqual(handover.answer_hours, 0.5)
        self.assertEqual((self.near.asked_count, self.near.accepted_count), (1, 1))
        self.assertAlmostEqual(self.near.response_hours, 0.5)
        self.assertEqual(self.near.open_count, 1)
        with freeze_time("2026-06-04 10:00:00"):
            second = self.hand_over(lead=self.new_lead())
        with freeze_time("2026-06-04 10:06:00"):
            second.with_user(self.agent).decline()
        self.assertEqual((self.near.asked_count, self.near.accepted_count), (2, 1))
        self.assertAlmostEqual(self.near.response_hours, 0.3)
        self.assertEqual(self.near.open_count, 1)

    def test_response_times_count_in_opening_hours(self):
        self.near.calendar_id = self.calendar((2, 8, 18), (3, 8, 18))
        with freeze_time("2026-06-03 15:30:00"):  # 17:30 in Berlin
            handover = self.hand_over(minutes=120)
        with freeze_time("2026-06-04 06:30:00"):
            handover.with_user(self.agent).accept()
        self.assertAlmostEqual(self.near.response_hours, 1.0)

    def test_who_declines_is_followed_by_the_next(self):
        reason = self.env.ref("crm_dealer_locator.reason_no_time")
        first = self.hand_over(message="A boiler has failed.", minutes=45)
        first.with_user(self.agent).decline(reason.id, "Fully booked")
        self.assertEqual((first.state, first.reason_id), ("declined", reason))
        self.assertEqual(self.near.open_count, 0)
        second = self.present()
        self.assertEqual(second.dealer_id, self.second)
        self.assertEqual((second.attempt, second.minutes), (2, 45))
        self.assertEqual(second.message, "A boiler has failed.")
        for text in ("Near declined", "No time at present", "Asked dealer 2: Second"):
            self.assertIn(text, self.chatter())

    def test_who_does_not_answer_is_followed_by_the_next_at_most_so_many(self):
        with freeze_time("2026-06-03 10:00:00"):
            self.hand_over()
        with freeze_time("2026-06-03 10:59:59"):
            self.run_job()
        self.assertEqual(self.present().dealer_id, self.near)
        with freeze_time("2026-06-03 11:01:00"):
            self.run_job()
        self.assertEqual(self.present().dealer_id, self.second)
        self.assertEqual(self.near.asked_count, 1)
        self.assertAlmostEqual(self.near.response_hours, 1.0)
        with freeze_time("2026-06-03 13:00:00"):
            self.run_job()
        self.assertEqual(self.present().dealer_id, self.far)
        self.dealer("Last", 30)
        self.assertFalse(self.lead.activity_ids)
        with freeze_time("2026-06-03 15:00:00"):
            self.run_job()
        self.assertFalse(self.present())
        [activity] = self.lead.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.assertIn("3 dealers were asked", str(activity.note))
        states = self.lead.handover_ids.mapped("state")
        self.assertEqual(states, ["expired"] * 3)

    def test_where_nobody_else_fits_the_owner_decides(self):
        (self.second | self.far).status = "paused"
        self.hand_over().with_user(self.agent).decline()
        self.assertFalse(self.present())
        [activity] = self.lead.activity_ids
        self.assertIn("No other dealer fits", str(activity.note))

    def test_the_system_asks_on_in_the_company_of_the_hand_over_alone(self):
        theirs = self.env["res.company"].create({"name": "Theirs"})
        self.second.company_id = theirs
        self.env.user.company_ids |= theirs
        self.hand_over().with_user(self.agent).decline()
        self.assertEqual(self.present().dealer_id, self.far)

    def test_after_the_time_nothing_is_accepted(self):
        with freeze_time("2026-06-03 10:00:00"):
            handover = self.hand_over()
        with freeze_time("2026-06-03 11:00:01"):
            with self.assertRaisesRegex(UserError, "The time to answer ended"):
                handover.with_user(self.agent).accept()

    def test_an_answer_counts_once(self):
        handover = self.hand_over()
        handover.with_user(self.agent).accept()
        for method in ("accept", "decline"):
            with self.assertRaisesRegex(UserError, "not possible any more"):
                getattr(handover.with_user(self.agent), method)()
        handover.with_user(self.agent).report_result("won")
        for method in ("withdraw", "accept"):
            with self.assertRaisesRegex(UserError, "not possible any more"):
                getattr(handover.with_user(self.agent), method)()
        self.assertEqual(self.near.open_count, 0)

    def test_what_is_won_makes_the_dealer_known_and_counts(self):
        self.env["dealer.weight"].search([("purpose", "=", "sale")]).write(
            {"history": 15, "won": 4}
        )
        handover = self.hand_over(self.second)
        handover.with_user(self.agent).accept()
        handover.with_user(self.agent).report_result("won", note="All fine")
        self.assertEqual((handover.state, handover.outcome), ("reported", "won"))
        known = self.env["dealer.customer"].search([("dealer_id", "=", self.second.id)])
        self.assertEqual((known.partner_id, known.sold_count), (self.customer, 1))
        answer = self.ask(partner_id=self.customer.id)
        self.assertEqual(answer["dealers"][0]["name"], "Second")
        worth = {one["code"]: one["km"] for one in answer["dealers"][0]["criteria"]}
        self.assertAlmostEqual(worth["history"], 15)
        self.assertAlmostEqual(worth["won"], 4)
        self.assertIn("Second reports: won", self.chatter())
        self.assertTrue(self.lead.activity_ids)

    def test_what_is_lost_says_why(self):
        price = self.env.ref("crm_dealer_locator.reason_price")
        decline = self.env.ref("crm_dealer_locator.reason_no_time")
        handover = self.hand_over()
        handover.with_user(self.agent).accept()
        with self.assertRaisesRegex(ValidationError, "reason_id"):
            handover.with_user(self.agent).report_result("lost", decline.id)
        with self.assertRaisesRegex(ValidationError, "outcome"):
            handover.with_user(self.agent).report_result("maybe")
        with self.assertRaisesRegex(ValidationError, "note"):
            handover.with_user(self.agent).report_result("lost", False, "x" * 2001)
        handover.with_user(self.agent).report_result("lost", price.id)
        self.assertEqual(handover.reason_id, price)
        self.assertEqual((self.near.won_count, self.near.lost_count), (0, 1))

    def test_a_lead_that_is_closed_leaves_the_dealer(self):
        asked = self.hand_over()
        self.lead.with_user(self.agent).action_set_lost()
        self.assertEqual(asked.state, "withdrawn")
        lead = self.new_lead()
        accepted = self.hand_over(lead=lead)
        accepted.with_user(self.agent).accept()
        lead.with_user(self.agent).action_set_won()
        self.assertEqual((accepted.state, accepted.outcome), ("reported", "won"))
        deleted = self.new_lead()
        self.hand_over(lead=deleted)
        self.assertEqual(self.near.open_count, 1)
        deleted.unlink()
        self.assertEqual(self.near.open_count, 0)

    def test_leads_that_are_merged_have_one_dealer(self):
        other = self.new_lead(name="The same again")
        first = self.hand_over()
        second = self.hand_over(self.second, lead=other)
        second.with_user(self.agent).accept()
        master = (self.lead | other).merge_opportunity(user_id=self.agent.id)
        self.assertEqual(first.state, "withdrawn")
        self.assertEqual(second.state, "accepted")
        self.assertEqual((first | second).lead_id, master)
        self.assertEqual((self.near.open_count, self.second.open_count), (0, 1))

    def test_a_dealers_word_on_the_telephone_is_recorded(self):
        handover = self.hand_over()
        Window = self.env["dealer.handover.answer"].with_user(self.agent)
        with Form(Window.with_context(default_handover_id=handover.id)) as form:
            form.answer = "declined"
            form.reason_id = self.env.ref("crm_dealer_locator.reason_too_far")
        form.record.action_record()
        self.assertEqual(handover.state, "declined")
        self.assertEqual(handover.reason_id.name, "Too far away")

    def test_the_report_counts_by_dealer(self):
        for result in ("won", "lost"):
            handover = self.hand_over(lead=self.new_lead())
            handover.with_user(self.agent).accept()
            handover.with_user(self.agent).report_result(result)
        self.hand_over().with_user(self.agent).decline()
        groups = self.env["dealer.handover"].formatted_read_group(
            [("dealer_id", "in", (self.near | self.second).ids)],
            ["dealer_id"],
            [
                "__count",
                "accepted_number:sum",
                "won_number:sum",
                "lost_number:sum",
            ],
        )
        found = {
            group["dealer_id"][0]: (
                group["__count"],
                group["accepted_number:sum"],
                group["won_number:sum"],
                group["lost_number:sum"],
            )
            for group in groups
        }
        self.assertEqual(found[self.near.id], (3, 2, 1, 1))
        self.assertEqual(found[self.second.id], (1, 0, 0, 0))

    def test_times_are_those_of_the_clock_where_no_hours_are_known(self):
        with freeze_time("2026-06-06 22:00:00"):
            handover = self.hand_over(minutes=90)
        self.assertEqual(handover.until, datetime(2026, 6, 6, 23, 30))
