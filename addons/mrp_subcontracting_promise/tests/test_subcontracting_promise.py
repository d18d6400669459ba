from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestSubcontractingPromise(PromiseCase):
    """A painter paints frames that we send, with paint of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.days_to_purchase = 0
        cls.painter, cls.smith = cls.env["res.partner"].create(
            [{"name": "Painter"}, {"name": "Smith"}]
        )
        cls.painted = cls._create_product("Painted frame")
        cls.frame = cls._create_product("Frame")
        cls.paint = cls._create_product("Paint")
        cls.resupply = cls.env.ref(
            "mrp_subcontracting.route_resupply_subcontractor_mto"
        )
        cls.resupply.product_selectable = True
        cls.frame.route_ids = cls.resupply
        cls.bill = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.painted.product_tmpl_id.id,
                "company_id": cls.company.id,
                "type": "subcontract",
                "subcontractor_ids": [Command.set(cls.painter.ids)],
                "produce_delay": 2,
                "bom_line_ids": [
                    Command.create({"product_id": cls.frame.id, "product_qty": 2}),
                    Command.create({"product_id": cls.paint.id, "product_qty": 1}),
                ],
            }
        )
        cls.sells(cls.painter, cls.painted, 5)

    @classmethod
    def sells(cls, vendor, product, delay, **values):
        return cls.env["product.supplierinfo"].create(
            {
                "partner_id": vendor.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "delay": delay,
                "company_id": cls.company.id,
                **values,
            }
        )

    def later(self, days):
        return NOW + timedelta(days=days)

    def purchase(self, quantity, days):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.painter.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.painted.id,
                            "product_qty": quantity,
                            "date_planned": self.moment(days),
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        return order

    # -- when -----------------------------------------------------------------------

    def test_with_components_there_the_lead_time_of_the_vendor_counts(self):
        self.on_hand(10, self.frame)
        self.assertEqual(self.promised(3, self.painted), self.later(5))

    def test_vendor_waits_for_the_components_that_we_send(self):
        self.receipt(10, 6, self.frame)
        self.assertEqual(self.promised(3, self.painted), self.moment(6) + timedelta(2))

    def test_component_is_bought_in_turn(self):
        self.sells(self.smith, self.frame, 7)
        self.assertEqual(self.promised(3, self.painted), self.later(9))

    def test_component_that_nobody_supplies_leaves_no_date_and_is_named(self):
        self.on_hand(5, self.frame)
        answer = self.ask(self.line(3, self.painted))
        self.assertFalse(answer["promised_date"])
        self.assertIn("Frame", answer["lines"][0]["reasons"][0]["message"])

    def test_component_without_a_resupply_route_is_the_vendors_business(self):
        self.frame.route_ids = False
        self.assertEqual(self.promised(3, self.painted), self.later(5))

    def test_warehouse_that_resupplies_sends_every_component(self):
        self.frame.route_ids = False
        self.warehouse.subcontracting_to_resupply = True
        self.assertIn(self.resupply, self.warehouse.route_ids)
        self.assertFalse(self.promised(3, self.painted))
        self.on_hand(6, self.frame)
        self.on_hand(3, self.paint)
        self.assertEqual(self.promised(3, self.painted), self.later(5))
        self.assertFalse(self.promised(4, self.painted))

    def test_days_on_the_way_to_the_subcontractor_count(self):
        self.on_hand(10, self.frame)
        rule = self.warehouse.subcontracting_route_id.rule_ids.filtered(
            lambda rule: rule.location_src_id == self.stock
        )
        self.assertTrue(rule)
        rule.delay = 6
        self.assertEqual(self.promised(3, self.painted), self.later(8))

    def test_days_to_prepare_and_to_purchase_count_as_in_odoo(self):
        self.on_hand(10, self.frame)
        self.company.days_to_purchase = 1
        self.bill.days_to_prepare_mo = 7
        # max(vendor 5, making 2 + preparing 7) + purchasing 1
        self.assertEqual(self.promised(3, self.painted), self.later(10))
        rule = self.warehouse.buy_pull_id
        if self.env["ir.module.module"]._get("mrp_subcontracting_purchase").state == (
            "installed"
        ):
            delays = rule._get_lead_days(self.painted)[0]
            self.assertEqual(delays["total_delay"], 10)

    def test_other_vendor_who_just_sells_needs_no_components(self):
        self.painted.seller_ids.sequence = 5
        self.sells(self.smith, self.painted, 3, sequence=1)
        self.assertEqual(self.promised(3, self.painted), self.later(3))

    # -- nothing twice ----------------------------------------------------------------

    def test_hold_keeps_the_components(self):
        self.on_hand(10, self.frame)
        self.hold(self.line(3, self.painted))
        self.assertEqual(self.atp(0, 30, product=self.frame), [4, 4])
        with self.assertRaises(UserError):
            self.hold(self.line(3, self.painted))

    def test_two_lines_do_not_get_the_same_component(self):
        self.on_hand(10, self.frame)
        lines = self.ask(self.line(3, self.painted), self.line(3, self.painted))[
            "lines"
        ]
        self.assertTrue(lines[0]["promised_date"])
        self.assertFalse(lines[1]["promised_date"])

    def test_order_to_the_subcontractor_is_supply_once_and_components_go_once(self):
        self.on_hand(10, self.frame)
        order = self.purchase(3, 5)
        self.assertEqual(self.atp(0, 5, product=self.painted), [0, 3])
        self.assertEqual(self.atp(0, 30, product=self.frame), [4, 4])
        self.assertEqual(self.promised(3, self.painted), self.moment(5))
        resupply = order.picking_ids.move_ids.move_orig_ids.production_id.picking_ids
        sent = self.env["stock.move"].search(
            [("product_id", "=", self.frame.id), ("location_id", "=", self.stock.id)]
        )
        self.assertEqual(sum(sent.mapped("product_qty")), 6)
        self.done(sent)
        # what lies with the subcontractor is not ours to promise
        self.assertEqual(self.atp(0, 30, product=self.frame), [4, 4])
        self.done(order.picking_ids.move_ids)
        self.assertEqual(self.atp(0, 30, product=self.painted), [3, 3])
        self.assertEqual(self.atp(0, 30, product=self.frame), [4, 4])
        self.assertFalse(resupply - order.picking_ids - sent.picking_id)

    def test_promise_and_purchase_order_take_the_same_components(self):
        """What the hold kept is what the resupply takes when it is ordered."""
        self.on_hand(6, self.frame)
        promise = self.hold(self.line(3, self.painted))
        self.assertEqual(self.atp(0, product=self.frame), [0])
        promise.action_release()
        self.purchase(3, 5)
        self.assertEqual(self.atp(0, product=self.frame), [0])

    def test_components_are_kept_from_when_the_vendor_gets_the_order(self):
        """Wanted on day 20, and the vendor takes 5 days."""
        self.on_hand(6, self.frame)
        self.hold(self.line(3, self.painted, requested_date=str(self.later(20))))
        rows = self.profile((14, 15), product=self.frame)
        self.assertEqual([row["projected"] for row in rows], [6, 0])
