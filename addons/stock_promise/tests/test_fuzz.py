"""Requests at random: whatever comes in, the caller gets an answer or a refusal."""

import json
import os
import random
import xmlrpc.client

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.delivery_promise_engine_check import LINE_KEYS, REQUEST_KEYS
from .common import NOW, PromiseCase

#: more of them: PROMISE_FUZZ=20 gives twenty times as many
EFFORT = float(os.environ.get("PROMISE_FUZZ", "1"))
REQUESTS = int(10_000 * EFFORT)
PROFILES = int(400 * EFFORT)
#: keys that are changed, and some that are not known
WRONG_KEYS = ["unknown", 5, None]


@tagged("post_install", "-at_install")
class TestFuzz(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(50)
        cls.receipt(50, 5)
        cls.service = cls._create_product("Advice", type="service", is_storable=False)
        cls.archived = cls._create_product("Old", active=False)
        cls.junk = [
            None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**400, 0.0, -0.5, 1e-9,
            1e300, float("nan"), float("inf"), "", "x", "1", "\0", "\ud800", "ü" * 300,
            "' OR 1=1 --", "2026-12-01 09:00:00", "2026-02-30 09:00:00",
            "0000-00-00 00:00:00", [], [1], [[]], {}, {"id": 1}, (), NOW,
            NOW.replace(year=1), xmlrpc.client.DateTime(NOW),
            xmlrpc.client.DateTime("junk"), xmlrpc.client.Binary(b"x"), b"x",
            cls.product.id, cls.service.id, cls.archived.id, cls.warehouse.id,
            cls.company.id, cls.customer.id, cls.unit.id, cls.dozen.id,
        ]  # fmt: skip

    def requests(self):
        """Requests with one to three mistakes, and whether they are to be held."""
        junk = st.sampled_from(self.junk)
        line = {
            "product_id": self.product.id,
            "quantity": 1,
            "uom_id": self.dozen.id,
            "requested_date": "2026-12-01 09:00:00",
            "warehouse_id": self.warehouse.id,
            "reference": "A",
        }
        request = {
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "shipping_policy": "one",
            "allow_split": True,
            "alternatives": True,
            "lines": [line],
        }

        def broken(mistakes):
            """mistakes: [(the line it is in, or nothing, key, value)]"""
            result = {**request, "lines": [dict(line) for __ in mistakes]}
            for number, (in_line, key, value) in enumerate(mistakes):
                lines = result.get("lines")
                if in_line and isinstance(lines, list) and len(lines) > number:
                    lines[number] = {**lines[number], key: value}
                elif not in_line:
                    result[key] = value
            return result

        mistake = st.one_of(
            st.tuples(
                st.just(True), st.sampled_from([*sorted(LINE_KEYS), *WRONG_KEYS]), junk
            ),
            st.tuples(
                st.just(False),
                st.sampled_from([*sorted(REQUEST_KEYS), *WRONG_KEYS]),
                junk,
            ),
        )
        mistakes = st.lists(mistake, min_size=1, max_size=3)
        return st.tuples(
            st.one_of(*[mistakes.map(broken)] * 9, junk), st.integers(0, 9)
        )

    @mute_logger("odoo.models")
    def test_every_request_is_answered_or_refused(self):
        """Ten thousand: none ends in a traceback, and what is refused writes
        nothing."""
        counts, held = {"answered": 0, "refused": 0}, set()
        before = self.Promise.search_count([])

        @settings(
            max_examples=REQUESTS,
            deadline=None,
            database=None,
            derandomize="PROMISE_FUZZ" not in os.environ,
            suppress_health_check=list(HealthCheck),
        )
        @given(self.requests())
        def check(case):
            request, number = case
            method = self.Promise.simulate if number else self.Promise.hold
            try:
                answer = method(request)
            except UserError as error:
                self.assertTrue(str(error))
                counts["refused"] += 1
                return
            xmlrpc.client.dumps((answer,), allow_none=False)
            self.assertNotIn("NaN", json.dumps(answer))
            counts["answered"] += 1
            if not number:
                # what is held is missing for those who ask after it
                self.Promise.browse(answer["promise_id"]).action_release()
                held.add(answer["promise_id"])

        check()
        self.env.flush_all()
        self.assertGreater(counts["answered"], REQUESTS / 50)
        self.assertGreater(counts["refused"], REQUESTS / 2)
        self.assertGreater(len(held), REQUESTS / 1000)
        self.assertEqual(self.Promise.search_count([]) - before, len(held))

    @mute_logger("odoo.models")
    def test_every_profile_is_answered_or_refused(self):
        for seed in range(PROFILES):
            draw = random.Random(seed)
            arguments = [
                self.product.ids, self.warehouse.id, "2026-11-24", "2026-12-24",
            ]  # fmt: skip
            for __ in range(draw.randint(1, 2)):
                arguments[draw.randrange(4)] = draw.choice(self.junk)
            with self.subTest(seed=seed):
                try:
                    answer = self.Promise.atp_profile(*arguments)
                    xmlrpc.client.dumps((answer,), allow_none=False)
                except UserError as error:
                    self.assertTrue(str(error))
