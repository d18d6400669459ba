from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from .common import NOW, CrmPromiseCase


class TestNewQuotation(CrmPromiseCase):
    def _new_form(self, lead):
        """The form that "New Quotation" opens."""
        action = lead.action_sale_quotations_new()
        self.assertEqual(action["res_model"], "sale.order")
        return Form(
            self.env["sale.order"]
            .with_user(self.seller)
            .with_context(**action["context"])
        )

    def test_the_button_creates_nothing_by_itself(self):
        lead = self._held_lead()
        lead.action_sale_quotations_new()
        self.assertFalse(lead.order_ids)

    def test_the_form_carries_lines_quantities_dates_and_hold(self):
        self._receipt(self.product, 5, days=4)
        lead = self._held_lead(
            (self.product, 12), (self.other, 2), (self.service, 1),
            promise_shipping_policy="one",
        )  # fmt: skip
        order = self._new_form(lead).save()
        self.assertEqual(order.opportunity_id, lead)
        self.assertEqual(order.partner_id, self.partner)
        self.assertEqual(
            [(line.product_id, line.product_uom_qty) for line in order.order_line],
            [(self.product, 12), (self.other, 2), (self.service, 1)],
        )
        self.assertEqual(order.promise_id, lead.promise_id)
        self.assertEqual(order.commitment_date, self._in_days(4))
        self.assertEqual(order.picking_policy, "one")
        self.assertEqual(order.warehouse_id, self.warehouse)
        goods = order.order_line[:2]
        self.assertEqual(goods.promise_line_id, lead.promise_id.line_ids)
        self.assertEqual(set(goods.mapped("promised_date")), {self._in_days(4)})
        self.assertEqual(self._atp(self.other), 8)

    def test_checked_dates_are_carried_without_a_hold(self):
        self._receipt(self.product, 5, days=4)
        lead = self._lead((self.product, 12))
        lead.action_compute_promise()
        order = self._new_form(lead).save()
        self.assertFalse(order.promise_id)
        self.assertEqual(order.commitment_date, self._in_days(4))
        self.assertEqual(order.order_line.promised_date, self._in_days(4))

    def test_what_was_typed_on_the_form_counts(self):
        lead = self._held_lead((self.product, 6), (self.other, 2))
        form = self._new_form(lead)
        with form.order_line.edit(0) as line:
            line.product_uom_qty = 5
        form.order_line.remove(1)
        order = form.save()
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(order.order_line.product_uom_qty, 5)
        # the hold is the lead's until the order is confirmed
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))
        order.action_confirm()
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (5, 10))

    def test_a_lead_without_products_opens_an_empty_form(self):
        order = self._new_form(self._lead()).save()
        self.assertFalse(order.order_line)

    def test_the_lines_stay_out_of_other_documents(self):
        lead = self._held_lead()
        context = lead.action_sale_quotations_new()["context"]
        # what else has order lines must not take them for its own
        self.assertFalse([key for key in context if key == "default_order_line"])
        defaults = (
            self.env["sale.order"]
            .with_context(**context)
            .default_get(["order_line", "promise_id"])
        )
        self.assertEqual(len(defaults["order_line"]), 1)
        self.assertEqual(defaults["promise_id"], lead.promise_id.id)


class TestCreateQuotation(CrmPromiseCase):
    def test_it_returns_the_id(self):
        lead = self._held_lead()
        order_id = lead.create_quotation()
        self.assertIsInstance(order_id, int)
        order = self.env["sale.order"].browse(order_id)
        self.assertEqual(lead.order_ids, order)
        self.assertEqual(order.promise_id, lead.promise_id)
        self.assertEqual(order.order_line.promise_line_id, lead.promise_id.line_ids)
        self.assertEqual(order.order_line.promised_date, NOW)
        self.assertEqual(order.user_id, self.seller)

    def test_a_typed_price_is_kept_and_a_list_price_computed(self):
        lead = self._lead((self.product, 1), (self.other, 1))
        lead.promise_line_ids[0].price_unit = 80
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertEqual(order.order_line.mapped("price_unit"), [80, 100])

    def test_a_lead_becomes_an_opportunity_with_a_customer(self):
        lead = self._held_lead(
            type="lead",
            partner_id=False,
            contact_name="Ada",
            email_from="ada@x.example",
        )
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(order.partner_id.name, "Ada")
        self.assertEqual(lead.promise_id.partner_id, order.partner_id)
        self.assertEqual(order.promise_id, lead.promise_id)
        self.assertEqual(lead.promise_state, "held")

    def test_a_known_contact_is_found(self):
        self.partner.email = "garage@x.example"
        lead = self._lead(
            (self.product, 1), partner_id=False, email_from="garage@x.example"
        )
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertEqual(order.partner_id, self.partner)

    def test_a_closed_lead_gets_no_quotation(self):
        lead = self._lead((self.product, 1))
        lead.action_set_lost()
        with self.assertRaisesRegex(UserError, "Restore it"):
            lead.create_quotation()

    def test_an_ended_hold_is_not_carried(self):
        lead = self._held_lead()
        self._tick(hours=25)
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertFalse(order.promise_id)
        self.assertFalse(order.commitment_date)  # it has passed
        self.assertEqual(order.order_line.product_uom_qty, 6)


