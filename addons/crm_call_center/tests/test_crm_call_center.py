from odoo.tests import tagged

from odoo.addons.call_center.telephony import wrap_up_form
from odoo.addons.call_center.tests.common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestCrmCallCenter(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._new_user("salesman", "sales_team.group_sale_salesman")
        cls.sales_manager = cls._new_user(
            "sales_manager", "sales_team.group_sale_manager"
        )
        cls.team = cls.env["crm.team"].create(
            {"name": "Team", "company_id": cls.company.id}
        )

    def _lead(self, name, **values):
        return self.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "team_id": self.team.id,
                "user_id": self.salesman.id,
                **values,
            }
        )

    def _entries(self, lead):
        self.env.flush_all()
        return self.env["phone.directory"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )

    def test_lead_is_found_by_its_number(self):
        lead = self._lead("Brakes", phone="030/1234567", country_id=self.germany.id)
        self.assertEqual(self._found("+49301234567", self.salesman), [(lead, "exact")])

    def test_number_taken_over_from_the_customer_is_entered(self):
        partner = self._partner("Anna", "+49 30 1234567")
        lead = self._lead("Brakes", partner_id=partner.id)
        self.assertEqual(self._entries(lead).e164, "+49301234567")
        partner.phone = "+49 30 7654321"
        self.assertEqual(lead.phone, "+49 30 7654321")
        self.assertEqual(self._entries(lead).e164, "+49307654321")

    def test_country_of_the_customer_is_assumed(self):
        partner = self._partner("Anna", False, "AT")
        lead = self._lead("Brakes", partner_id=partner.id)
        lead.write({"phone": "01 5144420", "country_id": False})
        self.assertEqual(self._entries(lead).e164, "+4315144420")

    def test_lost_lead_leaves_the_directory_and_comes_back(self):
        lead = self._lead("Brakes", phone="+49 30 1234567")
        lead.action_set_lost()
        self.assertFalse(self._entries(lead))
        lead.action_unarchive()
        self.assertTrue(self._entries(lead))

    def test_contact_comes_before_his_leads(self):
        partner = self._partner("Anna", "+49 30 1234567")
        lead = self._lead("Brakes", partner_id=partner.id)
        self.assertEqual(
            self._found("+49301234567", self.salesman),
            [(partner, "exact"), (lead, "exact")],
        )
        matches = self._lookup("+49301234567", self.salesman)["matches"]
        self.assertEqual({m["commercial_partner_id"] for m in matches}, {partner.id})

    def test_leads_of_others_stay_hidden(self):
        lead = self._lead("Brakes", phone="+49 30 1234567")
        lead.user_id = self.sales_manager
        self.assertEqual(self._found("+49301234567", self.salesman), [])
        self.assertEqual(self._found("+49301234567", self.employee), [])
        self.assertEqual(
            self._found("+49301234567", self.sales_manager), [(lead, "exact")]
        )

    def test_section_shows_open_leads_of_the_whole_company(self):
        company = self._partner("Firma", "+49 30 1234567", is_company=True)
        anna = self._partner("Anna", "+49 30 1234567-12", parent_id=company.id)
        mine = self._lead("Brakes", partner_id=anna.id, expected_revenue=1200)
        companys = self._lead("Clutches", partner_id=company.id)
        won = self._lead("Won", partner_id=anna.id)
        won.action_set_won()
        lost = self._lead("Lost", partner_id=anna.id)
        lost.action_set_lost()
        section = self._section(anna, "leads", self.salesman)
        self.assertEqual({r["id"] for r in section["records"]}, {mine.id, companys.id})
        line = next(r for r in section["records"] if r["id"] == mine.id)
        self.assertEqual(line["name"], "Brakes")
        self.assertEqual(line["badge"], mine.stage_id.name)
        self.assertIn("200", line["expected_revenue"])

    def test_section_shows_leads_entered_before_the_customer_was(self):
        lead = self._lead("Brakes", phone="+49 30 1234567")
        anna = self._partner("Anna", "030 1234567", "DE")
        section = self._section(anna, "leads", self.salesman)
        self.assertEqual([r["id"] for r in section["records"]], [lead.id])

    def test_section_of_a_lead_without_customer_shows_it(self):
        lead = self._lead(
            "Brakes", phone="+49 30 1234567", contact_name="Anna", partner_name="Firma"
        )
        contact = self._section(lead, "contact", self.salesman)
        self.assertEqual(contact["records"][0]["contact_name"], "Anna")
        self.assertEqual(contact["records"][0]["partner_name"], "Firma")
        leads = self._section(lead, "leads", self.salesman)
        self.assertEqual([r["id"] for r in leads["records"]], [lead.id])

    def test_no_section_without_a_right_to_read_leads(self):
        anna = self._partner("Anna", "+49 30 1234567")
        self.assertIsNone(self._section(anna, "leads", self.employee))

    def test_section_takes_as_many_statements_for_many_leads(self):
        anna = self._partner("Anna", "+49 30 1234567")

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._section(anna, "leads", self.salesman)
            return self.env.cr.sql_log_count - before

        self._lead("First", partner_id=anna.id)
        self._section(anna, "leads", self.salesman)
        one = count()
        for i in range(8):
            self._lead(f"Lead {i}", partner_id=anna.id)
        # a statement for each would be at least as many more
        self.assertLess(count(), one + 5)

    def test_lead_counts_its_calls(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Brakes",
                "phone": "+49 30 5550001",
                "company_id": self.company.id,
                "type": "opportunity",
            }
        )
        values = {"company_id": self.company.id}
        own = self.Call.create({**values, "from_number": "030 5550001"})
        about = self.Call.create({**values, "res_model": "crm.lead", "res_id": lead.id})
        self.Call.create({**values, "from_number": "030 5550002"})
        seller = self._new_user(
            "calling_seller",
            "sales_team.group_sale_salesman_all_leads,"
            "call_center.group_call_center_agent",
        )
        self.assertEqual(lead.with_user(seller).phone_call_count, 2)
        action = lead.with_user(seller).action_view_phone_calls()
        self.assertEqual(self.Call.search(action["domain"]), own | about)

    def test_wrap_up_can_be_about_a_lead(self):
        partner = self._partner("Anna", "+49 30 5550003")
        lead = self.env["crm.lead"].create(
            {"name": "Brakes", "partner_id": partner.id, "type": "opportunity"}
        )
        call = self.Call.create(
            {"company_id": self.company.id, "partner_id": partner.id}
        )
        self.assertIn(lead, wrap_up_form.abouts(call))
