from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.sale_stock_promise.tests.common import NOW, SalePromiseCase


@tagged("post_install", "-at_install")
class TestTransit(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.partner.write({"country_id": cls.germany.id, "zip": "10115"})
        cls.parcel, cls.lorry = (cls._carrier(name) for name in ("Parcel", "Lorry"))

    @classmethod
    def _carrier(cls, name, **values):
        product = cls.env["product.product"].create({"name": name, "type": "service"})
        return cls.env["delivery.carrier"].create(
            {"name": name, "product_id": product.id, **values}
        )

    @classmethod
    def _takes(cls, days, carrier=None, **values):
        return cls.env["delivery.transit.time"].create(
            {
                "days": days,
                "carrier_id": carrier and carrier.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _weekdays(cls):
        return cls.env["resource.calendar"].create(
            {
                "name": "Weekdays",
                "tz": "UTC",
                "company_id": False,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 6,
                            "hour_to": 18,
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    def _promised(self, carrier=None, requested=None, partner=None):
        """(ship, arrival) of one piece, in days from now."""
        order = self._order((self.product, 1), partner_id=(partner or self.partner).id)
        order.carrier_id = carrier
        order.commitment_date = requested
        line = order._simulate_promise()["lines"][0]
        return tuple(
            (fields.Datetime.to_datetime(line[name]) - NOW) / timedelta(days=1)
            for name in ("ship_date", "promised_date")
        )

    # -- which one applies ----------------------------------------------------------

    def test_unknown_transit_takes_no_time(self):
        self.assertEqual(self._promised(self.parcel), (0, 0))

    def test_the_first_transit_time_counts_at_once(self):
        """That there is none is remembered, until there is one."""
        self.assertEqual(self._promised(), (0, 0))
        time = self._takes(3)
        self.assertEqual(self._promised(), (0, 3))
        time.company_id = self.env.ref("base.main_company")
        self.assertEqual(self._promised(), (0, 0))
        time.company_id = False
        self.assertEqual(self._promised(), (0, 3))
        time.unlink()
        self.assertEqual(self._promised(), (0, 0))

    def test_transit_of_the_carrier_counts(self):
        self._takes(2, self.parcel)
        self._takes(5, self.lorry)
        self.assertEqual(self._promised(self.parcel), (0, 2))
        self.assertEqual(self._promised(self.lorry), (0, 5))

    def test_transit_without_a_carrier_counts_for_all(self):
        self._takes(3)
        self.assertEqual(self._promised(self.parcel), (0, 3))
        self.assertEqual(self._promised(), (0, 3))

    def test_first_that_applies_counts(self):
        self._takes(9, sequence=3)
        self._takes(4, self.parcel, sequence=2, country_id=self.germany.id)
        self._takes(1, self.parcel, sequence=1, country_id=self.env.ref("base.fr").id)
        self.assertEqual(self._promised(self.parcel), (0, 4))
        self.assertEqual(self._promised(self.lorry), (0, 9))

    def test_zip_range_includes_its_ends(self):
        self._takes(2, zip_from="10", zip_to="12")
        for code, days in (
            ("10000", 2),
            ("12999", 2),
            ("12 999", 2),
            ("09999", 0),
            ("13000", 0),
            (False, 0),
        ):
            with self.subTest(code=code):
                self.partner.zip = code
                self.assertEqual(self._promised(), (0, days))

    def test_states_of_the_destination_count(self):
        berlin, bavaria = self.env["res.country.state"].create(
            [
                {"name": name, "code": code, "country_id": self.germany.id}
                for name, code in (("Berlin X", "XB"), ("Bavaria X", "XY"))
            ]
        )
        self._takes(2, state_ids=berlin.ids)
        self.assertEqual(self._promised(), (0, 0))
        self.partner.state_id = bavaria
        self.assertEqual(self._promised(), (0, 0))
        self.partner.state_id = berlin
        self.assertEqual(self._promised(), (0, 2))

    def test_carrier_of_the_customer_counts_where_none_is_chosen(self):
        self._takes(2, self.parcel)
        address = self.env["res.partner"].create(
            {"name": "Ramp 3", "parent_id": self.partner.id, "type": "delivery"}
        )
        self.partner.with_company(
            self.company
        ).property_delivery_carrier_id = self.parcel
        self.assertEqual(self._promised(), (0, 2))
        self.assertEqual(self._promised(partner=address), (0, 2))
        self.assertEqual(self._promised(self.lorry), (0, 0))

    def test_transit_of_another_company_does_not_count(self):
        other = self.env["res.company"].create({"name": "Axles Ltd"})
        self._takes(2, company_id=other.id)
        self.assertEqual(self._promised(), (0, 0))

    # -- the carrier's days ---------------------------------------------------------

    def test_transit_counts_on_working_days_of_the_carrier(self):
        self._takes(2, self.parcel)
        self.parcel.promise_calendar_id = self._weekdays()
        self.clock.move_to(NOW + timedelta(days=4))  # a Friday: Tuesday then
        self.assertEqual(self._promised(self.parcel), (4, 8))

    def test_transit_leaves_out_public_holidays(self):
        self._takes(2, self.parcel)
        self.parcel.promise_calendar_id = calendar = self._weekdays()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Women's Day",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": NOW.replace(hour=0) + timedelta(days=1),
                "date_to": NOW.replace(hour=23) + timedelta(days=1),
            }
        )
        self.assertEqual(self._promised(self.parcel), (0, 3))

    def test_requested_date_is_planned_backward_in_the_days_of_the_carrier(self):
        self._takes(2, self.parcel)
        self.parcel.promise_calendar_id = self._weekdays()
        monday = NOW + timedelta(days=7)
        self.assertEqual(self._promised(self.parcel, monday), (3, 7))

    def test_reason_names_days_on_the_way(self):
        self._takes(2, self.parcel)
        order = self._order((self.product, 1), carrier_id=self.parcel.id)

        def said():
            reasons = order._simulate_promise()["lines"][0]["reasons"]
            return [r["message"] for r in reasons if r["code"] == "transit"]

        self.assertEqual(said(), ["2 day(s) on the way"])
        self.parcel.promise_calendar_id = self._weekdays()
        self.assertEqual(said(), ["2 working day(s) of the carrier on the way"])

    # -- on orders ------------------------------------------------------------------

    def test_another_carrier_moves_the_dates_of_a_hold(self):
        self._takes(2, self.parcel)
        self._takes(5, self.lorry)
        order = self._order((self.product, 1), carrier_id=self.parcel.id)
        order.action_hold_promise()
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=2))
        order.carrier_id = self.lorry
        self.assertEqual(order.promise_id.state, "held")
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=5))
        order.promise_id.action_repromise()
        self.assertEqual(order.order_line.promised_date, NOW + timedelta(days=5))

    def test_confirmed_order_keeps_the_transit_of_its_carrier(self):
        self._takes(2, self.parcel)
        order = self._order((self.product, 1), carrier_id=self.parcel.id)
        order.action_hold_promise()
        order.action_confirm()
        self.assertEqual(order.commitment_date, NOW + timedelta(days=2))
        move = order.order_line.move_ids
        self.assertEqual(move.date_deadline, NOW)
        self._deliver(order.picking_ids)
        line = order.promise_id.line_ids
        self.assertEqual(line.delivered_date, NOW + timedelta(days=2))
        self.assertEqual(line.status, "kept")

    def test_another_carrier_on_the_form_shows_another_possible_date(self):
        self._takes(2, self.parcel)
        order = self._order((self.product, 1))
        self.assertEqual(order.promise_possible_date, NOW)
        order.carrier_id = self.parcel
        self.assertEqual(order.promise_possible_date, NOW + timedelta(days=2))

    # -- who may, and what is refused -----------------------------------------------

    def test_salesperson_reads_transit_times_and_changes_none(self):
        time = self._takes(2)
        self.assertEqual(time.with_user(self.seller).days, 2)
        with self.assertRaises(AccessError):
            time.with_user(self.seller).days = 1
        manager = self._user("transit_manager", "stock_promise.group_promise_manager")
        time.with_user(manager).days = 1
        self.assertEqual(self._promised(), (0, 1))

    def test_transit_times_of_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Axles Ltd"})
        time = self._takes(2, company_id=other.id)
        found = self.env["delivery.transit.time"].with_user(self.seller).search([])
        self.assertNotIn(time, found)

    def test_empty_zip_range_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "zip range 20 to 10 is empty"):
            self._takes(2, zip_from="20", zip_to="10")

    def test_state_of_another_country_is_refused(self):
        texas = self.env.ref("base.state_us_44")
        with self.assertRaisesRegex(ValidationError, "not in Germany"):
            self._takes(2, country_id=self.germany.id, state_ids=texas.ids)

    # -- what was promised before ------------------------------------------------------

    def _ordered(self):
        order = self._order((self.product, 1))
        order.carrier_id = self.parcel
        order.action_confirm()
        self.env.cr.precommit.run()
        line = order.sudo().order_line.promise_line_id
        self.assertEqual(line.status, "on_time")
        return line

    def _assertLate(self, line, days, cause):
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "at_risk")
        self.assertEqual(line.feasible_date, line.promised_date + timedelta(days))
        self.assertEqual((line.risk_cause, line.risk_model), ("hours", cause))

    def test_longer_way_is_noticed_by_what_is_promised_already(self):
        time = self._takes(1, self.parcel)
        line = self._ordered()
        time.days = 3
        self._assertLate(line, 2, "delivery.transit.time")
        time.days = 1
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")

    def test_first_transit_time_is_noticed(self):
        line = self._ordered()
        self._takes(2, self.parcel)
        self._assertLate(line, 2, "delivery.transit.time")

    def test_way_of_another_carrier_is_nothing_to_it(self):
        line = self._ordered()
        self._takes(2, self.lorry)
        self.env.cr.precommit.run()
        self.assertEqual(line.status, "on_time")

    def test_closed_day_of_the_carrier_is_noticed(self):
        """Sent on Monday, it is there on Tuesday: the carrier does not work."""
        self.parcel.promise_calendar_id = self._weekdays()
        self._takes(1, self.parcel)
        line = self._ordered()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Strike",
                "calendar_id": self.parcel.promise_calendar_id.id,
                "company_id": False,
                "date_from": NOW.replace(hour=0) + timedelta(days=1),
                "date_to": NOW.replace(hour=23) + timedelta(days=1),
            }
        )
        self._assertLate(line, 1, "resource.calendar")
