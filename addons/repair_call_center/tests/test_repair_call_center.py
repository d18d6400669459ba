from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.call_center.tests.common import CallCenterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-04 10:00:00")
class TestRepairCallCenter(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mechanic = cls._new_user(
            "mechanic", "stock.group_stock_user,call_center.group_call_center_agent"
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Caliper", "type": "consu"}
        )
        cls.firma = cls._partner("Firma", "+49 30 1234567", is_company=True)
        cls.anna = cls._partner("Anna", "+49 30 1234567-12", parent_id=cls.firma.id)

    def _repair(self, partner=None, **values):
        return self.env["repair.order"].create(
            {
                "partner_id": (partner or self.anna).id,
                "company_id": self.company.id,
                "product_id": self.product.id,
                "schedule_date": "2026-05-10 10:00:00",
                **values,
            }
        )

    def test_section_shows_the_open_repairs_of_the_company(self):
        mine, companys = self._repair(), self._repair(self.firma)
        self._repair().action_repair_cancel()
        self._repair(self._partner("Stranger", "+49 30 7654321"))
        section = self._section(self.anna, "repairs", self.mechanic)
        self.assertEqual({r["id"] for r in section["records"]}, {mine.id, companys.id})
        self.assertIn("Caliper", section["records"][0]["product"])
        self.assertEqual(section["alerts"], [])

    def test_late_repair_warns(self):
        repair = self._repair(schedule_date="2026-05-01 10:00:00")
        section = self._section(self.anna, "repairs", self.mechanic)
        self.assertEqual(section["alerts"], [], "nothing was agreed yet")
        repair.action_validate()
        section = self._section(self.anna, "repairs", self.mechanic)
        self.assertEqual([a["level"] for a in section["alerts"]], ["warning"])
        self.assertIn(repair.name, section["alerts"][0]["message"])

    def test_no_section_without_a_right_to_read_repairs(self):
        self._repair()
        self.assertIsNone(self._section(self.anna, "repairs", self.agent))
