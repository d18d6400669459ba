import time
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

    def test_numbers_that_are_written_in_no_notation(self):
        for text in (
            "12.5.", "1.2.3", "1,00,00", "12,34.5.6", "1 23", "1'00", "five", "1e3",
            "1/2", "4-6", "~4", "−4", "⅓", "4,", "1,000.", "0x10", "1_000",
        ):  # fmt: skip
            with self.subTest(text):
                self.assertIsNone(parse_number(text))

    def test_numbers_with_spaces_fractions_and_other_digits(self):
        for text, number in (
            ("1\u00a0234", 1234), ("1\u202f234,5", 1234.5), ("12 345 678", 12345678),
            ("½", 0.5), ("1½", 1.5), ("2 ¼", 2.25), (".5", 0.5), ("١٢", 12),
            ("１２", 12), ("12,34,567", 1234567), ("5.", 5), ("+4", 4),
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(parse_number(text), number)

    def test_dates_as_people_write_them(self):
        for text in (
            "2026-12-31", "31.12.2026", "31.12.26", "31/12/2026", "12/31/2026",
            "31-12-2026", "2026/12/31", "31 Dec 2026", "31. December 2026",
            "Dec 31, 2026", "December 31st, 2026", "31-Dec-26", "20261231",
            "2026-12-31T08:00:00Z", "31.12.2026 08:00", "12/31/2026 8:00 AM",
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(parse_date(text), date(2026, 12, 31))
        months = {"décembre": 12, "dezember": 12}
        for text in ("31. Dez. 2026", "31 décembre 2026", "31. Dezember 2026"):
            self.assertEqual(parse_date(text, months=months), date(2026, 12, 31))

    def test_dates_that_can_be_misread_are_read_as_the_reader_writes_them(self):
        self.assertIsNone(parse_date("12/11/2026"))
        self.assertEqual(parse_date("12/11/2026", True), date(2026, 11, 12))
        self.assertEqual(parse_date("12/11/2026", False), date(2026, 12, 11))
        for text in (
            "31.13.2026",
            "tomorrow",
            "31.12.",
            "KW 52",
            "2026",
            "31 Foo 2026",
        ):
            self.assertIsNone(parse_date(text))

    def test_a_quantity_that_is_written_and_not_read_is_none(self):
        for text in (
            "ABC-7\tfour", "ABC-7\t12.5.", "ABC-7\t1.2.3", "ABC-7\t-3", "ABC-7\t(3)",
            "ABC-7\t1/2", "ABC-7\t4-6", "ABC-7\t4006381333931", "ABC-7\t99999999",
            "ABC-7 x 12.5.", "ABC-7 x 4006381333931", "ABC-7;four;9.99",
            "ABC-7\t12.5.\t9.99", "Item\tQty\nABC-7\tfour",
            "SKU\tQty\nABC-7\t4006381333931", "Item\tfour",
        ):  # fmt: skip
            with self.subTest(text):
                (line,) = parse_lines(text)
                readings = {r.product: r for r in reversed(line.readings)}
                reading = readings["Item" if text.startswith("Item\tf") else "ABC-7"]
                self.assertIsNone(reading.quantity)
                self.assertTrue(reading.unread_quantity)

    def test_a_word_behind_the_quantity_is_its_unit(self):
        (line,) = parse_lines("ABC-7\t4 boxes")
        self.assertEqual(line.readings[0], Reading("ABC-7", 4, unit="boxes"))
        (line,) = parse_lines("ABC-7\t4x")
        self.assertEqual(line.readings[0], Reading("ABC-7", 4))

    def test_a_thousand_with_a_space(self):
        self.assertEqual(self._first("ABC-7\t1 234"), ("ABC-7", 1234))
        self.assertEqual(self._first("ABC-7 x 1 234"), ("ABC-7", 1234))
        self.assertEqual(self._first("ABC-7, 1,000"), ("ABC-7", 1000))
        # a thousand, or 234 of "ABC 1": nobody knows
        (line,) = parse_lines("ABC 1 234")
        self.assertIn(Reading("ABC 1", 234), line.readings)
        self.assertNotIn(1234, [reading.quantity for reading in line.readings])

    def test_marks_of_direction_are_no_part_of_the_text(self):
        for mark in "\u200e\u200f\u202a\u2066\ufeff\u200b":
            self.assertEqual(self._first(f"{mark}ABC-7{mark}\t{mark}4"), ("ABC-7", 4))

    def test_a_date_that_is_not_read_is_kept_with_the_reading(self):
        for text in ("24.12.", "tomorrow", "next week", "12/11/2026", "end of May 27"):
            with self.subTest(text):
                (line,) = parse_lines(f"ABC-7\t4\t{text}")
                self.assertEqual(line.readings[0][:6], ("ABC-7", 4, None, "", "", text))
        (line,) = parse_lines("SKU\tQty\tDue\nABC-7\t4\tKW 52")
        self.assertEqual(line.readings[0].unread_date, "KW 52")

    def test_long_lines_are_not_read(self):
        for text in ("A" * 501, "A\t" * 41 + "1"):
            (line,) = parse_lines(text)
            self.assertTrue(line.too_long)
            self.assertFalse(line.readings)

    def test_time_grows_with_the_text_alone(self):
        # two hundred times the text of a line, in whatever it is hard to read
        for hard in (
            "1 ",
            "a ",
            "x 1 ",
            "1 000 ",
            "1,",
            "1'",
            "a1 234 ",
            "* x ",
            "1\t",
        ):
            for text in (hard * (40_000 // len(hard)), (hard * 100)[:499] + "\n"):
                lines = parse_lines(text * 80 if text.endswith("\n") else text)
                started = time.process_time()
                parse_lines(text * 80 if text.endswith("\n") else text)
                self.assertLess(time.process_time() - started, 2)
                self.assertTrue(lines)
