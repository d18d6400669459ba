from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import phone_directory
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
        self._run_job("ir_cron_rebuild_directory")
        self.assertEqual(self._numbers(partner), ["+49301234567"])

    def _ids(self):
        self.env.flush_all()
        rows = self.env.execute_query(SQL("SELECT id FROM phone_directory ORDER BY id"))
        return [id_ for (id_,) in rows]

    def test_rebuild_writes_only_what_differs(self):
        partner = self._partner("Anna", "030 1234567 / 0151 23456789", "DE")
        other = self._partner("Berta", "030 7654321", "DE")
        before = self._ids()
        entry = self._entries(other)
        self.env.cr.execute(
            SQL("UPDATE phone_directory SET e164 = '+1' WHERE id = %s", entry.id)
        )
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET phone = '030 1234567' WHERE id = %s", partner.id
            )
        )
        gone = self._entries(partner).filtered(lambda e: e.e164 == "+4915123456789")
        self._run_job("ir_cron_rebuild_directory")
        after = self._ids()
        self.assertEqual(set(before) - set(after), {entry.id, gone.id})
        self.assertEqual(len(set(after) - set(before)), 1)
        self.assertEqual(self._numbers(other), ["+49307654321"])
        self.assertEqual(self._numbers(partner), ["+49301234567"])

    def test_rebuild_takes_slices_and_goes_on_where_it_stopped(self):
        partners = self.Partner.create(
            [{"name": f"P{n}", "phone": f"+49 30 765432{n}"} for n in range(6)]
        )
        directory = self.env["phone.directory"]
        expected = {p: self._numbers(p) for p in partners}
        self.env.cr.execute("DELETE FROM phone_directory")
        self.patch(phone_directory, "FILL_BATCH", 2)
        slices = []
        do_slice = type(directory)._rebuild_slice

        def noted(self, model_name, after, lock=False):
            slices.append((model_name, after))
            return do_slice(self, model_name, after, lock)

        self.patch(type(directory), "_rebuild_slice", noted)
        rest = [3.0, 0.0]
        with patch.object(
            type(self.env["ir.cron"]),
            "_commit_progress",
            side_effect=lambda *_args, **_values: rest.pop(0),
        ):
            directory._cron_rebuild()
        self.assertEqual(len(slices), 2)
        names = sorted(directory._model_names())
        self.assertEqual(slices[0], (names[0], 0))
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        ):
            directory._cron_rebuild()
        self.assertEqual(len(slices), len(set(slices)))
        self.assertEqual([n for n in names if n in {m for m, _id in slices}], names)
        self.assertEqual({p: self._numbers(p) for p in partners}, expected)
        self.assertIsNone(directory._rebuild_position(names))

    def test_rebuild_removes_entries_behind_the_last_record(self):
        last = self._partner("Last", "030 1234567", "DE")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE phone_directory SET res_id = res_id + 1 WHERE res_id = %s",
                last.id,
            )
        )
        self.env["phone.directory"]._rebuild()
        self.assertEqual(self._numbers(last), ["+49301234567"])
        self.assertFalse(self._entries(self.Partner.browse(last.id + 1)))

    def test_slice_is_tried_again_when_somebody_changes_its_records(self):
        partner = self._partner("Anna", "030 1234567", "DE")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM phone_directory")
        directory = self.env["phone.directory"]
        do_slice = type(directory)._rebuild_slice
        failed = []

        def once(self, model_name, after, lock=False):
            if not failed:
                failed.append(model_name)
                raise psycopg2.errors.SerializationFailure
            return do_slice(self, model_name, after, lock)

        self.patch(type(directory), "_rebuild_slice", once)
        with (
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
            ),
            patch.object(self.env.cr, "rollback"),
        ):
            directory._cron_rebuild()
        self.assertTrue(failed)
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
