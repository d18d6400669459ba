from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import CrmPromiseCase


class TestPaste(CrmPromiseCase):
    def setUp(self):
        super().setUp()
        self.lead = self._lead()

    def _form(self, text, user=None):
        action = self.lead.action_paste_promise_lines()
        form = Form(
            self.env[action["res_model"]]
            .with_user(user or self.seller)
            .with_context(**action["context"], lang=self.lead.env.lang)
        )
        form.text = text
        return form

    def _paste(self, text):
        self._form(text).save().action_add()
        return [(line.product_id, line.quantity) for line in self.lead.promise_line_ids]

    def test_spreadsheet_rows_and_sentences_are_understood(self):
        self.assertEqual(
            self._paste(
                "DISC-1\t4\n2 x pad-1\n4006381333931;1.5\nBrake Pad\nBrake disc x 3"
            ),
            [
                (self.product, 4),
                (self.other, 2),
                (self.other, 1.5),
                (self.other, 1),
                (self.product, 3),
            ],
        )

    def test_what_was_not_understood_is_shown_and_left_out(self):
        form = self._form("DISC-1\t4\nXYZ-9\t1\nbrake x 2")
        self.assertEqual((form.understood_count, form.problem_count), (1, 2))
        rows = form.line_ids._records
        self.assertEqual([row["text"] for row in rows][1], "XYZ-9\t1")
        self.assertIn("No product", rows[1]["problem"])
        self.assertIn("Brake Disc", rows[2]["problem"])
        form.save().action_add()
        self.assertEqual(self.lead.promise_line_ids.product_id, self.product)

    def test_the_missing_product_can_be_chosen(self):
        form = self._form("XYZ-9\t7")
        with form.line_ids.edit(0) as line:
            line.product_id = self.other
        self.assertEqual(form.problem_count, 0)
        form.save().action_add()
        self.assertEqual(self.lead.promise_line_ids.product_id, self.other)
        self.assertEqual(self.lead.promise_line_ids.quantity, 7)

    def test_dates_of_the_rows_and_of_all(self):
        form = self._form("SKU\tQty\tDate\nDISC-1\t4\t2030-05-02\nPAD-1\t1\t")
        form.requested_date = "2030-04-01 10:00:00"
        form.save().action_add()
        self.assertEqual(
            self.lead.promise_line_ids.mapped("requested_date"),
            [datetime(2030, 5, 2, 18), datetime(2030, 4, 1, 10)],
        )

    def test_the_users_decimal_mark_counts(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.seller.lang = "de_DE"
        self.lead = self.lead.with_context(lang="de_DE")
        self.assertEqual(self._paste("DISC-1\t1.000")[0][1], 1000)

    def test_nothing_understood_is_said(self):
        with self.assertRaisesRegex(UserError, "Nothing to add"):
            self._form("XYZ-9\t1").save().action_add()

    def test_too_many_lines_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Import the list"):
            self._form("DISC-1\n" * 501)

    def test_services_and_products_not_for_sale(self):
        self.product.sale_ok = False
        form = self._form("DISC-1\t4\nFitting\t1")
        self.assertEqual((form.understood_count, form.problem_count), (1, 1))

    def test_pasting_into_a_held_lead_moves_the_hold_once(self):
        self.lead = self._held_lead()
        self._paste("PAD-1\t3\nDISC-1\t1")
        self.assertEqual((self._atp(self.product), self._atp(self.other)), (3, 7))

    def test_a_colleagues_lead_takes_no_paste(self):
        paste = self.env["crm.lead.promise.paste"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            paste.create({"lead_id": self.lead.id, "text": "DISC-1\t4"}).action_add()


class TestCatalog(CrmPromiseCase):
    def test_the_catalog_sets_quantities_of_the_lead(self):
        lead = self._lead((self.product, 2))
        info = lead._get_product_catalog_order_line_info(
            (self.product | self.other | self.service).ids
        )
        self.assertEqual(info[self.product.id]["quantity"], 2)
        self.assertEqual(info[self.other.id]["quantity"], 0)
        self.assertEqual(info[self.other.id]["price"], 100)
        self.assertEqual(lead._update_order_line_info(self.other.id, 3), 100)
        lead._update_order_line_info(self.product.id, 5)
        self.assertEqual(
            [(line.product_id, line.quantity) for line in lead.promise_line_ids],
            [(self.product, 5), (self.other, 3)],
        )
        lead._update_order_line_info(self.product.id, 0)
        self.assertEqual(lead.promise_line_ids.product_id, self.other)

    def test_the_catalog_opens_for_the_lead(self):
        lead = self._lead((self.product, 2))
        lines = self.env["crm.lead.promise.line"].with_user(self.seller)
        action = lines.with_context(lead_id=lead.id).action_add_from_catalog()
        self.assertEqual(action["res_model"], "product.product")
        self.assertEqual(action["context"]["order_id"], lead.id)
        self.assertEqual(action["context"]["product_catalog_order_model"], "crm.lead")
        self.assertIn(
            self.product, self.env["product.product"].search(action["domain"])
        )
        with self.assertRaisesRegex(UserError, "Save the opportunity"):
            lines.action_add_from_catalog()
        with self.assertRaises(AccessError):
            lines.with_user(self.colleague).with_context(
                lead_id=lead.id
            ).action_paste_lines()

    def test_two_lines_of_a_product_are_not_guessed(self):
        lead = self._lead((self.product, 2), (self.product, 3))
        info = lead._get_product_catalog_order_line_info(self.product.ids)
        self.assertTrue(info[self.product.id]["readOnly"])
        self.assertEqual(info[self.product.id]["quantity"], 5)
        with self.assertRaisesRegex(UserError, "several lines"):
            lead._update_order_line_info(self.product.id, 9)
