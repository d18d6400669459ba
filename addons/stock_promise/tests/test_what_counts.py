"""What is on hand, what is on its way, and what is spoken for: each line of the
rules against stock Odoo's own records."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestWhatCounts(PromiseCase):
    # -- on hand -----------------------------------------------------------------

    def test_on_hand_is_what_lies_in_internal_locations_of_the_warehouse(self):
        self.on_hand(10)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.on_hand(5, location=shelf)
        self.assertEqual(self.atp(), [15])

    def test_transit_and_loss_locations_below_the_view_are_not_on_hand(self):
        self.on_hand(10)
        for usage in ("transit", "inventory", "customer", "production", "supplier"):
            location = self.env["stock.location"].create(
                {
                    "name": usage,
                    "usage": usage,
                    "location_id": self.warehouse.view_location_id.id,
                }
            )
            self.on_hand(100, location=location)
        self.assertEqual(self.atp(), [10])

    def test_going_into_a_loss_location_below_the_view_is_demand(self):
        self.on_hand(10)
        loss = self.env["stock.location"].create(
            {"name": "Scrap", "usage": "inventory", "location_id": self.stock.id}
        )
        self._create_move(self.stock, loss, 3, 4)._action_confirm()
        self.assertEqual(self.atp(0, 4), [7, 7])
        self.assertEqual(self.profile((3, 4))[0]["projected"], 10)

    def test_negative_stock_counts(self):
        self.on_hand(-4)
        self.receipt(10, 2)
        self.assertEqual(self.atp(0, 2), [-4, 6])
        self.assertFalse(self.promised(7))
        self.assertEqual(self.promised(6), self.moment(2))

    def test_packages_make_no_difference(self):
        package = self.env["stock.package"].create({"name": "BOX1"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.stock, 6, package_id=package
        )
        self.assertEqual(self.atp(), [6])

    def test_reserved_stock_is_counted_by_the_demand_that_reserved_it(self):
        self.on_hand(10)
        move = self.delivery(8, 20)
        move._action_assign()
        self.assertEqual(move.state, "assigned")
        self.assertEqual(self.atp(0, 19, 20), [2, 2, 2])
        self.assertFalse(self.promised(3))

    # -- goods of others ---------------------------------------------------------

    def test_goods_of_other_owners_count_unless_the_company_says_otherwise(self):
        self.on_hand(10)
        self.on_hand(7, owner=self.customer)
        self.on_hand(2, owner=self.company.partner_id)
        self._create_move(
            self.suppliers, self.stock, 20, 3, restrict_partner_id=self.customer.id
        )._action_confirm()
        self.assertEqual(self.atp(0, 3), [19, 39])
        self.company.promise_exclude_owner = True
        self.assertEqual(self.atp(0, 3), [12, 12])

    def test_delivery_of_an_owners_goods_takes_nothing_from_the_rest(self):
        self.on_hand(10)
        self.on_hand(7, owner=self.customer)
        self._create_move(
            self.stock, self.customers, 7, 3, restrict_partner_id=self.customer.id
        )._action_confirm()
        self.company.promise_exclude_owner = True
        self.assertEqual(self.atp(0, 3), [10, 10])

    def test_receipt_announced_for_an_owner_is_not_ours_either(self):
        """Odoo writes the owner on the moves only when the receipt is validated."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
                "owner_id": self.customer.id,
                "scheduled_date": self.moment(3),
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "location_id": self.suppliers.id,
                            "location_dest_id": self.stock.id,
                            "date": self.moment(3),
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        self.assertEqual(self.atp(3), [5])
        self.company.promise_exclude_owner = True
        self.assertEqual(self.atp(3), [0])

    # -- moves -------------------------------------------------------------------

    def test_drafts_and_cancelled_moves_do_not_count(self):
        self.on_hand(10)
        self._create_move(self.suppliers, self.stock, 5, 2)
        self._create_move(self.stock, self.customers, 5, 2)
        self.receipt(5, 2)._action_cancel()
        self.assertEqual(self.atp(0, 2), [10, 10])

    def test_open_receipt_counts_whole_though_quantity_is_filled_in(self):
        receipt = self.receipt(7, 2)
        self.assertEqual((receipt.product_qty, receipt.quantity), (7, 7))
        self.assertEqual(self.atp(1, 2), [0, 7])

    def test_partial_receipt_leaves_its_backorder(self):
        receipt = self.receipt(10, 2)
        self.done(receipt, 4)
        self.assertEqual(self.atp(0, 2), [4, 10])

    def test_partial_delivery_leaves_its_backorder(self):
        self.on_hand(10)
        delivery = self.delivery(6, 5)
        self.done(delivery, 2)
        self.assertEqual(self.atp(0, 5), [4, 4])
        self.assertEqual(self.profile((0,))[0]["projected"], 8)

    def test_drop_shipping_is_neither_supply_nor_demand(self):
        self.on_hand(10)
        self._create_move(self.suppliers, self.customers, 5, 2)._action_confirm()
        self.assertEqual(self.atp(0, 2), [10, 10])

    def test_moves_inside_the_warehouse_change_nothing(self):
        self.on_hand(10)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self._create_move(self.stock, shelf, 5, 2)._action_confirm()
        self.assertEqual(self.atp(0, 2), [10, 10])

    def test_returns_are_supply_only_if_the_company_says_so(self):
        self.on_hand(1)
        self._create_move(self.customers, self.stock, 5, 2)._action_confirm()
        self.assertEqual(self.atp(0, 2), [1, 1])
        self.company.promise_count_returns = True
        self.assertEqual(self.atp(0, 2), [1, 6])

    def test_moves_count_in_the_products_unit(self):
        self.receipt(2, 2, product_uom=self.dozen.id)
        self.on_hand(30)
        self.delivery(1, 4, product_uom=self.dozen.id)
        self.assertEqual(self.atp(0, 2, 4), [30, 42, 42])

    # -- later demand is protected -----------------------------------------------

    def test_an_order_already_taken_is_protected(self):
        """On hand 10, 10 to be delivered on day 20: nothing for a question now."""
        self.on_hand(10)
        self.delivery(10, 20)
        self.assertFalse(self.promised(10))
        self.assertFalse(self.promised(1))
        self.receipt(10, 25)
        self.assertEqual(self.promised(10), self.moment(25))

    # -- overdue -----------------------------------------------------------------

    def test_overdue_supply_is_ignored_by_default(self):
        self.receipt(5, -2)
        self.assertEqual(self.atp(0, 10), [0, 0])
        self.assertFalse(self.promised(5))

    def test_overdue_supply_can_count_today(self):
        self.company.promise_overdue_supply = "today"
        self.receipt(5, -2)
        self.assertEqual(self.atp(0), [5])
        self.assertEqual(self.promised(5), NOW)

    def test_overdue_supply_can_count_after_some_days(self):
        self.company.promise_overdue_supply = "days"
        self.company.promise_overdue_days = 4
        self.receipt(5, -2)
        self.assertEqual(self.atp(0, 3, 4), [0, 0, 5])
        self.assertEqual(self.promised(5).date(), self.moment(4).date())

    def test_supply_of_earlier_today_is_not_overdue(self):
        self.receipt(5, 0, date=NOW - timedelta(hours=2))
        self.assertEqual(self.atp(0), [5])
        self.assertEqual(self.promised(5), NOW)

    def test_overdue_demand_counts_today(self):
        self.on_hand(10)
        self.delivery(6, -5)
        self.assertEqual(self.atp(0, 5), [4, 4])
        self.assertEqual(self.profile((0,))[0]["demand"], 6)

    def test_named_are_those_receipts_alone_that_count(self):
        """On one day: a receipt, a return, and a receipt for one order alone."""
        stocker = self._create_user(
            "names", "stock_promise.group_promise_user,stock.group_stock_user"
        )
        pickings = self.env["stock.picking"].create(
            [
                {
                    "name": f"PICK{number}",
                    "picking_type_id": picking_type.id,
                    "location_id": source.id,
                    "location_dest_id": dest.id,
                }
                for number, (picking_type, source, dest) in enumerate(
                    (
                        (self.warehouse.in_type_id, self.suppliers, self.stock),
                        (self.warehouse.in_type_id, self.customers, self.stock),
                        (self.warehouse.in_type_id, self.suppliers, self.stock),
                    )
                )
            ]
        )
        __, __, for_one = (
            self._create_move(
                picking.location_id, self.stock, 5, 4, picking_id=picking.id
            )._action_confirm(merge=False)
            for picking in pickings
        )
        self._create_move(
            self.stock,
            self.customers,
            5,
            6,
            picking_type_id=self.warehouse.out_type_id.id,
            procure_method="make_to_order",
            move_orig_ids=[Command.link(for_one.id)],
        )._action_confirm(merge=False)
        pickings.move_ids.date = self.moment(4)
        answer = self.Promise.with_user(stocker).simulate({"lines": [self.line(5)]})
        [line] = answer["lines"]
        self.assertEqual([part["origin"] for part in line["schedule"]], ["PICK0"])
        self.assertNotIn("PICK1", str(line["reasons"]))
        self.assertNotIn("PICK2", str(line["reasons"]))

    # -- days --------------------------------------------------------------------

    def test_days_are_the_warehouses_days(self):
        """23:30 UTC is tomorrow in Berlin; the day of a receipt is Berlin's."""
        self.company.partner_id.tz = "Europe/Berlin"
        self.receipt(5, 2, date=self.moment(2, 23) + timedelta(minutes=30))
        self.assertEqual(self.atp(2, 3), [0, 5])

    def test_time_zone_is_the_calendars_else_the_warehouses_else_the_companys(self):
        self.assertEqual(self.warehouse._promise_zone().key, "UTC")
        self.company.partner_id.tz = "Europe/Berlin"
        self.assertEqual(self.warehouse._promise_zone().key, "Europe/Berlin")
        self.warehouse.partner_id = self.env["res.partner"].create(
            {"name": "Site", "tz": "Asia/Kolkata"}
        )
        self.assertEqual(self.warehouse._promise_zone().key, "Asia/Kolkata")
        self.warehouse.promise_calendar_id = self.env["resource.calendar"].create(
            {"name": "Site", "tz": "America/New_York", "company_id": self.company.id}
        )
        self.assertEqual(self.warehouse._promise_zone().key, "America/New_York")

    def test_days_keep_in_step_when_the_clocks_change(self):
        """Berlin, 28 March 2027: 22:30 UTC is half past eleven at night before the
        change, and half past midnight of the next day after it."""
        self.company.partner_id.tz = "Europe/Berlin"
        change = NOW.replace(year=2027, month=3, day=27, hour=22, minute=30)
        first = (change.date() - NOW.date()).days
        self.receipt(1, 0, date=change)
        self.receipt(10, 0, date=change + timedelta(days=1))
        self.assertEqual(
            self.atp(first - 1, first, first + 1, first + 2), [0, 1, 1, 11]
        )

    # -- several warehouses and companies ----------------------------------------

    def test_warehouses_are_counted_apart(self):
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        self.on_hand(10)
        self.on_hand(3, location=other.lot_stock_id)
        self.assertEqual(self.atp(), [10])
        self.assertEqual(self.atp(warehouse=other), [3])
        answer = self.ask(self.line(4), self.line(4, warehouse_id=other.id))
        self.assertTrue(answer["lines"][0]["promised_date"])
        self.assertFalse(answer["lines"][1]["promised_date"])

    def test_direct_moves_between_warehouses_leave_one_and_reach_the_other(self):
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        self.on_hand(10)
        self._create_move(self.stock, other.lot_stock_id, 4, 3)._action_confirm()
        self.assertEqual(self.atp(0, 3), [6, 6])
        self.assertEqual(self.atp(2, 3, warehouse=other), [0, 4])

    def test_other_companies_count_for_themselves(self):
        other = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.on_hand(100, location=warehouse.lot_stock_id)
        self.on_hand(2)
        self.assertEqual(self.atp(), [2])
