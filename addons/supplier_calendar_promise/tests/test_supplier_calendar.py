from odoo import Command
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import PromiseCase


@tagged("post_install", "-at_install")
class TestSupplierCalendar(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.days_to_purchase = 0
        cls.vendor = cls.env["res.partner"].create({"name": "Steel Mill"})
        cls.env["product.supplierinfo"].create(
            {
                "partner_id": cls.vendor.id,
                "product_tmpl_id": cls.product.product_tmpl_id.id,
                "delay": 5,
                "company_id": cls.company.id,
            }
        )
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Weekdays",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    def _works_on_weekdays(self):
        self.vendor.write(
            {
                "delay_calendar_type": "supplier_calendar",
                "factory_calendar_id": self.calendar.id,
            }
        )

    def test_lead_time_counts_on_working_days_of_the_vendor(self):
        # from a Tuesday: the next one, where every day counts Sunday
        self.assertEqual(self.promised(1).date(), self.moment(5).date())
        self._works_on_weekdays()
        self.assertEqual(self.promised(1).date(), self.moment(7).date())

    def test_holidays_of_the_vendor_do_not_count(self):
        self._works_on_weekdays()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Stocktaking",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": self.moment(1, 0),
                "date_to": self.moment(1, 23),
            }
        )
        self.assertEqual(self.promised(1).date(), self.moment(8).date())

    def test_promise_is_for_the_day_of_the_purchase_order(self):
        self._works_on_weekdays()
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_qty": 1})
                ],
            }
        )
        self.assertEqual(self.promised(1).date(), order.order_line.date_planned.date())

    def test_vendor_who_never_works_delivers_nothing(self):
        self._works_on_weekdays()
        self.calendar.attendance_ids.unlink()
        self.assertFalse(self.promised(1))

    def _closed(self, first, last):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Stocktaking",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": self.moment(first, 0),
                "date_to": self.moment(last, 23),
            }
        )

    def test_closure_that_is_entered_later_is_noticed_by_what_is_to_be_bought(self):
        self._works_on_weekdays()
        line = self.hold(self.line(1)).sudo().line_ids
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")
        closure = self._closed(1, 2)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual((line.feasible_date - line.promised_date).days, 2)
        self.assertEqual(
            (line.risk_cause, line.risk_model), ("hours", "resource.calendar")
        )
        self.env["delivery.promise"]._watch(self.product.ids)
        self.assertEqual(line.status, "at_risk")
        closure.unlink()
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")

    def test_closure_leaves_less_time_to_order(self):
        self._works_on_weekdays()
        wanted = str(self.moment(20, 12))
        line = self.hold(self.line(1, requested_date=wanted)).sudo().line_ids
        before = line.replenish_by
        self._closed(1, 2)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")
        self.assertLess(line.replenish_by, before)
