"""What customers do with a quotation that holds goods, on the public routes."""

from datetime import timedelta

from odoo.tests import HttpCase, JsonRpcException, tagged

from .common import NOW, SalePromiseCase

#: what is none of a customer's business
SECRETS = ("on hand", "PO", "WH/", "PROM", "vendor", "Release", "hold", "Traceback")


@tagged("post_install", "-at_install")
class TestCustomerChange(SalePromiseCase, HttpCase):
    def setUp(self):
        super().setUp()
        if "is_optional" not in self.env["sale.order.line"]._fields:
            self.skipTest("needs Sales Management")

    def _sent(self, quantity=2, **values):
        """A quotation that holds, with an optional line of the other product."""
        order = self._order((self.product, 3), **values)
        order.write(
            {
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "display_type": "line_section",
                            "name": "Options",
                            "is_optional": True,
                        },
                    ),
                    (
                        0,
                        0,
                        {"product_id": self.other.id, "product_uom_qty": quantity},
                    ),
                ]
            }
        )
        order.action_hold_promise()
        order.action_quotation_sent()
        order.require_payment = False
        order.require_signature = True
        return order

    def _change(self, order, quantity):
        line = order.order_line.filtered(lambda line: line.product_id == self.other)
        self.assertTrue(line.sudo()._can_be_edited_on_portal())
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/update_line_dict",
            {
                "line_id": line.id,
                "access_token": order.sudo()._portal_ensure_token(),
                "input_quantity": quantity,
            },
        )
        self.env.invalidate_all()
        self.assertFalse(answer)
        return line

    def _sign(self, order):
        """As the route does it; the route itself makes a PDF, for which not every
        machine has the program."""
        self.env.flush_all()
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo()._validate_order()
        self.env.invalidate_all()

    def test_the_hold_follows_in_quantity(self):
        order = self._sent()
        until = order.promise_hold_until
        line = self._change(order, 7)
        self.assertEqual(line.product_uom_qty, 7)
        self.assertEqual(line.sudo().promise_line_id.quantity, 7)
        self.assertEqual(self._atp(self.other), 3)
        self._change(order, 1)
        self.assertEqual(self._atp(self.other), 9)
        self.assertEqual(order.promise_hold_until, until)

    def test_more_than_there_is_is_ordered_and_held_as_far_as_it_goes(self):
        self._receipt(self.other, 50, days=4)
        order = self._sent()
        line = self._change(order, 12)
        promise_line = line.sudo().promise_line_id
        self.assertEqual(line.product_uom_qty, 12)
        self.assertEqual((promise_line.quantity, promise_line.promised_date), (10, NOW))
        self.assertEqual(self._atp(self.other), 0)
        self.assertEqual(order.order_line[0].promised_date, NOW)
        self.assertEqual(
            line._get_promise_dates(),
            [("Promised", "10 of 12 on 03/04/2030; no date for 2")],
        )
        note = order.message_ids[:1]
        self.assertIn("10 of 12", note.body)
        self.assertTrue(note.subtype_id.internal)
        order.action_confirm()
        self.assertEqual(line.promised_date, NOW + timedelta(days=4))

    def test_a_million_takes_nothing_from_others(self):
        other = self._order((self.other, 4))
        other.action_hold_promise()
        order = self._sent()
        line = self._change(order, 1_000_000)
        self.assertEqual(line.sudo().promise_line_id.quantity, 6)
        self.assertIn("6 of 1,000,000", order.message_ids[:1].body)
        self.assertEqual(other.promise_id.state, "held")
        self.assertEqual(self._atp(self.other), 0)

    def test_not_more_is_held_than_the_company_lets_be(self):
        order = self._sent()
        self.company.promise_hold_value_max = 600
        line = self._change(order, 9)
        self.assertEqual(line.product_uom_qty, 9)
        self.assertEqual(line.sudo().promise_line_id.quantity, 2)
        self.assertEqual(self._atp(self.other), 8)

    def test_what_was_not_wanted_first_is_held_too(self):
        order = self._sent(quantity=0)
        self.assertEqual(self._atp(self.other), 10)
        line = self._change(order, 4)
        self.assertEqual(line.sudo().promise_line_id.quantity, 4)
        self.assertEqual(self._atp(self.other), 6)
        self._change(order, 0)
        self.assertEqual(self._atp(self.other), 10)

    def test_what_nobody_has_is_ordered_without_a_word_of_why(self):
        self.env["stock.quant"]._update_available_quantity(
            self.other, self.warehouse.lot_stock_id, -10
        )
        order = self._sent(quantity=0)
        line = self._change(order, 4)
        self.assertFalse(line.sudo().promise_line_id)
        self.assertEqual(order.promise_id.state, "held")
        page = self.url_open(order.get_portal_url()).text
        self.assertNotIn("on hand", page)

    def test_an_archived_product_is_no_error_for_the_customer(self):
        order = self._sent()
        self.other.action_archive()
        line = self._change(order, 4)
        self.assertEqual(line.sudo().promise_line_id.quantity, 4)

    def test_signing_confirms_whatever_is_in_the_way(self):
        order = self._sent()
        promise = order.promise_id
        self._change(order, 14)
        self._sign(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(promise.sudo().claim_ids)
        self.assertEqual(self._atp(self.product), 7)

    def test_an_error_of_ours_is_in_words_for_customers(self):
        """Employees read what is in the way, customers that they may call."""
        order = self._sent()
        order.promise_id.sudo().partner_id.company_id = self.env["res.company"].create(
            {"name": "Elsewhere"}
        )
        self.env.flush_all()
        try:
            self._change(order, 4)
        except JsonRpcException as error:
            for secret in SECRETS:
                self.assertNotIn(secret, str(error))
        for message in order.message_ids.filtered(lambda m: "could not" in m.body):
            self.assertTrue(message.subtype_id.internal)
