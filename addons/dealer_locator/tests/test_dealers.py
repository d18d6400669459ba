"""The dealer's profile, as a manager keeps it."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DealerCase


@tagged("post_install", "-at_install")
class TestDealers(DealerCase):
    def _place(self, name, latitude, longitude, **values):
        return self.env["dealer.place"].create(
            {
                "name": name,
                "country_code": "DE",
                "latitude": latitude,
                "longitude": longitude,
                **values,
            }
        )

    def test_a_manager_enters_a_dealer(self):
        partner = self.env["res.partner"].create({"name": "Workshop"})
        with Form(self.env["dealer.profile"].with_user(self.manager)) as form:
            form.partner_id = partner
            form.latitude = 52.5
            form.longitude = 13.4
            form.capacity = 5
            with form.skill_line_ids.new() as line:
                line.skill_id = self.heating
            with form.territory_ids.new() as line:
                line.country_id = self.germany
                line.zip_from = "10 1"
        dealer = form.record
        self.assertEqual(dealer.position_source, "pinned")
        self.assertTrue(dealer.has_position and dealer.has_territory)
        self.assertEqual(dealer.territory_ids.zip_low, "101")
        self.assertEqual(partner.with_user(self.user).dealer_profile_ids, dealer)
        action = partner.with_user(self.user).action_open_dealer()
        self.assertEqual(action["res_id"], dealer.id)

    def test_a_pinned_position_stays_when_the_address_changes(self):
        pinned = self.dealer("Pinned", point=(52.5, 13.4))
        pinned.partner_id.write({"city": "Elsewhere", "zip": "99999"})
        self.assertEqual((pinned.latitude, pinned.longitude), (52.5, 13.4))
        self.assertFalse(pinned.approximate)
        self.assertFalse(pinned.position_due or pinned.geocode_due)

    def test_the_contact_s_position_is_taken_over(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Located",
                "city": "Berlin",
                "partner_latitude": 52.1,
                "partner_longitude": 13.1,
            }
        )
        dealer = self.env["dealer.profile"].create({"partner_id": partner.id})
        self.assertEqual((dealer.latitude, dealer.longitude), (52.1, 13.1))
        self.assertEqual(dealer.position_source, "contact")
        self.assertFalse(dealer.approximate)

    def test_a_town_gives_an_approximate_position_and_follows_the_address(self):
        self._place("Erste Stadt", 50.0, 8.0)
        self._place("Zweite Stadt", 51.0, 9.0)
        partner = self.env["res.partner"].create(
            {"name": "In town", "city": "erste stadt", "country_id": self.germany.id}
        )
        dealer = self.env["dealer.profile"].create({"partner_id": partner.id})
        self.assertEqual((dealer.latitude, dealer.position_source), (50.0, "place"))
        self.assertTrue(dealer.approximate)
        self.assertFalse(dealer.position_due)
        partner.city = "Zweite Stadt"
        self.assertTrue(dealer.position_due)
        self.env["dealer.profile"]._cron_locate()
        self.assertEqual(dealer.latitude, 51.0)
        self.assertFalse(dealer.position_due)

    def test_finding_the_position_again_forgets_the_pin(self):
        self._place("Erste Stadt", 50.0, 8.0)
        dealer = self.dealer("Pinned", point=(52.5, 13.4))
        dealer.partner_id.write({"city": "Erste Stadt", "country_id": self.germany.id})
        dealer.with_user(self.manager).action_find_position()
        self.assertEqual((dealer.latitude, dealer.position_source), (50.0, "place"))
        with self.assertRaises(AccessError):
            dealer.with_user(self.user).action_find_position()

    def test_zero_zero_is_no_position(self):
        dealer = self.dealer("Nowhere", latitude=0.0, longitude=0.0)
        self.assertFalse(dealer.has_position)
        self.assertFalse(dealer.position_source)
        equator = self.dealer("Equator", point=(0.0, 9.45))
        self.assertTrue(equator.has_position)

    def test_what_cannot_be_meant_is_refused(self):
        dealer = self.dealer("Good", 1)
        for values in (
            {"latitude": 91.0},
            {"longitude": -181.0},
            {"latitude": float("nan")},
            {"main_id": dealer.id},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                dealer.write(values)
        for low, high in (("20", "10"), ("101", "10")):
            line = {
                "dealer_id": dealer.id,
                "country_id": self.germany.id,
                "zip_from": low,
                "zip_to": high,
            }
            if low == "101":  # 10 stands for all that begin with it
                self.assertTrue(self.env["dealer.territory"].create(line))
                continue
            with self.assertRaises(ValidationError):
                self.env["dealer.territory"].create(line)
        state = self.env["res.country.state"].search(
            [("country_id", "!=", self.germany.id)], limit=1
        )
        with self.assertRaises(ValidationError):
            self.env["dealer.territory"].create(
                {
                    "dealer_id": dealer.id,
                    "country_id": self.germany.id,
                    "state_id": state.id,
                }
            )
        with self.assertRaises(ValidationError):
            self.weights(open=-1)
        with self.assertRaises(ValidationError):
            self.weights("service", open=float("inf"))

    @mute_logger("odoo.sql_db")
    def test_a_contact_is_a_dealer_once(self):
        dealer = self.dealer("Once", 1)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["dealer.profile"].create({"partner_id": dealer.partner_id.id})
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            dealer.capacity = -1
            dealer.flush_recordset()

    def test_a_capacity_is_never_exceeded(self):
        dealer = self.dealer("Two", 1, capacity=2)
        self.assertEqual([dealer._take() for _time in range(3)], [True, True, False])
        self.assertEqual(dealer.open_count, 2)
        self.assertTrue(dealer.last_given_at)
        dealer._give_back()
        self.assertTrue(dealer._take())
        dealer.capacity = 0
        self.assertTrue(dealer._take())

    def test_dealers_come_by_odoo_s_importer_after_a_preview(self):
        content = (
            "Contact,Latitude,Longitude,Skills/Skill,Skills/Level,Territory/Country\n"
            "Imported Ltd,52.5,13.4,Steam engines,Expert,Germany\n"
            ",,,Wind turbines,Basic,France\n"
        )
        self.env["res.partner"].create({"name": "Imported Ltd"})
        wizard = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "dealer.profile",
                    "file": content.encode(),
                    "file_type": "text/csv",
                    "file_name": "dealers.csv",
                }
            )
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        names = [
            "partner_id",
            "latitude",
            "longitude",
            "skill_line_ids/skill_id",
            "skill_line_ids/level",
            "territory_ids/country_id",
        ]
        self.env.flush_all()  # the preview is rolled back
        before = self.env["dealer.profile"].search_count([])
        preview = wizard.execute_import(names, names, options, dryrun=True)
        self.assertFalse(preview["messages"])
        self.assertEqual(self.env["dealer.profile"].search_count([]), before)
        done = wizard.execute_import(names, names, options)
        self.assertFalse(done["messages"])
        dealer = self.env["dealer.profile"].search([("name", "=", "Imported Ltd")])
        self.assertEqual(dealer.skill_line_ids.skill_id, self.heating | self.solar)
        self.assertEqual(dealer.territory_ids.country_id, self.germany | self.france)
        self.assertEqual(dealer.position_source, "pinned")

    def test_the_map_tells_positions_of_who_may_read_them(self):
        self.dealer("Here", 1)
        self.dealer("Nowhere")
        Profile = self.env["dealer.profile"]
        [point] = Profile.with_user(self.user).map_points()
        self.assertEqual(point["name"], "Here")
        self.assertEqual(Profile.with_user(self.user).map_points([("id", "=", 0)]), [])
        with self.assertRaises(AccessError):
            Profile.with_user(self.employee).map_points()

    def test_users_read_and_managers_write(self):
        dealer = self.dealer("Here", 1)
        self.assertEqual(dealer.with_user(self.user).name, "Here")
        with self.assertRaises(AccessError):
            dealer.with_user(self.user).capacity = 3
        dealer.with_user(self.manager).capacity = 3
        with self.assertRaises(AccessError):
            dealer.with_user(self.employee).read(["name"])
        # no rights on contacts come with the role
        Partner = self.env["res.partner"].with_user(self.user)
        self.assertFalse(Partner.has_access("write"))
        self.assertEqual(
            Partner.has_access("create"),
            self.env["res.partner"].with_user(self.employee).has_access("create"),
        )
