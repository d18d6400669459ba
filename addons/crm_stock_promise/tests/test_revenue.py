from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError

from .common import NOW, CrmPromiseCase


class TestRevenue(CrmPromiseCase):
    def _pricelist(self, percent, currency=None):
        self.env.user.group_ids |= self.env.ref("product.group_product_pricelist")
        return self.env["product.pricelist"].create(
            {
                "name": "Garages",
                "company_id": self.company.id,
                "currency_id": (currency or self.company.currency_id).id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": percent,
                            "applied_on": "3_global",
                        }
                    )
                ],
            }
        )

    def test_revenue_is_filled_from_the_lines(self):
        self.service.list_price = 50
        lead = self._lead((self.product, 6), (self.service, 2))
        lead.promise_line_ids[1].quantity = 3
        self.assertIs(lead.action_fill_expected_revenue(), True)
        self.assertEqual(lead.expected_revenue, 750)
        self.assertEqual(lead.promise_amount, 750)

    def test_nothing_to_fill_from_is_said(self):
        with self.assertRaisesRegex(UserError, "no products"):
            self._lead().action_fill_expected_revenue()

    def test_the_customers_price_list_counts(self):
        self.partner.property_product_pricelist = self._pricelist(10)
        lead = self._lead((self.product, 6))
        self.assertEqual(lead.promise_line_ids.price_unit, 90)
        lead.action_fill_expected_revenue()
        self.assertEqual(lead.expected_revenue, 540)

    def test_another_currency_is_converted(self):
        crown = self.env["res.currency"].create(
            {
                "name": "CRN",
                "symbol": "c",
                "rate_ids": [
                    Command.create(
                        {"name": "2030-01-01", "rate": 4, "company_id": self.company.id}
                    )
                ],
            }
        )
        self.partner.property_product_pricelist = self._pricelist(0, crown)
        lead = self._lead((self.product, 6))
        line = lead.promise_line_ids
        self.assertEqual(line.currency_id, crown)
        self.assertEqual(line.price_unit, 400)
        self.assertEqual(line.revenue, 600)
        lead.action_fill_expected_revenue()
        self.assertEqual(lead.expected_revenue, 600)

    def test_a_typed_price_survives_a_new_quantity_not_a_new_product(self):
        lead = self._lead((self.product, 6))
        line = lead.promise_line_ids
        line.price_unit = 70
        line.quantity = 7
        self.assertEqual(line.price_subtotal, 490)
        self.other.list_price = 30
        line.product_id = self.other
        self.assertEqual(line.price_unit, 30)

    def test_another_customer_brings_his_prices(self):
        pricelist = self._pricelist(50)
        lead = self._lead((self.product, 6))
        lead.partner_id = self.env["res.partner"].create(
            {"name": "Chain", "property_product_pricelist": pricelist.id}
        )
        self.assertEqual(lead.promise_line_ids.price_unit, 50)


class TestPipelineNeed(CrmPromiseCase):
    def _need(self, *leads):
        report = self.env["crm.promise.need.report"].with_user(self.seller)
        self.env.invalidate_all()
        return report.search([("lead_id", "in", [lead.id for lead in leads])])

    def test_open_leads_are_counted_in_the_product_unit(self):
        lead = self._lead((self.product, 1), (self.service, 1))
        lead.promise_line_ids[0].product_uom_id = self.env.ref("uom.product_uom_dozen")
        lead.probability = 25
        need = self._need(lead)
        self.assertEqual(need.product_id, self.product)
        self.assertEqual((need.quantity, need.weighted_quantity), (12, 3))
        self.assertEqual(need.held_quantity, 0)

    def test_the_month_is_that_of_the_wish_else_of_the_promise_else_of_closing(self):
        lead = self._lead((self.product, 1), date_deadline="2030-06-30")
        self.assertEqual(
            self._need(lead).date.date(), fields.Date.to_date("2030-06-30")
        )
        lead.action_compute_promise()
        self.assertEqual(self._need(lead).date, NOW)
        lead.promise_line_ids.requested_date = NOW + timedelta(days=40)
        self.assertEqual(self._need(lead).date, NOW + timedelta(days=40))
        groups = self.env["crm.promise.need.report"].formatted_read_group(
            [("lead_id", "=", lead.id)], ["date:month"], ["quantity:sum"]
        )
        self.assertEqual([group["quantity:sum"] for group in groups], [1])

    def test_an_expected_closing_is_in_its_month_in_every_time_zone(self):
        lead = self._lead((self.product, 1), date_deadline="2030-12-01")
        for zone in (
            "Pacific/Pago_Pago", "America/New_York", "UTC", "Europe/Berlin",
            "Pacific/Kiritimati",
        ):  # fmt: skip
            with self.subTest(zone):
                report = self.env["crm.promise.need.report"].with_context(tz=zone)
                for unit, label in (("month", "2030-12-01"), ("day", "2030-12-01")):
                    ((start, quantity),) = report.with_user(self.seller)._read_group(
                        [("lead_id", "=", lead.id)], [f"date:{unit}"], ["quantity:sum"]
                    )
                    self.assertEqual((str(start)[:10], quantity), (label, 1))

    def test_a_hold_counts_until_it_ends(self):
        lead = self._held_lead()
        self.assertEqual(self._need(lead).held_quantity, 6)
        self._tick(hours=24)
        self.assertEqual(self._need(lead).held_quantity, 0)

    def test_lost_won_and_ordered_need_nothing_more(self):
        lost, won, ordered = (self._lead((self.product, 1)) for __ in range(3))
        lost.action_set_lost()
        won.action_set_won()
        self.env["sale.order"].browse(ordered.create_quotation()).action_confirm()
        self.assertFalse(self._need(lost, won, ordered))

    def test_salespeople_see_their_own_pipeline(self):
        lead = self._lead((self.product, 1))
        need = self._need(lead)
        report = self.env["crm.promise.need.report"]
        domain = [("id", "in", need.ids)]
        self.assertFalse(report.with_user(self.colleague).search(domain))
        self.assertEqual(report.with_user(self.leader).search(domain).ids, need.ids)
