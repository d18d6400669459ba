"""rank_dealers, as a user asks and reads it."""

import xmlrpc.client
from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..models.dealer_profile import DealerProfile
from .common import AT, TOWN, DealerCase

DEALER_KEYS = {
    "partner_id",
    "name",
    "distance_km",
    "approximate",
    "score",
    "open",
    "next_open",
    "criteria",
}


@tagged("post_install", "-at_install")
class TestRankDealers(DealerCase):
    def test_the_nearest_is_first_where_nothing_else_counts(self):
        self.weights()
        for km in (30, 10, 20):
            self.dealer(f"{km} km", km)
        answer = self.near()
        self.assertEqual(self.names(answer), ["10 km", "20 km", "30 km"])
        self.assertAlmostEqual(answer["dealers"][0]["distance_km"], 10, 4)
        self.assertAlmostEqual(answer["dealers"][0]["score"], 10, 4)

    def test_the_answer_has_the_promised_shape(self):
        self.weights(open=10, history=15)
        hours = self.calendar((2, 8, 18))
        near = self.dealer("Near", 5, calendar_id=hours.id)
        self.dealer("Paused", 4, status="paused")
        self.env["dealer.customer"].create(
            {"dealer_id": near.id, "partner_id": self.customer.id, "sold_count": 2}
        )
        answer = self.ask(partner_id=self.customer.id)
        keys = {"latitude", "longitude", "approximate", "dealers", "excluded"}
        self.assertEqual(answer.keys(), keys | {"relax", "places"})
        [row] = answer["dealers"]
        self.assertEqual(row.keys(), DEALER_KEYS)
        self.assertEqual(row["partner_id"], near.partner_id.id)
        self.assertIs(row["open"], True)
        self.assertIs(row["next_open"], False)
        # The shares add up to the score, and each has its sentence.
        self.assertAlmostEqual(sum(one["km"] for one in row["criteria"]), -row["score"])
        said = {one["code"]: one["message"] for one in row["criteria"]}
        self.assertEqual(said["distance"], "5.0 km away")
        self.assertEqual(
            said["history"],
            "Knows this customer (sales: 2, service jobs: 0): worth 15.0 km",
        )
        self.assertIn("worth 10.0 km", said["open"])
        self.assertEqual(self.codes(answer), {"Paused": "status"})
        xmlrpc.client.dumps((answer,))  # nothing in it is None

    def test_a_criterion_is_worth_its_kilometres(self):
        self.weights(history=15)
        self.dealer("Near", 1)
        known = self.dealer("Known", 15.5)
        row = self.env["dealer.customer"].create(
            {"dealer_id": known.id, "partner_id": self.customer.id, "served_count": 1}
        )
        answer = self.ask(partner_id=self.customer.id)
        self.assertEqual(self.names(answer), ["Known", "Near"])
        row.served_count = 0
        answer = self.ask(partner_id=self.customer.id)
        self.assertEqual(self.names(answer), ["Near", "Known"])

    def test_complaints_cost(self):
        self.weights(history=15, complaint=10)
        known = self.dealer("Known", 10)
        self.dealer("Other", 4)
        self.env["dealer.customer"].create(
            {
                "dealer_id": known.id,
                "partner_id": self.customer.id,
                "sold_count": 1,
                "complaint_count": 1,
            }
        )
        answer = self.ask(partner_id=self.customer.id)
        self.assertEqual(self.names(answer), ["Other", "Known"])

    def test_what_a_person_bought_counts_for_their_company(self):
        self.weights(history=15)
        self.dealer("Near", 1)
        known = self.dealer("Known", 12)
        self.env["dealer.customer"].create(
            {"dealer_id": known.id, "partner_id": self.customer.id, "sold_count": 1}
        )
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.customer.id}
        )
        latitude, longitude = TOWN
        answer = self.ask(partner_id=person.id, latitude=latitude, longitude=longitude)
        self.assertEqual(self.names(answer)[0], "Known")

    def test_weights_are_the_purpose_s_and_the_company_s_before_all_s(self):
        everybody = self.weights("service", open=3)
        everybody.company_id = False
        weights = self.env["dealer.weight"]._weights_of("service")
        self.assertEqual(weights.open, 3)
        self.weights("service", open=7)
        self.assertEqual(self.env["dealer.weight"]._weights_of("service").open, 7)

    def test_who_is_closed_full_of_low_level_or_elsewhere_says_so(self):
        self.weights()
        self.dealer("Full", 1, capacity=2, open_count=2)
        self.dealer("Low", 2, service_level="0")
        self.dealer(
            "Elsewhere",
            3,
            service_level="2",
            territory_ids=[(0, 0, {"country_id": self.france.id})],
        )
        self.dealer("Fits", 4, service_level="2")
        declined = self.dealer("Declined", 5, service_level="2")
        self.dealer("Far", 90, service_level="3")
        answer = self.near(
            service_level="1",
            country_code="DE",
            max_km=50,
            exclude_ids=declined.partner_id.ids,
        )
        self.assertEqual(self.names(answer), ["Fits"])
        expected = {
            "Full": "service_level",
            "Low": "service_level",
            "Elsewhere": "territory",
            "Declined": "declined",
            "Far": "distance",
        }
        self.assertEqual(self.codes(answer), expected)
        self.assertEqual(answer["relax"], [])

    def test_an_expired_skill_is_no_skill(self):
        self.weights()
        expired, valid = self.dealer("Expired", 1), self.dealer("Valid", 2)
        self.dealer("Lacks", 3)
        for dealer, day in ((expired, "2026-06-02"), (valid, "2026-06-03")):
            self.env["dealer.skill.line"].create(
                {
                    "dealer_id": dealer.id,
                    "skill_id": self.heating.id,
                    "expires_on": day,
                }
            )
        answer = self.near(skill_ids=self.heating.ids)
        self.assertEqual(self.names(answer), ["Valid"])
        said = [row["message"] for row in answer["excluded"]]
        self.assertEqual(said, ["Expired: Steam engines", "Lacks: Steam engines"])

    def test_an_exclusive_territory_keeps_others_out(self):
        self.weights()
        self.dealer("Near", 1)
        holder = self.dealer("Holder", 40)
        self.env["dealer.territory"].create(
            {
                "dealer_id": holder.id,
                "country_id": self.germany.id,
                "zip_from": "10",
                "zip_to": "12",
                "exclusive": True,
            }
        )
        answer = self.near(country_code="DE", zip="11000")
        self.assertEqual(self.names(answer), ["Holder"])
        [row] = answer["excluded"]
        self.assertEqual(row["code"], "exclusive")
        self.assertIn("Holder", row["message"])
        answer = self.near(country_code="DE", zip="13000")
        self.assertEqual(self.names(answer), ["Near"])
        holder.status = "paused"
        answer = self.near(country_code="DE", zip="11000")
        self.assertEqual(self.names(answer), ["Near"])

    def test_where_nobody_fits_the_rule_to_relax_is_named_with_the_best(self):
        self.weights()
        self.dealer("Full", 1, capacity=1, open_count=1)
        self.dealer("Far", 60)
        self.dealer("Both", 70, capacity=1, open_count=1)
        answer = self.near(max_km=50)
        self.assertEqual(answer["dealers"], [])
        relax = {row["code"]: self.names(row) for row in answer["relax"]}
        self.assertEqual(relax, {"distance": ["Far"], "capacity": ["Full"]})
        for row in answer["relax"]:
            self.assertTrue(row["message"].startswith("Nobody fits all rules."))

    def test_who_has_no_position_is_not_named_by_distance(self):
        self.weights(history=15)
        nowhere = self.dealer("Nowhere")
        self.env["dealer.customer"].create(
            {"dealer_id": nowhere.id, "partner_id": self.customer.id, "sold_count": 1}
        )
        answer = self.ask(partner_id=self.customer.id)
        self.assertEqual(self.codes(answer), {"Nowhere": "position"})

    def test_without_a_place_those_who_know_the_customer_are_named(self):
        self.weights(history=15)
        self.dealer("Stranger", 1)
        known = self.dealer("Known", 2)
        person = self.env["res.partner"].create({"name": "No address"})
        self.env["dealer.customer"].create(
            {"dealer_id": known.id, "partner_id": person.id, "sold_count": 1}
        )
        answer = self.ask(partner_id=person.id)
        self.assertEqual(self.names(answer), ["Known"])
        self.assertIs(answer["latitude"], False)
        self.assertIs(answer["dealers"][0]["distance_km"], False)
        self.assertEqual(answer["dealers"][0]["score"], -15)

    def test_language_acceptance_response_load_and_level_count(self):
        self.weights(language=1, acceptance=2, response=4, load=8, level=16)
        german = self.env["res.lang"]._activate_lang("de_DE") or self.env.ref(
            "base.lang_de"
        )
        self.dealer(
            "All",
            100,
            lang_ids=german.ids,
            asked_count=10,
            accepted_count=5,
            response_hours=2,
            capacity=10,
            open_count=5,
            service_level="2",
        )
        [row] = self.near(lang="de_AT", service_level="1")["dealers"]
        shares = {one["code"]: round(one["km"], 6) for one in row["criteria"]}
        shares.pop("distance")
        self.assertEqual(
            shares,
            {
                "language": 1,
                "acceptance": 1,
                "response": 2,
                "load": -4,
                "service_level": 16,
                "hours_unknown": 0,
            },
        )

    def test_ties_go_to_who_had_least_lately(self):
        self.weights()
        point = (52.5, 13.0)
        lately = self.dealer("Lately", point=point, last_given_at="2026-06-02 08:00:00")
        self.dealer("Earlier", point=point, last_given_at="2026-05-01 08:00:00")
        self.dealer("Never", point=point)
        self.assertEqual(self.names(self.near()), ["Never", "Earlier", "Lately"])
        lately.last_given_at = "2026-04-01 08:00:00"
        self.assertEqual(self.names(self.near()), ["Never", "Lately", "Earlier"])

    def test_each_of_many_gets_a_dealer_with_room(self):
        self.weights()
        self.dealer("First", 1, capacity=2)
        self.dealer("Second", 2, capacity=1)
        self.dealer("Third", 3)
        request = {"latitude": TOWN[0], "longitude": TOWN[1], "at": AT, "limit": 1}
        answers = self.env["res.partner"]._rank_dealers_in_turn([request] * 5)
        self.assertEqual(
            [self.names(answer)[0] for answer in answers],
            ["First", "First", "Second", "Third", "Third"],
        )

    def test_other_addons_add_criteria_and_keys(self):
        from ..ranking.values import Share

        self.weights()
        self.dealer("Near", 1)
        liked = self.dealer("Liked", 6)

        def keys(_self):
            return {"liked_id"}

        def bonus(_self, request):
            return 10.0 if request.get("liked_id") else 0.0

        def extra(_self, request, dealer_ids):
            share = Share("liked", 10.0, {"message": "Is liked"})
            wanted = {request.get("liked_id")} & set(dealer_ids)
            return {id_: [share] for id_ in wanted}

        self.patch(DealerProfile, "_rank_request_keys", keys)
        self.patch(DealerProfile, "_rank_extra_bonus", bonus)
        self.patch(DealerProfile, "_rank_extra", extra)
        answer = self.near(liked_id=liked.id, limit=1)
        self.assertEqual(self.names(answer), ["Liked"])
        said = [one["message"] for one in answer["dealers"][0]["criteria"]]
        self.assertIn("Is liked: worth 10.0 km", said)

    # -- rights and checks -------------------------------------------------------------

    def test_who_may_not_read_dealers_is_refused_first(self):
        with self.assertRaises(AccessError):
            self.ask(user=self.employee, nonsense=True)
        with self.assertRaises(AccessError):
            self.ask(user=self.env.ref("base.public_user"))

    def test_another_company_s_dealers_are_not_there(self):
        self.weights()
        theirs = self.env["res.company"].create({"name": "Theirs"})
        self.dealer("Theirs", 1, company_id=theirs.id)
        self.dealer("Everybody's", 3, company_id=False)
        self.dealer("Ours", 2)
        self.assertEqual(self.names(self.near()), ["Ours", "Everybody's"])
        self.assertEqual(self.codes(self.near()), {})

    def test_it_writes_nothing(self):
        self.weights()
        self.dealer("Near", 1)
        self.env.flush_all()
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        self.assertEqual(self.names(self.near(max_km=5)), ["Near"])

    def test_a_wrong_request_names_its_key(self):
        wrong = {
            "latitude": [("x",), (True,), (float("nan"),), (91.0,)],
            "partner_id": [("1",), (0,), (True,), (2**31 - 2,), (2**40,)],
            "purpose": [("rent",), (1,)],
            "service_level": [("4",), (2,)],
            "skill_ids": [(1,), (["1"],), ([2**31 - 2],), ({},)],
            "exclude_ids": [("1",), ([0],), ([None],)],
            "limit": [(0,), (101,), (True,), (2.5,), ("3",)],
            "max_km": [(0,), (-1.0,), (float("inf"),), (True,), ("9",)],
            "at": [("yesterday",), (5,), ("1800-01-01 00:00:00",)],
            "country_code": [("Germany",), ("ZZ",), (49,)],
            "zip": [(10115,), ("x" * 300,), ("a\0b",), ("\ud800",)],
            "city": [([],)],
            "lang": [(7,)],
        }
        for key, values in wrong.items():
            for (value,) in values:
                with self.subTest(key=key, value=value):
                    request = {key: value}
                    if key == "latitude":
                        request["longitude"] = 5.0
                    with self.assertRaises(ValidationError) as refused:
                        self.ask(**request)
                    self.assertIn(key, str(refused.exception))
        for request in ({"color": 1}, {"latitude": 0.0, "longitude": 0}, {1: 2}):
            with self.assertRaises(ValidationError):
                self.env["res.partner"].with_user(self.user).rank_dealers(request)
        for request in (None, [], "x", 5):
            with self.assertRaises(ValidationError):
                self.env["res.partner"].with_user(self.user).rank_dealers(request)

    def test_a_moment_may_come_as_xml_rpc_s_own_type(self):
        self.weights(open=5)
        hours = self.calendar((2, 8, 18))
        self.dealer("Near", 1, calendar_id=hours.id)
        for at in (
            AT,
            datetime(2026, 6, 3, 10),
            xmlrpc.client.DateTime("20260603T10:00:00"),
        ):
            self.assertTrue(self.near(at=at)["dealers"][0]["open"])
