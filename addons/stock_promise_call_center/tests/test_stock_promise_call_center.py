from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from .common import StockPromiseCallCommon


@tagged("post_install", "-at_install")
class TestStockPromiseCallCenter(StockPromiseCallCommon):
    def test_section_shows_what_the_company_was_promised(self):
        mine = self._hold()
        companys = self._hold(self.firma)
        stranger = self._partner("Stranger", "+49 30 7654321")
        self._hold(stranger)
        section = self._section(self.anna, "promises", self.promiser)
        self.assertEqual({r["id"] for r in section["records"]}, {mine.id, companys.id})
        line = next(r for r in section["records"] if r["id"] == mine.id)
        self.assertEqual(line["model"], "delivery.promise")
        self.assertEqual(line["badge"], "Held")
        self.assertEqual(line["products"], "2 × Brake pad")
        self.assertEqual(
            line["promised_date"], fields.Datetime.to_string(mine.promised_date)
        )
        self.assertEqual(line["hold_until"], fields.Datetime.to_string(mine.hold_until))
        self.assertTrue(line["reason"])
        self.assertEqual(section["alerts"], [])

    def test_released_and_expired_promises_are_not_shown(self):
        self._hold().action_release()
        expired = self._hold()
        later = expired.hold_until + timedelta(seconds=1)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(later):
            section = self._section(self.anna, "promises", self.promiser)
        self.assertEqual(section["records"], [])

    def test_late_promise_alerts(self):
        promise = self._hold()
        promise.hold_until = fields.Datetime.now() + timedelta(days=400)
        late = promise.promised_date + timedelta(days=2)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(late):
            section = self._section(self.anna, "promises", self.promiser)
        self.assertEqual(section["records"][0]["level"], "danger")
        self.assertEqual([a["level"] for a in section["alerts"]], ["danger"])
        self.assertIn(promise.name, section["alerts"][0]["message"])

    def test_promise_at_risk_warns_with_its_reason(self):
        promise = self._hold()
        promise.line_ids.write(
            {"at_risk": True, "risk_said": {"message": "The receipt slips."}}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        section = self._section(self.anna, "promises", self.promiser)
        self.assertEqual([a["level"] for a in section["alerts"]], ["warning"])
        self.assertIn("The receipt slips.", section["alerts"][0]["message"])

    def test_reasons_are_in_the_language_of_who_takes_the_call(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._hold()
        call = self.Call.with_user(self.promiser).with_context(lang="fr_FR")
        french = {
            ("stock_promise", "fr_FR"): {"%(quantity)s on hand": "%(quantity)s là"}
        }
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.dict(code_translations.python_translations, french):
            context = call.caller_context(self.anna._name, self.anna.id)
        self.assertIn("2 Units là", str(context["sections"]))

    def test_no_section_without_a_right_to_read_promises(self):
        self._hold()
        self.assertIsNone(self._section(self.anna, "promises", self.employee))

    def test_section_takes_as_many_statements_for_many_promises(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._section(self.anna, "promises", self.promiser)
            return self.env.cr.sql_log_count - before

        self._hold(quantity=1)
        count()
        one = count()
        for _i in range(5):
            self._hold(quantity=1)
        # a statement for each would be at least as many more
        self.assertLess(count(), one + 5)
