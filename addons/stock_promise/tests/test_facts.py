from datetime import date, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo.tests import tagged
from odoo.tools import SQL

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestFacts(PromiseCase):
    """What is remembered is forgotten when it changes, here and in other workers."""

    def setUp(self):
        super().setUp()
        self.on_hand(10)
        self.engine = self.env["delivery.promise.engine"]
        self.dates()

    def dates(self, quantity=10):
        line = self.promise(quantity)
        return line["promised_date"]

    def promise(self, quantity):
        answer = self.env["delivery.promise"].simulate(
            {
                "warehouse_id": self.warehouse.id,
                "lines": [{"product_id": self.product.id, "quantity": quantity}],
            }
        )
        return answer["lines"][0]

    def assertForgets(self):
        """Other workers are told at the end of the transaction, too."""
        return patch.object(
            type(self.env.registry),
            "clear_cache",
            autospec=True,
            side_effect=type(self.env.registry).clear_cache,
        )

    def test_a_new_location_counts_at_once(self):
        with self.assertForgets() as forgotten:
            shelf = self.env["stock.location"].create(
                {"name": "New", "location_id": self.warehouse.lot_stock_id.id}
            )
        self.assertTrue(forgotten.called)
        self.assertFalse(self.dates(15))
        self.env["stock.quant"]._update_available_quantity(self.product, shelf, 5)
        self.assertTrue(self.dates(15))

    def test_a_location_that_leaves_the_warehouse_counts_no_more(self):
        shelf = self.env["stock.location"].create(
            {"name": "New", "location_id": self.warehouse.lot_stock_id.id}
        )
        self.env["stock.quant"]._update_available_quantity(self.product, shelf, 5)
        self.assertTrue(self.dates(15))
        with self.assertForgets() as forgotten:
            shelf.location_id = self.suppliers
        self.assertTrue(forgotten.called)
        self.assertFalse(self.dates(15))

    def test_a_location_of_another_usage_counts_no_more(self):
        shelf = self.env["stock.location"].create(
            {"name": "New", "location_id": self.warehouse.lot_stock_id.id}
        )
        self.receipt(5, 1, location_dest_id=shelf.id)
        self.assertTrue(self.dates(15))
        shelf.usage = "transit"
        self.assertFalse(self.dates(15))

    def test_what_does_not_matter_forgets_nothing(self):
        with self.assertForgets() as forgotten:
            self.warehouse.lot_stock_id.barcode = "SHELF"
        self.assertFalse(forgotten.called)


@tagged("post_install", "-at_install")
class TestDays(PromiseCase):
    """The day of a moment, as the statement computes it and as PostgreSQL does."""

    def test_days_of_a_zone_are_postgresqls(self):
        engine = self.env["delivery.promise.engine"]
        now = datetime(2026, 11, 22, 9, 0)
        # some of them years away, many close to midnight and to changes of the clocks
        moments = [
            datetime(2020, 1, 1) + timedelta(hours=5 * step, seconds=step)
            for step in range(20_000)
        ]
        for name in (
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Kolkata",
            "Pacific/Auckland",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
        ):
            zone = ZoneInfo(name)
            different = self.env.execute_query(
                SQL(
                    """
                    SELECT moment FROM unnest(%s::timestamp[]) AS moment
                     WHERE %s::date
                        <> timezone(%s, timezone('UTC', moment))::date
                    """,
                    moments,
                    SQL("(%s)", engine._local_moment(SQL("moment"), zone, now)),
                    name,
                )
            )
            self.assertFalse(different, name)

    def test_warehouses_of_two_zones_have_their_own_days_in_one_statement(self):
        engine = self.env["delivery.promise.engine"]
        other = self.env["stock.warehouse"].create(
            {"name": "East", "code": "EAST", "company_id": self.company.id}
        )
        calendar = self.env["resource.calendar"].create(
            {"name": "Auckland", "tz": "Pacific/Auckland", "company_id": False}
        )
        other.promise_calendar_id = calendar
        late = {"date": datetime(2026, 11, 26, 20, 0)}
        self.receipt(3, 2, **late)
        self._create_move(
            self.suppliers,
            other.lot_stock_id,
            4,
            2,
            picking_type_id=other.in_type_id.id,
            **late,
        )._action_confirm(merge=False)
        warehouses = self.warehouse | other
        loaded = engine._load(
            {(self.product.id, warehouse.id) for warehouse in warehouses},
            engine._schedules(warehouses, self.company, datetime.now()),
            self.company,
        )
        expected = {self.warehouse: (26, 3.0), other: (27, 4.0)}
        for warehouse, (day, quantity) in expected.items():
            timeline = loaded.timelines[self.product.id, warehouse.id]
            supplies = {
                date.fromordinal(day).day: [supply.quantity for supply in supplies]
                for day, supplies in timeline.supplies.items()
            }
            self.assertEqual(supplies, {day: [quantity]})
