from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import new_test_user

from odoo.addons.call_center.tests.test_public_methods import FuzzMixin

from .common import PromiseDeskCommon


@tagged("post_install", "-at_install")
class TestAgentsDay(HttpCase):
    def _stocked(self, name):
        product = self.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True}
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"].create(
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": 10,
            }
        ).action_apply_inventory()
        return product

    def test_ring_panel_promise_wrap_up_call_back(self):
        self.env.company.country_id = self.env.ref("base.de")
        pads, clutch = self._stocked("Brake pad"), self._stocked("Clutch")
        agent = new_test_user(
            self.env,
            "pd_day_agent",
            "sales_team.group_sale_salesman_all_leads,base.group_partner_manager,"
            "stock_promise.group_promise_user,call_center.group_call_center_agent",
            phone_extension="101",
        )
        anna = self.env["res.partner"].create(
            {"name": "Anna Berger", "phone": "030/5551234"}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Brakes for a van",
                "type": "opportunity",
                "partner_id": anna.id,
                "promise_line_ids": [(0, 0, {"product_id": pads.id, "quantity": 2})],
            }
        )
        lead.action_hold_promise()
        line = self.env["call.provider"].create({"name": "Line"})
        path = "/" + line.rotate_token()["url"].split("/", 3)[3]
        self.start_tour(
            f"/odoo/contacts?webhook={path}",
            "promise_desk_agents_day",
            login=agent.login,
        )
        calls = self.env["phone.call"].search([("provider_id", "=", line.id)])
        first, missed, out = (
            calls.filtered(lambda call, id_=id_: call.external_id == id_)
            for id_ in ("day1", "day2", "day3")
        )
        self.assertEqual((first.user_id, first.partner_id), (agent, anna))
        self.assertEqual(first.outcome_id.name, "Order taken")
        self.assertEqual(first.summary, "Wants three clutches")
        self.assertTrue(first.wrap_up_ended_at)
        made = self.env["crm.lead"].search(
            [("partner_id", "=", anna.id), ("id", "!=", lead.id)]
        )
        self.assertEqual(made.promise_line_ids.product_id, clutch)
        self.assertEqual(made.promise_line_ids.quantity, 3)
        self.assertEqual(made.promise_state, "held")
        back = self.env["phone.call.back"].search([("partner_id", "=", anna.id)])
        self.assertEqual(back.user_id, agent)
        self.assertFalse(missed.answered_at)
        # what the job does every few minutes
        self.env.flush_all()
        self.env.ref("call_center.ir_cron_call_backs").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((back.state, back.reached_call_id), ("done", out))


@tagged("post_install", "-at_install")
class TestCallerLead(FuzzMixin, PromiseDeskCommon):
    def _lead(self, record, lines, user=None):
        id_ = (
            self.Call.with_user(user or self.salesman)
            .with_company(self.company)
            .caller_lead(record._name, record.id, "+49301234567", lines)
        )
        return self.env["crm.lead"].browse(id_)

    def test_contact_gets_a_lead_with_what_he_wants(self):
        anna = self._partner("Anna", "+49 30 7654321")
        lead = self._lead(anna, [{"product_id": self.product.id, "quantity": 3}])
        self.assertEqual((lead.partner_id, lead.user_id), (anna, self.salesman))
        self.assertEqual(lead.promise_line_ids.quantity, 3)
        lead.with_user(self.salesman).action_hold_promise()
        self.assertEqual(lead.promise_state, "held")

    def test_leads_caller_gets_it_on_his_lead(self):
        lead = self._lead(self.lead, [{"product_id": self.product.id, "quantity": 3}])
        self.assertEqual(lead, self.lead)
        self.assertEqual(lead.promise_line_ids.mapped("quantity"), [2, 3])

    def test_wished_date_is_kept(self):
        anna = self._partner("Anna", "+49 30 7654321")
        wanted = "2030-05-04 12:00:00"
        lead = self._lead(
            anna,
            [
                {"product_id": self.product.id, "quantity": 1, "requested_date": date}
                for date in (wanted, False, None)
            ],
        )
        self.assertEqual(
            lead.promise_line_ids.mapped("requested_date"),
            [fields.Datetime.to_datetime(wanted), False, False],
        )

    def test_what_cannot_be_is_refused_by_line(self):
        anna = self._partner("Anna", "+49 30 7654321")
        good = {"product_id": self.product.id, "quantity": 3}
        for lines, named in (
            ([], "lines"),
            ([good] * 101, "lines"),
            ([{**good, "price": 1}], "Line 1"),
            ([good, {**good, "quantity": 0}], "Line 2"),
            ([{**good, "quantity": float("nan")}], "Line 1"),
            ([{**good, "product_id": 2**30}], "Line 1"),
            ([{**good, "product_id": True}], "Line 1"),
            ([good, {**good, "requested_date": "tomorrow"}], "Line 2, requested_date"),
            ([{**good, "requested_date": "9999-12-31 00:00:00"}], "requested_date"),
            ([{**good, "requested_date": [1]}], "Line 1, requested_date"),
            ([{**good, "product_id": self._theirs().id}], "Line 1, product_id"),
        ):
            with self.subTest(lines=lines), self.assertRaisesRegex(UserError, named):
                self._lead(anna, lines)

    def _theirs(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.salesman.company_ids = [(4, other.id)]
        return self.env["product.product"].create(
            {"name": "Theirs", "company_id": other.id}
        )

    def test_nonsense_is_refused_with_words(self):
        anna = self._partner("Anna", "+49 30 7654321")
        call = self.Call.with_user(self.salesman).with_company(self.company)
        line = {
            "product_id": self.product.id,
            "quantity": 3,
            "requested_date": "2030-05-04 12:00:00",
        }

        def of_line(**values):
            return call.caller_lead("res.partner", anna.id, "+49301", [values])

        self._fuzz(of_line, line)
        good = {"model": "res.partner", "id": anna.id, "number": "1", "lines": [line]}
        self._fuzz(call.caller_lead, good)

    def test_agent_without_leads_makes_none(self):
        """The panel's buttons are hidden from him; who calls by RPC is refused."""
        anna = self._partner("Anna", "+49 30 7654321")
        lines = [{"product_id": self.product.id, "quantity": 3}]
        for user in (self.agent, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._lead(anna, lines, user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._lead(self.lead, lines, user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.lead.with_user(user).action_hold_promise()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.lead.with_user(user).action_compute_promise()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["delivery.promise"].with_user(user).simulate({"lines": lines})
        self.assertEqual(len(self.lead.promise_line_ids), 1)
