from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemoCompany(TransactionCase):
    """Every screen of the suite has something true to show."""

    def test_promises_are_in_every_state_that_a_screen_filters_by(self):
        states = {
            state
            for state, __ in self.env["delivery.promise"]._read_group(
                [], ["state"], ["__count"]
            )
        }
        self.assertLessEqual({"held", "expired", "confirmed", "done"}, states)

    def test_lines_are_on_time_at_risk_late_kept_and_broken(self):
        statuses = {
            status
            for status, __ in self.env["delivery.promise.line"]._read_group(
                [("status", "!=", False)], ["status"], ["__count"]
            )
        }
        self.assertEqual(statuses, {"on_time", "at_risk", "late", "kept", "broken"})

    def test_leads_are_checked_held_and_expired(self):
        lines = self.env["crm.lead.promise.line"].search([])
        self.assertLessEqual(
            {"checked", "held", "expired"}, set(lines.mapped("promise_state"))
        )

    def test_customers_are_found_by_their_number(self):
        found = self.env["phone.call"].lookup("030 23125 112", country_code="DE")
        self.assertEqual(found["matches"][0]["name"], "Autohaus Becker, Jana Becker")

    def test_something_is_owed(self):
        invoices = self.env["account.move"].search(
            [
                ("partner_id.name", "=", "Bremsendienst Süd"),
                ("state", "=", "posted"),
            ]
        )
        self.assertTrue(invoices)

    def test_calls_were_answered_missed_and_wrapped_up(self):
        calls = self.env["phone.call"].search([])
        self.assertGreater(len(calls), 60)
        self.assertTrue(calls.filtered(lambda call: not call.answered_at))
        self.assertTrue(calls.outcome_id)
        self.assertEqual(len(calls.team_id), 1)

    def test_who_tried_twice_is_to_be_called_back_once(self):
        back = self.env["phone.call.back"].search([("state", "=", "open")])
        self.assertEqual(back.partner_id.name, "Martina Weber")
        self.assertEqual(back.missed_count, 2)

    def test_classes_share_and_a_planner_has_something_to_decide(self):
        self.assertTrue(self.env["delivery.promise"].search([]).promise_class_id)
        self.assertTrue(self.env["delivery.promise.allocation"].search([]))
        run = self.env["delivery.promise.backorder"].search([])
        self.assertEqual(run.state, "computed")
        self.assertTrue(run.line_ids)

    def test_a_quarter_has_passed_whose_promises_are_measured(self):
        report = self.env["delivery.promise.report"]
        months = report._read_group(
            [("outcome", "in", ("on_time", "late", "overdue"))],
            ["promised_date:month"],
            ["on_time_latest:avg", "__count"],
        )
        self.assertGreaterEqual(len(months), 3)
        self.assertGreater(sum(count for *__, count in months), 50)
        shares = [share for __, share, __ in months]
        self.assertLess(min(shares), max(shares))
        asked = report.search([("requested_date", "!=", False)])
        self.assertIn(1.0, asked.mapped("on_time_requested"))

    def test_how_sure_a_date_is_is_known_from_that_past(self):
        known = self.env["delivery.promise.lateness"].search([])
        self.assertLessEqual({"receipt", "delivery"}, set(known.mapped("kind")))
        slow = self.env.ref("promise_desk_demo.partner_supplier_us_demo")
        prompt = self.env.ref("promise_desk_demo.partner_manufacturer_demo")
        self.assertGreater(
            known.filtered(lambda row: row.key == f"v{slow.id}").days_90,
            known.filtered(lambda row: row.key == f"v{prompt.id}").days_90,
        )

    def test_nobody_who_is_not_there_was_sent_a_text_message(self):
        ours = self.env["ir.model.data"].search(
            [("module", "=", "promise_desk_demo"), ("model", "=", "res.partner")]
        )
        customers = self.env["res.partner"].browse(ours.mapped("res_id"))
        self.assertTrue(customers.sale_order_ids.picking_ids)
        self.assertFalse(
            self.env["mail.notification"].search(
                [
                    ("notification_type", "=", "sms"),
                    ("res_partner_id", "in", customers.ids),
                ]
            )
        )
