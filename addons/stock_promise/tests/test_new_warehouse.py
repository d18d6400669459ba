from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import BaseCommon


@tagged("post_install", "-at_install")
class TestNewWarehouse(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Bearings Ltd"})
        cls.env.user.company_ids |= cls.company
        cls.env.user.group_ids += cls.env.ref("stock.group_stock_multi_warehouses")
        cls.hours = cls.company.resource_calendar_id

    def test_it_ships_on_the_companys_working_days_with_a_cut_off(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SO", "company_id": self.company.id}
        )
        self.assertEqual(warehouse.promise_calendar_id, self.hours)
        self.assertEqual(warehouse.promise_cutoff, 14.0)

    def test_the_form_shows_the_hours_of_the_company(self):
        env = self.env(context={"allowed_company_ids": self.company.ids})
        # Odoo warns that a second warehouse switches storage locations on.
        with mute_logger("odoo.tests.form.onchange"):
            form = Form(env["stock.warehouse"])
        self.assertEqual(form.promise_calendar_id, self.hours)
        self.assertEqual(form.promise_cutoff, 14.0)
        form.name, form.code = "North", "NO"
        self.assertEqual(form.save().promise_calendar_id, self.hours)

    def test_what_a_person_says_counts(self):
        warehouse = self.env["stock.warehouse"].create(
            {
                "name": "Night Shift",
                "code": "NI",
                "company_id": self.company.id,
                "promise_calendar_id": False,
                "promise_cutoff": 0.0,
            }
        )
        self.assertFalse(warehouse.promise_calendar_id)
        self.assertFalse(warehouse.promise_cutoff)

    def test_without_working_hours_it_ships_at_any_time(self):
        self.company.resource_calendar_id = False
        warehouse = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SO", "company_id": self.company.id}
        )
        self.assertFalse(warehouse.promise_calendar_id)
        self.assertFalse(warehouse.promise_cutoff)
