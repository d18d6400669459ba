"""Asking a provider of positions, without a network."""

from datetime import timedelta
from unittest.mock import Mock, patch

import requests

from odoo import fields
from odoo.tests import tagged

from ..geocoding import nominatim
from .common import DealerCase


@tagged("post_install", "-at_install")
class TestGeocoding(DealerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(patch.object(nominatim, "pause", cls._pause))
        cls.enterClassContext(
            patch.object(type(cls.env["ir.cron"]), "_commit_progress", Mock())
        )
        provider = cls.env["base.geo_provider"].search(
            [("tech_name", "=", "openstreetmap")], limit=1
        )
        cls.env["ir.config_parameter"].set_param(
            "base_geolocalize.geo_provider", str(provider.id)
        )
        cls.pauses = 0

    @classmethod
    def _pause(cls):
        cls.pauses += 1

    def _due(self, name):
        dealer = self.dealer(name)
        dealer.partner_id.write({"street": f"{name} street", "city": name})
        return dealer

    def _run(self, **answers):
        asked = []

        def ask(text):
            asked.append(text)
            answer = answers[text.split()[0]]
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.env["dealer.profile"]._cron_geocode(ask=ask)
        return asked

    def test_found_not_found_and_failed_are_told_apart(self):
        good, lost, failed = (self._due(name) for name in ("Good", "Lost", "Failed"))
        type(self).pauses = 0
        self._run(Good=(52.5, 13.4), Lost=None, Failed=nominatim.Failed("down"))
        self.assertEqual(self.pauses, 2)
        self.assertEqual((good.latitude, good.position_source), (52.5, "address"))
        self.assertFalse(good.approximate)
        states = [dealer.geocode_state for dealer in (good, lost, failed)]
        self.assertEqual(states, ["found", "not_found", "failed"])
        # What is known, or known not to be known, is not asked again.
        self.assertEqual(self._run(), [])
        failed.geocode_after = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(len(self._run(Failed=(50.0, 9.0))), 1)
        self.assertEqual(failed.latitude, 50.0)

    def test_an_address_that_changes_is_asked_again(self):
        dealer = self._due("Lost")
        self._run(Lost=None)
        dealer.partner_id.street = "Found street"
        self._run(Found=(51.0, 8.0))
        self.assertEqual(dealer.latitude, 51.0)
        dealer.partner_id.street = "Moved street"
        self.assertTrue(dealer.geocode_due and dealer.approximate)

    def test_a_pinned_dealer_is_not_asked_for(self):
        dealer = self._due("Pinned")
        dealer.write({"latitude": 50.0, "longitude": 10.0})
        self.assertEqual(self._run(), [])

    def test_a_provider_that_fails_is_left_alone_until_later(self):
        for number in range(6):
            self._due(f"Down{number}")
        asked = self._run(
            **{f"Down{number}": nominatim.Failed("down") for number in range(6)}
        )
        self.assertEqual(len(asked), 3)

    def test_nothing_is_no_position(self):
        dealer = self._due("Zero")
        self._run(Zero=(0.0, 0.0))
        self.assertEqual(dealer.geocode_state, "not_found")
        self.assertFalse(dealer.has_position)

    def test_the_question_has_a_time_out_and_tells_errors_from_nothing(self):
        def get(status=200, json=None, error=None):
            answer = Mock(status_code=status)
            answer.json.return_value = json
            return Mock(return_value=answer, side_effect=error)

        good = get(json=[{"lat": "52.5", "lon": "13.4"}])
        self.assertEqual(nominatim.ask("Berlin", get=good), (52.5, 13.4))
        self.assertTrue(good.call_args.kwargs["timeout"])
        self.assertIsNone(nominatim.ask("Nowhere", get=get(json=[])))
        self.assertIsNone(nominatim.ask("", get=None))
        for bad in (
            get(status=429),
            get(json={"error": "limit"}),
            get(json=[{}]),
            get(error=requests.Timeout("slow")),
        ):
            with self.assertRaises(nominatim.Failed):
                nominatim.ask("Berlin", get=bad)
