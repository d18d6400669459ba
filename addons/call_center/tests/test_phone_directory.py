from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestPhoneDirectory(CallCenterCommon):
    def _entries(self, record):
        self.env.flush_all()
        return self.env["phone.directory"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def _numbers(self, record):
        return sorted(entry.e164 or entry.number for entry in self._entries(record))

    def test_number_of_a_new_contact_is_entered(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        entry = self._entries(partner)
        self.assertEqual(entry.e164, "+49301234567")
        self.assertEqual(entry.reversed_national, "765432103")
        self.assertEqual(entry.number, "030/1234567")

    def test_changed_number_replaces_the_old_one(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        partner.phone = "+43 1 5144420"
        self.assertEqual(self._numbers(partner), ["+4315144420"])
        partner.phone = False
        self.assertFalse(self._entries(partner))

    def test_other_changes_leave_the_entries_alone(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        entry = self._entries(partner)
        partner.name = "Anne"
        self.assertEqual(self._entries(partner), entry)

    def test_country_of_the_contact_is_assumed(self):
        partner = self._partner("Anna", "01 5144420", "AT")
        self.assertEqual(self._numbers(partner), ["+4315144420"])

    def test_changed_country_is_read_again(self):
        partner = self._partner("Anna", "01 5144420", "AT")
        partner.country_id = self.env.ref("base.de")
        self.assertNotEqual(self._numbers(partner), ["+4315144420"])

    def test_country_of_the_parent_is_assumed_without_one(self):
        company = self._partner("Firma", False, "AT", is_company=True)
        partner = self._partner("Anna", "01 5144420", parent_id=company.id)
        partner.country_id = False
        self.assertEqual(self._numbers(partner), ["+4315144420"])

    def test_country_of_the_contacts_company_then_of_the_users(self):
        other = self.env["res.company"].create(
            {"name": "Wien", "country_id": self.austria.id}
        )
        partner = self._partner("Anna", "01 5144420", company_id=other.id)
        self.assertEqual(self._numbers(partner), ["+4315144420"])
        partner = self._partner("Berta", "030 1234567")
        self.assertEqual(self._numbers(partner), ["+49301234567"])

    def test_two_numbers_in_one_field_are_two_entries(self):
        partner = self._partner("Anna", "030 1234567 / 0151 23456789", "DE")
        self.assertEqual(self._numbers(partner), ["+4915123456789", "+49301234567"])

    def test_text_without_number_is_not_entered(self):
        partner = self._partner("Anna", "ask reception", "DE")
        self.assertFalse(self._entries(partner))
        partner.phone = "unknown"
        self.assertFalse(self._entries(partner))

    def test_deleted_record_leaves(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        entry = self._entries(partner)
        partner.unlink()
        self.assertFalse(entry.exists())

    def test_archived_record_leaves_and_comes_back(self):
        partner = self._partner("Anna", "030/1234567", "DE")
        partner.action_archive()
        self.assertFalse(self._entries(partner))
        partner.action_unarchive()
        self.assertEqual(self._numbers(partner), ["+49301234567"])

    def test_extension_of_a_user_is_entered(self):
        self.employee.phone_extension = "101"
        self.assertEqual(self._numbers(self.employee), ["101"])

    def test_user_may_not_choose_his_own_extension(self):
        with self.assertRaises(AccessError):
            self.employee.with_user(self.employee).phone_extension = "101"

    def test_rebuild_gives_what_was_kept_current(self):
        self._partner("Anna", "030 1234567 / 0151 23456789", "DE")
        self._partner("Berta", "+43 1 5144420-0")
        self.employee.phone_extension = "101"
        self.env.flush_all()

        def rows():
            entries = self.env["phone.directory"].search([]).read(load="")
            for values in entries:
                del values["id"]
            return sorted(sorted(values.items()) for values in entries)

        before = rows()
        self.env["phone.directory"]._rebuild()
        self.assertEqual(rows(), before)

    def test_rebuild_brings_in_what_came_by_sql(self):
        partner = self._partner("Anna", False, "DE")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET phone = '030 1234567' WHERE id = %s", [partner.id]
        )
        self.env["phone.directory"]._cron_rebuild()
        self.assertEqual(self._numbers(partner), ["+49301234567"])

    def test_change_of_a_companys_country_schedules_a_rebuild(self):
        cron = self.env.ref("call_center.ir_cron_rebuild_directory")
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        region = self.env["phone.directory"]._company_region
        self.assertEqual(region(self.company.id), "DE")
        # on the company's own form, or on its contact's
        self.company.partner_id.country_id = self.austria
        self.assertEqual(region(self.company.id), "AT")
        after = self.env["ir.cron.trigger"].search_count(domain)
        self.assertEqual(after, before + 1)

    def test_import_of_many_enters_them_in_few_statements(self):
        self.env.flush_all()
        values = [
            {"name": f"Contact {i}", "phone": f"+49 30 90{i:05}"} for i in range(500)
        ]
        partners = self.Partner.create(values)
        self.env.flush_all()
        entries = self.env["phone.directory"].search_count(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids)]
        )
        self.assertEqual(entries, 500)

    def test_only_administrators_read_the_directory_itself(self):
        for user in (self.agent, self.manager, self.employee):
            directory = self.env["phone.directory"].with_user(user)
            self.assertFalse(directory.has_access("read"))
            self.assertFalse(directory.has_access("write"))
