"""The table of places: certain, or a question."""

import io
import tempfile

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..asking import places
from ..gazetteer import read
from ..gazetteer.names import name_key
from .common import DealerCase


@tagged("post_install", "-at_install")
class TestPlaces(DealerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("DELETE FROM dealer_place")
        rows = [
            ("Neustadt", "DE", "01", 50.0, 8.0, False),
            ("Neustadt", "DE", "02", 53.0, 11.0, False),
            ("Neustadt", "AT", "03", 47.8, 16.2, False),
            ("Saint-Étienne", "FR", "84", 45.4, 4.4, False),
            ("Munich", "DE", "02", 48.1, 11.6, False),
            ("München", "DE", "02", 48.1, 11.6, True),
            ("Twice", "DE", "02", 51.0, 7.0, False),
            ("Twice", "DE", "02", 51.02, 7.0, False),
        ]
        cls.env["dealer.place"].create(
            [
                {
                    "name": name,
                    "country_code": country,
                    "admin1": region,
                    "latitude": latitude,
                    "longitude": longitude,
                    "alternative": alternative,
                }
                for name, country, region, latitude, longitude, alternative in rows
            ]
        )

    def test_a_name_is_found_however_it_is_spelt(self):
        for name in ("saint etienne", "SAINT-ÉTIENNE", " Saint_Etienne "):
            found = places.find(self.env, "FR", False, name)
            self.assertEqual(found.place.name, "Saint-Étienne")
        self.assertEqual(
            places.find(self.env, "DE", "", "MÜNCHEN").place.latitude, 48.1
        )

    def test_a_name_that_several_places_have_asks(self):
        found = places.find(self.env, "DE", False, "Neustadt")
        self.assertIsNone(found.place)
        self.assertEqual([one.region for one in found.choices], ["01", "02"])
        found = places.find(self.env, "DE", False, "Neustadt", "02")
        self.assertEqual(found.place.latitude, 53.0)
        self.assertEqual(
            places.find(self.env, "AT", False, "Neustadt").place.region, "03"
        )

    def test_rows_close_to_one_another_are_one_place(self):
        self.assertTrue(places.find(self.env, "DE", False, "Twice").place)

    def test_a_zip_code_is_better_than_a_name(self):
        self.env["dealer.place"].create(
            {
                "name": "Neustadt",
                "zip": "61 267",
                "country_code": "DE",
                "latitude": 50.3,
                "longitude": 8.5,
            }
        )
        found = places.find(self.env, "DE", "61267", "Neustadt")
        self.assertEqual((found.place.latitude, found.place.source), (50.3, "zip"))

    def test_an_ambiguous_place_is_asked_back_to_the_caller(self):
        self.weights()
        self.dealer("Near", 1)
        answer = self.ask(city="Neustadt", country_code="DE")
        self.assertEqual(answer["dealers"], [])
        self.assertEqual(len(answer["places"]), 2)
        keys = {"name", "zip", "region", "country_code", "latitude", "longitude"}
        self.assertEqual(answer["places"][0].keys(), keys)

    def test_a_town_is_an_approximate_place(self):
        self.weights()
        self.dealer("South", point=(48.0, 11.0))
        answer = self.ask(city="Munich", country_code="de")
        self.assertTrue(answer["approximate"])
        self.assertEqual(answer["latitude"], 48.1)
        self.assertEqual(self.names(answer), ["South"])
        # an address that is known to be elsewhere does not matter
        answer = self.ask(partner_id=self.customer.id, city="Munich", country_code="DE")
        self.assertEqual(answer["latitude"], 48.1)

    def test_what_is_no_position_is_refused(self):
        for values in ({"latitude": 0.0, "longitude": 0.0}, {"latitude": 95.0}):
            with self.assertRaises(ValidationError):
                self.env["dealer.place"].create(
                    {
                        "name": "X",
                        "country_code": "DE",
                        "latitude": 1.0,
                        "longitude": 1.0,
                        **values,
                    }
                )
        with self.assertRaises(ValidationError):
            self.env["dealer.place"].create(
                {"name": "X", "country_code": "de", "latitude": 1, "longitude": 1}
            )

    def test_zip_codes_come_by_odoo_s_importer(self):
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "dealer.place",
                "file": b"Country Code,Zip Code,Name,Latitude,Longitude\n"
                b"DE,01067,Dresden,51.05,13.73\n",
                "file_type": "text/csv",
                "file_name": "zip.csv",
            }
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        names = ["country_code", "zip", "name", "latitude", "longitude"]
        preview = wizard.execute_import(names, names, options, dryrun=True)
        self.assertFalse(preview["messages"])
        self.assertFalse(places.find(self.env, "DE", "01067", "").place)
        wizard.execute_import(names, names, options)
        self.assertEqual(places.find(self.env, "DE", "01067", "").place.name, "Dresden")

    def test_the_places_of_the_package_are_read_by_another_process(self):
        town = {
            "geonameid": 7,
            "name": "Tab\tTown",
            "alternatenames": ["Tabville", "タブ", "tab  town", "12345"],
            "countrycode": "JP",
            "admin1code": "09",
            "latitude": 35.5,
            "longitude": 139.5,
            "population": 900,
        }
        lines = list(read.lines([town]))
        self.assertEqual(
            [(line[2], line[8]) for line in lines],
            [("tab town", "f"), ("tabville", "t")],
        )
        out = io.StringIO()
        for line in lines:
            out.write("\t".join(map(read.escaped, line)) + "\n")
        script = f"import sys; sys.stdout.write({out.getvalue()!r})"
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(script)
            file.flush()
            self.env["dealer.place"]._cron_import(reader=file.name)
            self.env["dealer.place"]._cron_import(reader=file.name)
        rows = self.env["dealer.place"].search([("geoname_id", "=", 7)])
        self.assertEqual(len(rows), 2)
        self.assertEqual(places.find(self.env, "JP", "", "Tabville").place.region, "09")
        # what people entered or imported stays
        self.assertTrue(places.find(self.env, "DE", False, "Munich").place)

    def test_only_administrators_write_places(self):
        with self.assertRaises(AccessError):
            self.env["dealer.place"].with_user(self.manager).action_import_places()
        with self.assertRaises(AccessError):
            self.env["dealer.place"].with_user(self.manager).get_import_templates()

    def test_keys_of_names(self):
        self.assertEqual(name_key("Großräschen-Süd"), "grossraschen sud")
        self.assertEqual(name_key(False), "")
