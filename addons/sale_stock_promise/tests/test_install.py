from datetime import timedelta
from unittest.mock import patch

from ..hooks import post_init_hook, uninstall_hook
from .common import NOW, SalePromiseCase


class TestInstall(SalePromiseCase):
    def _run_job(self):
        # Within a test nothing may be committed.
        with patch.object(
            self.registry["ir.cron"], "_commit_progress", lambda *_, **__: 1
        ):
            self.env["sale.order"]._cron_promise_open_orders()

    def _before(self, order):
        """An order as it was confirmed before the add-on came."""
        self.company.promise_confirm_policy = "free"
        order.action_confirm()
        self.assertFalse(order.promise_id)
        self.company.promise_confirm_policy = "auto"
        return order

    def test_open_orders_get_promises_from_what_they_have(self):
        wished = NOW + timedelta(days=5)
        self.company.security_lead = 1
        dated = self._before(self._order((self.product, 3), commitment_date=wished))
        partial = self._before(self._order((self.product, 4)))
        self._deliver(partial.sudo().picking_ids, {self.product: 1})
        done = self._before(self._order((self.other, 2)))
        self._deliver(done.sudo().picking_ids)
        quotation = self._order((self.product, 1))
        before = self._atp(self.product)
        post_init_hook(self.env)
        self.assertEqual(dated.promise_id.state, "confirmed")
        line = dated.promise_id.line_ids
        self.assertEqual((line.promised_date, line.requested_date), (wished, wished))
        self.assertEqual(line.first_promised_date, wished)
        self.assertEqual(line.material_date, wished - timedelta(days=1))
        self.assertEqual(dated.sudo().picking_ids.move_ids.promise_line_id, line)
        self.assertEqual(dated.order_line.promised_date, wished)
        line = partial.promise_id.line_ids
        self.assertEqual((line.quantity, line.delivered_quantity), (4, 1))
        self.assertFalse(line.delivered_date)
        self.assertEqual(partial.promise_id.state, "confirmed")
        self.assertFalse(done.promise_id, "nothing of it is open")
        self.assertFalse(quotation.promise_id)
        self.assertEqual(self._atp(self.product), before, "counted once")

    def test_promised_orders_are_left_alone(self):
        order = self._order((self.product, 3))
        order.action_confirm()
        promise = order.promise_id
        post_init_hook(self.env)
        self.assertEqual(order.promise_id, promise)

    def test_what_was_confirmed_by_a_server_without_the_addon_is_promised_later(self):
        missed = self._before(self._order((self.product, 3)))
        self._run_job()
        self.assertEqual(missed.promise_id.state, "confirmed")
        self.assertEqual(
            missed.order_line.promised_date, missed.promise_id.promised_date
        )

    def test_one_that_cannot_be_promised_stops_none_of_the_others(self):
        missed = [self._before(self._order((self.product, 1))) for __ in range(3)]
        odd = missed[1].sudo().order_line
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            (abroad.id, self.other.product_tmpl_id.id),
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET product_id = %s WHERE id = %s",
            (self.other.id, odd.id),
        )
        self.env.invalidate_all()
        self._run_job()
        self.assertEqual(
            [bool(order.promise_id) for order in missed], [True, False, True]
        )

    def test_a_company_that_promises_nothing_gets_no_promises_by_the_job(self):
        order = self._before(self._order((self.product, 3)))
        self.company.promise_confirm_policy = "free"
        self._run_job()
        self.assertFalse(order.promise_id)

    def test_uninstalling_takes_the_groups_back(self):
        sellers = self.env.ref("sales_team.group_sale_salesman")
        users = self.env.ref("stock_promise.group_promise_user")
        self.assertIn(users, sellers.implied_ids)
        uninstall_hook(self.env)
        self.assertNotIn(users, sellers.implied_ids)