class TestSharedHold(CrmPromiseCase):
    def setUp(self):
        super().setUp()
        self.lead = self._held_lead()
        self.first = self.env["sale.order"].browse(self.lead.create_quotation())
        self.second = self.env["sale.order"].browse(self.lead.create_quotation())

    def test_quotations_share_one_hold(self):
        self.assertEqual((self.first | self.second).promise_id, self.lead.promise_id)
        self.assertEqual(self._atp(self.product), 4)
        self.assertEqual(len(self.lead.promise_id.line_ids), 1)

    def test_the_first_confirmed_takes_it(self):
        self.second.action_confirm()
        self.assertEqual(self.lead.promise_id.state, "confirmed")
        self.assertEqual(self.second.promise_id, self.lead.promise_id)
        self.assertFalse(self.first.promise_id)
        self.assertEqual(self._atp(self.product), 4)
        self.assertEqual(self.lead.promise_status, "ordered")
        self.assertEqual(self.second.sudo().picking_ids.move_ids.product_uom_qty, 6)

    def test_cancelling_or_deleting_one_leaves_the_hold(self):
        self.first.action_cancel()
        self.second.sudo().unlink()
        self.assertEqual(self.lead.promise_state, "held")
        self.assertEqual(self._atp(self.product), 4)

    def test_a_changed_quotation_leaves_the_hold(self):
        self.first.order_line.product_uom_qty = 9
        self.assertEqual(self.lead.promise_id.line_ids.quantity, 6)
        self.assertEqual(self._atp(self.product), 4)
        self.first.action_confirm()
        self.assertEqual(self._atp(self.product), 1)

    def test_holding_on_a_quotation_does_not_hold_twice(self):
        self.first.action_hold_promise()
        self.assertEqual(self.first.promise_id, self.lead.promise_id)
        self.assertEqual(self._atp(self.product), 4)

    def test_a_cancelled_order_opens_the_need_again(self):
        self.first.action_confirm()
        self.first.sudo()._action_cancel()
        self.assertEqual(self._atp(self.product), 10)
        self.assertNotEqual(self.lead.promise_status, "ordered")
        self.lead.action_hold_promise()
        self.assertEqual(self._atp(self.product), 4)

    def test_losing_the_lead_does_not_touch_the_order(self):
        self.first.action_confirm()
        self.lead.action_set_lost()
        self.assertEqual(self.first.promise_id.state, "confirmed")
        self.assertEqual(self._atp(self.product), 4)

    def test_what_was_ordered_is_not_asked_for_again(self):
        self.first.action_confirm()
        self.lead.promise_line_ids = [
            Command.create({"product_id": self.other.id, "quantity": 2})
        ]
        self.assertEqual(self.first.promise_id.state, "confirmed")
        self.lead.action_hold_promise()
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))
        third = self.env["sale.order"].browse(self.lead.create_quotation())
        self.assertEqual(third.order_line.product_id, self.other)

    def test_quotations_follow_the_date_of_the_hold(self):
        wished = NOW + timedelta(days=3)
        self.first.commitment_date = NOW + timedelta(days=9)
        self.lead.promise_line_ids.requested_date = wished
        self.assertEqual(self.lead.promised_date, wished)
        self.assertEqual(self.second.commitment_date, wished)
        self.assertEqual(self.second.order_line.promised_date, wished)
        # somebody has typed another date there
        self.assertEqual(self.first.commitment_date, NOW + timedelta(days=9))
        self.second.action_confirm()
        move = self.second.sudo().picking_ids.move_ids
        self.assertEqual(move.date_deadline, wished)
        self.assertEqual(self.second.commitment_date, wished)


class TestQuotationBesideTheHold(CrmPromiseCase):
    """The need of a lead is claimed once, in whichever order things were done."""

    def test_a_quotation_made_before_the_hold_rests_on_it(self):
        lead = self._lead((self.product, 6))
        order = self.env["sale.order"].browse(lead.create_quotation())
        lead.action_hold_promise()
        self.assertEqual(order.promise_id, lead.promise_id)
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 4)
        self.assertEqual(lead.promise_status, "ordered")

    def test_a_quotation_typed_for_the_lead_rests_on_its_hold(self):
        lead = self._held_lead()
        order = self._order((self.product, 6), opportunity_id=lead.id)
        self.assertEqual(order.promise_id, lead.promise_id)
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 4)

    def test_a_quotation_linked_later_rests_on_it(self):
        lead = self._held_lead()
        order = self._order((self.product, 6))
        order.opportunity_id = lead
        self.assertEqual(order.promise_id, lead.promise_id)

    def test_a_quotation_for_other_things_leaves_the_hold(self):
        lead = self._held_lead()
        order = self._order((self.other, 2), opportunity_id=lead.id)
        self.assertFalse(order.promise_id)
        order.action_confirm()
        self.assertEqual(lead.promise_state, "held")
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (4, 8))

    def test_a_quotation_for_somebody_else_leaves_the_hold(self):
        lead = self._held_lead()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self._order(
            (self.product, 1), opportunity_id=lead.id, partner_id=stranger.id
        )
        self.assertFalse(order.promise_id)

    def test_an_order_without_a_hold_settles_the_need(self):
        lead = self._lead((self.product, 6))
        order = self.env["sale.order"].browse(lead.create_quotation())
        order.action_confirm()
        self.assertEqual(self._atp(self.product), 4)
        self.assertEqual(lead.promise_status, "ordered")
        self.assertEqual(lead.promise_id, order.promise_id)
        with self.assertRaisesRegex(UserError, "no product left"):
            lead.action_hold_promise()
