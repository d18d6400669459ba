from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import TranslationImporter

from .common import StockPromiseCallCommon


@tagged("post_install", "-at_install")
class TestWhatToSay(StockPromiseCallCommon):
    def _said(self, record=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        section = self._section(record or self.anna, "say", user or self.promiser)
        return section["records"]

    def _line(self, promised="2026-11-30 11:00:00", **vals):
        line = self._hold().line_ids
        line.promise_id.hold_until = datetime(2027, 12, 1)
        line.write(
            {
                "promised_date": promised,
                "answer": {
                    "schedule": [
                        {"source": "stock", "delivery_date": "2026-11-28 11:00:00"},
                        {"source": "receipt", "delivery_date": "2026-11-30 11:00:00"},
                    ]
                },
                **vals,
            }
        )
        return line

    @freeze_time("2026-11-23 08:00:00")
    def test_date_and_reason_are_a_sentence(self):
        self._line()
        (record,) = self._said()
        self.assertEqual(
            record["name"],
            "We keep 2 × Brake pad for you. They can be with you on Monday, November "
            "30. They are on their way to us.",
        )
        self.assertFalse(record["badge"])

    @freeze_time("2026-11-23 08:00:00")
    def test_delay_is_said_with_its_reason_and_the_new_day(self):
        self._line(
            at_risk=True,
            feasible_date="2026-12-03 11:00:00",
            risk_said={"message": "P00042 of Bolt & Sons slips."},
        )
        (record,) = self._said()
        self.assertIn("will not make that day", record["name"])
        self.assertIn("A delivery to us has not come as planned.", record["name"])
        self.assertIn("on Thursday, December 3.", record["name"])
        # nothing that is not the customer's business
        self.assertNotIn("Bolt", record["name"])
        self.assertNotIn("P00042", record["name"])

    @freeze_time("2026-11-23 08:00:00")
    def test_without_a_new_day_a_call_is_offered(self):
        self._line(at_risk=True)
        (record,) = self._said()
        self.assertIn("we will call you as soon as we know", record["name"])

    def test_late_comes_first_then_what_is_at_risk(self):
        with freeze_time("2026-11-23 08:00:00"):
            soon = self._line("2026-12-01 11:00:00")
            at_risk = self._line("2026-12-05 11:00:00", at_risk=True)
            late = self._line("2026-11-24 11:00:00")
        with freeze_time("2026-11-26 08:00:00"):
            records = self._said()
        self.assertEqual(
            [record["key"] for record in records],
            [f"line_{line.id}" for line in (late, at_risk, soon)],
        )
        self.assertIn("I am sorry", records[0]["name"])
        self.assertEqual(
            [record["level"] for record in records], ["danger", "warning", "success"]
        )

    def _line_in_parts(self):
        """2 brake pads: 1 on 28 November, 1 on 30 November."""
        line = self._line()
        line.promise_id.allow_split = True
        line.answer = {
            "schedule": [
                {
                    "quantity": 1.0,
                    "source": source,
                    "ship_date": date,
                    "delivery_date": date,
                }
                for source, date in (
                    ("stock", "2026-11-28 11:00:00"),
                    ("receipt", "2026-11-30 11:00:00"),
                )
            ]
        }
        return line

    @freeze_time("2026-11-23 08:00:00")
    def test_of_a_line_in_parts_the_next_one_is_spoken_of(self):
        self._line_in_parts()
        (record,) = self._said()
        self.assertIn(
            "We keep 1 × Brake pad for you. They can be with you on Saturday, "
            "November 28.",
            record["name"],
        )
        self.assertIn("The rest follows by Monday, November 30.", record["name"])

    def test_the_part_that_is_late_is_spoken_of_and_not_the_whole(self):
        with freeze_time("2026-11-23 08:00:00"):
            self._line_in_parts()
        with freeze_time("2026-11-29 08:00:00"):
            (record,) = self._said()
        self.assertIn(
            "Your 1 × Brake pad should have been with you on Saturday, November 28.",
            record["name"],
        )

    @freeze_time("2026-11-23 08:00:00")
    def test_it_is_said_in_the_callers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.registry.clear_cache()
        importer = TranslationImporter(self.env.cr, verbose=False)
        path = file_path("stock_promise_call_center/i18n/de.po")
        importer.load_file(path, "de_DE", module="stock_promise_call_center")
        importer.save(overwrite=True)
        self.anna.lang = "de_DE"
        self._line()
        (record,) = self._said()
        self.assertEqual(record["lang"], "de-DE")
        self.assertIn("Montag, 30. November", record["name"])
        self.assertIn("Die Ware ist auf dem Weg zu uns.", record["name"])

    @freeze_time("2026-11-23 08:00:00")
    def test_delivered_lines_are_not_spoken_of(self):
        self._line(delivered_date="2026-11-22 10:00:00")
        self.assertEqual(self._said(), [])

    @freeze_time("2026-11-23 08:00:00")
    def test_day_is_the_warehouses(self):
        self.warehouse.partner_id.tz = "Pacific/Auckland"
        self.warehouse.promise_calendar_id.tz = "Pacific/Auckland"
        self._line("2026-11-30 20:00:00")
        (record,) = self._said()
        self.assertIn("Tuesday, December 1", record["name"])

    def test_no_section_without_a_right_to_read_promises(self):
        self.assertIsNone(self._section(self.anna, "say", self.employee))
