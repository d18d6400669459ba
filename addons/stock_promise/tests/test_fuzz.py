"""Requests at random: whatever comes in, the caller gets an answer or a refusal."""

import json
import os
import random
import xmlrpc.client

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NOW, PromiseCase

#: more of them: PROMISE_FUZZ=20 gives twenty times as many
CASES = int(400 * float(os.environ.get("PROMISE_FUZZ", "1")))


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

    def request(self, draw):
        line = {
            "product_id": self.product.id,
            "quantity": draw.choice([1, 2.5, 60]),
            "uom_id": draw.choice([False, self.unit.id, self.dozen.id]),
            "requested_date": draw.choice([False, "2026-12-01 09:00:00"]),
            "latest_date": False,
            "minimum_first": draw.choice([False, 1]),
            "warehouse_id": draw.choice([False, self.warehouse.id]),
            "reference": draw.choice([False, "A", 1]),
        }
        request = {
            "partner_id": draw.choice([False, self.customer.id]),
            "company_id": draw.choice([False, self.company.id]),
            "warehouse_id": False,
            "shipping_policy": draw.choice(["direct", "one"]),
            "priority": draw.choice("0123"),
            "origin": False,
            "hold_hours": draw.choice([False, 1]),
            "allow_split": draw.choice([True, False]),
            "alternatives": False,
            "partial": draw.choice([True, False]),
            "idempotency_key": False,
            "lines": [line] * draw.randint(1, 3),
        }
        for __ in range(draw.randint(1, 3)):
            target = request
            if draw.random() < 0.6 and isinstance(request.get("lines"), list):
                line = dict(line)
                request["lines"] = [*request["lines"][1:], line]
                target = line
            key = draw.choice([*target, *target, "unknown", 5, None])
            value = draw.choice(self.junk)
            if draw.random() < 0.1:
                target.pop(key, None)
            else:
                target[key] = value
        return draw.choice(self.junk) if draw.random() < 0.03 else request

    @mute_logger("odoo.models")
    def test_every_request_is_answered_or_refused(self):
        answered = refused = 0
        for seed in range(CASES):
            draw = random.Random(seed)
            request = self.request(draw)
            method = draw.choice([self.Promise.simulate, self.Promise.hold])
            with self.subTest(seed=seed):
                try:
                    with self.env.cr.savepoint():
                        answer = method(request)
                        self.env.flush_all()
                    xmlrpc.client.dumps((answer,), allow_none=False)
                    self.assertNotIn("NaN", json.dumps(answer))
                    answered += 1
                except UserError as error:
                    self.assertTrue(str(error))
                    refused += 1
        self.assertGreater(answered, CASES / 20)
        self.assertGreater(refused, CASES / 4)

    @mute_logger("odoo.models")
    def test_every_profile_is_answered_or_refused(self):
        for seed in range(CASES):
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
