from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.paste import Reading, parse_date, parse_lines, parse_number


@tagged("standard", "at_install")
class TestPasteParser(BaseCase):
    def _first(self, text, **kwargs):
        """The likeliest reading of a text of one line."""
        (line,) = parse_lines(text, **kwargs)
        return line.readings[0][:2]

    def test_spreadsheet_row_is_code_and_quantity(self):
        self.assertEqual(self._first("BRK-100\t4"), ("BRK-100", 4))
        self.assertEqual(self._first("4\tBRK-100"), ("BRK-100", 4))
        self.assertEqual(self._first("BRK-100;4"), ("BRK-100", 4))
        self.assertEqual(self._first("BRK-100, 4"), ("BRK-100", 4))
        self.assertEqual(self._first('"Brake disc"\t"4"'), ("Brake disc", 4))

    def test_quantity_times_product_in_both_orders(self):
        for text in (
            "4 x BRK-100", "4x BRK-100", "4 × BRK-100", "4*BRK-100",
            "BRK-100 x 4", "BRK-100 x4", "BRK-100 × 4", "4 pcs BRK-100",
            "4 pieces of BRK-100",
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(self._first(text), ("BRK-100", 4))

    def test_loose_words_are_one_product_first_then_with_a_quantity(self):
        (line,) = parse_lines("Brake disc 280")
        self.assertEqual(line.readings[0], Reading("Brake disc 280", 1))
        self.assertIn(Reading("Brake disc", 280), line.readings)
        (line,) = parse_lines("2 Brake discs")
        self.assertIn(Reading("Brake discs", 2), line.readings)

    def test_barcode_column_is_not_taken_for_a_quantity(self):
        self.assertEqual(self._first("4006381333931\t12"), ("4006381333931", 12))
        self.assertEqual(self._first("12\t4006381333931"), ("4006381333931", 12))

    def test_header_says_which_column_is_what(self):
        text = "Qty\tPrice\tSKU\tDelivery date\n3\t12,50\tBRK-100\t2026-12-31"
        (line,) = parse_lines(text)
        self.assertEqual(line.readings[0], Reading("BRK-100", 3, date(2026, 12, 31)))
        self.assertEqual(line.number, 2)

    def test_header_with_an_empty_quantity_orders_nothing(self):
        (line,) = parse_lines("SKU\tQty\nBRK-100\t")
        self.assertEqual(line.readings[0], Reading("BRK-100", 0))

    def test_list_marks_are_not_part_of_the_product(self):
        (line,) = parse_lines("- BRK-100")
        self.assertIn(Reading("BRK-100", 1), line.readings)
        (line,) = parse_lines("1. 4 x BRK-100")
        self.assertIn(Reading("BRK-100", 4), line.readings)

    def test_empty_lines_are_left_out_and_line_numbers_kept(self):
        lines = parse_lines("\nA\t1\r\n\n\t\t\nB\t2\n")
        self.assertEqual(
            [(line.number, line.text) for line in lines], [(2, "A\t1"), (5, "B\t2")]
        )

    def test_numbers_of_both_notations(self):
        for text, point, number in (
            ("12", ".", 12), ("12.5", ".", 12.5), ("12,5", ".", 12.5),
            ("1,000", ".", 1000), ("1,000", ",", 1), ("1.000", ",", 1000),
            ("1.000", ".", 1), ("1.000,5", ".", 1000.5), ("1,000.5", ",", 1000.5),
            ("1 000", ".", 1000), ("1'000", ".", 1000), ("1,000,000", ",", 1e6),
            ("0,125", ".", 0.125),
        ):  # fmt: skip
            with self.subTest(text=text, point=point):
                self.assertEqual(parse_number(text, point), number)
        for text in ("", "A1", "-3", "1.2.3,4,5", "3 pcs"):
            with self.subTest(text):
                self.assertIsNone(parse_number(text))

    def test_dates_that_cannot_be_misread(self):
        self.assertEqual(parse_date("2026-12-31"), date(2026, 12, 31))
        self.assertEqual(parse_date("31.12.2026"), date(2026, 12, 31))
        for text in ("12/11/2026", "31.13.2026", "tomorrow", "20261231"):
            self.assertIsNone(parse_date(text))
