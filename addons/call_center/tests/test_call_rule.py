import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon


class RuleCommon(CallLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["call.rule"]
        cls.Rule.search([("company_id", "!=", False)]).unlink()
        cls.tag = cls.env["res.partner.category"].create({"name": "Key account"})
        cls.customer = cls._partner("Berger", "+49 30 1234567", "DE")
        cls.customer.user_id = cls.agent

    @classmethod
    def _rule(cls, **values):
        values = {
            "name": "Rule",
            "company_id": cls.company.id,
            "action": "number",
            "number": "900",
            **values,
        }
        return cls.Rule.create(values)

    def _answer(self, number="+49301234567", call_id="r1", provider=None, **values):
        event = self._event("newCall", callId=call_id, **{"from": number, **values})
        return self.Call._receive(provider or self.provider, event)

    def assertDials(self, expected, *args, **values):
        """The answer dials the number; or is empty, if none is expected."""
        answer = self._answer(*args, **values)
        wanted = {"action": "dial", "number": expected} if expected else {}
        self.assertEqual(answer, wanted)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCallRule(RuleCommon):
    def test_without_rules_calls_go_as_they_did(self):
        self.assertDials(None)

    def test_first_rule_that_applies_counts(self):
        self._rule(sequence=20, number="20")
        self._rule(sequence=10, number="10")
        self._rule(sequence=5, number="5", caller="unknown")
        self.assertDials("10")
        self.assertEqual(self._call("r1").directed_to, "10")

    def test_provider_that_asks_again_gets_the_same_answer(self):
        rule = self._rule(number="10")
        self.assertDials("10")
        rule.number = "11"
        self.assertDials("10")
        self.Call._receive(self.provider, self._event("hangup", callId="r1"))
        self.assertDials(None)

    def test_known_and_unknown_callers(self):
        self._rule(caller="known", number="1")
        self._rule(caller="unknown", number="2")
        self.assertDials("1")
        self.assertDials("2", "+49891111111", "r2")
        self.assertDials(None, "anonymous", "r3")
        self.assertDials(None, "101", "r4")

    def test_withheld_numbers(self):
        self._rule(caller="withheld", action="reject", number=False)
        self.assertDials(None)
        answer = self._answer("anonymous", "r2")
        self.assertEqual(answer, {"action": "reject", "reason": "busy"})
        self.assertEqual(self._call("r2").directed_to, "reject")

    def test_customers_of_a_class(self):
        self._rule(category_ids=[(6, 0, self.tag.ids)])
        self.assertDials(None)
        self.customer.category_id = self.tag
        self.assertDials("900", call_id="r2")

    def test_class_of_the_customers_company(self):
        self.customer.phone = False
        self.customer.category_id = self.tag
        self.customer.is_company = True
        self._partner("Anna", "+49 30 1234567", "DE", parent_id=self.customer.id)
        self._rule(category_ids=[(6, 0, self.tag.ids)])
        self.assertDials("900")

    def test_patterns_of_numbers(self):
        self._rule(caller_pattern="+4930*, +43 ?12*", called_pattern="*100")
        self.assertDials("900")
        self.assertDials("900", "+43112345678", "r2")
        self.assertDials(None, "+431212345678", "r3")
        self.assertDials(None, call_id="r4", to="+4989200")

    def test_number_called_with_or_without_its_plus(self):
        self._rule(called_pattern="4989*")
        self.assertDials("900", to="+4989200")
        self.assertDials("900", call_id="r2", to="4989200")

    def test_pattern_is_no_program(self):
        for pattern in ("(a+)+$", "[0-9]", "+49;", "hello"):
            with self.assertRaises(ValidationError):
                self._rule(caller_pattern=pattern)

    def test_opening_hours(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "attendance_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "name": "Monday",
                            "dayofweek": "0",
                            "hour_from": 9,
                            "hour_to": 17,
                        },
                    ),
                ],
            }
        )
        self._rule(calendar_id=calendar.id, hours="open", number="1")
        self._rule(calendar_id=calendar.id, hours="closed", number="2")
        # Monday in May: two hours before UTC
        day = datetime.datetime(2026, 5, 4)
        for number, (hour, minute, expected) in enumerate(
            ((6, 59, "2"), (7, 0, "1"), (14, 59, "1"), (15, 0, "2"))
        ):
            with freeze_time(day.replace(hour=hour, minute=minute)):
                self.assertDials(expected, call_id=f"h{number}")

    def test_rule_of_a_line(self):
        other = self.provider.copy({"name": "Other"})
        self._rule(provider_ids=[(6, 0, other.ids)])
        self.assertDials(None)
        self.assertDials("900", call_id="r2", provider=other)

    def test_customers_salesperson(self):
        self._rule(action="salesperson")
        self.assertDials("101")
        self.assertEqual(self._call("r1").user_id, self.agent)
        self.assertDials(None, "+49891111111", "r2")

    def test_salesperson_of_the_customers_company(self):
        self.customer.write({"phone": False, "is_company": True})
        self._partner("Anna", "+49 30 1234567", "DE", parent_id=self.customer.id)
        self._rule(action="salesperson")
        self.assertDials("101")

    def test_rule_with_nowhere_to_send_is_passed_over(self):
        self._rule(action="salesperson", sequence=1)
        self._rule(number="7", sequence=2)
        self.agent.phone_extension = False
        self.assertDials("7")
        self.customer.user_id = False
        self.assertDials("7", call_id="r2")
        self.agent.phone_extension = "101"
        self.customer.user_id = self.agent
        self.agent.active = False
        self.assertDials("7", call_id="r3")

    def test_agent_of_the_last_call(self):
        rule = self._rule(action="last_agent", last_days=10)
        for day, user in (
            (2, self.agent),
            (5, self.manager),
            (1, self.env["res.users"]),
        ):
            at = NOW - datetime.timedelta(days=day)
            self.Call.create(
                {
                    "direction": "in",
                    "from_number": "+49301234567",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "started_at": at,
                    "answered_at": user and at,
                    "ended_at": at,
                    "state": "ended",
                }
            )
        self.assertDials("101")
        rule.last_days = 1
        self.assertDials(None, call_id="r2")

    def test_fixed_user(self):
        self._rule(action="user", user_id=self.manager.id)
        self.assertDials("102")
        with self.assertRaises(ValidationError):
            self._rule(action="user", user_id=False)

    def test_user_who_is_in_another_company_gets_no_calls(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            self._rule(action="user", user_id=self._admin_of(other).id)
        self._rule(action="user", user_id=self.manager.id)
        # who leaves the company is named by a rule still
        self.manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertDials(None)

    def _admin_of(self, company):
        return self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "cc_stranger",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
            }
        )

    def test_number_or_queue(self):
        for number in ("+4930123", "support", "sales-2"):
            self._rule(number=number)
        for number in ("", "a b", "<x/>", "1;2", False):
            with self.assertRaises(ValidationError):
                self._rule(number=number)

    def test_rule_can_leave_calls_alone(self):
        self._rule(action="pass", caller="known", sequence=1)
        self._rule(number="7", sequence=2)
        self.assertDials(None)
        self.assertEqual(self._call("r1").rule_id.action, "pass")
        self.assertDials("7", "+49891111111", "r2")

    def test_rules_of_other_companies_do_not_count(self):
        self._rule(company_id=self.env.ref("base.main_company").id)
        self.assertDials(None)
        self._rule(company_id=False, number="8")
        self.assertDials("8", call_id="r2")

    def test_only_new_incoming_calls_are_directed(self):
        self._rule()
        self.assertDials(None, direction="out", to="+49301234567")
        for event in ("answer", "hangup"):
            event = self._event(event, callId="r2", user="101")
            self.assertEqual(self.Call._receive(self.provider, event), {})

    def test_telephone_system_that_does_not_ask_is_not_directed(self):
        self._rule()
        self.provider.kind = "asterisk"
        self.assertDials(None)
        self.assertFalse(self._call("r1").rule_id)

    def test_cloud_providers_are_given_numbers(self):
        self._rule(action="user", user_id=self.manager.id)
        self.provider.kind = "sipgate"
        self.assertDials("102")
        self.manager.partner_id.phone = "030 5550001"
        self.assertDials("+49305550001", call_id="r2")

    def test_only_managers_make_rules(self):
        rule = self._rule()
        rule.with_user(self.agent).read(["name"])
        with self.assertRaises(AccessError):
            rule.with_user(self.agent).name = "Mine"
        with self.assertRaises(AccessError):
            self.Rule.with_user(self.agent).create({"name": "x", "number": "1"})
        rule.with_user(self.manager).name = "Ours"

    # -- trying out --------------------------------------------------------

    def _try_out(self, **values):
        return (
            self.env["call.rule.test"]
            .with_user(self.manager)
            .new({"provider_id": self.provider.id, "at": NOW, **values})
        )

    def test_try_out_says_which_rule_counts_and_why_not_the_others(self):
        self._rule(name="Strangers", caller="unknown", sequence=2)
        self._rule(name="To Anna", action="salesperson", sequence=3)
        self._rule(name="Rest", sequence=4)
        test = self._try_out(number="030 1234567")
        self.assertEqual(test.partner_id, self.customer)
        self.assertIn("To Anna", test.result)
        self.assertIn("101", test.result)
        told = {line.rule_id.name: (line.told, line.counts) for line in test.line_ids}
        self.assertIn("another kind of caller", told["Strangers"][0])
        self.assertTrue(told["To Anna"][1])
        self.assertIn("earlier rule", told["Rest"][0])
        self.assertFalse(told["Strangers"][1] or told["Rest"][1])
        test = self._try_out(number="089 1111111")
        self.assertIn("Strangers", test.result)
        self.assertFalse(self.Call.search([("provider_id", "=", self.provider.id)]))

    def test_try_out_without_number_is_a_withheld_one(self):
        self._rule(name="Withheld", caller="withheld", action="reject", number=False)
        self.assertIn("Withheld: refused", self._try_out().result)
        self.assertIn("No rule", self._try_out(number="030 1234567").result)

    def test_try_out_says_what_becomes_of_a_call_without_rule(self):
        self.assertIn("telephone system", self._try_out(number="1").result)
        self.provider.kind = "twilio"
        self.assertIn("hangs up", self._try_out(number="1").result)
        self.provider.default_target = "queue:sales"
        self.assertIn("queue:sales", self._try_out(number="1").result)

    def test_call_that_waits_needs_no_words(self):
        calendar = self.env["resource.calendar"].create({"name": "Never"})
        self._rule(caller="unknown", sequence=1, calendar_id=calendar.id)
        self._rule(number="10", sequence=2)
        with (
            patch.object(type(self.Rule), "_why_not", self.fail),
            patch.object(type(self.Rule), "_is_time", self.fail),
        ):
            self.assertDials("10")
