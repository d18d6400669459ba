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

    def test_a_setting_of_the_company_counts_at_once(self):
        self.receipt(5, -1)
        self.assertFalse(self.dates(15))
        with self.assertForgets() as forgotten:
            self.company.promise_overdue_supply = "today"
        self.assertTrue(forgotten.called)
        self.assertTrue(self.dates(15))

    def test_each_setting_of_the_company_is_forgotten(self):
        names = self.engine._company_facts()
        self.assertLessEqual(names, self.company.cache_invalidation_fields())
        self.assertIn("promise_count_returns", names)

    def test_another_time_zone_counts_at_once(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Shipping", "tz": "UTC", "company_id": False}
        )
        changes = [
            (self.company.partner_id, "Asia/Kolkata"),
            (self.warehouse.partner_id, "Asia/Tokyo"),
            (calendar, "America/New_York"),
        ]
        self.warehouse.partner_id = self.customer
        changes[1] = (self.customer, "Asia/Tokyo")
        for record, zone in changes:
            if record == calendar:
                self.warehouse.promise_calendar_id = calendar
            self.warehouse._promise_zone()
            with self.assertForgets() as forgotten:
                record.tz = zone
            self.assertTrue(forgotten.called)
            self.assertEqual(self.warehouse._promise_zone().key, zone)

    def test_the_time_zone_of_anybody_else_forgets_nothing(self):
        somebody = self.env["res.partner"].create({"name": "Somebody"})
        with self.assertForgets() as forgotten:
            somebody.tz = "Asia/Tokyo"
        self.assertFalse(forgotten.called)

    def test_the_first_warehouse_counts_at_once(self):
        self.assertEqual(self.engine._default_warehouse(self.company), self.warehouse)
        other = self.env["stock.warehouse"].create(
            {"name": "First", "code": "1ST", "company_id": self.company.id}
        )
        other.sequence = self.warehouse.sequence - 1
        self.assertEqual(self.engine._default_warehouse(self.company), other)
        other.active = False
        self.assertEqual(self.engine._default_warehouse(self.company), self.warehouse)

    def test_a_unit_has_its_new_name_at_once(self):
        unit = self.env["uom.uom"].create({"name": "Sack", "relative_factor": 1.0})
        self.product.uom_id = unit
        self.assertIn("Sack", self.promise(3)["reasons"][0]["message"])
        with self.assertForgets() as forgotten:
            unit.name = "Bag"
        self.assertTrue(forgotten.called)
        self.assertIn("Bag", self.promise(3)["reasons"][0]["message"])

    def test_a_rule_to_order_counts_at_once(self):
        rule = self.warehouse.mto_pull_id

        def known():
            return rule.id in self.engine._to_order_rule_ids(self.warehouse._ids)

        rule.route_id.active = False
        self.assertFalse(known())
        with self.assertForgets() as forgotten:
            rule.route_id.active = True
        self.assertTrue(forgotten.called)
        self.assertTrue(known())
        with self.assertForgets() as forgotten:
            rule.procure_method = "make_to_stock"
        self.assertTrue(forgotten.called)
        self.assertFalse(known())

    def test_lateness_counts_from_its_first_day(self):
        self.assertFalse(self.promise(3)["date_50"])
        with self.assertForgets() as forgotten:
            self.env["delivery.promise.lateness"].create(
                {
                    "company_id": self.company.id,
                    "kind": "delivery",
                    "key": "",
                    "days_50": 1,
                    "days_90": 2,
                    "computed_on": self.moment(0).date(),
                }
            )
        self.assertTrue(forgotten.called)
        self.env.flush_all()
        self.assertTrue(self.promise(3)["date_50"])

    def test_the_language_of_the_company_counts_at_once(self):
        """Dates are written in it where the user's own is not known."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.receipt(5, 2)
        self.assertIn("11/26/2026", str(self.promise(15)["reasons"]))
        with self.assertForgets() as forgotten:
            self.env.user.company_id.partner_id.lang = "de_DE"
        self.assertTrue(forgotten.called)
        self.assertIn("26.11.2026", str(self.promise(15)["reasons"]))

    def test_another_company_of_the_user_counts_at_once(self):
        self.engine._prime_user()
        self.assertEqual(
            self.engine._user_company_id(self.env.uid), self.env.user.company_id.id
        )
        with self.assertForgets() as forgotten:
            self.env.user.company_id = self.company
        self.assertTrue(forgotten.called)
        self.assertEqual(self.engine._user_company_id(self.env.uid), self.company.id)

    def test_a_route_to_bring_goods_counts_at_once(self):
        """What could be brought is asked of the rules as they are."""
        other = self.env["stock.warehouse"].create(
            {"name": "East", "code": "EAST", "company_id": self.company.id}
        )
        self.on_hand(50, location=other.lot_stock_id)
        self.assertFalse(self.dates(15))
        with self.assertForgets() as forgotten:
            self.warehouse.resupply_wh_ids = other
        self.assertTrue(forgotten.called)
        route = self.warehouse.resupply_route_ids
        self.product.route_ids = route
        self.assertTrue(self.dates(15))
        with self.assertForgets() as forgotten:
            route.rule_ids.active = False
        self.assertTrue(forgotten.called)
        self.assertFalse(self.dates(15))

    def test_what_does_not_matter_forgets_nothing(self):
        with self.assertForgets() as forgotten:
            self.warehouse.lot_stock_id.barcode = "SHELF"
            self.customer.name = "Gear Works Ltd"
            self.company.email = "office@example.com"
        self.assertFalse(forgotten.called)


@tagged("post_install", "-at_install")
class TestQueries(PromiseCase):
    """A promise takes as many queries for a hundred lines as for one."""

    def ask(self, products):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Promise.simulate(
            {
                "warehouse_id": self.warehouse.id,
                "lines": [
                    {"product_id": product.id, "quantity": 3} for product in products
                ],
            }
        )

    def test_queries_of_one_line_and_of_a_hundred(self):
        products = self.env["product.product"].union(
            *(self._create_product(f"Part {number}") for number in range(100))
        )
        for product in products:
            self.on_hand(10, product)
        self.ask(products[0])  # what is remembered is looked up once
        # the warehouse, the products, what is on hand and planned
        with self.assertQueryCount(3):
            answer = self.ask(products[0])
        self.assertTrue(answer["promised_date"])
        with self.assertQueryCount(3):
            answer = self.ask(products)
        self.assertTrue(answer["promised_date"])


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
