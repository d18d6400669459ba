"""A lead whose customer accepts parts, on its way to the order."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import NOW, CrmPromiseCase


class TestLeadParts(CrmPromiseCase):
    """Of the product 6 are there, and 4 come in ten days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disc = cls._product("Clutch Disc", 6)
        cls._receipt(cls.disc, 4, days=10)

    def _split_lead(self, quantity=10, **values):
        return self._lead(
            (self.disc, quantity), **{"promise_allow_split": True, **values}
        )

    def test_nothing_is_in_parts_unless_the_customer_agrees(self):
        lead = self._lead((self.disc, 10))
        lead.action_compute_promise()
        self.assertFalse(lead.promise_line_ids.promise_parts_message)
        self.assertEqual(lead.promised_date, self._in_days(10))

    def test_the_lead_shows_the_parts(self):
        lead = self._split_lead()
        lead.action_compute_promise()
        line = lead.promise_line_ids
        self.assertEqual(line.promise_parts_message, "6 on 03/04/2030, 4 on 03/14/2030")
        self.assertEqual(lead.promised_date, self._in_days(10))
        self.assertEqual(
            line.get_promise_timeline()["parts"], line.promise_parts_message
        )

    def test_all_at_once_has_no_parts(self):
        lead = self._split_lead(promise_shipping_policy="one")
        lead.action_compute_promise()
        self.assertFalse(lead.promise_line_ids.promise_parts_message)

    def test_a_part_is_a_checked_line_and_no_date_of_the_whole(self):
        lead = self._lead((self.disc, 12), promise_partial=True)
        lead.action_compute_promise()
        line = lead.promise_line_ids
        self.assertEqual(
            line.promise_parts_message, "10 of 12 on 03/14/2030; no date for 2"
        )
        self.assertEqual((line.promise_state, line.promised_date), ("checked", False))
        self.assertFalse(lead.promised_date)
        self.assertIn("the rest has no date yet", lead.promise_reason)

    def test_a_change_of_the_consent_or_the_first_delivery_clears_the_dates(self):
        lead = self._split_lead()
        for change in (
            lambda: lead.write({"promise_partial": True}),
            lambda: lead.promise_line_ids.write({"promise_minimum_first": 2}),
        ):
            lead.action_compute_promise()
            change()
            self.assertFalse(lead.promise_line_ids.promise_parts)
            self.assertEqual(lead.promise_status, "stale")

    def test_a_hold_follows_the_consent(self):
        lead = self._split_lead()
        lead.action_hold_promise()
        self.assertTrue(lead.promise_line_ids.promise_parts)
        lead.promise_allow_split = False
        self.assertFalse(lead.promise_line_ids.promise_parts)
        self.assertEqual(lead.promise_line_ids.promise_state, "held")
        self.assertEqual(lead.promised_date, self._in_days(10))

    def test_without_consent_what_has_no_date_is_not_held(self):
        lead = self._lead((self.disc, 12))
        with self.assertRaises(UserError):
            lead.action_hold_promise()
        lead.promise_partial = True
        lead.action_hold_promise()
        self.assertEqual(lead.promise_status, "held")
        self.assertFalse(lead.promised_date)

    def test_the_consent_goes_from_the_lead_to_the_order(self):
        lead = self._lead(
            promise_allow_split=True,
            promise_partial=True,
            promise_line_ids=[
                Command.create(
                    {
                        "product_id": self.disc.id,
                        "quantity": 12,
                        "promise_minimum_first": 5,
                    }
                )
            ],
        )
        lead.action_hold_promise()
        parts = "6 on 03/04/2030, 4 on 03/14/2030; no date for 2"
        self.assertEqual(lead.promise_line_ids.promise_parts_message, parts)
        order = self.env["sale.order"].with_user(self.seller)
        order = order.browse(lead.create_quotation())
        self.assertTrue(order.promise_allow_split and order.promise_partial)
        self.assertEqual(order.order_line.promise_minimum_first, 5)
        self.assertEqual(order.order_line.promise_parts_message, parts)
        hold = order.promise_id
        order.action_confirm()
        self.assertEqual(order.promise_id, hold)
        self.assertEqual(hold.state, "confirmed")
        moves = order.sudo().order_line.move_ids.sorted("date")
        self.assertEqual(
            [(move.product_qty, move.promise_part) for move in moves],
            [(6, 1), (4, 2), (2, -1)],
        )
        self.assertEqual(moves[0].date, NOW)
        self.assertEqual(lead.promise_status, "ordered")
        self.assertEqual(lead.promise_line_ids.promise_parts_message, parts)

    def test_checked_parts_are_carried_without_a_hold(self):
        lead = self._split_lead()
        lead.action_compute_promise()
        action = lead.action_sale_quotations_new()
        order = Form(
            self.env["sale.order"]
            .with_user(self.seller)
            .with_context(**action["context"])
        ).save()
        self.assertTrue(order.promise_allow_split)
        self.assertEqual(
            order.order_line.promise_parts_message, "6 on 03/04/2030, 4 on 03/14/2030"
        )

    def test_nobody_writes_parts_by_hand(self):
        lead = self._split_lead()
        with self.assertRaises(AccessError):
            lead.promise_line_ids.checked_parts = [{"quantity": 10}]

    def test_a_copy_of_a_lead_has_to_be_agreed_to_again(self):
        lead = self._split_lead(promise_partial=True)
        copy = lead.copy()
        self.assertFalse(copy.promise_allow_split or copy.promise_partial)
