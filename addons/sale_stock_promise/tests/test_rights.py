from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import SalePromiseCase


class TestRights(SalePromiseCase):
    def test_salespeople_use_promises_and_their_managers_administer_them(self):
        manager = self._user("so_manager", "sales_team.group_sale_manager")
        self.assertTrue(self.seller.has_group("stock_promise.group_promise_user"))
        self.assertFalse(self.seller.has_group("stock_promise.group_promise_manager"))
        self.assertTrue(manager.has_group("stock_promise.group_promise_manager"))

    def test_a_salesperson_reaches_only_own_quotations(self):
        other = self._user("so_colleague", "sales_team.group_sale_salesman")
        order = self._order((self.product, 3))
        order.action_hold_promise()
        for method in (
            "action_compute_promise",
            "action_hold_promise",
            "action_release_promise",
            "action_extend_promise",
        ):
            with self.assertRaises(AccessError, msg=method):
                getattr(order.with_user(other), method)()

    def test_who_sells_for_all_may_hold_and_release_for_a_colleague(self):
        lead = self._user("so_lead", "sales_team.group_sale_salesman_all_leads")
        order = self._order((self.product, 3))
        self.assertEqual(order.user_id, self.seller)
        order.with_user(lead).action_hold_promise()
        self.assertEqual(order.promise_id.user_id, self.seller)
        order.with_user(lead).order_line.product_uom_qty = 4
        self.assertEqual(self._atp(self.product), 6)
        order.with_user(lead).action_extend_promise()
        order.with_user(lead).action_release_promise()
        self.assertEqual(self._atp(self.product), 10)
        order.with_user(lead).action_hold_promise()
        order.with_user(lead).action_confirm()
        self.assertEqual(order.promise_id.state, "confirmed")

    def test_who_sells_for_all_promises_a_colleagues_order_again(self):
        lead = self._user("so_lead", "sales_team.group_sale_salesman_all_leads")
        colleague = self._user("so_colleague", "sales_team.group_sale_salesman")
        order = self._order((self.product, 3))
        order.action_confirm()
        self.env.flush_all()
        with self.assertRaises(AccessError):
            order.sudo().promise_id.with_user(colleague).action_promise_again()
        action = order.with_user(lead).action_promise_again()
        wizard = self.env[action["res_model"]].with_user(lead).browse(action["res_id"])
        wizard.row_ids.selected = True
        wizard.action_apply()
        self.assertEqual(order.sudo().promise_id.status, "on_time")

    def test_a_customer_calls_no_button(self):
        customer = new_test_user(
            self.env, "so_portal", groups="base.group_portal", tz="UTC"
        )
        customer.partner_id.commercial_partner_id.name = "Customer"
        order = self._order((self.product, 3), partner_id=customer.partner_id.id)
        order.action_quotation_sent()
        order.message_subscribe(customer.partner_id.ids)
        for method in ("action_compute_promise", "action_hold_promise"):
            with self.assertRaises(AccessError, msg=method):
                getattr(order.with_user(customer), method)()

    def test_a_customer_does_not_read_what_is_behind_a_date(self):
        customer = new_test_user(
            self.env, "so_portal", groups="base.group_portal", tz="UTC"
        )
        self._receipt(self.product, 10, 6)
        order = self._order((self.product, 15), partner_id=customer.partner_id.id)
        order.action_hold_promise()
        order.action_quotation_sent()
        order.message_subscribe(customer.partner_id.ids)
        line = order.order_line.with_user(customer)
        self.assertTrue(line.read(["promised_date"])[0]["promised_date"])
        with self.assertRaises(AccessError):
            line.read(["promise_message"])
        with self.assertRaises(AccessError):
            line.get_promise_timeline()
        engine = self.env["delivery.promise.engine"]
        self.assertFalse(engine.with_user(customer).sudo()._may_read_origins())

    def test_orders_of_a_promise_are_those_one_may_see(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        other = self._user("so_colleague", "sales_team.group_sale_salesman")
        self.assertEqual(order.promise_id.with_user(other).sale_order_count, 0)
        self.assertEqual(order.promise_id.sale_order_count, 1)

    def test_companies_are_kept_apart(self):
        company = self.env["res.company"].create({"name": "Other Parts"})
        stranger = new_test_user(
            self.env,
            "so_stranger",
            groups="sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        order = self._order((self.product, 3))
        order.action_hold_promise()
        with self.assertRaises(AccessError):
            order.promise_id.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            order.with_user(stranger).action_release_promise()
