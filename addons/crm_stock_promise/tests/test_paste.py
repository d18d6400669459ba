from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

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

    def test_too_much_text_is_refused_with_the_limit(self):
        with self.assertRaisesRegex(ValidationError, "200000 fit at once"):
            self._form("D" * 200_001)

    def test_a_line_that_is_too_long_is_marked_with_the_limit(self):
        form = self._form("DISC-1\t4\n" + "1 2 " * 10_000)
        self.assertEqual((form.understood_count, form.problem_count), (1, 1))
        self.assertIn("at most 500 characters", form.line_ids._records[1]["remark"])

    def test_what_is_written_as_a_quantity_and_not_understood_is_marked(self):
        for text in ("four", "12.5.", "-3", "1/2", "4006381333932", "99999999", "⅓"):
            with self.subTest(text):
                form = self._form(f"DISC-1\t{text}")
                (row,) = form.line_ids._records
                self.assertEqual(row["product_id"], self.product.id)
                self.assertEqual(row["quantity"], 0)
                self.assertIn(f"“{text}”", row["remark"])
                with self.assertRaisesRegex(UserError, "Nothing to add"):
                    form.save().action_add()
                with form.line_ids.edit(0) as line:
                    line.quantity = 3
                self.assertEqual(form.problem_count, 0)

    def test_fractions_and_thousands_are_understood(self):
        self.assertEqual(
            self._paste("DISC-1\t½\nDISC-1\t1 234\n\u200eDISC-1\t2"),
            [(self.product, 0.5), (self.product, 1234), (self.product, 2)],
        )

    def test_what_rounds_to_nothing_is_marked(self):
        form = self._form("DISC-1\t0.0001")
        self.assertEqual(form.problem_count, 1)

    def test_units_of_the_product_are_understood_and_others_marked(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        form = self._form("DISC-1\t4 boxes\nDISC-1\t4 pcs")
        self.assertEqual((form.understood_count, form.problem_count), (1, 1))
        self.assertIn("“boxes”", form.line_ids._records[0]["remark"])
        dozen.active = True
        self.product.uom_ids = dozen
        form = self._form("DISC-1\t2 Dozens\nPAD-1\t2 Dozens")
        self.assertEqual((form.understood_count, form.problem_count), (1, 1))
        form.save().action_add()
        line = self.lead.promise_line_ids
        self.assertEqual((line.product_uom_id, line.product_qty), (dozen, 24))

    def test_pieces_of_what_is_sold_by_the_dozen_are_marked(self):
        self.product.uom_id = self.env.ref("uom.product_uom_dozen")
        for text in ("DISC-1\t4 pcs", "4 pcs DISC-1"):
            self.assertEqual(self._form(text).problem_count, 1)

    def test_dates_of_other_spellings_count_and_are_never_dropped(self):
        form = self._form(
            "DISC-1\t1\t05/31/2030\nDISC-1\t2\t31 May 2030\nDISC-1\t3\t24.12."
        )
        self.assertEqual((form.understood_count, form.problem_count), (2, 1))
        self.assertIn("“24.12.”", form.line_ids._records[2]["remark"])
        with form.line_ids.edit(2) as line:
            line.requested_date = "2030-12-24 12:00:00"
        form.save().action_add()
        self.assertEqual(
            self.lead.promise_line_ids.mapped("requested_date"),
            [
                datetime(2030, 5, 31, 18),
                datetime(2030, 5, 31, 18),
                datetime(2030, 12, 24, 12),
            ],
        )

    def test_dates_are_read_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.seller.lang = "fr_FR"
        self.lead = self.lead.with_context(lang="fr_FR")
        form = self._form("DISC-1\t1\t03/04/2030\nDISC-1\t1\t3 avril 2030")
        self.assertEqual(form.problem_count, 0)
        form.save().action_add()
        self.assertEqual(
            set(self.lead.promise_line_ids.mapped("requested_date")),
            {datetime(2030, 4, 3, 18)},
        )

    def test_a_code_and_a_barcode_of_two_products_are_not_guessed(self):
        form = self._form("DISC-1\t4006381333931")
        self.assertEqual(form.problem_count, 1)
        self.assertIn("Which one?", form.line_ids._records[0]["remark"])
        form = self._form("PAD-1\t4006381333931\nPAD-1\tBrake Pad\t3")
        self.assertEqual(form.problem_count, 0)
        self.assertEqual([r["quantity"] for r in form.line_ids._records], [1, 3])

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


class TestImport(CrmPromiseCase):
    """What an import or a program sends is refused in words, never the database's."""

    def _import(self, quantity):
        self.product.default_code = "DISC-1"
        return (
            self.env["crm.lead"]
            .with_user(self.seller)
            .load(
                ["name", "promise_line_ids/product_id", "promise_line_ids/quantity"],
                [["Imported", "[DISC-1] Brake Disc", quantity]],
            )
        )

    def test_a_row_with_a_quantity_is_imported(self):
        result = self._import("4")
        self.assertFalse(result["messages"])
        lead = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(lead.promise_line_ids.quantity, 4)

    def test_a_row_that_nobody_can_ask_for_is_refused_in_words(self):
        for quantity in ("0", "-1", "1e13", "nan", "0.0001", "1e400"):
            with self.subTest(quantity):
                with mute_logger("odoo.sql_db"):
                    result = self._import(quantity)
                self.assertFalse(result["ids"])
                text = " ".join(message["message"] for message in result["messages"])
                self.assertTrue(text)
                self.assertNotRegex(text, "constraint|relation|violates|null value|SQL")

    def test_an_empty_quantity_is_one_or_refused(self):
        result = self._import("")
        text = " ".join(message["message"] for message in result["messages"])
        self.assertNotRegex(text, "constraint|relation|violates|null value|SQL")
        if result["ids"]:
            lead = self.env["crm.lead"].browse(result["ids"])
            self.assertEqual(lead.promise_line_ids.quantity, 1)

    def test_a_program_is_told_in_words(self):
        lead = self._lead((self.product, 2))
        for vals in (
            {"quantity": 0},
            {"quantity": False},
            {"quantity": 1e13},
            {"quantity": -1},
            {"promise_minimum_first": -1},
        ):
            with self.subTest(vals):
                with self.assertRaises(ValidationError):
                    lead.promise_line_ids.write(vals)
                with self.assertRaises(ValidationError):
                    self._lead(
                        promise_line_ids=[
                            Command.create({"product_id": self.product.id, **vals})
                        ]
                    )
        with self.assertRaises(ValidationError):
            lead.promise_line_ids.write({"quantity": float("nan")})
        with self.assertRaises(ValidationError):
            lead._update_order_line_info(self.other.id, 1e13)
