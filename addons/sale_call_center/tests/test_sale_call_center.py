import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.call_center.telephony import wrap_up_form
from odoo.addons.call_center.tests.common import CallCenterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-04 10:00:00")
class TestSaleCallCenter(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._new_user(
            "salesman", "sales_team.group_sale_salesman_all_leads"
        )
        cls.seller = cls._new_user("seller", "sales_team.group_sale_salesman")
        cls.product = cls.env["product.product"].create(
            {"name": "Brake pad", "type": "consu", "list_price": 40}
        )
        cls.firma = cls._partner("Firma", "+49 30 1234567", is_company=True)
        cls.anna = cls._partner("Anna", "+49 30 1234567-12", parent_id=cls.firma.id)

    def _order(self, partner=None, confirm=False, quantity=4, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.anna).id,
                "company_id": self.company.id,
                "user_id": self.salesman.id,
                "order_line": [
                    (
                        0,
                        0,
                        {"product_id": self.product.id, "product_uom_qty": quantity},
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def test_section_shows_quotations_and_open_orders_of_the_company(self):
        quotation = self._order()
        promised = datetime.datetime(2026, 5, 20, 12, 0)
        order = self._order(self.firma, confirm=True, commitment_date=promised)
        cancelled = self._order()
        cancelled._action_cancel()
        section = self._section(self.anna, "orders", self.salesman)
        self.assertEqual(
            {r["id"] for r in section["records"]}, {quotation.id, order.id}
        )
        line = next(r for r in section["records"] if r["id"] == order.id)
        self.assertEqual(line["name"], order.name)
        self.assertEqual(line["promised_date"], "2026-05-20 12:00:00")
        self.assertEqual(line["products"], "4 × Brake pad")
        self.assertEqual(section["alerts"], [])

    def test_large_quantities_are_read_out_with_all_their_digits(self):
        self._order(quantity=1_234_567)
        self._order(quantity=0.5)
        section = self._section(self.anna, "orders", self.salesman)
        products = {line["products"] for line in section["records"]}
        self.assertEqual(products, {"1,234,567 × Brake pad", "0.5 × Brake pad"})

    def test_order_without_date_says_nothing_of_one(self):
        order = self._order()
        line = self._section(self.anna, "orders", self.salesman)["records"][0]
        self.assertEqual(line["id"], order.id)
        self.assertNotIn("promised_date", line)

    def test_paid_order_is_shown_while_it_is_recent(self):
        with freeze_time("2026-01-10 10:00:00"):
            old = self._order(confirm=True)
        recent = self._order(confirm=True)
        (old | recent).invoice_status = "invoiced"
        section = self._section(self.anna, "orders", self.salesman)
        self.assertEqual([r["id"] for r in section["records"]], [recent.id])
        old.commitment_date = datetime.datetime(2026, 6, 1)
        section = self._section(self.anna, "orders", self.salesman)
        self.assertEqual([r["id"] for r in section["records"]], [recent.id, old.id])

    def test_undelivered_order_past_its_date_alerts(self):
        order = self._order(
            confirm=True, commitment_date=datetime.datetime(2026, 5, 8, 12, 0)
        )
        with freeze_time(order.commitment_date + datetime.timedelta(days=1)):
            section = self._section(self.anna, "orders", self.salesman)
            self.assertEqual(len(section["alerts"]), 1)
            self.assertEqual(section["alerts"][0]["level"], "danger")
            self.assertEqual(section["alerts"][0]["id"], order.id)
            self.assertIn(order.name, section["alerts"][0]["message"])
            order.order_line.qty_delivered = 4
            section = self._section(self.anna, "orders", self.salesman)
            self.assertEqual(section["alerts"], [])

    def test_an_order_for_today_is_not_late_yet(self):
        order = self._order(
            confirm=True, commitment_date=datetime.datetime(2026, 5, 8, 12, 0)
        )
        with freeze_time(order.commitment_date + datetime.timedelta(hours=2)):
            section = self._section(self.anna, "orders", self.salesman)
            self.assertEqual(section["alerts"], [])

    def test_orders_of_others_stay_hidden(self):
        self._order()
        section = self._section(self.anna, "orders", self.seller)
        self.assertEqual(section["records"], [])

    def test_no_section_without_a_right_to_read_orders(self):
        self._order()
        self.assertIsNone(self._section(self.anna, "orders", self.employee))

    def test_section_takes_as_many_statements_for_many_orders(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._section(self.anna, "orders", self.salesman)
            return self.env.cr.sql_log_count - before

        self._order(confirm=True)
        count()
        one = count()
        for _i in range(6):
            self._order(confirm=True)
        # a statement for each would be at least as many more
        self.assertLess(count(), one + 5)

    def test_products_owned_are_what_was_delivered(self):
        first = self._order(confirm=True, quantity=4)
        second = self._order(self.firma, confirm=True, quantity=2)
        self._order(confirm=True, quantity=9)  # not delivered
        other = self._order(self._partner("Stranger", "+49 30 7654321"), confirm=True)
        for order, delivered in ((first, 3), (second, 2), (other, 4)):
            order.order_line.qty_delivered = delivered
        section = self._section(self.anna, "owned", self.salesman)
        (line,) = section["records"]
        self.assertEqual(
            (line["model"], line["id"]), ("product.product", self.product.id)
        )
        self.assertTrue(line["quantity"].startswith("5 "))
        self.assertEqual(line["order"], second.name)

    def test_order_counts_the_calls_about_it_and_of_its_customer(self):
        order = self._order(confirm=True)
        seller = self._new_user(
            "calling_seller",
            "sales_team.group_sale_salesman_all_leads,"
            "call_center.group_call_center_agent",
        )
        values = {"company_id": self.company.id, "from_number": "+49301234567"}
        about = self.Call.create(
            {**values, "res_model": "sale.order", "res_id": order.id}
        )
        his = self.Call.create({**values, "partner_id": self.anna.id})
        his.started_at = order.create_date
        self.Call.create({**values, "partner_id": self.firma.id})
        self.assertEqual(order.with_user(seller).phone_call_count, 2)
        action = order.with_user(seller).action_view_phone_calls()
        self.assertEqual(self.Call.search(action["domain"]), about | his)

    def test_wrap_up_can_be_about_an_order(self):
        order = self._order(confirm=True)
        call = self.Call.create(
            {"company_id": self.company.id, "partner_id": self.anna.id}
        )
        abouts = wrap_up_form.abouts(call.with_user(self.salesman).sudo())
        self.assertIn(order, abouts)
