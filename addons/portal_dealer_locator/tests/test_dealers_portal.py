import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_dealer_locator.tests.common import HandoverCase

MUTED = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
PERSONAL = ("Secret", "secret@example.com", "555123")


@tagged("post_install", "-at_install")
class TestDealersPortal(HandoverCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            profile: new_test_user(
                cls.env,
                f"portal_{profile.name.lower()}",
                "base.group_portal",
                password="portal_dealer",
                partner_id=profile.partner_id.id,
            )
            for profile in cls.near | cls.second
        }
        cls.own, cls.other = cls.users[cls.near], cls.users[cls.second]
        cls.lead.dealer_consent = "informed"

    def page(self, url, user=None, data=None):
        self.authenticate((user or self.own).login, "portal_dealer")
        if data is None:
            return self.url_open(url)
        token = re.search(
            r'name="csrf_token" value="([^"]+)"',
            self.url_open(url.rpartition("/")[0]).text,
        )
        return self.url_open(url, data={"csrf_token": token and token.group(1), **data})

    # -- only their own ------------------------------------------------------------

    @mute_logger(*MUTED)
    def test_nothing_of_others_is_told_by_any_method(self):
        handover = self.hand_over()
        Handover = self.env["dealer.handover"].with_user(self.other)
        self.assertFalse(Handover.search([]))
        self.assertEqual(Handover.search_count([]), 0)
        self.assertFalse(Handover.search_read([], ["city"]))
        self.assertFalse(Handover.name_search("Hand-over"))
        self.assertFalse(Handover.formatted_read_group([], ["city"], ["__count"]))
        self.assertFalse(Handover._read_group([], ["state"]))
        seen = handover.with_user(self.other)
        for name in ("read", "export_data"):
            with self.subTest(method=name), self.assertRaises(UserError):
                getattr(seen, name)(["city"])
        with self.assertRaises(AccessError):
            _name = seen.display_name
        for name in ("accept", "decline", "withdraw"):
            with self.subTest(method=name), self.assertRaises(AccessError):
                getattr(seen, name)()
        with self.assertRaises(AccessError):
            seen.report_result("won")
        self.assertEqual(handover.with_user(self.own).search_count([]), 1)

    @mute_logger(*MUTED)
    def test_dealers_see_no_other_model_of_dealers_and_no_leads(self):
        self.hand_over()
        names = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("dealer.") and not model._abstract
        ]
        self.assertIn("dealer.profile", names)
        for name in {*names, "crm.lead"} - {"dealer.handover"}:
            Model = self.env[name].with_user(self.own)
            with self.subTest(model=name):
                if name == "crm.lead" and Model.has_access("read"):
                    # stock's assignment of partners lets them see their own
                    self.assertFalse(Model.search([]))
                    continue
                for method, arguments in (
                    ("search_count", ([],)),
                    ("search_read", ([],)),
                    ("name_search", ("",)),
                    ("formatted_read_group", ([], [], ["__count"])),
                ):
                    with self.assertRaises(AccessError):
                        getattr(Model, method)(*arguments)
        for method in ("hand_over", "hand_over_to_best", "dealer_choice"):
            with self.assertRaises(AccessError):
                arguments = (self.near.id,) if method == "hand_over" else ()
                getattr(self.lead.with_user(self.own), method)(*arguments)

    @mute_logger(*MUTED)
    def test_need_and_place_first_the_person_after_acceptance(self):
        handover = self.hand_over(message="A boiler has failed.").with_user(self.own)
        names = [
            name
            for name, field in handover._fields.items()
            if handover._has_field_access(field, "read")
        ]
        told = str(handover.read(names))
        self.assertIn("10115", told)
        for secret in (*PERSONAL, "Heating"):
            self.assertNotIn(secret, told)
        for name in ("lead_id", "user_id"):
            with self.assertRaises(AccessError):
                handover.read([name])
            with self.assertRaises(AccessError):
                handover.formatted_read_group([], [name], ["__count"])
        with self.assertRaises(AccessError):
            handover.search([("lead_id.name", "ilike", "Secret")])
        handover.accept()
        told = str(handover.read(names))
        for secret in PERSONAL:
            self.assertIn(secret, told)

    @mute_logger(*MUTED)
    def test_access_ends_on_decline_expiry_and_withdrawal(self):
        declined = self.hand_over()
        declined.with_user(self.own).decline()
        self.assertFalse(declined.with_user(self.own).search_count([]))
        withdrawn = self.hand_over(lead=self.new_lead())
        withdrawn.with_user(self.own).accept()
        withdrawn.with_user(self.agent).withdraw()
        expired = self.hand_over(lead=self.new_lead())
        expired.sudo().until = "2020-01-01 00:00:00"
        self.run_job()
        self.assertEqual(expired.state, "expired")
        for handover in declined | withdrawn | expired:
            with self.assertRaises(AccessError):
                handover.with_user(self.own).read(["city"])

    @mute_logger(*MUTED)
    def test_dealers_write_nothing_directly(self):
        handover = self.hand_over().with_user(self.own)
        with self.assertRaises(AccessError):
            handover.write({"until": "2099-01-01 00:00:00"})
        with self.assertRaises(AccessError):
            handover.unlink()
        with self.assertRaises(AccessError):
            handover.withdraw()

    def test_a_person_named_at_the_dealer_sees_its_requests(self):
        person = new_test_user(self.env, "portal_person", "base.group_portal")
        self.env["dealer.person"].create(
            {"dealer_id": self.near.id, "partner_id": person.partner_id.id}
        )
        handover = self.hand_over()
        self.assertEqual(handover.with_user(person).search([]), handover)

    # -- pages ----------------------------------------------------------------------

    def test_opening_the_link_answers_nothing(self):
        handover = self.hand_over(message="A boiler has failed.")
        url = f"/my/handovers/{handover.id}"
        self.assertTrue(handover.dealer_url.endswith(url))
        answer = self.page(url)
        self.assertIn("A boiler has failed.", answer.text)
        for secret in PERSONAL:
            self.assertNotIn(secret, answer.text)
        with mute_logger("odoo.http"):
            self.assertIn(self.url_open(f"{url}/accept").status_code, (404, 405))
            self.assertEqual(
                self.url_open(f"{url}/accept", data={"a": 1}).status_code, 400
            )
        self.assertEqual(handover.state, "asked")

    @mute_logger(*MUTED)
    def test_pages_of_others_lead_nowhere(self):
        handover = self.hand_over(message="A boiler has failed.")
        for url in (f"/my/handovers/{handover.id}", "/my/handovers", "/my"):
            answer = self.page(url, self.other)
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn("A boiler has failed.", answer.text)

    def test_a_dealer_accepts_and_reports(self):
        handover = self.hand_over()
        url = f"/my/handovers/{handover.id}"
        answer = self.page(f"{url}/accept", data={})
        self.assertEqual(handover.state, "accepted")
        for text in ("secret@example.com", "555123"):
            self.assertIn(text, answer.text)
        self.assertIn(handover.city, self.page("/my/handovers").text)
        reason = self.env.ref("crm_dealer_locator.reason_price")
        self.page(
            f"{url}/report",
            data={"outcome": "lost", "reason_id": reason.id, "note": "Too dear"},
        )
        handover.invalidate_recordset()
        self.assertEqual((handover.state, handover.outcome), ("reported", "lost"))
        self.assertEqual(handover.reason_id, reason)
        figures = self.env["dealer.handover"].with_user(self.own)._portal_figures()
        self.assertEqual((figures["asked"], figures["lost"]), (1, 1))

    def test_a_dealer_declines_with_a_reason(self):
        handover = self.hand_over()
        reason = self.env.ref("crm_dealer_locator.reason_too_far")
        answer = self.page(
            f"/my/handovers/{handover.id}/decline", data={"reason_id": reason.id}
        )
        self.assertTrue(answer.url.endswith("/my/handovers"))
        self.env.invalidate_all()
        self.assertEqual((handover.state, handover.reason_id), ("declined", reason))
        self.assertEqual(self.present().dealer_id, self.second)

    def test_what_is_not_possible_any_more_is_said(self):
        handover = self.hand_over()
        handover.sudo().until = "2020-01-01 00:00:00"
        self.env.flush_all()
        answer = self.page(f"/my/handovers/{handover.id}/accept", data={})
        self.assertIn("The time to answer ended", answer.text)
        self.assertEqual(handover.state, "asked")
