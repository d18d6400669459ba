from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.stock_promise.tests.common import NOW

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestKitParts(MakeCase):
    """Kits of which the parts leave at different times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wheel, cls.frame, cls.kit = (
            cls._create_product(name) for name in ("Wheel", "Frame", "Bicycle")
        )
        cls.kit_bill = cls.makes(
            cls.kit, 0, [(cls.wheel, 2), (cls.frame, 1)], type="phantom"
        )

    def ordered(self, quantity, **values):
        """The line of a confirmed promise with its moves, one for each part."""
        promise = self.hold(self.line(quantity, self.kit), **values).sudo()
        promise._confirm()
        self.delivery(quantity, 0, self.kit, promise_line_id=promise.line_ids.id)
        return promise.line_ids

    def send(self, line, part, quantity):
        """Send some of a part; the rest waits in a backorder."""
        move = line.move_ids.filtered(
            lambda move: move.product_id == part and move.state != "done"
        )
        return self.done(move, quantity)

    def there(self, wheels, frames):
        self.on_hand(wheels, self.wheel)
        self.on_hand(frames, self.frame)

    # -- delivered -------------------------------------------------------------------

    def test_as_many_kits_are_delivered_as_are_complete(self):
        self.there(8, 4)
        line = self.ordered(4)
        self.send(line, self.wheel, 8)
        self.assertEqual(line.delivered_quantity, 0)
        self.send(line, self.frame, 2)
        self.assertEqual((line.delivered_quantity, line.delivered_date), (2, False))
        self.send(line, self.frame, 2)
        self.assertEqual(line.delivered_quantity, 4)
        self.assertTrue(line.delivered_date)
        self.assertEqual(line.promise_id.state, "done")

    def test_kits_are_short_by_those_that_are_not_complete(self):
        self.there(8, 4)
        line = self.ordered(4)
        self.send(line, self.wheel, 8)
        self.send(line, self.frame, 3)
        self.assertFalse(line.closed_short)
        line.move_ids.filtered(lambda move: move.state != "done")._action_cancel()
        self.assertEqual((line.delivered_quantity, line.closed_short), (3, True))
        self.assertEqual(line.status, "broken")

    def test_part_that_comes_back_leaves_a_kit_incomplete(self):
        self.there(4, 2)
        line = self.ordered(2)
        self.send(line, self.wheel, 4)
        self.send(line, self.frame, 1)
        wheels = line.move_ids.filtered(lambda move: move.product_id == self.wheel)
        back = self._create_move(
            self.customers,
            self.stock,
            3,
            0,
            self.wheel,
            promise_line_id=line.id,
            origin_returned_move_id=wheels.id,
            bom_line_id=wheels.bom_line_id.id,
            picking_type_id=self.warehouse.in_type_id.id,
        )
        self.done(back._action_confirm(merge=False))
        self.assertEqual(line.delivered_quantity, 0)

    def test_part_of_a_kit_is_delivered_in_its_unit(self):
        """Two and a half metres of cable with 5 plugs."""
        self.kit.uom_id = self.env.ref("uom.product_uom_meter")
        self.kit_bill.product_uom_id = self.kit.uom_id
        self.there(5, 2.5)
        line = self.ordered(2.5)
        self.send(line, self.wheel, 5)
        self.send(line, self.frame, 2.5)
        self.assertEqual(line.delivered_quantity, 2.5)
        self.assertTrue(line.delivered_date)

    def test_what_was_ordered_counts_whatever_the_kit_is_changed_to(self):
        self.there(4, 2)
        line = self.ordered(2)
        self.send(line, self.wheel, 4)
        self.kit_bill.bom_line_ids[0].product_qty = 3
        self.kit_bill.bom_line_ids = [
            Command.create({"product_id": self.leg.id, "product_qty": 1})
        ]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_bom_line SET create_date = create_date + INTERVAL '1 day'"
            " WHERE product_id = %s",
            self.leg.ids,
        )
        self.leg.bom_line_ids.invalidate_recordset()
        self.send(line, self.frame, 2)
        self.assertEqual(line.delivered_quantity, 2)
        self.assertTrue(line.delivered_date)

    def test_part_that_has_no_move_yet_is_not_delivered(self):
        """A vendor sends it: there is a move when the purchase order is confirmed."""
        self.there(4, 2)
        line = self.ordered(2)
        frames = line.move_ids.filtered(lambda move: move.product_id == self.frame)
        frames._action_cancel()
        frames.unlink()
        self.send(line, self.wheel, 4)
        self.assertEqual(line.delivered_quantity, 0)
        # which the purchase order does not tell to be a part
        straight = self._create_move(
            self.suppliers,
            self.customers,
            2,
            1,
            self.frame,
            promise_line_id=line.id,
            picking_type_id=self.warehouse.in_type_id.id,
        )
        self.done(straight._action_confirm(merge=False))
        self.assertEqual(line.delivered_quantity, 2)
        self.assertTrue(line.delivered_date)

    def test_kit_that_is_none_any_more_is_delivered_as_ordered(self):
        self.there(4, 2)
        line = self.ordered(2)
        self.send(line, self.wheel, 4)
        self.kit_bill.active = False
        self.send(line, self.frame, 2)
        self.assertEqual(line.delivered_quantity, 2)

    # -- promised again --------------------------------------------------------------

    def test_parts_that_are_sent_are_not_needed_again(self):
        self.there(8, 4)
        line = self.ordered(4)
        self.send(line, self.wheel, 8)
        self.send(line, self.frame, 1)
        line.promise_id.action_repromise()
        self.assertEqual(line.promised_date, NOW)
        line.promise_id.with_user(self.user).action_repromise()
        self.assertEqual(line.promised_date, NOW)

    def test_parts_that_are_still_missing_decide(self):
        self.there(8, 4)
        line = self.ordered(4)
        self.send(line, self.wheel, 7)
        self.send(line, self.frame, 4)
        last = self.env["stock.quant"]._gather(self.wheel, self.stock)
        last.inventory_quantity = 0
        last.action_apply_inventory()
        self.receipt(1, 6, self.wheel)
        line.promise_id.action_repromise()
        self.assertEqual(line.promised_date, self.moment(6))

    # -- in several deliveries -------------------------------------------------------

    def test_only_whole_kits_go_out_in_each_delivery(self):
        self.there(8, 2)
        self.receipt(1, 4, self.frame)
        self.receipt(5, 6, self.frame)
        line = self.ask(self.line(4, self.kit), allow_split=True)["lines"][0]
        self.assertEqual(
            [(part["quantity"], part["delivery_date"]) for part in line["schedule"]],
            [
                (2.0, str(NOW)),
                (1.0, str(self.moment(4))),
                (1.0, str(self.moment(6))),
            ],
        )

    def test_each_delivery_of_a_kit_claims_its_parts(self):
        self.there(8, 2)
        self.receipt(5, 6, self.frame)
        promise = self.hold(self.line(4, self.kit), allow_split=True)
        claims = {
            (claim.product_id, claim.date - NOW): claim.quantity
            for claim in promise.claim_ids
        }
        later = self.moment(6) - NOW
        self.assertEqual(
            claims,
            {
                (self.wheel, timedelta()): 4,
                (self.frame, timedelta()): 2,
                (self.wheel, later): 4,
                (self.frame, later): 2,
            },
        )

    def test_part_that_will_do_is_of_whole_kits(self):
        self.there(7, 4)
        line = self.ask(self.line(4, self.kit), partial=True)["lines"][0]
        self.assertEqual(line["promised_quantity"], 3)
