from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestCallerBox(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.de")
        firma = cls.env["res.partner"].create(
            {
                "name": "Bremsen Berger GmbH",
                "phone": "+49 30 55512340",
                "is_company": True,
                "city": "Berlin",
            }
        )
        cls.env["res.partner"].create(
            {
                "name": "Anna Berger",
                "phone": "030/555 1234-12",
                "function": "Head Buyer",
                "parent_id": firma.id,
            }
        )

    def test_find_caller(self):
        self.start_tour("/odoo/contacts", "call_center_find_caller", login="admin")

    def test_find_caller_with_the_keyboard_alone(self):
        self.start_tour(
            "/odoo/contacts", "call_center_find_caller_keyboard", login="admin"
        )
