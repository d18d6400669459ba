import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestLookup(CallCenterCommon):
    def test_answer_has_the_contracts_form(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        self.assertEqual(
            self._lookup("+49301234567"),
            {
                "number": "+49301234567",
                "e164": "+49301234567",
                "kind": "external",
                "matches": [
                    {
                        "model": "res.partner",
                        "id": partner.id,
                        "name": "Anna",
                        "commercial_partner_id": partner.id,
                        "certainty": "exact",
                        "number": "030/1234567",
                    }
                ],
            },
        )

    def test_withheld_numbers_are_anonymous(self):
        self._partner("Anonymous", "anonymous")
        for number in (
            "anonymous",
            "Anonymous",
            "unknown",
            "<unknown>",
            "RESTRICTED",
            "private",
            "sip:anonymous@anonymous.invalid",
            '"Anonymous" <sip:anonymous@x.invalid>',
            "+266696687",
            "Unbekannt",
            "-",
        ):
            with self.subTest(number):
                answer = self._lookup(number)
                self.assertEqual(answer["kind"], "anonymous")
                self.assertEqual(answer["matches"], [])
                self.assertIs(answer["e164"], False)

    def test_extension_finds_the_user(self):
        self.employee.phone_extension = "101"
        answer = self._lookup("101")
        self.assertEqual(answer["kind"], "internal")
        self.assertEqual(
            [(m["model"], m["id"], m["certainty"]) for m in answer["matches"]],
            [("res.users", self.employee.id, "exact")],
        )

    def test_two_to_five_digits_are_internal(self):
        for number in ("12", "101", "4711", "12345"):
            self.assertEqual(self._lookup(number)["kind"], "internal", number)
        self.assertEqual(self._lookup("123456")["kind"], "external")
        self.assertEqual(self._lookup("7")["kind"], "invalid")

    def test_what_is_no_number_is_invalid(self):
        for number in ("Anna", "abc 12", "+", "1" * 40, "<>", "☎"):
            answer = self._lookup(number)
            self.assertIn(answer["kind"], ("invalid", "anonymous"), number)
            self.assertEqual(answer["matches"], [], number)
        self.assertEqual(self._lookup("Anna")["kind"], "invalid")

    def test_bad_input_is_refused_by_name(self):
        lookup = self.Call.with_user(self.agent).lookup
        for arguments, key in (
            ({"number": ""}, "number"),
            ({"number": "   "}, "number"),
            ({"number": "1" * 1000}, "number"),
            ({"number": False}, "number"),
            ({"number": 49301234567}, "number"),
            ({"number": ["+49"]}, "number"),
            ({"number": "101", "country_code": "Germany"}, "country_code"),
            ({"number": "101", "country_code": 49}, "country_code"),
            ({"number": "101", "country_code": ["DE"]}, "country_code"),
            ({"number": "101", "limit": 0}, "limit"),
            ({"number": "101", "limit": 10**6}, "limit"),
            ({"number": "101", "limit": "10"}, "limit"),
            ({"number": "101", "limit": True}, "limit"),
        ):
            with self.subTest(arguments), self.assertRaises(UserError) as caught:
                lookup(**arguments)
            self.assertTrue(str(caught.exception).startswith(f"{key}:"))

    def test_country_code_may_be_lower_case(self):
        partner = self._partner("Anna", "+43 1 5144420")
        self.assertEqual(
            self._found("01 5144420", country_code="at"), [(partner, "exact")]
        )

    def test_country_of_the_company_is_assumed(self):
        partner = self._partner("Anna", "+49 30 1234567")
        self.assertEqual(self._found("030 1234567"), [(partner, "exact")])
        self.company.country_id = self.austria
        self.assertNotIn((partner, "exact"), self._found("030 1234567"))

    def test_every_match_is_returned_up_to_the_limit(self):
        partners = self.Partner.browse()
        for i in range(5):
            partners |= self._partner(f"Contact {i}", "+49 30 1234567")
        self.assertEqual({r for r, _ in self._found("+49301234567")}, set(partners))
        self.assertEqual(len(self._found("+49301234567", limit=2)), 2)

    def test_exact_matches_end_the_cascade(self):
        switchboard = self._partner("Firma", "+49 30 1234567-0", is_company=True)
        direct = self._partner("Anna", "+49 30 1234567-12", parent_id=switchboard.id)
        self.assertEqual(self._found("+4930123456712"), [(direct, "exact")])
        self.assertEqual(self._found("+4930123456799"), [(switchboard, "switchboard")])

    def test_longest_switchboard_comes_first(self):
        short = self._partner("Short", "+49 30 1234")
        long = self._partner("Long", "+49 30 1234567")
        self.assertEqual(
            self._found("+4930123456712"),
            [(long, "switchboard"), (short, "switchboard")],
        )

    def test_company_comes_before_its_people(self):
        company = self._partner("Firma", "+49 30 1234567", is_company=True)
        people = [
            self._partner(f"P{i}", "030 1234567", "DE", parent_id=company.id)
            for i in range(3)
        ]
        found = self._lookup("+49301234567")["matches"]
        self.assertEqual(found[0]["id"], company.id)
        self.assertEqual({m["id"] for m in found[1:]}, {p.id for p in people})
        self.assertEqual({m["commercial_partner_id"] for m in found}, {company.id})

    def test_customer_last_in_contact_comes_first(self):
        self.env.flush_all()
        first = self._partner("First", "+49 30 1234567")
        second = self._partner("Second", "+49 30 1234567")
        now = datetime.datetime(2026, 5, 4, 10, 0)
        call = {"company_id": self.company.id, "direction": "in", "state": "ended"}
        self.Call.create(
            [
                {**call, "partner_id": second.id, "started_at": now},
                {
                    **call,
                    "partner_id": first.id,
                    "started_at": now - datetime.timedelta(days=1),
                },
            ]
        )
        self.assertEqual([r for r, _ in self._found("+49301234567")], [second, first])
        self.Call.create(
            {
                **call,
                "partner_id": first.id,
                "started_at": now + datetime.timedelta(days=1),
            }
        )
        self.assertEqual([r for r, _ in self._found("+49301234567")], [first, second])

    def test_only_what_the_user_may_read_is_found(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self._partner("Hidden", "+49 30 1234567", company_id=other.id)
        self.env.flush_all()
        self.assertEqual(self._found("+49301234567"), [])
        superuser = self.env(user=self.env.ref("base.user_root"))["phone.call"]
        answer = superuser.with_context(allowed_company_ids=other.ids).lookup(
            "+49301234567"
        )
        self.assertEqual([m["id"] for m in answer["matches"]], partner.ids)

    def test_hidden_exact_match_does_not_hide_a_similar_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._partner("Hidden", "+49 30 12345678", company_id=other.id)
        similar = self._partner("Similar", "1234 5678", "DE")
        self.assertEqual(self._found("+493012345678"), [(similar, "suffix")])

    def test_every_internal_user_may_look_up(self):
        partner = self._partner("Anna", "+49 30 1234567")
        self.assertEqual(
            self._found("+49301234567", self.employee), [(partner, "exact")]
        )

    def test_portal_users_may_not_look_up(self):
        portal = new_test_user(self.env, "cc_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self.Call.with_user(portal).lookup("+49301234567")
        with self.assertRaises(AccessError):
            self.Call.with_user(portal).caller_context("res.partner", 1)

    def test_pending_numbers_are_found_at_once(self):
        partner = self._partner("Anna", "+49 30 1234567")
        self.env.flush_all()
        partner.phone = "+49 30 7654321"
        self.assertEqual(self._found("+49307654321"), [(partner, "exact")])
        self.assertEqual(self._found("+49301234567"), [])

    def test_lookup_takes_few_statements(self):
        company = self._partner("Firma", "+49 30 1234567", is_company=True)
        for i in range(20):
            self._partner(f"P{i}", "+49 30 1234567", parent_id=company.id)
        self.env.flush_all()
        self._lookup("+49301234567")
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self._lookup("+49301234567", limit=100)
