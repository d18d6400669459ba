from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_dealer_locator.tests.common import HandoverCase


@tagged("post_install", "-at_install")
class TestDealersOfCallers(HandoverCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_agent = new_test_user(
            cls.env,
            "dealer_call_agent",
            "call_center.group_call_center_agent,sales_team.group_sale_salesman,"
            "dealer_locator.group_dealer_user,base.group_partner_manager",
        )
        cls.place = cls.env["dealer.place"].create(
            {
                "name": "Farawaytown",
                "country_code": "DE",
                "latitude": 52.18,
                "longitude": 13.0,
                "population": 1000,
            }
        )
        cls.lead.user_id = False

    @property
    def calls(self):
        return self.env["phone.call"].with_user(self.call_agent)

    def dealers(self, **options):
        return self.calls.caller_dealers("res.partner", self.customer.id, **options)

    def names_of(self, found):
        return [row["name"] for row in found["dealers"]]

    def test_the_section_has_the_three_best_with_the_reason_that_decides(self):
        self.dealer("Fourth", 40)
        self.env["dealer.weight"].search([("purpose", "=", "sale")]).write({"open": 10})
        self.second.calendar_id = self.calendar(*((day, 0, 24) for day in range(7)))
        [section] = self.calls.caller_context(
            "res.partner", self.customer.id, ["dealers"]
        )["sections"]
        names = [row["name"] for row in section["records"]]
        self.assertEqual(names, ["Second", "Near", "Far"])
        first = section["records"][0]
        self.assertEqual(first["distance"], "5.0 km")
        self.assertIn("worth 10.0 km", first["reason"])
        self.assertIn("Open now, until", first["hours"])
        self.assertEqual(first["badge"], "Open")
        self.assertFalse(section["alerts"])

    def test_who_has_the_caller_already_is_told_first(self):
        handover = self.hand_over()
        handover.sudo().lead_id.user_id = self.call_agent
        found = self.dealers()
        self.assertIn("Near was asked", found["with_dealer"])
        handover.with_user(self.call_agent).accept()
        self.assertIn("Near has", self.dealers()["with_dealer"])
        [section] = self.calls.caller_context(
            "res.partner", self.customer.id, ["dealers"]
        )["sections"]
        self.assertIn("Near has", section["alerts"][0]["message"])

    def test_why_not_the_nearest(self):
        self.near.status = "paused"
        found = self.dealers()
        self.assertEqual(self.names_of(found), ["Second", "Far"])
        self.assertEqual(found["excluded"][0]["name"], "Near")

    def test_the_place_is_asked_for_and_kept_with_the_call(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        call = self.env["phone.call"].create(
            {
                "direction": "in",
                "state": "ringing",
                "partner_id": stranger.id,
                "user_id": self.call_agent.id,
                "from_number": "+4930123456",
            }
        )
        ask = self.calls.caller_dealers
        self.assertFalse(ask("res.partner", stranger.id)["known"])
        [suggested] = self.calls.dealer_places("faraw")
        self.assertEqual(suggested["id"], self.place.id)
        found = ask("res.partner", stranger.id, self.place.id)
        self.assertTrue(found["known"])
        self.assertEqual(self.names_of(found)[0], "Far")
        self.assertEqual(call.dealer_place_id, self.place)
        self.assertEqual(
            self.names_of(ask("res.partner", stranger.id))[0], "Far", "it is kept"
        )
        self.assertFalse(stranger.city)
        self.calls.remember_place("res.partner", stranger.id, self.place.id)
        self.assertEqual(stranger.city, "Farawaytown")
        self.assertEqual(stranger.country_id, self.germany)

    def test_zip_codes_and_names_are_suggested(self):
        self.env["dealer.place"].create(
            {
                "name": "Exampletown",
                "zip": "98765",
                "country_code": "DE",
                "latitude": 50,
                "longitude": 10,
            }
        )
        self.assertEqual(len(self.calls.dealer_places("9876")), 1)
        self.assertEqual(self.calls.dealer_places("%"), [])
        self.assertEqual(self.calls.dealer_places("_"), [])
        for wrong in (None, 5, "x" * 101):
            with self.assertRaises(UserError):
                self.calls.dealer_places(wrong)

    def test_a_caller_is_handed_over_with_their_lead_or_a_new_one(self):
        hand_over = self.calls.caller_hand_over
        options = {"message": "A boiler", "consent": "informed"}
        found = hand_over("res.partner", self.customer.id, self.near.id, options)
        self.assertEqual(found["lead_id"], self.lead.id)
        self.assertEqual(found["state"], "asked")
        self.assertEqual(self.lead.dealer_consent, "informed")
        self.assertEqual(self.lead.handover_ids.message, "A boiler")
        found = hand_over("res.partner", self.customer.id, self.second.id)
        lead = self.env["crm.lead"].browse(found["lead_id"])
        self.assertNotEqual(lead, self.lead)
        self.assertEqual(lead.partner_id, self.customer)
        self.assertEqual(lead.user_id, self.call_agent)
        for wrong in ({"consent": "maybe"}, {"color": 1}, {"place_id": "x"}, [1]):
            with self.assertRaises(UserError):
                hand_over("res.partner", self.customer.id, self.near.id, wrong)

    def test_what_to_say_names_street_and_opening_hours(self):
        self.near.partner_id.write({"street": "Ring 1", "zip": "10115", "city": "X"})
        self.near.calendar_id = self.calendar((0, 8, 12), (0, 13, 17.5))
        say = self.dealers()["dealers"][0]["say"]
        self.assertEqual(
            say,
            "The dealer for you is Near, Ring 1, 10115 X. Opening hours:"
            " Monday 08:00–12:00, 13:00–17:30.",
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_who_may_see_dealers(self):
        calls = self.env["phone.call"].with_user(self.employee)
        for method, arguments in (
            ("caller_dealers", ("res.partner", self.customer.id)),
            ("dealer_places", ("far",)),
            ("remember_place", ("res.partner", self.customer.id, self.place.id)),
            ("caller_hand_over", ("res.partner", self.customer.id, self.near.id)),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(calls, method)(*arguments)
