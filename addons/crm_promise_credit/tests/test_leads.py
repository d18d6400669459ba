from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.sale_promise_credit.tests.common import CreditCase


class TestLeads(CreditCase):
    def _lead(self, quantity, **values):
        return (
            self.env["crm.lead"]
            .with_user(self.seller)
            .create(
                {
                    "name": "Brakes",
                    "type": "opportunity",
                    "user_id": self.seller.id,
                    "partner_id": self.contact.id,
                    "company_id": self.company.id,
                    "promise_line_ids": [
                        Command.create(
                            {"product_id": self.product.id, "quantity": quantity}
                        )
                    ],
                    **values,
                }
            )
        )

    def test_a_hold_counts_with_tax_at_the_lead_s_price_and_then_the_quotation_s(self):
        self.product.taxes_id = self.tax
        lead = self._lead(2)
        lead.action_hold_promise()
        self.assertOwed(250.0)
        lead.promise_line_ids.price_unit = 40.0
        self.assertOwed(100.0)
        order = self.env["sale.order"].browse(lead.create_quotation())
        self.assertOwed(100.0)
        order.order_line.price_unit = 60.0
        self.assertOwed(150.0)
        self._confirm(order)
        self.assertOwed(150.0)

    def test_a_lead_in_another_currency(self):
        self.partner.with_company(
            self.company
        ).specific_property_product_pricelist = self.prices
        lead = self._lead(2)
        lead.promise_line_ids.price_unit = 300.0
        lead.action_hold_promise()
        self.assertOwed(300.0)

    def test_what_is_refused_is_not_held(self):
        self._policy("refuse")
        with self.assertRaises(UserError):
            self._lead(11).action_hold_promise()
        self.assertOwed(0.0)

    def test_what_waits_can_be_found_and_goes_on(self):
        self._policy("wait", keep_goods=False)
        lead = self._lead(11)
        lead.action_hold_promise()
        self.assertEqual(lead.promise_credit_state, "waiting")
        found = self.env["crm.lead"].search([("promise_credit_state", "=", "waiting")])
        self.assertIn(lead, found)
        request = lead.sudo().promise_id.credit_request_ids.with_user(self.manager)
        request._decide("approve")
        self.assertEqual(
            (lead.promise_state, lead.promise_credit_state), ("held", False)
        )

    def test_another_customer_s_credit_is_asked(self):
        self._policy("wait")
        lead = self._lead(5)
        lead.action_hold_promise()
        poor = self.env["res.partner"].create({"name": "Poor"})
        poor.with_company(self.company).credit_limit = 100.0
        lead.partner_id = poor
        self.assertEqual(lead.promise_credit_state, "waiting")
        self.assertOwed(0.0)
