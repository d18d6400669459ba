from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import HandoverCase


@tagged("post_install", "-at_install")
class TestHandingOver(HandoverCase):
    @freeze_time("2026-06-03 10:00:00")
    def test_a_dealer_is_asked_and_told_by_mail(self):
        answer = self.lead.with_user(self.agent).hand_over(
            self.near.id, "A boiler has failed.", 30
        )
        handover = self.lead.handover_ids
        self.assertEqual(
            answer,
            {
                "handover_id": handover.id,
                "state": "asked",
                "until": "2026-06-03 10:30:00",
            },
        )
        self.assertEqual(handover.zip, "10115")
        self.assertEqual(handover.attempt, 1)
        self.assertEqual(self.near.open_count, 1)
        mail = self.env["mail.mail"].search(
            [("model", "=", "dealer.handover"), ("res_id", "=", handover.id)]
        )
        self.assertEqual(mail.recipient_ids, self.near.partner_id)
        self.assertIn("A boiler has failed.", mail.body_html)
        self.assertIn("10115", mail.body_html)
        for secret in ("Secret", self.customer.email, "555123", self.customer.name):
            self.assertNotIn(secret, mail.body_html)
            self.assertNotIn(secret, mail.subject)
        self.assertIn("Handed over to Near", self.chatter())

    def test_the_mail_goes_to_who_has_the_role(self):
        service, boss = self.env["res.partner"].create(
            [
                {"name": "Service", "email": "service@example.com"},
                {"name": "Boss", "email": "boss@example.com"},
            ]
        )
        self.env["dealer.person"].create(
            [
                {
                    "dealer_id": self.near.id,
                    "partner_id": service.id,
                    "role": "service",
                },
                {"dealer_id": self.near.id, "partner_id": boss.id, "role": "manager"},
            ]
        )
        self.lead.dealer_purpose = "service"
        handover = self.hand_over()
        self.assertEqual(handover.recipients, str(service.id))
        self.lead.with_user(self.agent).action_withdraw_handover()
        self.lead.dealer_purpose = "warranty"
        self.assertEqual(self.hand_over().recipients, str(boss.id))

    def test_without_an_address_the_agent_is_told_to_telephone(self):
        self.near.partner_id.email = False
        self.hand_over()
        self.assertIn("no email address", self.chatter())

    def test_the_time_counts_in_the_dealers_opening_hours(self):
        hours = self.calendar((2, 8, 12), (2, 13, 18), (3, 9, 18))  # Berlin
        self.near.calendar_id = hours
        cases = (
            ("2026-06-03 09:00:00", 30, "2026-06-03 09:30:00"),
            ("2026-06-03 09:30:00", 60, "2026-06-03 11:30:00"),  # over the break
            ("2026-06-03 15:30:00", 60, "2026-06-04 07:30:00"),  # over night
            ("2026-06-05 12:00:00", 10, "2026-06-10 06:10:00"),  # over the week-end
        )
        for now, minutes, until in cases:
            with self.subTest(now=now), freeze_time(now):
                handover = self.hand_over(minutes=minutes)
                self.assertEqual(handover.until, datetime.fromisoformat(until))
                handover.with_user(self.agent).withdraw()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": hours.id,
                "date_from": "2026-06-03 00:00:00",
                "date_to": "2026-06-03 21:00:00",
            }
        )
        with freeze_time("2026-06-03 09:00:00"):
            handover = self.hand_over(minutes=30)
        self.assertEqual(handover.until, datetime(2026, 6, 4, 7, 30))

    def test_the_time_is_what_odoo_plans(self):
        hours = self.calendar((0, 8, 12), (1, 13, 18), (3, 9, 17.5), (4, 0, 24))
        self.near.calendar_id = hours
        start = datetime(2026, 10, 23, 20, 0)  # before clocks change
        with freeze_time(start):
            for minutes in (1, 90, 239, 240, 241, 1000, 5000):
                handover = self.hand_over(minutes=minutes)
                planned = hours.plan_hours(minutes / 60, start, compute_leaves=True)
                delta = abs((handover.until - planned).total_seconds())
                self.assertLess(delta, 1, minutes)
                handover.with_user(self.agent).withdraw()

    def test_a_lead_is_with_one_dealer_at_a_time(self):
        self.hand_over()
        with self.assertRaisesRegex(UserError, "is with Near"):
            self.hand_over(self.second)

    def test_what_is_won_lost_or_archived_is_not_handed_over(self):
        self.lead.action_set_lost()
        with self.assertRaisesRegex(UserError, "won, lost or archived"):
            self.hand_over()

    def test_who_is_full_or_paused_is_not_asked(self):
        self.near.capacity = 1
        self.hand_over()
        with self.assertRaisesRegex(UserError, "Near is full: 1 of 1"):
            self.hand_over(lead=self.new_lead())
        self.second.status = "paused"
        with self.assertRaisesRegex(UserError, "Second is not active"):
            self.hand_over(self.second, lead=self.new_lead())

    def test_wrong_arguments_are_named(self):
        lead = self.lead.with_user(self.agent)
        archived = self.dealer("Archived", 1, active=False)
        for dealer_id in (0, -1, True, "1", None, 2**40, archived.id, [self.near.id]):
            with self.assertRaisesRegex(ValidationError, "dealer_id"):
                lead.hand_over(dealer_id)
        for message in (5, "x" * 4001, "\0", "\ud800", ["a"]):
            with self.assertRaisesRegex(ValidationError, "message"):
                lead.hand_over(self.near.id, message)
        for minutes in (0, -5, True, 1.5, "60", 43201):
            with self.assertRaisesRegex(ValidationError, "minutes"):
                lead.hand_over(self.near.id, False, minutes)
        self.assertFalse(self.lead.handover_ids)
        self.assertFalse(self.near.open_count)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_who_may_change_the_lead_and_see_dealers_hands_over(self):
        salesman = new_test_user(
            self.env, "handing_salesman", "sales_team.group_sale_salesman"
        )
        other = new_test_user(
            self.env,
            "handing_other",
            "sales_team.group_sale_salesman,dealer_locator.group_dealer_user",
        )
        for user in (self.employee, self.user, salesman, other):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.lead.with_user(user).hand_over(self.near.id)
        handover = self.hand_over()
        for method in ("accept", "decline", "withdraw"):
            for user in (self.employee, self.user, other):
                with self.subTest(method=method), self.assertRaises(AccessError):
                    getattr(handover.with_user(user), method)()
        for user in (self.agent, self.manager):
            with self.assertRaises(AccessError):
                handover.with_user(user).write({"state": "accepted"})

    def test_a_dealer_of_another_company_is_not_asked(self):
        theirs = self.env["res.company"].create({"name": "Theirs"})
        other = self.dealer("Theirs", 1, company_id=theirs.id)
        with self.assertRaises(UserError):
            self.hand_over(other)

    def test_the_consent_says_who_recorded_it_and_when(self):
        with Form(self.lead.with_user(self.agent)) as form:
            form.dealer_consent = "consented"
        self.assertEqual(self.lead.dealer_consent_user_id, self.agent)
        self.assertTrue(self.lead.dealer_consent_at)
        self.assertFalse(self.lead.copy().dealer_consent)

    def test_the_list_is_ranked_and_says_who_declined(self):
        lead = self.lead.with_user(self.agent)
        self.assertEqual(self.near_names(lead), ["Near", "Second", "Far"])
        self.hand_over().with_user(self.agent).decline()
        lead.action_withdraw_handover()
        self.assertEqual(self.near_names(lead), ["Second", "Far"])
        excluded = lead.dealer_choice()["answer"]["excluded"]
        self.assertIn(("Near", "declined"), [(r["name"], r["code"]) for r in excluded])
