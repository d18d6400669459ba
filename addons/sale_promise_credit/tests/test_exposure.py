"""What a customer owes: one figure, in one company's currency, everywhere."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError

from .common import NOW, CreditCase


class TestExposure(CreditCase):
    def test_items_count_with_what_is_left_of_them(self):
        invoice = self._invoice(300.0)
        self._pay(100.0, invoices=invoice)
        self.assertOwed(200.0)

    def test_instalments_are_overdue_each_by_itself(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 60)
                ],
            }
        )
        self._invoice(
            400.0,
            invoice_date=NOW.date() - timedelta(10),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        found = self._exposure()
        self.assertEqual((found["exposure"], found["overdue"]), (400.0, 200.0))

    def test_unallocated_payments_reduce_what_is_owed_and_overdue(self):
        self._invoice(300.0, days=-5)
        self._pay(120.0)
        found = self._exposure()
        self.assertEqual((found["exposure"], found["overdue"]), (180.0, 180.0))

    def test_a_foreign_invoice_is_converted_once(self):
        """Financial Risk converted residuals that are in the company's currency."""
        self._invoice(400.0, currency_id=self.foreign.id)
        self._invoice(100.0, currency_id=self.foreign.id, post=False)
        self.assertOwed(250.0)
        self.assertEqual(self.partner.risk_invoice_open, 200.0)
        self.assertEqual(self.partner.risk_invoice_draft, 50.0)

    def test_drafts_count_as_the_company_has_it_and_orders_once(self):
        order = self._order((self.product, 2))
        self.partner.credit_limit = 0.0
        self.product.invoice_policy = "order"
        self.assertTrue(self._confirm(order))
        self.assertOwed(200.0)
        invoice = order.sudo()._create_invoices()
        self.assertOwed(200.0)
        self._invoice(50.0, post=False)
        self.assertOwed(250.0)
        self.company.credit_count_drafts = False
        self.assertOwed(200.0)
        invoice._post()
        self.assertOwed(200.0)

    def test_down_payments_reduce_their_order(self):
        """Financial Risk counted the order whole, beside its down payment."""
        self.partner.credit_limit = 0.0
        self.product.invoice_policy = "order"
        order = self._order((self.product, 4))
        self._confirm(order)
        window = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 100.0})
        )
        window.create_invoices()
        down = order.sudo().invoice_ids
        self.assertOwed(400.0)
        down._post()
        self.assertOwed(400.0)
        self._pay(100.0, invoices=down)
        self.assertOwed(300.0)
        self.assertEqual(self.partner.risk_sale_order, 300.0)
        rest = order.sudo()._create_invoices(final=True)
        rest._post()
        self.assertOwed(300.0)

    def test_a_refund_that_gives_the_order_back_counts_it_again(self):
        self.partner.credit_limit = 0.0
        self.product.invoice_policy = "order"
        order = self._order((self.product, 2))
        self._confirm(order)
        invoice = order.sudo()._create_invoices()
        invoice._post()
        refund = invoice._reverse_moves()
        self.assertOwed(200.0)
        refund._post()
        self.assertOwed(200.0)

    def test_what_is_delivered_is_static_and_the_rest_dynamic(self):
        self.partner.credit_limit = 0.0
        order = self._order((self.product, 5))
        self._confirm(order)
        found = self._exposure()
        self.assertEqual((found["static"], found["dynamic"]), (0.0, 500.0))
        self._deliver(order.sudo().picking_ids, {self.product: 2})
        found = self._exposure()
        self.assertEqual((found["static"], found["dynamic"]), (200.0, 300.0))

    def test_what_will_not_be_delivered_any_more_is_not_owed(self):
        """Stored amounts of lines did not follow the moves."""
        self.partner.credit_limit = 0.0
        order = self._order((self.product, 5))
        self._confirm(order)
        self._deliver(order.sudo().picking_ids, {self.product: 2}, backorder=False)
        self.assertOwed(200.0)
        self.assertEqual(self.partner.risk_sale_order, 200.0)

    def test_an_order_in_another_currency_counts_at_today_s_rate(self):
        self.partner.credit_limit = 0.0
        order = self._order((self.product, 2), pricelist_id=self.prices.id)
        order.order_line.price_unit = 300.0
        self._confirm(order)
        self.assertOwed(300.0)
        self.env["res.currency.rate"].create(
            {
                "name": NOW.date(),
                "rate": 4.0,
                "currency_id": self.foreign.id,
                "company_id": self.company.id,
            }
        )
        self.assertOwed(150.0)

    def test_orders_beyond_the_horizon_do_not_count_yet(self):
        self.partner.credit_limit = 0.0
        order = self._order((self.product, 2), commitment_date=NOW + timedelta(40))
        self._confirm(order)
        self.assertOwed(200.0)
        self.company.credit_horizon_days = 30
        self.assertOwed(0.0)
        self.company.credit_horizon_days = 45
        self.assertOwed(200.0)

    def test_holds_count_with_tax_at_the_quotation_s_price_and_once(self):
        self.product.taxes_id = self.tax
        order = self._order((self.product, 2))
        order.action_hold_promise()
        self.assertOwed(250.0)
        order.order_line.price_unit = 50.0
        self.assertOwed(125.0)
        self._confirm(order)
        self.assertOwed(125.0)

    def test_holds_of_requests_count_with_tax_until_they_end(self):
        self.product.taxes_id = self.tax
        self.env["delivery.promise"].with_user(self.seller).hold(
            {
                "partner_id": self.contact.id,
                "company_id": self.company.id,
                "hold_hours": 2,
                "lines": [{"product_id": self.product.id, "quantity": 2}],
            }
        )
        self.assertOwed(250.0)
        self.assertEqual(self.partner.risk_promise, 250.0)
        self._tick(hours=3)
        self.assertOwed(0.0)

    def test_the_figure_does_not_follow_the_company_switcher(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=other, install_demo=False
        )
        self.env.user.company_ids |= other
        self._invoice(100.0)
        self.env["account.move"].with_company(other).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "company_id": other.id,
                "invoice_date": NOW.date(),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "x", "price_unit": 70.0, "tax_ids": [Command.clear()]}
                    )
                ],
            }
        )._post()
        both = (self.company | other).ids
        for ids in (both, both[::-1], other.ids, self.company.ids):
            with self.subTest(companies=ids):
                self.env.invalidate_all()
                partner = self.partner.with_context(allowed_company_ids=ids)
                mine = partner.with_company(self.company)
                self.assertEqual(mine.risk_invoice_open, 100.0)
                self.assertEqual(partner.with_company(other).risk_total, 70.0)
                found = partner.credit_exposure(self.company.id)
                self.assertEqual(found["exposure"], 100.0)

    def test_it_is_the_same_for_every_user_and_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self._invoice(100.0)
        self._order((self.product, 1)).action_hold_promise()
        for user in (self.manager, self.bookkeeper):
            for lang in ("en_US", "de_DE"):
                found = self._exposure(user=user, lang=lang)
                self.assertEqual(found["exposure"], 200.0)

    def test_contacts_owe_with_their_company(self):
        self._invoice(100.0, partner=self.contact)
        self.assertOwed(100.0)
        self.assertOwed(100.0, self.contact)

    def test_a_limit_of_nothing_is_none_and_paying_in_advance_is_nothing(self):
        self.partner.credit_limit = 0.0
        self.assertIs(self._exposure()["limit"], False)
        self._policy("refuse")
        self.assertTrue(self._confirm(self._order((self.product, 50))))
        self.partner.credit_none = True
        self.assertEqual(self._exposure()["limit"], 0.0)
        self.assertTrue(self.partner.risk_exception)

    def test_a_limit_in_another_currency_is_converted(self):
        self.partner.write(
            {
                "credit_currency": "manual",
                "manual_credit_currency_id": self.foreign.id,
                "credit_limit": 3000.0,
            }
        )
        self.assertEqual(self._exposure()["limit"], 1500.0)

    def test_all_figures_are_the_same(self):
        """Financial Risk's, Odoo's banner's and ours."""
        self.company.account_use_credit_limit = True
        self._invoice(300.0, days=-3)
        self._invoice(100.0, post=False)
        self.partner.credit_limit = 0.0
        self._confirm(self._order((self.product, 2)))
        self._order((self.other, 3)).action_hold_promise()
        self._pay(50.0)
        self.partner.credit_limit = 800.0
        self.assertOwed(850.0)
        self.assertEqual(self.partner.risk_total, 850.0)
        self.assertTrue(self.partner.risk_exception)
        quotation = self._order((self.product, 1))
        self.assertIn("950.00", quotation.partner_credit_warning)
        invoice = self._invoice(40.0, post=False)
        self.assertIn("890.00", invoice.partner_credit_warning)

    def test_amounts_are_for_who_may_see_them(self):
        self._invoice(100.0)
        for user, may in (
            (self.manager, True),
            (self.bookkeeper, True),
            (self.seller, False),
        ):
            partner = self.partner.with_user(user)
            with self.subTest(user=user.login):
                if may:
                    self.assertEqual(partner.read(["risk_total"])[0]["risk_total"], 100)
                    continue
                with self.assertRaises(AccessError):
                    partner.credit_exposure(self.company.id)
                with self.assertRaises(AccessError):
                    partner.read(["risk_total"])
                self.assertFalse(partner.risk_exception)

    def test_another_company_is_not_told_of(self):
        other = self.env["res.company"].create({"name": "Second"})
        with self.assertRaises(AccessError):
            self.partner.with_user(self.manager).credit_exposure(other.id)

    def test_many_customers_are_one_statement(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}"} for n in range(20)]
        )
        for partner in partners:
            self._invoice(10.0, partner=partner)
        self.env.flush_all()
        partners.invalidate_recordset()
        partners.mapped("risk_currency_id")
        with self.assertQueryCount(3):
            from ..credit import exposure

            found = exposure.read(self.env, self.company, partners.ids)
        self.assertEqual({each.total for each in found.values()}, {10.0})
