from odoo.tests import tagged

from odoo.addons.call_center.tests.common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestHelpdeskCallCenter(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.helper = cls._new_user(
            "helper",
            "helpdesk_mgmt.group_helpdesk_user,call_center.group_call_center_agent",
        )
        cls.firma = cls._partner("Firma", "+49 30 1234567", is_company=True)
        cls.anna = cls._partner("Anna", "+49 30 1234567-12", parent_id=cls.firma.id)
        cls.complaints = cls.env["helpdesk.ticket.category"].create(
            {"name": "Complaints", "is_complaint": True, "company_id": cls.company.id}
        )

    def _ticket(self, partner=None, **values):
        return self.env["helpdesk.ticket"].create(
            {
                "name": "Pads squeal",
                "description": "They do",
                "partner_id": (partner or self.anna).id,
                "company_id": self.company.id,
                "user_id": self.helper.id,
                **values,
            }
        )

    def test_section_shows_the_open_tickets_of_the_company(self):
        mine, companys = self._ticket(), self._ticket(self.firma)
        closed = self.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        self.assertTrue(closed)
        self._ticket(stage_id=closed.id)
        self._ticket(self._partner("Stranger", "+49 30 7654321"))
        section = self._section(self.anna, "tickets", self.helper)
        self.assertEqual({r["id"] for r in section["records"]}, {mine.id, companys.id})
        self.assertEqual(section["alerts"], [])

    def test_open_complaint_warns(self):
        ticket = self._ticket(category_id=self.complaints.id)
        section = self._section(self.anna, "tickets", self.helper)
        self.assertEqual([a["level"] for a in section["alerts"]], ["warning"])
        self.assertIn(ticket.number, section["alerts"][0]["message"])

    def test_tickets_are_those_that_the_agent_may_read(self):
        self._ticket(category_id=self.complaints.id)
        section = self._section(self.anna, "tickets", self.agent)
        self.assertEqual((section["records"], section["alerts"]), ([], []))
