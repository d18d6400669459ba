from odoo.tests import tagged

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestWorkCentres(MakeCase):
    """What is made needs free hours of its work centres."""

    def test_operations_take_the_hours_of_their_work_centre(self):
        self.parts_on_hand()
        self.bill.produce_delay = 0
        self._add_operation(60)
        # Tuesday 9:00, 7 hours until the shift ends, 3 more from 8:00 the next day
        self.assertEqual(self.promised(10, self.table), self.moment(1, 11))

    def test_operations_wait_for_the_load_already_planned(self):
        self.parts_on_hand()
        self.bill.produce_delay = 0
        centre = self._add_operation(60)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "WH/MO/00001",
                "resource_id": centre.resource_id.id,
                "calendar_id": centre.resource_calendar_id.id,
                "company_id": self.company.id,
                "time_type": "other",
                "date_from": self.moment(0, 9),
                "date_to": self.moment(0, 16),
            }
        )
        self.assertEqual(self.promised(1, self.table), self.moment(1, 9))

    def test_free_alternative_work_centre_is_used(self):
        self.parts_on_hand()
        self.bill.produce_delay = 0
        slow = self._add_operation(60, time_efficiency=50)
        fast = slow.copy({"name": "Laser", "time_efficiency": 100})
        slow.alternative_workcenter_ids = fast
        self.assertEqual(self.promised(1, self.table), self.moment(0, 10))

    def test_lead_time_is_the_least_that_production_takes(self):
        self.parts_on_hand()
        self._add_operation(60)
        self.assertEqual(self.promised(1, self.table), self.later(2))

    def test_work_centre_that_never_works_gives_no_date(self):
        self.parts_on_hand()
        centre = self._add_operation(60)
        centre.resource_calendar_id.attendance_ids.unlink()
        self.assertFalse(self.promised(1, self.table))

    def test_lines_of_a_request_do_not_share_an_hour_of_a_work_centre(self):
        self.parts_on_hand()
        self.bill.produce_delay = 0
        self._add_operation(60)
        answer = self.ask(self.line(4, self.table), self.line(4, self.table))
        self.assertEqual(
            [line["promised_date"] for line in answer["lines"]],
            # Tuesday 9:00 to 13:00; until 16:00, and an hour on Wednesday
            [str(self.moment(0, 13)), str(self.moment(1, 9))],
        )

    def test_component_and_product_do_not_share_an_hour_of_a_work_centre(self):
        """The table is begun when its top is finished, in the hours left by it."""
        self.on_hand(100, self.board)
        self.on_hand(100, self.leg)
        self.bill.produce_delay = 0
        centre = self._add_operation(60)
        top = self.makes(self.top, 0, [(self.board, 1)])
        self._add_operation(60, top, centre)
        answer = self.ask(self.line(1, self.table), self.line(1, self.top))
        self.assertEqual(
            [line["promised_date"] for line in answer["lines"]],
            [str(self.moment(0, 11)), str(self.moment(0, 12))],
        )

    def test_line_that_gets_no_date_leaves_the_work_centre_to_others(self):
        self.bill.produce_delay = 0
        self._add_operation(60)
        self.parts_on_hand(2)
        answer = self.ask(self.line(3, self.table), self.line(2, self.table))
        self.assertEqual(
            [line["promised_date"] for line in answer["lines"]],
            [False, str(self.moment(0, 11))],
        )
