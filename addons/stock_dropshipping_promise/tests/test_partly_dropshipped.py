from odoo import Command
from odoo.tests import tagged

from .common import DropshippingCase


@tagged("post_install", "-at_install")
class TestPartlyDropshipped(DropshippingCase):
    """A hall is a girder, which its vendor sends, and two bolts of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt, cls.hall = (cls._create_product(name) for name in ("Bolt", "Hall"))
        cls.kits = {cls.hall: ((cls.straight, 1.0), (cls.bolt, 2.0))}

        def explode(engine, wanted, company):
            return {pair: cls.kits[pair[0]] for pair in wanted if pair[0] in cls.kits}

        # What a kit is made of is another addon's business.
        cls.classPatch(cls.registry["delivery.promise.engine"], "_explode", explode)

    def test_kit_is_complete_when_the_vendor_has_delivered(self):
        self.on_hand(6, self.bolt)
        answer = self.ask(self.line(3, self.hall))
        self.assertEqual(answer["promised_date"], str(self.later(5)))
        self.assertEqual(
            self.reasons(answer)["drop_ship"],
            "a part is delivered by its vendor, straight to the customer, on"
            " 11/29/2026",
        )

    def test_stock_of_what_the_vendor_sends_does_not_count(self):
        self.on_hand(6, self.bolt)
        self.on_hand(100, self.straight)
        self.assertEqual(self.promised(3, self.hall), self.later(5))
        promise = self.hold(self.line(3, self.hall))
        self.assertEqual(promise.claim_ids.product_id, self.bolt)
        # the bolts are meant to be there with the girder
        self.assertEqual(promise.claim_ids.date, self.later(5))

    def test_our_parts_decide_where_they_are_later(self):
        self.receipt(6, 8, self.bolt)
        self.assertEqual(self.promised(3, self.hall), self.moment(8))

    def test_our_part_that_is_missing_is_named(self):
        answer = self.ask(self.line(3, self.hall))
        self.assertFalse(answer["promised_date"])
        self.assertIn("Bolt", self.reasons(answer)["no_supply"])

    def test_part_that_nobody_sells_is_named(self):
        self.on_hand(6, self.bolt)
        self.seller.unlink()
        answer = self.ask(self.line(3, self.hall))
        self.assertFalse(answer["promised_date"])
        self.assertIn("Girder is to be delivered", self.reasons(answer)["no_vendor"])

    def test_requested_date_is_kept_where_the_vendor_is_in_time(self):
        self.on_hand(6, self.bolt)
        wanted = self.line(3, self.hall, requested_date=str(self.later(9)))
        self.assertEqual(self.ask(wanted)["promised_date"], str(self.later(9)))

    def test_parts_of_a_split_kit_are_complete_with_the_vendor(self):
        self.on_hand(4, self.bolt)
        self.receipt(2, 7, self.bolt)
        line = self.ask(self.line(3, self.hall), allow_split=True)["lines"][0]
        self.assertEqual(
            [(part["quantity"], part["delivery_date"]) for part in line["schedule"]],
            [(2.0, str(self.later(5))), (1.0, str(self.moment(7)))],
        )

    def test_what_the_vendor_still_has_to_send_is_waited_for(self):
        self.on_hand(6, self.bolt)
        engine = self.env["delivery.promise.engine"]
        request = engine._check_request({"lines": [self.line(3, self.hall)]})
        line = request.lines[0]
        for there, days in ((0, 5), (2, 5), (3, 0)):
            ahead = ((self.straight.id, there),) if there else ()
            asked = request._replace(lines=(line._replace(ahead=ahead),))
            (answer,) = engine._compute_request(asked).answer["lines"]
            self.assertEqual(answer["promised_date"], str(self.later(days)), there)

    # -- what it costs ---------------------------------------------------------------

    def test_queries_do_not_grow_with_lines(self):
        """Each line is another kit, of which another vendor sends another part."""
        vendors = self.env["res.partner"].create([{"name": "Mill"}] * 12)
        kits = self.env["product.product"].create([{"name": "Kit"}] * 12)
        girders = self.env["product.product"].create(
            [
                {
                    "name": "Girder",
                    "is_storable": True,
                    "route_ids": self.route.ids,
                    "seller_ids": [
                        Command.create({"partner_id": vendor.id, "delay": 5})
                    ],
                }
                for vendor in vendors
            ]
        )
        for kit, girder in zip(kits, girders, strict=True):
            self.kits[kit] = ((girder, 1.0), (self.bolt, 2.0))
        self.on_hand(1000, self.bolt)
        lines = [self.line(3, kit) for kit in kits]
        self.warehouse.promise_calendar_id = self.company.resource_calendar_id

        def queries(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            answer = self.ask(*lines[:count])
            spent = self.env.cr.sql_log_count - before
            for line in answer["lines"]:
                self.assertEqual(line["promised_date"], str(self.later(5)))
            return spent

        queries(12)  # routes are known from now on
        self.assertLessEqual(queries(12) - queries(2), 1)

    # -- ordered ---------------------------------------------------------------------

    def ordered(self, days):
        """A confirmed promise, whose vendor comes in so many days."""
        self.on_hand(2, self.bolt)
        promise = self.hold(self.line(1, self.hall)).sudo()
        promise._confirm()
        line = promise.line_ids
        own = self.delivery(2, 5, self.bolt, promise_line_id=line.id)
        straight = self._create_move(
            self.suppliers,
            self.customers,
            1,
            days,
            self.straight,
            promise_line_id=line.id,
            picking_type_id=self.warehouse.in_type_id.id,
        )
        straight._action_confirm(merge=False)
        return line, own, straight

    def test_promised_again_by_what_the_vendor_has_confirmed(self):
        line, own, straight = self.ordered(3)
        planned = straight.date
        line.promise_id.action_repromise()
        self.assertEqual(line.promised_date, self.later(3))
        # our part is planned for that date, the vendor's stays the vendor's
        self.assertEqual((own.date, straight.date), (self.later(3), planned))

    def test_order_is_at_risk_when_the_vendor_is_late(self):
        line, __, straight = self.ordered(5)
        self.env["delivery.promise"]._watch(self.straight.ids)
        self.assertFalse(line.at_risk)
        straight.date = self.moment(9)
        self.env["delivery.promise"]._watch(self.straight.ids)
        self.assertTrue(line.at_risk)
        self.assertEqual(line.feasible_date, self.later(9))

    def test_line_is_not_short_while_the_vendor_is_still_to_be_asked(self):
        line, own, straight = self.ordered(5)
        straight._action_cancel()
        order = self.sale(1, self.hall)
        order.sudo().promise_id = line.promise_id
        order.order_line.sudo().promise_line_id = line
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.straight.id,
                            "product_qty": 1,
                            "sale_line_id": order.order_line.id,
                        }
                    )
                ],
            }
        )
        self.done(own)
        self.assertFalse(line.closed_short)
        purchase.button_cancel()
        line._update_delivery()
        self.assertTrue(line.closed_short)

    def test_vendor_in_time_hides_no_risk_of_our_parts(self):
        line, __, __ = self.ordered(5)
        self.on_hand(-2, self.bolt)
        self.receipt(2, 9, self.bolt)
        self.env["delivery.promise"]._watch((self.straight | self.bolt).ids)
        self.assertTrue(line.at_risk)
