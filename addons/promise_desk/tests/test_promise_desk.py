from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import PromiseDeskCommon


@tagged("post_install", "-at_install")
class TestPromiseDesk(PromiseDeskCommon):
    def _lead_line(self):
        section = self._section(self.lead, "leads", self.salesman)
        return next(r for r in section["records"] if r["id"] == self.lead.id), section

    def test_lead_says_what_it_was_promised(self):
        promise = self._hold()
        line, section = self._lead_line()
        to_string = fields.Datetime.to_string
        self.assertEqual(line["promised_date"], to_string(self.lead.promised_date))
        self.assertEqual(line["hold_until"], to_string(promise.hold_until))
        self.assertEqual(line["promise_status"], "Held")
        self.assertTrue(line["reason"])
        self.assertEqual(section["alerts"], [])

    def test_lead_without_products_says_nothing_of_promises(self):
        self.lead.promise_line_ids.unlink()
        line, _section = self._lead_line()
        self.assertNotIn("promise_status", line)
        self.assertNotIn("promised_date", line)

    def test_promise_of_a_lead_without_customer_is_shown(self):
        promise = self._hold()
        section = self._section(self.lead, "promises", self.salesman)
        self.assertEqual([r["id"] for r in section["records"]], [promise.id])

    def test_ended_hold_warns(self):
        ended = self._hold().hold_until + timedelta(seconds=1)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(ended):
            _line, section = self._lead_line()
        self.assertEqual([a["level"] for a in section["alerts"]], ["warning"])
        self.assertIn("Brakes for a van", section["alerts"][0]["message"])

    def test_quotation_shows_the_date_of_its_promise(self):
        self.lead.partner_id = self._partner("Anna", "+49 30 1234567")
        promise = self._hold()
        order = self.env["sale.order"].browse(
            self.lead.with_user(self.salesman).create_quotation()
        )
        section = self._section(self.lead.partner_id, "orders", self.salesman)
        line = next(r for r in section["records"] if r["id"] == order.id)
        self.assertEqual(
            line["promised_date"], fields.Datetime.to_string(promise.promised_date)
        )

    def test_late_order_alerts_once(self):
        self.lead.partner_id = self._partner("Anna", "+49 30 1234567")
        self._hold()
        order = self.env["sale.order"].browse(
            self.lead.with_user(self.salesman).create_quotation()
        )
        order.action_confirm()
        late = order.commitment_date + timedelta(days=2)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(late):
            context = self.Call.with_user(self.salesman).caller_context(
                "res.partner", self.lead.partner_id.id
            )
        alerts = [a for s in context["sections"] for a in s["alerts"]]
        self.assertEqual(len([a for a in alerts if a["level"] == "danger"]), 1)

    def test_call_back_list_has_the_late_and_the_endangered(self):
        promise = self._hold()
        action = self.env.ref("promise_desk.delivery_promise_action_call_back")
        domain = [*safe_eval(action.domain), ("company_id", "=", self.company.id)]
        Promise = self.env["delivery.promise"].with_user(self.salesman)
        self.assertFalse(Promise.search(domain))
        promise.line_ids.write(
            {"at_risk": True, "risk_said": {"message": "The receipt slips."}}
        )
        self.assertEqual(Promise.search(domain), promise)
        self.assertEqual(promise.with_user(self.salesman).call_phone, self.lead.phone)

    def test_number_to_call_is_the_customers(self):
        company = self._partner("Firma", "+49 30 7654321", is_company=True)
        person = self._partner("Anna", False, parent_id=company.id)
        promise = self._hold()
        promise.lead_id = False
        promise.partner_id = person
        self.assertEqual(promise.call_phone, "+49 30 7654321")
        person.phone = "+49 30 7654321-5"
        self.assertEqual(promise.call_phone, "+49 30 7654321-5")

    def test_calls_are_planned_once(self):
        promise = self._hold()
        promise.user_id = self.salesman
        mine = promise.with_user(self.salesman)
        self.assertIs(mine.action_schedule_call_back(), True)
        mine.action_schedule_call_back()
        self.assertEqual(len(promise.activity_ids), 1)
        self.assertEqual(promise.activity_ids.user_id, self.salesman)
        self.assertIn(promise.name, promise.activity_ids.summary)

    def test_salespeople_reach_orders_from_the_menus(self):
        menus = self.env["ir.ui.menu"].with_user(self.salesman)
        visible = menus.browse(menus._visible_menu_ids())
        self.assertIn(self.env.ref("sale.menu_sale_order"), visible)
        self.assertIn(self.env.ref("sale.sale_menu_root"), visible)
