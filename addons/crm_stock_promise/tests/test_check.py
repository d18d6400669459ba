import xmlrpc.client
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools.translate import code_translations

from .common import NOW, CrmPromiseCase


class TestCheckDates(CrmPromiseCase):
    def test_dates_are_written_on_the_lines_and_nothing_is_held(self):
        self._receipt(self.product, 5, days=4)
        lead = self._lead((self.product, 12), (self.other, 2))
        self.assertIs(lead.action_compute_promise(), True)
        self.assertEqual(
            lead.promise_line_ids.mapped("promised_date"),
            [self._in_days(4), NOW],
        )
        self.assertEqual(lead.promised_date, self._in_days(4))
        self.assertEqual(lead.promise_status, "checked")
        self.assertFalse(lead.promise_id)
        self.assertEqual(self._atp(self.product), 10)

    def test_the_lead_says_why_that_date(self):
        self._receipt(self.product, 5, days=4)
        lead = self._lead((self.product, 12), (self.other, 2))
        lead.action_compute_promise()
        self.assertTrue(lead.promise_line_ids[0].promise_message)
        self.assertIn("Brake Disc", lead.promise_reason)
        self.assertIn(lead.promise_line_ids[0].promise_message, lead.promise_reason)
        self.assertNotIn("Brake Pad", lead.promise_reason)

    def test_the_lead_says_why_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {
            ("stock_promise", "fr_FR"): {
                "%(quantity)s from %(origin)s, expected %(date)s": (
                    "%(quantity)s de %(origin)s, le %(date)s"
                )
            }
        }
        self._receipt(self.product, 5, days=4)
        lead = self._lead((self.product, 12))
        line = lead.promise_line_ids
        with patch.dict(code_translations.python_translations, french):
            for button in ("action_compute_promise", "action_hold_promise"):
                getattr(lead, button)()
                self.assertIn("2 Units from", line.promise_message)
                self.assertIn("2 Units from", lead.promise_reason)
                read = lead.with_context(lang="fr_FR")
                self.assertIn("2 Units de ", read.promise_reason)
                message = read.promise_line_ids.promise_message
                self.assertIn("2 Units de ", message)
                self.assertIn("2 Units from", line.promise_message)

    def test_the_picture_is_plain_values_for_every_client(self):
        self._receipt(self.product, 5, days=4)
        line = self._lead((self.product, 12)).promise_line_ids
        timeline = line.get_promise_timeline()
        self.assertTrue(timeline["reasons"])
        xmlrpc.client.dumps((timeline,))

    def test_nobody_writes_the_reasons_of_a_date(self):
        lead = self._lead((self.product, 2))
        lead.action_compute_promise()
        line = lead.promise_line_ids
        admin = self._user(
            "crm_admin", "base.group_system,sales_team.group_sale_salesman_all_leads"
        )
        said = [{"message": "mine", "said": ["sentence", "base", "%9999d", [1]]}]
        for user in (self.seller, admin):
            with self.assertRaises(AccessError):
                line.with_user(user).checked_reasons = said
            with self.assertRaises(AccessError):
                line.with_user(user).create(
                    {
                        "lead_id": lead.id,
                        "product_id": self.product.id,
                        "checked_reasons": said,
                    }
                )
            forged = line.with_user(user).with_context(default_checked_reasons=said)
            other = forged.create({"lead_id": lead.id, "product_id": self.other.id})
            self.assertFalse(other.sudo().checked_reasons)
            self.assertFalse(other.promise_message)

    def test_a_changed_line_says_nothing_of_its_date(self):
        lead = self._lead((self.product, 2))
        lead.action_compute_promise()
        self.assertTrue(lead.promise_line_ids.promise_message)
        with Form(lead) as form, form.promise_line_ids.edit(0) as line:
            line.quantity = 3
            self.assertFalse(line.promised_date)
        self.assertFalse(lead.promise_line_ids.promise_message)
        self.assertEqual(lead.promise_line_ids.promise_state, "none")

    def test_a_line_without_a_date_leaves_the_lead_without_one(self):
        lead = self._lead((self.product, 99), (self.other, 2))
        lead.action_compute_promise()
        self.assertFalse(lead.promise_line_ids[0].promised_date)
        self.assertEqual(lead.promise_line_ids[0].promise_state, "impossible")
        self.assertTrue(lead.promise_line_ids[1].promised_date)
        self.assertFalse(lead.promised_date)
        self.assertEqual(lead.promise_status, "impossible")
        self.assertIn("Brake Disc", lead.promise_reason)

    def test_services_need_no_date(self):
        lead = self._lead((self.product, 1), (self.service, 1))
        lead.action_compute_promise()
        self.assertEqual(lead.promised_date, NOW)
        self.assertEqual(lead.promise_status, "checked")

    def test_nothing_to_check_is_said(self):
        with self.assertRaisesRegex(UserError, "no products yet"):
            self._lead().action_compute_promise()
        with self.assertRaisesRegex(UserError, "services are not"):
            self._lead((self.service, 1)).action_compute_promise()

    def test_all_at_once_gives_one_date(self):
        self._receipt(self.product, 5, days=4)
        lead = self._lead(
            (self.product, 12), (self.other, 2), promise_shipping_policy="one"
        )
        lead.action_compute_promise()
        self.assertEqual(
            set(lead.promise_line_ids.mapped("promised_date")), {self._in_days(4)}
        )

    def test_the_chosen_warehouse_is_asked(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        second.partner_id.tz = "UTC"
        lead = self._lead((self.product, 3), promise_warehouse_id=second.id)
        lead.action_compute_promise()
        self.assertFalse(lead.promised_date)
        self._stock(self.product, 3, second)
        lead.action_compute_promise()
        self.assertEqual(lead.promised_date, NOW)

    def test_a_late_date_is_marked_and_found(self):
        self._receipt(self.product, 5, days=4)
        lead = self._lead()
        lead.promise_line_ids = [
            Command.create(
                {
                    "product_id": self.product.id,
                    "quantity": 12,
                    "requested_date": NOW + timedelta(days=2),
                }
            )
        ]
        in_time = self._lead((self.product, 1))
        (lead | in_time).action_compute_promise()
        self.assertTrue(lead.promise_is_late)
        self.assertFalse(in_time.promise_is_late)
        found = self.env["crm.lead"].search(
            [("promise_is_late", "=", True), ("id", "in", (lead | in_time).ids)]
        )
        self.assertEqual(found, lead)
        found = self.env["crm.lead"].search(
            [("promise_is_late", "=", False), ("id", "in", (lead | in_time).ids)]
        )
        self.assertEqual(found, in_time)


class TestMany(CrmPromiseCase):
    def _queries_to_read(self, leads):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads.read(["promise_status", "promised_date", "promise_state"])
        return self.env.cr.sql_log_count - before

    def test_a_list_of_leads_is_read_in_a_fixed_number_of_queries(self):
        self._stock(self.product, 100)
        leads = self.env["crm.lead"].browse(
            [self._held_lead((self.product, 1)).id for __ in range(12)]
        )
        self.assertEqual(self._queries_to_read(leads[:2]), self._queries_to_read(leads))


class TestStaleDates(CrmPromiseCase):
    def test_a_change_of_the_lines_clears_the_dates(self):
        for change in (
            {"quantity": 3},
            {"product_id": self.product.id},
            {"requested_date": NOW + timedelta(days=9)},
        ):
            with self.subTest(change):
                lead = self._lead((self.other, 2), (self.product, 1))
                lead.action_compute_promise()
                lead.promise_line_ids[0].write(change)
                self.assertEqual(lead.promise_status, "stale")
                self.assertEqual(
                    lead.promise_line_ids.mapped("promised_date"), [False, False]
                )
                lead.action_compute_promise()
                self.assertEqual(lead.promise_status, "checked")

    def test_a_new_or_removed_line_clears_the_dates(self):
        lead = self._lead((self.product, 1), (self.other, 2))
        lead.action_compute_promise()
        lead.promise_line_ids[1].unlink()
        self.assertEqual(lead.promise_status, "stale")
        lead.action_compute_promise()
        lead.promise_line_ids = [Command.create({"product_id": self.other.id})]
        self.assertEqual(lead.promise_status, "stale")

    def test_another_customer_warehouse_or_shipping_clears_the_dates(self):
        lead = self._lead((self.product, 1))
        for change in (
            {"partner_id": self.env["res.partner"].create({"name": "Other"}).id},
            {"promise_warehouse_id": self.warehouse.id},
            {"promise_shipping_policy": "one"},
        ):
            with self.subTest(change):
                lead.action_compute_promise()
                lead.write(change)
                self.assertEqual(lead.promise_status, "stale")
                self.assertFalse(lead.promised_date)

    def test_price_order_and_name_leave_the_dates(self):
        lead = self._lead((self.product, 1))
        lead.action_compute_promise()
        lead.promise_line_ids.write({"price_unit": 5, "sequence": 3})
        lead.name = "Renamed"
        lead.partner_id = self.partner
        self.assertEqual(lead.promise_status, "checked")

    def test_the_form_clears_the_date_while_typing(self):
        lead = self._lead((self.product, 1))
        lead.action_compute_promise()
        with Form(lead) as form:
            with form.promise_line_ids.edit(0) as line:
                self.assertTrue(line.promised_date)
                line.quantity = 4
                self.assertFalse(line.promised_date)


class TestLines(CrmPromiseCase):
    def test_lead_and_lines_are_created_in_one_call(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .create(
                {
                    "name": "Over RPC",
                    "promise_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": self.product.id,
                                "quantity": 4,
                                "requested_date": "2030-03-20 12:00:00",
                            },
                        ),
                        (0, 0, {"product_id": self.other.id}),
                    ],
                }
            )
        )
        first, second = lead.promise_line_ids
        self.assertEqual(first.product_uom_id, self.product.uom_id)
        self.assertEqual((first.quantity, second.quantity), (4, 1))

    def test_lines_are_imported_with_the_lead(self):
        result = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .load(
                [
                    "name",
                    "promise_line_ids/product_id",
                    "promise_line_ids/quantity",
                    "promise_line_ids/requested_date",
                ],
                [
                    ["Imported", "DISC-1", "4", "2030-03-20 12:00:00"],
                    ["", "PAD-1", "2.5", ""],
                ],
            )
        )
        self.assertFalse(result["messages"])
        (lead,) = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(
            [(line.product_id, line.quantity) for line in lead.promise_line_ids],
            [(self.product, 4), (self.other, 2.5)],
        )

    def test_a_quantity_is_greater_than_zero(self):
        for quantity in (0, -1):
            with self.assertRaisesRegex(ValidationError, "greater than 0"):
                self._lead((self.product, quantity))

    def test_a_unit_of_another_kind_is_refused(self):
        lead = self._lead((self.product, 1))
        with self.assertRaisesRegex(ValidationError, "Choose another unit"):
            lead.promise_line_ids.product_uom_id = self.env.ref("uom.product_uom_kgm")

    def test_units_of_measure_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        lead = self._lead((self.product, 1))
        lead.promise_line_ids.product_uom_id = dozen
        self.assertEqual(lead.promise_line_ids.product_qty, 12)
        lead.action_compute_promise()
        self.assertFalse(lead.promised_date)  # 10 on hand
        self._stock(self.product, 2)
        lead.action_compute_promise()
        self.assertEqual(lead.promised_date, NOW)

    def test_a_product_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        foreign = self.env["product.product"].create(
            {"name": "Foreign", "company_id": company.id}
        )
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.env["crm.lead"].create(
                {
                    "name": "Mixed",
                    "company_id": self.company.id,
                    "promise_line_ids": [Command.create({"product_id": foreign.id})],
                }
            )

    def test_a_copied_lead_has_the_lines_and_no_hold(self):
        lead = self._held_lead()
        copy = lead.copy()
        self.assertEqual(copy.promise_line_ids.product_id, self.product)
        self.assertEqual(copy.promise_line_ids.quantity, 6)
        self.assertFalse(copy.promise_id)
        self.assertFalse(copy.promised_date)
        self.assertFalse(copy.promise_line_ids.promise_line_id)
        self.assertEqual(copy.promise_status, "none")

    def test_typed_in_the_form(self):
        form = Form(self.env["crm.lead"].with_user(self.seller))
        form.name = "Typed"
        with form.promise_line_ids.new() as line:
            line.product_id = self.product
            self.assertEqual(line.price_unit, 100)
            line.quantity = 3
        lead = form.save()
        self.assertEqual(lead.promise_line_ids.price_subtotal, 300)
