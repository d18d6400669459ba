from odoo.exceptions import AccessError
from odoo.tests import HttpCase

from odoo.addons.mail.tests.common import MockEmail

from .common import NOW, SalePromiseCase


class TestDocuments(SalePromiseCase, MockEmail):
    """What the customer reads: promised dates, and delivered ones when there are."""

    def setUp(self):
        super().setUp()
        self.order = self._order((self.product, 3), (self.service, 1))

    def _pdf(self, order):
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        return html.decode()

    def _mail_body(self):
        return "".join(mail["body"] for mail in self._mails)

    def _invoice(self, order):
        income, receivable = self.env["account.account"].create(
            [
                {"code": "SOP1", "name": "Sales", "account_type": "income"},
                {
                    "code": "SOP2",
                    "name": "Customers",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
            ]
        )
        self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SOP",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": income.id,
            }
        )
        self.partner.property_account_receivable_id = receivable
        return order.sudo()._create_invoices()

    def test_the_date_of_a_line_is_named_for_what_it_is(self):
        line = self.order.order_line[0]
        self.assertEqual(line._get_promise_dates(), [])
        self.order.action_compute_promise()
        self.assertEqual(line._get_promise_dates(), [("Expected", "03/04/2030")])
        self.order.action_hold_promise()
        self.assertEqual(line._get_promise_dates(), [("Promised", "03/04/2030")])
        self._tick(hours=25)
        self.assertEqual(line._get_promise_dates(), [], "an expired hold says nothing")

    def test_nothing_is_typed_over_a_promise(self):
        self.order.action_hold_promise()
        line = self.order.order_line[0]
        with self.assertRaises(AccessError):
            line.promised_date = NOW.replace(day=1)
        self.env.invalidate_all()
        self.assertEqual(line._get_promise_dates(), [("Promised", "03/04/2030")])

    def test_the_date_is_one_of_the_warehouses_days(self):
        self.company.partner_id.tz = self.warehouse.partner_id.tz = "Pacific/Auckland"
        self.clock.move_to(NOW.replace(hour=13))
        self.order.action_hold_promise()
        pairs = self.order.order_line[0]._get_promise_dates()
        self.assertEqual(pairs, [("Promised", "03/05/2030")])

    def test_quotation_order_and_delivery_on_paper(self):
        self.assertNotIn("o_promise_date", self._pdf(self.order))
        self.order.action_hold_promise()
        self.assertIn("03/04/2030", self._pdf(self.order))
        self.order.action_confirm()
        self._tick(days=1)
        self._deliver(self.order.sudo().picking_ids)
        html = self._pdf(self.order)
        self.assertRegex(html, r"(?s)Promised.*03/04/2030.*Delivered.*03/05/2030")

    def test_the_invoice_shows_the_dates(self):
        self.order.action_confirm()
        self._deliver(self.order.sudo().picking_ids)
        invoice = self._invoice(self.order)
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", invoice.ids
        )
        self.assertRegex(
            html.decode(), r"(?s)Promised.*03/04/2030.*Delivered.*03/04/2030"
        )

    def test_who_keeps_the_books_needs_no_rights_on_orders(self):
        accountant = self._user("so_accountant", "account.group_account_invoice")
        self.order.action_confirm()
        self._deliver(self.order.sudo().picking_ids)
        line = self._invoice(self.order).invoice_line_ids.filtered("product_id")[:1]
        self.env.invalidate_all()
        self.assertEqual(
            line.with_user(accountant)._get_promise_dates()[0],
            ("Promised", "03/04/2030"),
        )

    def test_the_confirmation_mail_lists_the_dates(self):
        self.partner.email = "lindholm@example.com"
        self.order.action_hold_promise()
        with self.mock_mail_gateway():
            self.order.with_context(send_email=True).action_confirm()
        body = self._mail_body()
        self.assertIn("Brake Disc", body)
        self.assertIn("Promised: 03/04/2030", body)

    def test_an_order_without_dates_has_no_list_in_its_mail(self):
        self.company.promise_confirm_policy = "free"
        self.partner.email = "lindholm@example.com"
        with self.mock_mail_gateway():
            self.order.with_context(send_email=True).action_confirm()
        self.assertNotIn("o_promise_dates", self._mail_body())

    def test_other_mails_have_no_list(self):
        self.partner.email = "lindholm@example.com"
        self.order.action_confirm()
        with self.mock_mail_gateway():
            self.order.message_post(
                body="Hello", partner_ids=self.partner.ids, message_type="comment"
            )
        self.assertNotIn("o_promise_dates", self._mail_body())


class TestPortal(SalePromiseCase, HttpCase):
    def test_the_customers_page_shows_promised_and_delivered(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        order.action_confirm()
        url = order.get_portal_url()
        self.assertIn("03/04/2030", self.url_open(url).text)
        self._tick(days=1)
        self._deliver(order.sudo().picking_ids)
        text = self.url_open(url).text
        self.assertRegex(text, r"(?s)Promised: *03/04/2030.*Delivered: *03/05/2030")
