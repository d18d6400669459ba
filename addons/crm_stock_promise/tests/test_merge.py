from datetime import timedelta

from odoo.tests import users

from .common import NOW, CrmPromiseCase


class TestMerge(CrmPromiseCase):
    def _merge(self, *leads):
        merged = leads[0].browse([lead.id for lead in leads]).merge_opportunity()
        self.env.invalidate_all()
        return merged

    def test_lines_are_merged(self):
        merged = self._merge(
            self._lead((self.product, 6)),
            self._lead((self.other, 2), (self.product, 1)),
        )
        self.assertEqual(
            sorted(
                (line.product_id.name, line.quantity)
                for line in merged.promise_line_ids
            ),
            [("Brake Disc", 1), ("Brake Disc", 6), ("Brake Pad", 2)],
        )
        self.assertFalse(merged.promise_id)

    def test_one_hold_goes_to_the_merged_lead(self):
        for held_first in (True, False):
            with self.subTest(held_first=held_first):
                held, plain = (
                    self._held_lead((self.product, 3)),
                    self._lead((self.other, 2)),
                )
                promise = held.promise_id
                # the surer opportunity is the one that stays
                (held if held_first else plain).probability = 90
                merged = self._merge(held, plain)
                self.assertEqual(merged, held if held_first else plain)
                self.assertEqual(merged.promise_id, promise)
                self.assertEqual(promise.lead_id, merged)
                self.assertEqual(promise.state, "held")
                # what was not held stays so
                self.assertEqual(merged.promise_status, "partial")
                self.assertEqual(self._atp(self.other), 10)
                self.assertEqual(self._atp(self.product), 7)
                merged.action_hold_promise()
                self.assertEqual(merged.promise_status, "held")
                self.assertEqual(self._atp(self.other), 8)
                merged.action_release_promise()

    def test_several_holds_become_one_and_nothing_is_lost(self):
        short = self._held_lead((self.product, 3))
        self._tick(hours=1)
        long = self._held_lead((self.product, 4), (self.other, 2))
        survivor, other = long.promise_id, short.promise_id
        merged = self._merge(short, long)
        self.assertEqual(merged.promise_id, survivor)
        self.assertEqual(survivor.state, "held")
        self.assertEqual(other.state, "released")
        self.assertEqual(len(survivor.line_ids), 3)
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (3, 8))
        self.assertEqual(merged.promise_status, "held")
        self.assertEqual(merged.promised_date, NOW + timedelta(hours=1))

    def test_what_cannot_be_taken_over_is_said(self):
        short = self._held_lead((self.product, 3))
        self._tick(hours=1)
        long = self._held_lead((self.product, 4))
        self._stock(self.product, -5)
        merged = self._merge(short, long)
        self.assertEqual(merged.promise_id.state, "held")
        self.assertEqual(merged.promise_id.line_ids.quantity, 4)
        self.assertTrue(
            merged.message_ids.filtered(lambda m: "could not take over" in m.body)
        )
        self.assertEqual(merged.promise_status, "partial")

    def test_quotations_follow_the_hold(self):
        short = self._held_lead((self.product, 3))
        order = self.env["sale.order"].browse(short.create_quotation())
        self._tick(hours=1)
        merged = self._merge(short, self._held_lead((self.other, 2)))
        self.assertEqual(order.opportunity_id, merged)
        self.assertEqual(order.promise_id, merged.promise_id)
        self.assertEqual(self._atp(self.product), 7)
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 7)

    @users("crm_leader")
    def test_a_leader_merges_leads_of_several_salespeople(self):
        mine = self._held_lead((self.product, 3))
        theirs = self._held_lead((self.other, 2), user=self.colleague)
        merged = self._merge(
            mine.with_user(self.env.user), theirs.with_user(self.env.user)
        )
        self.assertEqual(merged.promise_state, "held")
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (7, 8))

    # -- one warehouse, one way of shipping, one consent -----------------------------

    def _other_warehouse(self, quantity=10):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOUTH", "company_id": self.company.id}
        )
        warehouse.partner_id.tz = "UTC"
        if quantity:
            self._stock(self.product, quantity, warehouse)
        return warehouse

    def _assert_one(self, lead):
        """Lead, hold, claims and quotation say the same of warehouse and shipping, and
        confirming the quotation takes what was held, where it was held."""
        promise = lead.promise_id
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertEqual(order.promise_id, promise)
        self.assertEqual(
            lead._promise_warehouse()
            | order.warehouse_id
            | promise.line_ids.warehouse_id,
            promise.warehouse_id,
        )
        self.assertEqual(promise.claim_ids.warehouse_id, promise.warehouse_id)
        self.assertEqual(
            {lead.promise_shipping_policy, order.picking_policy},
            {promise.shipping_policy},
        )
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)]
        )
        before = [self._atp(self.product, warehouse=each) for each in warehouses]
        dates = promise.line_ids.mapped("promised_date")
        order.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(
            [self._atp(self.product, warehouse=each) for each in warehouses], before
        )
        self.assertEqual(promise.line_ids.mapped("promised_date"), dates)
        self.assertEqual(order.promise_id.status, "on_time")

    def test_holds_in_two_warehouses_are_held_again_in_one(self):
        south = self._other_warehouse()
        for first in (True, False):
            for longer in (True, False):
                with self.subTest(first=first, longer=longer):
                    self.clock.move_to(NOW)
                    make = [
                        lambda: self._held_lead((self.product, 3)),
                        lambda: self._held_lead(
                            (self.product, 4), promise_warehouse_id=south.id
                        ),
                    ]
                    leads = []
                    for index in (0, 1) if longer else (1, 0):
                        leads.append(make[index]())
                        self._tick(hours=1)
                    leads.sort(key=lambda lead: lead.promise_warehouse_id.id)
                    leads[not first].probability = 90
                    merged = self._merge(*leads)
                    self.assertEqual(merged, leads[not first])
                    self.assertEqual(merged.promise_status, "held")
                    self.assertEqual(len(merged.promise_id.line_ids), 2)
                    # the lead that stays says where
                    self.assertEqual(
                        merged._promise_warehouse(), self.warehouse if first else south
                    )
                    self._assert_one(merged)
                    self._stock(self.product, 7, merged._promise_warehouse())

    def test_a_single_hold_keeps_its_warehouse_and_shipping(self):
        south = self._other_warehouse()
        held = self._held_lead(
            (self.product, 4),
            promise_warehouse_id=south.id,
            promise_shipping_policy="one",
        )
        plain = self._lead(probability=90)
        merged = self._merge(held, plain)
        self.assertEqual(merged, plain)
        self.assertEqual(merged._promise_warehouse(), south)
        self.assertEqual(merged.promise_shipping_policy, "one")
        self.assertEqual(merged.promise_id.line_ids.quantity, 4)
        self._assert_one(merged)

    def test_holds_of_two_ways_of_shipping_become_one(self):
        for staying, other in (("one", "direct"), ("direct", "one")):
            with self.subTest(staying=staying):
                self.clock.move_to(NOW)
                self._receipt(self.product, 10, days=7)
                leads = [
                    self._held_lead(
                        (self.other, 1),
                        (self.product, self._atp(self.product) + 2),
                        promise_shipping_policy=staying,
                        probability=90,
                    )
                ]
                self._tick(hours=1)
                leads.append(
                    self._held_lead((self.other, 2), promise_shipping_policy=other)
                )
                merged = self._merge(*leads)
                self.assertEqual(merged, leads[0])
                self.assertEqual(merged.promise_id.shipping_policy, staying)
                self.assertEqual(merged.promise_status, "held")
                days = {line.promised_date for line in merged.promise_line_ids}
                self.assertEqual(len(days) == 1, staying == "one")
                said = merged.message_ids.filtered(
                    lambda note: "come later" in note.body
                )
                self.assertEqual(bool(said), staying == "one")
                self._assert_one(merged)

    def test_where_the_goods_are_short_the_longest_hold_says_where(self):
        south = self._other_warehouse(quantity=0)
        here = self._held_lead((self.product, 9))
        self._stock(self.product, 2, south)
        here.probability = 90
        self._tick(hours=1)
        there = self._held_lead((self.product, 2), promise_warehouse_id=south.id)
        merged = self._merge(here, there)
        # nine and two are in neither warehouse
        self.assertEqual(merged, here)
        self.assertEqual(merged.promise_status, "partial")
        self.assertEqual(merged._promise_warehouse(), south)
        self.assertEqual(merged.promise_id.warehouse_id, south)
        self.assertEqual(merged.promise_id.line_ids.quantity, 2)
        self.assertTrue(
            merged.message_ids.filtered(lambda m: "could not take over" in m.body)
        )
        self.assertEqual(self._atp(self.product), 10)

    def test_a_customer_that_comes_with_the_other_lead_claims_nothing_new(self):
        nobody = self._lead((self.other, 99), partner_id=False, probability=90)
        held = self._held_lead((self.product, 3))
        merged = self._merge(nobody, held)
        self.assertEqual(merged, nobody)
        self.assertEqual(merged.partner_id, self.partner)
        self.assertEqual(merged.promise_status, "partial")
        self.assertEqual(merged.promise_id.partner_id, self.partner)
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (7, 10))
