"""Orders and receipts over Odoo's own routes count once, at every step."""

from odoo.tests import tagged

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestRoutes(PromiseCase):
    def assertAtp(self, expected, *days, **values):
        self.assertEqual(self.atp(*days, **values), expected)

    def steps(self, moves):
        """All moves of the chain that the first ones belong to."""
        found = moves
        while True:
            more = found | found.move_dest_ids | found.move_orig_ids
            if more == found:
                return found
            found = more

    # -- deliveries --------------------------------------------------------------

    def check_delivery(self, kind, steps):
        self.warehouse.delivery_steps = kind
        self.on_hand(10)
        moves = self.order(6, 5)
        self.assertAtp([4, 4], 0, 5)
        self.assertEqual(self.profile((5,))[0]["projected"], 4)
        done = 0
        while moves:
            move = moves.filtered(
                lambda move: (
                    move.state in ("confirmed", "assigned")
                    and (
                        not move.move_orig_ids or move.move_orig_ids[0].state == "done"
                    )
                )
            )[:1]
            if not move:
                break
            self.done(move)
            done += 1
            self.assertAtp([4, 4], 0, 5)
            moves = self.steps(move).filtered(
                lambda move: move.state not in ("done", "cancel")
            )
        self.assertEqual(done, steps)
        row = self.profile((0,))[0]
        self.assertEqual((row["demand"], row["projected"]), (0, 4))

    def test_delivery_in_one_step(self):
        self.check_delivery("ship_only", 1)

    def test_pick_and_ship(self):
        self.check_delivery("pick_ship", 2)

    def test_pick_pack_and_ship(self):
        self.check_delivery("pick_pack_ship", 3)

    def test_partly_picked_order(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.on_hand(10)
        pick = self.order(6, 5)
        self.done(pick, 2)
        self.assertAtp([4, 4], 0, 5)

    def test_pull_chain_counts_once(self):
        """Every step made at confirmation, each pulled by the next."""
        self.warehouse.delivery_steps = "pick_ship"
        output = self.warehouse.wh_output_stock_loc_id
        route = self.env["stock.route"].create(
            {"name": "Pulled", "product_selectable": True}
        )
        for source, dest, kind, method in (
            (output, self.customers, "out_type_id", "make_to_order"),
            (self.stock, output, "pick_type_id", "make_to_stock"),
        ):
            self.env["stock.rule"].create(
                {
                    "name": "pull",
                    "route_id": route.id,
                    "action": "pull",
                    "procure_method": method,
                    "location_src_id": source.id,
                    "location_dest_id": dest.id,
                    "picking_type_id": self.warehouse[kind].id,
                    "warehouse_id": self.warehouse.id,
                }
            )
        self.on_hand(10)
        ship = self.order(6, 5, route_ids=route)
        self.assertEqual(len(ship), 2)
        self.assertAtp([4, 4], 0, 5)
        self.assertEqual(self.profile((5,))[0]["projected"], 4)
        pick = ship.filtered(lambda move: move.location_dest_id == output)
        self.done(pick)
        self.assertAtp([4, 4], 0, 5)

    # -- receipts ----------------------------------------------------------------

    def check_receipt(self, kind, steps):
        self.warehouse.reception_steps = kind
        move = self._create_move(
            self.suppliers,
            self.warehouse.in_type_id.default_location_dest_id,
            8,
            3,
            picking_type_id=self.warehouse.in_type_id.id,
            warehouse_id=self.warehouse.id,
            location_final_id=self.stock.id,
        )._action_confirm()
        self.assertAtp([0, 8], 2, 3)
        for step in range(steps):
            self.done(move)
            self.assertAtp([8, 8], 0, 3)
            move = move.move_dest_ids.filtered(lambda move: move.state != "done")
            self.assertEqual(bool(move), step < steps - 1)

    def test_receipt_in_one_step(self):
        self.check_receipt("one_step", 1)

    def test_receipt_in_two_steps(self):
        self.check_receipt("two_steps", 2)

    def test_receipt_in_three_steps(self):
        self.check_receipt("three_steps", 3)

    # -- between warehouses ------------------------------------------------------

    def test_transfer_from_another_warehouse_over_transit(self):
        """What leaves the one is at once demand there, and supply here until it
        arrives, whether it is still there or already on its way."""
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        self.warehouse.resupply_wh_ids = other
        route = self.warehouse.resupply_route_ids
        self.product.route_ids = route
        self.on_hand(10, location=other.lot_stock_id)
        before = self.env["stock.move"].search([])
        self.env["stock.rule"].run(
            [
                self.env["stock.rule"].Procurement(
                    self.product,
                    4,
                    self.unit,
                    self.stock,
                    "resupply",
                    "resupply",
                    self.company,
                    {
                        "warehouse_id": self.warehouse,
                        "date_planned": self.moment(6),
                        "route_ids": route,
                    },
                )
            ]
        )
        moves = self.env["stock.move"].search([]) - before
        transit = moves.location_id.filtered(lambda place: place.usage == "transit")
        self.assertTrue(transit)
        leaving = moves.filtered(lambda move: move.location_id == other.lot_stock_id)
        self.assertAtp([6, 6], 0, 6, warehouse=other)
        self.assertAtp([0, 4], 0, 10)
        self.done(leaving)
        self.assertAtp([6, 6], 0, 6, warehouse=other)
        self.assertAtp([0, 4], 0, 10)
        arriving = self.env["stock.move"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", transit.id)]
        )
        self.done(arriving)
        self.assertAtp([6, 6], 0, 6, warehouse=other)
        self.assertAtp([4, 4], 0, 10)

    def test_push_from_transit_counts_once(self):
        """A transfer whose second step is only pushed when the first is done."""
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        transit = self.company.internal_transit_location_id
        self.on_hand(10)
        first = self._create_move(
            self.stock, transit, 4, 2, location_final_id=other.lot_stock_id.id
        )._action_confirm()
        self.assertAtp([6], 0)
        self.assertAtp([0, 4], 1, 2, warehouse=other)
        self.done(first)
        second = (
            self.env["stock.move"].search(
                [("product_id", "=", self.product.id), ("state", "!=", "done")]
            )
            or self._create_move(transit, other.lot_stock_id, 4, 2)._action_confirm()
        )
        self.assertAtp([6], 0)
        self.assertAtp([4], 2, warehouse=other)
        self.done(second)
        self.assertAtp([4], 0, warehouse=other)

    def test_transfer_between_companies(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        self.env.user.company_ids |= other
        there = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        between = self.env.ref("stock.stock_location_inter_company")
        between.active = True
        self.on_hand(10)
        self._create_move(self.stock, between, 4, 2)._action_confirm()
        self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 4,
                "location_id": between.id,
                "location_dest_id": there.lot_stock_id.id,
                "company_id": other.id,
                "date": self.moment(5),
            }
        )._action_confirm()
        self.assertAtp([6, 6], 0, 5)
        asker = self._create_user(
            "other_user", "stock_promise.group_promise_user", other
        )
        rows = (
            self.env["delivery.promise"]
            .with_user(asker)
            .with_context(allowed_company_ids=other.ids)
            .atp_profile(self.product.ids, there.id, "2026-11-28", "2026-11-29")
        )[str(self.product.id)]
        self.assertEqual([row["available_to_promise"] for row in rows], [0, 4])

    # -- make to order -----------------------------------------------------------

    def made_to_order(self, quantity, days, supply_days):
        """A delivery and the receipt that was ordered for it."""
        route = self.env["stock.route"].create(
            {"name": "To order", "product_selectable": True}
        )
        for source, dest, kind, method in (
            (self.stock, self.customers, "out_type_id", "make_to_order"),
            (self.suppliers, self.stock, "in_type_id", "make_to_stock"),
        ):
            self.env["stock.rule"].create(
                {
                    "name": method,
                    "route_id": route.id,
                    "action": "pull",
                    "procure_method": method,
                    "location_src_id": source.id,
                    "location_dest_id": dest.id,
                    "picking_type_id": self.warehouse[kind].id,
                    "warehouse_id": self.warehouse.id,
                }
            )
        moves = self.order(quantity, days, route_ids=route)
        receipt = moves.filtered(lambda move: move.location_id == self.suppliers)
        delivery = moves - receipt
        self.assertEqual(delivery.move_orig_ids, receipt)
        receipt.date = self.moment(supply_days)
        return delivery, receipt

    def test_order_with_its_own_receipt_takes_nothing_from_others(self):
        self.on_hand(10)
        self.made_to_order(6, 5, 4)
        self.assertAtp([10, 10, 10], 0, 4, 5)

    def test_late_receipt_of_an_order_lowers_nobody_elses(self):
        """Also when it is planned after the delivery, or overdue and not counted."""
        self.on_hand(10)
        __, receipt = self.made_to_order(6, 5, 9)
        self.assertAtp([10, 10, 10], 0, 5, 9)
        receipt.date = self.moment(-3)
        self.assertAtp([10, 10, 10], 0, 5, 9)

    def test_receipt_to_order_in_several_steps_is_still_the_orders(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.on_hand(10)
        route = self.env["stock.route"].create(
            {"name": "To order", "product_selectable": True}
        )
        output = self.warehouse.wh_output_stock_loc_id
        for source, dest, kind, method in (
            (output, self.customers, "out_type_id", "make_to_order"),
            (self.stock, output, "pick_type_id", "make_to_order"),
            (self.suppliers, self.stock, "in_type_id", "make_to_stock"),
        ):
            self.env["stock.rule"].create(
                {
                    "name": "pull",
                    "route_id": route.id,
                    "action": "pull",
                    "procure_method": method,
                    "location_src_id": source.id,
                    "location_dest_id": dest.id,
                    "picking_type_id": self.warehouse[kind].id,
                    "warehouse_id": self.warehouse.id,
                }
            )
        moves = self.order(6, 5, route_ids=route)
        self.assertEqual(len(moves), 3)
        receipt = moves.filtered(lambda move: move.location_id == self.suppliers)
        for days in (4, 9, -3):
            receipt.date = self.moment(days)
            self.assertAtp([10, 10, 10, 10], 0, 4, 5, 9)
        receipt.date = self.moment(4)
        self.done(receipt)
        self.assertAtp([10, 10], 0, 5)

    def test_partly_received_order_keeps_its_pair(self):
        self.on_hand(10)
        __, receipt = self.made_to_order(6, 5, 4)
        self.done(receipt, 2)
        self.assertAtp([10, 10], 0, 5)

    def test_surplus_of_a_receipt_to_order_is_everybodys(self):
        __, receipt = self.made_to_order(6, 5, 4)
        receipt.product_uom_qty = 10
        self.assertAtp([0, 4], 3, 4)

    def test_receipt_shared_by_two_orders_serves_the_earlier_first(self):
        """12 ordered for 10 on day 5 and 10 on day 8: what is missing is missing on
        day 8, whichever order came first."""
        self.on_hand(20)
        for first, second in ((5, 8), (8, 5)):
            receipt = self.receipt(12, 4)
            deliveries = self.env["stock.move"]
            for days in (first, second):
                delivery = self._create_move(
                    self.stock,
                    self.customers,
                    10,
                    days,
                    procure_method="make_to_order",
                    move_orig_ids=receipt.ids,
                )
                deliveries |= delivery._action_confirm(merge=False, create_proc=False)
            rows = self.profile((4, 5, 7, 8))
            self.assertEqual([row["projected"] for row in rows], [20, 20, 20, 12])
            self.assertEqual([row["supply"] for row in rows], [0, 0, 0, 0])
            (deliveries | receipt)._action_cancel()
