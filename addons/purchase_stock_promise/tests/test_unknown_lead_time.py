from odoo.tests import Form, tagged

from .common import PurchaseCase


@tagged("post_install", "-at_install")
class TestUnknownLeadTime(PurchaseCase):
    """Odoo makes the vendor of a first purchase order one of the product, with a lead
    time of 0 days that nobody has entered."""

    def setUp(self):
        super().setUp()
        self.bought(5, 3)
        self.seller = self.product.seller_ids
        self.assertEqual((self.seller.partner_id, self.seller.delay), (self.vendor, 0))

    def reasons(self, quantity):
        (line,) = self.ask(self.line(quantity))["lines"]
        return line["promised_date"], {r["code"]: r["message"] for r in line["reasons"]}

    def test_nothing_is_promised_on_it(self):
        self.assertTrue(self.seller.promise_delay_unknown)
        self.assertEqual(self.promised(5), self.later(3))
        promised, reasons = self.reasons(6)
        self.assertFalse(promised)
        self.assertIn("nobody has entered how long", " ".join(reasons.values()))

    def test_company_may_count_it(self):
        self.company.promise_count_unknown_delay = True
        self.assertEqual(self.promised(6), self.later(0))

    def test_company_chooses_it_in_the_settings(self):
        Settings = self.env["res.config.settings"]
        arch = Settings.get_view(view_type="form")["arch"]
        self.assertIn('name="promise_count_unknown_delay"', arch)
        Settings.create({"promise_count_unknown_delay": True}).set_values()
        self.assertTrue(self.company.promise_count_unknown_delay)

    def test_lead_time_that_somebody_enters_counts(self):
        manager = self._create_user("chief", "purchase.group_purchase_manager")
        with Form(self.seller.with_user(manager)) as form:
            form.delay = 9
        self.assertFalse(self.seller.promise_delay_unknown)
        self.assertEqual(self.promised(6), self.later(9))

    def test_none_at_all_can_be_said_too(self):
        manager = self._create_user("chief", "purchase.group_purchase_manager")
        with Form(self.seller.with_user(manager)) as form:
            form.promise_delay_unknown = False
        self.assertEqual(self.promised(6), self.later(0))

    def test_written_over_rpc_it_is_known(self):
        self.seller.write({"delay": 4})
        self.assertFalse(self.seller.promise_delay_unknown)

    def test_vendor_whose_lead_time_is_known_counts_instead(self):
        rival = self.env["res.partner"].create({"name": "Quick Steel"})
        self.sells(7, rival, sequence=99)
        self.assertEqual(self.promised(6), self.later(7))

    def test_vendor_entered_by_a_person_is_known_whatever_its_lead_time(self):
        bolt = self._create_product("Bolt")
        self.sells(0, product=bolt)
        self.assertEqual(self.promised(6, bolt), self.later(0))
