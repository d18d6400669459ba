"""What somebody has open in a dialog is theirs alone: all transient models."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MUTED, SuiteCase


@tagged("post_install", "-at_install")
class TestWindows(SuiteCase):
    def _windows(self):
        return [name for name in self.models() if self.env[name]._transient]

    def _open(self, name):
        """A window of the user's own, which a colleague of the same company tries."""
        window = self.make(name, self.ours, self.user)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(window.create_uid, self.user)
        return window

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("suite_colleague", cls.ours)

    def test_every_window_is_guarded(self):
        missing = [
            name
            for name in self._windows()
            if not hasattr(self.env[name], "_check_own_window")
        ]
        self.assertFalse(missing, "these models do not inherit wizard.guard")

    @mute_logger(*MUTED)
    def test_a_colleague_neither_sees_nor_changes_it(self):
        for name in self._windows():
            with self.subTest(model=name):
                window = self.seen_by(self.colleague, self._open(name))
                self.assertFalse(window.search([("id", "in", window.ids)]))
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(window.has_access(operation), operation)
                with self.assertRaises(AccessError):
                    window.read()
                with self.assertRaises(AccessError):
                    window.write({"display_name": "Mine"})
                own = self.seen_by(self.user, window)
                self.assertTrue(own.has_access("read"))

    @mute_logger(*MUTED)
    def test_nothing_is_put_into_it(self):
        """A row in a colleague's window: made there, or moved there."""
        for name in self._windows():
            for field_name, field in self.env[name]._fields.items():
                if (
                    field.type != "many2one"
                    or not field.store
                    or field.comodel_name not in self._windows()
                ):
                    continue
                with self.subTest(model=name, field=field_name):
                    foreign = self._open(field.comodel_name)
                    row = self.make(name, self.ours, self.colleague)
                    row = self.seen_by(self.colleague, row)
                    row.sudo()[field_name] = self.make(
                        field.comodel_name, self.ours, self.colleague
                    )
                    with self.assertRaises(AccessError):
                        row.write({field_name: foreign.id})
                    vals = row.sudo().copy_data()[0]
                    with self.assertRaises(AccessError):
                        row.create({**vals, field_name: foreign.id})
