"""Whatever a client sends to a public method, it gets an answer or a sentence: never an
error of the software, never a promise that was not computed."""

import math

from psycopg2 import Error

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PromiseCase

ODD = (
    None,
    False,
    True,
    "",
    "x",
    "\x00",
    "1",
    -1,
    0,
    1.5,
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    10**12,
    10**30,
    [],
    [1],
    [[1]],
    {},
    {"a": 1},
    "2026-13-45",
    "9999-12-31 23:59:59",
    "0001-01-01 00:00:00",
)


@tagged("post_install", "-at_install")
class TestOddCalls(PromiseCase):
    def call(self, records, method, *args, ids=True, user=None):
        """What a client gets: the answer, or the sentence; anything else fails."""
        model = records.browse().with_user(user or self.user)
        arguments = [records.ids, *args] if ids else list(args)
        try:
            with (
                self.env.cr.savepoint(),
                mute_logger("odoo.sql_db", "odoo.models.unlink"),
            ):
                answer = call_kw(model, method, arguments, {})
                self.env.flush_all()
                return answer
        except UserError as error:
            return str(error)
        except (Error, Exception) as error:  # noqa: BLE001 - whatever it is
            self.failures_found.append((method, args, repr(error)[:160]))
        finally:
            self.env.invalidate_all(flush=False)

    def setUp(self):
        super().setUp()
        self.failures_found = []

    def assertNoFailure(self):
        self.assertFalse(
            self.failures_found, "\n".join(map(str, self.failures_found[:40]))
        )

    def test_requests(self):
        self.on_hand(5)
        plain = {"lines": [self.line(1)]}
        for method in ("simulate", "hold"):
            for odd in ODD:
                self.call(self.Promise, method, odd, ids=False)
                for key in (
                    "partner_id",
                    "company_id",
                    "warehouse_id",
                    "shipping_policy",
                    "priority",
                    "origin",
                    "hold_hours",
                    "allow_split",
                    "alternatives",
                    "idempotency_key",
                    "partial",
                    "lines",
                ):
                    self.call(self.Promise, method, {**plain, key: odd}, ids=False)
                for key in (
                    "product_id",
                    "quantity",
                    "uom_id",
                    "requested_date",
                    "latest_date",
                    "minimum_first",
                    "warehouse_id",
                    "reference",
                    "lead_days",
                ):
                    line = {**self.line(1), key: odd}
                    self.call(self.Promise, method, {"lines": [line]}, ids=False)
        self.assertNoFailure()

    def test_profiles(self):
        first, last = "2026-11-24", "2026-11-30"
        plain = [self.product.ids, self.warehouse.id, first, last]
        for odd in ODD:
            for number in range(4):
                arguments = [*plain]
                arguments[number] = odd
                self.call(self.Promise, "atp_profile", *arguments, ids=False)
        self.assertNoFailure()

    def test_buttons(self):
        self.on_hand(50)
        held, ordered, released = (self.hold(self.line(1)) for __ in range(3))
        ordered._confirm()
        released.action_release()
        draft = self.Promise.create(
            {"line_ids": [(0, 0, {"product_id": self.product.id, "quantity": 1})]}
        )
        empty = self.Promise.create({})
        gone = self.Promise.create({})
        gone.unlink()
        archived = self._create_product("Archived")
        self.on_hand(5, product=archived)
        forgotten = self.hold(self.line(1, archived))
        archived.active = False
        self.env.flush_all()
        for promise in (held, ordered, released, draft, empty, gone, forgotten):
            for user in (self.user, self.manager):
                for method in (
                    "action_simulate",
                    "action_hold",
                    "action_release",
                    "action_extend",
                    "action_repromise",
                    "action_promise_again",
                    "action_stop_again",
                    "action_set_by_hand",
                ):
                    self.call(promise, method, user=user)
                for line in (
                    promise.exists().line_ids,
                    self.env["delivery.promise.line"].browse(10**9),
                ):
                    for method in (
                        "action_set_by_hand",
                        "action_promise_again",
                        "action_open_risk",
                        "get_promise_timeline",
                    ):
                        if len(line) == 1:
                            self.call(line, method, user=user)
        for odd in ODD:
            self.call(held, "action_extend", odd)
            self.call(held, "action_extend", odd, user=self.manager)
            for user in (self.user, self.manager):
                line = held.line_ids
                self.call(line, "set_promised_date", odd, "Why", user=user)
                self.call(
                    line, "set_promised_date", "2026-12-01 09:00:00", odd, user=user
                )
                self.call(
                    draft.line_ids,
                    "action_use_alternative",
                    odd,
                    self.warehouse.id,
                    user=user,
                )
                self.call(
                    draft.line_ids,
                    "action_use_alternative",
                    self.product.id,
                    odd,
                    user=user,
                )
        self.assertNoFailure()

    def test_numbers_of_drafts_are_finite(self):
        promise = self.Promise.create({})
        lines = self.env["delivery.promise.line"]
        good = {"promise_id": promise.id, "product_id": self.product.id}
        line = lines.with_user(self.user).create(good)
        for name in ("quantity", "minimum_first", "lead_days"):
            for odd in (math.nan, math.inf, -math.inf, 1e308, 10**30):
                for method, arguments in (
                    ("create", [{**good, name: odd}]),
                    ("write", [line.ids, {name: odd}]),
                ):
                    with self.subTest(name=name, value=odd, method=method):
                        answer = self.call(lines, method, *arguments, ids=False)
                        self.assertIn("number", str(answer))
        self.assertNoFailure()
        self.assertEqual(promise.line_ids, line)
