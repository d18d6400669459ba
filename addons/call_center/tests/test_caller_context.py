from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..telephony.caller import Section
from .common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestCallerContext(CallCenterCommon):
    def test_contact_section_shows_person_and_entity(self):
        company = self._partner(
            "Firma", "+49 30 1234567", "DE", is_company=True, city="Berlin"
        )
        person = self._partner(
            "Anna",
            "+49 30 1234567-12",
            parent_id=company.id,
            function="Buyer",
            email="anna@example.com",
        )
        section = self._section(person, "contact")
        self.assertEqual([r["id"] for r in section["records"]], [person.id, company.id])
        first = section["records"][0]
        self.assertEqual(first["model"], "res.partner")
        self.assertEqual(first["function"], "Buyer")
        self.assertEqual(first["email"], "anna@example.com")
        self.assertIn(
            {"key": "function", "label": "Position", "type": "text"}, first["details"]
        )
        self.assertEqual(section["records"][1]["city"], "Berlin")
        self.assertEqual(section["alerts"], [])

    def test_empty_values_are_left_out(self):
        person = self._partner("Anna", "+49 30 1234567")
        line = self._section(person, "contact")["records"][0]
        self.assertNotIn("function", line)
        self.assertNotIn("function", [d["key"] for d in line["details"]])

    def test_user_is_shown_with_extension(self):
        self.employee.phone_extension = "101"
        section = self._section(self.employee, "contact")
        self.assertEqual(section["records"][0]["model"], "res.users")
        self.assertEqual(section["records"][0]["extension"], "101")

    def test_last_calls_are_shown_to_those_who_may_see_calls(self):
        company = self._partner("Firma", "+49 30 1234567", is_company=True)
        person = self._partner("Anna", "+49 30 1234567-12", parent_id=company.id)
        values = {"company_id": self.company.id, "state": "ended"}
        of_company = self.Call.create({**values, "partner_id": company.id})
        by_number = self.Call.create({**values, "from_number": "030 123456712"})
        self.Call.create({**values, "from_number": "030 7654321"})
        self.Call.create({**values, "partner_id": person.id, "state": "ringing"})
        section = self._section(person, "calls")
        self.assertEqual(
            {r["id"] for r in section["records"]}, {of_company.id, by_number.id}
        )
        self.assertEqual(section["records"][0]["badge"], "Missed")
        self.assertIsNone(self._section(person, "calls", self.employee))

    def test_both_methods_work_under_a_read_only_transaction(self):
        person = self._partner("Anna", "+49 30 1234567")
        self.env.flush_all()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            self.assertTrue(self._lookup("+49301234567")["matches"])
            self.assertTrue(self._section(person, "contact")["records"])
            self.assertTrue(
                self.Call.with_user(self.agent).caller_outline("res.partner", person.id)
            )
            self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])
            # what was set is undone with the savepoint
            raise ZeroDivisionError
        for name in ("lookup", "caller_context", "caller_outline", "my_calls"):
            self.assertTrue(getattr(type(self.Call), name)._readonly)

    def test_nothing_returned_is_none(self):
        def walk(value):
            self.assertIsNotNone(value)
            if isinstance(value, dict):
                for part in value.values():
                    walk(part)
            elif isinstance(value, list):
                for part in value:
                    walk(part)

        person = self._partner("Anna", "+49 30 1234567")
        walk(self.Call.with_user(self.agent).caller_context("res.partner", person.id))
        walk(self._lookup("+49301234567"))
        walk(self._lookup("anonymous"))

    def test_bad_input_is_refused_by_name(self):
        person = self._partner("Anna", "+49 30 1234567")
        context = self.Call.with_user(self.agent).caller_context
        for arguments, key in (
            (("no.such.model", 1), "model"),
            (("res.company", 1), "model"),
            ((False, 1), "model"),
            ((["res.partner"], 1), "model"),
            (("res.partner", 2**31 - 1), "id"),
            (("res.partner", 2**40), "id"),
            (("res.partner", 0), "id"),
            (("res.partner", -1), "id"),
            (("res.partner", "1"), "id"),
            (("res.partner", True), "id"),
            (("res.partner", person.id, "contact"), "codes"),
            (("res.partner", person.id, [1]), "codes"),
        ):
            with self.subTest(arguments), self.assertRaises(UserError) as caught:
                context(*arguments)
            self.assertTrue(str(caught.exception).startswith(f"{key}:"))

    def test_caller_the_user_may_not_read_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        person = self._partner("Hidden", "+49 30 1234567", company_id=other.id)
        with self.assertRaises(AccessError):
            self.Call.with_user(self.agent).caller_context("res.partner", person.id)
        with self.assertRaises(AccessError):
            self.Call.with_user(self.agent).caller_outline("res.partner", person.id)

    def test_sections_can_be_asked_for_one_by_one(self):
        person = self._partner("Anna", "+49 30 1234567")
        call = self.Call.with_user(self.agent)
        built = []

        def section(sequence, code):
            def build(_record):
                built.append(code)
                return [], []

            return Section(sequence, code, code.title(), build)

        def sections(_self, _record):
            return [section(2, "later"), section(1, "sooner")]

        with patch.object(type(self.env["phone.caller"]), "_caller_sections", sections):
            outline = call.caller_outline("res.partner", person.id)
            self.assertEqual([s["code"] for s in outline], ["sooner", "later"])
            self.assertEqual(built, [])
            context = call.caller_context("res.partner", person.id, ["later"])
            self.assertEqual([s["code"] for s in context["sections"]], ["later"])
            self.assertEqual(built, ["later"])
