from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPrivacyCallCenter(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.de")
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Rita Ruf",
                "email": "rita@example.com",
                "phone": "+49 30 7654321",
            }
        )

    def _call(self, number, **values):
        return self.env["phone.call"].create(
            {"direction": "in", "from_number": number, **values}
        )

    def _found(self):
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Rita Ruf", "email": "rita@example.com"}
        )
        wizard.action_lookup()
        return sorted((line.res_model, line.res_id) for line in wizard.line_ids)

    def test_calls_entries_and_blocked_numbers_of_a_person_are_found_once(self):
        linked = self._call("+49301111111", partner_id=self.person.id)
        both = self._call("+49307654321", partner_id=self.person.id)
        unknown = self._call("030 7654321", partner_id=False)
        stranger = self._call("+49302222222")
        blocked = self.env["call.blocked.number"].create({"e164": "+49307654321"})
        entry = self.env["phone.directory"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.person.id)]
        )
        found = self._found()
        self.assertEqual(len(found), len(set(found)))
        for record in (linked, both, unknown, blocked, entry, self.person):
            self.assertIn((record._name, record.id), found)
        self.assertNotIn((stranger._name, stranger.id), found)

    def test_numbers_of_somebody_else_are_not_found(self):
        other = self.env["res.partner"].create(
            {"name": "Other", "phone": "+49 30 9999999"}
        )
        call = self._call("+49309999999", partner_id=other.id)
        self.assertNotIn((call._name, call.id), self._found())
