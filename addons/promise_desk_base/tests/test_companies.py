"""Each record stays in the companies of whoever writes it: all models of the suite."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MUTED, SuiteCase


@tagged("post_install", "-at_install")
class TestCompanies(SuiteCase):
    def _with_company(self):
        return [
            name for name in self.tables() if "company_id" in self.env[name]._fields
        ]

    def _may(self, name, operation):
        return self.seen_by(self.user, self.env[name]).has_access(operation)

    def _written(self):
        """Models with a company that people write."""
        return [name for name in self._with_company() if self._may(name, "write")]

    def test_every_model_with_a_company_is_guarded(self):
        missing = [
            name
            for name in self._with_company()
            if not hasattr(self.env[name], "_check_guarded_company")
        ]
        self.assertFalse(missing, "these models do not inherit company.guard")

    @mute_logger(*MUTED)
    def test_nothing_is_moved_to_a_company_that_one_is_not_in(self):
        for name in self._written():
            field = self.env[name]._fields["company_id"]
            if field.related and field.readonly:
                continue
            with self.subTest(model=name):
                record = self.seen_by(self.user, self.make(name, self.ours))
                with self.assertRaises(UserError):
                    record.write({"company_id": self.theirs.id})
                    self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(record.sudo().company_id, self.ours)

    @mute_logger(*MUTED)
    def test_nothing_is_tied_to_what_belongs_to_another_company(self):
        """Indirectly: by a line, a team, a promise or a run of the others."""
        for name in self._written():
            for field_name, field in self.env[name]._fields.items():
                if (
                    field.type not in ("many2one", "many2many")
                    or not field.store
                    or field_name == "company_id"
                    or field_name in ("create_uid", "write_uid")
                    or field.comodel_name == "res.company"
                    or not {"company_id", "company_ids"}
                    & self.env[field.comodel_name]._fields.keys()
                ):
                    continue
                with self.subTest(model=name, field=field_name):
                    record = self.seen_by(self.user, self.make(name, self.ours))
                    foreign = self.make(field.comodel_name, self.theirs)
                    value = foreign.id
                    if field.type == "many2many":
                        value = [Command.link(foreign.id)]
                    with self.assertRaises(UserError) as refused:
                        record.write({field_name: value})
                        self.env.flush_all()
                    self.assertNotIn(self.theirs.name, str(refused.exception))
                    self.env.invalidate_all()

    @mute_logger(*MUTED)
    def test_what_is_for_all_is_not_written_by_one_company_s_people(self):
        for name in self._written():
            Model = self.env[name]
            field = Model._fields["company_id"]
            if field.required or field.related or not Model._no_company_is_all:
                continue
            with self.subTest(model=name):
                record = self.seen_by(self.user, self.make(name, self.ours))
                with self.assertRaises(AccessError):
                    record.write({"company_id": False})
                self.env.invalidate_all()
                self.assertEqual(record.sudo().company_id, self.ours)
                record.sudo().company_id = False
                record.read(["display_name"])
                self.assertFalse(record.has_access("write"))
                self.assertFalse(record.has_access("unlink"))
                everywhere = self._user(f"everywhere {name}", self.ours)
                everywhere.company_ids = self.env["res.company"].search([])
                self.assertTrue(self.seen_by(everywhere, record).has_access("write"))

    @mute_logger(*MUTED)
    def test_another_company_s_records_are_not_there(self):
        for name in self._with_company():
            Model = self.seen_by(self.user, self.env[name])
            if not Model.has_access("read") or not self._may(name, "write"):
                continue
            with self.subTest(model=name):
                foreign = self.seen_by(self.user, self.make(name, self.theirs))
                self.assertFalse(Model.search([("id", "in", foreign.ids)]))
                self.assertFalse(foreign.has_access("read"))

    @mute_logger(*MUTED)
    def test_lists_that_know_no_company_are_for_all(self):
        """Tags of calls, say."""
        for name in self.tables():
            Model = self.env[name]
            if "company_id" in Model._fields or not self._may(name, "write"):
                continue
            with self.subTest(model=name):
                record = self.seen_by(self.user, self.make(name, self.ours))
                self.assertTrue(record.has_access("read"))
                for operation in ("write", "unlink"):
                    self.assertFalse(record.has_access(operation), operation)
                with self.assertRaises(AccessError):
                    record.create(record.sudo().copy_data()[0])
