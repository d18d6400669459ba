"""Dates on order lines come from the engine, or from who may set them by hand."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import Form

from .common import NOW, SalePromiseCase

LATER = "2031-01-01 00:00:00"


class TestEngineDates(SalePromiseCase):
    def _refused(self, record, method, *args, **context):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            call_kw(record, method, list(args), {"context": context})
        self.env.invalidate_all()

    def test_nobody_writes_a_date_over_rpc(self):
        order = self._order((self.product, 3))
        line = order.order_line
        for name in ("promised_date", "promise_ship_date"):
            self._refused(line.browse(), "write", line.ids, {name: LATER})
            self._refused(
                order.browse(),
                "write",
                order.ids,
                {"order_line": [[1, line.id, {name: LATER}]]},
            )
            self._refused(
                line.browse(),
                "create",
                [{"order_id": order.id, "product_id": self.other.id, name: LATER}],
            )
        manager = self._user("so_manager", "sales_team.group_sale_manager")
        self._refused(
            line.with_user(manager).browse(),
            "write",
            line.ids,
            {"promised_date": LATER},
        )
        self.assertEqual(line._get_promise_dates(), [])

    def test_a_default_of_the_context_is_no_date_either(self):
        order = self._order((self.product, 3))
        call_kw(
            order.browse(),
            "write",
            [order.ids, {"order_line": [[0, 0, {"product_id": self.other.id}]]}],
            {"context": {"default_promised_date": LATER}},
        )
        self.assertFalse(any(order.order_line.mapped("promised_date")))

    def test_looked_up_dates_stay_through_the_form(self):
        order = self._order((self.product, 3))
        order.action_compute_promise()
        with Form(order) as form:
            form.client_order_ref = "4711"
            with form.order_line.edit(0) as line, self.assertRaises(AssertionError):
                line.promised_date = LATER
        self.assertEqual(order.order_line.promised_date, NOW)
        self.assertEqual(order.order_line.promise_ship_date, NOW)

    def test_a_line_takes_no_other_lines_date(self):
        order = self._order((self.product, 3), (self.other, 1))
        order.action_hold_promise()
        first, second = order.order_line
        self._refused(
            first.browse(),
            "write",
            first.ids,
            {"promise_line_id": second.promise_line_id.id},
        )
        order.action_confirm()
        self._refused(
            first.browse(),
            "write",
            first.ids,
            {"promise_line_id": False},
        )

    def test_a_copy_has_no_date(self):
        order = self._order((self.product, 3))
        order.action_hold_promise()
        copy = order.copy()
        self.assertFalse(copy.promise_id or copy.order_line.promised_date)
        order.write({"order_line": [Command.clear()]})
