from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestUnknownCaller(HttpCase):
    def test_unknown_number_becomes_a_lead(self):
        self.env.company.country_id = self.env.ref("base.de")
        self.start_tour(
            "/odoo/contacts", "crm_call_center_unknown_caller", login="admin"
        )
        lead = self.env["crm.lead"].search([("name", "=", "Brakes for a van")])
        self.assertEqual(lead.phone, "+49 89 7654321")
