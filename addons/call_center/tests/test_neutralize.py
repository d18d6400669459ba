from odoo.exceptions import UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .test_dial import DialCommon


@tagged("post_install", "-at_install")
class TestNeutralize(DialCommon):
    """A copy of the database for trials leaves production's telephones alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line.auth_token = "a secret of the provider's"
        cls.line.public_key_stored = "a key of the provider's"

    def _neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["call_center"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def test_events_of_production_are_not_taken(self):
        Line = self.env["call.provider"]
        self.assertEqual(Line._from_token("generic", self.token), self.line)
        self._neutralize()
        self.assertFalse(Line._from_token("generic", self.token))
        self.assertFalse(self.line.active)
        # not even by who opens the line again
        self.line.active = True
        self.assertFalse(Line._from_token("generic", self.token))

    def test_secrets_are_not_in_the_copy(self):
        self.assertTrue(self.line.has_auth_token)
        self._neutralize()
        self.assertFalse(self.line.token_hash)
        self.assertFalse(self.line.auth_token_stored)
        self.assertFalse(self.line.public_key_stored)

    def test_nothing_is_dialled(self):
        self._dial()
        self._neutralize()
        self.assertFalse(self.env["phone.call.order"].search([]))
        self.line.active = True
        self.assertEqual(self._take(), [])
        with self.assertRaises(UserError):
            self._dial()
