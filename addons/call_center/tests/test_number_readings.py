import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from ..telephony import routing
from .test_call_life import NOW
from .test_call_rule import RuleCommon

MOBILE = "+491702345678"  # whose digits are a number in Potsdam, too
PARIS = "+33123456789"
POTSDAM = "+4933123456789"


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=2))
class TestNumberReadings(RuleCommon):
    """Digits that a telephone system sends without plus."""

    def _calls(self, number, call_id="c1", **values):
        return self._receive(
            self._event("newCall", callId=call_id, **{"from": number, **values})
        )

    def test_digits_without_plus_are_an_international_number(self):
        for text, number in (
            ("491702345678", MOBILE),
            ("33123456789", PARIS),
            ("4930901820", "+4930901820"),
            ("0170 2345678", MOBILE),
            ("301234567", "+49301234567"),
        ):
            with self.subTest(text):
                self.assertEqual(self._calls(text, f"c{text}").e164, number)

    def test_caller_is_found_whatever_their_number_was_written_like(self):
        for position, (stored, country) in enumerate(
            (
                ("+49 170 2345678", None),
                ("0170 2345678", "DE"),
                ("0170/234/5678 (privat)", "DE"),
                ("491702345678", "DE"),
                ("00491702345678", "FR"),
            )
        ):
            with self.subTest(stored):
                partner = self._partner("Anna", stored, country)
                call = self._calls("491702345678", f"c{position}")
                self.assertEqual((call.e164, call.partner_id), (MOBILE, partner))
                partner.unlink()

    def test_the_reading_that_somebody_has_is_the_calls_number(self):
        potsdam = self._partner("Potsdam", POTSDAM)
        call = self._calls("33123456789")
        self.assertEqual((call.e164, call.partner_id), (POTSDAM, potsdam))
        paris = self._partner("Paris", PARIS)
        call = self._calls("33123456789", "c2")
        self.assertEqual((call.e164, call.partner_id), (PARIS, paris))

    def test_contacts_of_another_company_do_not_decide(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._partner("Potsdam", POTSDAM, company_id=other.id)
        call = self._calls("33123456789")
        self.assertEqual(call.e164, PARIS)
        self.assertFalse(call.partner_id)

    def test_number_dialled_is_read_as_the_line_sends_it(self):
        partner = self._partner("Anna", MOBILE)
        call = self._receive(
            self._event("newCall", direction="out", to="491702345678", **{"from": "1"})
        )
        self.assertEqual((call.e164, call.partner_id), (MOBILE, partner))

    def test_what_people_type_stays_national(self):
        self.assertEqual(self._lookup("33123456789")["e164"], POTSDAM)
        blocked = self.env["call.blocked.number"].create({"e164": "33123456789"})
        self.assertEqual(blocked.e164, POTSDAM)

    def test_what_people_type_finds_who_has_it_abroad(self):
        paris = self._partner("Paris", PARIS)
        answer = self._lookup("33123456789")
        self.assertEqual(answer["e164"], PARIS)
        self.assertEqual([m["id"] for m in answer["matches"]], paris.ids)

    def test_contact_without_plus_is_found_by_both_readings(self):
        partner = self._partner("Anna", "33123456789", "DE")
        self.assertEqual(self._found(PARIS), [(partner, "exact")])
        self.assertEqual(self._found(POTSDAM), [(partner, "exact")])

    def test_blocked_number_is_refused_without_plus(self):
        self.env["call.blocked.number"].create({"e164": "0170 2345678"})
        self.assertTrue(self._calls("491702345678").is_blocked)
        # nobody else has it, so the number in Potsdam is meant
        self.env["call.blocked.number"].create({"e164": POTSDAM})
        call = self._calls("33123456789", "c2")
        self.assertEqual((call.is_blocked, call.e164), (True, POTSDAM))

    def test_own_number_is_recognised_without_plus(self):
        self.provider.numbers = "+49 170 2345678, 030 1234567"
        self._partner("Ourselves", MOBILE)
        call = self._calls("491702345678")
        self.assertTrue(routing.is_own_number(call))
        self.assertFalse(call.partner_id)

    def test_rules_see_the_number_with_its_country(self):
        rule = self._rule(number="7", caller_pattern="+33*")
        self.assertEqual(self._calls("33123456789").rule_id, rule)
        rule.write({"caller_pattern": False, "called_pattern": "+49 30 901820*"})
        for position, to in enumerate(
            ("493090182012", "+493090182012", "030 90182012", "00493090182012")
        ):
            with self.subTest(to):
                call = self._calls("33123456789", f"to{position}", to=to)
                self.assertEqual(call.rule_id, rule)
        self.assertFalse(self._calls("33123456789", "c2", to="4930444").rule_id)

    def test_trying_a_rule_out_reads_numbers_as_the_line_sends_them(self):
        rule = self._rule(number="7", caller_pattern="+33*")
        test = self.env["call.rule.test"].create(
            {
                "provider_id": self.provider.id,
                "number": "33123456789",
                "to_number": "+4989100",
            }
        )
        self.assertTrue(test.result.startswith(rule.name))

    def test_call_back_closes_however_the_caller_is_reached(self):
        def missed(call_id, number):
            self._calls(number, call_id)
            self._receive(self._event("hangup", callId=call_id, cause="cancel"))
            self._run_job("ir_cron_call_backs")

        backs = self.env["phone.call.back"]
        missed("c1", "491702345678")
        back = backs.search([("e164", "=", MOBILE)])
        self.assertEqual(back.state, "open")
        missed("c2", "+491702345678")
        self.assertEqual(back.missed_count, 2)
        self._receive(
            self._event(
                "newCall",
                callId="c3",
                direction="out",
                to="491702345678",
                **{"from": "1"},
            ),
            self._event("answer", callId="c3"),
        )
        self._run_job("ir_cron_call_backs")
        self.assertEqual(back.state, "done")

    def test_call_back_planned_by_hand_is_that_of_the_number_called(self):
        number = self.Call.with_user(self.agent).plan_call_back("33123456789")
        self.assertTrue(number)
        back = self.env["phone.call.back"].search([("state", "=", "open")])
        self.assertEqual(back.e164, POTSDAM)
        self.assertEqual(self._calls("33123456789").e164, POTSDAM)

    def test_line_of_another_country_dials_abroad_its_own_way(self):
        partner = self._partner("Anna", "+49 30 7654321")
        for code, text in (
            ("AU", "001149307654321"),
            ("HK", "00149307654321"),
            ("KR", "0070049307654321"),
            ("RU", "8~1049307654321"),
        ):
            with self.subTest(code):
                self.provider.country_id = self.env["res.country"].search(
                    [("code", "=", code)]
                )
                self.assertEqual(self._calls(text, code).partner_id, partner)
        self.provider.country_id = self.env.ref("base.au")
        self._partner("New York", "+1 212 555 0100")
        self.assertFalse(self._calls("001121255501001", "x").partner_id)

    def test_calls_before_a_contact_are_theirs_by_either_reading(self):
        call = self._calls("33123456789")
        self.assertFalse(call.partner_id)
        partner = self._partner("Paris", "33123456789", "DE")
        self.env.flush_all()
        self.assertEqual(call.partner_id, partner)


@tagged("post_install", "-at_install")
class TestNotUnderstood(RuleCommon):
    def _listed(self, partner):
        self.env.flush_all()
        arch = self.env["phone.directory"].get_view(
            self.env.ref("call_center.phone_directory_view_search").id, "search"
        )["arch"]
        self.assertIn("('kind', '!=', 'internal')", arch)
        return self.env["phone.directory"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", partner.id),
                ("e164", "=", False),
                ("kind", "!=", "internal"),
            ]
        )

    def test_digits_that_are_no_number_are_listed_with_their_record(self):
        partner = self._partner("Anna", "room 12, second floor", "DE")
        entry = self._listed(partner)
        self.assertEqual((entry.kind, entry.number), ("unread", partner.phone))
        self.assertEqual(entry.record_name, partner.display_name)
        action = entry.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (partner._name, partner.id)
        )
        partner.phone = "030 7654321 (room 12)"
        self.assertFalse(self._listed(partner))
        self.assertEqual(self._found("+49307654321"), [(partner, "exact")])

    def test_rest_of_a_field_that_is_no_number_is_listed_too(self):
        partner = self._partner("Anna", "030 7654321; 123456789012345678901", "DE")
        self.assertEqual(self._listed(partner).kind, "unread")
        self.assertEqual(self._found("+49307654321"), [(partner, "exact")])

    def test_extensions_and_words_are_not_listed(self):
        self.assertFalse(self._listed(self._partner("Anna", "101")))
        self.assertFalse(self._listed(self._partner("Anna", "ask reception")))

    def test_what_was_not_understood_finds_nobody(self):
        self._partner("Anna", "room 12345678901234567890123", "DE")
        self.assertEqual(self._found("12345"), [])
        self.assertEqual(self._found("+4934567890123"), [])
