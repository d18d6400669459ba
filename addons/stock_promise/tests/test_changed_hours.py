"""Hours, closures and cut-off times that change after dates were promised for them."""

from odoo import fields
from odoo.tests import tagged

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestChangedHours(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(50)
        cls.calendar = cls._calendar("Weekdays", range(5))
        cls.warehouse.promise_calendar_id = cls.calendar
        cls.chief = cls._create_user(
            "chief", "base.group_system,stock.group_stock_manager"
        )

    @classmethod
    def _calendar(cls, name, days):
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    fields.Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                        }
                    )
                    for day in days
                ],
            }
        )

    def settle(self):
        self.env.cr.precommit.run()

    def promised_for(self, days, **values):
        wanted = str(self.moment(days, 10))
        line = self.hold(self.line(5, requested_date=wanted), **values).sudo().line_ids
        self.assertEqual(line.promised_date, self.moment(days, 10))
        self.settle()
        self.assertFalse(line.at_risk)
        return line

    def close(self, first, last, **values):
        return (
            self.env["resource.calendar.leaves"]
            .with_user(self.chief)
            .create(
                {
                    "name": "Flood",
                    "company_id": self.company.id,
                    "calendar_id": self.calendar.id,
                    "date_from": self.moment(first, 0),
                    "date_to": self.moment(last, 23),
                    **values,
                }
            )
        )

    def assertLate(self, line, days, document):
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertEqual((line.feasible_date - line.promised_date).days, days)
        self.assertEqual(line.risk_cause, "hours")
        self.assertEqual((line.risk_model, line.risk_res_id), document)
        self.assertEqual(line.risk_user_id, self.chief)
        self.env["delivery.promise"]._watch(line.product_id.ids)
        self.assertTrue(line.at_risk, "looked at again nothing has changed")

    def test_day_that_is_closed_later_is_noticed(self):
        """Today is Tuesday: Thursday and Friday are closed, so that it leaves on
        Monday."""
        line = self.promised_for(2)
        other = self.promised_for(1)
        leave = self.close(2, 3)
        self.assertLate(line, 4, ("resource.calendar", self.calendar.id))
        self.assertFalse(other.at_risk)
        leave.unlink()
        self.settle()
        self.assertFalse(line.at_risk)
        self.assertFalse(line.hours_delay)

    def test_day_that_is_closed_for_the_whole_company_is_noticed(self):
        line = self.promised_for(2)
        self.close(2, 2, calendar_id=False)
        self.assertLate(line, 1, ("resource.calendar", self.calendar.id))

    def test_day_off_of_one_machine_closes_nothing(self):
        machine = self.env["resource.resource"].create(
            {"name": "Lift", "calendar_id": self.calendar.id}
        )
        line = self.promised_for(2)
        self.close(2, 2, resource_id=machine.id)
        self.settle()
        self.assertFalse(line.at_risk)

    def test_weekday_that_is_dropped_is_noticed(self):
        line = self.promised_for(2)
        self.calendar.with_user(self.chief).attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "3"
        ).unlink()
        self.assertLate(line, 1, ("resource.calendar", self.calendar.id))

    def test_other_hours_of_the_same_day_are_no_risk(self):
        line = self.promised_for(2)
        self.calendar.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "3"
        ).hour_from = 12
        self.settle()
        self.assertFalse(line.at_risk)

    def test_other_calendar_of_the_warehouse_is_noticed(self):
        line = self.promised_for(2)
        fridays = self._calendar("Fridays", [4])
        self.warehouse.with_user(self.chief).promise_calendar_id = fridays
        self.assertLate(line, 1, ("stock.warehouse", self.warehouse.id))

    def test_earlier_cutoff_is_noticed_by_what_was_ordered_after_it(self):
        """Promised at 9 for today at 10, by a cut-off at 14:00."""
        self.warehouse.promise_cutoff = 14
        today, tomorrow = self.promised_for(0), self.promised_for(1)
        self.warehouse.with_user(self.chief).promise_cutoff = 8.5
        self.assertLate(today, 1, ("stock.warehouse", self.warehouse.id))
        self.assertFalse(tomorrow.at_risk)

    def test_promised_again_it_is_promised_for_the_new_hours(self):
        line = self.promised_for(2)
        self.close(2, 3)
        self.settle()
        line.promise_id.action_repromise()
        self.settle()
        self.assertFalse(line.at_risk)
        # the last shipment that is there when it is wanted leaves on Wednesday
        self.assertEqual(line.promised_date, self.moment(1, 16))

    def test_hours_that_are_as_before_clear_no_other_risk(self):
        """It leaves later by closed days; meanwhile its goods come a day too late."""
        awaited = self._create_product("Awaited")
        receipt = self.receipt(5, 1, awaited)
        wanted = str(self.moment(2, 10))
        promise = self.hold(self.line(5, awaited, requested_date=wanted))
        line = promise.sudo().line_ids
        self.settle()
        leave = self.close(2, 3)
        self.assertLate(line, 4, ("resource.calendar", self.calendar.id))
        receipt.date = self.moment(3)
        self.settle()
        leave.unlink()
        self.settle()
        self.assertFalse(line.hours_delay)
        self.assertTrue(line.at_risk, "its goods are not there in time")
        self.assertNotEqual(line.risk_cause, "hours")

    def test_goods_that_are_to_be_ordered_stay_so_when_hours_change(self):
        gravel = self._create_product("Gravel", is_storable=False)
        wanted = str(self.moment(2, 10))
        promise = self.hold(self.line(5, gravel, requested_date=wanted))
        line = promise.sudo().line_ids
        line.replenish_by = self.moment(1, 10)
        self.close(2, 3)
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertFalse(line.replenish_ordered)
