"""A bad request is refused with the line and the key, and nothing is written."""

import json
import os
import xmlrpc.client
from datetime import date, datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestRequests(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(1000)
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.other_warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.other_company.id)], limit=1
        )

    def rows(self):
        self.env.flush_all()
        return [
            self.env[model].sudo().search_count([])
            for model in (
                "delivery.promise",
                "delivery.promise.line",
                "delivery.promise.claim",
                "mail.message",
            )
        ]

    def refused(self, request, *words):
        """Both methods refuse the request in words that name what is wrong."""
        before = self.rows()
        for method in (self.Promise.simulate, self.Promise.hold):
            with self.assertRaises(UserError) as caught:
                method(request)
            for word in words:
                self.assertIn(word, str(caught.exception))
        self.assertEqual(self.rows(), before)

    def refused_line(self, values, *words):
        good = self.line(1)
        line = {**good, **values}
        self.refused({"lines": [good, line]}, "Line 2", *words)

    # -- the request -------------------------------------------------------------

    def test_request_is_a_dictionary_of_known_keys(self):
        for request in (None, False, [], "lines", 5, [self.line(1)]):
            self.refused(request)
        self.refused({"lines": [self.line(1)], "partner": 1}, "partner")
        self.refused({"lines": [self.line(1)], 5: 1}, "5")

    def test_lines_are_a_list_of_one_to_a_thousand(self):
        for lines in (None, False, {}, "x", 3, [], ()):
            self.refused({"lines": lines}, "lines")
        self.refused({}, "lines")
        self.refused({"lines": [self.line(1)] * 1001}, "1001", "1000")
        self.assertEqual(len(self.ask(*[self.line(1)] * 1000)["lines"]), 1000)

    def test_line_is_a_dictionary_of_known_keys(self):
        for line in (None, False, [], "x", 3, [("product_id", 1)]):
            self.refused({"lines": [self.line(1), line]}, "Line 2")
        self.refused_line({"product": 1}, "product")
        self.refused_line({"qty": 1}, "qty")

    def test_head_keys_have_their_types(self):
        for key, values in {
            "partner_id": (True, "1", 1.0, [1], {}, "", 0, -1, 2**40, {"id": 1}),
            "company_id": (True, "1", 1.0, [1], {}, "", 0, -1, 2**40),
            "warehouse_id": (True, "1", 1.0, [1], {}, "", 0, -1, 2**40),
            "shipping_policy": ("x", "", True, 1, ["one"], {}),
            "priority": ("4", "", True, 1, ["1"], "-1"),
            "origin": (True, 1, ["x"], {}, "x" * 257, "a\0b", "\ud800"),
            "hold_hours": (True, "1", [], {}, 0, 0.0, -1, 1e9, float("nan")),
            "allow_split": ("yes", 1, 0, [], {}),
            "alternatives": ("yes", 1, 0, [], {}),
            "idempotency_key": (True, 1, ["x"], {}, "x" * 257, "a\0b", "\ud800"),
        }.items():
            for value in values:
                with self.subTest(key=key, value=value):
                    self.refused({"lines": [self.line(1)], key: value}, key)

    def test_line_keys_have_their_types(self):
        for key, values in {
            "product_id": (None, False, True, "1", 1.0, [1], {}, "", 0, -1, 2**40),
            "quantity": (None, False, True, "1", [], {}, "", complex(1)),
            "uom_id": (True, "1", 1.0, [1], [], {}, "", 0, -1, 2**40),
            "warehouse_id": (True, "1", 1.0, [1], [], {}, "", 0, -1, 2**40),
            "requested_date": (True, 0, 1, "x", "2026-13-01 10:00:00", [], {}, 5.5),
            "latest_date": (True, 0, 1, "2026-12-01", "2026-12-01T10:00:00Z", []),
            "reference": (True, 1.5, [1], [], {}, "x" * 257, "a\0b", "\ud800", 2**40),
        }.items():
            for value in values:
                with self.subTest(key=key, value=value):
                    self.refused_line({key: value}, key)

    def test_quantity_is_greater_than_0_and_finite(self):
        for quantity in (
            0,
            0.0,
            -1,
            -0.5,
            float("nan"),
            float("inf"),
            -float("inf"),
            1e13,
            1e300,
            10**400,
        ):
            with self.subTest(quantity=quantity):
                self.refused_line({"quantity": quantity}, "quantity")

    def test_quantity_that_rounds_to_nothing_is_refused(self):
        self.refused_line({"quantity": 0.0001}, "quantity")

    # -- what is named -----------------------------------------------------------

    def test_unknown_archived_and_service_products_are_refused(self):
        gone = self._create_product("Gone")
        gone_id = gone.id
        gone.unlink()
        self.refused_line({"product_id": gone_id}, "product_id", str(gone_id))
        archived = self._create_product("Old", active=False)
        self.refused_line({"product_id": archived.id}, "product_id", "Old")
        service = self._create_product("Advice", type="service", is_storable=False)
        self.refused_line({"product_id": service.id}, "product_id", "Advice")

    def test_product_of_another_company_is_refused(self):
        theirs = self._create_product("Theirs", company_id=self.other_company.id)
        self.refused_line({"product_id": theirs.id}, "product_id")

    def test_unit_of_another_kind_is_refused(self):
        kilogram = self.env.ref("uom.product_uom_kgm")
        self.refused_line({"uom_id": kilogram.id}, "uom_id", kilogram.name)

    def test_unknown_unit_is_refused(self):
        self.refused_line({"uom_id": 2**31 - 1}, "uom_id")

    def test_warehouse_of_another_company_is_refused(self):
        self.refused_line({"warehouse_id": self.other_warehouse.id}, "warehouse_id")
        self.refused(
            {"lines": [self.line(1)], "warehouse_id": self.other_warehouse.id},
            "warehouse_id",
        )

    def test_warehouse_of_the_callers_other_company_is_refused(self):
        """He may see both, but they do not go together."""
        user = new_test_user(
            self.env,
            "both",
            "stock_promise.group_promise_user",
            company_id=self.company.id,
            company_ids=[(6, 0, [self.company.id, self.other_company.id])],
        )
        Promise = self.env["delivery.promise"].with_user(user)
        Promise = Promise.with_context(
            allowed_company_ids=[self.company.id, self.other_company.id]
        )
        with self.assertRaisesRegex(ValidationError, "warehouse_id"):
            Promise.simulate(
                {"lines": [self.line(1)], "warehouse_id": self.other_warehouse.id}
            )
        answer = Promise.simulate(
            {"lines": [self.line(1)], "company_id": self.other_company.id}
        )
        self.assertFalse(answer["promised_date"])

    def test_archived_warehouse_is_refused(self):
        spare = self.env["stock.warehouse"].create(
            {"name": "Spare", "code": "SPA", "company_id": self.company.id}
        )
        spare.active = False
        self.refused_line({"warehouse_id": spare.id}, "warehouse_id")
        self.refused({"lines": [self.line(1)], "warehouse_id": spare.id}, "warehouse")

    def test_company_of_others_is_refused(self):
        self.refused(
            {"lines": [self.line(1)], "company_id": self.other_company.id},
            "company_id",
        )

    def test_unknown_partner_is_refused(self):
        self.refused({"lines": [self.line(1)], "partner_id": 2**31 - 1}, "partner_id")

    # -- dates -------------------------------------------------------------------

    def test_date_may_come_as_text_datetime_or_xml_rpc_type(self):
        wished = NOW + timedelta(days=5)
        for value in (
            "2026-11-29 09:00:00",
            wished,
            xmlrpc.client.DateTime(wished),
            xmlrpc.client.DateTime("2026-11-29T09:00:00"),
        ):
            answer = self.ask(self.line(1, requested_date=value, latest_date=value))
            line = answer["lines"][0]
            self.assertEqual(line["requested_date"], "2026-11-29 09:00:00")
            self.assertEqual(line["promised_date"], "2026-11-29 09:00:00")

    def test_dates_nobody_can_plan_for_are_refused(self):
        for value in (
            datetime(1, 1, 1),
            datetime(9999, 12, 31, 23, 59, 59),
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59",
            date(2026, 12, 1),
            xmlrpc.client.DateTime("rubbish"),
        ):
            with self.subTest(value=value):
                self.refused_line({"requested_date": value}, "requested_date")

    def test_far_requested_date_is_answered_quickly(self):
        """Working hours are not read for all the years until then."""
        self.warehouse.promise_calendar_id = self.env["resource.calendar"].create(
            {"name": "Week", "tz": "UTC", "company_id": self.company.id}
        )
        start = os.times().elapsed  # the clock itself is frozen
        with self.assertQueryCount(80):
            answer = self.ask(self.line(1, requested_date="2199-12-30 09:00:00"))
        self.assertTrue(answer["promised_date"])
        self.assertLess(os.times().elapsed - start, 5)

    # -- the profile -------------------------------------------------------------

    def test_profile_refuses_what_is_wrong(self):
        good = [self.product.ids, self.warehouse.id, "2026-11-24", "2026-11-30"]
        self.assertEqual(len(self.Promise.atp_profile(*good)[str(self.product.id)]), 7)
        service = self._create_product("Advice", type="service", is_storable=False)
        for position, values in enumerate(
            (
                (None, False, [], {}, "x", 5, [True], ["1"], [[1]], [2**40], [0]),
                (True, "1", [], {}, -1, 2**40, self.other_warehouse.id, 2**31 - 1),
                (None, False, "", "x", "2026-11-24 10:00:00", 5, "0001-01-01"),
                (None, False, "", "x", "2026-11-23", "2028-11-24", "9999-12-31"),
            )
        ):
            for value in values:
                with self.subTest(position=position, value=value):
                    with self.assertRaises(UserError):
                        self.Promise.atp_profile(
                            *good[:position], value, *good[position + 1 :]
                        )
        with self.assertRaisesRegex(ValidationError, "Advice"):
            self.Promise.atp_profile(service.ids, *good[1:])

    def test_profile_of_what_is_archived_is_answered(self):
        before = self.atp(0)
        self.product.active = False
        self.assertEqual(self.atp(0), before)
        with self.assertRaisesRegex(ValidationError, "Line 1, product_id: .*archived"):
            self.ask(self.line(1))

    def test_profile_names_its_own_key(self):
        with self.assertRaisesRegex(ValidationError, "^product_ids: product 2147"):
            self.Promise.atp_profile(
                [2**31 - 1], self.warehouse.id, "2026-11-24", "2026-11-30"
            )

    def test_profile_spans_731_days_and_no_more(self):
        last = date(2026, 11, 24) + timedelta(days=730)
        rows = self.Promise.atp_profile(
            self.product.ids, False, "2026-11-24", last.isoformat()
        )[str(self.product.id)]
        self.assertEqual((len(rows), rows[-1]["date"]), (731, last.isoformat()))
        with self.assertRaisesRegex(ValidationError, "731"):
            self.Promise.atp_profile(
                self.product.ids,
                False,
                "2026-11-24",
                (last + timedelta(days=1)).isoformat(),
            )

    # -- read only, and no None --------------------------------------------------

    def read_only(self, method, *args):
        """The answer under a READ ONLY transaction."""

        class Undo(Exception):
            pass

        self.env.flush_all()
        self.env.invalidate_all()
        answers = []
        with self.assertRaises(Undo), self.env.cr.savepoint():
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            answers.append(method(*args))
            raise Undo
        return answers[0]

    def busy_request(self):
        self.receipt(500, 4)
        kilos = self._create_product("Sand", is_storable=False)
        return {
            "partner_id": self.customer.id,
            "allow_split": True,
            "alternatives": True,
            "lines": [
                self.line(1200, requested_date="2026-11-25 00:00:00"),
                self.line(9999),
                self.line(2, kilos, reference="R"),
            ],
        }

    def test_simulating_writes_nothing(self):
        request = self.busy_request()
        answer = self.read_only(self.Promise.simulate, request)
        self.assertEqual(answer, self.Promise.simulate(request))
        self.assertTrue(answer["lines"][0]["promised_date"])

    def test_profile_writes_nothing(self):
        rows = self.read_only(
            self.Promise.atp_profile,
            self.product.ids,
            False,
            "2026-11-24",
            "2026-11-25",
        )
        self.assertEqual(len(rows[str(self.product.id)]), 2)

    def test_both_are_marked_as_read_only(self):
        for name in ("simulate", "atp_profile"):
            self.assertTrue(getattr(type(self.Promise), name)._readonly)
        self.assertFalse(getattr(type(self.Promise).hold, "_readonly", False))

    def test_answers_can_be_marshalled(self):
        request = self.busy_request()
        held = {**request, "lines": request["lines"][:1]}
        for answer in (
            self.Promise.simulate(request),
            self.Promise.hold(held),
            self.Promise.atp_profile(
                self.product.ids, False, "2026-11-24", "2026-12-24"
            ),
        ):
            xmlrpc.client.dumps((answer,), allow_none=False)
            self.assertNotIn("null", json.dumps(answer))
            self.assertNotIn("NaN", json.dumps(answer))
