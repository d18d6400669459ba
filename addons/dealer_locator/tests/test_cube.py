"""The extension: made before the tables, refused with a sentence, dropped if ours."""

from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged

from .. import hooks
from .common import DealerCase


class Cursor:
    """A cursor that answers as a database without the extension does."""

    def __init__(self, cr, available=True, error=None):
        self._cr = cr
        self.available = available
        self.error = error
        self.rows = []
        self.said = []

    def execute(self, query, *args):
        self.said.append(query)
        self.rows = []
        if "pg_available_extensions" in query and self.available:
            self.rows = [(1,)]
        if query.startswith("CREATE") and self.error:
            raise self.error

    def fetchone(self):
        return self.rows[0] if self.rows else None

    def savepoint(self):
        return self._cr.savepoint()


class Env:
    def __init__(self, env, cr):
        self._env = env
        self.cr = cr
        self._ = env._

    def __getitem__(self, name):
        return self._env[name]


@tagged("post_install", "-at_install")
class TestCube(DealerCase):
    def _install(self, **options):
        cursor = Cursor(self.cr, **options)
        hooks.pre_init_hook(Env(self.env, cursor))
        return cursor

    def test_a_server_without_it_is_refused_with_what_to_do(self):
        with self.assertRaises(UserError) as refused:
            self._install(available=False)
        self.assertIn("contrib", str(refused.exception))

    def test_a_user_who_may_not_create_it_is_refused_with_what_to_do(self):
        error = psycopg2.errors.InsufficientPrivilege("permission denied")
        with self.assertRaises(UserError) as refused:
            self._install(error=error)
        self.assertIn("CREATE EXTENSION cube", str(refused.exception))
        self.assertIn("permission denied", str(refused.exception))

    def test_what_is_created_is_remembered(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(hooks.OURS, False)
        hooks.pre_init_hook(self.env)  # it is there
        self.assertFalse(parameters.get_param(hooks.OURS))
        cursor = self._install()
        self.assertIn("CREATE EXTENSION cube", cursor.said)
        self.assertTrue(parameters.get_param(hooks.OURS))

    def test_it_goes_only_if_it_is_ours_and_nobody_else_s(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(hooks.OURS, False)
        hooks.uninstall_hook(self.env)
        self.assertTrue(hooks._has_cube(self.env))
        parameters.set_param(hooks.OURS, "1")
        self.env.cr.execute("CREATE TABLE uses_cube (corner cube)")
        with patch.object(hooks, "_logger"):
            hooks.uninstall_hook(self.env)
        self.assertTrue(hooks._has_cube(self.env))
        self.env.cr.execute("DROP TABLE uses_cube")
        parameters.set_param(hooks.OURS, "1")
        hooks.uninstall_hook(self.env)
        self.assertFalse(hooks._has_cube(self.env))
